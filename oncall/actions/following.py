"""What became of pages nobody answered: calls without a key, rings that are over, tickets taken elsewhere."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

import tickets.actions
from messages.lifecycle import MessageState, Way
from messages.models import Message
from oncall.actions.help import ask_further
from oncall.actions.holding import still_matters
from oncall.actions.paging import call, has_been_tried, is_about, live_ring_until, result, sent, take_back, was_tried
from oncall.actions.retrying import ring_again, wait_to_ring_again
from oncall.actions.standing_down import stand_down
from oncall.actions.talks import ring_over
from oncall.models import Page, PageKind, PageState
from tickets.lifecycle import MOVING, Status
from tickets.models import Ticket

RESULT_OF = {
    MessageState.ANSWERED: "answered",
    MessageState.BUSY: "busy",
    MessageState.NO_ANSWER: "no_answer",
    MessageState.FAILED: "failed",
}
"""How a call that ended without a key stands on the timeline; anything else was never placed."""
NEVER_LEFT = frozenset({MessageState.CANCELLED, MessageState.EXPIRED})


def pages_to_follow(session: Session, *, at: datetime) -> list[int]:
    """Unanswered pages of which something may have become, so that `follow` is worth a transaction of its own.

    In a storm thousands are in the air, and nearly all of them just ring or wait their turn to: one look at a small
    partial index tells those, and disturbs nobody who writes.
    """
    found = (
        select(Page.id)
        .join(Page.ticket)
        .where(
            Page.state == PageState.CALLING,
            or_(_is_over(), _live_ring_is_over(at), _may_ring(at), and_(Page.call_due_at.is_(None), _ended())),
        )
        .order_by(Page.id)
    )
    return list(session.scalars(found))


def _is_over() -> ColumnElement[bool]:
    """What it rings for: taken, or over (see `_still_matters`)."""
    helps = and_(Page.kind == PageKind.HELP, Ticket.status.in_(MOVING))
    asks = and_(
        Page.kind == PageKind.REMINDER, Ticket.status == Status.ACKNOWLEDGED, Ticket.assignee_id == Page.staff_id
    )
    matters = or_(and_(Ticket.status == Status.OPEN, Page.kind != PageKind.REMINDER), helps, asks)
    return and_(Page.kind != PageKind.LIVE, ~matters)


def _live_ring_is_over(at: datetime) -> ColumnElement[bool]:
    return and_(Page.kind == PageKind.LIVE, or_(Page.rings_until_at.is_(None), Page.rings_until_at <= at))


def _may_ring(at: datetime) -> ColumnElement[bool]:
    """Its call waits: for a live ring, which may end at any moment, or, of a ladder and tried before, for a moment of
    its own.
    """
    waits_for_ring = or_(Page.kind != PageKind.LADDER, ~has_been_tried())
    return and_(Page.call_due_at.is_not(None), or_(Page.call_due_at <= at, waits_for_ring))


def _ended() -> ColumnElement[bool]:
    """Its call was planned, and none of them can be answered any more."""
    here = is_about(Way.CALL)
    return and_(exists().where(here), ~exists().where(here, Message.final_at.is_(None)))


def follow(session: Session, page_id: int, *, at: datetime) -> None:
    """Bring one unanswered page up to date.

    1. Its ticket is taken or over: end it, and tell whoever was woken. (A live ring ends by itself.)
    2. A live ring has ended: nobody came.
    3. Its call waits for a live ring that is over: place it. So does one that is made again, for its moment.
    4. Its call has ended without a key: voicemail is not an answer.
    """
    page = session.get(Page, page_id)
    if page is None:
        return
    ticket = tickets.actions.get(session, page.ticket_id)
    session.refresh(page)
    if page.state is not PageState.CALLING:
        return
    if not _still_matters(page, ticket):
        _end(session, page, ticket, at)
    elif page.kind is PageKind.LIVE:
        if page.rings_until_at is None or page.rings_until_at <= at:
            ring_over(session, page.id, at=at)
    elif page.call_due_at is not None and page.kind is PageKind.LADDER and was_tried(session, page):
        if page.call_due_at <= at:
            ring_again(session, page, at=at)
    elif page.call_due_at is not None:
        if page.call_due_at <= at or live_ring_until(session, page.staff_id, at=at) is None:
            _place(session, page, at)
    else:
        _settle(session, page, at)


def _still_matters(page: Page, ticket: Ticket) -> bool:
    if page.kind is PageKind.LIVE:
        return True
    if page.kind is PageKind.HELP:
        return ticket.status in MOVING
    if page.kind is PageKind.REMINDER:
        return still_matters(page, ticket)
    return ticket.status == Status.OPEN


def _end(session: Session, page: Page, ticket: Ticket, at: datetime) -> None:
    if page.kind in (PageKind.HELP, PageKind.REMINDER):
        page.state = PageState.TAKEN_BY_OTHER
        take_back(session, page, at=at)
    else:
        stand_down(session, ticket, by=ticket.assignee if ticket.status in MOVING else None, at=at)


def _place(session: Session, page: Page, at: datetime) -> None:
    page.call_due_at = live_ring_until(session, page.staff_id, at=at)
    if page.call_due_at is None:
        call(session, page, at=at)


def _settle(session: Session, page: Page, at: datetime) -> None:
    calls = sent(session, page, Way.CALL)
    if not calls or calls[-1].final_at is None:
        return  # it may still be answered
    ended = calls[-1]
    if _rings_elsewhere(session, page, calls, at) or _rings_again(session, page, calls, at):
        return
    page.state = PageState.MISSED
    if page.kind is PageKind.LADDER and ended.state in NEVER_LEFT and was_tried(session, page):
        return  # how it was tried stands there; that it was not tried once more is no news
    result(session, page, RESULT_OF.get(ended.state, "not_placed"), at=at, data={"call": ended.state.value})
    if page.kind is PageKind.HELP:
        session.flush()
        ask_further(session, page, at=at)


def _rings_again(session: Session, page: Page, calls: Sequence[Message], at: datetime) -> bool:
    """Whether the ladder has the same telephone ring once more, as it does so many times after such a call."""
    if calls[-1].state not in RESULT_OF or not wait_to_ring_again(session, page, calls, at=at):
        return False
    result(session, page, RESULT_OF[calls[-1].state], at=at, data={"call": calls[-1].state.value}, place=len(calls))
    return True


def _rings_elsewhere(session: Session, page: Page, calls: Sequence[Message], at: datetime) -> bool:
    """Whether their second telephone is tried, which it is once for a page, after the first led to nothing."""
    second = page.staff.second_number
    if not second or page.kind is PageKind.ROUTINE or any(each.number == second for each in calls):
        return False
    if calls[-1].state not in RESULT_OF:
        return False
    result(session, page, RESULT_OF[calls[-1].state], at=at, data={"call": calls[-1].state.value}, place=len(calls))
    call(session, page, at=at, number=second)
    return True
