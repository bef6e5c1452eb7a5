"""The open question whose a complaint is: it rests while nobody of the project has to answer, and wakes with it."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tickets.complaintmodels import ComplaintHop


def rest_question(session: Session, ticket_id: int) -> None:
    """The ticket is over, or another desk's: nobody above is told that it was not answered."""
    session.execute(
        update(ComplaintHop)
        .where(ComplaintHop.ticket_id == ticket_id, ComplaintHop.tell_up_at.is_not(None))
        .values(tell_up_at=None)
    )


def wake_question(session: Session, ticket_id: int, *, at: datetime) -> None:
    """It is the project's again: a question that nobody has answered is watched as before."""
    still_open = select(ComplaintHop).where(
        ComplaintHop.ticket_id == ticket_id, ComplaintHop.answer.is_(None), ComplaintHop.told_up_at.is_(None)
    )
    for hop in session.scalars(still_open):
        hop.tell_up_at = max(hop.due_at, at)
    session.flush()
