"""Whoever has a ticket asks for help: the next post is woken to come."""

from flask import flash, redirect

from base.access import guarded_by
from base.clock import now
from base.database import transaction
from base.errors import Conflict
from base.refusals import half
from console import acts
from console.daypage import after_press
from console.door import Answer, door, language
from console.scope import WORKERS, ticket_for
from console.staff import me
from console.ticket import Kept, show
from tickets import actions


@door.post("/tickets/<ref>/help")
@guarded_by(*WORKERS)
def ask_help(ref: str) -> Answer:
    """Asked for once, until those who were asked have answered."""
    try:
        with transaction() as session:
            found = ticket_for(session, me(), ref)
            ticket = actions.lock(session, found.id)[found.id]
            is_new = acts.ask_help(session, ticket, me().id, at=now())
    except Conflict as conflict:
        return show(ref, Kept("ask_help", notice=half(conflict.message, language())), 409)
    flash("done.help" if is_new else "done.help.before")
    return redirect(after_press(ref), 303)
