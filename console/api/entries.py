"""Entry to an empty home from which water runs, asked for through the API."""

from flask import url_for
from pydantic import Field
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import now
from base.log import mask
from console.api.door import bearer, door
from console.api.operation import writes
from console.api.seen import refuse_unseen
from console.api.shapes import Body, Id, Moment, Shape
from console.api.tickets import fact
from console.entries import home_near
from console.scope import WORKERS, ticket_for
from directory.models import Staff
from outreach.actions import entering
from outreach.entries import EntryState
from outreach.entrymodels import EntryRequest


class AskForEntry(Body):
    """Those who belong to this home are rung, one after the other, until one of them says yes or no."""

    home: Id = Field(description="同一单元的房屋 id / id of a home on the same stairs")


class Entry(Shape):
    """How it stands: asking, permitted, refused, person (they speak with whoever is on duty) or nobody."""

    id: int
    ticket: str
    home: int
    state: EntryState
    telephones: int = Field(description="要联系几个号码 / how many telephones are rung at most")
    asked_at: Moment
    answered_at: Moment | None
    answered_number: str


@door.post("/tickets/<ref>/entry")
@guarded_by(*WORKERS)
@writes(
    Entry, body=AskForEntry, status=201, refuses=(404, 409, 412),
    location=lambda made: url_for("api.ticket", ref=made.ticket),
)  # fmt: skip
def ask_for_entry(session: Session, asked: AskForEntry, ref: str) -> Entry:
    """Ask whoever may say so whether we may enter; the timeline tells who was rung and what they said."""
    me = bearer().me
    ticket = ticket_for(session, me, ref)
    home = home_near(session, ticket, asked.home)
    refuse_unseen(session, ticket, lambda event: fact(bearer(), event))
    made = entering.ask_for_entry(session, ticket, home, by=session.get_one(Staff, me.id), at=now())
    return _told(made, ref)


def _told(request: EntryRequest, ref: str) -> Entry:
    return Entry(
        id=request.id, ticket=ref, home=request.home_id, state=request.state, telephones=len(request.whom),
        asked_at=request.asked_at, answered_at=request.answered_at, answered_number=mask(request.answered_number),
    )  # fmt: skip
