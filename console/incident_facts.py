"""One trouble as its page shows it: what owners were told, what they are owed next, and the tickets under it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from base.errors import NotFound
from base.wiring import settings
from console import facts
from console.board import Row
from console.campaign_preview import BLANK
from console.incident_check import Check, check_of, doubted, tag_of_doubts
from console.masks import masked
from console.scope import visible
from console.staff import Me
from directory.models import Building
from directory.places import in_order
from messages.ever import EVER
from messages.wording import fill
from outreach.actions import bodies, further, furthercalls, notices, spotchecks, wordings
from outreach.lifecycle import PAIR, CampaignState, NoticeStep
from outreach.models import Campaign
from tickets.actions.askers import count_asked, who_asked
from tickets.lifecycle import IncidentState
from tickets.models import Incident, IncidentCaller, Ticket

AHEAD = timedelta(minutes=15)
"""A word about a promise comes this long before the promise runs out."""
RECENT = timedelta(days=30)
MOST_SHOWN = 50
MOST_ASKERS = 20


@dataclass(frozen=True, slots=True)
class Trouble:
    """An incident as a line of the list and the head of its page. `left_s` of `total_s` until the end owners know.

    `is_doubted`: it was declared over, and several homes of a building say that it is not.
    """

    id: int
    kind: str
    project: str
    places: str
    cause: str
    is_open: bool
    opened_at: datetime
    known_end_at: datetime | None
    restored_at: datetime | None
    left_s: float
    total_s: float
    is_doubted: bool


@dataclass(frozen=True, slots=True)
class Word:
    """One notice about it: its campaign, its text, and how many of its numbers have it."""

    id: int
    state: str
    at: datetime
    text: str
    numbers: int
    reached: int


@dataclass(frozen=True, slots=True)
class Column:
    """The opening, the delays or the all-clear. `due_by_at` is set on the one that is due next.

    `usual` is what it usually says, in the reader's language, with what is known; `text_zh` and `text_en` are the
    template it is written from.
    """

    step: NoticeStep
    words: tuple[Word, ...]
    is_due: bool
    due_by_at: datetime | None
    wording: str
    usual: str
    text_zh: str
    text_en: str

    @property
    def is_done(self) -> bool:
        """Whether one of its notices was let go."""
        return any(word.state in {CampaignState.APPROVED, CampaignState.STOPPED} for word in self.words)


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who called about it and asked to be told how it goes on; the number is masked."""

    id: int
    number: str
    language: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Affair:
    """Everything of one incident that its page shows.

    `listeners` is how many numbers an all-clear goes to, `addressed` how many a delay; `told`: somebody knows of it
    and waits for the next word, also who only called (`askers`); `may_end` until it is over and
    its all-clear stands, `may_follow_up` from then on until what was done is said. `count` and `asked` are how many
    tickets and askers there are, of which the first stand here.
    """

    trouble: Trouble
    tag: str
    columns: tuple[Column, ...]
    listeners: int
    addressed: int
    told: bool
    may_end: bool
    may_follow_up: bool
    tickets: list[Row]
    count: int
    askers: tuple[Asker, ...]
    asked: int
    check: Check


def within(who: Me) -> ColumnElement[bool]:
    """The incidents that `who` may see: those of their project, or all."""
    return true() if who.project_id is None else Incident.project_id == who.project_id


def incident_for(session: Session, who: Me, id: int) -> Incident:
    """One incident, if `who` may see it. Raises `NotFound` otherwise."""
    found = session.scalar(select(Incident).where(Incident.id == id, within(who)))
    if found is None:
        raise NotFound("没有这个事件，或者它不归您看。There is no such incident, or it is not yours to see.")
    return found


def buildings_of(session: Session, id: int) -> list[tuple[int, str, bool]]:
    """The buildings of an incident's project by id and name, and whether it names them."""
    incident = session.get_one(Incident, id)
    query = select(Building.id, Building.name).where(Building.project_id == incident.project_id)
    named = sorted(session.execute(query), key=lambda one: in_order(one[1]))
    return [(one, name, one in incident.building_ids) for one, name in named]


