"""The events of a ticket, with the names of those who did them and of those they went to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from base.clock import local
from base.wiring import settings
from console.campaign_titles import title_of
from console.facts import project_name
from console.timeline import Told
from console.words import say, say_or
from directory.models import Project, Staff
from outreach.models import Campaign
from tickets.lifecycle import ReferTo
from tickets.models import EventType, TicketEvent

EXTENSIONS = frozenset({EventType.EXTENSION, EventType.EXTENDED, EventType.NOT_EXTENDED})


def happened_to(session: Session, ticket_id: int, language: str) -> list[Told]:
    """Every event of one ticket, oldest first."""
    return [one for _, one in told(session, TicketEvent.ticket_id == ticket_id, language)]


def told(session: Session, where: ColumnElement[bool], language: str) -> list[tuple[int, Told]]:
    """The events that fulfil `where`, oldest first, each with the id of its ticket."""
    query = (
        select(TicketEvent, Staff.name)
        .outerjoin(Staff, Staff.id == TicketEvent.staff_id)
        .where(where)
        .order_by(TicketEvent.at, TicketEvent.id)
    )
    found = [(event, name or "") for event, name in session.execute(query)]
    names = _handed_to(session, [event for event, _ in found])
    titles = _sent_to_many(session, [event for event, _ in found], language)
    return [
        (
            event.ticket_id,
            Told(
                id=event.id,
                type=event.type,
                at=event.at,
                who=name,
                text=titles.get(event.id, event.text),
                data=event.data,
                to=_to(session, event, names, language),
            ),
        )
        for event, name in found
    ]


def referred_to(session: Session, to: dict[str, Any], language: str) -> str:
    """Where a ticket was referred to, in words; empty for what nobody knows."""
    match to.get("to"):
        case ReferTo.DEPARTMENT:
            return say_or(f"department.{to.get('department', '')}", language)
        case ReferTo.PROJECT:
            project = session.get(Project, to.get("project"))
            return project_name(project, language) if project else ""
        case ReferTo.OUTSIDE:
            return " ".join(part for part in (to.get("name", ""), to.get("contact", "")) if part)
        case ReferTo.HEADQUARTERS:
            return say("headquarters", language)
        case _:
            return ""


def _handed_to(session: Session, events: Sequence[TicketEvent]) -> dict[int, str]:
    ids = {event.data["to"] for event in events if event.type == EventType.ASSIGNED and "to" in event.data}
    if not ids:
        return {}
    return dict(session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids))).all())


def _sent_to_many(session: Session, events: Sequence[TicketEvent], language: str) -> dict[int, str]:
    """What is written of campaigns is their title: by event, in the reader's language."""
    ids = {event.id: event.data["campaign"] for event in events if "campaign" in event.data}
    if not ids:
        return {}
    query = select(Campaign).where(Campaign.id.in_(ids.values())).options(joinedload(Campaign.incident))
    titles = {one.id: title_of(one, language) for one in session.scalars(query)}
    return {event_id: titles[id] for event_id, id in ids.items() if id in titles}


def _to(session: Session, event: TicketEvent, names: dict[int, str], language: str) -> str:
    if event.type == EventType.ASSIGNED:
        return names.get(event.data.get("to", 0), "")
    if event.type == EventType.ASKED:
        return _asked(session, event.data, language)
    if event.type in EXTENSIONS:
        return f"{local(datetime.fromisoformat(event.data['until']), settings().timezone):%m-%d %H:%M}"
    return referred_to(session, event.data, language) if event.type == EventType.REFERRED else ""


def _asked(session: Session, asked: dict[str, Any], language: str) -> str:
    """Whom a complaint was put to: the department or the manager, and by name."""
    where = say_or(f"department.{asked.get('department', '')}", language) or say("role.manager", language)
    staff = session.get(Staff, asked.get("of") or 0)
    return " ".join(part for part in (where, staff.name if staff else "") if part)
