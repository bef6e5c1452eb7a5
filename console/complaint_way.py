"""The way of a complaint on its ticket's page: its stations, and which moves about whose it is make sense now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console.staff import Me
from directory.models import Staff
from tickets import actions
from tickets.complaintmodels import ComplaintHop
from tickets.complaints import may_answer
from tickets.lifecycle import HEADQUARTERS, Kind, Move
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Stop:
    """One station on the way of a complaint: who was asked by when (no `department`: the manager), and the answer."""

    department: str
    who: str
    asked_by: str
    due_at: datetime
    answer: str
    reason: str
    told_up: bool


def stop(hop: ComplaintHop) -> Stop:
    """One question, as the page shows it."""
    return Stop(
        hop.department, hop.staff.name if hop.staff else "", hop.asked_by.name if hop.asked_by else "", hop.due_at,
        hop.answer.value if hop.answer else "", hop.reason, hop.told_up_at is not None,
    )  # fmt: skip


def not_now(session: Session, ticket: Ticket, hops: Sequence[ComplaintHop], me: Me) -> set[Move]:
    """The moves about whose a complaint is that make no sense now, or are another's."""
    if ticket.owner_desk == HEADQUARTERS:
        return {Move.ASK, Move.ANSWER, Move.SEND}
    if not hops:
        return {Move.ANSWER, Move.SEND} | (set() if ticket.kind is Kind.COMPLAINT else {Move.ASK})
    hop, department = actions.plain(hops[-1]), session.get_one(Staff, me.id).department
    if hop.answer is not None or not may_answer(hop, me.role, department):
        return {Move.ASK, Move.ANSWER, Move.SEND}
    return {Move.ASK} if hop.is_managers else {Move.ASK, Move.SEND}
