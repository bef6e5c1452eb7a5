"""The scope of a trouble changes: the newly affected are told, and those it does not touch any more are released."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from base import clock
from base.database import reading, transaction
from base.errors import BadInput, Conflict
from directory.models import Building, Contact, Home, Person, Project
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from outreach.actions import campaigns, notices
from outreach.audience import Filter
from outreach.jobs import laddering
from outreach.jobs import planning as jobs
from outreach.lifecycle import CampaignState, NoticeStep
from outreach.models import Campaign
from tests import make
from tests.messages.fake import AT
from tests.outreach.stage import Stage
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import IncidentKind

BOTH = "+8613800138000"
"""Whoever owns a home in building 3 and one in building 7."""


@pytest.fixture
def buildings(stage: Stage) -> Iterator[dict[str, int]]:
    """3, 4 and 7, each with owners; the first owner of 3 has a home in 7 too."""
    with transaction() as session:
        garden = session.get_one(Project, stage.project_id)
        seven = make.a_home(session, garden, "7-1-101")
        make.an_owner(session, seven, "+8613800138070", "七号楼")
        first = session.scalars(select(Person).where(Person.numbers.any(number=BOTH))).one()
        session.add(Contact(person_id=first.id, home_id=make.a_home(session, garden, "7-1-201").id))
        session.flush()
        found = {name[0]: id for id, name in session.execute(select(Building.id, Building.name))}
    yield found
    clock.stop_at(None)


def opening(stage: Stage, *buildings: int, is_sent: bool = True) -> int:
    """Water is off there and its owners know it; the incident."""
    id = stage.planned(
        message_class=MessageClass.EMERGENCY, audience=Filter(stage.project_id, buildings), text_zh="紧急停水",
        text_en="Water is off", valid_until_at=clock.now() + timedelta(hours=20),
        trouble=IncidentDraft(kind=IncidentKind.WATER, project_id=stage.project_id, building_ids=buildings),
    )  # fmt: skip
    stage.approve(id)
    if is_sent:
        stage.work()
    with reading() as session:
        incident_id = session.get_one(Campaign, id).incident_id
        assert incident_id is not None
        return incident_id


def rescope(stage: Stage, incident_id: int, *buildings: int) -> dict[NoticeStep | None, int]:
    """The campaigns it writes, planned, by their step."""
    with transaction() as session:
        written = notices.rescope(session, incident_id, stage.manager, building_ids=buildings, at=clock.now())
        found = {one.step: one.id for one in written}
    for campaign_id in found.values():
        jobs.plan(campaign_id)
    return found


def numbers(campaign_id: int) -> set[str]:
    with reading() as session:
        batch_id = session.get_one(Campaign, campaign_id).batch_id
        return set(session.scalars(select(Message.number).where(Message.batch_id == batch_id)))


def of_building(name: str) -> set[str]:
    with reading() as session:
        rows = (
            select(make.Number.number)
            .join(Contact, Contact.person_id == make.Number.person_id)
            .join(Home, Home.id == Contact.home_id)
            .join(Building, Building.id == Home.building_id)
            .where(Building.name == f"{name}号楼")
        )
        return set(session.scalars(rows))


def all_clear(stage: Stage, incident_id: int) -> set[str]:
    with transaction() as session:
        written = notices.restore(session, incident_id, stage.manager, at=clock.now())
        assert written is not None
        campaign_id = written.id
    jobs.plan(campaign_id)
    return numbers(campaign_id)


def test_the_newly_affected_get_the_opening_and_nobody_else_does(stage: Stage, buildings: dict[str, int]) -> None:
    incident_id = opening(stage, buildings["3"])
    written = rescope(stage, incident_id, buildings["3"], buildings["4"])
    assert set(written) == {NoticeStep.OPENING}
    assert numbers(written[NoticeStep.OPENING]) == of_building("4")
    stage.approve(written[NoticeStep.OPENING], reason="夜里只有我", by=stage.manager)
    stage.work()
    assert all_clear(stage, incident_id) == of_building("3") | of_building("4")


def test_those_it_does_not_touch_any_more_are_told_so_and_hear_no_more_of_it(
    stage: Stage, buildings: dict[str, int]
) -> None:
    incident_id = opening(stage, buildings["3"], buildings["7"])
    written = rescope(stage, incident_id, buildings["7"])
    assert set(written) == {NoticeStep.RELEASED}
    released = numbers(written[NoticeStep.RELEASED])
    assert released == of_building("3") - {BOTH}, "whoever has a home that it still touches is not released"
    stage.approve(written[NoticeStep.RELEASED], by=stage.supervisor)
    stage.work()
    with reading() as session:
        body = session.scalars(select(Message.body).where(Message.number == sorted(released)[0])).all()[-1]
    assert "只涉及7号楼" in body
    assert all_clear(stage, incident_id) == of_building("7")


def test_what_had_not_left_yet_for_them_stays_at_home(stage: Stage, buildings: dict[str, int]) -> None:
    incident_id = opening(stage, buildings["3"], buildings["7"], is_sent=False)
    written = rescope(stage, incident_id, buildings["7"])
    stage.work()
    with reading() as session:
        rows = session.execute(select(Message.number, Message.state)).all()
    assert {number for number, state in rows if state is MessageState.CANCELLED} == of_building("3") - {BOTH}
    assert {number for number, state in rows if state is MessageState.ACCEPTED} == of_building("7")
    assert numbers(written[NoticeStep.RELEASED]) == set(), "they never heard of it"


def test_nobody_knocks_where_it_is_not_any_more(stage: Stage, buildings: dict[str, int]) -> None:
    incident_id = opening(stage, buildings["3"], buildings["7"])
    with transaction() as session:
        session.execute(update(Message).values(state=MessageState.FAILED))
    rescope(stage, incident_id, buildings["7"])
    for minutes in (10, 20):
        clock.stop_at(AT + timedelta(minutes=minutes))
        laddering.climb_due()
    with reading() as session:
        rungs = select(Campaign.batch_id).where(Campaign.audience["ladder_of"].as_integer().is_not(None))
        rung = set(session.scalars(select(Message.number).where(Message.batch_id.in_(rungs))))
    assert rung == of_building("7")


def test_whoever_it_comes_back_to_is_told_again_and_hears_the_end(stage: Stage, buildings: dict[str, int]) -> None:
    incident_id = opening(stage, buildings["3"], buildings["4"])
    released = rescope(stage, incident_id, buildings["3"])[NoticeStep.RELEASED]
    stage.approve(released, by=stage.supervisor)
    stage.work()
    again = rescope(stage, incident_id, buildings["3"], buildings["4"])[NoticeStep.OPENING]
    assert numbers(again) == of_building("4")
    stage.approve(again, by=stage.supervisor)
    stage.work()
    assert all_clear(stage, incident_id) == of_building("3") | of_building("4")


def test_what_was_never_approved_counts_for_nothing_when_the_scope_changes_again(
    stage: Stage, buildings: dict[str, int]
) -> None:
    three, four, seven = (buildings[name] for name in ("3", "4", "7"))
    incident_id = opening(stage, three)
    rescope(stage, incident_id, three, four)
    written = rescope(stage, incident_id, three, four, seven)
    assert numbers(written[NoticeStep.OPENING]) == of_building("4") | of_building("7"), "4 was never told"
    rescope(stage, incident_id, four)
    written = rescope(stage, incident_id, four, seven)
    assert numbers(written[NoticeStep.RELEASED]) == of_building("3") - {BOTH}, "3 still has to hear that it is spared"


def test_a_delay_does_not_lock_out_those_who_are_to_be_told_only_now(stage: Stage, buildings: dict[str, int]) -> None:
    incident_id = opening(stage, buildings["3"])
    rescope(stage, incident_id, buildings["3"], buildings["4"])
    with transaction() as session:
        end_at = clock.now() + timedelta(hours=5)
        delay = notices.delay(session, incident_id, stage.manager, promised_end_at=end_at, at=clock.now())
        assert delay is not None
        openings = select(Campaign.id).where(Campaign.step == NoticeStep.OPENING, Campaign.state == "planning")
        waiting = session.scalars(openings).one()
        delay_id = delay.id
    jobs.plan(delay_id)
    jobs.plan(waiting)
    stage.approve(delay_id, by=stage.supervisor)
    stage.approve(waiting, by=stage.supervisor)
    assert numbers(waiting) == of_building("4")
    assert numbers(delay_id) == of_building("3")


def test_a_building_nobody_lives_in_is_no_reason_to_refuse(stage: Stage, buildings: dict[str, int]) -> None:
    with transaction() as session:
        garage = Building(project_id=stage.project_id, name="车库", keys="")
        session.add(garage)
        session.flush()
        garage_id = garage.id
    incident_id = opening(stage, buildings["3"])
    assert rescope(stage, incident_id, buildings["3"], garage_id) == {}


def test_sent_again_it_repeats_no_old_end_and_reaches_nobody_who_was_released(
    stage: Stage, buildings: dict[str, int]
) -> None:
    incident_id = opening(stage, buildings["3"], buildings["4"])
    with transaction() as session:
        session.execute(update(Message).values(state=MessageState.FAILED))
        first = session.scalars(select(Campaign.id)).one()
        again = campaigns.resend(session, first, stage.author, at=clock.now()).id
    jobs.plan(again)
    with transaction() as session:
        end_at = clock.now() + timedelta(hours=5)
        notices.delay(session, incident_id, stage.manager, promised_end_at=end_at, at=clock.now())
        again_late = campaigns.resend(session, first, stage.author, at=clock.now()).id
    jobs.plan(again_late)
    with pytest.raises(Conflict, match="another end"):
        stage.approve(again_late, by=stage.supervisor)


def test_where_nobody_was_told_yet_the_opening_has_to_be_written_anew(stage: Stage, buildings: dict[str, int]) -> None:
    three = buildings["3"]
    id = stage.planned(
        message_class=MessageClass.EMERGENCY, audience=Filter(stage.project_id, (three,)),
        trouble=IncidentDraft(kind=IncidentKind.WATER, project_id=stage.project_id, building_ids=(three,)),
    )  # fmt: skip
    with reading() as session:
        incident_id = session.get_one(Campaign, id).incident_id
    assert incident_id is not None
    assert rescope(stage, incident_id, buildings["4"]) == {}
    with reading() as session:
        assert session.get_one(Campaign, id).state is CampaignState.WITHDRAWN


def test_what_cannot_be_is_refused_in_plain_words(stage: Stage, buildings: dict[str, int]) -> None:
    incident_id = opening(stage, buildings["3"])
    with pytest.raises(Conflict, match="The scope is the same"):
        rescope(stage, incident_id, buildings["3"])
    with pytest.raises(BadInput, match="no building 99"):
        rescope(stage, incident_id, 99)
    all_clear(stage, incident_id)
    with pytest.raises(Conflict, match="already over"):
        rescope(stage, incident_id, buildings["4"])


def taken_back_half_way(stage: Stage, step: NoticeStep) -> None:
    """Of the newest such word two messages arrived, and the rest is taken back."""
    with transaction() as session:
        newest = select(Campaign).where(Campaign.step == step).order_by(Campaign.id.desc()).limit(1)
        word = session.scalars(newest).one()
        id, its = word.id, select(Message).where(Message.batch_id == word.batch_id).order_by(Message.id)
        for message in session.scalars(its.limit(2)):
            message.state, message.final_at = MessageState.DELIVERED, AT
        campaigns.stop(session, id, stage.supervisor, at=AT)
        campaigns.withdraw(session, id, stage.supervisor, at=AT)
    jobs.put_away(id)


def test_an_opening_taken_back_half_way_is_owed_again_and_so_is_its_release(
    stage: Stage, buildings: dict[str, int]
) -> None:
    three, four, seven = (buildings[name] for name in ("3", "4", "7"))
    incident_id = opening(stage, three, is_sent=False)
    taken_back_half_way(stage, NoticeStep.OPENING)
    written = rescope(stage, incident_id, three, four)
    assert numbers(written[NoticeStep.OPENING]) == of_building("3") | of_building("4"), "most of 3 never heard of it"
    written = rescope(stage, incident_id, seven)
    assert numbers(written[NoticeStep.OPENING]) == of_building("7")
    assert len(numbers(written[NoticeStep.RELEASED])) == 1, "of the two who heard of it one has a home in 7"


def test_a_release_taken_back_half_way_is_owed_to_the_others(stage: Stage, buildings: dict[str, int]) -> None:
    three, four, seven = (buildings[name] for name in ("3", "4", "7"))
    incident_id = opening(stage, three, four)
    stage.approve(rescope(stage, incident_id, four)[NoticeStep.RELEASED], by=stage.supervisor)
    taken_back_half_way(stage, NoticeStep.RELEASED)
    written = rescope(stage, incident_id, four, seven)
    assert len(numbers(written[NoticeStep.RELEASED])) == len(of_building("3")) - 2


def test_the_whole_estate_is_a_scope_too(stage: Stage, buildings: dict[str, int]) -> None:
    incident_id = opening(stage, buildings["3"])
    written = rescope(stage, incident_id)
    assert numbers(written[NoticeStep.OPENING]) == of_building("4") | of_building("7")
