"""A deadline is near, or has passed: who is told, when, and once, on a real database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

import oncall.jobs
import tickets.actions
from base import clock
from base.database import reading, transaction
from directory.models import Language
from messages.lifecycle import MessageState
from messages.models import Message
from oncall import actions
from oncall.ladder import Post
from tests.make import a_home, a_shift
from tests.oncall.estate import AT, Estate, a_stuck_lift, an_estate, texts_to
from tickets.actions import lookouts, proposing
from tickets.lifecycle import Kind, Level, WaitReason
from tickets.models import EventType, Ticket, TicketEvent, TicketWatch, Watcher
from tickets.running import ClockName

SHANGHAI = ZoneInfo("Asia/Shanghai")
TEN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai, of a Monday."""


@pytest.fixture
def estate(session: Session) -> Estate:
    """Everybody has a shift that covers these days."""
    found = an_estate(session)
    for post in Post:
        a_shift(session, found.project, getattr(found, post.value), post, TEN, hours=300)
    return found


def a_leak(session: Session, estate: Estate, at: datetime, **more: object) -> Ticket:
    """A burst pipe, taken within a minute by the first on duty: to be on site within thirty."""
    found = a_stuck_lift(session, estate, **{"kind": Kind.REPAIR, "category": "burst_pipe", "at": at} | more)
    tickets.actions.acknowledge(session, found.id, estate.first.id, at=at + timedelta(minutes=1), how="key")
    return found


def looks(session: Session, at: datetime) -> None:
    """As the clock does, twice: the second time changes nothing."""
    for _ in range(2):
        for id in actions.overruns_due(session, at=at):
            actions.tell_overruns(session, id, at=at)


def every_minute(session: Session, from_at: datetime, minutes: int) -> None:
    for minute in range(minutes + 1):
        looks(session, from_at + timedelta(minutes=minute))


def told(session: Session, estate: Estate, words: str = "") -> dict[str, int]:
    """How many texts about deadlines each got."""
    people = ("first", "second", "supervisor", "manager", "director")
    count = {
        name: sum("时限将到" in text or "超时督办" in text for text in texts_to(session, getattr(estate, name)))
        for name in people
    }
    return {name: many for name, many in count.items() if many}


def test_whoever_has_it_is_told_before_and_those_above_after_one_by_one(session: Session, estate: Estate) -> None:
    leak = a_leak(session, estate, AT)  # half past two at night: a burst pipe is spoken of at any hour
    every_minute(session, AT, 19)
    assert told(session, estate) == {}
    looks(session, AT + timedelta(minutes=20))
    [text] = texts_to(session, estate.first)
    assert leak.ref in text
    assert "到场" in text
    every_minute(session, AT + timedelta(minutes=21), 10)
    assert told(session, estate) == {"first": 1, "supervisor": 1}
    assert estate.first.name in texts_to(session, estate.supervisor)[-1]
    every_minute(session, AT + timedelta(minutes=32), 40)
    assert told(session, estate) == {"first": 1, "supervisor": 1, "manager": 1, "director": 1}


def test_what_is_done_in_time_is_nobodys_news(session: Session, estate: Estate) -> None:
    leak = a_leak(session, estate, AT)
    tickets.actions.arrive(session, leak.id, estate.first.id, at=AT + timedelta(minutes=15))
    every_minute(session, AT + timedelta(minutes=15), 60)
    assert told(session, estate) == {}


def test_a_pause_stops_it_and_a_new_round_begins_anew(session: Session, estate: Estate) -> None:
    leak, by = a_leak(session, estate, AT), estate.first.id
    tickets.actions.wait(session, leak.id, by, at=AT + timedelta(minutes=10), reason=WaitReason.OWNER)
    every_minute(session, AT + timedelta(minutes=10), 120)
    assert told(session, estate) == {}
    tickets.actions.resume(session, leak.id, by, at=AT + timedelta(minutes=140))
    every_minute(session, AT + timedelta(minutes=140), 9)
    assert told(session, estate) == {}
    every_minute(session, AT + timedelta(minutes=150), 11)
    assert told(session, estate) == {"first": 1, "supervisor": 1}
    tickets.actions.resolve(session, leak.id, by, at=AT + timedelta(minutes=170), text="x")
    tickets.actions.reopen(session, leak.id, None, at=AT + timedelta(minutes=180), text="x")
    tickets.actions.acknowledge(session, leak.id, by, at=AT + timedelta(minutes=181), how="key")
    every_minute(session, AT + timedelta(minutes=181), 31)
    assert told(session, estate) == {"first": 2, "supervisor": 2}


def test_while_the_ladder_wakes_people_nothing_is_said_besides(session: Session, estate: Estate) -> None:
    lift = a_stuck_lift(session, estate)
    every_minute(session, AT, 20)
    assert told(session, estate) == {}
    tickets.actions.acknowledge(session, lift.id, estate.first.id, at=AT + timedelta(minutes=20), how="key")
    looks(session, AT + timedelta(minutes=20))
    assert told(session, estate) == {"supervisor": 1, "manager": 1, "director": 1}, "it is long overdue already"


