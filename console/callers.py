"""Whoever is on the telephone with us: who they may be, what is open of theirs, what they are probably calling about.

Of a line that several share, or a landline, nothing is guessed: everybody it may be is named, to be asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session, contains_eager

from base.errors import NotFound
from console import facts
from console.board import Row
from console.masks import masked
from console.scope import READERS, name_for, project_of, visible
from console.staff import Me
from directory.actions import place_of, who_calls
from directory.models import Contact, Home, Person
from hotline.actions.greeting import is_mobile
from hotline.actions.own import ASKED_AFTER
from hotline.intake import Intake
from hotline.models import Call
from outreach.actions.bodies import places_of
from tickets.actions import incidents, urge_key
from tickets.lifecycle import MOVING
from tickets.models import Incident, Ticket, TicketEvent

MOST_PEOPLE, MOST_MATTERS, MOST_TROUBLES, MOST_LAST = 6, 5, 3, 3
RECENT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Matter:
    """An open ticket that they may be calling about; `has_asked`: in this call it was asked after already."""

    row: Row
    may_be_urged: bool
    has_asked: bool


@dataclass(frozen=True, slots=True)
class Somebody:
    """One whom the number belongs to: how they want to be called, their homes here, what is open of theirs.

    `id` leads to their page, for those who may look people up; only those read why care is needed (`care`).
    """

    id: int | None
    name: str
    salutation: str
    role: str
    homes: tuple[str, ...]
    needs_care: bool
    care: str
    matters: tuple[Matter, ...]


@dataclass(frozen=True, slots=True)
class TroubleThere:
    """A trouble that lasts where they live. `was_told`: the hotline has said it to them; `is_of` their ticket."""

    id: int
    kind: str
    places: str
    end_at: datetime | None
    was_told: bool
    is_of: bool


@dataclass(frozen=True, slots=True)
class LastCall:
    """An earlier call of this number, and what it left, if the reader may see that."""

    at: datetime
    ref: str
    what: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a caller. `is_shared`: it may be any of `people`; else there is one of them at most.

    `matters` are those of a number that nobody is known by; `colleague` is one of us, who calls from their own.
    """

    number: str
    colleague: str
    is_shared: bool
    people: tuple[Somebody, ...]
    matters: tuple[Matter, ...]
    troubles: tuple[TroubleThere, ...]
    last: tuple[LastCall, ...]


def call_for(session: Session, me: Me, id: int) -> Call:
    """The call `id`, if `me` may see what it is about. Raises `NotFound` otherwise."""
    query = select(Call).join(Ticket, Ticket.id == Call.ticket_id).where(Call.id == id, visible(me))
    call = session.scalar(query)
    if call is None:
        raise NotFound("没有这个来电，或者它不归您看。There is no such call, or it is not yours to see.")
    return call


def is_theirs(session: Session, call: Call, ticket: Ticket) -> bool:
    """Whether whoever calls may be the one whose ticket this is."""
    if call.from_number is None:
        return False
    people = {person.id for person in who_calls(session, call.from_number).people}
    return ticket.caller_number == call.from_number or ticket.person_id in people


def known_of(session: Session, call: Call, intake: Intake, me: Me, *, at: datetime, language: str) -> Known:
    """Everything about the caller that `me` may see, and that helps to speak with them."""
    number = call.from_number
    contacts = _contacts(session, call, me)
    people = list({contact.person_id: contact.person for contact in contacts}.values())[:MOST_PEOPLE]
    is_shared = len(people) > 1 or (bool(people) and not is_mobile(number))
    found = _matters(session, call, people, me, is_shared=is_shared, at=at, language=language)
    return Known(
        number=masked(number), colleague=call.staff.name if call.staff else "", is_shared=is_shared,
        people=tuple(_somebody(one, contacts, found, me, language, is_shared=is_shared) for one in people),
        matters=() if people else tuple(matter for _, matter in found),
        troubles=_troubles(session, call, intake, [one.home for one in contacts], me, language),
        last=_last(session, call, me, at, language),
    )  # fmt: skip


def _contacts(session: Session, call: Call, me: Me) -> Sequence[Contact]:
    """Whose the number is, by their homes in the projects of `me`; where the call is certain of somebody, only they."""
    here = project_of(me)
    every = who_calls(session, call.from_number).contacts
    theirs = [one for one in every if here in {None, one.home.building.project_id}]
    certain = [one for one in theirs if one.person_id == call.person_id]
    return certain or theirs


