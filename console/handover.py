"""What whoever comes on duty must know: who hands over to whom, dangers, ring-backs owed, what is late, notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from console import facts
from console.board import Row
from console.duty import ProjectDuty, duty
from console.incident_facts import Trouble, troubles
from console.scope import projects_of, visible
from console.staff import Me
from hotline.actions import ringbacks
from tickets.lifecycle import MOVING, Level
from tickets.models import EventType, Ticket, TicketEvent
from tickets.triage import wakes

NOTES_OF = timedelta(hours=24)
MOST_NOTES = 30


@dataclass(frozen=True, slots=True)
class Note:
    """What a colleague wrote on a ticket that is still moving."""

    ref: str
    who: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Handover:
    """One sheet, as it stands at one moment; a ticket stands in one list only, the gravest.

    `owed` are those about which the page of calls to return has one.
    """

    duty: Sequence[ProjectDuty]
    dangers: Sequence[Row]
    owed: Sequence[Row]
    late: Sequence[Row]
    troubles: Sequence[Trouble]
    notes: Sequence[Note]

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to hand over."""
        return not (self.dangers or self.owed or self.late or self.troubles or self.notes)


def handover(session: Session, me: Me, *, at: datetime, language: str) -> Handover:
    """The sheet of the projects that `me` serves, with the tickets that they may see."""
    projects = projects_of(session, me)
    waking = [level for level in Level if wakes(level)]
    is_danger, is_owed = Ticket.level.in_(waking), ringbacks.is_owed()

    def rows(*where: object) -> list[Row]:
        every = (visible(me), Ticket.status.in_(MOVING), *where)
        return facts.due_rows(session, *every, at=at, language=language, many_projects=len(projects) > 1)  # type: ignore[arg-type]  # clauses

    others = rows(~is_danger, ~is_owed)
    return Handover(
        duty(session, projects, at=at, language=language),
        rows(is_danger),
        rows(~is_danger, is_owed),
        [row for row in others if (clock := row.clock) is not None and clock.met_at is None and clock.is_broken],
        troubles(session, me, at=at, language=language)[0],
        _notes(session, me, at),
    )


def _notes(session: Session, me: Me, at: datetime) -> list[Note]:
    written = session.execute(
        select(TicketEvent, Ticket.ref)
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .where(visible(me), Ticket.status.in_(MOVING), TicketEvent.type == EventType.NOTED)
        .where(TicketEvent.at > at - NOTES_OF, TicketEvent.text != "")
        .order_by(TicketEvent.id.desc())
        .limit(MOST_NOTES)
    ).all()
    return [Note(ref, event.staff.name if event.staff else "", event.at, event.text) for event, ref in written]
