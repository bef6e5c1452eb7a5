"""A page's call that led to no key is made once more, by the rule of its ladder, while that stands on its rung."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from messages.lifecycle import MessageState, Way
from messages.models import Message
from oncall.actions.ladders import ladder_of
from oncall.actions.paging import RING_S, about, call, live_ring_until
from oncall.actions.rounds import is_of_present_rung
from oncall.ladder import Missed
from oncall.models import Page, PageKind, PageState
from tickets.models import Ticket

MISSED_BY = {
    MessageState.ANSWERED: Missed.MACHINE, MessageState.BUSY: Missed.BUSY, MessageState.NO_ANSWER: Missed.NO_ANSWER,
}  # fmt: skip
LISTENS = timedelta(minutes=2)
"""Whoever was called about something else so recently may still be listening to that."""
LOOKS_AGAIN = timedelta(seconds=10)
"""How long a call waits for another of ours to the same telephone, before it looks again."""


def wait_to_ring_again(session: Session, page: Page, calls: Sequence[Message], *, at: datetime) -> bool:
    """Whether the same telephone is to ring once more after these calls; then it waits for its moment.

    Not where it did as often as the ladder says, nor where the next rung would be due while it rings. A second
    telephone of theirs is rung once and no more: what counts is how the calls to the first ended.
    """
    ended = [MISSED_BY.get(each.state) for each in calls if each.number != page.staff.second_number]
    missed = ended[-1] if ended else None
    rule = ladder_of(page.ticket, at=at).retry.get(missed) if missed and page.kind is PageKind.LADDER else None
    if rule is None or ended.count(missed) > rule.times:
        return False
    due_at = at + timedelta(seconds=rule.again_s)
    if not _has_time(session, page, page.ticket, due_at):
        return False
    page.call_due_at = due_at
    session.flush()
    return True


def ring_again(session: Session, page: Page, *, at: datetime) -> None:
    """Its moment has come: their telephone rings once more.

    1. The ladder has gone on, or is about to: the page ends as it stands.
    2. They are rung live, or another call of ours is at that telephone: it waits a little.
    """
    ticket = tickets.actions.get(session, page.ticket_id)
    if not _has_time(session, page, ticket, at):
        page.state, page.call_due_at = PageState.MISSED, None
        return
    live_until_at = live_ring_until(session, page.staff_id, at=at)
    if live_until_at is not None or _is_rung(session, page, at):
        page.call_due_at = live_until_at or at + LOOKS_AGAIN
        return
    call(session, page, at=at, valid_until_at=ticket.page_due_at)


def _has_time(session: Session, page: Page, ticket: Ticket, due_at: datetime) -> bool:
    next_at = ticket.page_due_at
    is_over_by_then = next_at is not None and due_at + timedelta(seconds=RING_S) <= next_at
    return is_over_by_then and is_of_present_rung(session, ticket, page)


def _is_rung(session: Session, page: Page, at: datetime) -> bool:
    """Whether a call of ours about something else is at their telephone, or comes to it while this one would ring."""
    found = session.scalars(
        select(Message).where(
            Message.number == page.staff.number, Message.way == Way.CALL, Message.final_at.is_(None),
            Message.about != about(page.id, Way.CALL), Message.due_at <= at + timedelta(seconds=RING_S),
        )
    )  # fmt: skip
    return any(max(each.accepted_at or each.planned_at, each.due_at) > at - LISTENS for each in found)
