"""Whom we owe a word (无回音): a promise has passed, and since then its owner has heard nothing from us."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import render_template
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from base.access import guarded_by
from base.clock import now
from base.database import reading
from console.board import Row
from console.door import Answer, door, language
from console.facts import events_of, rows, standing
from console.ledger import NOT_ARRIVED, NOT_SENT
from console.scope import TOLD_OF_TROUBLE, projects_of, visible
from console.staff import Me, me
from messages.lifecycle import MessageClass
from messages.models import Message
from tickets.clocks import Clock, Fact
from tickets.lifecycle import MOVING, Status
from tickets.models import EventType, Ticket

MOST_LOOKED_AT = 1000
"""The oldest of what is not over: who waits longest is never beyond it."""
MOST_SHOWN = 100
TO_OWNERS = (MessageClass.EMERGENCY, MessageClass.SERVICE)


@dataclass(frozen=True, slots=True)
class Owed:
    """A ticket whose owner waits: for what (a clock) and since when."""

    row: Row
    what: str
    since_at: datetime


@door.get("/unanswered")
@guarded_by(*TOLD_OF_TROUBLE)
def unanswered() -> Answer:
    """Whoever waits longest for a word first."""
    who, words, at = me(), language(), now()
    with reading() as session:
        owed, count = owed_words(session, who, at=at, language=words)
    return render_template("unanswered.html", owed=owed, count=count, at=at)


def owed_words(
    session: Session, who: Me, *, at: datetime, language: str, at_most: int = MOST_SHOWN
) -> tuple[list[Owed], int]:  # fmt: skip
    """The `at_most` longest silences that `who` may see at `at`, the longest first, and how many there are in all.

    A word is a text of ours that left after the promise had passed, or what somebody wrote on the ticket then: whoever
    rings an owner writes down what was said.
    """
    query = (
        select(Ticket)
        .where(visible(who), ~Ticket.is_drill, Ticket.status.in_(MOVING | {Status.RESOLVED}))
        .options(joinedload(Ticket.project))
        .order_by(Ticket.opened_at, Ticket.id)
        .limit(MOST_LOOKED_AT)
    )
    found = session.scalars(query).all()
    facts = events_of(session, [ticket.id for ticket in found])
    late = {
        ticket.id: broken
        for ticket in found
        if (broken := _broken(standing(session, ticket, facts.get(ticket.id, []), at))) is not None
    }
    spoken = _last_texts(session, list(late))
    waits = [
        (due_at, id, what) for id, (due_at, what) in late.items() if not _was_told(due_at, facts[id], spoken.get(id))
    ]
    first, refs = sorted(waits)[:at_most], {ticket.id: ticket.ref for ticket in found}
    ids, many = [id for _, id, _ in first], len(projects_of(session, who)) > 1
    shown = {row.ref: row for row in rows(session, Ticket.id.in_(ids), at=at, language=language, many_projects=many)}
    return [Owed(shown[refs[id]], what, due_at) for due_at, id, what in first if refs[id] in shown], len(waits)


def _broken(clocks: Sequence[Clock]) -> tuple[datetime, str] | None:
    """When the running clock that ran out first did, and its name; none of one that stands: we said that we wait."""
    late = [
        (clock.due_at, clock.name.value)
        for clock in clocks
        if clock.is_broken and clock.met_at is None and clock.due_at is not None
    ]
    return min(late, default=None)


def _last_texts(session: Session, ids: list[int]) -> dict[int, datetime]:
    """When the newest message about each of these tickets was planned for its owner, of those that may have arrived."""
    names = {f"ticket:{id}": id for id in ids}
    query = (
        select(Message.about, func.max(Message.due_at))
        .where(
            Message.about.in_(names), Message.message_class.in_(TO_OWNERS),
            Message.state.not_in(NOT_ARRIVED | NOT_SENT),
        )
        .group_by(Message.about)
    )  # fmt: skip
    return {names[about]: planned_at for about, planned_at in session.execute(query)}


def _was_told(due_at: datetime, facts: Sequence[Fact], text_at: datetime | None) -> bool:
    noted_at = max((fact.at for fact in facts if fact.type == EventType.NOTED.value), default=None)
    return any(moment is not None and moment >= due_at for moment in (text_at, noted_at))
