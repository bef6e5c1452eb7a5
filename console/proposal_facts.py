"""Calls that may be one trouble, as the desk and their page show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.errors import NotFound
from console import facts
from console.board import Row
from console.campaign_new import USUAL_END
from console.scope import visible
from console.staff import Me
from tickets.actions import denied_by, tickets_of_group
from tickets.actions.proposing import undecided
from tickets.groups import GROUPED, ProposalState, kind_of
from tickets.lifecycle import IncidentKind
from tickets.models import Ticket
from tickets.proposalmodels import Proposal, ProposalTicket


@dataclass(frozen=True, slots=True)
class Asked:
    """So many homes of one building called about the same within minutes: is it one trouble?

    `kind` is what it most likely is, `kinds` what it could be, `end_at` the end that is promised unless somebody says
    another.
    """

    id: int
    state: ProposalState
    project: str
    building: str
    what: str
    kind: IncidentKind
    kinds: tuple[IncidentKind, ...]
    homes: int
    minutes: int
    found_at: datetime
    end_at: datetime
    incident_id: int | None
    reason: str
    decided_by: str


def proposals_for(
    session: Session, who: Me, *, project_id: int | None, at: datetime, language: str
) -> list[Asked]:  # fmt: skip
    """Those that wait for an answer where `who` works, in this project if one is named; oldest first."""
    walls = {who.project_id, project_id} - {None}
    theirs = [one for one in undecided(session) if walls <= {one.project_id}]
    return [asked(session, one, at=at, language=language) for one in theirs]


def proposal_for(session: Session, who: Me, id: int) -> Proposal:
    """One of them, if `who` may see it. Raises `NotFound` otherwise."""
    found = session.scalar(select(Proposal).where(Proposal.id == id))
    if found is None or who.project_id not in {None, found.project_id}:
        raise NotFound("没有这个提示，或者它不归您看。There is no such proposal, or it is not yours to see.")
    return found


def asked(session: Session, proposal: Proposal, *, at: datetime, language: str) -> Asked:
    """One of them in plain values."""
    those = tickets_of_group(session, proposal.id)
    kind = likely_kind(session, proposal, those)
    called_s = (those[-1].opened_at - those[0].opened_at).total_seconds()
    return Asked(
        id=proposal.id,
        state=proposal.state,
        project=facts.project_name(proposal.project, language),
        building=proposal.building.name,
        what=facts.category_words(proposal.category, language),
        kind=kind,
        kinds=tuple(dict.fromkeys((*GROUPED.get(proposal.category, ()), IncidentKind.OTHER, kind))),
        homes=len({one.home_id for one in those}),
        minutes=max(int(called_s // 60), 1),
        found_at=proposal.found_at,
        end_at=at + USUAL_END,
        incident_id=proposal.incident_id,
        reason=proposal.reason,
        decided_by=proposal.decided_by.name if proposal.decided_by else "",
    )


def likely_kind(session: Session, proposal: Proposal, those: Sequence[Ticket]) -> IncidentKind:
    """What it would be: the trouble that was declared over and is not, else what its callers said."""
    if (denied := denied_by(session, proposal.id)) is not None:
        return denied.kind
    return kind_of(proposal.category, (one.summary for one in those))


def rows_of(session: Session, proposal: Proposal, who: Me, *, at: datetime, language: str) -> list[Row]:
    """Its tickets that `who` may see, as lines of the board."""
    under = select(ProposalTicket.ticket_id).where(ProposalTicket.proposal_id == proposal.id)
    return facts.rows(session, Ticket.id.in_(under), visible(who), at=at, language=language, many_projects=False)
