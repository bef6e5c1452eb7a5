"""What of people and messages somebody may see: those of their project, and nothing said to headquarters."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, CompoundSelect, Select, or_, select, true
from sqlalchemy.orm import Session

from base.errors import NotFound
from console.scope import project_of, visible
from console.staff import Me
from directory.models import Building, Contact, Home, Number, Person, Staff
from oncall.models import Page
from tickets.models import Ticket

_NAMED = re.compile(r"(ticket|page):(\d+)")
PIECE = 500
"""As many numbers or tickets one question asks about."""


@dataclass(frozen=True, slots=True)
class Trace:
    """As much of a message as says whose it is."""

    id: int
    number: str
    about: str


def people_of(project_id: int) -> Select[int]:
    """Those who have a home of this project now."""
    return (
        select(Contact.person_id)
        .join(Contact.home)
        .join(Home.building)
        .where(Building.project_id == project_id, Contact.ended_at.is_(None))
    )


def numbers_of(project_id: int) -> CompoundSelect[str]:
    """The numbers of the people of a project, of its staff and of the company's."""
    of_people = select(Number.number).where(Number.person_id.in_(people_of(project_id)))
    return of_people.union(select(Staff.number).where(or_(Staff.project_id == project_id, Staff.project_id.is_(None))))


def known_people(me: Me) -> ColumnElement[bool]:
    """The people this member of staff may look up."""
    project_id = project_of(me)
    return true() if project_id is None else Person.id.in_(people_of(project_id))


def person_for(session: Session, me: Me, id: int) -> Person:
    """The person `id`, if `me` may look them up. Raises `NotFound` otherwise: whether they exist is not told."""
    person = session.scalar(select(Person).where(Person.id == id, known_people(me)))
    if person is None:
        raise NotFound("没有这个人，或者不归您看。There is no such person, or they are not yours to see.")
    return person


def readable(session: Session, me: Me, found: Iterable[Trace]) -> list[Trace]:
    """Which of these messages `me` may read.

    What is about a ticket is read by whoever sees the ticket; anything else by whoever has the recipient.
    """
    found = list(found)
    if me.project_id is None:
        return found
    named = {trace.id: name for trace in found if (name := _named(trace.about))}
    seen = _seen(session, me, set(named.values()))
    theirs = _theirs(session, me, {trace.number for trace in found if trace.id not in named})
    return [trace for trace in found if (named[trace.id] in seen if trace.id in named else trace.number in theirs)]


def ref_of(session: Session, about: str) -> str:
    """The ticket a message is about, by its number; empty where it is about none."""
    name = _named(about)
    if name is None:
        return ""
    kind, id = name
    query = select(Ticket.ref)
    query = query.where(Ticket.id == id) if kind == "ticket" else query.join(Page).where(Page.id == id)
    return session.scalar(query) or ""


def _named(about: str) -> tuple[str, int] | None:
    """`ticket:12` and `page:34:text` are about tickets."""
    name = _NAMED.match(about)
    return (name[1], int(name[2])) if name else None


def _seen(session: Session, me: Me, named: Collection[tuple[str, int]]) -> set[tuple[str, int]]:
    seen = set()
    for kind, key, query in (("ticket", Ticket.id, select(Ticket.id)), ("page", Page.id, select(Page.id).join(Ticket))):
        for piece in _pieces([id for of_kind, id in named if of_kind == kind]):
            seen |= {(kind, id) for id in session.scalars(query.where(key.in_(piece), visible(me)))}
    return seen


def _theirs(session: Session, me: Me, numbers: Collection[str]) -> set[str]:
    project_id = project_of(me)
    if project_id is None:
        return set(numbers)
    theirs: set[str] = set()
    ours = or_(Staff.project_id == project_id, Staff.project_id.is_(None))
    for piece in _pieces(sorted(numbers)):
        of_people = select(Number.number).where(Number.number.in_(piece), Number.person_id.in_(people_of(project_id)))
        theirs.update(session.scalars(of_people))
        theirs.update(session.scalars(select(Staff.number).where(Staff.number.in_(piece), ours)))
    return theirs


def _pieces(all_of: Sequence[int] | Sequence[str]) -> Iterable[Sequence[int] | Sequence[str]]:
    return (all_of[start : start + PIECE] for start in range(0, len(all_of), PIECE))
