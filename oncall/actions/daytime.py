"""When somebody of us may be texted about what wakes nobody: by day, in the hours of the desk."""

from datetime import datetime

from sqlalchemy.orm import Session

import tickets.actions
from base.wiring import settings
from messages import pacing
from messages.lifecycle import MessageClass
from tickets.models import Ticket
from tickets.triage import wakes


def may_be_told_at(session: Session, ticket: Ticket, *, at: datetime) -> datetime:
    """`at` itself for what wakes people, else the next moment by day at which its desk is open."""
    return by_day_at(session, ticket, at=at) if is_calm(ticket) else at


def is_calm(ticket: Ticket) -> bool:
    """Whether it wakes nobody."""
    return ticket.refused_at is None and not wakes(ticket.level)


def by_day_at(session: Session, ticket: Ticket, *, at: datetime) -> datetime:
    """From `at` on the next moment by day at which its desk is open.

    A desk that is open round the clock has a night as well: it is that of services.
    """
    hours, zone = tickets.actions.telling_hours(session, ticket), (settings().timezone,)
    opens_at = hours.opens_at(at)
    by_day = pacing.quiet_until(MessageClass.SERVICE, opens_at, zone)
    return opens_at if by_day is None else hours.opens_at(by_day)
