"""Calls to the hotline as somebody may find them: by the caller's number, its last four digits, or whose it is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import Session, joinedload

from console.scope import project_of, visible
from console.search import is_number
from console.staff import Me
from directory.actions import place_of
from directory.models import Home
from hotline.models import Call
from tickets.models import Ticket

MOST_CALLS = 20


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call: from which whole number, about which home where that was told, how long, and its ticket."""

    id: int
    at: datetime
    number: str
    where: str
    seconds: int | None
    ref: str


def audible(me: Me) -> ColumnElement[bool]:
    """The calls `me` may see, of those joined to their tickets: of a ticket, whoever sees it; else of their project.

    Calls of our own people are none of an owner's.
    """
    project_id = project_of(me)
    here = true() if project_id is None else Call.project_id == project_id
    of_ticket = and_(Ticket.id.is_not(None), visible(me))
    return and_(Call.staff_id.is_(None), or_(and_(Call.ticket_id.is_(None), here), of_ticket))


def calls(me: Me) -> Select[Call]:
    """All of them that `me` may see, to be narrowed down."""
    return (
        select(Call)
        .outerjoin(Ticket, Ticket.id == Call.ticket_id)
        .where(audible(me))
        .options(joinedload(Call.home).joinedload(Home.building), joinedload(Call.ticket))
    )


def calls_like(session: Session, me: Me, number: str, numbers: Collection[str], language: str) -> list[CallLine]:
    """The newest calls from a number, whole or by its last four digits, or from one of `numbers`."""
    ways = [is_number(Call.from_number, number)] if number else []
    ways += [Call.from_number.in_(numbers)] if numbers else []
    found: dict[int, Call] = {}
    for way in ways:
        query = calls(me).where(way).order_by(Call.began_at.desc(), Call.id.desc()).limit(MOST_CALLS)
        found |= {call.id: call for call in session.scalars(query)}
    newest = sorted(found.values(), key=lambda call: (call.began_at, call.id), reverse=True)
    return [call_line(call, language) for call in newest[:MOST_CALLS]]


def call_line(call: Call, language: str) -> CallLine:
    """A call, for a reader of `language`."""
    seconds = round((call.ended_at - call.began_at).total_seconds()) if call.ended_at else None
    return CallLine(
        call.id, call.began_at, call.from_number or "", place_of(call.home, language) if call.home else "", seconds,
        call.ticket.ref if call.ticket else "",
    )  # fmt: skip
