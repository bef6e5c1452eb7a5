"""The trouble that a ticket is about, as its page shows and sets it."""

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select

from base.access import EVERYBODY_ON_STAFF, Role, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.ids import as_id
from console.door import Answer, door, language
from console.incident_facts import incident_for, trouble_of, within
from console.scope import ticket_for
from console.staff import me
from tickets.actions import incidents as actions
from tickets.lifecycle import IncidentState
from tickets.models import Incident

MAY_ATTACH = EVERYBODY_ON_STAFF - {Role.QUALITY}
MOST_CHOICES = 20


@door.get("/tickets/<ref>/incident")
@guarded_by(*EVERYBODY_ON_STAFF)
def incident_of_ticket(ref: str) -> Answer:
    """The trouble a ticket belongs to, or those it may be put under."""
    who, at, words = me(), now(), language()
    with reading() as session:
        ticket = ticket_for(session, who, ref)
        known = ticket.incident_id is not None
        query = select(Incident).where(within(who), Incident.state == IncidentState.OPEN)
        if known:
            query = select(Incident).where(Incident.id == ticket.incident_id)
        elif ticket.project_id is not None:
            query = query.where(Incident.project_id == ticket.project_id)
        some = session.scalars(query.order_by(Incident.id.desc()).limit(MOST_CHOICES))
        choices = [trouble_of(session, one, at=at, language=words) for one in some]
    may_attach = who.role in MAY_ATTACH and not known
    return render_template("_incident_choice.html", ref=ref, choices=choices, known=known, may_attach=may_attach, at=at)


@door.post("/tickets/<ref>/incident")
@guarded_by(*MAY_ATTACH)
def attach_ticket(ref: str) -> Answer:
    """Say that a ticket is about a trouble."""
    with transaction() as session:
        ticket = ticket_for(session, me(), ref)
        found = incident_for(session, me(), request.form.get("incident", 0, type=as_id))
        actions.attach(session, found.id, ticket.id, by_id=me().id, at=now())
    flash("incident.done.attach")
    return redirect(url_for("console.ticket", ref=ref), 303)
