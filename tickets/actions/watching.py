"""The clocks of a ticket at its desk, what it promised, and when somebody is told of it."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from base.rows import table_of
from base.wiring import settings
from directory.models import Project
from tickets import clocks as rules
from tickets import triage
from tickets.actions.house import clock_table
from tickets.actions.workdays import workdays
from tickets.clocks import Clock, clocks, deadline, told_at
from tickets.hours import ROUND_THE_CLOCK, Hours
from tickets.lifecycle import Level
from tickets.models import Ticket, TicketEvent
from tickets.promises import Promise
from tickets.running import ClockName, fact_of

_EVENTS = table_of(TicketEvent)
_TOLD = (
    select(_EVENTS.c.type, _EVENTS.c.at, _EVENTS.c.data)
    .where(_EVENTS.c.ticket_id == bindparam("ticket_id"))
    .order_by(_EVENTS.c.at, _EVENTS.c.id)
)


def service_hours(session: Session, project: Project | None) -> Hours:
    """When a project's desk is open on working days, or all the time where the company's setting says so."""
    daily = _daily_hours(project)
    return daily if daily.is_round_the_clock else replace(daily, calendar=workdays(session))


def hours_for(session: Session, project: Project | None, level: Level) -> Hours:
    """The same for the clocks of one level: the calendar is not read for what goes by no working days."""
    return service_hours(session, project) if rules.goes_by_calendar(level, clock_table()) else _daily_hours(project)


def _daily_hours(project: Project | None) -> Hours:
    if settings().clocks_run == "always":
        return ROUND_THE_CLOCK
    starts, ends = (project.day_starts, project.day_ends) if project else triage.USUAL_DAY
    return Hours(starts, ends, settings().timezone)


def telling_hours(session: Session, ticket: Ticket) -> Hours:
    """When somebody of us is told of a ticket that wakes nobody."""
    return rules.telling_hours(ticket.level, service_hours(session, ticket.project), clock_table())


def promise_of(session: Session, ticket: Ticket, *, at: datetime) -> Promise:
    """What the caller was promised, as the ticket's own clock has it at `at`."""
    hours = hours_for(session, ticket.project, ticket.level)
    table = clock_table()
    row = table[ticket.level]
    clock = next(iter(standing_clocks(session, ticket, at=at, only=row.promised)), None)
    began_at = clock.began_at if clock else ticket.opened_at
    due_at = (clock.due_at if clock else None) or deadline(ticket.level, began_at=began_at, hours=hours, table=table)
    is_met = clock is not None and clock.met_at is not None
    return Promise(ticket.level, began_at, due_at, is_met, row.promised_s)


def is_late(session: Session, ticket: Ticket, *, at: datetime) -> bool:
    """Whether a deadline of it has passed at `at` that nobody has met."""
    return any(clock.met_at is None and clock.is_broken for clock in standing_clocks(session, ticket, at=at))


def standing_clocks(session: Session, ticket: Ticket, *, at: datetime, only: ClockName | None = None) -> list[Clock]:
    """The clocks of a ticket, or `only` one of them, as its timeline has them at `at`."""
    told = session.connection().execute(_TOLD, {"ticket_id": ticket.id})
    facts = [fact_of(kind.value, told_at, data) for kind, told_at, data in told]
    return clocks(
        ticket.level,
        facts,
        at=at,
        hours=hours_for(session, ticket.project, ticket.level),
        table=clock_table(),
        only=only,
    )


def first_page_at(
    session: Session, level: Level, project: Project | None, *, began_at: datetime, at: datetime
) -> datetime:  # fmt: skip
    """When, from `at` on, somebody is told of a ticket whose clocks began at `began_at`: at once if it wakes people."""
    hours = hours_for(session, project, level)
    return told_at(level, began_at=began_at, at=at, hours=hours, table=clock_table()) or at