def troubles(session: Session, who: Me, *, at: datetime, language: str) -> tuple[list[Trouble], list[Trouble]]:
    """Those that last, the next promise first, and those of the last month that are over."""
    lasting = select(Incident).where(within(who), Incident.state == IncidentState.OPEN)
    over = select(Incident).where(
        within(who), Incident.state == IncidentState.RESTORED, Incident.opened_at > at - RECENT
    )  # fmt: skip
    due = (Incident.known_end_at.is_(None), Incident.known_end_at, Incident.id)
    ended = session.scalars(over.order_by(Incident.id.desc()).limit(MOST_SHOWN)).all()
    those = doubted(session, [one.id for one in ended])
    return (
        [trouble_of(session, one, at=at, language=language) for one in session.scalars(lasting.order_by(*due))],
        [trouble_of(session, one, at=at, language=language, is_doubted=one.id in those) for one in ended],
    )


def trouble_of(
    session: Session, incident: Incident, *, at: datetime, language: str, is_doubted: bool = False
) -> Trouble:  # fmt: skip
    """An incident in plain values, as it stands at `at`."""
    end_at = incident.known_end_at
    return Trouble(
        id=incident.id,
        kind=incident.kind.value,
        project=facts.project_name(incident.project, language),
        places=bodies.places_of(session, incident, None, language) if incident.building_ids else "",
        cause=incident.cause,
        is_open=incident.state is IncidentState.OPEN,
        opened_at=incident.opened_at,
        known_end_at=end_at,
        restored_at=incident.restored_at,
        left_s=(end_at - at).total_seconds() if end_at else 0.0,
        total_s=max((end_at - incident.opened_at).total_seconds(), 1.0) if end_at else 1.0,
        is_doubted=is_doubted,
    )


def affair_tag(session: Session, incident: Incident, *, at: datetime, language: str) -> str:
    """Changes when anything on the page but the time does; and when a word that waits is no longer valid at `at`."""
    standing = sum(notices.stands(one, at) for one in notices.campaigns_of(session, incident.id))
    versions = select(func.count(Campaign.id), func.coalesce(func.sum(Campaign.version), 0))
    count, sum_of = session.execute(versions.where(Campaign.incident_id == incident.id)).one()
    under = select(func.count(Ticket.id), func.coalesce(func.sum(Ticket.version), 0))
    tickets, of_tickets = session.execute(under.where(Ticket.incident_id == incident.id)).one()
    about = select(Campaign.batch_id).where(Campaign.incident_id == incident.id)
    got = select(func.count(EVER.id)).where(EVER.batch_id.in_(about), EVER.state.in_(furthercalls.GOT))
    reached = session.scalars(got).one()
    asked = "-".join(f"{state.value}{n}" for state, n in sorted(spotchecks.counts(session, incident.id).items()))
    askers = count_asked(session, incident.id)
    doubts = tag_of_doubts(session, incident.id)
    counted = f"{incident.version}.{count}.{sum_of}.{tickets}.{of_tickets}.{reached}"
    return f"{asked}.{doubts}.{askers}.{counted}.{standing}.{language}"


