"""Finding by number, name, room or ticket; posted, so that no number ever stands in an address."""

import re
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator
from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session, contains_eager

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.wiring import settings
from console import walls
from console.api.door import bearer, door
from console.api.homes import HomeLine, home_line
from console.api.messages import MessageLine, message_line
from console.api.operation import reads
from console.api.people import WHOLE, PersonLine, person_lines
from console.api.problems import both, in_body
from console.api.shapes import NO_NUL, Body, Shape
from console.api.ticket_shapes import TicketLine
from console.api.tickets import lines
from console.scope import MAY_SEE_PEOPLE, visible
from console.search import like, means
from directory.models import Building, Home, Number, Person
from messages.models import Message
from telephony.numbers import ReadNumber, Unreadable, read_number
from tickets.models import Ticket

MOST_FOUND = 20
_PARTS = re.compile(r"[0-9A-Za-z]+")
Asked = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=NO_NUL)]


class Search(Body):
    """What is looked for: a `number`, or any words; one of the two at least."""

    q: Asked | None = Field(None, description="姓名、房号、工单号或号码 / name, room, ticket or number")
    number: Asked | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.q is None and self.number is None:
            raise ValueError(both("input.nothing_asked"))
        return self


class Found(Shape):
    """The newest of each kind that fit, twenty at most. People and messages only for roles that may see them."""

    tickets: list[TicketLine]
    people: list[PersonLine]
    homes: list[HomeLine]
    messages: list[MessageLine]


@door.post("/search")
@guarded_by(*EVERYBODY_ON_STAFF)
@reads(Found, body=Search)
def search(session: Session, asked: Search) -> Found:
    """Tickets, people, homes and messages, by whatever somebody knows of them."""
    who = bearer()
    number, words = _number(asked), asked.q or ""
    of_tickets = means(words) if words else Ticket.caller_number == number
    tickets = session.scalars(
        select(Ticket).where(visible(who.me), of_tickets).order_by(Ticket.id.desc()).limit(MOST_FOUND)
    ).all()
    homes = session.scalars(
        select(Home)
        .join(Home.building)
        .where(walls.homes(who.me), _room(words))
        .options(contains_eager(Home.building).joinedload(Building.project, innerjoin=True))
        .order_by(Home.id)
        .limit(MOST_FOUND)
    ).all()
    sees_people = who.me.role in MAY_SEE_PEOPLE
    people = select(Person).where(walls.people(who.me), _person(words, number)).options(*WHOLE).order_by(Person.id)
    sent = select(Message).where(walls.messages(who.me), Message.number == number).order_by(Message.id.desc())
    return Found(
        tickets=lines(session, who, tickets, at=now()),
        people=person_lines(who, session.scalars(people.limit(MOST_FOUND)).all()) if sees_people else [],
        homes=[home_line(home) for home in homes],
        messages=[message_line(who, one) for one in session.scalars(sent.limit(MOST_FOUND))]
        if sees_people and number
        else [],
    )


def _number(asked: Search) -> str | None:
    """The number that was asked for, or that the words are. Raises `Faulty` for a number that is none."""
    read = read_number(asked.number or asked.q, region=settings().default_region)
    if isinstance(read, ReadNumber):
        return read.number
    if asked.number is not None and isinstance(read, Unreadable):
        raise in_body("number", f"{read.why_zh}{read.why_en}")
    return None


def _person(words: str, number: str | None) -> ColumnElement[bool]:
    ways = [Person.name.like(like(words), escape="\\")] if words else []
    if number:
        ways.append(Person.id.in_(select(Number.person_id).where(Number.number == number)))
    return or_(false(), *ways)


def _room(words: str) -> ColumnElement[bool]:
    """`1502`, `3-1502` or `3-2-1502`, also with 号楼, 单元 and 室 between."""
    parts = _PARTS.findall(words)
    if not 1 <= len(parts) <= 3:
        return false()
    *before, room = parts
    wanted: list[ColumnElement[bool]] = [Home.name.in_((room, f"{room}室"))]
    if before:
        wanted.append(or_(Building.keys == before[0], Building.name == before[0]))
    if len(before) == 2:
        wanted.append(Home.unit.in_((before[1], f"{before[1]}单元")))
    return and_(*wanted)
