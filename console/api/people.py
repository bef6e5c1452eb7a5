"""People with their homes and numbers, and what they wish to be sent."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from base.access import guarded_by
from base.clock import now
from base.errors import Conflict
from console.api.door import Bearer, bearer, door
from console.api.homes import OfPlace, placed
from console.api.operation import reads, writes
from console.api.paging import page
from console.api.problems import both, in_body
from console.api.shapes import Body, Moment, Page, Shape, Short, Text
from console.resident import about
from console.scope import DESK, READERS, project_of
from console.search import is_called
from console.walls import known_people, person_for
from directory.actions import place_of, record_consent
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.consent import CHOOSABLE, REFUSABLE, choosable, is_asked_first
from directory.models import Building, Consent, Contact, ContactRole, Home, Language, Person
from telephony.numbers import NumberKind

CHANNEL = "api"


class PersonNumber(Shape):
    """A telephone number; `needs_check`: it does not reach them any more, or never did."""

    number: str
    extension: str
    kind: NumberKind
    needs_check: bool


class PersonHome(Shape):
    """A home somebody has to do with, and how."""

    home: int
    project: str
    place: str
    role: ContactRole


class PersonLine(Shape):
    """Somebody we may speak to; the first number is the main one."""

    kept_as: ClassVar[str] = "person"
    id: int
    name: str
    salutation: str
    language: Language
    special_care: str
    numbers: list[PersonNumber]
    homes: list[PersonHome]


class PersonPage(Page[PersonLine]):
    """A page of people."""


class PersonQuery(OfPlace):
    """Which people; `q` is part of a name. For a telephone number post to /search."""

    role: ContactRole | None = None
    q: Annotated[Short, StringConstraints(max_length=40)] | None = None


class Wish(Body):
    """What somebody said about one class of message. Care and marketing need a yes, and that their own `words`.

    About `service` only some countries let them choose; there it is about notices that go to many.
    """

    message_class: Annotated[str, StringConstraints(max_length=20)] = Field(
        alias="class", json_schema_extra={"enum": list(CHOOSABLE)}
    )
    granted: bool
    words: Annotated[Text, StringConstraints(max_length=200)] = ""


class Said(Shape):
    """The newest word about a class of message for a number: it counts."""

    number: str
    message_class: str = Field(alias="class")
    granted: bool
    said_at: Moment
    channel: str
    words: str


class Wishes(Shape):
    """What somebody wishes to be sent, by number and class."""

    items: list[Said]


@door.get("/people")
@guarded_by(*READERS)
@reads(PersonPage, query=PersonQuery)
def people(session: Session, asked: PersonQuery) -> PersonPage:
    """The people somebody may see."""
    who = bearer()
    query = select(Person).where(known_people(who.me))
    where = placed(session, who.me, asked)
    if asked.role is not None:
        where.append(Contact.role == asked.role)
    if where:
        here = (
            select(Contact.person_id).join(Contact.home).join(Home.building).where(Contact.ended_at.is_(None), *where)
        )
        query = query.where(Person.id.in_(here))
    if asked.q is not None:
        query = query.where(is_called(asked.q))
    found, after = page(session, query.options(*WHOLE), Person.id, asked, "people")
    return PersonPage(items=person_lines(who, found), next=after)


@door.put("/people/<id:id>/consents")
@guarded_by(*DESK)
@writes(Wishes, body=Wish, refuses=(404, 409))
def put_consents(session: Session, asked: Wish, id: int) -> Wishes:
    """Write down what somebody wishes, for each of their numbers. What was said before is kept, and who wrote it."""
    who, at = bearer(), now()
    if asked.message_class not in CHOOSABLE:
        raise in_body("class", both("input.not_refusable", known="、".join(REFUSABLE)))
    person = person_for(session, who.me, id)
    numbers = list(dict.fromkeys(number.number for number in person.numbers))
    if not numbers:
        raise Conflict("这个人没有电话，先在名册里补上。They have no telephone number; add one to the roster first.")
    about_it = [number for number in numbers if asked.message_class in choosable(number)]
    if not about_it:
        raise in_body("class", both("input.not_refusable", known="、".join(REFUSABLE)))
    is_first = any(is_asked_first(asked.message_class, number, to_many=True) for number in about_it)
    if asked.granted and is_first and not asked.words:
        raise in_body("words", both("input.words_of_a_yes"))
    known = {said.number: said for said in _newest(session, numbers) if said.message_class == asked.message_class}
    news = [number for number in about_it if not _says(known.get(number), asked)]
    for number in news:
        record_consent(
            session,
            number,
            asked.message_class,
            granted=asked.granted,
            at=at,
            channel=CHANNEL,
            words=asked.words,
            staff_id=who.me.id,
        )
    if news:
        write_down(
            session, staff_id=who.me.id, what=AuditWhat.CONSENT, about=about(person), reason=asked.words, at=at
        )  # fmt: skip
    return Wishes(items=[_said(who, consent) for consent in _newest(session, numbers)])


WHOLE = (
    selectinload(Person.numbers),
    selectinload(Person.contacts)
    .joinedload(Contact.home, innerjoin=True)
    .joinedload(Home.building, innerjoin=True)
    .joinedload(Building.project, innerjoin=True),
)
"""Somebody with their numbers and the places they have to do with."""


def person_lines(who: Bearer, found: Sequence[Person]) -> list[PersonLine]:
    """People as the API tells them. Of their homes in other projects a project's staff hears nothing."""
    return [_line(who, person) for person in found]


def _line(who: Bearer, person: Person) -> PersonLine:
    project_id = project_of(who.me)
    contacts = [
        contact
        for contact in person.contacts
        if contact.ended_at is None and project_id in {None, contact.home.building.project_id}
    ]
    return PersonLine(
        id=person.id, name=who.name(person.name), salutation=who.private(person.salutation),
        language=person.language, special_care=who.private(person.special_care),
        numbers=[
            PersonNumber(number=who.number(n.number) or "", extension=n.extension, kind=n.kind,
                         needs_check=n.needs_check)
            for n in person.numbers
        ],
        homes=[
            PersonHome(home=c.home_id, project=c.home.building.project.name, place=place_of(c.home), role=c.role)
            for c in sorted(contacts, key=lambda contact: (contact.place, contact.id))
        ],
    )  # fmt: skip


def _newest(session: Session, numbers: Sequence[str]) -> list[Consent]:
    """The newest word for each of these numbers and each class."""
    said = select(Consent).where(Consent.number.in_(numbers)).order_by(Consent.said_at, Consent.id)
    newest = {(consent.number, consent.message_class): consent for consent in session.scalars(said)}
    return sorted(newest.values(), key=lambda consent: (numbers.index(consent.number), consent.message_class))


def _says(before: Consent | None, asked: Wish) -> bool:
    return before is not None and (before.granted, before.words) == (asked.granted, asked.words)


def _said(who: Bearer, consent: Consent) -> Said:
    return Said(
        number=who.number(consent.number) or "", message_class=consent.message_class, granted=consent.granted,
        said_at=consent.said_at, channel=consent.channel, words=who.text(consent.words),
    )  # fmt: skip
