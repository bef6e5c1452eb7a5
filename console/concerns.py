"""What somebody should know who can mend it: a broken promise, a campaign to approve, the carrier, the numbers."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select, true
from sqlalchemy.orm import Session

from base.clock import local
from base.log import mask_name
from base.wiring import settings
from console.campaign_lines import to_review, waiting_for
from console.campaign_titles import title_of
from console.facts import what
from console.masks import masked
from console.reports.models import failed
from console.scope import MAY_PLAN, TOLD_OF_TROUBLE, WHO_MAY, project_of, visible
from console.staff import Me
from console.walls import OF_TICKETS, named, numbers_of, people_of
from directory.models import NEEDS_CHECK, Number, Person, Staff
from messages.ledger import paces, roads, spending
from messages.lifecycle import MessageState
from messages.models import HAS_ERROR, IS_DOUBTFUL, Message
from outreach.actions import verdicts
from outreach.lifecycle import MAY_WRITE
from telephony.refusals import MEANING, Fact
from tickets.actions import open_extensions, workdays
from tickets.actions import waiting_for as waiting_for_answer
from tickets.actions.incidents import overdue
from tickets.lifecycle import HEADQUARTERS, Move
from tickets.models import Ticket

RECENT = timedelta(hours=24)
LOOK_AGAIN = timedelta(minutes=1)
"""Trouble is no event of a ticket and changes no version: whoever is told of it is shown a page this old at most."""
IS_TOLD = TOLD_OF_TROUBLE | MAY_WRITE
PUBLISHED_BY = timedelta(days=60)
"""So long before a year begins its make-up days are usually known."""
MOST_SHOWN = 20
WORTH_TELLING = frozenset(code for code, means in MEANING.items() if means.fact in {Fact.OUR_SETTINGS, Fact.FILTERED})
"""Codes that somebody has to mend: our settings with the carrier, or our words."""
NOT_CARRIED = (MessageState.PLANNED, MessageState.FAILED, MessageState.UNDELIVERED, MessageState.EXPIRED)
"""States in which the last code is still the last word: planned ones were refused and wait to go again."""


@dataclass(frozen=True, slots=True)
class Whose:
    """A masked number, and a masked name where it is known: the whole one stands on their page."""

    number: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Where to go: the view and the id of what it shows; its name, or a key of the words for it and a moment."""

    view: str
    id: int
    name: str = ""
    key: str = ""
    at: datetime | None = None
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing to know: `overdue`, `approve`, `answer`, `extend`, `returned`, `review`, `carrier_…`, `spent`, `mail`,
    `check`, `refused` (with its code), `twice`, or `workdays` (with the year).

    `count`: of what is in `links`, of numbers to check, else of messages; `more`: numbers beside those in `whose`.
    """

    kind: str
    count: int
    whose: tuple[Whose, ...]
    more: int
    code: str = ""
    links: tuple[Link, ...] = ()

    @property
    def id(self) -> str:
        """A name of its own on the page."""
        return "-".join(part for part in (self.kind, self.code) if part)


def concerns(session: Session, me: Me, *, at: datetime, language: str) -> list[Concern]:
    """What `me` should know at `at`, of their own project or of all; nothing for those who cannot mend it."""
    owed = [
        *_overdue(session, me, at), *_to_approve(session, me, language), *_returned(session, me, at, language),
        *_to_review(session, me, language), *_to_answer(session, me, language), *_to_extend(session, me, language),
        *_provisional(session, me, at),
    ]  # fmt: skip
    if me.role not in TOLD_OF_TROUBLE:
        return owed
    told = [*owed, *_left_alone(session), *_spent(session, at), *_mail(session, me), *_to_check(session, me)]
    return [*told, *_refused(session, me, at), *_twice(session, me, at)]


def _overdue(session: Session, me: Me, at: datetime) -> list[Concern]:
    """Troubles of which the end that owners know has passed without another word to them, for whoever may write one."""
    if me.role not in MAY_WRITE:
        return []
    found = [one for one in overdue(session, at=at) if me.project_id in {None, one.project_id}]
    links = [
        Link("console.incident", one.id, key=f"incident.kind.{one.kind.value}", at=one.known_end_at) for one in found
    ]
    return _of_links("overdue", links)


def _to_approve(session: Session, me: Me, language: str) -> list[Concern]:
    """Campaigns that wait for somebody like `me` to let them go."""
    waiting = waiting_for(session, me, language=language)
    return _of_links("approve", [Link("console.campaign", id, title) for id, title, _ in waiting])


def _provisional(session: Session, me: Me, at: datetime) -> list[Concern]:
    """In the last days of a year, that nobody knows the make-up days of the next: for those who plan it."""
    today = local(at, settings().timezone).date()
    coming = today.year + 1
    if me.role not in MAY_PLAN or date(coming, 1, 1) - today > PUBLISHED_BY:
        return []
    if not workdays(session).is_provisional(coming):
        return []
    return [Concern("workdays", 1, (), 0, str(coming))]


def _returned(session: Session, me: Me, at: datetime, language: str) -> list[Concern]:
    """Campaigns of `me` that somebody sent back, with a word why."""
    found = verdicts.returned_to(session, me.id, at=at)
    return _of_links("returned", [Link("console.campaign", one.id, title_of(one, language)) for one in found])


def _to_review(session: Session, me: Me, language: str) -> list[Concern]:
    """Emergencies that went without a second person, for somebody like `me` to look at afterwards."""
    found = to_review(session, me, language=language)
    return _of_links("review", [Link("console.campaign", id, title) for id, title in found])


def _to_answer(session: Session, me: Me, language: str) -> list[Concern]:
    """Complaints of which `me` has to say whose they are, by when."""
    if me.role not in TOLD_OF_TROUBLE:
        return []
    found = waiting_for_answer(session, session.get_one(Staff, me.id))
    links = [
        Link("console.ticket", 0, f"{hop.ticket.ref} {what(hop.ticket, language)}", at=hop.due_at, ref=hop.ticket.ref)
        for hop in found
    ]
    return _of_links("answer", links)


def _to_extend(session: Session, me: Me, language: str) -> list[Concern]:
    """Tickets for which somebody asked for more time, for a second person to decide."""
    if me.role not in WHO_MAY[Move.DECIDE]:
        return []
    links = [
        Link("console.ticket", 0, f"{one.ticket.ref} {what(one.ticket, language)}", at=one.until_at, ref=one.ticket.ref)
        for one in open_extensions(session, visible(me), but_of=me.id)
    ]
    return _of_links("extend", links)


def _of_links(kind: str, links: Sequence[Link]) -> list[Concern]:
    shown = tuple(links[:MOST_SHOWN])
    return [Concern(kind, len(links), (), len(links) - len(shown), links=shown)] if links else []


def _left_alone(session: Session) -> list[Concern]:
    """The carriers that fail again and again, and to which hardly anything goes for that reason."""
    return [Concern(f"carrier_{carrier}", 1, (), 0) for carrier, _ in roads.left_alone(session)]


def _spent(session: Session, at: datetime) -> list[Concern]:
    """That something waits for tomorrow because today has cost enough."""
    terms = paces.terms(settings())
    is_held = terms.prices.cap and spending.spent(session, terms, at=at).held_at is not None
    return [Concern("spent", 1, (), 0)] if is_held else []


def _mail(session: Session, me: Me) -> list[Concern]:
    """That the newest report of a night did not get to everybody for certain: it is the whole company's."""
    is_told = settings().morning_readers and me.project_id is None
    return [Concern("mail", 1, (), 0)] if is_told and failed(session) is not None else []


