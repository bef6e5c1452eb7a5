"""Whoever took what wakes people is asked whether they are still on it; of whom nothing is heard, it is taken back."""

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

import tickets.actions
from base.queue import Lane, enqueue
from directory.models import Staff
from messages import actions as messages
from messages.lifecycle import MessageClass
from oncall import words
from oncall.actions.ladders import ladder_of
from oncall.actions.mirroring import mirror_released
from oncall.actions.paging import AFTER_PAGES, TEXT_VALID, page_somebody, result, take_back
from oncall.actions.rounds import first_step_of_round
from oncall.models import Page, PageKind, PageState
from tickets.actions.leading import is_with_its_first, lock_led
from tickets.lifecycle import Level, Status
from tickets.models import EventType, Ticket, TicketEvent
from tickets.triage import wakes

STILL = "still_on_it"
SIGNS = ("joined", "needs_help", STILL)
"""What somebody did on the telephone that says that they are on it."""
_HAS_IT = (Status.ACKNOWLEDGED, Status.WAITING)


def taken_and_watched(session: Session) -> list[int]:
    """Tickets that wake people, are taken, and whose taker has not come yet, or wait; of rehearsals nobody asks.

    Of a group they are asked once: of its first, not, while they have that, of those that were taken with it.
    """
    wakes_people = or_(Ticket.level.in_([level for level in Level if wakes(level)]), Ticket.refused_at.is_not(None))
    return list(session.scalars(
        select(Ticket.id)
        .where(Ticket.status.in_(_HAS_IT), wakes_people, ~Ticket.is_drill, Ticket.assignee_id.is_not(None))
        .where(~is_with_its_first())
        .order_by(tickets.actions.gravest_first(), Ticket.id)
    ))  # fmt: skip


def look_after_taken(session: Session, ticket_id: int, *, at: datetime) -> None:
    """Bring one taken ticket up to date.

    1. Nothing was heard of whoever has it for so long: they are asked, by text and call.
    2. They were asked and did not answer in time: it is open again, the ladder goes on, the desk is red.
    3. While it waits nobody is asked; that ends by itself, when they said or, if they did not, after as much time.
    """
    ticket = lock_led(session, ticket_id)[ticket_id]
    if ticket.status not in _HAS_IT or ticket.assignee is None:
        return
    rule = ladder_of(ticket, at=at).taken
    if rule is None:
        return
    remind = timedelta(seconds=rule.remind_s)
    if ticket.status is Status.WAITING and not tickets.actions.end_pause(session, ticket, longest=remind, at=at):
        return
    heard_at = _heard_at(session, ticket)
    if heard_at is None or at < heard_at + remind:
        return
    first_step = first_step_of_round(session, ticket.id)
    asked = _reminders(session, ticket, first_step)
    outstanding = next((page for page in asked if page.paged_at > heard_at), None)
    if outstanding is None:
        step = first_step + len(asked)
        page_somebody(session, ticket, ticket.assignee, kind=PageKind.REMINDER, step=step, at=at)
    elif at >= outstanding.paged_at + timedelta(seconds=rule.release_s):
        _release(session, ticket, ticket.assignee, outstanding, at=at)
        tickets.actions.raise_alarm(session, ticket.id, at=at)


def still_on_it(session: Session, page: Page, *, how: str, at: datetime) -> bool:
    """They are: that is kept, and they are asked again only when as much time has passed. False: it is not theirs."""
    ticket = tickets.actions.get(session, page.ticket_id)
    session.refresh(page)
    if not _is_theirs(ticket, page):
        return False
    page.state, page.how, page.answered_at, page.call_due_at = PageState.ACKNOWLEDGED, how, at, None
    take_back(session, page, at=at)
    result(session, page, STILL, at=at, data={"how": how})
    return True


def give_back(session: Session, page: Page, *, how: str, at: datetime) -> bool:
    """They cannot see to it: it is open again at once. False: it is not theirs."""
    ticket = lock_led(session, page.ticket_id)[page.ticket_id]
    session.refresh(page)
    if ticket.status != Status.ACKNOWLEDGED or not _is_theirs(ticket, page):
        return False
    page.state, page.how, page.answered_at, page.call_due_at = PageState.PASSED, how, at, None
    result(session, page, "passed", at=at, data={"how": how})
    _release(session, ticket, page.staff, page, at=at)
    return True


def still_matters(page: Page, ticket: Ticket) -> bool:
    """Whether a reminder still waits for an answer: it is theirs, and they have not come yet."""
    return ticket.status == Status.ACKNOWLEDGED and _is_theirs(ticket, page)


def _is_theirs(ticket: Ticket, page: Page) -> bool:
    is_moving = ticket.status in (Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.WAITING)
    return is_moving and ticket.assignee_id == page.staff_id


def _heard_at(session: Session, ticket: Ticket) -> datetime | None:
    """When something was heard last of whoever has it: they took it, were handed it, or did anything about it."""
    handed = (TicketEvent.type == EventType.ASSIGNED) & (TicketEvent.data["to"].as_integer() == ticket.assignee_id)
    sign = (TicketEvent.type == EventType.PAGE_RESULT) & TicketEvent.data["result"].as_string().in_(SIGNS)
    paged = TicketEvent.type.in_((EventType.PAGED, EventType.PAGE_RESULT))
    did = (TicketEvent.staff_id == ticket.assignee_id) & (sign | ~paged)
    heard_at: datetime | None = session.scalar(
        select(func.max(TicketEvent.at)).where(TicketEvent.ticket_id == ticket.id, handed | did)
    )
    return heard_at


def _reminders(session: Session, ticket: Ticket, first_step: int) -> list[Page]:
    """The reminders of this round, newest first."""
    return list(session.scalars(
        select(Page)
        .where(Page.ticket_id == ticket.id, Page.kind == PageKind.REMINDER, Page.step >= first_step)
        .order_by(Page.id.desc())
    ))  # fmt: skip


def _release(session: Session, ticket: Ticket, holder: Staff, page: Page, *, at: datetime) -> None:
    """Open again: the ladder goes on from where it stood, now; whoever had it is told."""
    take_back(session, page, at=at)
    if page.state is PageState.CALLING:
        page.state = PageState.MISSED
    if not tickets.actions.release(session, ticket.id, holder.id, at=at, text=words.line("released")):
        return
    mirror_released(session, ticket, at=at)
    language = holder.language
    messages.plan_text(
        session, number=holder.number, message_class=MessageClass.STAFF,
        body=words.text("released", language, ref=ticket.ref), once_key=f"released/{page.id}",
        about=f"ticket:{ticket.id}", at=at, language=language, urgency=AFTER_PAGES,
        valid_until_at=at + TEXT_VALID, is_demo=holder.is_demo,
    )  # fmt: skip
    enqueue(session, Lane.URGENT, "oncall.jobs.climb", ticket.id)