def test_that_nobody_has_asked_how_it_was_is_said_by_day_whatever_it_was(session: Session, estate: Estate) -> None:
    leak, done_at = a_leak(session, estate, AT), AT + timedelta(minutes=30)
    tickets.actions.arrive(session, leak.id, estate.first.id, at=AT + timedelta(minutes=10))
    tickets.actions.resolve(session, leak.id, estate.first.id, at=done_at, text="已修好")
    [clock_] = [
        each for each in tickets.actions.standing_clocks(session, leak, at=done_at) if each.name is ClockName.CALLBACK
    ]
    assert clock_.due_at is not None
    assert clock_.due_at.astimezone(SHANGHAI).hour == 3
    looks(session, clock_.due_at - timedelta(minutes=1))
    looks(session, clock_.due_at + timedelta(minutes=1))
    assert told(session, estate) == {}
    looks(session, clock_.due_at + timedelta(hours=6))
    assert told(session, estate) == {"supervisor": 1}


def a_group(session: Session, estate: Estate, at: datetime) -> list[Ticket]:
    """Three homes of one building have no water within two minutes, and whoever is on duty takes the first of them."""
    found = [
        a_stuck_lift(
            session, estate, kind=Kind.REPAIR, category="water_power", caller_number=f"+861370000000{n}",
            home_id=a_home(session, estate.project, f"3-1-{n}01").id, at=at + timedelta(minutes=n),
        )
        for n in range(3)
    ]  # fmt: skip
    tickets.actions.acknowledge(session, found[0].id, estate.first.id, at=at + timedelta(minutes=3), how="key")
    minds(session, at + timedelta(minutes=3))
    return found


def minds(session: Session, at: datetime) -> None:
    for id in proposing.groups_due(session, at=at):
        proposing.keep_group(session, id, at=at)


def over(session: Session, *those: Ticket) -> list[list[str]]:
    """Of which clocks of each somebody was told that they are overrun."""
    told_of = [
        select(TicketEvent.data).where(TicketEvent.ticket_id == one.id, TicketEvent.type == EventType.OVERRUN)
        for one in those
    ]
    return [sorted({data["clock"] for data in session.scalars(query)}) for query in told_of]


def test_of_a_group_the_first_speaks_for_all_until_it_ends(session: Session, estate: Estate) -> None:
    first, second, third = a_group(session, estate, TEN)
    late = TEN + timedelta(hours=27)
    every_minute(session, late, 1)
    assert over(session, first, second, third) == [["arrive", "control"], [], []]
    tickets.actions.assign(session, third.id, estate.first.id, to_staff_id=estate.second.id, at=late)
    every_minute(session, late, 1)
    assert over(session, second, third) == [[], ["finish"]], "another has it: it is by itself"
    tickets.actions.resolve(session, first.id, estate.first.id, at=late, text="x")
    every_minute(session, late + timedelta(minutes=1), 6)
    assert over(session, second) == [["finish"]]


def test_while_the_first_of_a_group_is_still_paged_for_nothing_is_said_of_what_is_held(
    session: Session, estate: Estate
) -> None:
    first, *_ = a_group(session, estate, TEN)
    released_at = TEN + timedelta(minutes=5)
    tickets.actions.release(session, first.id, estate.first.id, at=released_at, text="x")
    fourth = a_stuck_lift(
        session, estate, kind=Kind.REPAIR, category="water_power", caller_number="+8613700000009", at=released_at,
        home_id=a_home(session, estate.project, "3-1-0901").id,
    )  # fmt: skip
    every_minute(session, released_at + timedelta(hours=25), 1)
    assert over(session, first, fourth) == [[], []]
    group = tickets.actions.group_led_by(session, first.id)
    assert group is not None
    decided_at = released_at + timedelta(hours=25)
    proposing.refuse(session, group.id, reason="x", by_id=estate.manager.id, at=decided_at)
    every_minute(session, decided_at, 1)
    assert over(session, fourth) == [["ack", "finish"]]


def a_tap(session: Session, estate: Estate, at: datetime) -> Ticket:
    """An ordinary repair, taken at once: to be done within twenty-four hours."""
    return a_leak(session, estate, at, category="water_power")


def test_of_what_wakes_nobody_nothing_is_said_at_night(session: Session, estate: Estate) -> None:
    opened_at = TEN + timedelta(hours=11, minutes=30)  # half past nine in the evening
    tap = a_tap(session, estate, opened_at)
    due_at = opened_at + timedelta(hours=24)
    for hours in range(26):
        looks(session, opened_at + timedelta(hours=hours))
    assert told(session, estate) == {}, "its end is in the night, and so is two hours before"
    morning = datetime(2026, 11, 25, 0, 30, tzinfo=UTC)
    looks(session, morning - timedelta(minutes=1))
    assert told(session, estate) == {}
    looks(session, morning)
    assert told(session, estate) == {"supervisor": 1}, "no warning of what is late already"
    assert "24日九点半前" not in texts_to(session, estate.supervisor)[-1]
    assert tap.ref in texts_to(session, estate.supervisor)[-1]
    assert due_at < morning


