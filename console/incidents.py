"""The pages of incidents: what lasts, one of them from its opening to its all-clear, and the tickets under it."""

from dataclasses import dataclass, field
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import BadInput, Conflict, HuiyinError, NotAllowed
from base.ids import as_id
from base.refusals import half
from base.wiring import settings
from console import campaigns as campaign_pages
from console.blanks import as_kept, as_written
from console.campaign_form import moment, typed
from console.campaign_lines import by_of
from console.campaign_new import USUAL_END
from console.door import Answer, door, language
from console.incident_facts import affair_tag, buildings_of, incident_for, read_affair, troubles
from console.living import living, shown, unchanged
from console.proofs import must_prove
from console.staff import Me, me
from console.words import say
from messages.lifecycle import MessageClass
from messages.lint import About
from outreach import templates
from outreach.actions import campaigns, further, notices
from outreach.jobs.planning import plan_now
from outreach.lifecycle import MAY_APPROVE, MAY_WRITE, CampaignKind, NoticeStep
from outreach.models import Campaign

SEND = "send"
"""The button that writes a notice and lets it go in one step."""
CHANGED = "内容变了，请再看一遍。It has changed; please look again."


@dataclass(frozen=True, slots=True)
class Kept:
    """What was written about the next step when it was refused. `step` names its dialog.

    `asks_proof`: a second proof comes first, made ready in another window, so that the words stay.
    """

    step: str = ""
    values: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    notice: str = ""
    asks_proof: bool = False


@door.get("/incidents")
@guarded_by(*EVERYBODY_ON_STAFF)
def incidents() -> Answer:
    """What lasts, the next promise first, and what was lately."""
    at = now()
    with reading() as session:
        lasting, over = troubles(session, me(), at=at, language=language())
    return render_template("incidents.html", lasting=lasting, over=over, at=at, may_write=me().role in MAY_WRITE)


@door.get("/incidents/<id:id>")
@guarded_by(*EVERYBODY_ON_STAFF)
def incident(id: int) -> Answer:
    """The page of one."""
    return _show(id)


@door.get("/incidents/<id:id>/state")
@guarded_by(*EVERYBODY_ON_STAFF)
def incident_state(id: int) -> Answer:
    """The part that lives: 304 while nothing changed."""
    who, words, at = me(), language(), now()
    with reading() as session:
        found = incident_for(session, who, id)
        tag = affair_tag(session, found, at=at, language=words)
        if shown() == tag:
            return unchanged(tag)
        affair = read_affair(session, found, who, at=at, language=words)
    return living(render_template("_incident.html", affair=affair, at=at, **_rights(who)), tag)


@door.post("/incidents/<id:id>/delay")
@guarded_by(*MAY_WRITE)
def delay_incident(id: int) -> Answer:
    """Promise another end, and tell everybody the opening was for."""
    words = language()
    try:
        end_at = moment(request.form.get("promised_end", ""), settings().timezone)
        fault = "" if end_at else say("incident.fault.end", words)
    except ValueError:
        end_at, fault = None, say("campaign.fault.moment", words)
    if end_at is not None and end_at <= now():
        fault = say("campaign.fault.past", words)
    return _next(id, NoticeStep.DELAY, {"promised_end": fault} if fault else {}, end_at)


@door.post("/incidents/<id:id>/restore")
@guarded_by(*MAY_WRITE)
def restore_incident(id: int) -> Answer:
    """It is over, and whoever got the opening is told so."""
    return _next(id, NoticeStep.RESTORED, {}, None)


@door.post("/incidents/<id:id>/follow-up")
@guarded_by(*MAY_WRITE)
def follow_up_incident(id: int) -> Answer:
    """What was done, and what to look at, to whoever got the all-clear."""
    return _next(id, NoticeStep.FOLLOW_UP, {}, None)


@door.post("/incidents/<id:id>/scope")
@guarded_by(*MAY_WRITE)
def rescope_incident(id: int) -> Answer:
    """It touches other buildings: those newly affected are told, and those who are not any more."""
    chosen = [one for one in request.form.getlist("building", type=as_id) if one]
    try:
        with transaction() as session:
            incident_for(session, me(), id)
            written = [one.id for one in notices.rescope(session, id, by_of(me()), building_ids=chosen, at=now())]
    except (BadInput, Conflict) as error:
        return _show(id, Kept("scope", {}, notice=half(error.message, language())), error.status)
    for campaign_id in written:
        plan_now(campaign_id)
    flash("incident.done.scope" if written else "incident.done.scope.untold")
    return redirect(url_for("console.incident", id=id), 303)


