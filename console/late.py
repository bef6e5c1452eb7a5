"""Promises that have passed: of which tickets, for what, since when, and whether their owner has heard a word since."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from console.board import Row
from console.facts import events_of, rows, standing
from console.scope import projects_of
from console.staff import Me
from outreach.actions.lateness import told_by_itself
from outreach.actions.wordsowed import heard_at, last_texts
from tickets.clocks import Clock
from tickets.lifecycle import MOVING, Status
from tickets.models import Ticket

MOST_LOOKED_AT = 1000
"""The oldest of what is not over: who waits longest is never beyond it."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that has passed: what for (a clock) and since when. `is_silent`: its owner has heard nothing since."""

    id: int
    ref: str
    project_id: int | None
    what: str
    since_at: datetime
    is_silent: bool


@dataclass(frozen=True, slots=True)
class Owed:
    """The same as a line of a list.

    `told_at`: when they were last told, by ourselves, that we are late; it is not the word that is owed.
    """

    row: Row
    what: str
    since_at: datetime
    told_at: datetime | None = None


def broken_promises(session: Session, where: ColumnElement[bool], *, at: datetime) -> list[Broken]:
    """The promises about tickets that fulfil `where` that have passed at `at`, the longest first.

    A word is a text of ours that left after the promise had passed, or what somebody wrote on the ticket then: whoever
    rings an owner writes down what was said. That we are late, told by ourselves, is none.
    """
    query = (
        select(Ticket)
        .where(where, ~Ticket.is_drill, Ticket.status.in_(MOVING | {Status.RESOLVED}))
        .options(joinedload(Ticket.project))
        .order_by(Ticket.opened_at, Ticket.id)
        .limit(MOST_LOOKED_AT)
    )
    found = session.scalars(query).all()
    facts = events_of(session, [ticket.id for ticket in found])
    late = {
        ticket.id: (ticket, broken)
        for ticket in found
        if (broken := _broken(standing(session, ticket, facts.get(ticket.id, []), at))) is not None
    }
    spoken = last_texts(session, list(late))
    return sorted(
        (
            Broken(
                id, ticket.ref, ticket.project_id, what, due_at,
                (heard := heard_at(spoken.get(id), facts[id])) is None or heard < due_at,
            )
            for id, (ticket, (due_at, what)) in late.items()
        ),
        key=lambda one: (one.since_at, one.id),
    )  # fmt: skip


def as_lines(session: Session, those: Collection[Broken], who: Me, *, at: datetime, language: str) -> list[Owed]:
    """These promises as lines, in the order given."""
    ids, many = [one.id for one in those], len(projects_of(session, who)) > 1
    shown = {row.ref: row for row in rows(session, Ticket.id.in_(ids), at=at, language=language, many_projects=many)}
    told = told_by_itself(session, ids)
    return [
        Owed(
            shown[one.ref], one.what, one.since_at,
            told_at if (told_at := told.get(one.id)) and told_at >= one.since_at else None,
        )
        for one in those
        if one.ref in shown
    ]  # fmt: skip


def _broken(clocks: Sequence[Clock]) -> tuple[datetime, str] | None:
    """When the running clock that ran out first did, and its name; none of one that stands: we said that we wait."""
    late = [
        (clock.due_at, clock.name.value)
        for clock in clocks
        if clock.is_broken and clock.met_at is None and clock.due_at is not None
    ]
    return min(late, default=None)
