"""Whom we owe a word (无回音): a promise has passed, and since then its owner has heard nothing from us."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import render_template
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from base.access import guarded_by
from base.clock import now
from base.database import reading
from console.board import Row
from console.door import Answer, door, language
from console.facts import events_of, rows, standing
from console.scope import TOLD_OF_TROUBLE, projects_of, visible
from console.staff import Me, me
from outreach.actions.lateness import told_by_itself
from outreach.actions.wordsowed import heard_at, last_texts
from tickets.clocks import Clock
from tickets.lifecycle import MOVING, Status
from tickets.models import Ticket

MOST_LOOKED_AT = 1000
"""The oldest of what is not over: who waits longest is never beyond it."""
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Owed:
    """A ticket whose owner waits: for what (a clock) and since when.

    `told_at`: when they were last told, by ourselves, that we are late; it is not the word that is owed.
    """

    row: Row
    what: str
    since_at: datetime
    told_at: datetime | None = None


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
    rings an owner writes down what was said. That we are late, told by ourselves, is none.
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
    spoken = last_texts(session, list(late))
    waits = [
        (due_at, id, what)
        for id, (due_at, what) in late.items()
        if (heard := heard_at(spoken.get(id), facts[id])) is None or heard < due_at
    ]
    first, refs = sorted(waits)[:at_most], {ticket.id: ticket.ref for ticket in found}
    ids, many = [id for _, id, _ in first], len(projects_of(session, who)) > 1
    shown = {row.ref: row for row in rows(session, Ticket.id.in_(ids), at=at, language=language, many_projects=many)}
    told = told_by_itself(session, ids)
    owed = [
        Owed(shown[refs[id]], what, due_at, told_at if (told_at := told.get(id)) and told_at >= due_at else None)
        for due_at, id, what in first
        if refs[id] in shown
    ]
    return owed, len(waits)


def _broken(clocks: Sequence[Clock]) -> tuple[datetime, str] | None:
    """When the running clock that ran out first did, and its name; none of one that stands: we said that we wait."""
    late = [
        (clock.due_at, clock.name.value)
        for clock in clocks
        if clock.is_broken and clock.met_at is None and clock.due_at is not None
    ]
    return min(late, default=None)
