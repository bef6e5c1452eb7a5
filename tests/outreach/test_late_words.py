"""A promise has passed without a word: its owner is told so by ourselves, once a promise and day, not at night."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from messages import actions as messages
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from outreach.actions.lateness import late_words_due, tell_late, told_by_itself
from outreach.latewords import broken, may_wait, next_word_at
from tests.make import a_home, an_owner
from tests.oncall.estate import Estate, a_stuck_lift, an_estate
from tickets.clocks import clocks
from tickets.hours import ROUND_THE_CLOCK
from tickets.lifecycle import Kind, Level, WaitReason
from tickets.models import EventType, Ticket, TicketEvent, TicketWatch, Watcher
from tickets.running import ClockName, Fact

OWNER, NEIGHBOUR = "+8613800138000", "+8613800138001"
TEN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai, of a Monday."""
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(("level", "facts", "at_h", "heard_h", "expected"), [
    (Level.P2, [], 0.4, None, []),
    (Level.P2, [], 0.6, None, ["ack"]),
    (Level.P2, [], 0.6, 0.55, []),
    (Level.P2, [], 0.6, 0.1, ["ack"]),
    (Level.P2, [], 25, None, ["ack", "finish"]),
    (Level.P2, [], 25, 1, ["finish"]),
    (Level.P2, [("acknowledged", 0.1)], 1, None, []),
    (Level.P2, [("acknowledged", 0.1), ("waiting", 2)], 30, None, []),
    (Level.P1, [], 0.6, None, ["arrive"]),
    (Level.P1, [("acknowledged", 0.1), ("arrived", 0.2)], 3, None, []),  # control was promised to nobody
    (Level.C1, [], 25, None, ["first_reply"]),
    (Level.P2, [("resolved", 1)], 30, None, ["callback"]),
    (Level.P2, [("resolved", 1), ("asked", 2)], 30, None, []),
])  # fmt: skip
def test_which_promises_have_passed_without_a_word(
    level: Level, facts: list[tuple[str, float]], at_h: float, heard_h: float | None, expected: list[str]
) -> None:
    told = [Fact("opened", TEN), *(Fact(word, TEN + hours * HOUR, WaitReason.OWNER) for word, hours in facts)]
    standing = clocks(level, told, at=TEN + at_h * HOUR, hours=ROUND_THE_CLOCK)
    heard_at = None if heard_h is None else TEN + heard_h * HOUR
    assert [clock.name.value for clock in broken(level, standing, heard_at=heard_at)] == expected


def test_the_next_word_is_promised_for_when_we_can_keep_it() -> None:
    tomorrow = TEN + 22 * HOUR
    assert next_word_at(Level.P2, ClockName.ACK, at=TEN, speaks_next_at=tomorrow) == tomorrow + HOUR
    assert next_word_at(Level.P0, ClockName.ARRIVE, at=TEN, speaks_next_at=tomorrow) == TEN + HOUR / 2
    assert may_wait(Level.P0, ClockName.CALLBACK)


@pytest.fixture
def estate(session: Session) -> Estate:
    found = an_estate(session)
    an_owner(session, a_home(session, found.project), OWNER)
    return found


def a_tap(session: Session, estate: Estate, at: datetime = TEN, **more: object) -> Ticket:
    """An ordinary repair: somebody was to be in touch within half an hour."""
    values: dict[str, object] = {"kind": Kind.REPAIR, "category": "water_power", "caller_number": OWNER, "at": at}
    return a_stuck_lift(session, estate, **values | more)


def looks(session: Session, at: datetime) -> None:
    """As the clock does, twice: the second time changes nothing."""
    for _ in range(2):
        for id in late_words_due(session, at=at):
            tell_late(session, id, at=at)


def words(session: Session, number: str = OWNER) -> list[Message]:
    return list(session.scalars(select(Message).where(Message.number == number).order_by(Message.id)))


def test_a_promise_that_passes_without_a_word_is_spoken_of_once_a_day(session: Session, estate: Estate) -> None:
    tap = a_tap(session, estate)
    looks(session, TEN + timedelta(minutes=30))
    assert words(session) == [], "the moment itself is in time"
    for minutes in range(31, 300, 20):
        looks(session, TEN + timedelta(minutes=minutes))
    [word] = words(session)
    assert tap.ref in word.body
    assert "没能按时联系您" in word.body
    assert "次日九点半前再告知进展" in word.body
    assert (word.message_class, word.state) == (MessageClass.SERVICE, MessageState.PLANNED)
    assert list(told_by_itself(session, [tap.id])) == [tap.id]
    looks(session, TEN + 22 * HOUR)
    assert len(words(session)) == 1, "eight in the morning: the desk is not open yet"
    looks(session, TEN + 22.5 * HOUR)
    assert len(words(session)) == 2, "and so the next word was kept"


def test_it_is_spoken_of_every_day_though_no_other_promise_is_left_to_look_for(
    session: Session, estate: Estate
) -> None:
    a_tap(session, estate)
    for hours in range(25, 24 * 6, 3):
        looks(session, TEN + hours * HOUR)
        lately = [one.planned_at for one in words(session) if one.planned_at > TEN + (hours - 25) * HOUR]
        assert lately, f"{hours} h after it was opened: nothing was said since a day"
    assert len(words(session)) <= 6, "and once a day"