def _somebody(
    person: Person, contacts: Sequence[Contact], found: Sequence[tuple[int | None, Matter]], me: Me, language: str, *,
    is_shared: bool,
) -> Somebody:  # fmt: skip
    own = [one for one in contacts if one.person_id == person.id]
    may_read = me.role in READERS
    # what came from the number alone is somebody's of a line that others share
    whose = {person.id} if is_shared else {person.id, None}
    matters = [matter for person_id, matter in found if person_id in whose]
    return Somebody(
        id=person.id if may_read else None, name=name_for(me, person.name), salutation=person.salutation,
        role=own[0].role.value, homes=tuple(place_of(one.home, language) for one in own),
        needs_care=bool(person.special_care), care=person.special_care if may_read else "",
        matters=tuple(matters[:MOST_MATTERS]),
    )  # fmt: skip


def _matters(
    session: Session, call: Call, people: Sequence[Person], me: Me, *, is_shared: bool, at: datetime, language: str
) -> list[tuple[int | None, Matter]]:  # fmt: skip
    """What is open of these people, and of the number where it is one person's alone; the newest first."""
    whose = _whose(call, people, is_shared=is_shared)
    if whose is None:
        return []
    found = session.execute(
        select(Ticket.id, Ticket.ref, Ticket.kind, Ticket.person_id)
        .where(whose, Ticket.status.in_(MOVING), ~Ticket.is_drill, Ticket.id != call.ticket_id, visible(me))
        .order_by(Ticket.id.desc())
        .limit(MOST_MATTERS * max(1, len(people)))
    ).all()
    ids = [id for id, *_ in found]
    many = project_of(me) is None
    shown = {one.ref: one for one in facts.rows(session, Ticket.id.in_(ids), at=at, language=language,
                                                many_projects=many)} if ids else {}  # fmt: skip
    asked = _asked_after(session, call.id, ids)
    return [
        (person_id, Matter(shown[ref], kind in ASKED_AFTER, id in asked))
        for id, ref, kind, person_id in found
        if ref in shown
    ]


def _whose(call: Call, people: Sequence[Person], *, is_shared: bool) -> ColumnElement[bool] | None:
    """Of a ticket: that it is theirs. A colleague's number speaks for many homes, and for none."""
    number, ids = call.from_number, [person.id for person in people]
    if number is None or call.staff_id is not None or not (ids or is_mobile(number)):
        return None
    of_people = Ticket.person_id.in_(ids)
    return of_people if is_shared else or_(of_people, and_(Ticket.caller_number == number, Ticket.person_id.is_(None)))


def _asked_after(session: Session, call_id: int, ids: Sequence[int]) -> set[int]:
    keys: Mapping[str, int] = {urge_key(call_id, id): id for id in ids}
    told = session.scalars(select(TicketEvent.once_key).where(TicketEvent.once_key.in_(keys))) if keys else ()
    return {keys[key] for key in told if key}


def _troubles(
    session: Session, call: Call, intake: Intake, homes: Sequence[Home], me: Me, language: str
) -> tuple[TroubleThere, ...]:
    """What lasts in the buildings they may live in; of a caller without any, in the whole of their estate."""
    chosen = session.get(Home, call.home_id) if call.home_id else None
    places = [chosen] if chosen is not None else homes
    projects = {home.building.project_id for home in places} or ({call.project_id} if call.project_id else set())
    here = project_of(me)
    lasting = [one for id in sorted(projects) if here in {None, id} for one in incidents.lasting(session, id)]
    found = incidents.touching(lasting, projects=projects, buildings={home.building_id for home in places})
    return tuple(_trouble(session, call, intake, one, language) for one in found[:MOST_TROUBLES])


def _trouble(session: Session, call: Call, intake: Intake, one: Incident, language: str) -> TroubleThere:
    return TroubleThere(
        id=one.id, kind=one.kind.value, places=places_of(session, one, None, language), end_at=one.known_end_at,
        was_told=one.id in intake.trouble_ids, is_of=call.ticket is not None and call.ticket.incident_id == one.id,
    )  # fmt: skip


def _last(session: Session, call: Call, me: Me, at: datetime, language: str) -> tuple[LastCall, ...]:
    """The latest earlier calls of this number, as far as the reader may see what they were about."""
    if call.from_number is None:
        return ()
    here = project_of(me)
    of_none = and_(Call.ticket_id.is_(None), true() if here is None else Call.project_id == here)
    query = (
        select(Call)
        .outerjoin(Call.ticket)
        .where(
            Call.from_number == call.from_number, Call.id != call.id, Call.began_at > at - RECENT,
            or_(of_none, and_(Call.ticket_id.is_not(None), visible(me))),
        )
        .options(contains_eager(Call.ticket))
        .order_by(Call.began_at.desc())
        .limit(MOST_LAST)
    )  # fmt: skip
    return tuple(
        LastCall(one.began_at, one.ticket.ref if one.ticket else "", facts.what(one.ticket, language) if one.ticket
                 else "")
        for one in session.scalars(query)
    )  # fmt: skip
