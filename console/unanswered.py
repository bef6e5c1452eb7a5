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
        owed = owed_words(session, who, at=at, language=words)
    return render_template("unanswered.html", owed=owed[:MOST_SHOWN], count=len(owed), at=at)


def owed_words(session: Session, who: Me, *, at: datetime, language: str) -> list[Owed]:
    """What `who` may see of it at `at`, the longest silence first.

    A word is a text of ours that left after the promise had passed, or what somebody wrote on the ticket then: whoever
    rings an owner writes down what was said.
    """
    query = (
        select(Ticket)
        .where(visible(who), Ticket.status.in_(MOVING | {Status.RESOLVED}))
        .options(joinedload(Ticket.project))
        .order_by(Ticket.opened_at, Ticket.id)
        .limit(MOST_LOOKED_AT)
    )
    found = session.scalars(query).all()
    facts = events_of(session, [ticket.id for ticket in found])
    late = {
        ticket.id: clock
        for ticket in found
        if (clock := _broken(standing(session, ticket, facts.get(ticket.id, []), at))) is not None
    }
    spoken = _last_texts(session, list(late))
    waits = {id: clock for id, clock in late.items() if not _was_told(clock, facts[id], spoken.get(id))}
    many = len(projects_of(session, who)) > 1
    shown = {row.ref: row for row in rows(session, Ticket.id.in_(waits), at=at, language=language, many_projects=many)}
    refs = {ticket.id: ticket.ref for ticket in found}
    owed = [
        Owed(shown[refs[id]], clock.name.value, clock.due_at)
        for id, clock in waits.items() if refs[id] in shown and clock.due_at is not None
    ]  # fmt: skip
    return sorted(owed, key=lambda one: one.since_at)


def _broken(clocks: Sequence[Clock]) -> Clock | None:
    """The running clock that ran out first; none of one that stands: it was said that we wait."""
    late = [clock for clock in clocks if clock.is_broken and clock.met_at is None and clock.due_at is not None]
    return min(late, key=lambda clock: clock.due_at or clock.began_at, default=None)


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


def _was_told(clock: Clock, facts: Sequence[Fact], text_at: datetime | None) -> bool:
    due_at = clock.due_at or clock.began_at
    noted_at = max((fact.at for fact in facts if fact.type == EventType.NOTED.value), default=None)
    return any(moment is not None and moment >= due_at for moment in (text_at, noted_at))
