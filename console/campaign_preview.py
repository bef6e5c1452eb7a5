"""What a campaign would come to, before it is written: counted, cut into segments, read as one of them will read it.

Reads only, and little: an audience larger than a page waits for is counted in the database, not gone through.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.errors import BadInput
from console import campaign_measures as measures
from console.campaign_form import Form, moment
from console.campaign_measures import Meter
from console.masks import masked
from directory.models import Number, Person, Project
from messages.lifecycle import Way
from messages.lint import Finding
from outreach.actions import blocks, checking, occasions, people, planning, routes
from outreach.actions.bodies import Bodies
from outreach.actions.progress import cost, seconds_to_send
from outreach.actions.routes import Route
from outreach.audience import Filter, Recipient, gather
from outreach.jobs.planning import SMALL
from outreach.lifecycle import CampaignKind, NoticeStep
from outreach.models import Campaign
from tickets.models import Incident

BLANK = "__:__"
"""Stands in a preview for what nobody has said yet."""


@dataclass(frozen=True, slots=True)
class Count:
    """Homes, people and numbers; not `is_exact` for a large audience, of which nobody has been left out yet.

    Then `by_country` is where its numbers are. `absent`: person, number and reason of everybody who gets nothing.
    """

    homes: int
    people: int
    numbers: int
    texts: int
    calls: int
    left_out: dict[str, int]
    is_exact: bool
    recipients: tuple[Recipient, ...] = field(default=(), repr=False)
    by_country: tuple[tuple[str, int], ...] = ()
    absent: tuple[tuple[int, str, str], ...] = field(default=(), repr=False)

    @property
    def nobody(self) -> int:
        """People who get nothing."""
        return sum(self.left_out.values())


@dataclass(frozen=True, slots=True)
class Example:
    """One of the audience, and the very words they would get; the number is masked."""

    name: str
    place: str
    number: str
    way: Way
    language: str
    body: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything the live parts of the page show; `blanks` are placeholders for which there is nothing yet."""

    count: Count
    meters: dict[str, Meter]
    example: Example | None
    segments: int
    seconds: float
    blanks: tuple[str, ...]
    cost: float | None = None
    routes: tuple[Route, ...] = ()
    findings: dict[str, list[Finding]] = field(default_factory=dict)

    @property
    def errors(self) -> dict[str, list[Finding]]:
        """By language, what refuses a text."""
        return {
            language: wrong for language, them in self.findings.items() if (wrong := [e for e in them if e.is_error])
        }


def count(session: Session, form: Form, *, at: datetime, zone: str) -> Count:
    """Whom it comes to, and everybody else by reason."""
    chosen = form.audience
    if not people.is_small(session, chosen, SMALL):
        homes, persons = people.homes_and_people(session, chosen)
        by_country = tuple(people.numbers_by_country(session, chosen))
        numbers = sum(n for _, n in by_country)
        return Count(homes, persons, numbers, numbers, 0, {}, is_exact=False, by_country=by_country)
    everybody = list(people.candidates(session, chosen))
    numbers_of = {line.number for one in everybody for line in one.lines}
    wishes = people.wishes(session, form.message_class, numbers_of)
    barred = blocks.for_class(session, form.message_class, at=at, goes_at=_goes_at(form, at, zone))
    before = _greeted(session, form, numbers_of, at, zone)
    found = gather(everybody, form.message_class, wishes, before, barred.why)
    reasons: dict[str, int] = {}
    for _, _, reason in found.left_out:
        reasons[reason.value] = reasons.get(reason.value, 0) + 1
    recipients = tuple(found.recipients.values())
    homes = len({home for one in recipients for home in one.homes})
    texts = sum(one.way is Way.TEXT for one in recipients)
    return Count(
        homes, found.people, len(recipients), texts, len(recipients) - texts, reasons, is_exact=True,
        recipients=recipients, absent=tuple((id, number, reason.value) for id, number, reason in found.left_out),
    )  # fmt: skip


