"""A ticket is moved only as whoever asks has seen it, where they say in `If-Match` what they saw."""

from collections.abc import Callable
from http import HTTPStatus

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from console.api.operation import IF_MATCH
from console.api.problems import Fault, Faulty, Told, both
from console.api.ticket_shapes import TicketChanged, TicketFact
from console.versions import newest_event_of, version_of
from tickets.models import Ticket, TicketEvent


class Changed(Told):
    """Something happened to it since."""

    status = HTTPStatus.PRECONDITION_FAILED
    shape = TicketChanged


def refuse_unseen(session: Session, ticket: Ticket, tell: Callable[[TicketEvent], TicketFact]) -> None:
    """Raise `Changed` if `If-Match` names other versions than that of `ticket`; `Faulty` if it names none.

    A tag that a proxy made a weak one (for packing the answer) is as good: ours names a version, not bytes.
    """
    given = request.headers.get(IF_MATCH)
    if given is None:
        return
    if not request.if_match:
        raise Faulty(Fault(detail=both("input.if_match"), header=IF_MATCH))
    current = version_of(session, ticket)
    if request.if_match.contains_weak(current):
        return
    tags = filter(None, request.if_match.as_set(include_weak=True))  # an empty one is read as None
    known = [event for tag in tags if (event := newest_event_of(tag.removeprefix("W/").strip('"')))]
    query = (
        select(TicketEvent)
        .where(TicketEvent.ticket_id == ticket.id, TicketEvent.id > max(known, default=0))
        .options(joinedload(TicketEvent.staff))
        .order_by(TicketEvent.at, TicketEvent.id)
    )
    since = [tell(event) for event in session.scalars(query)]
    raise Changed(both("problem.changed.text"), yours=given, current=f'"{current}"', since=since)
