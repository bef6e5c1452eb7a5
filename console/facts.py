"""Reads what the pages show: tickets with their facts, as plain rows."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from console.board import Row, comes_first
from console.masks import masked
from console.words import say, say_or
from directory.models import Project
from directory.places import in_language
from hotline.menubook import categories
from tickets.actions import clock_table, service_hours
from tickets.clocks import Clock, clocks
from tickets.hours import Hours
from tickets.lifecycle import HEADQUARTERS, MOVING, Level, Status
from tickets.models import EventType, Ticket, TicketEvent
from tickets.running import Fact, fact_of

MOST_ROWS = 200
"""More than anybody works through; what is beyond it is found by searching. Danger to life is never beyond it."""


def rows(session: Session, *where: ColumnElement[bool], at: datetime, language: str, many_projects: bool) -> list[Row]:
    """The tickets that fulfil `where`, danger first, then the newest, as lines of the board at `at`."""
    return _lines(session, _tickets(session, *where), at, language, many_projects)


def newest_rows(
    session: Session, *where: ColumnElement[bool], before_id: int | None, most: int, at: datetime, language: str,
    many_projects: bool = False,
) -> tuple[list[Row], int | None]:  # fmt: skip
    """A page of `most` of them, the newest first, older than `before_id`; and the id before which the next begins."""
    older = [Ticket.id < before_id] if before_id is not None else []
    query = _with_whose(select(Ticket).where(*where, *older)).order_by(Ticket.id.desc()).limit(most + 1)
    found = session.scalars(query).all()
    shown = found[:most]
    return _lines(session, shown, at, language, many_projects), shown[-1].id if len(found) > most else None


def due_rows(
    session: Session, *where: ColumnElement[bool], at: datetime, language: str, many_projects: bool,
    most: int | None = None,
) -> list[Row]:  # fmt: skip
    """The same of those that are not over, by what is due first, the oldest before the newest; `most` of them."""
    tickets = _due_tickets(session, *where, most=most or MOST_ROWS)
    return _lines(session, tickets, at, language, many_projects)


def _lines(
    session: Session, tickets: Sequence[Ticket], at: datetime, language: str, many_projects: bool
) -> list[Row]:  # fmt: skip
    facts = events_of(session, [ticket.id for ticket in tickets])
    waits = _waits_of(session, [ticket.id for ticket in tickets if ticket.status == Status.WAITING], language)
    return [
        _row(session, ticket, facts.get(ticket.id, []), waits.get(ticket.id, ""), at, language, many_projects)
        for ticket in tickets
    ]


def events_of(session: Session, ids: list[int]) -> dict[int, list[Fact]]:
    """The facts of each ticket in the order they happened."""
    found: dict[int, list[Fact]] = {}
    query = (
        select(TicketEvent.ticket_id, TicketEvent.type, TicketEvent.at, TicketEvent.data)
        .where(TicketEvent.ticket_id.in_(ids))
        .order_by(TicketEvent.at, TicketEvent.id)
    )
    for ticket_id, kind, at, data in session.execute(query):
        found.setdefault(ticket_id, []).append(fact_of(kind.value, at, data))
    return found


def standing(session: Session, ticket: Ticket, facts: Iterable[Fact], at: datetime) -> tuple[Clock, ...]:
    """The clocks of a ticket at `at`."""
    return tuple(clocks(ticket.level, facts, at=at, hours=service_hours(session, ticket.project), table=clock_table()))


def hours_of_projects(session: Session) -> dict[int | None, Hours]:
    """The service hours of each project by its id, and those of tickets without one: for clocks of many tickets."""
    hours: dict[int | None, Hours] = {None: service_hours(session, None)}
    return hours | {project.id: service_hours(session, project) for project in session.scalars(select(Project))}


def project_name(project: Project, language: str) -> str:
    """A project as the reader calls it."""
    return (language == "en" and project.name_en) or project.name


def what(ticket: Ticket, language: str) -> str:
    """What a ticket is about, in a few words; of a rehearsal, that it is one."""
    words = category_words(ticket.category, language)
    said = words[:1].upper() + words[1:] if words else say(f"kind.{ticket.kind.value}", language)
    return say("drill.mark", language, what=said) if ticket.is_drill else said


def category_words(category: str, language: str) -> str:
    """A category as the reader calls it, also one that only a menu of this company knows; empty for no category."""
    known = categories().get(category)
    return known.spoken(language) if known else ""


def state_tag(session: Session, where: ColumnElement[bool], *, is_history: bool = False) -> str:
    """A short name of everything the board shows but the time: it changes when any ticket or fact does.

    What is history (`is_history`) is not counted through: there every fact about any ticket changes it.
    """
    newest = session.scalar(select(func.max(TicketEvent.id))) or 0
    if is_history:
        return f"history.{newest}"
    count, versions = session.execute(
        select(func.count(Ticket.id), func.coalesce(func.sum(Ticket.version), 0)).where(where)
    ).one()
    return f"{count}.{versions}.{newest}"


def _tickets(session: Session, *where: ColumnElement[bool]) -> list[Ticket]:
    """Asked for twice: in one question the database would put everything there is in order."""
    query = _with_whose(select(Ticket).where(*where)).order_by(Ticket.id.desc()).limit(MOST_ROWS)
    danger = session.scalars(query.where(Ticket.status.in_(MOVING), Ticket.level == Level.P0)).all()
    first = {ticket.id for ticket in danger}
    return [*danger, *(ticket for ticket in session.scalars(query) if ticket.id not in first)][:MOST_ROWS]


def _due_tickets(session: Session, *where: ColumnElement[bool], most: int) -> list[Ticket]:
    """Of each level and state the oldest are looked at, few columns of each, and only what is chosen is read whole."""
    place = func.row_number().over(
        partition_by=(Ticket.status, Ticket.level), order_by=(Ticket.is_alarming.desc(), Ticket.id)
    )
    kept = (Ticket.id, Ticket.level, Ticket.status, Ticket.is_alarming, Ticket.opened_at, Ticket.acknowledged_at)
    placed = select(*kept, place.label("place")).where(Ticket.status.in_(MOVING), *where).subquery()
    looked = session.execute(select(*(placed.c[column.key] for column in kept)).where(placed.c.place <= most))
    table = clock_table()
    order = {
        id: (
            *comes_first(
                level, status, is_alarming=alarms, opened_at=opened_at, acknowledged_at=taken_at, table=table
            ), id,
        )
        for id, level, status, alarms, opened_at, taken_at in looked
    }  # fmt: skip
    chosen = sorted(order, key=order.__getitem__)[:most]
    query = _with_whose(select(Ticket).where(Ticket.id.in_(chosen)))
    return sorted(session.scalars(query), key=lambda ticket: order[ticket.id])


def _with_whose(query: Select[Ticket]) -> Select[Ticket]:
    return query.options(joinedload(Ticket.assignee), joinedload(Ticket.project))


def _waits_of(session: Session, ids: list[int], language: str) -> dict[int, str]:
    """What each of these waits for: a reason of ours, else in the words of whoever paused it."""
    if not ids:
        return {}
    query = (
        select(TicketEvent.ticket_id, TicketEvent.data, TicketEvent.text)
        .where(TicketEvent.ticket_id.in_(ids), TicketEvent.type == EventType.WAITING)
        .order_by(TicketEvent.at, TicketEvent.id)
    )
    return {id: say_or(f"wait.{data.get('reason', '')}", language, text) for id, data, text in session.execute(query)}


def _row(
    session: Session, ticket: Ticket, facts: list[Fact], waits_for: str, at: datetime, language: str,
    many_projects: bool,
) -> Row:  # fmt: skip
    project = project_name(ticket.project, language) if many_projects and ticket.project else ""
    return Row(
        ref=ticket.ref,
        level=ticket.level,
        status=ticket.status,
        what=what(ticket, language),
        where=" · ".join(part for part in (in_language(ticket.place, language), project) if part),
        number=masked(ticket.caller_number),
        assignee=ticket.assignee.name if ticket.assignee else "",
        assignee_id=ticket.assignee_id,
        is_alarming=ticket.is_alarming,
        is_headquarters=ticket.owner_desk == HEADQUARTERS,
        urged=ticket.urged,
        reworked=ticket.reworked,
        opened_at=ticket.opened_at,
        waits_for=waits_for,
        standing=standing(session, ticket, facts, at),
    )
