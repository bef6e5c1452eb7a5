"""What a supervisor is short of: refusals, broken promises, low scores, no word yet; of each the first rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from base.clock import local
from base.wiring import settings
from console.facts import what
from console.late import Broken, broken_promises
from console.scope import visible
from console.staff import Me
from console.words import say
from outreach.actions import measuring
from outreach.measures import months_until
from tickets.complaintmodels import ComplaintHop
from tickets.complaints import HopAnswer
from tickets.lifecycle import MOVING
from tickets.models import Ticket

FIRST = 3
MOST_SCORES = 200
_HOP = aliased(ComplaintHop)
_REFUSAL = (_HOP.ticket_id == Ticket.id) & (_HOP.answer == HopAnswer.NOT_OURS)
WAS_REFUSED = Ticket.status.in_(MOVING) & exists().where(_REFUSAL)
"""Of a ticket: an open complaint of which somebody said that it is not theirs."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row: the ticket, what it is about, since when, and why it stands here; `quote` are somebody's words."""

    ref: str
    what: str
    at: datetime
    why: str
    quote: str = ""


@dataclass(frozen=True, slots=True)
class ShortList:
    """How many there are of a `kind`, and the first of them; `month` (`2026-11`) of the scores."""

    kind: str
    count: int
    first: tuple[Item, ...]
    month: str = ""


def read_shortlists(session: Session, who: Me, *, at: datetime, language: str) -> list[ShortList]:
    """The four lists as `who` may see them at `at`."""
    promises = broken_promises(session, visible(who), at=at)
    silent = [one for one in promises if one.is_silent]
    return [
        _refused(session, visible(who), language),
        ShortList("late", len(promises), _items(session, promises[:FIRST], language)),
        _low(session, who, at, language),
        ShortList("silent", len(silent), _items(session, silent[:FIRST], language)),
    ]


def _refused(session: Session, here: ColumnElement[bool], language: str) -> ShortList:
    """Each complaint once, with its latest refusal."""
    count = session.scalars(select(func.count(Ticket.id)).where(here, WAS_REFUSED)).one()
    latest = select(func.max(_HOP.id)).where(_REFUSAL).correlate(Ticket).scalar_subquery()
    found = session.execute(
        select(Ticket, ComplaintHop)
        .join(ComplaintHop, ComplaintHop.id == latest)
        .where(here, WAS_REFUSED)
        .order_by(ComplaintHop.answered_at.desc())
        .limit(FIRST)
    )
    items = tuple(
        Item(
            ticket.ref, what(ticket, language), hop.answered_at or hop.asked_at, _department(hop, language), hop.reason
        )
        for ticket, hop in found
    )
    return ShortList("refused", count, items)


def _department(hop: ComplaintHop, language: str) -> str:
    return say(f"department.{hop.department}", language) if hop.department else say("role.manager", language)


def _low(session: Session, who: Me, at: datetime, language: str) -> ShortList:
    """Those of this month."""
    zone = settings().timezone
    month = local(at, zone).date().replace(day=1)
    scope = measuring.Scope(months_until(month), zone, visible(who))
    found = measuring.rows(session, scope, measuring.Choice("low", month), limit=MOST_SCORES)
    items = tuple(
        Item(
            survey.ticket.ref, what(survey.ticket, language), result.at,
            say("results.score", language, n=survey.answer.score) if survey.answer else "",
            survey.answer.comment if survey.answer else "",
        )
        for survey, result in found[:FIRST]
    )  # fmt: skip
    return ShortList("low", len(found), items, f"{month:%Y-%m}")


def _items(session: Session, those: Sequence[Broken], language: str) -> tuple[Item, ...]:
    tickets = {one.id: one for one in session.scalars(select(Ticket).where(Ticket.id.in_([b.id for b in those])))}
    return tuple(
        Item(one.ref, what(tickets[one.id], language), one.since_at, say(f"clock.{one.what}.long", language))
        for one in those
    )
