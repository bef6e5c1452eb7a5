"""The page of calls that may be one trouble: made an incident with one press, or said to be none."""

from flask import flash, redirect, render_template, request, url_for

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import BadInput, Conflict
from base.refusals import half
from base.wiring import settings
from console.campaign_form import moment, typed
from console.campaign_new import USUAL_END
from console.door import Answer, door, language
from console.proposal_facts import asked, likely_kind, proposal_for, rows_of
from console.staff import me
from console.words import say
from outreach.lifecycle import MAY_WRITE
from tickets.actions import proposing, tickets_of_group
from tickets.actions.proposing import LONGEST_REASON
from tickets.lifecycle import IncidentKind


@door.get("/proposals/<id:id>")
@guarded_by(*EVERYBODY_ON_STAFF)
def proposal(id: int) -> Answer:
    """Its calls, and the two answers."""
    return _show(id, {}, {})


@door.post("/proposals/<id:id>/accept")
@guarded_by(*MAY_WRITE)
def accept_proposal(id: int) -> Answer:
    """It is one trouble. From the desk with one press: of the likely kind, with the usual end."""
    values, words, faults = request.form.to_dict(), language(), {}
    end_at = now() + USUAL_END
    try:
        if "promised_end" in values:
            end_at = moment(values["promised_end"], settings().timezone) or end_at
    except ValueError:
        faults["promised_end"] = say("campaign.fault.moment", words)
    kind = values.get("kind", "")
    if kind and kind not in set(IncidentKind):
        faults["kind"] = say("incident.fault.kind", words)
    if faults:
        return _show(id, values, faults, 422)
    try:
        with transaction() as session:
            found = proposal_for(session, me(), id)
            said = IncidentKind(kind) if kind else likely_kind(session, found, tickets_of_group(session, id))
            made = proposing.accept(session, id, kind=said, promised_end_at=end_at, by_id=me().id, at=now()).id
    except BadInput as error:
        return _show(id, values, {"promised_end": half(error.message, words)}, error.status)
    except Conflict as error:
        return _show(id, values, {"decided": half(error.message, words)}, error.status)
    flash("proposal.done.accepted")
    return redirect(url_for("console.incident", id=made), 303)


@door.post("/proposals/<id:id>/refuse")
@guarded_by(*MAY_WRITE)
def refuse_proposal(id: int) -> Answer:
    """They are several matters, for a reason."""
    values, words = request.form.to_dict(), language()
    try:
        with transaction() as session:
            proposal_for(session, me(), id)
            proposing.refuse(session, id, reason=values.get("reason", ""), by_id=me().id, at=now())
    except (BadInput, Conflict) as error:
        where = "reason" if isinstance(error, BadInput) else "decided"
        return _show(id, values, {where: half(error.message, words)}, error.status)
    flash("proposal.done.refused")
    return redirect(url_for("console.desk"), 303)


def _show(id: int, values: dict[str, str], faults: dict[str, str], status: int = 200) -> Answer:
    who, words, at = me(), language(), now()
    with reading() as session:
        found = proposal_for(session, who, id)
        one = asked(session, found, at=at, language=words)
        rows = rows_of(session, found, who, at=at, language=words)
    page = render_template(
        "proposal.html", one=one, rows=rows, at=at, values=values, faults=faults, longest=LONGEST_REASON,
        may_decide=who.role in MAY_WRITE, usual_end=typed(one.end_at, settings().timezone),
    )  # fmt: skip
    return page, status
