"""Reads what the pages show: tickets with their facts, as plain rows."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from base.log import mask
from console.board import Row
from console.words import say
from directory.models import Project
from hotline.menubook import categories
from tickets.actions import service_hours
from tickets.clocks import Clock, Fact, clocks
from tickets.lifecycle import HEADQUARTERS, MOVING, Level, Status
from tickets.models import EventType, Ticket, TicketEvent

MOST_ROWS = 300
"""More than anybody works through; what is beyond it is found by searching. Danger to life is never beyond it."""


def rows(session: Session, *where: ColumnElement[bool], at: datetime, language: str, many_projects: bool) -> list[Row]:
    """The tickets that fulfil `where`, danger first, then the newest, as lines of the board at `at`."""
    tickets = list(session.scalars(_tickets(*where)))
    facts = events_of(session, [ticket.id for ticket in tickets])
    return [_row(ticket, facts.get(ticket.id, []), at, language, many_projects) for ticket in tickets]


def events_of(session: Session, ids: list[int]) -> dict[int, list[tuple[Fact, str]]]:
    """The facts of each ticket in the order they happened, with the words that were said with each."""
    found: dict[int, list[tuple[Fact, str]]] = {}
    query = (
        select(TicketEvent.ticket_id, TicketEvent.type, TicketEvent.at, TicketEvent.text)
        .where(TicketEvent.ticket_id.in_(ids))
        .order_by(TicketEvent.at, TicketEvent.id)
    )
    for ticket_id, kind, at, text in session.execute(query):
        found.setdefault(ticket_id, []).append((Fact(kind.value, at), text))
    return found


def standing(ticket: Ticket, facts: Iterable[tuple[Fact, str]], at: datetime) -> tuple[Clock, ...]:
    """The clocks of a ticket at `at`."""
    hours = service_hours(ticket.project)
    return tuple(clocks(ticket.level, [fact for fact, _ in facts], at=at, hours=hours))


def project_name(project: Project, language: str) -> str:
    """A project as the reader calls it."""
    return (language == "en" and project.name_en) or project.name


def what(ticket: Ticket, language: str) -> str:
    """What a ticket is about, in a few words."""
    words = category_words(ticket.category, language)
    return words[:1].upper() + words[1:] if words else say(f"kind.{ticket.kind.value}", language)


def category_words(category: str, language: str) -> str:
    """A category as the reader calls it, also one that only a menu of this company knows; empty for no category."""
    known = categories().get(category)
    return known.spoken(language) if known else ""


def state_tag(session: Session, where: ColumnElement[bool]) -> str:
    """A short name of everything the board shows but the time: it changes when any ticket or fact does."""
    count, versions = session.execute(
        select(func.count(Ticket.id), func.coalesce(func.sum(Ticket.version), 0)).where(where)
    ).one()
    return f"{count}.{versions}.{session.scalar(select(func.max(TicketEvent.id))) or 0}"


def _tickets(*where: ColumnElement[bool]) -> Select[Ticket]:
    return (
        select(Ticket)
        .where(*where)
        .options(joinedload(Ticket.assignee), joinedload(Ticket.project))
        .order_by((Ticket.status.in_(MOVING) & (Ticket.level == Level.P0)).desc(), Ticket.id.desc())
        .limit(MOST_ROWS)
    )


def _row(
    ticket: Ticket, facts: list[tuple[Fact, str]], at: datetime, language: str, many_projects: bool
) -> Row:  # fmt: skip
    waits_for = next((text for fact, text in reversed(facts) if fact.type == EventType.WAITING), "")
    project = project_name(ticket.project, language) if many_projects and ticket.project else ""
    return Row(
        ref=ticket.ref,
        level=ticket.level,
        status=ticket.status,
        what=what(ticket, language),
        where=" · ".join(part for part in (ticket.place, project) if part),
        number=mask(ticket.caller_number),
        assignee=ticket.assignee.name if ticket.assignee else "",
        assignee_id=ticket.assignee_id,
        is_alarming=ticket.is_alarming,
        is_headquarters=ticket.owner_desk == HEADQUARTERS,
        opened_at=ticket.opened_at,
        waits_for=waits_for if ticket.status == Status.WAITING else "",
        standing=standing(ticket, facts, at),
    )
