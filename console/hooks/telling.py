"""Facts as they are told: to whom, and in which words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from console.api.door import Bearer
from console.api.incidents import incident_told
from console.api.messages import message_line
from console.api.shapes import Shape
from console.api.ticket_shapes import TicketLine
from console.api.tickets import fact as ticket_fact
from console.api.tickets import lines
from console.hooks import shapes
from console.hooks.facts import fact_of, failed_at
from console.hooks.models import Hook
from console.hooks.names import INCIDENT, MESSAGE_FAILED, TICKET, UNACKNOWLEDGED, rung_past_the_first
from console.hooks.readers import asking, incidents_seen, messages_seen, reader, tickets_seen
from console.walls import Trace
from messages.models import Message
from tickets.models import Incident, IncidentEvent, Ticket, TicketEvent


@dataclass(frozen=True, slots=True)
class News:
    """One thing to be told, to the hooks of these ids."""

    fact: str
    name: str
    about: str
    at: datetime
    body: str
    hooks: tuple[int, ...]


def of_tickets(session: Session, hooks: Sequence[Hook], found: Iterable[TicketEvent], *, at: datetime) -> list[News]:
    """What is told of new lines of tickets, at `at`."""
    named = [(event, name, rung) for event in found for name, rung in _names(event) if asking(hooks, name)]
    ids = {event.ticket_id for event, _, _ in named}
    query = select(Ticket).where(Ticket.id.in_(ids)).options(joinedload(Ticket.project), joinedload(Ticket.assignee))
    tickets = session.scalars(query).all()
    who, seen = reader(), tickets_seen(session, hooks, ids)
    told = dict(zip((one.id for one in tickets), lines(session, who, tickets, at=at), strict=True))
    news: dict[str, News] = {}
    for event, name, rung in named:
        ticket, body = told[event.ticket_id], _body(who, told[event.ticket_id], event, name, rung)
        key = f"ticket_event/{event.id}" if rung is None else f"rung/{event.ticket_id}/{rung}"
        hooks_told = _seeing(asking(hooks, name), seen, event.ticket_id)
        # a rung wakes several people, and is one piece of news
        news.setdefault(key, News(key, name, ticket.ref, event.at, body, hooks_told))
    return list(news.values())


def _body(who: Bearer, ticket: TicketLine, event: TicketEvent, name: str, rung: int | None) -> str:
    if rung is None:
        data = shapes.TicketNews(ticket=ticket, event=ticket_fact(who, event))
        return _written(shapes.TicketTold(type=name, timestamp=event.at, data=data))
    late = shapes.UnacknowledgedNews(ticket=ticket, rung=rung)
    return _written(shapes.UnacknowledgedTold(type=name, timestamp=event.at, data=late))


def _names(event: TicketEvent) -> list[tuple[str, int | None]]:
    rung = rung_past_the_first(event.type, event.data)
    return [(f"{TICKET}{event.type.value}", None), *([(UNACKNOWLEDGED, rung)] if rung is not None else [])]


def of_incidents(session: Session, hooks: Sequence[Hook], found: Sequence[IncidentEvent]) -> list[News]:
    """What is told of new steps of incidents."""
    named = [(event, f"{INCIDENT}{event.step.value}") for event in found]
    named = [(event, name) for event, name in named if asking(hooks, name)]
    ids = {event.incident_id for event, _ in named}
    query = select(Incident).where(Incident.id.in_(ids)).options(joinedload(Incident.project))
    told = {one.id: incident_told(session, reader(), one) for one in session.scalars(query)}
    seen = incidents_seen(session, hooks, ids)
    return [
        News(
            f"incident_event/{event.id}", name, str(event.incident_id), event.at,
            _written(shapes.IncidentEventTold(
                type=name, timestamp=event.at, data=shapes.IncidentNews(incident=told[event.incident_id])
            )),
            _seeing(asking(hooks, name), seen, event.incident_id),
        )
        for event, name in named
    ]  # fmt: skip


def of_messages(session: Session, hooks: Sequence[Hook], found: Sequence[Message]) -> list[News]:
    """What is told of messages that failed."""
    seen = messages_seen(session, hooks, [Trace(one.id, one.number, one.about) for one in found])
    return [
        News(
            fact_of(one.id), MESSAGE_FAILED, str(one.id), failed_at(one),
            _written(shapes.MessageTold(
                type=MESSAGE_FAILED, timestamp=failed_at(one),
                data=shapes.MessageNews(message=message_line(reader(), one)),
            )),
            _seeing(hooks, seen, one.id),
        )
        for one in found
    ]  # fmt: skip


def _seeing(hooks: Iterable[Hook], seen: dict[int, set[int]], id: int) -> tuple[int, ...]:
    return tuple(hook.id for hook in hooks if id in seen[hook.id])


def _written(told: Shape) -> str:
    return told.model_dump_json(by_alias=True)
