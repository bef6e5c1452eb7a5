"""A caller asks after what is open: it is counted, and whoever has it, or the next on the ladder, is told."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import tickets.actions
from base.queue import Lane, enqueue
from directory.models import Staff
from messages import actions as messages
from messages.lifecycle import MessageClass
from oncall import words
from oncall.actions.duty import duty_of
from oncall.actions.ladders import ladder_of
from oncall.actions.leave import leave_between
from oncall.actions.pagewords import place_of
from oncall.actions.paging import AFTER_PAGES, TEXT_VALID
from oncall.ladder import is_quiet
from oncall.models import Page
from tickets.lifecycle import Status
from tickets.models import EventType, Ticket, TicketEvent
from tickets.triage import category_words

JUST_TOLD = timedelta(minutes=15)
"""Somebody was told this recently: asking again tells nobody on top of it."""


def urge(session: Session, ticket: Ticket, *, call_id: int, at: datetime) -> datetime:
    """Chase a ticket because its caller asks; once a call. Answers when somebody of us hears of it.

    That is now, or, for what wakes nobody, when its desk opens. While nobody has taken it the next on its ladder
    hears; then whoever has it, and what is late the supervisor on duty too.
    """
    hours = tickets.actions.telling_hours(session, ticket)
    told_at = hours.opens_at(at) if is_quiet(ladder_of(ticket, at=at)) else at
    is_late, before_at = tickets.actions.is_late(session, ticket, at=at), _last_urged_at(session, ticket)
    is_new = tickets.actions.count_urge(
        session, ticket.id, call_id=call_id, at=at, text="来电人催办：已超过约定时间" if is_late else "来电人催办",
        data={"urged": True, "late": is_late},
    )  # fmt: skip
    if not is_new:
        return told_at
    if ticket.status == Status.OPEN:
        if told_at > at or not _was_just_told(session, ticket, at):
            _bring_forward(session, ticket, told_at)
    elif before_at is None or before_at <= at - JUST_TOLD:
        _tell(session, ticket, call_id=call_id, is_late=is_late, told_at=told_at, at=at)
    return told_at


def _last_urged_at(session: Session, ticket: Ticket) -> datetime | None:
    return session.scalar(
        select(func.max(TicketEvent.at)).where(
            TicketEvent.ticket_id == ticket.id, TicketEvent.type == EventType.CALLED_AGAIN,
            TicketEvent.data["urged"].as_boolean(),
        )
    )  # fmt: skip


def _was_just_told(session: Session, ticket: Ticket, at: datetime) -> bool:
    last_at = session.scalar(select(func.max(Page.paged_at)).where(Page.ticket_id == ticket.id))
    return last_at is not None and last_at > at - JUST_TOLD


def _bring_forward(session: Session, ticket: Ticket, due_at: datetime) -> None:
    if ticket.page_due_at is None or ticket.page_due_at > due_at:
        tickets.actions.set_page_due(session, ticket.id, due_at=due_at)
        enqueue(session, Lane.URGENT, "oncall.jobs.climb", ticket.id)


def _tell(
    session: Session, ticket: Ticket, *, call_id: int, is_late: bool, told_at: datetime, at: datetime
) -> None:  # fmt: skip
    """Text whoever has it, and of what is late their leader: of a complaint to headquarters a director."""
    has_it = ticket.assignee if ticket.assignee is not None and ticket.assignee.is_active else None
    told = [has_it] if has_it is not None and not leave_between(session, told_at, told_at, of=[has_it.id]) else []
    if is_late or not told:
        duty = duty_of(session, ticket, at=told_at)
        told += duty.supervisor or duty.manager or duty.director
    for staff in {staff.id: staff for staff in told}.values():
        messages.plan_text(
            session, number=staff.number, message_class=MessageClass.STAFF, body=_body(ticket, staff, is_late=is_late),
            once_key=f"urge/{ticket.id}/{call_id}/{staff.id}", about=f"ticket:{ticket.id}", at=at, due_at=told_at,
            valid_until_at=told_at + TEXT_VALID, language=staff.language, urgency=AFTER_PAGES, is_demo=staff.is_demo,
        )  # fmt: skip


def _body(ticket: Ticket, staff: Staff, *, is_late: bool) -> str:
    language = staff.language
    return words.text(
        "urged_late" if is_late else "urged", language, ref=ticket.ref, count=str(ticket.urged),
        place=words.known_place(place_of(ticket, language), language), what=category_words(ticket.category, language),
    )  # fmt: skip
