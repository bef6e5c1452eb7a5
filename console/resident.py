"""One person as their page shows them: homes, numbers, wishes, tickets, messages; every number masked."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from console import facts
from console.board import Row
from console.campaign_titles import title_of
from console.facts import project_name
from console.ledger import Sent, sent
from console.masks import masked
from console.scope import TOLD_OF_TROUBLE, project_of, visible
from console.staff import Me
from console.words import say, say_or
from directory.actions import place_of
from directory.audit import written_about
from directory.auditmodels import Audit
from directory.consent import Allowed, choosable, may_send
from directory.models import Building, Consent, Contact, ContactRole, Home, Number, Occupancy, Person
from outreach.actions import contactplans
from outreach.actions.why import projects_of_person, whys
from outreach.contactplans import Absence, Means
from outreach.models import ContactMade
from telephony.numbers import NumberKind
from tickets.models import Ticket

MOST_TICKETS = 20


@dataclass(frozen=True, slots=True)
class Place:
    """A home of theirs; `ended_at` says since when it is no longer."""

    place: str
    project: str
    role: ContactRole
    occupancy: Occupancy
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reached:
    """A number of theirs, masked, and what the carrier has taught us of it."""

    id: int
    number: str
    extension: str
    kind: NumberKind
    needs_check: bool
    hard_failures: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What holds for one class on one number, and the proof: the words, who wrote them down (`by`) or by which text of
    theirs they came (`sid`). `said_at` None: nobody ever said.
    """

    number: str
    message_class: str
    may: bool
    granted: bool | None
    said_at: datetime | None
    channel: str
    words: str
    by: str
    sid: str


