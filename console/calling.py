"""One of us calls whoever reported a ticket, or a firm, through the hotline: their own telephone rings first."""

from flask import flash, redirect, request
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import now
from base.database import transaction
from base.errors import Conflict
from base.refusals import half
from console.daypage import after_press
from console.door import Answer, door, language
from console.scope import WORKERS, may_call, ticket_for
from console.staff import me
from console.ticket import Kept, show
from console.words import say
from directory.models import Staff, Vendor
from hotline.actions import through
from tickets.models import Ticket

LONGEST_REASON = 200


@door.post("/tickets/<ref>/call_owner")
@guarded_by(*WORKERS)
def call_owner(ref: str) -> Answer:
    """Be put through to whoever reported it."""
    return _call(ref, "call_owner")


@door.post("/tickets/<ref>/call_firm")
@guarded_by(*WORKERS)
def call_firm(ref: str) -> Answer:
    """Be put through to a firm that sees to such matters."""
    return _call(ref, "call_firm")


def _call(ref: str, name: str) -> Answer:
    reason = request.form.get("text", "").strip()[:LONGEST_REASON]
    with transaction() as session:
        ticket = ticket_for(session, me(), ref)
        firm = _firm(session, ticket) if name == "call_firm" else None
        if not may_call(me(), ticket):
            fault = say("fault.call.not_yours", language())
        elif name == "call_firm" and firm is None:
            fault = say("fault.call_firm", language())
        else:
            fault = _asked(session, ticket, firm, reason)
    if fault:
        return show(ref, Kept(name, reason, fault, fault=fault, fields=request.form), 409)
    flash("done.call")
    return redirect(after_press(ref), 303)


def _asked(session: Session, ticket: Ticket, firm: Vendor | None, reason: str) -> str:
    """Why not, in the reader's language; empty where their telephone rings."""
    staff = session.get_one(Staff, me().id)
    try:
        through.ask_call(session, ticket, staff, firm=firm, reason=reason, at=now())
    except Conflict as conflict:
        return half(conflict.message, language())
    return ""


def _firm(session: Session, ticket: Ticket) -> Vendor | None:
    """The firm that was chosen, if it sees to this matter."""
    chosen = request.form.get("to", "")
    return next((firm for firm in through.firms_for(session, ticket) if str(firm.id) == chosen), None)