def _to_check(session: Session, me: Me) -> list[Concern]:
    project_id = project_of(me)
    theirs = true() if project_id is None else Number.person_id.in_(people_of(project_id))
    count = session.scalars(select(func.count(Number.number.distinct())).where(NEEDS_CHECK, theirs)).one()
    if not count:
        return []
    query = select(Number.number, func.min(Person.name)).join(Number.person).where(NEEDS_CHECK, theirs)
    found = session.execute(query.group_by(Number.number).order_by(Number.number).limit(MOST_SHOWN))
    whose = tuple(Whose(masked(number), mask_name(name)) for number, name in found)
    return [Concern("check", count, whose, count - len(whose))]


def _refused(session: Session, me: Me, at: datetime) -> list[Concern]:
    query = _messages(at).where(HAS_ERROR, Message.error_code.in_(WORTH_TELLING), Message.state.in_(NOT_CARRIED))
    by_code: dict[str, list[str]] = defaultdict(list)
    for number, code in _theirs(session, me, query):
        by_code[code].append(number)
    return [_of_messages("refused", by_code[code], code) for code in sorted(by_code)]


def _twice(session: Session, me: Me, at: datetime) -> list[Concern]:
    numbers = [number for number, _ in _theirs(session, me, _messages(at).where(IS_DOUBTFUL))]
    return [_of_messages("twice", numbers)] if numbers else []


def _of_messages(kind: str, numbers: Sequence[str], code: str = "") -> Concern:
    once = list(dict.fromkeys(numbers))
    shown = tuple(Whose(masked(number)) for number in once[:MOST_SHOWN])
    return Concern(kind, len(numbers), shown, len(once) - len(shown), code)


def _messages(at: datetime) -> Select[str, str, str]:
    """`due_at` is when a message was last to be looked at, so that it is never older than its trouble."""
    recent = select(Message.number, Message.error_code, Message.about).where(Message.due_at > at - RECENT)
    return recent.order_by(Message.due_at.desc(), Message.id)


def _theirs(session: Session, me: Me, query: Select[str, str, str]) -> list[tuple[str, str]]:
    """Number and code of those messages that went to somebody of the project, and say nothing of headquarters'."""
    project_id = project_of(me)
    if project_id is not None:
        query = query.where(Message.number.in_(numbers_of(project_id)))
    found = session.execute(query).all()
    hidden = _of_headquarters(session, {about for _, _, about in found}) if me.project_id is not None else set()
    return [(number, code) for number, code, about in found if about not in hidden]


def _of_headquarters(session: Session, abouts: set[str]) -> set[str]:
    """Which of `ticket:12`, `page:34:text` … are about a ticket that a project must not hear of."""
    names = {about: name for about in abouts if (name := named(about))}
    hidden = set()
    for kind, (key, query) in OF_TICKETS.items():
        asked = {id for of_kind, id in names.values() if of_kind == kind}
        theirs = query.where(key.in_(asked), Ticket.owner_desk == HEADQUARTERS)
        hidden |= {(kind, id) for id in session.scalars(theirs)}
    return {about for about, name in names.items() if name in hidden}
