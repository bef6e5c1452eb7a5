"""A delay and an all-clear are called out by the proof of having heard: one telephone a home, no vain one at night."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from base import clock
from base.database import reading, transaction
from directory.models import Home, Project
from messages.lifecycle import MessageState, Way
from messages.models import Message
from outreach import latercalls
from outreach.actions import campaigns, further, notices
from outreach.audience import Reason
from outreach.jobs import laddering as jobs
from outreach.jobs import planning as planner
from outreach.latercalls import Fared
from outreach.lifecycle import NoticeStep
from outreach.models import Campaign, LeftOut
from tests import make
from tests.messages.fake import AT
from tests.outreach.rungs import ends, newest, opening, went
from tests.outreach.stage import Stage
from tests.outreach.test_ladder_of_a_delay import is_put_off
from tickets.lifecycle import IncidentKind
from tickets.models import Incident

FIRST, SECOND, MOBILE = "+862162345678", "+862162345679", "+8613800138071"
NIGHT_AT = AT.replace(hour=18)
"""Two in the morning there; their day begins at seven."""
MORNING_AT = AT.replace(hour=23)


@pytest.fixture
def home(stage: Stage) -> Iterator[int]:
    """3号楼2单元1601室, with nobody in it yet."""
    with transaction() as session:
        home_id = make.a_home(session, session.get_one(Project, stage.project_id), "3-2-1601").id
    yield home_id
    clock.stop_at(None)


def lives_there(home_id: int, *numbers: str) -> list[int]:
    """One owner a number; their ids."""
    with transaction() as session:
        return [make.an_owner(session, session.get_one(Home, home_id), number).id for number in numbers]


def fares(number: str, state: MessageState, *, is_heard: bool = False) -> None:
    """What was last planned to a number came to this end."""
    heard_at = clock.now() if is_heard else None
    with transaction() as session:
        last = select(Message.id).where(Message.number == number).order_by(Message.id.desc()).limit(1)
        session.execute(
            update(Message)
            .where(Message.id == last.scalar_subquery())
            .values(state=state, final_at=clock.now(), heard_at=heard_at)
        )


def trouble_of(id: int) -> int:
    with reading() as session:
        incident_id = session.get_one(Campaign, id).incident_id
    assert incident_id is not None
    return incident_id


def would_hear(id: int, step: NoticeStep) -> int:
    incident_id = trouble_of(id)
    with reading() as session:
        return further.addressed(session, incident_id, step)


def is_over(stage: Stage, id: int) -> int:
    with transaction() as session:
        written = notices.restore(session, trouble_of(id), stage.supervisor, at=clock.now())
        assert written is not None
        all_clear = written.id
    planner.plan(all_clear)
    stage.approve(all_clear)
    stage.work()
    return all_clear


def numbers_of(id: int) -> int:
    with reading() as session:
        return session.get_one(Campaign, id).numbers


def left_out(id: int) -> dict[int, str]:
    with reading() as session:
        rows = session.execute(select(LeftOut.person_id, LeftOut.reason).where(LeftOut.campaign_id == id))
        return dict(rows.all())


def rung(since: int) -> list[str]:
    return [number for number, way in went(since) if way is Way.CALL]


def of_home(since: int) -> list[tuple[str, Way]]:
    """What left to the numbers of that home."""
    return [(number, way) for number, way in went(since) if number in {FIRST, SECOND, MOBILE}]


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ([(MessageState.NO_ANSWER, False), (MessageState.ANSWERED, True)], Fared.HEARD),
        ([(MessageState.ANSWERED, False), (MessageState.BUSY, False)], Fared.TAKEN),
        ([(MessageState.UNKNOWN, False)], Fared.TAKEN),
        ([(MessageState.NO_ANSWER, False), (MessageState.PLANNED, False)], Fared.NOT_PICKED_UP),
        ([(MessageState.FAILED, False), (MessageState.EXPIRED, False)], Fared.UNTRIED),
        ([(MessageState.FAILED, False)], Fared.FAILED),
    ],
)
def test_how_a_telephone_fared(calls: list[tuple[MessageState, bool]], expected: Fared) -> None:
    assert latercalls.fared(calls) is expected
    assert latercalls.may_wake(expected) is (expected is not Fared.NOT_PICKED_UP)


@pytest.mark.parametrize(
    ("calls", "homes", "have_heard", "expected"),
    [
        ({"a": Fared.TAKEN, "b": Fared.HEARD}, {"a": {1}, "b": {1}}, (), {"a": Reason.ONE_CALL_A_HOME}),
        ({"a": Fared.TAKEN, "b": Fared.HEARD}, {"a": {1, 2}, "b": {1}}, (), {}),
        ({"a": Fared.NOT_PICKED_UP}, {"a": {1}}, (), {}),
        ({"a": Fared.NOT_PICKED_UP}, {"a": {1}}, {1}, {"a": Reason.HOME_HAS_HEARD}),
        ({"a": Fared.NOT_PICKED_UP}, {"a": {1, 2}}, {1}, {}),
        ({"a": Fared.UNTRIED, "b": Fared.TAKEN}, {"a": {1}, "b": {2}}, {1, 2}, {}),
        ({"a": Fared.FAILED, "b": Fared.NOT_PICKED_UP}, {"a": {1}, "b": {1}}, (), {"a": Reason.ONE_CALL_A_HOME}),
        ({"a": Fared.ASKED, "b": Fared.HEARD}, {"a": {1}, "b": {1}}, (), {"b": Reason.ONE_CALL_A_HOME}),
        ({"a": Fared.ASKED, "b": Fared.ASKED}, {"a": {1}, "b": {1}}, {1}, {}),
        ({"a": Fared.NOT_PICKED_UP, "b": Fared.NOT_PICKED_UP}, {}, (), {}),
    ],
)
def test_which_telephones_are_spared(
    calls: dict[str, Fared], homes: dict[str, set[int]], have_heard: set[int], expected: dict[str, Reason]
) -> None:
    assert latercalls.spared(calls, homes, have_heard) == expected


def test_a_delay_and_the_all_clear_ring_only_the_landline_that_was_answered(stage: Stage, home: int) -> None:
    vain, _ = lives_there(home, FIRST, SECOND)
    id = opening(stage)
    fares(FIRST, MessageState.NO_ANSWER)
    clock.stop_at(AT + timedelta(minutes=10))
    jobs.climb_due()
    stage.work()
    fares(SECOND, MessageState.ANSWERED)
    before, expected = newest(), would_hear(id, NoticeStep.DELAY)
    delay = is_put_off(stage, id)
    assert rung(before) == [SECOND]
    assert numbers_of(delay) == expected == 7, "six neighbours by text, and one call"
    assert left_out(delay) == {vain: "home_has_heard"}
    fares(SECOND, MessageState.ANSWERED)
    before, expected = newest(), would_hear(id, NoticeStep.RESTORED)
    assert numbers_of(is_over(stage, id)) == expected == 7
    assert rung(before) == [SECOND]


def test_counting_who_would_hear_keeps_nobody_waiting(stage: Stage, home: int) -> None:
    lives_there(home, FIRST)
    id = opening(stage)
    fares(FIRST, MessageState.NO_ANSWER)
    with reading() as looking:
        assert further.addressed(looking, trouble_of(id), NoticeStep.DELAY) == 7
        with transaction() as session:
            assert session.get(Incident, trouble_of(id), with_for_update={"nowait": True})


def test_where_nobody_of_a_home_has_heard_a_delay_rings_one_telephone_of_it(stage: Stage, home: int) -> None:
    lives_there(home, FIRST, SECOND)
    id = opening(stage)
    fares(FIRST, MessageState.NO_ANSWER)
    clock.stop_at(AT + timedelta(minutes=10))
    jobs.climb_due()
    stage.work()
    fares(SECOND, MessageState.NO_ANSWER)
    before = newest()
    is_put_off(stage, id)
    assert len(rung(before)) == 1


def test_a_landline_that_nobody_picked_up_is_spared_where_a_text_was_delivered_to_the_home(
    stage: Stage, home: int
) -> None:
    owner, _ = lives_there(home, FIRST, MOBILE)
    id = opening(stage)
    fares(FIRST, MessageState.NO_ANSWER)
    before = newest()
    delay = is_put_off(stage, id)
    assert of_home(before) == [(MOBILE, Way.TEXT)]
    assert left_out(delay) == {owner: "home_has_heard"}


def test_at_night_a_delay_of_danger_rings_where_it_was_heard_and_what_nobody_picked_up_in_the_morning(
    stage: Stage, home: int
) -> None:
    clock.stop_at(NIGHT_AT)
    lives_there(home, FIRST)
    with transaction() as session:
        other = make.a_home(session, session.get_one(Project, stage.project_id), "3-2-1701")
        make.an_owner(session, other, SECOND)
    id = opening(stage, IncidentKind.GAS)
    fares(FIRST, MessageState.NO_ANSWER)
    fares(SECOND, MessageState.ANSWERED, is_heard=True)
    clock.stop_at(NIGHT_AT + timedelta(minutes=1))
    before = newest()
    is_put_off(stage, id)
    assert rung(before) == [SECOND]
    clock.stop_at(MORNING_AT)
    stage.work()
    assert rung(before) == [FIRST, SECOND] or rung(before) == [SECOND, FIRST]


def test_sent_again_at_night_it_rings_what_failed_at_once_and_what_nobody_picked_up_in_the_morning(
    stage: Stage, home: int
) -> None:
    clock.stop_at(NIGHT_AT)
    lives_there(home, FIRST)
    with transaction() as session:
        make.an_owner(session, make.a_home(session, session.get_one(Project, stage.project_id), "3-2-1701"), SECOND)
    id = opening(stage, IncidentKind.GAS)
    fares(FIRST, MessageState.NO_ANSWER)
    fares(SECOND, MessageState.FAILED)
    before = newest()
    with transaction() as session:
        again = campaigns.resend(session, id, stage.author, at=clock.now()).id
    planner.plan(again)
    stage.approve(again)
    stage.work()
    assert rung(before) == [SECOND]
    clock.stop_at(MORNING_AT)
    stage.work()
    assert rung(before) == [FIRST, SECOND]


def test_the_all_clear_of_danger_wakes_nobody(stage: Stage, home: int) -> None:
    clock.stop_at(NIGHT_AT)
    lives_there(home, FIRST)
    id = opening(stage, IncidentKind.GAS)
    fares(FIRST, MessageState.ANSWERED, is_heard=True)
    before = newest()
    is_over(stage, id)
    assert rung(before) == []
    clock.stop_at(MORNING_AT)
    stage.work()
    assert rung(before) == [FIRST]


def test_a_call_that_waits_for_the_morning_keeps_no_other_telephone_of_the_home_from_ringing_in_danger(
    stage: Stage, home: int
) -> None:
    clock.stop_at(NIGHT_AT)
    lives_there(home, FIRST, MOBILE)
    id = opening(stage, IncidentKind.GAS)
    fares(FIRST, MessageState.NO_ANSWER)
    clock.stop_at(NIGHT_AT + timedelta(minutes=1))
    is_put_off(stage, id)
    ends(MessageState.DELIVERED)
    before = newest()
    for minutes in (2, 4):
        clock.stop_at(NIGHT_AT + timedelta(minutes=minutes))
        jobs.climb_due()
        stage.work()
    assert of_home(before) == [(MOBILE, Way.CALL)]
