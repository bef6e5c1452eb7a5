"""Writing a campaign: one page that counts, measures and shows while it is written, and what it answers to."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import local, now
from base.database import reading, transaction
from base.errors import BadInput, NotAllowed, NotFound
from base.ids import as_id
from base.refusals import half
from base.wiring import settings
from console.blanks import as_written
from console.campaign_audience import find_listed, lines_of, units_and_risers
from console.campaign_form import (
    Form,
    anew,
    draft_of,
    faults_of,
    read_form,
    templates_for,
    typed,
    with_template,
)
from console.campaign_left_out import Absent, would_be_absent
from console.campaign_preview import Preview, preview
from console.campaign_titles import template_name
from console.campaigns import visible
from console.door import Answer, door, language
from console.facts import project_name
from console.incident_facts import incident_for
from console.scope import projects_of
from console.staff import Me, me
from console.words import say
from directory.models import Building, ContactRole, Occupancy
from directory.places import in_order
from messages import lint
from messages.actions import SENDER_OF
from messages.lifecycle import MessageClass
from messages.lint import Unfit
from outreach import festivals
from outreach.actions import campaigns
from outreach.actions.campaigndraft import By
from outreach.actions.wordings import wording
from outreach.audience import EVERYBODY
from outreach.jobs.planning import plan_now
from outreach.lifecycle import MAY_WRITE, CampaignKind
from tickets.lifecycle import IncidentKind

USUAL_END = timedelta(hours=2)
"""The promise that stands in a new emergency until somebody says better."""
DO_TEMPLATE, DO_EXAMPLE, DO_LIST = "template", "example", "list"


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything the page shows: what was typed, what is wrong with it, the choices there are, and what it comes to."""

    form: Form
    faults: dict[str, str]
    projects: list[tuple[int, str]]
    buildings: list[tuple[int, str]]
    templates: list[tuple[str, str]]
    occupancy: tuple[str, ...]
    roles: tuple[str, ...]
    units: tuple[str, ...]
    risers: tuple[str, ...]
    troubles: tuple[str, ...]
    incident: str
    preview: Preview
    absent: dict[str, list[Absent]]
    rate: float
    rules_dated: date


@door.get("/campaigns/new")
@guarded_by(*MAY_WRITE)
def new_campaign() -> Answer:
    """An empty page, or one with the words of a template, for an incident or a festival."""
    words, at = language(), now()
    form = read_form(request.args)
    with reading() as session:
        if (first := request.args.get("from", type=as_id)) is not None:
            form = _settled(
                session, anew(visible(session, first), at=at, zone=settings().timezone, language=words), me()
            )
        else:
            form = _settled(session, _begun(form, words, at), me())
        if form.template:
            form = with_template(form, wording(session, form.template), words)
        desk = _desk(session, form, me(), {}, at, words)
    return render_template("campaign_new.html", desk=desk, at=at)


@door.post("/campaigns/preview")
@guarded_by(*MAY_WRITE)
def preview_campaign() -> Answer:
    """What it would come to, as far as it is written. Writes nothing."""
    words, at = language(), now()
    with reading() as session:
        form = _settled(session, read_form(request.form), me())
        faults = faults_of(form, at=at, zone=settings().timezone, language=words, is_draft=True)
        desk = _desk(session, form, me(), faults, at, words)
    return render_template("_campaign_form.html", desk=desk, at=at)


@door.post("/campaigns/new")
@guarded_by(*MAY_WRITE)
def change_campaign() -> Answer:
    """The page again: with the words of another template, with somebody else as the example, or with a list read."""
    words, at, do = language(), now(), request.form.get("do")
    form = read_form(request.form)
    faults: dict[str, str] = {}
    if do == DO_LIST:
        form, faults = _with_list(form, words)
    with reading() as session:
        form = _settled(session, form, me())
        if do == DO_EXAMPLE:
            form = replace(form, example=form.example + 1)
        elif form.template and do != DO_LIST:
            form = with_template(form, wording(session, form.template), words)
        desk = _desk(session, form, me(), faults, at, words)
    return render_template("campaign_new.html", desk=desk, at=at, here=url_for("console.new_campaign"))


@door.post("/campaigns")
@guarded_by(*MAY_WRITE)
def write_campaign() -> Answer:
    """Write it down, for somebody else to read. What is wrong is said beside its field, and nothing typed is lost."""
    words, at, who, zone = language(), now(), me(), settings().timezone
    with reading() as session:
        form = _settled(session, read_form(request.form), who)
    faults = faults_of(form, at=at, zone=zone, language=words)
    campaign_id = 0
    if not faults:
        try:
            with transaction() as session:
                by = By(who.id, who.role, who.project_id)
                campaign_id = campaigns.write(session, draft_of(form, zone), by, at=at).id
        except Unfit as error:
            faults = _beside(error, words)
        except (BadInput, NotAllowed) as error:
            faults = {"top": as_written(half(error.message, words), words)}
    if faults:
        with reading() as session:
            desk = _desk(session, form, who, faults, at, words)
        page = render_template("campaign_new.html", desk=desk, at=at, here=url_for("console.new_campaign"))
        return page, 422
    plan_now(campaign_id)
    flash("campaign.done.write")
    return redirect(url_for("console.campaign", id=campaign_id), 303)


