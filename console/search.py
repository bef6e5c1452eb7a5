"""Finding a ticket. What is searched for is posted: a telephone number never stands in an address."""

import re
from datetime import datetime

from flask import redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Mapped, Session

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import reading
from base.wiring import settings
from console.board import Row
from console.door import Answer, door, language
from console.facts import rows
from console.scope import projects_of, visible
from console.staff import Me, me
from directory.models import Person
from hotline.menubook import categories
from telephony.numbers import ReadNumber, read_number
from tickets.models import Ticket

LONGEST = 60
TAIL = re.compile(r"[0-9]{4}")
"""The last digits that people say to each other, and that a masked number shows; more would let one guess the rest."""


@door.get("/search")
@guarded_by(*EVERYBODY_ON_STAFF)
def searching() -> Answer:
    """Nothing to see without a question."""
    return redirect(url_for("console.desk"))


@door.post("/search")
@guarded_by(*EVERYBODY_ON_STAFF)
def search() -> Answer:
    """Tickets by their number, by place, name, category, or the caller's telephone number or its tail."""
    asked = request.form.get("q", "").strip()[:LONGEST]
    if not asked:
        return redirect(url_for("console.desk"), 303)
    at = now()
    with reading() as session:
        found = look_for(session, me(), asked, at=at, words=language())
    return render_template("search.html", asked=asked, rows=found, at=at, here=url_for("console.desk"))


def look_for(session: Session, who: Me, asked: str, *, at: datetime, words: str) -> list[Row]:
    """What `who` may see of what was asked for, newest first."""
    many = len(projects_of(session, who)) > 1
    return rows(session, visible(who), means(asked), at=at, language=words, many_projects=many)


def means(asked: str) -> ColumnElement[bool]:
    """The tickets somebody may mean by words, a whole telephone number or its last four digits."""
    number = number_or_tail(asked)
    return or_(spells(asked), is_number(Ticket.caller_number, number)) if number else spells(asked)


def spells(asked: str) -> ColumnElement[bool]:
    """The tickets somebody may mean by words: their number, place, what was said, category or a name."""
    meant, digits = like(asked), "".join(c for c in asked if c.isascii() and c.isdigit())
    codes = [code for code, c in categories().items() if asked.lower() in c.en.lower() or asked in c.zh]
    return or_(
        Ticket.ref.like(meant, escape="\\"),
        Ticket.ref == f"{digits[:6]}-{digits[6:]}",
        Ticket.place.like(meant, escape="\\"),
        Ticket.summary.like(meant, escape="\\"),
        Ticket.category.in_(codes),
        Ticket.person_id.in_(select(Person.id).where(Person.name.like(meant, escape="\\"))),
    )


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
    return column == number if number.startswith("+") else column.like("%" + number)
