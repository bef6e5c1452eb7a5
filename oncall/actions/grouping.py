"""Several calls turn out to be one group while somebody is at the first of them already: they are told, once."""

from datetime import datetime

from sqlalchemy.orm import Session

import tickets.actions
from directory.models import Staff
from messages import actions as messages
from messages.lifecycle import MessageClass
from oncall import words
from oncall.actions.duty import duty_of
from oncall.actions.paging import AFTER_PAGES, TEXT_VALID
from tickets.actions.proposing import proposal_by_id
from tickets.groups import ProposalState
from tickets.lifecycle import Status
from tickets.models import Incident
from tickets.proposalmodels import Proposal
from tickets.triage import category_words


def mind_group(session: Session, proposal_id: int, *, at: datetime) -> None:
    """Text whoever is at it where that is owed, and look after what is held for the first ticket."""
    proposal = proposal_by_id(session, proposal_id)
    if proposal.tell_due_at is not None and proposal.tell_due_at <= at:
        proposal.tell_due_at = None
        session.flush()
        if proposal.state is ProposalState.OPEN:
            _tell(session, proposal, at)
    tickets.actions.keep_group(session, proposal_id, at=at)


def _tell(session: Session, proposal: Proposal, at: datetime) -> None:
    """Whoever took the first of them, else who is first on duty; and the supervisor, who can decide.

    Where it was declared over: whoever opened that trouble too; who is first on duty is paged for it at this moment.
    """
    leader = proposal.leader
    duty, over = duty_of(session, leader, at=at), tickets.actions.denied_by(session, proposal.id)
    has_it = [leader.assignee] if leader.assignee is not None and leader.status is not Status.OPEN else []
    people = [*has_it, *duty.supervisor] if over is not None else [*(has_it or duty.first), *duty.supervisor]
    if over is not None and over.opened_by is not None and over.opened_by.is_active:
        people.append(over.opened_by)
    for staff in {one.id: one for one in people}.values():
        messages.plan_text(
            session, number=staff.number, message_class=MessageClass.STAFF, body=_body(session, proposal, over, staff),
            once_key=f"group/{proposal.id}/{leader.id}/{staff.id}", about=f"proposal:{proposal.id}", at=at,
            valid_until_at=at + TEXT_VALID, language=staff.language, urgency=AFTER_PAGES, is_demo=staff.is_demo,
        )  # fmt: skip


def _body(session: Session, proposal: Proposal, over: Incident | None, staff: Staff) -> str:
    language, project = staff.language, proposal.project
    those = tickets.actions.tickets_of_group(session, proposal.id)
    minutes = max(int((those[-1].opened_at - those[0].opened_at).total_seconds() // 60), 1)
    place = (project.name_en or project.name) if language == "en" else project.name
    where, count = f"{place} {proposal.building.name}", str(len({one.home_id for one in those}))
    if over is not None:
        what = words.trouble(over.kind.value, language)
        return words.text("doubted", language, ref=proposal.leader.ref, what=what, place=where, count=count)
    return words.text(
        "group", language, ref=proposal.leader.ref, what=category_words(proposal.category, language), place=where,
        count=count, minutes=str(minutes),
    )  # fmt: skip
