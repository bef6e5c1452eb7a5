"""Campaigns: planned, read, approved by a second person, stopped and gone on with."""

from datetime import datetime, timedelta

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from base.access import guarded_by
from base.clock import now
from base.database import reading
from base.errors import NotFound
from console.api import campaign_shapes as shapes
from console.api.audience import audience_told, filter_asked
from console.api.campaign_shapes import (
    Approval,
    CampaignLine,
    CampaignPage,
    CampaignQuery,
    NewCampaign,
    Returning,
    Reviewing,
    Trying,
)
from console.api.door import bearer, door
from console.api.operation import reads, writes
from console.api.paging import page
from console.api.places import narrowed, project_called
from console.api.problems import Fault, Faulty, both, in_body
from console.api.surveys import check_survey, survey_told
from console.api.tickets import named
from console.campaign_facts import goes_at, waits
from console.campaign_lines import by_of, within
from console.incident_facts import incident_for
from directory.models import Project
from messages.lint import Unfit
from messages.models import Message
from outreach.actions import campaigns as actions
from outreach.actions import checking, trying, verdicts
from outreach.actions.campaigndraft import CampaignDraft
from outreach.actions.progress import Progress, seconds_to_send, so_far
from outreach.actions.samples import samples
from outreach.audience import Filter
from outreach.jobs.planning import plan_now
from outreach.lifecycle import MAY_APPROVE, MAY_WRITE, CampaignKind, CampaignState, VerdictKind
from outreach.models import Campaign, Verdict
from outreach.waves import USUAL_SHARE
from tickets.actions.incidents import IncidentDraft


@door.get("/campaigns")
@guarded_by(*MAY_WRITE)
@reads(CampaignPage, query=CampaignQuery)
def campaigns(session: Session, asked: CampaignQuery) -> CampaignPage:
    """The campaigns somebody may see, newest first."""
    me = bearer().me
    plain = ((Campaign.kind, asked.kind), (Campaign.state, asked.state))
    wanted = [*narrowed(session, me, asked.project, Campaign.project_id, *plain)]
    if asked.needs_review is not None:
        wanted.append(verdicts.needs_review() if asked.needs_review else ~verdicts.needs_review())
    query = select(Campaign).where(within(me), *wanted).options(*_WHOLE)
    found, after = page(session, query, Campaign.id, asked, "campaigns", newest_first=True)
    return CampaignPage(items=[CampaignLine(**_told(session, one)) for one in found], next=after)


def planned(told: shapes.Campaign) -> shapes.Campaign:
    """The campaign with its plan, if its audience is small; a large one is planned by a job, and told without."""
    plan_now(told.id)
    with reading() as session:
        return whole(session, session.get_one(Campaign, told.id), at=now())


@door.post("/campaigns")
@guarded_by(*MAY_WRITE)
@writes(
    shapes.Campaign, body=NewCampaign, status=201, refuses=(404, 409), then=planned,
    location=lambda made: url_for("api.campaign", id=made.id),
)  # fmt: skip
def plan_campaign(session: Session, asked: NewCampaign) -> shapes.Campaign:
    """Write a campaign down and plan it; nothing leaves before it is approved."""
    at, draft = now(), _draft(session, asked)
    try:
        return whole(session, actions.write(session, draft, by_of(bearer().me), at=at), at=at)
    except Unfit as error:
        raise Faulty(*_faults(error)) from None


@door.get("/campaigns/<id:id>")
@guarded_by(*MAY_WRITE)
@reads(shapes.Campaign, refuses=(404,))
def campaign(session: Session, id: int) -> shapes.Campaign:
    """One campaign, and how far it has come."""
    found = session.scalar(select(Campaign).where(Campaign.id == id, within(bearer().me)).options(*_WHOLE))
    if found is None:
        raise NotFound("没有这个群发，或者它不归您管。There is no such campaign, or it is not yours to see.")
    return whole(session, found, at=now())


@door.post("/campaigns/<id:id>/approve")
@guarded_by(*MAY_APPROVE)
@writes(shapes.Campaign, body=Approval, refuses=(404, 409))
def approve_campaign(session: Session, asked: Approval, id: int) -> shapes.Campaign:
    """Let it go, if it is still what was read."""
    at = now()
    actions.approve(
        session, id, by_of(bearer().me), seen=asked.hash, at=at, emergency_reason=asked.emergency_reason
    )  # fmt: skip
    return _after(session, id, at)


