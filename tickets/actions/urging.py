"""Somebody asks after a matter that is open: noted and counted."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from tickets.actions.timeline import add_event, forget
from tickets.models import EventType, Ticket


def urge_key(call_id: int, ticket_id: int) -> str:
    """Under which it stands on the timeline, once, that in a call somebody asked after a ticket."""
    return f"call/{call_id}/urges/{ticket_id}"


def count_urge(
    session: Session, ticket_id: int, *, call_id: int, at: datetime, text: str, data: dict[str, Any]
) -> bool:  # fmt: skip
    """Note that its caller asks again, in this call, and count it. False: this call was counted before."""
    is_new = add_event(
        session, ticket_id, EventType.CALLED_AGAIN, at=at, text=text, data={"call": call_id, **data},
        once_key=urge_key(call_id, ticket_id),
    )  # fmt: skip
    if is_new:
        session.execute(
            update(Ticket)
            .where(Ticket.id == ticket_id)
            .values(urged=Ticket.urged + 1, version=Ticket.version + 1)
            .execution_options(synchronize_session=False)
        )
        forget(session, ticket_id)
    return is_new
