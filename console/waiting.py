"""Who waits on the telephone for one of us, as the desk shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from console.around import Caller, caller_of
from console.callers import Known, known_of
from console.facts import project_name, what
from console.staff import Me
from directory.places import in_language
from hotline.actions import waiting
from hotline.intake import Intake
from hotline.models import Call
from hotline.waitingline import Rank
from tickets.lifecycle import Level
from tickets.models import Ticket

MOST_SHOWN = 20
"""So many are shown one by one; more are only counted."""
MOST_KNOWN = 3
"""Of so many it is looked up who they are and what is open of theirs: they are spoken with next."""


@dataclass(frozen=True, slots=True)
class Waits:
    """One who waits: whom it is, what about, where, and for how long. `rank` says whom they go before.

    `known` is what helps to speak with them: of whoever is next.
    """

    call_id: int
    ref: str
    what: str
    where: str
    caller: Caller
    rank: Rank
    level: Level
    waited_s: float
    known: Known | None


@dataclass(frozen=True, slots=True)
class InLine:
    """Everybody who waits where the reader may see it: how many, and the first of them in the order of their turn."""

    count: int
    first: tuple[Waits, ...]

    @property
    def more(self) -> int:
        """How many are not shown one by one."""
        return self.count - len(self.first)


def line_tag(session: Session, where: ColumnElement[bool], *, at: datetime) -> str:
    """Changes whenever somebody comes, leaves, or is rung for; not while time passes."""
    return "-".join(str(row.call_id) for row, _ in waiting.in_line(session, where, at=at))


def read_line(
    session: Session, where: ColumnElement[bool], me: Me, *, at: datetime, language: str, many_projects: bool
) -> InLine:  # fmt: skip
    """Who waits about tickets that fulfil `where`, as `me` may see them at `at`."""
    found = waiting.in_line(session, where, at=at)
    first = tuple(
        Waits(
            call_id=row.call_id,
            ref=ticket.ref,
            what=what(ticket, language),
            where=_where(ticket, language, many_projects),
            caller=caller_of(session, ticket, me, language),
            rank=Rank(row.rank),
            level=ticket.level,
            waited_s=(at - row.since_at).total_seconds(),
            known=_known(session, row.call_id, me, at, language) if place < MOST_KNOWN else None,
        )
        for place, (row, ticket) in enumerate(found[:MOST_SHOWN])
    )
    return InLine(len(found), first)


def _known(session: Session, call_id: int, me: Me, at: datetime, language: str) -> Known:
    call = session.get_one(Call, call_id)
    return known_of(session, call, Intake.from_json(call.intake), me, at=at, language=language)


def _where(ticket: Ticket, language: str, many_projects: bool) -> str:
    project = project_name(ticket.project, language) if many_projects and ticket.project else ""
    parts: Sequence[str] = (in_language(ticket.place, language), project)
    return " · ".join(part for part in parts if part)
