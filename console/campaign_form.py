"""What somebody has typed about a campaign, as it was typed, and what is not right about it, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from base.errors import BadInput
from base.ids import as_id
from base.refusals import half
from console.blanks import as_kept
from console.campaign_audience import NOTHING_FINER, Finer, finer_of, read_finer
from console.campaign_titles import template_name
from console.words import say
from directory.models import ContactRole, Occupancy
from messages.lifecycle import MessageClass
from messages.wording import WordingError, placeholders
from outreach import templates
from outreach.actions import occasions
from outreach.actions.campaignchecks import LATE
from outreach.actions.campaigndraft import CampaignDraft
from outreach.actions.listed import Listed
from outreach.actions.planning import filter_of
from outreach.actions.wordings import Wording
from outreach.audience import Filter
from outreach.lifecycle import CLASSES, CampaignKind, NoticeStep
from outreach.listing import Line
from outreach.models import Campaign
from tickets.actions.incidents import LONGEST_CAUSE, IncidentDraft
from tickets.lifecycle import IncidentKind

KINDS = (CampaignKind.NOTICE, CampaignKind.GREETING)
"""What is written here; surveys have their questions elsewhere."""
LONGEST_TITLE = 120
FOLLOWS = tuple(f"_{step.value}" for step in (NoticeStep.DELAY, NoticeStep.RESTORED, NoticeStep.FOLLOW_UP))
NOT_FOR_MANY = frozenset({"birthday", "released"})
"""Wordings that are one person's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The fields as they stand in the page; moments are as a browser types them, on the company's wall clock."""

    kind: CampaignKind
    message_class: MessageClass
    template: str = ""
    title: str = ""
    project_id: int | None = None
    building_ids: tuple[int, ...] = ()
    occupancy: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    text_zh: str = ""
    text_en: str = ""
    send_at: str = ""
    valid_until: str = ""
    incident_id: int | None = None
    trouble: IncidentKind = IncidentKind.OTHER
    cause: str = ""
    promised_end: str = ""
    example: int = 0
    began: str = ""
    written_from: int | None = None
    finer: Finer = NOTHING_FINER
    listed: Listed | None = None
    unlisted: Listed | None = None
    list_fault: str = ""

    @property
    def audience(self) -> Filter:
        """Whom it is for."""
        coarse = Filter(self.project_id, self.building_ids, self.occupancy, self.roles)
        return self.finer.narrowing(coarse, self.listed, self.unlisted)

    @property
    def strange(self) -> "tuple[Line, ...]":
        """The lines of both lists that mean nobody."""
        return tuple(line for one in (self.listed, self.unlisted) if one for line in one.strange)

    @property
    def is_emergency(self) -> bool:
        """Whether it belongs to an incident."""
        return self.message_class is MessageClass.EMERGENCY


def read_form(values: "MultiDict[str, str]") -> Form:
    """The fields of a request; whatever is no word of ours is left out. Raises `BadInput` for another kind."""
    kind = values.get("kind", CampaignKind.NOTICE)
    if kind not in KINDS:
        raise BadInput("这里只写通知和祝福。Only notices and greetings are written here.")
    kind = CampaignKind(kind)
    return Form(
        kind=kind,
        message_class=_class_of(kind, values.get("class", "")),
        template=values.get("template", ""),
        title=values.get("title", "")[:1000],
        project_id=values.get("project", type=as_id),
        building_ids=tuple(values.getlist("building", type=as_id)),
        occupancy=_known(values.getlist("occupancy"), Occupancy),
        roles=_known(values.getlist("role"), ContactRole),
        text_zh=as_kept(values.get("text_zh", "")),
        text_en=as_kept(values.get("text_en", "")),
        incident_id=values.get("incident", type=as_id),
        trouble=_trouble(values.get("trouble", "")),
        cause=values.get("cause", "")[:LONGEST_CAUSE],
        example=max(values.get("example", 0, type=int), 0),
        began=values.get("began", "")[:60],
        written_from=values.get("written_from", type=as_id),
        finer=read_finer(values),
        send_at=values.get("send_at", ""),
        valid_until=values.get("valid_until", ""),
        promised_end=values.get("promised_end", ""),
    )


def with_template(form: Form, current: Wording, language: str) -> Form:
    """The same with the words of a template, in place of its own. Raises `BadInput` for another kind's."""
    chosen, key = current.template, current.template.key
    if chosen.kind is not form.kind:
        raise BadInput("这个模板不是这一种群发的。This template belongs to another kind.")
    trouble = _trouble(key.partition("_")[0]) if chosen.message_class is MessageClass.EMERGENCY else form.trouble
    return replace(
        form, template=key, message_class=chosen.message_class, text_zh=chosen.zh, text_en=chosen.en, trouble=trouble,
        title=template_name(key, language), began=f"{key}/{current.version}",
    )  # fmt: skip


