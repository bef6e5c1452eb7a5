"""Who is on the line with us: for whom a telephone of ours rings, and who speaks with one of us."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from hotline.intake import Intake
from hotline.models import Call
from oncall import actions as oncall
from oncall.models import Page
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class OnLine:
    """A call that goes on, its ticket, and the rings of our telephones for it, or the talk that one of them became."""

    call: Call
    ticket: Ticket
    intake: Intake
    pages: tuple[Page, ...]

    @property
    def talk(self) -> Page | None:
        """The ring at whose end somebody pressed 1; None while nobody has."""
        return next((page for page in self.pages if page.joined_at is not None), None)

    @property
    def tag(self) -> str:
        """Changes when another telephone rings, or somebody speaks; not while time passes."""
        rings = ".".join(f"{page.id}{'t' if page.joined_at else ''}" for page in self.pages)
        return f"{self.call.id}:{rings}:{self.ticket.version}"


def on_line(session: Session, *where: ColumnElement[bool], at: datetime) -> list[OnLine]:
    """Everybody on the line at `at` about a ticket that fulfils `where`, whoever was rung for first before others.

    Two callers about one matter are two: each has the telephones that ring for their own call.
    """
    pages = oncall.under_way(session, *where, at=at)
    if not pages:
        return []
    found = (_of_call(call, pages) for call in _calls(session, {page.ticket_id for page in pages}))
    return sorted((one for one in found if one.pages), key=lambda one: (one.pages[0].paged_at, one.call.id))


def _calls(session: Session, ticket_ids: set[int]) -> Sequence[Call]:
    query = (
        select(Call)
        .where(Call.ticket_id.in_(ticket_ids), Call.ended_at.is_(None))
        .options(joinedload(Call.ticket).joinedload(Ticket.project), joinedload(Call.staff))
    )
    return session.scalars(query).all()


def _of_call(call: Call, pages: Sequence[Page]) -> OnLine:
    assert call.ticket is not None
    intake = Intake.from_json(call.intake)
    return OnLine(call, call.ticket, intake, tuple(page for page in pages if page.id in intake.live_pages))
