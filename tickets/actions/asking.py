"""The standing order to put a complaint to whoever has to say whose it is: given, found, and taken by one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from tickets.complaintmodels import ComplaintHop
from tickets.lifecycle import HEADQUARTERS, MOVING, Kind
from tickets.models import Ticket


def must_be_put(ticket: Ticket) -> bool:
    """Whether somebody of an estate has to say whose it is; what is said to headquarters is put to nobody of theirs."""
    return ticket.kind is Kind.COMPLAINT and ticket.owner_desk != HEADQUARTERS and not ticket.is_drill


def put_anew(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """It turned out to be a complaint, or is another desk's now: it is put where it was not before, or not any more."""
    before = exists().where(ComplaintHop.ticket_id == ticket.id)
    is_due = must_be_put(ticket) and ticket.status in MOVING and not session.scalar(select(before))
    ticket.ask_due_at = at if is_due else None


def complaints_to_put(session: Session, *, at: datetime, limit: int = 100) -> Sequence[int]:
    """Complaints that nobody was asked about yet. One look at a small index."""
    due = select(Ticket.id).where(Ticket.ask_due_at <= at).order_by(Ticket.ask_due_at)
    return session.scalars(due.limit(limit)).all()


def claim_to_put(session: Session, ticket: Ticket, *, at: datetime) -> bool:
    """Take the standing order away; whether the complaint is to be put. It is no change that anybody could overwrite:
    the ticket's version stays.
    """
    claimed = session.execute(
        update(Ticket)
        .where(Ticket.id == ticket.id, Ticket.ask_due_at <= at)
        .values(ask_due_at=None)
        .returning(Ticket.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    session.refresh(ticket, ["ask_due_at"])
    return claimed is not None and must_be_put(ticket) and ticket.status in MOVING
