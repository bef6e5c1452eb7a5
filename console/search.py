"""Finding a ticket. What is searched for is posted: a telephone number never stands in an address."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, false, func, literal_column, or_, select, true
from sqlalchemy.orm import Mapped, Session

from base.clock import local
from base.wiring import settings
from console.scope import project_of, visible
from console.staff import Me
from console.walls import people_ever_of
from directory.actions.places import homes_meant
from directory.models import Building, Person
from directory.names import as_keys, plain
from hotline.menubook import categories
from telephony.numbers import ReadNumber, read_number
from tickets.models import Ticket

TAIL = re.compile(r"[0-9]{4}")
"""The last digits that people say to each other, and that a masked number shows; more would let one guess the rest."""
MOST_TICKETS = 40
MOST_NAMESAKES = 200
DAYS = 62
"""Whoever says the last four digits of a ticket means one of these days."""
LOOK = 20_000
"""The tickets whose words one request looks through, newest first; it goes on further back when asked."""
WITHOUT_WORDS = re.compile(r"[\d\s#＃+()（）\-－—]*")


@dataclass(frozen=True, slots=True)
class Heap:
    """The ids of tickets that were found, newest first.

    Words were looked for down to `floor`, a ticket's id, which is where to go on; None: in all there are.
    """

    ids: tuple[int, ...]
    floor: int | None


def tickets_like(
    session: Session, me: Me, asked: str, *also: ColumnElement[bool], at: datetime, below: int | None = None,
    most: int = MOST_TICKETS, named: Sequence[int] | None = None,
) -> Heap:  # fmt: skip
    """What `me` may see of what somebody means by words, a whole number or its last four digits, and that is `also` so.

    With `below`, only by its words, in tickets older than that one. `named` are the people of that name, if they were
    read already (`people_named`).
    """
    here = [visible(me), *also]
    newest = session.scalar(select(func.max(Ticket.id))) or 0
    top = newest + 1 if below is None else min(below, newest + 1)
    floor = max(0, top - 1 - LOOK)
    ways = [] if below is not None else [*_ways(session, me, asked, at, named), *_of_number(asked)]
    ways.append(and_(Ticket.id < top, Ticket.id > floor, _says(asked)))
    found: set[int] = set()
    for way in ways:
        query = select(Ticket.id).where(way, *here).order_by(Ticket.id.desc()).limit(most)
        found.update(session.scalars(query))
    ids = tuple(sorted(found, reverse=True)[:most])
    if below is not None and len(ids) == most:
        return Heap(ids, ids[-1])
    return Heap(ids, floor + 1 if floor else None)


def spells(session: Session, me: Me, asked: str, *, at: datetime) -> ColumnElement[bool]:
    """The tickets somebody may mean by words: their number, place, category, a name; of the newest, what was said."""
    floor = max(0, (session.scalar(select(func.max(Ticket.id))) or 0) - LOOK)
    return or_(*_ways(session, me, asked, at), and_(Ticket.id > floor, _says(asked)))


def of_project(project_id: int | None) -> ColumnElement[bool]:
    """The homes of one project, or of all, for queries that join their buildings."""
    return true() if project_id is None else Building.project_id == project_id


def is_called(asked: str) -> ColumnElement[bool]:
    """The people somebody means by a name or a part of it, as it is written, in pinyin or by its initials."""
    keys = as_keys(asked)
    return Person.keys.contains(keys, autoescape=True) if has_words(asked) and keys else false()


def has_words(asked: str) -> bool:
    """Whether there is anything but digits in it: nobody's name is looked for by a number."""
    return WITHOUT_WORDS.fullmatch(asked) is None


def like(asked: str) -> str:
    """What LIKE finds this anywhere by, with `\\` as its escape."""
    return "%" + asked.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"


def number_or_tail(asked: str) -> str:
    """A whole number as E.164, the last four digits of one, or nothing: any other piece of a number finds nobody."""
    asked = asked.strip()
    if TAIL.fullmatch(asked):
        return asked
    number = read_number(asked, region=settings().default_region)
    return number.number if isinstance(number, ReadNumber) else ""


def is_number(column: Mapped[str] | Mapped[str | None], number: str) -> ColumnElement[bool]:
    """Whether a number is this one, by what `number_or_tail` made of it."""
    if number.startswith("+"):
        return column == number
    # the very words of the indexes by the last four digits: `base.database.tail_of`
    return func.substr(column, func.length(column) - literal_column("3")) == number


def people_named(session: Session, me: Me, asked: str) -> Sequence[int]:
    """Those somebody means by a name, who have or had a home where `me` may look; whoever is called just so is first.

    Everybody's name is looked at: ask once.
    """
    if not has_words(asked):
        return ()
    theirs = true() if (here := project_of(me)) is None else Person.id.in_(people_ever_of(here))
    query = select(Person.id).where(is_called(asked), theirs)
    order = ((Person.name == asked.strip()).desc(), Person.name, Person.id)
    return session.scalars(query.order_by(*order).limit(MOST_NAMESAKES)).all()


def _ways(
    session: Session, me: Me, asked: str, at: datetime, named: Sequence[int] | None = None
) -> list[ColumnElement[bool]]:  # fmt: skip
    """The tickets of so many meanings, each found by an index however many tickets there are."""
    ways: list[ColumnElement[bool]] = []
    if refs := _refs(asked, at):
        ways.append(Ticket.ref.in_(refs))
    if homes := homes_meant(session, asked, of_project(project_of(me)), most=MOST_NAMESAKES):
        ways.append(Ticket.home_id.in_([home.id for home in homes]))
    if not has_words(asked):
        return ways
    said = plain(asked)
    if codes := [code for code, c in categories().items() if said in c.en.lower() or said in c.zh]:
        ways.append(Ticket.category.in_(codes))
    if people := people_named(session, me, asked) if named is None else named:
        ways.append(Ticket.person_id.in_(people))
    return ways


def _of_number(asked: str) -> list[ColumnElement[bool]]:
    number = number_or_tail(asked)
    return [is_number(Ticket.caller_number, number)] if number else []


def _refs(asked: str, at: datetime) -> Sequence[str]:
    """The numbers of tickets it may be: whole, with or without its hyphen, or the last four digits of these days."""
    digits = "".join(c for c in asked if c.isascii() and c.isdigit())
    if has_words(asked) or len(digits) not in {4, 10}:
        return ()
    if len(digits) == 10:
        return (f"{digits[:6]}-{digits[6:]}",)
    today = local(at, settings().timezone).date()
    return [f"{today - timedelta(days=days):%y%m%d}-{digits}" for days in range(DAYS)]


def _says(asked: str) -> ColumnElement[bool]:
    """Every word of it stands in what was said, in the place or in the number."""
    columns = (Ticket.summary, Ticket.place, Ticket.ref)
    return and_(*(or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in asked.split()))