def anew(campaign: Campaign, *, at: datetime, zone: str, language: str) -> Form:
    """What was taken or sent back, to be written anew; moments that have passed are left out."""
    chosen = filter_of(campaign)
    lasts = campaign.incident if campaign.incident is not None and campaign.incident.restored_at is None else None
    return Form(
        kind=campaign.kind, message_class=campaign.message_class, title=campaign.title,
        project_id=chosen.project_id, building_ids=chosen.building_ids, occupancy=chosen.occupancy, roles=chosen.roles,
        finer=finer_of(chosen, say("campaign.list.again", language)),
        text_zh=campaign.text_zh, text_en=campaign.text_en,
        send_at=typed(campaign.send_at if campaign.send_at and campaign.send_at > at else None, zone),
        incident_id=lasts.id if lasts is not None else None, written_from=campaign.id,
        began=f"{campaign.template_key}/{campaign.template_version}" if campaign.template_key else "",
    )  # fmt: skip


def templates_for(form: Form) -> list[str]:
    """The templates to choose from: how a trouble goes on and ends is written from its own page."""
    keys = [each.key for each in templates.templates_of(form.kind) if each.key not in NOT_FOR_MANY]
    keys = [key for key in keys if not key.endswith(FOLLOWS)]
    return [key for key in keys if form.incident_id is None or key == f"{form.trouble.value}_opening"]


def moment(typed: str, zone: str) -> datetime | None:
    """What `2026-11-22T18:00` means on that wall clock; None for nothing. Raises `ValueError` for anything else."""
    return datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(zone)) if typed.strip() else None


def typed(at: datetime | None, zone: str) -> str:
    """A moment as a browser's field holds it."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}" if at else ""


def faults_of(form: Form, *, at: datetime, zone: str, language: str, is_draft: bool = False) -> dict[str, str]:
    """What is not right, by field; of a draft only what was typed is looked at, not what is still to come."""
    found = {**_faults_of_texts(form, language, is_draft), **_faults_of_moments(form, at, zone, language)}
    if form.list_fault:
        found["listed"] = half(form.list_fault, language)
    if is_draft:
        return found
    if not form.title.strip():
        found["title"] = say("campaign.fault.title", language)
    if len(form.title.strip()) > LONGEST_TITLE:
        found["title"] = say("campaign.fault.title_long", language, n=LONGEST_TITLE)
    if form.is_emergency and form.project_id is None:
        found["project"] = say("campaign.fault.project", language)
    return found


def draft_of(form: Form, zone: str) -> CampaignDraft:
    """The campaign that a form without faults means."""
    trouble = None
    if form.is_emergency and form.incident_id is None and form.project_id is not None:
        trouble = IncidentDraft(
            kind=form.trouble, project_id=form.project_id, building_ids=form.building_ids, cause=form.cause,
            promised_end_at=moment(form.promised_end, zone),
        )  # fmt: skip
    return CampaignDraft(
        kind=form.kind, message_class=form.message_class, title=form.title, text_zh=form.text_zh, text_en=form.text_en,
        audience=form.audience, send_at=moment(form.send_at, zone), valid_until_at=moment(form.valid_until, zone),
        incident_id=form.incident_id if form.is_emergency else None, trouble=trouble,
        written_from_id=form.written_from, template=_began(form.began),
    )  # fmt: skip


def _began(began: str) -> tuple[str, int] | None:
    key, _, version = began.rpartition("/")
    return (key[:40], int(version)) if key and version.isdecimal() and len(version) < 6 else None


def _faults_of_texts(form: Form, language: str, is_draft: bool) -> Mapping[str, str]:
    found = {}
    for name, text in (("text_zh", form.text_zh), ("text_en", form.text_en)):
        if is_draft and not text.strip():
            continue
        if wrong := templates.faults(form.kind, text, name.removeprefix("text_")):
            found[name] = "; ".join(each.told(language) for each in wrong)
    return found


def _faults_of_moments(form: Form, at: datetime, zone: str, language: str) -> Mapping[str, str]:
    found, read = {}, {}
    for name in ("send_at", "valid_until", "promised_end"):
        try:
            read[name] = moment(getattr(form, name), zone)
        except ValueError:
            found[name] = say("campaign.fault.moment", language)
    send_at, until_at, end_at = read.get("send_at"), read.get("valid_until"), read.get("promised_end")
    if send_at is not None and send_at < at - LATE:
        found["send_at"] = say("campaign.fault.past", language)
    if until_at is not None and until_at <= max(send_at or at, at):
        found["valid_until"] = say("campaign.fault.order", language)
    if form.is_emergency and form.incident_id is None:
        if end_at is not None and end_at <= at:
            found["promised_end"] = say("campaign.fault.past", language)
        if end_at is None and "promised_end" not in found and _names_end(form):
            found["promised_end"] = say("campaign.fault.end", language)
    if form.kind is CampaignKind.GREETING and "send_at" not in found:
        try:
            occasions.occasion_of(form.kind, send_at or at)
        except BadInput as error:
            found["send_at"] = half(error.message, language)
    return found


def _names_end(form: Form) -> bool:
    try:
        return "end" in placeholders(form.text_zh) | placeholders(form.text_en)
    except WordingError:
        return False


def _class_of(kind: CampaignKind, word: str) -> MessageClass:
    if word in CLASSES[kind]:
        return MessageClass(word)
    return MessageClass.SERVICE if kind is CampaignKind.NOTICE else MessageClass.CARE


def _trouble(word: str) -> IncidentKind:
    return IncidentKind(word) if word in set(IncidentKind) else IncidentKind.OTHER


def _known(words: list[str], of: type[Occupancy] | type[ContactRole]) -> tuple[str, ...]:
    return tuple(word for word in words if word in set(of))
