"""What stands around a ticket: who called, the tickets that belong to it, and others of the same home."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from console import facts
from console.masks import masked
from console.scope import may_make, name_for, visible
from console.staff import Me
from console.timeline import Told
from console.walls import known_people, people_ever_of
from directory.models import Person
from directory.places import in_language
from tickets import actions
from tickets.lifecycle import Level, Move
from tickets.models import Ticket

NAMED = ("into", "merged", "split_from", "split_into")
"""What the timeline keeps of other tickets, by how they belong together."""
NEAR = timedelta(days=30)
MOST_NEAR = 5


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom it is about; the number is masked. `has_number` False: withheld, or not by telephone.

    `id` leads to their page, if the reader may look them up.
    """

    id: int | None
    name: str
    salutation: str
    home: str
    number: str
    has_number: bool


@dataclass(frozen=True, slots=True)
class Kin:
    """A ticket that this one names, or that may be the same matter: `key` says how they belong together."""

    key: str
    ref: str
    what: str


@dataclass(frozen=True, slots=True)
class Near:
    """Another ticket of the same home or caller, not long ago."""

    ref: str
    level: Level
    what: str
    opened_at: datetime


def caller_of(session: Session, ticket: Ticket, me: Me, language: str) -> Caller:
    """Who sees the ticket sees who called, though they moved away since; never who belongs to another project alone."""
    known = session.scalar(select(Person.id).where(Person.id == ticket.person_id, known_people(me)))
    person = ticket.person if known or _is_of_project(session, ticket) else None
    return Caller(
        id=known,
        name=name_for(me, person.name) if person else "",
        salutation=person.salutation if person else "",
        home=in_language(ticket.place, language) if ticket.home_id else "",
        number=masked(ticket.caller_number),
        has_number=ticket.caller_number is not None,
    )


def _is_of_project(session: Session, ticket: Ticket) -> bool:
    """Whether whoever called has, or had, a home of the ticket's project; or it has no project yet."""
    if ticket.project_id is None:
        return True
    theirs = Person.id.in_(people_ever_of(ticket.project_id))
    return session.scalar(select(Person.id).where(Person.id == ticket.person_id, theirs)) is not None


def kin_of(session: Session, ticket: Ticket, happened: list[Told], me: Me, language: str) -> tuple[Kin, ...]:
    """What it was merged into, what was merged into it, what it was split from or into, and likely doubles."""
    named = [(key, str(event.data[key])) for event in happened for key in NAMED if key in event.data]
    refs = [ref for _, ref in named]
    doubles = actions.same_matter(session, ticket) if may_make(me, Move.MERGE, ticket.kind) else []
    if not refs and not doubles:
        return ()
    may_know = select(Ticket).where(Ticket.ref.in_([*refs, *(one.ref for one in doubles)]), visible(me))
    known = {one.ref: one for one in session.scalars(may_know)}
    every = dict.fromkeys([*named, *(("same", one.ref) for one in doubles if one.ref not in refs)])
    return tuple(Kin(key, ref, facts.what(known[ref], language)) for key, ref in every if ref in known)


def near_to(session: Session, ticket: Ticket, me: Me, at: datetime, language: str) -> tuple[Near, ...]:
    """Other tickets of the same home or number, not long ago, the newest first."""
    same = []
    if ticket.home_id is not None:
        same.append(Ticket.home_id == ticket.home_id)
    if ticket.caller_number is not None:
        same.append(Ticket.caller_number == ticket.caller_number)
    if not same:
        return ()
    query = (
        select(Ticket)
        .where(or_(*same), Ticket.id != ticket.id, Ticket.opened_at > at - NEAR, visible(me))
        .order_by(Ticket.opened_at.desc())
        .limit(MOST_NEAR)
    )
    return tuple(Near(one.ref, one.level, facts.what(one, language), one.opened_at) for one in session.scalars(query))