def _beside(error: Unfit, words: str) -> dict[str, str]:
    """What refuses a text, beside that text."""
    found: dict[str, list[str]] = {}
    for one in error.findings:
        if one.is_error:
            found.setdefault(f"text_{one.language}", []).append(one.told(words))
    return {name: "; ".join(wrong) for name, wrong in found.items()}


def _begun(form: Form, words: str, at: datetime) -> Form:
    """What a new page begins with: the festival of its day, a usual end of a trouble."""
    zone = settings().timezone
    if form.kind is CampaignKind.NOTICE:
        return replace(form, promised_end=form.promised_end or typed(at + USUAL_END, zone))
    day = request.args.get("day", "")
    if not day and not form.template:
        today = festivals.greetings_on(local(at, zone).date())
        key = "" if isinstance(today, festivals.NotGreeted) else today[0].key
        return replace(form, template=key, title=template_name(key, words) if key else "")
    return replace(form, send_at=f"{day}T{festivals.BEGINS:%H:%M}" if day else "")


def _settled(session: Session, form: Form, who: Me) -> Form:
    """Within the walls: whoever has a project writes to it, and a notice goes where its trouble is."""
    form = _placed(session, form, who)
    try:
        listed, unlisted = (
            find_listed(session, text, form.project_id, who) for text in (form.finer.listed, form.finer.without_listed)
        )
    except BadInput as error:
        return replace(form, list_fault=error.message)
    return replace(form, listed=listed, unlisted=unlisted)


def _placed(session: Session, form: Form, who: Me) -> Form:
    if form.incident_id is not None:
        incident = incident_for(session, who, form.incident_id)
        return replace(
            form, message_class=MessageClass.EMERGENCY, project_id=incident.project_id, trouble=incident.kind,
            building_ids=tuple(incident.building_ids), cause=incident.cause,
            promised_end=typed(incident.promised_end_at, settings().timezone),
        )  # fmt: skip
    theirs = [project.id for project in projects_of(session, who)]
    if who.project_id is not None:
        project_id: int | None = who.project_id
    elif len(theirs) == 1:
        project_id = theirs[0]
    else:
        project_id = form.project_id
    if project_id is not None and project_id not in theirs:
        raise NotFound("没有这个项目，或者它不归您管。There is no such project, or it is not yours to see.")
    here = set(session.scalars(select(Building.id).where(Building.project_id == project_id)))
    kept = tuple(id for id in form.building_ids if id in here)
    return replace(form, project_id=project_id, building_ids=kept)


def _with_list(form: Form, words: str) -> tuple[Form, dict[str, str]]:
    try:
        read = lines_of(request.files.get("file"))
    except BadInput as error:
        return form, {"listed": half(error.message, words)}
    if not read:
        return form, {"listed": say("campaign.fault.file", words)}
    both = "\n".join(part for part in (form.finer.listed.strip(), read) if part)
    return replace(form, finer=replace(form.finer, listed=both)), {}


def _desk(session: Session, form: Form, who: Me, faults: dict[str, str], at: datetime, words: str) -> Desk:
    here, zone = settings(), settings().timezone
    buildings = select(Building.id, Building.name).where(Building.project_id == form.project_id)
    broken = faults_of(form, at=at, zone=zone, language=words, is_draft=True).keys() & {"text_zh", "text_en"}
    seen = preview(session, form, at=at, zone=zone, is_readable=not broken)
    wrong = {
        f"text_{lang}": as_written("; ".join(one.told(words) for one in found), words)
        for lang, found in seen.errors.items()
    }
    faults = wrong | faults
    if form.audience != EVERYBODY and not seen.count.people + seen.count.nobody:
        faults = {"audience": "campaign.fault.nobody", **faults}
    units, risers = units_and_risers(session, form.audience)
    projects = [(project.id, project_name(project, words)) for project in projects_of(session, who)]
    if who.project_id is not None:
        projects = [one for one in projects if one[0] == who.project_id]
    return Desk(
        form=form,
        faults=faults,
        projects=projects,
        buildings=sorted(((id, name) for id, name in session.execute(buildings)), key=lambda one: in_order(one[1])),
        templates=[(key, template_name(key, words)) for key in templates_for(form)],
        occupancy=tuple(Occupancy),
        roles=tuple(ContactRole),
        units=units,
        risers=risers,
        troubles=tuple(IncidentKind),
        incident=f"{form.trouble.value}" if form.incident_id is not None else "",
        preview=seen,
        absent=would_be_absent(session, seen.count.absent, form.project_id, words),
        rate=float(getattr(here, f"sms_rate_{SENDER_OF[form.message_class]}")),
        rules_dated=lint.book().dated,
    )
