"""A caller asks after a promise that was not kept: it is noted, and the next on the ladder is told."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import tickets.actions
from base.queue import Lane, enqueue
from oncall.ladder import is_quiet, ladder_of
from oncall.models import Page
from tickets.lifecycle import Status
from tickets.models import EventType, Ticket

JUST_TOLD = timedelta(minutes=15)
"""Somebody was paged this recently: asking again pages nobody on top of it."""


def urge(session: Session, ticket: Ticket, *, call_id: int, at: datetime) -> datetime:
    """Chase an overdue ticket because its caller asks; once a call. Answers when somebody of us hears of it.

    That is now, or, for what wakes nobody, when its desk opens.
    """
    hours = tickets.actions.telling_hours(session, ticket)
    ladder = ladder_of(ticket.level, is_refused=ticket.refused_at is not None)
    told_at = hours.opens_at(at) if is_quiet(ladder) else at
    is_new = tickets.actions.add_event(
        session, ticket.id, EventType.CALLED_AGAIN, at=at, text="来电人催办：已超过约定时间",
        data={"call": call_id, "urged": True}, once_key=f"call/{call_id}/urges/{ticket.id}",
    )  # fmt: skip
    if is_new and ticket.status == Status.OPEN and (told_at > at or not _was_just_told(session, ticket, at)):
        _bring_forward(session, ticket, told_at)
    return told_at


def _was_just_told(session: Session, ticket: Ticket, at: datetime) -> bool:
    last_at = session.scalar(select(func.max(Page.paged_at)).where(Page.ticket_id == ticket.id))
    return last_at is not None and last_at > at - JUST_TOLD


def _bring_forward(session: Session, ticket: Ticket, due_at: datetime) -> None:
    if ticket.page_due_at is None or ticket.page_due_at > due_at:
        tickets.actions.set_page_due(session, ticket.id, due_at=due_at)
        enqueue(session, Lane.URGENT, "oncall.jobs.climb", ticket.id)
