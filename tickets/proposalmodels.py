"""Proposal, ProposalTicket: several calls from one building that may be one trouble, until somebody says so or not."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from base.database import Base, Moment, Word, index_where
from directory.models import Building, Project, Staff
from tickets.groups import ProposalState
from tickets.lifecycle import Level
from tickets.models import Ticket


class Proposal(Base):
    """Calls of one category from one building: one undecided at a time.

    `leader_id` is the ticket whose ladder is climbed for all that are held; `raised_from` the level it had before it
    was raised for the group. `tell_due_at`: those who are at it already have to hear that it is several calls.
    """

    __tablename__ = "incident_proposal"
    __table_args__ = (
        Index(
            "uq_incident_proposal_open", "building_id", "category", unique=True, sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        index_where("ix_incident_proposal_tell", "tell_due_at", where="tell_due_at IS NOT NULL"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"))
    category: Mapped[str] = mapped_column(String(30))
    state: Mapped[ProposalState] = mapped_column(Word(ProposalState), default=ProposalState.OPEN)
    leader_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    raised_from: Mapped[Level | None] = mapped_column(Word(Level))
    found_at: Mapped[datetime] = mapped_column(Moment)
    tell_due_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str] = mapped_column(String(200), default="")
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)

    project: Mapped[Project] = relationship(viewonly=True)
    building: Mapped[Building] = relationship(viewonly=True)
    leader: Mapped[Ticket] = relationship(viewonly=True)
    decided_by: Mapped[Staff | None] = relationship(viewonly=True)


class ProposalTicket(Base):
    """A ticket of a group, once. `held_at` is set while the ladder of the leader is climbed in place of its own."""

    __tablename__ = "incident_proposal_ticket"
    __table_args__ = (index_where("ix_incident_proposal_ticket_held", "proposal_id", where="held_at IS NOT NULL"),)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("incident_proposal.id"), index=True)
    held_at: Mapped[datetime | None] = mapped_column(Moment)