@door.post("/campaigns/<id:id>/stop")
@guarded_by(*MAY_WRITE)
@writes(shapes.Campaign, refuses=(404, 409))
def stop_campaign(session: Session, id: int) -> shapes.Campaign:
    """Nothing more of it leaves."""
    actions.stop(session, id, by_of(bearer().me), at=now())
    return _after(session, id, now())


@door.post("/campaigns/<id:id>/resume")
@guarded_by(*MAY_APPROVE)
@writes(shapes.Campaign, refuses=(404, 409))
def resume_campaign(session: Session, id: int) -> shapes.Campaign:
    """The rest goes after all."""
    actions.resume(session, id, by_of(bearer().me), at=now())
    return _after(session, id, now())


@door.post("/campaigns/<id:id>/withdraw")
@guarded_by(*MAY_WRITE)
@writes(shapes.Campaign, refuses=(404, 409))
def withdraw_campaign(session: Session, id: int) -> shapes.Campaign:
    """Take back what nobody has approved."""
    actions.withdraw(session, id, by_of(bearer().me), at=now())
    return _after(session, id, now())


@door.post("/campaigns/<id:id>/return")
@guarded_by(*MAY_APPROVE)
@writes(shapes.Campaign, body=Returning, refuses=(404, 409))
def return_campaign(session: Session, asked: Returning, id: int) -> shapes.Campaign:
    """Send it back to its author, with the reason."""
    at = now()
    verdicts.send_back(session, id, by_of(bearer().me), words=asked.reason, at=at)
    return _after(session, id, at)


@door.post("/campaigns/<id:id>/review")
@guarded_by(*MAY_APPROVE)
@writes(shapes.Campaign, body=Reviewing, refuses=(404, 409))
def review_campaign(session: Session, asked: Reviewing, id: int) -> shapes.Campaign:
    """Note what a second person thinks of an emergency that its author let go."""
    at = now()
    verdicts.review(session, id, by_of(bearer().me), words=asked.note, at=at)
    return _after(session, id, at)


@door.post("/campaigns/<id:id>/test")
@guarded_by(*MAY_WRITE)
@writes(shapes.Tried, body=Trying, refuses=(404, 409))
def try_campaign(session: Session, asked: Trying, id: int) -> shapes.Tried:
    """Have its text sent to the one who asks, marked as a test."""
    language = asked.language.value if asked.language else None
    planned = trying.try_out(session, id, by_of(bearer().me), at=now(), language=language)
    told = session.get_one(Message, planned)
    return shapes.Tried(
        number=bearer().number(told.number) or "", body=bearer().text(told.body), segments=told.segments
    )


@door.post("/campaigns/<id:id>/resend")
@guarded_by(*MAY_WRITE)
@writes(
    shapes.Campaign, status=201, refuses=(404, 409), then=planned,
    location=lambda made: url_for("api.campaign", id=made.id),
)  # fmt: skip
def resend_campaign(session: Session, id: int) -> shapes.Campaign:
    """Plan the same again for those whom it did not reach."""
    at = now()
    return whole(session, actions.resend(session, id, by_of(bearer().me), at=at), at=at)


def whole(session: Session, campaign: Campaign, *, at: datetime) -> shapes.Campaign:
    """A campaign as the API tells it, with what has become of its messages at `at`."""
    progress = so_far(session, campaign)
    return shapes.Campaign(
        **_told(session, campaign), expected_finish=_finish(campaign, progress, at),
        counts=progress.by_state, reasons=progress.by_reason, warnings=_warnings(session, campaign, at),
        samples=[_sample(one) for one in samples(session, campaign)],
        returned=_verdict(campaign, VerdictKind.RETURNED), reviewed=_verdict(campaign, VerdictKind.REVIEWED),
        written_from=campaign.written_from_id, survey=survey_told(session, campaign),
    )  # fmt: skip


_WHOLE = (
    joinedload(Campaign.batch), joinedload(Campaign.project), joinedload(Campaign.author),
    joinedload(Campaign.approved_by), selectinload(Campaign.verdicts).joinedload(Verdict.by),
)  # fmt: skip


def _after(session: Session, id: int, at: datetime) -> shapes.Campaign:
    """The campaign anew, after a move of its own."""
    session.expire_all()
    return whole(session, session.get_one(Campaign, id), at=at)