def test_whoever_says_it_is_done_in_the_night_spares_the_morning(session: Session, estate: Estate) -> None:
    opened_at = TEN + timedelta(hours=11, minutes=30)
    tap = a_tap(session, estate, opened_at)
    looks(session, opened_at + timedelta(hours=25))
    tickets.actions.resolve(session, tap.id, estate.first.id, at=opened_at + timedelta(hours=26), text="x")
    looks(session, opened_at + timedelta(hours=36))
    assert told(session, estate) == {}


def test_without_anybody_at_a_post_the_next_one_up_is_told(session: Session, estate: Estate) -> None:
    leak = a_leak(session, estate, AT)
    estate.supervisor.is_active = estate.first.is_active = False
    session.flush()
    looks(session, AT + timedelta(minutes=31))
    assert told(session, estate) == {"manager": 1}
    told_of = select(TicketEvent.data).where(TicketEvent.ticket_id == leak.id, TicketEvent.type == EventType.OVERRUN)
    [data] = session.scalars(told_of)
    assert (data["clock"], data["to"]) == ("arrive", [estate.manager.name])


def test_a_warning_goes_to_the_one_on_duty_where_nobody_has_it(session: Session, estate: Estate) -> None:
    leak = a_leak(session, estate, AT)
    leak.assignee_id = None
    session.flush()
    estate.first.language = Language.EN
    looks(session, AT + timedelta(minutes=20))
    [text] = [text for text in texts_to(session, estate.first) if "Due soon" in text]
    assert "on site by" in text


def test_what_passed_before_anybody_watched_is_not_told_afterwards(session: Session, estate: Estate) -> None:
    leak = a_leak(session, estate, AT)
    since_at = AT + timedelta(minutes=50)
    session.add(TicketWatch(ticket_id=leak.id, watcher=Watcher.STAFF, seen_version=0, since_at=since_at))
    session.flush()
    looks(session, since_at)
    assert told(session, estate) == {}
    looks(session, AT + timedelta(minutes=61))
    assert told(session, estate) == {"director": 1}


def test_what_is_not_due_is_not_looked_at_and_what_changes_is(session: Session, estate: Estate) -> None:
    leak = a_leak(session, estate, AT)
    looks(session, AT + timedelta(minutes=1))
    assert actions.overruns_due(session, at=AT + timedelta(minutes=19)) == []
    assert actions.overruns_due(session, at=AT + timedelta(minutes=20)) == [leak.id]
    tickets.actions.arrive(session, leak.id, estate.first.id, at=AT + timedelta(minutes=2))
    session.flush()
    assert actions.overruns_due(session, at=AT + timedelta(minutes=2)) == [leak.id]
    drill = a_leak(session, estate, AT, is_drill=True)
    assert drill.id not in actions.overruns_due(session, at=AT + timedelta(hours=2))
    assert lookouts.to_look_at(session, Watcher.OWNER, at=AT) == [leak.id], "each watcher looks for itself"


def test_a_level_raised_counts_from_the_same_beginning(session: Session, estate: Estate) -> None:
    tap = a_tap(session, estate, AT)
    tickets.actions.set_level(session, tap.id, estate.first.id, Level.P1, at=AT + timedelta(minutes=40), text="")
    tickets.actions.acknowledge(session, tap.id, estate.first.id, at=AT + timedelta(minutes=41), how="key")
    looks(session, AT + timedelta(minutes=46))
    assert told(session, estate) == {"supervisor": 1, "manager": 1}


def test_the_job_goes_through_what_is_due_and_a_restart_says_nothing_twice(app: Flask) -> None:
    clock.stop_at(AT)
    with transaction() as session:
        estate = an_estate(session)
        number = estate.supervisor.number
        a_leak(session, estate, AT)
    clock.stop_at(AT + timedelta(minutes=31))
    for _ in range(2):
        oncall.jobs.tell_overruns()
        with transaction() as session:
            for watch in session.scalars(select(TicketWatch)):
                session.delete(watch)
            for message in session.scalars(select(Message)):
                message.state, message.once_key = MessageState.DELIVERED, f"archived/{message.id}"
    with reading() as session:
        assert len(list(session.scalars(select(Message.body).where(Message.number == number)))) == 1
    clock.stop_at(None)


def test_a_table_of_ones_own_says_who_is_told(app: Flask, session: Session, estate: Estate, tmp_path: Path) -> None:
    own = tmp_path / "overruns.yaml"
    own.write_text("- clock: ack\n  over: {0: manager}\n- warn: 0\n", encoding="utf-8")
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"overruns_file": str(own)})
    a_leak(session, estate, TEN)
    looks(session, TEN + timedelta(minutes=40))
    assert session.scalars(select(TicketEvent.id).where(TicketEvent.type == EventType.OVERRUN)).all() == []
