"""A second person sends a campaign back, or reviews what went without one; its cost is bound to what they read."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from base import clock
from base.database import reading, transaction
from base.errors import BadInput, Conflict, NotAllowed
from directory.models import Language, Project
from messages.ledger.batches import digest
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Message
from outreach.actions import campaigns, trying, verdicts
from outreach.actions.samples import samples
from outreach.jobs import planning as jobs
from outreach.lifecycle import CampaignState, VerdictKind
from outreach.models import Campaign
from tests import make
from tests.messages.fake import AT
from tests.outreach.stage import Stage

ABROAD, LANDLINE = "+85291234567", "+862162345678"


def send_back(stage: Stage, campaign_id: int, words: str = "时间写错了", by: object = None) -> None:
    with transaction() as session:
        verdicts.send_back(session, campaign_id, by or stage.manager, words=words, at=clock.now())  # type: ignore[arg-type]


def returned(stage: Stage) -> list[int]:
    with reading() as session:
        return [one.id for one in verdicts.returned_to(session, stage.author.staff_id, at=clock.now())]


def to_review() -> list[int]:
    with reading() as session:
        return list(session.scalars(select(Campaign.id).where(verdicts.needs_review())))


def test_sent_back_nothing_of_it_goes_and_its_author_is_told_why_until_it_is_written_anew(stage: Stage) -> None:
    campaign_id = stage.planned()
    send_back(stage, campaign_id)
    jobs.put_away_withdrawn()
    assert stage.states(campaign_id) == {"cancelled": 12}
    with pytest.raises(Conflict):
        stage.approve(campaign_id)
    with reading() as session:
        campaign = session.get_one(Campaign, campaign_id)
        said = verdicts.verdict_of(campaign, VerdictKind.RETURNED)
        assert said is not None
        assert (campaign.state, said.words, said.by_id) == (
            CampaignState.WITHDRAWN, "时间写错了", stage.manager.staff_id,
        )  # fmt: skip
    assert returned(stage) == [campaign_id]
    again = stage.planned(written_from_id=campaign_id)
    assert returned(stage) == []
    stage.approve(again)


def test_of_what_was_sent_back_long_ago_nobody_is_told(stage: Stage) -> None:
    send_back(stage, stage.planned())
    clock.stop_at(AT + timedelta(days=8))
    assert returned(stage) == []


def test_only_a_second_person_with_words_sends_it_back_and_only_what_waits(stage: Stage) -> None:
    campaign_id = stage.planned(stage.supervisor)
    for by, words, error in (
        (stage.author, "改", NotAllowed), (stage.supervisor, "改", NotAllowed), (stage.manager, " ", BadInput),
        (stage.manager, "改" * 501, BadInput),
    ):  # fmt: skip
        with pytest.raises(error):
            send_back(stage, campaign_id, words, by)
    stage.approve(campaign_id)
    with pytest.raises(Conflict, match="sent back"):
        send_back(stage, campaign_id)


def test_an_emergency_that_its_author_let_go_waits_for_a_review_by_somebody_else(stage: Stage) -> None:
    campaign_id = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY)
    stage.approve(campaign_id, stage.supervisor, reason="夜里只有我")
    seconded = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY)
    stage.approve(seconded)
    assert to_review() == [campaign_id]

    def review(by: object, id: int = campaign_id, words: str = "应当如此") -> None:
        with transaction() as session:
            verdicts.review(session, id, by, words=words, at=clock.now())  # type: ignore[arg-type]

    for by in (stage.supervisor, stage.author):
        with pytest.raises(NotAllowed):
            review(by)
    with pytest.raises(BadInput):
        review(stage.manager, words="")
    with pytest.raises(Conflict, match="nothing to review"):
        review(stage.manager, seconded)
    review(stage.manager)
    assert to_review() == []
    with pytest.raises(Conflict, match="already"):
        review(stage.manager)
    with reading() as session:
        said = verdicts.verdict_of(session.get_one(Campaign, campaign_id), VerdictKind.REVIEWED)
        assert said is not None
        assert said.words == "应当如此"


def test_what_was_read_is_bound_to_its_cost(stage: Stage, app: Flask) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_cost": 0.05})
    campaign_id = stage.planned()
    with transaction() as session:
        campaign = session.get_one(Campaign, campaign_id)
        assert campaign.cost == 0.6
        campaign.cost = 6.0
    with pytest.raises(Conflict):
        stage.approve(campaign_id)
    with transaction() as session:
        session.get_one(Campaign, campaign_id).cost = 0.6
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_cost": 0.06})
    with pytest.raises(Conflict, match=r"it was 0\.6 and is 0\.72 now"):
        stage.approve(campaign_id)
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_cost": 0.05})
    stage.approve(campaign_id)


def test_what_was_read_is_bound_to_what_each_country_costs(stage: Stage, app: Flask) -> None:
    prices = {"sms_cost": 0.05, "sms_cost_by_country": "HK:0.4 GB:0.3"}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=prices)
    with transaction() as session:
        home = make.a_home(session, session.get_one(Project, stage.project_id), "9-1-101")
        for number in ("+85291234567", "+447400123456", "+12125550123"):
            make.an_owner(session, home, number)
    campaign_id = stage.planned()
    with reading() as session:
        campaign = session.get_one(Campaign, campaign_id)
        assert campaign.cost == 1.35
        assert [(one["country"], one["numbers"], one["cost"]) for one in campaign.routes or []] == [
            ("CN", 12, 0.6), ("GB", 1, 0.3), ("HK", 1, 0.4), ("US", 1, 0.05)
        ]  # fmt: skip
    dearer = {"sms_cost_by_country": "HK:0.5 GB:0.3"}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=dearer)
    with pytest.raises(Conflict, match=r"it was 1\.35 and is 1\.45 now"):
        stage.approve(campaign_id)
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=prices)
    with transaction() as session:
        campaign = session.get_one(Campaign, campaign_id)
        campaign.routes = [one | {"cost": 0.3} for one in campaign.routes or []]
    with pytest.raises(Conflict, match="look again"):
        stage.approve(campaign_id)


def test_the_hash_of_the_same_messages_at_another_cost_is_another(stage: Stage, app: Flask) -> None:
    campaign_id = stage.planned()
    with reading() as session:
        batch_id = session.get_one(Campaign, campaign_id).batch_id
        assert digest(session, batch_id, "cost 0.60") != digest(session, batch_id, "cost 0.72")


def test_what_an_emergency_costs_does_not_hold_it_up(stage: Stage, app: Flask) -> None:
    campaign_id = stage.planned(message_class=MessageClass.EMERGENCY)
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_cost": 0.05})
    stage.approve(campaign_id)


def test_ten_samples_are_of_every_sort_there_is_and_always_the_same(stage: Stage) -> None:
    with transaction() as session:
        home = make.a_home(session, session.get_one(Project, stage.project_id), "9-1-101")
        make.an_owner(session, home, LANDLINE, "陈老伯")
        make.an_owner(session, home, ABROAD, "陈远")
        make.an_owner(session, home, "+8613800138090", "Jane", language=Language.EN)
        make.an_owner(session, home, "+85291234568", "John", language=Language.EN)
    campaign_id = stage.planned(message_class=MessageClass.EMERGENCY)
    with reading() as session:
        campaign = session.get_one(Campaign, campaign_id)
        found = samples(session, campaign)
        assert len(found) == 10
        sorts = {(one.way, one.number.startswith("+86"), "Water is off" in one.body) for one in found}
        assert sorts == {
            (Way.TEXT, True, False), (Way.TEXT, True, True), (Way.TEXT, False, False), (Way.TEXT, False, True),
            (Way.CALL, True, False),
        }  # fmt: skip
        whole = {one.id: one.body for one in session.scalars(select(Message))}
        assert all(whole[one.id] == one.body for one in found)
        chosen = campaign.samples
    stage.approve(campaign_id)
    stage.work()
    with reading() as session:
        assert [one.id for one in samples(session, session.get_one(Campaign, campaign_id))] == chosen


def test_a_test_goes_to_whoever_asks_as_it_will_leave_and_marked(stage: Stage) -> None:
    campaign_id = stage.planned(text_zh="{salutation}，明日停水", text_en="{salutation}: water is off tomorrow")
    with transaction() as session:
        trying.try_out(session, campaign_id, stage.author, at=clock.now())
        trying.try_out(session, campaign_id, stage.author, at=clock.now(), language="en")
    with reading() as session:
        to_me = select(Message).where(Message.number == "+8613900000031").order_by(Message.id)
        first, second = session.scalars(to_me)
        assert first.body == "【回音物业】（测试）尊敬的业主，明日停水"
        assert second.body == "【回音物业】(Test) Dear resident: water is off tomorrow"
        assert (first.message_class, first.batch_id) == (MessageClass.SERVICE, None)
    stage.work()
    with reading() as session:
        left = set(session.scalars(select(Message.number).where(Message.state == MessageState.ACCEPTED)))
        assert left == {"+8613900000031"}, "nothing of the campaign has been approved"
    assert stage.states(campaign_id) == {"planned": 12}, "a test is none of its messages"


def test_only_a_few_tests_a_day_go_to_one_person(stage: Stage) -> None:
    campaign_id, other = stage.planned(), stage.planned()
    for n in range(trying.MOST_A_DAY):
        with transaction() as session:
            trying.try_out(session, (campaign_id, other)[n % 2], stage.author, at=clock.now())
    with pytest.raises(Conflict, match="tomorrow"), transaction() as session:
        trying.try_out(session, campaign_id, stage.author, at=clock.now())
    with transaction() as session:
        trying.try_out(session, campaign_id, stage.manager, at=clock.now())
    clock.stop_at(AT + timedelta(days=1))
    with transaction() as session:
        trying.try_out(session, campaign_id, stage.author, at=clock.now())
    with reading() as session:
        tests = select(func.count(Message.id)).where(Message.about.startswith("test:"))
        assert session.scalar(tests) == trying.MOST_A_DAY + 2


def test_what_was_taken_back_is_not_tried(stage: Stage) -> None:
    campaign_id = stage.planned()
    with transaction() as session:
        campaigns.withdraw(session, campaign_id, stage.author, at=clock.now())
    with pytest.raises(Conflict, match="nothing to try"), transaction() as session:
        trying.try_out(session, campaign_id, stage.author, at=clock.now())
