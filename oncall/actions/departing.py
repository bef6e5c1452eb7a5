"""Somebody leaves the house: they come in no more and hold no post; what they had in hand goes back to the queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

import tickets.actions
from base.errors import NotFound
from base.queue import Lane, enqueue
from directory import sessions, tokens
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.models import Staff
from oncall.actions.complaints import ask_others
from oncall.actions.help import ask_further
from oncall.actions.mirroring import mirror_released
from oncall.actions.paging import take_back
from oncall.actions.swapping import drop_all_of
from oncall.models import Override, Page, PageKind, PageState, Shift, that_stand
from tickets.actions import naming
from tickets.actions.leading import lock_led
from tickets.lifecycle import MOVING
from tickets.models import Ticket

WAITS = (PageState.CALLING, PageState.TEXTED)
"""A page that nobody has answered yet."""


@dataclass(frozen=True, slots=True)
class InHand:
    """What somebody has: tickets by id, turns of the rota that are not over, tokens that let in, log-ins that hold."""

    tickets: tuple[int, ...]
    turns: int
    tokens: tuple[str, ...]
    browsers: int


def in_hand(session: Session, staff: Staff, *, at: datetime) -> InHand:
    """What has to go to somebody else, or ends, when they leave."""
    theirs = select(Ticket.id).where(Ticket.assignee_id == staff.id, Ticket.status.in_(MOVING)).order_by(Ticket.id)
    turns = sum(
        session.scalars(
            select(func.count(table.id)).where(table.staff_id == staff.id, table.ends_at > at, *that_stand(table))
        ).one()
        for table in (Shift, Override)
    )
    alive = [one.name for one in tokens.all_tokens(session, staff_id=staff.id) if tokens.is_alive(one, at=at)]
    browsers = len(sessions.standing(session, staff.id, at=at))
    return InHand(tuple(session.scalars(theirs)), turns, tuple(alive), browsers)


def leaves(session: Session, staff: Staff, *, by_id: int | None, at: datetime) -> InHand:
    """From now on they do not work here; answers what they had in hand. Nothing of theirs is deleted.

    1. Their log-ins end, and so do the tokens that act as them.
    2. Their tickets are open again, and their ladders begin anew.
    3. Their telephone stops ringing for us; where they were asked for help, the next post is.
    4. Whose a complaint is, which they were to say, another of their post is asked.
    5. Swaps that wait for them are off. Their turns stay on the rota, where they count as gaps from now on.
    """
    had = in_hand(session, staff, at=at)
    rings = select(Page.ticket_id).where(Page.staff_id == staff.id, Page.state.in_(WAITS))
    questions = naming.asked_of(session, staff.id)
    lock_led(session, *had.tickets, *session.scalars(rings), *(hop.ticket_id for hop in questions))
    staff.is_active = False
    sessions.end(session, staff.id, at=at)
    for name in had.tokens:
        tokens.revoke_token(session, name, at=at, by_id=by_id)
    write_down(
        session, staff_id=by_id, what=AuditWhat.LEFT, about=f"staff:{staff.id}", at=at, project_id=staff.project_id
    )
    session.flush()
    drop_all_of(session, staff.id, at=at)
    for page in session.scalars(select(Page).where(Page.staff_id == staff.id, Page.state.in_(WAITS))).all():
        take_back(session, page, at=at)
        page.state = PageState.MISSED
        session.flush()
        if page.kind is PageKind.HELP:
            ask_further(session, page, at=at)
    ask_others(session, questions, at=at)
    for ticket_id in _firsts_first(session, had.tickets):
        if tickets.actions.give_back(session, ticket_id, at=at):
            mirror_released(session, tickets.actions.get(session, ticket_id), at=at)
            enqueue(session, Lane.URGENT, "oncall.jobs.climb", ticket_id)
    return had


def _firsts_first(session: Session, ticket_ids: Sequence[int]) -> list[int]:
    """The first of a group before what was taken with it, which is held for it again."""
    return sorted(ticket_ids, key=lambda id: tickets.actions.led_with(session, session.get_one(Ticket, id)) is not None)


def comes_back(session: Session, word: str, *, at: datetime) -> Staff:
    """Whoever has left, by log-in or number, works here again, with the password they had. Raises `NotFound`."""
    gone = select(Staff).where(Staff.is_active.is_(False), or_(Staff.login == word, Staff.number == word))
    staff = session.scalars(gone.order_by(Staff.id.desc()).limit(1)).first()
    if staff is None:
        raise NotFound(f"离职的员工里没有登录名或号码 {word} / nobody who has left has the log-in or number {word}")
    staff.is_active = True
    write_down(
        session, staff_id=None, what=AuditWhat.CAME_BACK, about=f"staff:{staff.id}", at=at, project_id=staff.project_id
    )
    session.flush()
    return staff