def read_affair(session: Session, incident: Incident, who: Me, *, at: datetime, language: str) -> Affair:
    """Everything about `incident` that `who` may see, as it stands at `at`."""
    written = notices.campaigns_of(session, incident.id)
    lasts = incident.state is IncidentState.OPEN
    told = any(one.approved_at is not None for one in written)
    due_step = (NoticeStep.DELAY if told else NoticeStep.OPENING) if lasts else NoticeStep.RESTORED
    waits = {one.step for one in written if one.approved_at is None and notices.stands(one, at)}
    askers = tuple(asker(one) for one in who_asked(session, incident.id, most=MOST_ASKERS))
    is_owed = lasts or ((told or bool(askers)) and not notices.is_cleared(written, at))
    by_at = incident.known_end_at - AHEAD if incident.known_end_at and lasts and told else None
    columns = tuple(
        _column(
            session, incident, step, [one for one in written if _in_column(one, step)], language,
            is_due=is_owed and step is due_step and step not in waits, by_at=by_at,
        )
        for step in (PAIR if lasts or not notices.is_cleared(written, at) else (*PAIR, NoticeStep.FOLLOW_UP))
    )  # fmt: skip
    tickets = facts.rows(
        session, Ticket.incident_id == incident.id, visible(who), at=at, language=language, many_projects=False
    )
    return Affair(
        trouble=trouble_of(session, incident, at=at, language=language),
        tag=affair_tag(session, incident, at=at, language=language),
        columns=columns,
        listeners=further.addressed(session, incident.id, NoticeStep.RESTORED),
        addressed=further.addressed(session, incident.id, NoticeStep.DELAY),
        told=told or bool(askers),
        may_end=is_owed,
        may_follow_up=_may_follow_up(written, at),
        tickets=tickets,
        count=of_incident(session, incident.id, who),
        askers=askers,
        asked=count_asked(session, incident.id),
        check=check_of(session, incident, written, language),
    )


def of_incident(session: Session, id: int, who: Me) -> int:
    """How many tickets under an incident `who` may see."""
    return session.scalar(select(func.count(Ticket.id)).where(Ticket.incident_id == id, visible(who))) or 0


def asker(caller: IncidentCaller) -> Asker:
    """One of them as pages show them."""
    return Asker(caller.id, masked(caller.number), caller.language, caller.asked_at)


def _may_follow_up(written: list[Campaign], at: datetime) -> bool:
    """Whether the all-clear went, and nobody has said yet what was done."""
    went = any(one.step is NoticeStep.RESTORED and one.approved_at is not None for one in written)
    return went and not any(one.step is NoticeStep.FOLLOW_UP and notices.stands(one, at) for one in written)


def _in_column(campaign: Campaign, step: NoticeStep) -> bool:
    """A word to those whom it does not touch any more stands beside the openings that it takes back."""
    return campaign.step is step or (step is NoticeStep.OPENING and campaign.step is NoticeStep.RELEASED)


def _column(
    session: Session, incident: Incident, step: NoticeStep, written: list[Campaign], language: str, *, is_due: bool,
    by_at: datetime | None,
) -> Column:  # fmt: skip
    wording = wordings.wording(session, f"{incident.kind.value}_{step.value}").template
    return Column(
        step,
        tuple(_word(session, one, language) for one in written),
        is_due,
        by_at if is_due else None,
        wording.key,
        _usual(session, incident, wording.text(language), language),
        wording.zh,
        wording.en,
    )


def _usual(session: Session, incident: Incident, text: str, language: str) -> str:
    here = settings()
    known = {
        "places": bodies.places_of(session, incident, None, language),
        "cause": incident.cause or bodies.CAUSE["en" if language == "en" else "zh"],
        "company": here.company_name_en if language == "en" else here.company_name,
        "hotline": here.hotline_said,
        "end": BLANK,
    }
    return fill(text, known)


def _word(session: Session, campaign: Campaign, language: str) -> Word:
    of_batch = EVER.batch_id == campaign.batch_id
    reached = select(func.count(EVER.id)).where(of_batch, EVER.state.in_(furthercalls.GOT))
    asked = campaign.text_en if language == "en" else campaign.text_zh
    is_frozen = campaign.state not in {CampaignState.PLANNING}
    first = session.scalar(select(EVER.body).where(of_batch).order_by(EVER.id).limit(1)) if is_frozen else None
    return Word(
        campaign.id,
        campaign.state.value,
        campaign.approved_at or campaign.written_at,
        first or asked,
        campaign.numbers,
        session.scalars(reached).one(),
    )
