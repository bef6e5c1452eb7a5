"""Clocks over holidays and make-up days, as tables of values."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from outreach.actions.days import write_days
from outreach.daysheet import DayRow
from tests import make
from tickets import actions
from tickets.actions import TicketDraft
from tickets.clocks import clocks, deadline, told_at
from tickets.hours import Hours
from tickets.lifecycle import Channel, Kind, Level
from tickets.running import ClockName, Fact
from tickets.workdays import DayKind, Workdays

ZONE = "Asia/Shanghai"
OFFICE = Hours(time(8, 30), time(18), ZONE, Workdays())


def here(written: str) -> datetime:
    """`10-01 09:00` of 2026 on the wall in Shanghai, in UTC; with the year where it is another."""
    whole = written if written.count("-") == 2 else f"2026-{written}"
    return datetime.fromisoformat(whole).replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "opens_at"),
    [
        ("09-30 17:00", "09-30 17:00"),
        ("09-30 18:00", "10-08 08:30"),  # National Day: off from the 1st to the 7th
        ("10-04 12:00", "10-08 08:30"),
        ("10-10 09:00", "10-10 09:00"),  # a Saturday that is worked
        ("10-10 18:00", "10-12 08:30"),
        ("09-20 10:00", "09-20 10:00"),  # a Sunday that is worked for it
        ("02-13 18:00", "02-14 08:30"),  # Spring Festival: the Saturday before it is worked
        ("02-14 18:00", "02-24 08:30"),  # off from the 15th to the 23rd
        ("02-28 11:00", "02-28 11:00"),  # another Saturday that is worked
    ],
)
def test_an_office_opens_on_working_days(at: str, opens_at: str) -> None:
    assert OFFICE.opens_at(here(at)) == here(opens_at)
    assert OFFICE.daily.opens_at(here("10-04 12:00")) == here("10-04 12:00"), "a desk is open every day"


@pytest.mark.parametrize(
    ("level", "began_at", "due_at"),
    [
        (Level.P2, "10-03 10:00", "10-03 10:30"),  # a tap on a holiday: somebody is on duty
        (Level.P3, "09-30 16:00", "10-08 10:30"),  # a question before the holidays: half before them, half after
        (Level.P3, "10-03 10:00", "10-08 12:30"),
        (Level.P3, "10-10 09:00", "10-10 13:00"),
        (Level.P3, "02-14 17:00", "02-24 11:30"),
        (Level.C1, "10-03 10:00", "10-04 10:00"),  # "within twenty-four hours"
        (Level.C2, "10-03 10:00", "10-03 11:00"),
        (Level.P0, "10-03 02:13", "10-03 02:18"),
    ],
)
def test_what_is_promised_on_a_holiday(level: Level, began_at: str, due_at: str) -> None:
    assert deadline(level, began_at=here(began_at), hours=OFFICE) == here(due_at)


@pytest.mark.parametrize(
    ("opened_at", "due_at"),
    [
        ("09-28 10:00", "10-08 10:00"),  # Monday, Tuesday, Wednesday, and the holidays between the last two of three
        ("10-09 10:00", "10-13 10:00"),  # Friday, the worked Saturday, then Monday
        ("10-16 10:00", "10-21 10:00"),  # a weekend as any other
        ("02-14 10:00", "02-26 10:00"),
    ],
)
def test_three_days_for_a_complaint_are_working_days(opened_at: str, due_at: str) -> None:
    standing = clocks(Level.C1, [Fact("opened", here(opened_at))], at=here(opened_at), hours=OFFICE)
    finish = next(clock for clock in standing if clock.name is ClockName.FINISH)
    waited = here(due_at) - here(opened_at)
    assert finish.due_at is not None
    days_off = sum(OFFICE.calendar.on((here(opened_at) + timedelta(days=n)).date()).is_off for n in range(waited.days))  # type: ignore[union-attr]
    assert (finish.due_at, waited - timedelta(days=days_off)) == (here(due_at), timedelta(days=3))


def test_whoever_waits_for_an_office_is_not_told_of_on_days_off() -> None:
    opened_at = here("10-03 10:00")
    assert told_at(Level.P3, began_at=opened_at, at=opened_at, hours=OFFICE) == here("10-08 12:00")
    assert told_at(Level.C1, began_at=opened_at, at=opened_at, hours=OFFICE) == here("10-04 08:30")


def test_in_a_year_nobody_knows_the_end_is_provisional() -> None:
    at = here("2046-05-03 09:00")
    (reply, finish) = clocks(Level.P3, [Fact("opened", at)], at=at, hours=OFFICE)
    assert (reply.is_provisional, finish.is_provisional) == (True, True)
    (ack, _) = clocks(Level.P2, [Fact("opened", at)], at=at, hours=OFFICE)
    assert not ack.is_provisional, "it goes by no working day"
    told = Hours(OFFICE.starts, OFFICE.ends, ZONE, Workdays({
        date(2046, 5, 5): (DayKind.WORK, "调休"), date(2046, 2, 9): (DayKind.OFF, ""),
        date(2046, 10, 4): (DayKind.OFF, ""),
    }))  # fmt: skip
    (reply, _) = clocks(Level.P3, [Fact("opened", at)], at=at, hours=told)
    assert not reply.is_provisional


def test_what_this_house_was_told_of_a_day_moves_a_promise(session: Session, app: Flask) -> None:
    project = make.a_project(session)
    opened_at = here("11-27 17:00")  # a Friday
    draft = TicketDraft(kind=Kind.ENQUIRY, category="enquiry", channel=Channel.CALL, project_id=project.id)
    ticket = actions.open_ticket(session, draft, at=opened_at)
    assert actions.promise_of(session, ticket, at=opened_at).due_at == here("11-30 11:30")
    write_days(session, [DayRow(date(2026, 11, 28), DayKind.WORK, "调休")])
    assert actions.promise_of(session, ticket, at=opened_at).due_at == here("11-28 11:30")
    write_days(session, [DayRow(date(2026, 11, 28), DayKind.OFF, ""), DayRow(date(2026, 11, 30), DayKind.OFF, "暴雪")])
    assert actions.promise_of(session, ticket, at=opened_at).due_at == here("12-01 11:30")
