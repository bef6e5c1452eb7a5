"""Promises that have passed: of which tickets, for what, since when, and whether their owner has heard a word since."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from console.board import Row
from console.facts import events_of, hours_of_projects, rows
from console.scope import projects_of
from console.staff import Me
from outreach.actions.lateness import told_by_itself
from outreach.actions.wordsowed import heard_at, last_texts
from tickets.actions import clock_table
from tickets.clocks import Clock, clocks
from tickets.lifecycle import MOVING, Status
from tickets.models import Ticket

PIECE = 500
"""All that is not over is looked at, so that the counts are true; so many tickets in one breath."""


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
    project_id: int | None
    what: str
    since_at: datetime
    told_at: datetime | None = None


def broken_promises(session: Session, where: ColumnElement[bool], *, at: datetime) -> list[Broken]:
    """The promises about tickets that fulfil `where` that have passed at `at`, the longest first.

    A word is a text of ours that left after the promise had passed, or what somebody wrote on the ticket then: whoever
    rings an owner writes down what was said. That we are late, told by ourselves, is none.
    """
    return sorted(_looked_at(session, where, at), key=lambda one: (one.since_at, one.id))


def as_lines(session: Session, those: Collection[Broken], who: Me, *, at: datetime, language: str) -> list[Owed]:
    """These promises as lines, in the order given."""
    ids, many = [one.id for one in those], len(projects_of(session, who)) > 1
    shown = {row.ref: row for row in rows(session, Ticket.id.in_(ids), at=at, language=language, many_projects=many)}
    told = told_by_itself(session, ids)
    return [
        Owed(
            shown[one.ref], one.project_id, one.what, one.since_at,
            told_at if (told_at := told.get(one.id)) and told_at >= one.since_at else None,
        )
        for one in those
        if one.ref in shown
    ]  # fmt: skip


def _looked_at(session: Session, where: ColumnElement[bool], at: datetime) -> Iterator[Broken]:
    """Each of them, piece by piece, in the order in which their tickets were written."""
    hours, table = hours_of_projects(session), clock_table()
    query = (
        select(Ticket.id, Ticket.ref, Ticket.level, Ticket.project_id)
        .where(where, ~Ticket.is_drill, Ticket.status.in_(MOVING | {Status.RESOLVED}))
        .order_by(Ticket.id)
        .limit(PIECE)
    )
    after_id = 0
    while read := session.execute(query.where(Ticket.id > after_id)).all():
        after_id = read[-1].id
        facts = events_of(session, [row.id for row in read])
        late = []
        for row in read:
            told = facts.get(row.id, [])
            if broken := _broken(clocks(row.level, told, at=at, hours=hours[row.project_id], table=table)):
                late.append((row, *broken))
        spoken = last_texts(session, [row.id for row, _, _ in late])
        for row, since_at, what in late:
            heard = heard_at(spoken.get(row.id), facts[row.id])
            yield Broken(row.id, row.ref, row.project_id, what, since_at, heard is None or heard < since_at)


def _broken(clocks: Sequence[Clock]) -> tuple[datetime, str] | None:
    """When the running clock that ran out first did, and its name; none of one that stands: we said that we wait."""
    late = [
        (clock.due_at, clock.name.value)
        for clock in clocks
        if clock.is_broken and clock.met_at is None and clock.due_at is not None
    ]
    return min(late, default=None)