def test_each_promise_is_one_of_its_own_and_one_text_tells_of_two(session: Session, estate: Estate) -> None:
    a_tap(session, estate)
    looks(session, TEN + HOUR)
    looks(session, TEN + 24.1 * HOUR)
    late = [word.body for word in words(session)]
    assert ["没能按时联系您" in late[0], "没能按时办完" in late[1], len(late)] == [True, True, 2]
    told = select(TicketEvent.data).where(TicketEvent.type == EventType.MESSAGE).order_by(TicketEvent.id)
    assert [data["clock"] for data in session.scalars(told)] == ["ack", "ack", "finish"]


@pytest.mark.parametrize("speaks", ["note", "text", "takes", "waits", "drill", "over"])
def test_whoever_hears_from_us_otherwise_is_told_nothing(session: Session, estate: Estate, speaks: str) -> None:
    tap, by = a_tap(session, estate, is_drill=speaks == "drill"), estate.first.id
    at = TEN + timedelta(minutes=31)
    if speaks == "note":
        tickets.actions.note(session, tap.id, by, at=at, text="已电话说明")
    elif speaks == "text":
        messages.plan_text(
            session, number=OWNER, message_class=MessageClass.SERVICE, body="x", once_key="x", about=f"ticket:{tap.id}",
            at=at,
        )  # fmt: skip
    elif speaks == "over":
        tickets.actions.cancel(session, tap.id, by, at=at, text="x")
    elif speaks != "drill":
        tickets.actions.acknowledge(session, tap.id, by, at=TEN + timedelta(minutes=20), how="key")
        if speaks == "waits":
            tickets.actions.wait(session, tap.id, by, at=at, reason=WaitReason.OWNER)
    looks(session, at + HOUR)
    assert [word.body for word in words(session) if word.once_key.startswith("late-word/")] == []


def test_at_night_nothing_is_said_and_in_the_morning_only_if_it_is_still_so(session: Session, estate: Estate) -> None:
    evening = TEN + 11 * HOUR  # nine in the evening
    first, second = (a_tap(session, estate, evening - 24 * HOUR + n * HOUR) for n in range(2))
    for tap in (first, second):
        tickets.actions.acknowledge(session, tap.id, estate.first.id, at=evening - 22 * HOUR, how="key")
    for hours in range(4):
        looks(session, evening + hours * HOUR)
    assert words(session) == []
    tickets.actions.resolve(session, second.id, estate.first.id, at=evening + 5 * HOUR, text="x")
    looks(session, evening + 11.5 * HOUR)
    [word] = words(session)
    assert first.ref in word.body


def test_whoever_waits_for_somebody_to_come_is_told_at_any_hour(session: Session, estate: Estate) -> None:
    at = TEN + 17 * HOUR  # three at night
    a_tap(session, estate, at, category="burst_pipe", language="en")
    looks(session, at + timedelta(minutes=31))
    [word] = words(session)
    assert "nobody has reached you in time" in word.body


def test_whoever_reported_a_part_of_it_is_told_too_under_their_own_number(session: Session, estate: Estate) -> None:
    an_owner(session, a_home(session, estate.project, "3-1-0101"), NEIGHBOUR, "何青")
    first, second = a_tap(session, estate), a_tap(session, estate, caller_number=NEIGHBOUR)
    tickets.actions.merge(session, second.id, into=first, at=TEN + timedelta(minutes=1))
    looks(session, TEN + timedelta(minutes=31))
    looks(session, TEN + timedelta(minutes=51))
    [own], [other] = words(session), words(session, NEIGHBOUR)
    assert [first.ref in own.body, second.ref in other.body] == [True, True]
    assert "没能按时联系您" in other.body


def test_who_cannot_be_texted_is_looked_at_again_the_next_day_and_not_each_second(
    session: Session, estate: Estate
) -> None:
    tap = a_tap(session, estate, caller_number="+862155551234")
    late = TEN + timedelta(minutes=31)
    looks(session, late)
    assert late_words_due(session, at=late + timedelta(minutes=29)) == []
    assert late_words_due(session, at=TEN + 22.5 * HOUR) == [tap.id]


def test_who_cannot_be_texted_is_not(session: Session, estate: Estate) -> None:
    tap = a_tap(session, estate, caller_number="+862155550000")
    looks(session, TEN + HOUR)
    assert told_by_itself(session, [tap.id]) == {}


def test_a_promise_that_passed_before_anybody_watched_is_left_to_people(session: Session, estate: Estate) -> None:
    tap = a_tap(session, estate)
    watch = TicketWatch(ticket_id=tap.id, watcher=Watcher.OWNER, seen_version=0, since_at=TEN + HOUR)
    session.add(watch)
    session.flush()
    looks(session, TEN + 2 * HOUR)
    assert words(session) == []
    looks(session, TEN + 24.1 * HOUR)
    assert len(words(session)) == 1
