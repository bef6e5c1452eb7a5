"""All that stands under one incident, a page at a time: its tickets, and whoever called and asked to be told."""

from flask import render_template

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import reading
from console.door import Answer, door, language
from console.facts import newest_rows
from console.incident_facts import asker, incident_for, of_incident, trouble_of
from console.only import given_id
from console.scope import visible
from console.staff import me
from tickets.actions.askers import count_asked, who_asked
from tickets.models import Ticket

PAGE = 100


@door.get("/incidents/<id:id>/tickets")
@guarded_by(*EVERYBODY_ON_STAFF)
def incident_tickets(id: int) -> Answer:
    """Those that the reader may see, the newest first; `before` in the address: older than that one."""
    who, words, at, before_id = me(), language(), now(), given_id("before")
    with reading() as session:
        found = incident_for(session, who, id)
        rows, next_id = newest_rows(
            session, Ticket.incident_id == id, visible(who), before_id=before_id, most=PAGE, at=at, language=words
        )
        trouble = trouble_of(session, found, at=at, language=words)
        count = of_incident(session, id, who)
    return render_template(
        "incident_rows.html", one=trouble, what="tickets", rows=rows, askers=(), count=count, at=at,
        more={"before": next_id} if next_id else {}, is_first=before_id is None,
    )  # fmt: skip


@door.get("/incidents/<id:id>/callers")
@guarded_by(*EVERYBODY_ON_STAFF)
def incident_callers(id: int) -> Answer:
    """In the order they asked; `after` in the address: later than that one."""
    who, words, at, after_id = me(), language(), now(), given_id("after")
    with reading() as session:
        found = incident_for(session, who, id)
        callers = who_asked(session, id, after_id=after_id or 0, most=PAGE + 1)
        trouble = trouble_of(session, found, at=at, language=words)
        count = count_asked(session, id)
    shown = callers[:PAGE]
    return render_template(
        "incident_rows.html", one=trouble, what="callers", rows=(), askers=[asker(one) for one in shown], count=count,
        at=at, more={"after": shown[-1].id} if len(callers) > PAGE else {}, is_first=after_id is None,
    )  # fmt: skip
