"""The form of a new incident."""

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import BadInput, NotFound
from base.ids import as_id
from base.refusals import half
from base.wiring import settings
from console.campaign_form import moment, typed
from console.campaign_new import USUAL_END
from console.door import Answer, door, language
from console.facts import project_name
from console.scope import projects_of
from console.staff import Me, me
from console.words import say
from directory.models import Building
from directory.places import in_order
from outreach.lifecycle import MAY_WRITE
from tickets.actions import incidents as actions
from tickets.actions.incidents import LONGEST_CAUSE, IncidentDraft
from tickets.lifecycle import IncidentKind


@door.get("/incidents/new")
@guarded_by(*MAY_WRITE)
def new_incident() -> Answer:
    """The form of a new one."""
    end = typed(now() + USUAL_END, settings().timezone)
    return _form({"promised_end": end, "project": request.args.get("project", "")}, [], {})


@door.post("/incidents")
@guarded_by(*MAY_WRITE)
def open_incident() -> Answer:
    """Open it; nobody has been told yet."""
    values, words, zone = request.form.to_dict(), language(), settings().timezone
    chosen = request.form.getlist("building", type=as_id)
    faults = {}
    try:
        end_at = moment(values.get("promised_end", ""), zone)
    except ValueError:
        end_at, faults["promised_end"] = None, say("campaign.fault.moment", words)
    kind = values.get("kind", "")
    if kind not in set(IncidentKind):
        faults["kind"] = say("incident.fault.kind", words)
    with reading() as session:
        project_id = _project(session, me(), request.form.get("project", type=as_id))
    if project_id is None:
        faults["project"] = say("campaign.fault.project", words)
    if faults or project_id is None:
        return _form(values, chosen, faults, 422)
    draft = IncidentDraft(
        kind=IncidentKind(kind), project_id=project_id, building_ids=tuple(chosen),
        cause=values.get("cause", "")[:LONGEST_CAUSE], promised_end_at=end_at,
    )  # fmt: skip
    try:
        with transaction() as session:
            id = actions.open_incident(session, draft, by_id=me().id, at=now()).id
    except BadInput as error:
        return _form(values, chosen, {"promised_end": half(error.message, words)}, 422)
    flash("incident.done.open")
    return redirect(url_for("console.incident", id=id), 303)


def _project(session: Session, who: Me, asked: int | None) -> int | None:
    """Where a new one may be: in their own project, or in one of theirs. Raises `NotFound` beyond the wall."""
    if who.project_id is not None:
        return who.project_id
    theirs = [project.id for project in projects_of(session, who)]
    if asked is None:
        return theirs[0] if len(theirs) == 1 else None
    if asked not in theirs:
        raise NotFound("没有这个项目，或者它不归您管。There is no such project, or it is not yours to see.")
    return asked


def _form(values: dict[str, str], chosen: list[int], faults: dict[str, str], status: int = 200) -> Answer:
    words, who = language(), me()
    asked = values.get("project", "")
    with reading() as session:
        project_id = _project(session, who, as_id(asked) if asked.isdecimal() else None)
        projects = [(one.id, project_name(one, words)) for one in projects_of(session, who)]
        query = select(Building.id, Building.name).where(Building.project_id == project_id)
        buildings = sorted(((id, name) for id, name in session.execute(query)), key=lambda one: in_order(one[1]))
    page = render_template(
        "incident_new.html", values=values, chosen=chosen, faults=faults, project_id=project_id,
        projects=projects if who.project_id is None else [], buildings=buildings, kinds=tuple(IncidentKind),
    )  # fmt: skip
    return page, status
