"""Everything of one campaign that its page shows: its plan, its texts, how far it has come, and what may be done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from base.clock import local
from base.wiring import settings
from console.campaign_audience import audience_words
from console.campaign_lines import Line, Parts, line_of, may_approve, parts_of
from console.campaign_said import Moved, Said, began, moved, said
from console.masks import masked
from console.staff import Me
from console.wave_facts import WaveSeen, read_wave
from console.words import say, say_or
from messages.actions import SENDER_OF
from messages.lifecycle import MessageClass, MessageState
from messages.lint import Finding
from outreach import lifecycle
from outreach.actions import checking, laddering, monthplan, people, planning, routes, rungs
from outreach.actions.progress import Progress, first_at, seconds_to_send, so_far
from outreach.actions.routes import Route
from outreach.actions.samples import wordings
from outreach.actions.unheard import OF
from outreach.ladders import RUNGS
from outreach.lifecycle import MAY_APPROVE, CampaignMove, CampaignState, NoticeStep, VerdictKind
from outreach.models import Campaign
from telephony import refusals

HELD_UP = timedelta(minutes=15)
"""A million recipients are planned in two minutes: what takes so long never ends by itself."""
ALL_MOVES = (
    CampaignMove.APPROVE, CampaignMove.RETURN, CampaignMove.WITHDRAW, CampaignMove.STOP, CampaignMove.RESUME,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """A message exactly as it shall leave; the number of one who gets it is masked. `count`: how many do, if known."""

    number: str
    way: str
    body: str
    segments: int
    count: int


@dataclass(frozen=True, slots=True)
class Why:
    """Messages that did not go or did not arrive, for one reason."""

    reason: str
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class Step:
    """A rung of the ladder of an emergency: one that was written, with its campaign, or the one that is next."""

    rung: str
    at: datetime
    id: int | None = None
    numbers: int = 0
    parts: Parts | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything of one campaign that its page shows."""

    line: Line
    tag: str
    hash: str
    is_author: bool
    is_emergency: bool
    incident_id: int | None
    approved_by: str
    approved_at: datetime | None
    emergency_reason: str
    send_at: datetime | None
    valid_until_at: datetime | None
    homes: int
    people: int
    texts: int
    calls: int
    segments: int
    seconds: float
    rate: float
    cost: float | None
    routes: tuple[Route, ...]
    audience: tuple[str, ...]
    ladder_of: int | None
    ladder: tuple[Step, ...]
    left_out: dict[str, int]
    text_zh: str
    text_en: str
    samples: tuple[Sample, ...]
    planned: int
    expected: int
    is_held_up: bool
    left_s: float | None
    quiet_until_at: datetime | None
    whys: tuple[Why, ...]
    findings: tuple[Finding, ...]
    returned: Said | None
    reviewed: Said | None
    moved: Moved | None
    month: str
    may_review: bool
    began: tuple[str, int] | None
    is_written_here: bool
    wave: WaveSeen | None
    moves: frozenset[str]

    @property
    def parts(self) -> Parts:
        """What has become of its messages so far."""
        return self.line.parts or Parts()

    @property
    def left_out_people(self) -> int:
        """People who get nothing."""
        return sum(self.left_out.values())


def read_campaign(session: Session, campaign: Campaign, who: Me, *, at: datetime, language: str) -> Seen:
    """Everything about `campaign` that its page shows, as it stands at `at`."""
    progress = so_far(session, campaign)
    begins_at, goes = max(campaign.send_at or at, at), goes_at(campaign, at)
    quiet_until_at = goes if goes > begins_at and waits(campaign, progress) else None
    is_planning = campaign.state is CampaignState.PLANNING
    is_held_up = is_planning and at >= campaign.batch.planned_at + HELD_UP
    parts = None if is_planning else parts_of(progress.by_state, campaign.state)
    wave = read_wave(session, campaign, language)
    tag = _tag(campaign, progress.by_state, progress.by_reason, quiet_until_at, language)
    return Seen(
        line=line_of(campaign, who, language, parts),
        tag=".".join((tag, *((wave.tag,) if wave is not None else ()), *(("held",) if is_held_up else ()))),
        hash=campaign.batch.hash,
        is_author=campaign.author_id == who.id,
        is_emergency=campaign.message_class is MessageClass.EMERGENCY,
        incident_id=campaign.incident_id,
        approved_by=campaign.approved_by.name if campaign.approved_by else "",
        approved_at=campaign.approved_at,
        emergency_reason=campaign.emergency_reason,
        send_at=campaign.send_at,
        valid_until_at=campaign.valid_until_at,
        homes=campaign.homes,
        people=campaign.people,
        audience=tuple(audience_words(session, campaign, language)),
        ladder_of=campaign.audience.get(OF),
        ladder=tuple(_ladder(session, campaign)),
        texts=campaign.texts,
        calls=campaign.calls,
        segments=campaign.segments,
        seconds=seconds_to_send(campaign),
        rate=float(getattr(settings(), f"sms_rate_{SENDER_OF[campaign.message_class]}")),
        cost=campaign.cost,
        routes=tuple(routes.read(campaign.routes)),
        left_out=dict(sorted(campaign.left_out.items())),
        text_zh=campaign.text_zh,
        text_en=campaign.text_en,
        samples=() if is_planning else _samples(session, campaign),
        planned=sum(progress.by_state.values()),
        expected=people.size_of(session, planning.filter_of(campaign))[2] if is_planning else campaign.numbers,
        is_held_up=is_held_up,
        left_s=progress.left_s,
        quiet_until_at=quiet_until_at,
        whys=() if is_planning else _whys(progress.by_reason, language),
        findings=_findings(session, campaign, at),
        returned=said(campaign, VerdictKind.RETURNED),
        reviewed=said(campaign, VerdictKind.REVIEWED),
        moved=moved(campaign, who),
        month=f"{local(monthplan.goes_at(campaign, at), settings().timezone):%Y-%m}" if who.role in MAY_APPROVE else "",
        may_review=who.role in MAY_APPROVE and campaign.author_id != who.id,
        began=began(campaign, language),
        is_written_here=_is_written_here(campaign),
        wave=wave,
        moves=_moves(campaign, who),
    )


