"""Finding by number, name, room or ticket; posted, so that no number ever stands in an address."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator
from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from console.api.door import Bearer, bearer, door
from console.api.homes import HomeLine, home_line
from console.api.messages import MessageLine, message_line
from console.api.operation import reads
from console.api.people import PersonLine, person_lines
from console.api.problems import both, in_body
from console.api.shapes import NO_NUL, Body, Shape
from console.api.ticket_shapes import TicketLine
from console.api.tickets import lines
from console.finding import people_like
from console.mailbook import Choice, look
from console.scope import READERS, projects_of, visible
from console.search import is_number, means, number_or_tail
from console.walls import known_people
from directory.actions.places import homes_like
from directory.models import Home, Number, Person
from messages.models import Message
from tickets.models import Ticket

MOST_FOUND = 20
Asked = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=NO_NUL)]


class Search(Body):
    """What is looked for: a `number`, or any words; one of the two at least. Both: what fits the one and the other."""

    q: Asked | None = Field(None, description="姓名、房号、工单号或号码 / name, room, ticket or number")
    number: Asked | None = Field(None, description="完整号码或后四位 / a whole number, or its last four digits")

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
    of_tickets = [means(words)] if words else []
    if asked.number is not None:
        of_tickets.append(is_number(Ticket.caller_number, number))
    tickets = session.scalars(
        select(Ticket).where(visible(who.me), *of_tickets).order_by(Ticket.id.desc()).limit(MOST_FOUND)
    ).all()
    people = _people(session, who, asked, number) if who.me.role in READERS else []
    return Found(
        tickets=lines(session, who, tickets, at=now()),
        people=person_lines(who, people),
        homes=[home_line(home) for home in _homes(session, who, words)],
        messages=_messages(session, who, asked, number, people) if who.me.role in READERS and number else [],
    )


def _people(session: Session, who: Bearer, asked: Search, number: str) -> Sequence[Person]:
    of_number = Person.id.in_(select(Number.person_id).where(is_number(Number.number, number)))
    if asked.q is not None:
        return people_like(session, who.me, asked.q, *([of_number] if asked.number is not None else []))[:MOST_FOUND]
    query = select(Person).where(known_people(who.me), of_number).order_by(Person.name, Person.id)
    return session.scalars(query.limit(MOST_FOUND)).all()


def _homes(session: Session, who: Bearer, words: str) -> Sequence[Home]:
    found = [home for project in projects_of(session, who.me) for home in homes_like(session, project.id, words)]
    return found[:MOST_FOUND] if words else []


def _messages(session: Session, who: Bearer, asked: Search, number: str, people: Sequence[Person]) -> list[MessageLine]:
    """Those to the number; of a number and words, those to the number that went to somebody whom the words mean."""
    also = None
    if asked.q is not None and asked.number is not None:
        theirs = select(Number.number).where(Number.person_id.in_([person.id for person in people]))
        named = number_or_tail(asked.q)
        also = or_(Message.number.in_(theirs), is_number(Message.number, named) if named else false())
    found = look(session, who.me, Choice(number=number, also=also), after=None, most=MOST_FOUND)
    return [message_line(who, message) for message in found.messages]


def _number(asked: Search) -> str:
    """The number that was asked for or that the words are, whole or its last four digits; empty where the words are
    no number. Raises `Faulty` for a `number` that is neither.
    """
    number = number_or_tail(asked.number or asked.q or "")
    if asked.number is not None and not number:
        raise in_body("number", both("input.number"))
    return number
