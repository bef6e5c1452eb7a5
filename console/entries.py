"""Entry to an empty home from which water runs, as a ticket's page asks for it and shows what was said."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import BadInput, Conflict
from base.ids import as_id
from base.refusals import half
from console.door import Answer, door, language
from console.masks import masked
from console.scope import WORKERS, ticket_for
from console.staff import me
from console.ticket import Kept, show
from directory.actions import place_of
from directory.models import Home, Occupancy, Staff
from outreach.actions import entering
from outreach.entries import EntryState, may_ask
from tickets.lifecycle import MOVING
from tickets.models import Ticket

NOT_LIVED_IN = (Occupancy.VACANT, Occupancy.NOT_HANDED_OVER, Occupancy.LET)
MOST_CHOICES = 200


@door.get("/tickets/<ref>/entry")
@guarded_by(*EVERYBODY_ON_STAFF)
def entry_of_ticket(ref: str) -> Answer:
    """How it stands with entering, and the form that asks; nothing for a ticket that is no grave leak."""
    words, at = language(), now()
    with reading() as session:
        ticket = ticket_for(session, me(), ref)
        if not may_ask(ticket.category, ticket.level):
            return ""
        known = entering.request_of(session, ticket.id)
        may = me().role in WORKERS and ticket.status in MOVING
        is_asking = known is not None and known.state is EntryState.ASKING
        homes = [(one.id, place_of(one, words), one.occupancy.value) for one in homes_near(session, ticket)]
        answered_by = known.answered_by.name if known and known.answered_by else ""
        return render_template(
            "_entry.html", ref=ref, known=known, answered_by=answered_by, homes=homes if may and not is_asking else [],
            number=masked(known.answered_number) if known else "", at=at, home_id=ticket.home_id,
            where=place_of(known.home, words) if known else "",
        )  # fmt: skip


@door.post("/tickets/<ref>/entry")
@guarded_by(*WORKERS)
def ask_for_entry(ref: str) -> Answer:
    """Ring those who belong to the home, one after the other."""
    try:
        with transaction() as session:
            ticket = ticket_for(session, me(), ref)
            home = home_near(session, ticket, request.form.get("home", 0, type=as_id))
            entering.ask_for_entry(session, ticket, home, by=session.get_one(Staff, me().id), at=now())
    except (BadInput, Conflict) as error:
        return show(ref, Kept(notice=half(error.message, language())), error.status)
    flash("entry.done.asked")
    return redirect(url_for("console.ticket", ref=ref), 303)


def homes_near(session: Session, ticket: Ticket) -> Sequence[Home]:
    """The homes on the stairs of a ticket's home, those in which nobody lives first."""
    if ticket.home is None:
        return []
    here = select(Home).where(Home.building_id == ticket.home.building_id, Home.unit == ticket.home.unit)
    empty = Home.occupancy.in_(NOT_LIVED_IN)
    return session.scalars(here.order_by(empty.desc(), Home.floor, Home.name, Home.id).limit(MOST_CHOICES)).all()


def home_near(session: Session, ticket: Ticket, id: int | None) -> Home:
    """One of them. Raises `BadInput` for any other."""
    home = next((one for one in homes_near(session, ticket) if one.id == id), None)
    if home is None:
        raise BadInput(
            "请选择同一单元的一套房；工单没有房屋的，请先写明房屋。"
            "Choose a home on the same stairs; a ticket without a home needs one first."
        )
    return home