def _sample(one: Message) -> shapes.SampleTold:
    words = bearer().text(one.body)
    return shapes.SampleTold(number=bearer().number(one.number) or "", way=one.way, segments=one.segments, body=words)


def _verdict(campaign: Campaign, kind: VerdictKind) -> shapes.VerdictTold | None:
    said = verdicts.verdict_of(campaign, kind)
    return None if said is None else shapes.VerdictTold(by=named(said.by), at=said.said_at, words=said.words)


def _faults(error: Unfit) -> list[Fault]:
    """Everything that refuses the texts, each in its place."""
    wrong = [one for one in error.findings if one.is_error]
    return [
        Fault(detail=f"{one.zh} / {one.en}", rule=one.rule, pointer=f"#/text/{one.language}") for one in wrong
    ]  # fmt: skip


def _warnings(session: Session, campaign: Campaign, at: datetime) -> list[shapes.Warned]:
    """What is found in the words of a campaign that is still to go."""
    if campaign.state not in {CampaignState.PLANNING, CampaignState.PLANNED}:
        return []
    return [
        shapes.Warned(rule=one.rule, language=one.language, words=one.words, detail=f"{one.zh} / {one.en}")
        for one in checking.of_campaign(session, campaign, at=at)
        if not one.is_error
    ]


def _draft(session: Session, asked: NewCampaign) -> CampaignDraft:
    """What was asked, with ids in place of names. Raises `Faulty` and `NotFound`."""
    me, chosen = bearer().me, asked.audience
    where = chosen.project
    project = None if where is None else project_called(session, me, where, "audience/project")
    audience = filter_asked(session, me, chosen, project)
    if asked.incident is not None:
        incident_for(session, me, asked.incident)
    is_survey = asked.kind is CampaignKind.SURVEY
    check_survey(asked, is_survey=is_survey)
    text_zh, text_en = ("", "") if asked.text is None else (asked.text.zh, asked.text.en)
    return CampaignDraft(
        kind=asked.kind, message_class=asked.message_class, title=asked.title, text_zh=text_zh, text_en=text_en,
        questionnaire=asked.questionnaire or "", share=asked.share or USUAL_SHARE, audience=audience,
        send_at=asked.send_at, valid_until_at=asked.valid_until,
        incident_id=asked.incident, trouble=_trouble(asked, project, audience), written_from_id=asked.written_from,
    )  # fmt: skip


def _trouble(asked: NewCampaign, project: Project | None, audience: Filter) -> IncidentDraft | None:
    if asked.trouble is None:
        return None
    if project is None:
        raise in_body("audience/project", both("input.missing"))
    return IncidentDraft(
        kind=asked.trouble.kind, project_id=project.id, building_ids=audience.building_ids, cause=asked.trouble.cause,
        promised_end_at=asked.trouble.promised_end_at,
    )  # fmt: skip


def _finish(campaign: Campaign, progress: Progress, at: datetime) -> datetime | None:
    if not waits(campaign, progress):
        return None
    left_s = seconds_to_send(campaign) if campaign.state is CampaignState.PLANNED else progress.left_s
    return goes_at(campaign, at) + timedelta(seconds=left_s or 0)


def _told(session: Session, campaign: Campaign) -> dict[str, object]:
    plain = (
        "id", "kind", "message_class", "state", "title", "step", "people", "homes", "numbers", "texts", "calls",
        "segments", "send_at", "written_at", "approved_at", "emergency_reason",
    )  # fmt: skip
    return {name: getattr(campaign, name) for name in plain} | {
        "text": shapes.TextsTold(zh=campaign.text_zh, en=campaign.text_en),
        "audience": audience_told(session, campaign),
        "incident": campaign.incident_id,
        "hash": campaign.batch.hash or None,
        "audience_size": campaign.people + sum(campaign.left_out.values()),
        "cost": campaign.cost,
        "routes": campaign.routes or [],
        "needs_review": verdicts.is_unseconded(campaign)
        and verdicts.verdict_of(campaign, VerdictKind.REVIEWED) is None,
        "exclusions": campaign.left_out,
        "valid_until": campaign.valid_until_at,
        "written_by": named(campaign.author),
        "approved_by": named(campaign.approved_by),
    }