def preview(session: Session, form: Form, *, at: datetime, zone: str, is_readable: bool) -> Preview:
    """What the page shows of `form` at `at`; not `is_readable`: its texts are at fault and are not filled in."""
    counted = count(session, form, at=at, zone=zone)
    if not is_readable:
        return Preview(counted, {}, None, 0, 0.0, ())
    campaign = _as_if(session, form, at, zone)
    bodies = Bodies(session, campaign, at=at)
    blanks = tuple(dict.fromkeys(bodies.unknown()))
    bodies.leave_blank(blanks, BLANK)
    known = checking.about(session, form.message_class, form.audience, _or_none(form.send_at, zone) or at)
    texts = measures.cut(counted.recipients, bodies, at)
    meters = measures.meters(texts, bodies, known, at)
    going = measures.routes(counted.recipients, texts)
    if not counted.is_exact:
        each = meters["zh"].count
        going = routes.routes((Way.TEXT, country, n, n * each) for country, n in counted.by_country)
    campaign.routes, campaign.calls = routes.kept(going), counted.calls
    campaign.segments = routes.size(going, Way.TEXT)[1]
    return Preview(
        counted, meters, _example(session, form, counted, bodies, at), campaign.segments, seconds_to_send(campaign),
        tuple(f"{{{name}}}" for name in blanks), cost(campaign), tuple(going),
        measures.findings(form.kind, bodies, known, meters),
    )  # fmt: skip


def _goes_at(form: Form, at: datetime, zone: str) -> datetime:
    try:
        return moment(form.send_at, zone) or at
    except ValueError:  # said beside its field
        return at


def _greeted(session: Session, form: Form, numbers: set[str], at: datetime, zone: str) -> frozenset[str]:
    if form.kind is not CampaignKind.GREETING:
        return frozenset()
    try:
        occasion = occasions.occasion_of(form.kind, _goes_at(form, at, zone))
    except BadInput:  # said beside its field
        return frozenset()
    return planning.greeted(session, occasion.key, among=numbers)


def _as_if(session: Session, form: Form, at: datetime, zone: str) -> Campaign:
    """The campaign as it would be written, in no session."""
    project = session.get(Project, form.project_id) if form.project_id is not None else None
    campaign = Campaign(
        kind=form.kind, message_class=form.message_class, text_zh=form.text_zh, text_en=form.text_en, project=project,
        segments=0, calls=0,
    )  # fmt: skip
    if form.is_emergency and project is not None:
        campaign.step = NoticeStep.OPENING
        campaign.incident = session.get(Incident, form.incident_id) if form.incident_id is not None else Incident(
            kind=form.trouble, project=project, building_ids=list(form.building_ids), cause=form.cause, opened_at=at,
            promised_end_at=_or_none(form.promised_end, zone),
        )  # fmt: skip
    return campaign


def _or_none(typed: str, zone: str) -> datetime | None:
    try:
        return moment(typed, zone)
    except ValueError:  # said beside its field
        return None


def _example(session: Session, form: Form, counted: Count, bodies: Bodies, at: datetime) -> Example | None:
    one = _some_recipient(session, form, counted)
    if one is None:
        return None
    known = select(Person.name).join(Number, Number.person_id == Person.id).where(Number.number == one.number)
    name = session.scalar(known.order_by(Person.id).limit(1)) or ""
    place = next(iter(one.homes.values()), "")
    return Example(name, place, masked(one.number), one.way, one.language, bodies.of(one, at))


def _some_recipient(session: Session, form: Form, counted: Count) -> Recipient | None:
    """The one asked for, round and round; of a large audience one of its first."""
    some = counted.recipients
    if not counted.is_exact:
        some = _first_few(session, form.audience, form)
    return some[form.example % len(some)] if some else None


def _first_few(session: Session, chosen: Filter, form: Form) -> tuple[Recipient, ...]:
    few = people.first(session, chosen)
    wishes = people.wishes(session, form.message_class, {line.number for one in few for line in one.lines})
    return tuple(gather(few, form.message_class, wishes, frozenset()).recipients.values())