def _next(id: int, step: NoticeStep, faults: dict[str, str], end_at: datetime | None) -> Answer:
    """Write the next word about it, and let it go in the same step where that was asked and is allowed."""
    words, values = language(), request.form.to_dict()
    faults = {**_text_faults(values, step, words), **faults}
    is_sent = values.get("do") == SEND and step is not NoticeStep.FOLLOW_UP  # which takes a second person
    if is_sent and me().role not in MAY_APPROVE:
        raise NotAllowed("批准群发要主管或以上。Approving takes a supervisor or above.")
    if is_sent and not values.get("reason", "").strip():
        faults["reason"] = say("campaign.fault.reason", words)
    if faults:
        return _show(id, Kept(step.value, values, faults), 422)
    if is_sent and must_prove(me()):
        return _show(id, Kept(step.value, values, notice=say("second.needed.why", words), asks_proof=True), 403)
    try:
        written = _write(id, step, values, end_at)
    except (BadInput, Conflict) as error:
        return _show(id, Kept(step.value, values, notice=half(error.message, words)), error.status)
    if written is None:
        flash("incident.done.untold")
        return redirect(url_for("console.incident", id=id), 303)
    if plan_now(written) and is_sent:
        return _sent(id, written, values["reason"])
    flash("incident.done.written")
    return redirect(url_for("console.campaign", id=written), 303)


def _write(id: int, step: NoticeStep, values: dict[str, str], end_at: datetime | None) -> int | None:
    text = {name: as_kept(values.get(name, "")).strip() for name in ("text_zh", "text_en")}
    with transaction() as session:
        incident_for(session, me(), id)
        if values.get("do") == SEND and further.addressed(session, id, step) != _numbers():
            raise Conflict(CHANGED)
        if step is NoticeStep.DELAY and end_at is not None:
            campaign = notices.delay(session, id, by_of(me()), promised_end_at=end_at, at=now(), **text)
        elif step is NoticeStep.FOLLOW_UP:
            campaign = notices.follow_up(session, id, by_of(me()), at=now(), **text)
        else:
            campaign = notices.restore(session, id, by_of(me()), at=now(), **text)
        return campaign.id if campaign is not None else None


def _sent(id: int, campaign_id: int, reason: str) -> Answer:
    """Let go what was just written, if it goes to as many as the dialog said. What cannot go stays, to be read."""
    words = language()
    try:
        with transaction() as session:
            written = session.get_one(Campaign, campaign_id)
            if written.numbers != _numbers():
                raise Conflict(CHANGED)
            seen = written.batch.hash
            campaigns.approve(session, campaign_id, by_of(me()), seen=seen, at=now(), emergency_reason=reason)
    except Conflict as error:
        kept = campaign_pages.Kept(notice=half(error.message, words), reason=reason)
        return campaign_pages.show(campaign_id, kept, error.status)
    except HuiyinError:
        flash("incident.done.not_sent")
        return redirect(url_for("console.campaign", id=campaign_id), 303)
    flash("incident.done.sent")
    return redirect(url_for("console.incident", id=id), 303)


def _numbers() -> int | None:
    """How many numbers the dialog said would be told."""
    return request.form.get("numbers", type=int)


def _text_faults(values: dict[str, str], step: NoticeStep, words: str) -> dict[str, str]:
    found = {}
    about = About(MessageClass.SERVICE if step is NoticeStep.FOLLOW_UP else MessageClass.EMERGENCY)
    for name in ("text_zh", "text_en"):
        text = as_kept(values.get(name, ""))
        wrong = templates.findings(CampaignKind.NOTICE, about, text, name.removeprefix("text_")) if text.strip() else []
        if refused := [each.told(words) for each in wrong if each.is_error]:
            found[name] = as_written("; ".join(refused), words)
    return found


def _show(id: int, kept: Kept | None = None, status: int = 200) -> Answer:
    who, words, at = me(), language(), now()
    with reading() as session:
        affair = read_affair(session, incident_for(session, who, id), who, at=at, language=words)
        buildings = buildings_of(session, affair.trouble.id)
    end = typed(max(affair.trouble.known_end_at or at, at) + USUAL_END, settings().timezone)
    page = render_template("incident.html", affair=affair, at=at, kept=kept or Kept(), usual_end=end,
        buildings=buildings, **_rights(who),
    )  # fmt: skip
    return page, status


def _rights(who: Me) -> dict[str, bool]:
    return {"may_write": who.role in MAY_WRITE, "may_approve": who.role in MAY_APPROVE}
