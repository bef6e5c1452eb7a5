"""A campaign from its first draft to its end: what is refused, who lets it go, and that nothing is done half."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from base import clock
from base.access import Role
from base.database import reading, transaction
from base.errors import BadInput, Conflict, HuiyinError, NotAllowed, NotFound
from base.queue import Lane
from directory.models import Occupancy
from messages import jobs as messages_jobs
from messages.ledger.batches import freeze
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from outreach.actions import campaigns, notices, people, planning
from outreach.actions.campaigns import By, CampaignDraft
from outreach.actions.plans import Piece
from outreach.actions.progress import cost, seconds_to_send, so_far
from outreach.audience import Filter
from outreach.jobs import blocks as sweeping
from outreach.jobs import planning as jobs
from outreach.lifecycle import (
    CLASSES,
    CampaignKind,
    CampaignMove,
    CampaignState,
    NoticeStep,
    after,
    check_pair,
    may,
)
from outreach.models import Campaign, LeftOut
from telephony.carrier import OutgoingCall, Rejected
from tests import make
from tests.messages.fake import AT, FakeCarrier
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import IncidentKind

KINDS = {CampaignKind.NOTICE: MessageClass.SERVICE, CampaignKind.GREETING: MessageClass.CARE}


@dataclass
class Stage:
    """An estate of twelve homes with an owner each, somebody who writes and two who may approve."""

    carrier: FakeCarrier
    project_id: int
    author: By
    supervisor: By
    manager: By

    def draft(self, **more: object) -> CampaignDraft:
        values: dict[str, object] = {
            "kind": CampaignKind.NOTICE, "message_class": MessageClass.SERVICE, "title": "停水通知",
            "text_zh": "因水箱清洗，明日9:00至17:00停水", "text_en": "Water is off tomorrow from 9:00 to 17:00",
            "audience": Filter(self.project_id),
        }  # fmt: skip
        return CampaignDraft(**values | more)  # type: ignore[arg-type]

    def write(self, by: By | None = None, **more: object) -> int:
        with transaction() as session:
            return campaigns.write(session, self.draft(**more), by or self.author, at=AT).id

    def planned(self, by: By | None = None, **more: object) -> int:
        campaign_id = self.write(by, **more)
        jobs.plan(campaign_id)
        return campaign_id

    def approve(self, campaign_id: int, by: By | None = None, seen: str | None = None, reason: str = "") -> None:
        with transaction() as session:
            campaign = session.get_one(Campaign, campaign_id)
            campaigns.approve(
                session, campaign_id, by or self.manager, seen=seen or campaign.batch.hash, at=clock.now(),
                emergency_reason=reason,
            )  # fmt: skip

    def work(self) -> None:
        """What the clock does: look at what is in the way of greetings, and work every lane."""
        sweeping.sweep()
        for lane in Lane:
            messages_jobs.work_lane(lane.value)

    def states(self, campaign_id: int) -> dict[str, int]:
        with reading() as session:
            progress = so_far(session, session.get_one(Campaign, campaign_id))
        return {state.value: count for state, count in progress.by_state.items()}


@pytest.fixture
def stage(app: Flask) -> Iterator[Stage]:
    carrier = FakeCarrier(clock=clock.now)
    app.extensions["carrier"] = carrier
    # two claimers may share what is due, and while the clock stands still no pace opens for the second
    unlimited = {"sms_rate_emergency": 0.0, "sms_rate_service": 0.0, "sms_rate_care": 0.0, "call_rate": 0.0}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=unlimited)
    clock.stop_at(AT)
    with transaction() as session:
        garden = make.a_project(session)
        for room in range(12):
            home = make.a_home(session, garden, f"{3 + room // 6}-1-{room}01")
            make.an_owner(session, home, f"+86138001380{room:02d}", f"业主{room}")
        agent = make.a_member_of_staff(session, "小周", "+8613900000031", Role.AGENT, garden)
        supervisor = make.a_member_of_staff(session, "赵主管", "+8613900000032", Role.SUPERVISOR, garden)
        manager = make.a_member_of_staff(session, "钱经理", "+8613900000033", Role.MANAGER, garden)
        by = [By(one.id, one.role, garden.id) for one in (agent, supervisor, manager)]
        project_id = garden.id
    yield Stage(carrier, project_id, *by)
    clock.stop_at(None)


@pytest.mark.parametrize("state", list(CampaignState))
@pytest.mark.parametrize("move", list(CampaignMove))
def test_a_move_that_is_not_allowed_is_refused_in_words_of_one_language_each(
    state: CampaignState, move: CampaignMove
) -> None:
    if may(move, state):
        assert after(move, state) in CampaignState
        return
    with pytest.raises(
        Conflict, match=r"^群发现在是“[^a-z]+”，不能再[^a-z]+。A campaign that is [a-z ]+ cannot be [a-z ]+\.$"
    ):
        after(move, state)


def test_a_class_that_does_not_go_with_a_kind_is_named_in_words() -> None:
    for kind, fitting in CLASSES.items():
        for message_class in set(MessageClass) - fitting:
            with pytest.raises(
                BadInput, match=r"^[^a-z]+类别，请用：[^a-z]+。The class [a-z]+ does not go with a [a-z]+;"
            ):
                check_pair(kind, message_class)


def test_a_plan_says_whom_it_reaches_and_nothing_leaves_before_it_is_approved(stage: Stage) -> None:
    campaign_id = stage.planned()
    stage.work()
    assert stage.carrier.asked == []
    with reading() as session:
        campaign = session.get_one(Campaign, campaign_id)
        found = (campaign.people, campaign.homes, campaign.numbers, campaign.texts, campaign.segments)
        assert (campaign.state, found) == (CampaignState.PLANNED, (12, 12, 12, 12, 12))
        assert len(campaign.batch.hash) == 64
    stage.approve(campaign_id)
    stage.work()
    assert stage.states(campaign_id) == {"accepted": 12}
    assert {asked.body for asked in stage.carrier.asked} == {"【回音物业】因水箱清洗，明日9:00至17:00停水"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"message_class": MessageClass.CARE}, "does not go with"),
        ({"kind": CampaignKind.SURVEY, "message_class": MessageClass.SURVEY}, "a survey needs its questions"),
        ({"text_zh": "停水，详情见{link}"}, "link"),
        ({"text_en": "  "}, "no text"),
        ({"title": " "}, "title"),
        ({"title": "停" * 121}, "120"),
        ({"send_at": AT - timedelta(hours=1)}, "past"),
        ({"valid_until_at": AT - timedelta(hours=1)}, "valid_until"),
        ({"send_at": AT + timedelta(hours=2), "valid_until_at": AT + timedelta(hours=1)}, "valid_until"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_words_before_anything_is_written(
    stage: Stage, change: dict[str, object], words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        stage.write(**change)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Campaign)) == 0


def test_an_audience_of_nobody_is_refused(stage: Stage) -> None:
    with pytest.raises(BadInput, match="Nobody"):
        stage.write(audience=Filter(stage.project_id, occupancy=(Occupancy.VACANT,)))


def test_where_all_are_left_out_there_is_nothing_to_approve(stage: Stage) -> None:
    campaign_id = stage.planned(kind=CampaignKind.GREETING, message_class=MessageClass.CARE)
    with reading() as session:
        assert session.get_one(Campaign, campaign_id).left_out == {"no_consent": 12}
        assert session.scalar(select(func.count()).select_from(LeftOut)) == 12
    with pytest.raises(Conflict, match="nobody"):
        stage.approve(campaign_id)


def test_an_author_does_not_approve_their_own(stage: Stage) -> None:
    campaign_id = stage.planned(stage.supervisor)
    with pytest.raises(NotAllowed, match="ask somebody else"):
        stage.approve(campaign_id, stage.supervisor)
    assert stage.states(campaign_id) == {"planned": 12}


def test_an_agent_approves_nothing(stage: Stage) -> None:
    with pytest.raises(NotAllowed, match="supervisor"):
        stage.approve(stage.planned(), stage.author)


def test_in_an_emergency_a_supervisor_lets_their_own_go_and_says_why(stage: Stage) -> None:
    campaign_id = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY)
    with pytest.raises(NotAllowed, match="emergency_reason"):
        stage.approve(campaign_id, stage.supervisor)
    stage.approve(campaign_id, stage.supervisor, reason="爆管，夜里只有我")
    with reading() as session:
        campaign = session.get_one(Campaign, campaign_id)
        assert campaign.emergency_reason == "爆管，夜里只有我"
        assert campaign.incident is not None, "an emergency belongs to an incident"


def test_an_emergency_without_a_project_is_refused(stage: Stage) -> None:
    everywhere = replace(stage.supervisor, project_id=None)
    with pytest.raises(BadInput, match="project"):
        stage.write(everywhere, message_class=MessageClass.EMERGENCY, audience=Filter())


def test_what_has_changed_since_it_was_read_is_not_approved(stage: Stage) -> None:
    with pytest.raises(Conflict, match="changed"):
        stage.approve(stage.planned(), seen="0" * 64)


def test_of_two_who_approve_at_once_one_is_told_so(stage: Stage, app: Flask) -> None:
    campaign_id, met, ends = stage.planned(), threading.Barrier(2), []

    def approves(by: By) -> None:
        with app.app_context():
            met.wait(timeout=10)
            try:
                stage.approve(campaign_id, by)
                ends.append("approved")
            except HuiyinError as error:
                ends.append(type(error).__name__)

    both = [threading.Thread(target=approves, args=[by]) for by in (stage.supervisor, stage.manager)]
    for one in both:
        one.start()
    for one in both:
        one.join(timeout=30)
    assert sorted(ends) == ["Conflict", "approved"]


def test_stopped_half_way_the_rest_stays_and_goes_on_when_resumed(stage: Stage, app: Flask) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_rate_service": 2.0})
    campaign_id = stage.planned()
    stage.approve(campaign_id)
    stage.work()
    assert stage.states(campaign_id) == {"accepted": 4, "planned": 8}, "two seconds of the rate"
    with transaction() as session:
        campaigns.stop(session, campaign_id, stage.manager, at=clock.now())
    for _ in range(5):
        clock.stop_at(clock.now() + timedelta(seconds=10))
        stage.work()
    assert stage.states(campaign_id) == {"accepted": 4, "planned": 8}
    with pytest.raises(NotAllowed), transaction() as session:
        campaigns.resume(session, campaign_id, stage.author, at=clock.now())
    with transaction() as session:
        campaigns.resume(session, campaign_id, stage.manager, at=clock.now())
    for _ in range(5):
        clock.stop_at(clock.now() + timedelta(seconds=10))
        stage.work()
    assert stage.states(campaign_id) == {"accepted": 12}


def test_a_moment_in_the_future_is_waited_for(stage: Stage) -> None:
    campaign_id = stage.planned(send_at=AT + timedelta(hours=1))
    stage.approve(campaign_id)
    stage.work()
    assert stage.carrier.asked == []
    clock.stop_at(AT + timedelta(hours=1))
    stage.work()
    assert len(stage.carrier.asked) == 12


def test_too_late_to_approve_is_said(stage: Stage) -> None:
    campaign_id = stage.planned(valid_until_at=AT + timedelta(hours=1))
    clock.stop_at(AT + timedelta(hours=2))
    with pytest.raises(Conflict, match="not valid any more"):
        stage.approve(campaign_id)


def test_planning_begun_by_a_process_that_died_is_finished_by_another(stage: Stage) -> None:
    campaign_id = stage.write()
    with transaction() as session:
        assert planning.take(session, campaign_id, at=AT)
        found = planning.work_out(session, campaign_id, at=AT)
        assert found is not None
        planning.write_piece(session, campaign_id, Piece(next(found.pieces()).drafts[:5]), at=AT)
    jobs.plan_unfinished()
    assert stage.states(campaign_id) == {"planned": 5}, "for a minute nobody takes it from the other"
    clock.stop_at(AT + timedelta(seconds=61))
    jobs.plan_unfinished()
    with reading() as session:
        assert session.get_one(Campaign, campaign_id).numbers == 12
    assert stage.states(campaign_id) == {"planned": 12}


def test_who_is_told_twice_to_plan_plans_once(stage: Stage) -> None:
    campaign_id = stage.planned()
    with reading() as session:
        seen = session.get_one(Campaign, campaign_id).batch.hash
    jobs.plan(campaign_id)
    with transaction() as session:
        campaign = session.get_one(Campaign, campaign_id)
        assert freeze(session, campaign.batch_id) == seen


def test_a_withdrawn_greeting_leaves_its_people_to_another(stage: Stage) -> None:
    with transaction() as session:
        for room in range(3):
            make.a_consent(session, f"+86138001380{room:02d}", "care", AT, granted=True)
    greeting = {"kind": CampaignKind.GREETING, "message_class": MessageClass.CARE}
    first = stage.planned(**greeting)
    with transaction() as session:
        campaigns.withdraw(session, first, stage.manager, at=clock.now())
    jobs.put_away_withdrawn()
    assert stage.states(first) == {"cancelled": 3}
    with pytest.raises(Conflict):
        stage.approve(first)
    second = stage.planned(**greeting)
    assert stage.states(second) == {"planned": 3}


def test_sent_again_it_goes_to_those_it_did_not_reach(stage: Stage) -> None:
    stage.carrier.answers = [Rejected("21211", is_permanent=True)] * 2
    first = stage.planned()
    stage.approve(first)
    stage.work()
    assert stage.states(first) == {"accepted": 10, "failed": 2}
    with transaction() as session:
        again = campaigns.resend(session, first, stage.author, at=AT).id
    jobs.plan(again)
    with reading() as session:
        failed = set(session.scalars(select(Message.number).where(Message.state == MessageState.FAILED)))
        second = select(Message.number).where(Message.about == f"campaign:{again}")
        assert set(session.scalars(second)) == failed


def test_whoever_has_a_project_neither_writes_to_nor_sees_another(stage: Stage) -> None:
    with transaction() as session:
        other = make.a_project(session, "滨江一号", name_en="Riverside One").id
    with pytest.raises(NotAllowed, match="own project"):
        stage.write(audience=Filter(other))
    with pytest.raises(NotAllowed, match="own project"):
        stage.write(audience=Filter())
    campaign_id = stage.planned()
    with pytest.raises(NotFound):
        stage.approve(campaign_id, By(stage.manager.staff_id, Role.MANAGER, other))


def test_outside_development_greetings_want_a_sender_of_their_own(stage: Stage, app: Flask) -> None:
    production = app.extensions["settings"].model_copy()
    production.__dict__["is_development"] = False
    app.extensions["settings"] = production
    with pytest.raises(BadInput, match="SMS_FROM_CARE"):
        stage.write(kind=CampaignKind.GREETING, message_class=MessageClass.CARE)


def test_when_it_is_over_nothing_older_is_let_go(stage: Stage) -> None:
    trouble = IncidentDraft(
        kind=IncidentKind.WATER, project_id=stage.project_id, promised_end_at=AT + timedelta(hours=2)
    )
    opening = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=trouble)
    with transaction() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
        assert incident_id is not None
        assert notices.restore(session, incident_id, stage.supervisor, at=AT) is None, "nobody was told of it"
    with pytest.raises(Conflict, match="over"):
        stage.approve(opening)


def test_a_delay_goes_to_everybody_the_opening_was_for_and_stops_what_is_left_of_it(
    stage: Stage, app: Flask
) -> None:  # fmt: skip
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_rate_emergency": 2.0})
    trouble = IncidentDraft(
        kind=IncidentKind.WATER, project_id=stage.project_id, promised_end_at=AT + timedelta(hours=2)
    )
    opening = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=trouble)
    stage.approve(opening)
    stage.work()
    assert stage.states(opening) == {"accepted": 4, "planned": 8}
    with transaction() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
        assert incident_id is not None
        later = AT + timedelta(hours=5)
        written = notices.delay(session, incident_id, stage.supervisor, promised_end_at=later, at=AT)
        assert written is not None
        delay = written.id
    jobs.plan(delay)
    with reading() as session:
        assert session.get_one(Campaign, opening).state is CampaignState.APPROVED, "nobody has let the delay go yet"
        assert session.get_one(Campaign, delay).numbers == 12
    stage.approve(delay)
    with reading() as session:
        assert session.get_one(Campaign, opening).state is CampaignState.STOPPED
    with pytest.raises(Conflict, match="another end"), transaction() as session:
        campaigns.resume(session, opening, stage.manager, at=clock.now())


def test_only_small_audiences_are_planned_while_somebody_waits(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    with reading() as session:
        assert people.is_small(session, Filter(stage.project_id), 12)
        assert not people.is_small(session, Filter(stage.project_id), 11)
    monkeypatch.setattr(jobs, "SMALL", 11)
    campaign_id = stage.write()
    assert not jobs.plan_if_small(campaign_id)
    monkeypatch.setattr(jobs, "SMALL", 12)
    assert jobs.plan_if_small(campaign_id)


def test_a_placeholder_for_which_there_is_nothing_is_named(stage: Stage) -> None:
    with pytest.raises(BadInput, match=r"\{start\}"):
        stage.write(text_zh="{start}停水", text_en="Water is off from {start}")


def test_what_it_costs_and_how_long_it_takes_is_said_before_it_goes(stage: Stage, app: Flask) -> None:
    with transaction() as session:
        home = make.a_home(session, session.get_one(make.Project, stage.project_id), "9-1-101")
        make.an_owner(session, home, "+862162345678")
    campaign_id = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY)
    with reading() as session:
        campaign = session.get_one(Campaign, campaign_id)
        assert cost(campaign) is None, "nobody told us what a text costs"
        prices = {"sms_cost": 0.05, "call_cost": 0.3, "sms_rate_emergency": 2.0, "call_rate": 0.1}
        app.extensions["settings"] = app.extensions["settings"].model_copy(update=prices)
        assert cost(campaign) == 0.9
        assert seconds_to_send(campaign) == 10.0, "the one call takes longer than twelve texts"


def test_an_audience_is_counted_and_its_first_few_are_read_without_going_through_it(stage: Stage) -> None:
    with reading() as session:
        everybody = Filter(stage.project_id)
        assert people.size_of(session, everybody) == (12, 12, 12)
        few = people.first(session, everybody, 3)
        assert [one.person_id for one in few] == [one.person_id for one in people.candidates(session, everybody)][:3]
        assert all(one.lines for one in few)


def test_wishes_and_earlier_greetings_can_be_asked_of_a_few_numbers(stage: Stage) -> None:
    with transaction() as session:
        for room in range(3):
            make.a_consent(session, f"+86138001380{room:02d}", "care", AT, granted=True)
    first = stage.planned(kind=CampaignKind.GREETING, message_class=MessageClass.CARE)
    some = {"+8613800138001", "+8613800138009"}
    with reading() as session:
        occasion = session.get_one(Campaign, first).occasion
        assert people.wishes(session, "care", some) == {"+8613800138001": True}
        assert planning.greeted(session, occasion, among=some) == {"+8613800138001"}
        assert len(planning.greeted(session, occasion)) == 3
        assert not planning.greeted(session, occasion, but=first)


def test_whoever_got_word_of_a_trouble_is_counted_once(stage: Stage) -> None:
    stage.carrier.answers = [Rejected("21211", is_permanent=True)]
    trouble = IncidentDraft(
        kind=IncidentKind.WATER, project_id=stage.project_id, promised_end_at=AT + timedelta(hours=2)
    )
    opening = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=trouble)
    stage.approve(opening)
    stage.work()
    with reading() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
        assert incident_id is not None
        assert planning.addressed(session, incident_id, NoticeStep.RESTORED) == 11


def a_water_cut(stage: Stage, **more: object) -> IncidentDraft:
    return IncidentDraft(kind=IncidentKind.WATER, project_id=stage.project_id, **more)  # type: ignore[arg-type]


def test_a_promise_put_off_before_anybody_was_told_takes_the_old_words_back(stage: Stage) -> None:
    trouble = a_water_cut(stage, promised_end_at=AT + timedelta(hours=2))
    opening = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=trouble)
    with transaction() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
        assert incident_id is not None
        later = AT + timedelta(hours=5)
        assert notices.delay(session, incident_id, stage.supervisor, promised_end_at=later, at=AT) is None
    with pytest.raises(Conflict):
        stage.approve(opening)


def test_an_all_clear_that_was_taken_back_is_written_anew(stage: Stage) -> None:
    opening = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=a_water_cut(stage))
    stage.approve(opening)
    stage.work()
    with transaction() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
        assert incident_id is not None
        first = notices.restore(session, incident_id, stage.supervisor, at=AT)
        assert first is not None
    with pytest.raises(Conflict), transaction() as session:
        notices.restore(session, incident_id, stage.supervisor, at=AT)
    with transaction() as session:
        campaigns.withdraw(session, first.id, stage.supervisor, at=clock.now())
        second = notices.restore(session, incident_id, stage.supervisor, at=AT)
        assert second is not None
        id = second.id
    jobs.plan(id)
    stage.approve(id)
    clock.stop_at(AT + timedelta(minutes=1))
    stage.work()
    assert stage.states(id) == {"accepted": 12}


def test_a_landline_is_not_rung_at_night_whenever_it_was_planned_and_let_go(stage: Stage) -> None:
    evening = AT + timedelta(hours=8, minutes=55)  # 20:55 in Shanghai
    clock.stop_at(evening)
    with transaction() as session:
        make.an_owner(session, make.a_home(session, session.get_one(make.Project, stage.project_id), "9-1-101"),
                      "+862162345678")  # fmt: skip
        trouble = a_water_cut(stage, promised_end_at=evening + timedelta(hours=14))
        draft = stage.draft(message_class=MessageClass.EMERGENCY, trouble=trouble)
        opening = campaigns.write(session, draft, stage.supervisor, at=evening).id
    jobs.plan(opening)
    clock.stop_at(evening + timedelta(minutes=35))
    stage.approve(opening)
    stage.work()
    assert {asked.number for asked in stage.carrier.asked if isinstance(asked, OutgoingCall)} == set()
    clock.stop_at(evening + timedelta(hours=10, minutes=6))
    stage.work()
    assert [asked.number for asked in stage.carrier.asked if isinstance(asked, OutgoingCall)] == ["+862162345678"]


def test_a_landline_held_past_the_promised_end_is_not_rung_with_it(stage: Stage) -> None:
    night = AT + timedelta(hours=14)  # 02:00 in Shanghai
    clock.stop_at(night)
    with transaction() as session:
        make.an_owner(session, make.a_home(session, session.get_one(make.Project, stage.project_id), "9-1-101"),
                      "+862162345678")  # fmt: skip
        trouble = a_water_cut(stage, promised_end_at=night + timedelta(hours=2))
        draft = stage.draft(message_class=MessageClass.EMERGENCY, trouble=trouble)
        opening = campaigns.write(session, draft, stage.supervisor, at=night).id
    jobs.plan(opening)
    stage.approve(opening)
    clock.stop_at(night + timedelta(hours=6))
    stage.work()
    assert not [asked for asked in stage.carrier.asked if isinstance(asked, OutgoingCall)]


def test_tried_again_twice_nobody_gets_it_twice(stage: Stage) -> None:
    stage.carrier.answers = [Rejected("21211", is_permanent=True)] * 2
    first = stage.planned(text_zh="停水：{homes}", text_en="Water is off: {homes}")
    stage.approve(first)
    stage.work()
    found = []
    for _ in range(2):
        with transaction() as session:
            found.append(campaigns.resend(session, first, stage.author, at=AT).id)
        jobs.plan(found[-1])
    with reading() as session:
        assert [session.get_one(Campaign, one).numbers for one in found] == [2, 0]
        bodies = session.scalars(select(Message.body).where(Message.about == f"campaign:{found[0]}"))
        assert all("号楼" in body for body in bodies), "the very words, with the homes they were about"


def test_the_rest_of_a_stopped_greeting_is_given_back_and_greeted_anew(stage: Stage, app: Flask) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_rate_care": 1.0})
    with transaction() as session:
        for room in range(5):
            make.a_consent(session, f"+86138001380{room:02d}", "care", AT, granted=True)
    greeting = {"kind": CampaignKind.GREETING, "message_class": MessageClass.CARE}
    first = stage.planned(**greeting)
    stage.approve(first)
    stage.work()
    with transaction() as session:
        campaigns.stop(session, first, stage.manager, at=clock.now())
    assert stage.states(first) == {"accepted": 2, "planned": 3}
    with transaction() as session:
        campaigns.withdraw(session, first, stage.manager, at=clock.now())
    second = stage.planned(**greeting)
    assert stage.states(second) == {"planned": 3}
    with reading() as session:
        assert session.get_one(Campaign, second).left_out["already"] == 2


def test_only_an_emergency_belongs_to_an_incident_and_it_stays_in_its_project(stage: Stage) -> None:
    with pytest.raises(BadInput, match="Only an emergency"):
        stage.write(trouble=a_water_cut(stage))
    opening = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=a_water_cut(stage))
    with reading() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
    everywhere = By(stage.manager.staff_id, Role.DIRECTOR)
    with pytest.raises(BadInput, match="project of its incident"):
        stage.write(everywhere, message_class=MessageClass.EMERGENCY, incident_id=incident_id, audience=Filter())


def test_at_the_elders_own_festival_only_those_on_the_care_list_are_greeted(stage: Stage) -> None:
    with transaction() as session:
        for room in range(3):
            make.a_consent(session, f"+86138001380{room:02d}", "care", AT, granted=True)
        elder = session.scalars(select(make.Number).where(make.Number.number == "+8613800138001")).one().person
        elder.special_care = "独居，需电话确认安全"
    double_ninth = datetime(2027, 10, 8, 2, 0, tzinfo=UTC)
    campaign_id = stage.planned(
        kind=CampaignKind.GREETING, message_class=MessageClass.CARE, send_at=double_ninth,
        valid_until_at=double_ninth + timedelta(hours=8),
    )  # fmt: skip
    with reading() as session:
        numbers = session.scalars(select(Message.number).where(Message.about == f"campaign:{campaign_id}"))
        assert list(numbers) == ["+8613800138001"]


def test_a_greeting_written_on_the_eve_of_a_day_of_mourning_is_refused(stage: Stage) -> None:
    eve = datetime(2027, 4, 4, 13, 0, tzinfo=UTC)  # 21:00 in Shanghai: it would leave on the next morning
    with pytest.raises(BadInput, match="清明"):
        stage.write(kind=CampaignKind.GREETING, message_class=MessageClass.CARE, send_at=eve)


def test_a_greeting_of_new_years_eve_leaves_before_noon(stage: Stage) -> None:
    noon_at = datetime(2027, 2, 5, 4, 0, tzinfo=UTC)
    greeting = {"kind": CampaignKind.GREETING, "message_class": MessageClass.CARE}
    with pytest.raises(BadInput, match=r"2027-02-05.*12:00"):
        stage.write(**greeting, send_at=noon_at)
    written = stage.write(**greeting, send_at=noon_at - timedelta(minutes=1))
    with reading() as session:
        assert session.get_one(Campaign, written).occasion == "spring_festival/2027"


def test_a_greeting_is_not_let_go_when_its_day_is_over(stage: Stage) -> None:
    with transaction() as session:
        make.a_consent(session, "+8613800138001", "care", AT, granted=True)
    greeting = stage.planned(kind=CampaignKind.GREETING, message_class=MessageClass.CARE)
    clock.stop_at(AT + timedelta(hours=22))
    with pytest.raises(Conflict, match="over"):
        stage.approve(greeting)
    clock.stop_at(AT + timedelta(hours=5))
    stage.approve(greeting)


EVENING = datetime(2026, 11, 22, 11, 30, tzinfo=UTC)
"""19:30 where the company is."""


def test_what_nobody_gave_an_end_has_the_next_day_when_it_would_end_in_the_night(stage: Stage) -> None:
    with transaction() as session:
        notice = campaigns.write(session, stage.draft(), stage.author, at=EVENING).id
    jobs.plan(notice)
    clock.stop_at(EVENING + timedelta(minutes=100))
    stage.approve(notice)
    stage.work()
    assert stage.states(notice) == {"planned": 12}, "after nine in the evening it waits"
    clock.stop_at(EVENING + timedelta(hours=12, minutes=31))
    stage.work()
    assert stage.states(notice) == {"accepted": 12}


def test_what_could_leave_only_after_its_end_is_not_let_go(stage: Stage) -> None:
    until_at = EVENING + timedelta(hours=12)
    with transaction() as session:
        notice = campaigns.write(session, stage.draft(valid_until_at=until_at), stage.author, at=EVENING).id
    jobs.plan(notice)
    clock.stop_at(EVENING + timedelta(minutes=100))
    with pytest.raises(Conflict, match="not valid any more"):
        stage.approve(notice)
    clock.stop_at(EVENING + timedelta(minutes=80))
    stage.approve(notice)


def _greeting(stage: Stage, send_at: datetime, *numbers: str, **more: object) -> int:
    with transaction() as session:
        for number in numbers:
            make.a_consent(session, number, "care", AT, granted=True)
    return stage.planned(kind=CampaignKind.GREETING, message_class=MessageClass.CARE, send_at=send_at, **more)


@pytest.mark.parametrize(
    ("send_at", "ends_at"),
    [
        (datetime(2027, 9, 15, 11, 59, tzinfo=UTC), datetime(2027, 9, 15, 12, 0, tzinfo=UTC)),
        (datetime(2027, 2, 5, 3, 59, tzinfo=UTC), datetime(2027, 2, 5, 4, 0, tzinfo=UTC)),
    ],
)
def test_the_rest_of_a_greeting_is_dropped_when_its_day_is_over(
    stage: Stage, app: Flask, send_at: datetime, ends_at: datetime
) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_rate_care": 0.5})
    late = send_at + timedelta(days=9)
    greeting = _greeting(stage, send_at, "+8613800138001", "+8613800138002", "+8613800138003", valid_until_at=late)
    clock.stop_at(send_at)
    stage.approve(greeting)
    stage.work()
    assert stage.states(greeting) == {"accepted": 1, "planned": 2}
    clock.stop_at(ends_at + timedelta(hours=20))
    stage.work()
    assert stage.states(greeting) == {"accepted": 1, "expired": 2}


def test_abroad_a_greetings_day_is_the_recipients_own(stage: Stage) -> None:
    with transaction() as session:
        garden = session.get_one(make.Project, stage.project_id)
        make.an_owner(session, make.a_home(session, garden, "8-1-801"), "+12125550142", "Emily")
    at_nine = datetime(2027, 9, 15, 1, 0, tzinfo=UTC)  # 21:00 of the day before in New York
    greeting = _greeting(stage, at_nine, "+12125550142", "+8613800138001")
    clock.stop_at(at_nine)
    stage.approve(greeting)
    stage.work()
    assert stage.states(greeting) == {"accepted": 1, "planned": 1}
    clock.stop_at(at_nine + timedelta(hours=12, minutes=1))
    stage.work()
    assert stage.states(greeting) == {"accepted": 2}


def test_a_stopped_greeting_does_not_go_on_when_its_day_is_over(stage: Stage) -> None:
    day_at = datetime(2027, 9, 15, 2, 0, tzinfo=UTC)
    greeting = _greeting(stage, day_at, "+8613800138001", valid_until_at=day_at + timedelta(days=9))
    clock.stop_at(day_at)
    stage.approve(greeting)
    with transaction() as session:
        campaigns.stop(session, greeting, stage.manager, at=clock.now())
    clock.stop_at(day_at + timedelta(days=1))
    with pytest.raises(Conflict, match="over"), transaction() as session:
        campaigns.resume(session, greeting, stage.manager, at=clock.now())
    with pytest.raises(Conflict, match="over"), transaction() as session:
        campaigns.resend(session, greeting, stage.manager, at=clock.now())


def test_a_delay_is_not_for_those_whose_opening_was_taken_back(stage: Stage) -> None:
    trouble = IncidentDraft(
        kind=IncidentKind.WATER, project_id=stage.project_id, promised_end_at=AT + timedelta(hours=2)
    )
    emergency = {"message_class": MessageClass.EMERGENCY}
    wrong = stage.planned(stage.supervisor, **emergency, trouble=trouble)
    stage.approve(wrong)
    with transaction() as session:
        incident_id = session.get_one(Campaign, wrong).incident_id
        campaigns.stop(session, wrong, stage.supervisor, at=clock.now())
        campaigns.withdraw(session, wrong, stage.supervisor, at=clock.now())
        homes = session.scalars(select(make.Building.id).where(make.Building.name == "3号楼")).all()
    jobs.put_away_withdrawn()
    assert stage.states(wrong) == {"cancelled": 12}
    right = stage.planned(
        stage.supervisor, **emergency, incident_id=incident_id, audience=Filter(stage.project_id, tuple(homes))
    )
    stage.approve(right)
    stage.work()
    assert stage.states(right) == {"accepted": 6}
    with reading() as session:
        assert planning.addressed(session, incident_id, NoticeStep.DELAY) == 6


def test_how_long_the_rest_takes_counts_texts_and_calls_apart(stage: Stage, app: Flask) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(
        update={"sms_rate_service": 6.0, "sms_rate_emergency": 6.0, "call_rate": 0.25}
    )
    with transaction() as session:
        garden = session.get_one(make.Project, stage.project_id)
        make.an_owner(session, make.a_home(session, garden, "8-1-801"), "+862155550002", "王桂英")
    notice = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY)
    stage.approve(notice)
    with reading() as session:
        campaign = session.get_one(Campaign, notice)
        assert (campaign.texts, campaign.calls) == (12, 1)
        assert so_far(session, campaign).left_s == seconds_to_send(campaign) == 4.0
