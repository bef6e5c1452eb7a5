"""Whose a complaint is: whoever is asked is told, and when they do not answer those above are."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from base.access import Role
from base.wiring import settings
from directory.models import Staff
from messages import actions as messages
from messages.lifecycle import MessageClass
from oncall import words
from oncall.actions.daytime import may_be_told_at
from oncall.actions.leave import leave_between
from oncall.actions.pagewords import matter_of
from oncall.actions.paging import AFTER_PAGES, TEXT_VALID
from tickets.actions import naming
from tickets.complaintmodels import ComplaintHop
from tickets.models import Ticket
from tickets.promises import by

log = structlog.get_logger(__name__)

LOOK_AGAIN = timedelta(hours=1)
"""How soon somebody above is looked for again where there was nobody."""


def put_complaint(session: Session, ticket_id: int, *, at: datetime) -> None:
    """Put a complaint that came in to a supervisor who is not on leave, and tell them; nothing if none is to be put."""
    away = {one.staff_id for one in leave_between(session, at, at)}
    hop = tickets.actions.put_by_itself(session, ticket_id, at=at, away=away)
    if hop is not None:
        tell_asked(session, hop, at=at)


def tell_asked(session: Session, hop: ComplaintHop, *, at: datetime, is_anew: bool = False) -> None:
    """Plan one text to whoever has to say whose it is, once a question; none to those who put it to themselves.

    `is_anew`: it has another name from `at` on, perhaps of somebody who had it before.
    """
    if hop.staff is not None and hop.staff_id != hop.asked_by_id:
        asked_manager = "asked_manager" if hop.place else "asked_first"  # nobody refused it before the first
        key = "asked" if hop.department else asked_manager
        _tell(session, hop, hop.staff, key, at, once=f"{key}/{at.timestamp():.0f}" if is_anew else key)


def ask_others(session: Session, questions: Sequence[ComplaintHop], *, at: datetime) -> None:
    """Whoever had to answer these works here no more: another of that post is asked instead, and told."""
    away = {one.staff_id for one in leave_between(session, at, at)}
    for hop in questions:
        messages.cancel(session, about=about_hop(hop.id), at=at)
        if naming.ask_another(session, hop, at=at, away=away).answer is None:
            tell_asked(session, hop, at=at, is_anew=True)


def tell_above(session: Session, hop_id: int, *, at: datetime) -> None:
    """Plan one text to each of those above whoever has not answered in time; once a question.

    Where there is nobody yet it stays to be told, and is looked at again in an hour.
    """
    above = _above(session, session.get_one(ComplaintHop, hop_id))
    if not above:
        log.warning("nobody_above_to_tell", hop=hop_id)
        tickets.actions.put_off_telling(session, hop_id, until_at=at + LOOK_AGAIN, at=at)
        return
    hop = tickets.actions.claim_overdue(session, hop_id, at=at)
    if hop is not None:
        for staff in above:
            _tell(session, hop, staff, "asked_late", at)


def question_over(session: Session, ticket_id: int, *, at: datetime) -> None:
    """What was answered before the texts about it left, in the night, is not asked in the morning."""
    for hop in tickets.actions.hops_of(session, ticket_id):
        if hop.answer is not None:
            messages.cancel(session, about=about_hop(hop.id), at=at)


def about_hop(hop_id: int) -> str:
    """The name under which the ledger keeps the texts about one question."""
    return f"hop:{hop_id}"


def _above(session: Session, hop: ComplaintHop) -> Sequence[Staff]:
    """The managers of whoever is asked, without any, or where they are asked themselves, the directors."""
    ticket = session.get_one(Ticket, hop.ticket_id)
    for role in (Role.MANAGER, Role.DIRECTOR) if hop.department else (Role.DIRECTOR,):
        query = select(Staff).where(
            Staff.role == role, Staff.is_active, Staff.number != "",
            (Staff.project_id == ticket.project_id) | Staff.project_id.is_(None),
        )  # fmt: skip
        if found := session.scalars(query.order_by(Staff.id)).all():
            return found
    return ()


def _tell(session: Session, hop: ComplaintHop, staff: Staff, key: str, at: datetime, *, once: str = "") -> None:
    ticket, language = session.get_one(Ticket, hop.ticket_id), staff.language
    nobody = ("主管", "The supervisor") if hop.department else ("经理", "The manager")
    asked = hop.staff.name if hop.staff is not None else nobody[language == "en"]
    body = words.text(
        key, language, ref=ticket.ref, matter=matter_of(ticket, language), who=asked,
        by=by(hop.due_at, language, at=at, zone=settings().timezone),
    )  # fmt: skip
    due_at = may_be_told_at(session, ticket, at=at)
    messages.plan_text(
        session, number=staff.number, message_class=MessageClass.STAFF, body=body,
        once_key=f"hop/{hop.id}/{once or key}/{staff.id}", about=about_hop(hop.id), at=at, due_at=due_at,
        valid_until_at=due_at + TEXT_VALID, language=language, urgency=AFTER_PAGES, is_demo=staff.is_demo,
    )  # fmt: skip