def waits(campaign: Campaign, progress: Progress) -> bool:
    """Whether any of it is still to leave, or would be if it were approved now."""
    if campaign.state is CampaignState.PLANNED:
        return campaign.numbers > 0
    return campaign.state is CampaignState.APPROVED and progress.waiting > 0


def _ladder(session: Session, campaign: Campaign) -> Iterator[Step]:
    for one in rungs.all_of(session, campaign):
        parts = parts_of(so_far(session, one).by_state, one.state)
        yield Step(one.audience[rungs.RUNG], one.approved_at or one.written_at, one.id, one.numbers, parts)
    if campaign.ladder_due_at is not None and laddering.stands(session, campaign):
        yield Step(RUNGS[campaign.ladder_step].value, campaign.ladder_due_at)


def goes_at(campaign: Campaign, at: datetime) -> datetime:
    """From when what waits goes, seen at `at`: not before its moment, nor at night where it wakes people for nothing.

    By the company's clock; numbers of other zones wait for their own morning.
    """
    return first_at(campaign.message_class, max(campaign.send_at or at, at))


def _moves(campaign: Campaign, who: Me) -> frozenset[str]:
    """What both its state and the role allow; whoever may write may also stop."""
    moves = {move.value for move in ALL_MOVES if lifecycle.may(move, campaign.state)}
    if not may_approve(campaign, who):
        moves.discard(CampaignMove.APPROVE)
    if who.role not in MAY_APPROVE:
        moves.discard(CampaignMove.RESUME)
    if who.role not in MAY_APPROVE or campaign.author_id == who.id:
        moves.discard(CampaignMove.RETURN)
    elif CampaignMove.RETURN in moves:  # whoever may send it back says why
        moves.discard(CampaignMove.WITHDRAW)
    return frozenset(moves)


def _tag(
    campaign: Campaign, by_state: dict[MessageState, int], by_reason: dict[str, int], quiet_until_at: datetime | None,
    language: str,
) -> str:  # fmt: skip
    quiet = f"{quiet_until_at:%d%H}" if quiet_until_at else ""
    counts = [f"{state}{number}" for state, number in sorted(by_state.items())]
    words = str(len(campaign.verdicts))
    return ".".join([str(campaign.version), words, *counts, str(sum(by_reason.values())), quiet, language])


def _findings(session: Session, campaign: Campaign, at: datetime) -> tuple[Finding, ...]:
    """What is found in its words, as long as somebody may still do something about it."""
    waits_for_somebody = campaign.state in {CampaignState.PLANNING, CampaignState.PLANNED}
    return tuple(checking.of_campaign(session, campaign, at=at)) if waits_for_somebody else ()


def _is_written_here(campaign: Campaign) -> bool:
    """Whether its page is where such a one is written: a later word about a trouble is written at its incident."""
    is_first = campaign.step in {None, NoticeStep.OPENING}
    return is_first and not campaign.audience.keys() & {"again_of", OF}


def _samples(session: Session, campaign: Campaign) -> tuple[Sample, ...]:
    return tuple(
        Sample(
            masked(one.message.number), one.message.way.value, one.message.body, one.message.segments, one.count
        )
        for one in wordings(session, campaign)
    )  # fmt: skip


def _whys(by_reason: dict[str, int], language: str) -> tuple[Why, ...]:
    ordered = sorted(by_reason.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Why(reason, why_words(reason, language), number) for reason, number in ordered)


def why_words(reason: str, language: str) -> str:
    """A reason of the ledger, or a code of the carrier, in words."""
    known = say_or(f"campaign.why.{reason.replace(' ', '_')}", language)
    if known:
        return known
    fact = refusals.fact(reason)
    return say_or(f"campaign.why.{fact.value}", language) or say(
        "campaign.why.code" if reason.isdecimal() else "campaign.why.other", language, code=reason
    )