@dataclass(frozen=True, slots=True)
class Awaited:
    """When somebody who is not there is to hear from us, by which plan, who tried last; open `looks` at their home."""

    absence: Absence
    every_days: int
    means: Means
    last_at: datetime | None
    due_at: datetime
    tries: Sequence[ContactMade]
    looks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A campaign, and what it was for this person: its message, or in words why there is none."""

    id: int
    title: str
    at: datetime
    sent: Sent | None
    why: str


@dataclass(frozen=True, slots=True)
class Resident:
    """Everything of one person that their page shows; `looks` only for those who are told of trouble."""

    id: int
    name: str
    salutation: str
    language: str
    special_care: str
    places: tuple[Place, ...]
    numbers: tuple[Reached, ...]
    wishes: tuple[Wish, ...]
    earlier: tuple[Wish, ...]
    tickets: list[Row]
    campaigns: tuple[Told, ...]
    contact: Awaited | None
    looks: Sequence[Audit]


def read_resident(session: Session, person: Person, me: Me, *, at: datetime, language: str) -> Resident:
    """Everything about `person` that `me` may see."""
    numbers = [number.number for number in person.numbers]
    wishes, earlier = _wishes(session, numbers)
    return Resident(
        id=person.id,
        name=person.name,
        salutation=person.salutation,
        language=person.language.value,
        special_care=person.special_care,
        places=tuple(places_of(session, person, me, language)),
        numbers=tuple(
            Reached(n.id, masked(n.number), n.extension, n.kind, n.needs_check, n.hard_failures) for n in person.numbers
        ),
        wishes=tuple(wishes),
        earlier=tuple(earlier),
        tickets=_tickets(session, person, numbers, me, at, language),
        campaigns=tuple(_campaigns(session, person, me, language)),
        contact=_contact(session, person, me),
        looks=written_about(session, about(person)) if me.role in TOLD_OF_TROUBLE else (),
    )


def about(person: Person) -> str:
    """The name under which looks at somebody are kept."""
    return f"person:{person.id}"


def homes_of(session: Session, person: Person, me: Me) -> Sequence[Contact]:
    """What ties somebody to the homes that `me` may see, those of today first."""
    return _ties(session, [person.id], me)


def places_of(session: Session, person: Person, me: Me, language: str) -> list[Place]:
    """The same, as the page shows them."""
    return [_place(tie, language) for tie in homes_of(session, person, me)]


def places_today(session: Session, person_ids: Collection[int], me: Me, language: str) -> dict[int, tuple[Place, ...]]:
    """Where each of these people lives or has a home now, of what `me` may see."""
    found: dict[int, tuple[Place, ...]] = {}
    for tie in _ties(session, person_ids, me, Contact.ended_at.is_(None)):
        found[tie.person_id] = (*found.get(tie.person_id, ()), _place(tie, language))
    return found


def _ties(session: Session, person_ids: Collection[int], me: Me, *where: ColumnElement[bool]) -> Sequence[Contact]:
    query = (
        select(Contact)
        .join(Contact.home)
        .join(Home.building)
        .where(Contact.person_id.in_(person_ids), *where)
        .options(joinedload(Contact.home).joinedload(Home.building).joinedload(Building.project))
        .order_by(Contact.ended_at.is_not(None), Contact.place, Contact.id)
    )
    if (project_id := project_of(me)) is not None:
        query = query.where(Building.project_id == project_id)
    return session.scalars(query).all()


def _place(tie: Contact, language: str) -> Place:
    return Place(
        place_of(tie.home, language), project_name(tie.home.building.project, language), tie.role, tie.home.occupancy,
        tie.ended_at,
    )  # fmt: skip


def _wishes(session: Session, numbers: Sequence[str]) -> tuple[list[Wish], list[Wish]]:
    """What holds now, class by class, and what was said before."""
    query = (
        select(Consent)
        .options(joinedload(Consent.staff))
        .where(Consent.number.in_(numbers))
        .order_by(Consent.said_at.desc(), Consent.id.desc())
    )
    now: dict[tuple[str, str], Wish] = {
        (number, kind): _wish(number, kind, None) for number in dict.fromkeys(numbers) for kind in choosable(number)
    }
    earlier = []
    for said in session.scalars(query):
        wish, key = _wish(said.number, said.message_class, said), (said.number, said.message_class)
        if key in now and now[key].said_at is None:
            now[key] = wish
        else:
            earlier.append(wish)
    return list(now.values()), earlier


def _wish(number: str, message_class: str, said: Consent | None) -> Wish:
    granted = said.granted if said else None
    may = isinstance(may_send(message_class, granted, number, to_many=True), Allowed)
    return Wish(
        masked(number), message_class, may, granted, said.said_at if said else None, said.channel if said else "",
        said.words if said else "", said.staff.name if said and said.staff else "", said.sid if said else "",
    )  # fmt: skip


def _tickets(
    session: Session, person: Person, numbers: Sequence[str], me: Me, at: datetime, language: str
) -> list[Row]:  # fmt: skip
    theirs = or_(Ticket.person_id == person.id, Ticket.caller_number.in_(numbers))
    found = session.scalars(select(Ticket.id).where(theirs, visible(me)).order_by(Ticket.id.desc()).limit(MOST_TICKETS))
    return facts.rows(session, Ticket.id.in_(found.all()), at=at, language=language, many_projects=True)


def _campaigns(session: Session, person: Person, me: Me, language: str) -> Iterator[Told]:
    here = project_of(me)
    projects = projects_of_person(session, person.id)
    for one in whys(session, person.id, projects if here is None else projects & {here}):
        reason = one.reason and (
            say_or(f"campaign.reason.{one.reason}", language) or say(f"campaign.outside.{one.reason}", language)
        )
        yield Told(
            one.campaign.id, title_of(one.campaign, language), one.campaign.approved_at or one.campaign.written_at,
            sent(one.message, language) if one.message else None, reason,
        )  # fmt: skip


def looks_at_homes_of(session: Session, person_ids: Sequence[int], me: Me) -> dict[int, tuple[str, ...]]:
    """The numbers of the tickets that `me` sees by which a home of theirs is looked at, by its owner."""
    found: dict[int, tuple[str, ...]] = {}
    for person_id, ticket in session.execute(contactplans.looks(person_ids).where(visible(me))):
        found[person_id] = (*found.get(person_id, ()), ticket.ref)
    return found


def _contact(session: Session, person: Person, me: Me) -> Awaited | None:
    if (found := contactplans.due_of(session, person.id)) is None:
        return None
    due, plan = found
    tries = contactplans.made(session, person.id)
    looks = looks_at_homes_of(session, [person.id], me).get(person.id, ())
    return Awaited(due.absence, plan.every_days, plan.means, due.last_at, due.due_at, tries, looks)


def number_of(person: Person, given: str) -> Number | None:
    """The number of theirs that a form chose by its id."""
    return next((number for number in person.numbers if str(number.id) == given), None)
