"""Finding by number, name, room or ticket; posted, so that no number ever stands in an address."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator
from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.errors import BadInput
from console.api.cursor import cursor, read_cursor
from console.api.door import Bearer, bearer, door
from console.api.homes import HomeLine, home_line
from console.api.messages import MessageLine, message_line
from console.api.operation import reads
from console.api.people import PersonLine, person_lines
from console.api.problems import both, in_body
from console.api.shapes import NO_NUL, Body, Moment, Shape
from console.api.ticket_shapes import TicketLine
from console.api.tickets import lines
from console.callbook import calls_like
from console.finding import homes_like, people_like
from console.mailbook import Choice, look
from console.scope import READERS, visible
from console.search import Heap, is_number, number_or_tail, tickets_like
from console.walls import known_people
from directory.models import Home, Number, Person
from messages.ever import EVER
from tickets.models import Ticket

MOST_FOUND = 20
LIST = "search"
Asked = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=NO_NUL)]


class Search(Body):
    """What is looked for: a `number`, or any words; one of the two at least. Both: what fits the one and the other."""

    q: Asked | None = Field(
        None, description="姓名或拼音、房号、工单号、号码、说过的话 / name or pinyin, room, ticket, number, words"
    )
    number: Asked | None = Field(None, description="完整号码或后四位 / a whole number, or its last four digits")
    after: Asked | None = Field(None, description="上一次回答里的 next / `next` of the answer before")

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.q is None and self.number is None:
            raise ValueError(both("input.nothing_asked"))
        return self


class CallLine(Shape):
    """A call to the hotline, and the ticket it came to or belongs to; `seconds` is null while it lasts."""

    at: Moment
    number: str | None
    place: str
    seconds: int | None
    ticket: str | None


class Found(Shape):
    """The newest of each kind that fit, twenty at most. People, messages and calls only for roles that may see them.

    The words of tickets were looked for in the newest twenty thousand: `next`, where there are more, asks for those of
    older ones, and for nothing else.
    """

    tickets: list[TicketLine]
    people: list[PersonLine]
    homes: list[HomeLine]
    messages: list[MessageLine]
    calls: list[CallLine]
    next: str | None


@door.post("/search")
@guarded_by(*EVERYBODY_ON_STAFF)
@reads(Found, body=Search)
def search(session: Session, asked: Search) -> Found:
    """Tickets, people, homes and messages, by whatever somebody knows of them."""
    who = bearer()
    number, at = _number(asked), now()
    may_read = who.me.role in READERS and asked.after is None
    heap = _tickets(session, who, asked, number, at)
    tickets = session.scalars(select(Ticket).where(Ticket.id.in_(heap.ids)).order_by(Ticket.id.desc())).all()
    people = _people(session, who, asked, number) if may_read else []
    return Found(
        tickets=lines(session, who, tickets, at=at),
        people=person_lines(who, people),
        homes=[home_line(one) for one in _homes(session, who, asked)],
        messages=_messages(session, who, asked, number, people) if may_read and number else [],
        calls=_calls(session, who, asked, number, people) if may_read else [],
        next=cursor(LIST, heap.floor) if heap.floor else None,
    )


def _people(session: Session, who: Bearer, asked: Search, number: str) -> Sequence[Person]:
    of_number = Person.id.in_(select(Number.person_id).where(is_number(Number.number, number)))
    if asked.q is not None:
        return people_like(session, who.me, asked.q, *([of_number] if asked.number is not None else []))[:MOST_FOUND]
    query = select(Person).where(known_people(who.me), of_number).order_by(Person.name, Person.id)
    return session.scalars(query.limit(MOST_FOUND)).all()


def _homes(session: Session, who: Bearer, asked: Search) -> Sequence[Home]:
    return homes_like(session, who.me, asked.q, most=MOST_FOUND) if asked.q and asked.after is None else ()


def _tickets(session: Session, who: Bearer, asked: Search, number: str, at: datetime) -> Heap:
    also = [is_number(Ticket.caller_number, number)] if asked.number is not None else []
    if asked.q is not None:
        below = _place(asked.after) if asked.after is not None else None
        return tickets_like(session, who.me, asked.q, *also, at=at, below=below, most=MOST_FOUND)
    query = select(Ticket.id).where(visible(who.me), *also).order_by(Ticket.id.desc()).limit(MOST_FOUND)
    return Heap(tuple(session.scalars(query)), None)


def _place(after: str) -> int:
    try:
        return read_cursor(LIST, after)
    except BadInput as error:
        raise in_body("after", error.message) from None


def _calls(session: Session, who: Bearer, asked: Search, number: str, people: Sequence[Person]) -> list[CallLine]:
    """Those from the number or from somebody who was found; of a number and words, those that are both."""
    numbers = {one.number for person in people for one in person.numbers} if asked.q is not None else set()
    if asked.q is not None and asked.number is not None:
        numbers, number = {one for one in numbers if one.endswith(number)}, ""
    return [
        CallLine(at=one.at, number=who.number(one.number), place=one.where, seconds=one.seconds, ticket=one.ref or None)
        for one in calls_like(session, who.me, number, numbers, "zh")
    ]


def _messages(session: Session, who: Bearer, asked: Search, number: str, people: Sequence[Person]) -> list[MessageLine]:
    """Those to the number; of a number and words, those to the number that went to somebody whom the words mean."""
    also = None
    if asked.q is not None and asked.number is not None:
        theirs = select(Number.number).where(Number.person_id.in_([person.id for person in people]))
        named = number_or_tail(asked.q)
        also = or_(EVER.number.in_(theirs), is_number(EVER.number, named) if named else false())
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
