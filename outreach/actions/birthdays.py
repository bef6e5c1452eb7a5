"""Birthdays: whose it is on a day and who is wished, the words for it, and sending them as the day comes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from base.clock import local
from base.wiring import settings
from directory.models import Building, Home, Person
from messages import actions as messages
from messages import pacing
from messages.ledger import batches
from messages.ledger.caps import ONE_A_DAY
from messages.ledger.plan import MOST_ROWS, Draft, plan
from messages.lifecycle import BatchState, MessageClass, MessageState, Way
from messages.models import Batch, Message
from messages.wording import segments
from outreach import festivals
from outreach.actions import blocks, people
from outreach.actions.bodies import Bodies
from outreach.actions.days import mourning_on
from outreach.audience import Candidate, Line, Recipient, choose
from outreach.birthdays import Birthday, Custom, Kept, LeapDay, LeapMonth, between, may_be_written
from outreach.festivals import Manner
from outreach.lifecycle import CampaignKind
from outreach.models import BirthdayWish, Campaign
from telephony.regions import zones

A_DAY = timedelta(days=1)
CARE = MessageClass.CARE
_WISHES = select(BirthdayWish).join(Batch, Batch.id == BirthdayWish.batch_id).order_by(BirthdayWish.id.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class Celebrant:
    """Somebody whose birthday a day is. `reason` says why they are not wished; empty: they are, between these moments
    of their own day, once for `once`.
    """

    candidate: Candidate
    name: str
    number: str
    once: str
    reason: str
    begins_at: datetime
    ends_at: datetime


def custom() -> Custom:
    """How this house keeps the birthdays that many years do not have."""
    here = settings()
    return Custom(LeapMonth(here.birthday_leap_month), LeapDay(here.birthday_leap_day))


def celebrants(session: Session, day: date, *, at: datetime) -> list[Celebrant]:
    """Everybody with a home whose birthday `day` is, and who of them is not wished, as it is known at `at`.

    Two who share a number are wished once, and so is whoever is greeted for something else on that day.
    """
    born = _born(session, day)
    known = people.some(session, list(born))
    wishes = people.wishes(session, CARE, {line.number for one in known for line in one.lines})
    goes_at = max(at, _moment(day, festivals.BEGINS, settings().timezone))
    barred = blocks.for_class(session, CARE, at=at, goes_at=goes_at)
    mourned = blocks.MOURNING_DAY if _is_mourned(session, day) else ""
    taken: set[str] = set()
    found = []
    for candidate in known:
        name, kept = born[candidate.person_id]
        chosen = choose(candidate.lines, CARE, wishes)
        number, why_not = (chosen.number, None) if isinstance(chosen, Line) else chosen
        reason = str(why_not or mourned or barred.why(candidate, number) or (ONE_A_DAY if number in taken else ""))
        if not reason:
            taken.add(number)
        zone = (zones(number) if number else ()) or (settings().timezone,)
        begins_at, ends_at = (_moment(day, clock, zone[0]) for clock in (festivals.BEGINS, festivals.ENDS))
        found.append(Celebrant(candidate, name, number, kept.once, reason, begins_at, ends_at))
    return found


def greet_due(session: Session, *, at: datetime) -> bool:
    """Plan the wishes of everybody whose birthday it is where they are, at an hour for greetings; says if more wait.

    Whoever was wished in this year of theirs, or was to be, is not again; what waits in words that others have
    followed goes in those. What is planned has been looked at.
    """
    wish = standing(session)
    if wish is None:
        return False
    for batch_id in _overtaken(session, wish):
        if batches.hand_over(session, batch_id, wish.batch_id, at=at):
            return True
    today = local(at, "UTC").date()
    # somewhere it is already tomorrow, and somewhere still yesterday
    due = [one for day in (today - A_DAY, today, today + A_DAY) for one in celebrants(session, day, at=at)]
    due = [one for one in due if not one.reason and one.begins_at <= at < one.ends_at]
    new = list(_not_yet_wished(session, due))
    bodies = Bodies(session, _as_campaign(wish), at=at)
    plan(session, [_draft(wish, one, bodies, at) for one in new[:MOST_ROWS]], at=at)
    if new:
        session.flush()
        blocks.sweep(session, at=at)
        messages.hint(session, messages.LANE_OF[CARE])
    return len(new) > MOST_ROWS


def _overtaken(session: Session, wish: BirthdayWish) -> Sequence[int]:
    """Batches of earlier words, stopped, in which wishes still wait that would never leave."""
    waits = select(Message.id).where(Message.batch_id == Batch.id, Message.state == MessageState.PLANNED)
    earlier = select(Batch.id).join(BirthdayWish, BirthdayWish.batch_id == Batch.id)
    return session.scalars(
        earlier.where(BirthdayWish.id < wish.id, Batch.state == BatchState.STOPPED, waits.exists())
    ).all()


def standing(session: Session) -> BirthdayWish | None:
    """The words that go to everybody on their birthday; None while it is switched off."""
    return session.scalar(_WISHES.where(Batch.state == BatchState.APPROVED))


def newest(session: Session) -> BirthdayWish | None:
    """The words written last, whatever has become of them."""
    return session.scalar(_WISHES)


def a_month(session: Session, year: int, project_id: int | None = None) -> dict[int, int]:
    """How many birthdays of people (of a project) who want greetings fall in each month of a year of the sun."""
    counts = dict.fromkeys(range(1, 13), 0)
    for day, count in by_day(session, date(year, 1, 1), date(year, 12, 31), project_id).items():
        counts[day.month] += count
    return counts


def by_day(session: Session, first: date, last: date, project_id: int | None = None) -> dict[date, int]:
    """How many birthdays of people (of a project) who want greetings each day has, both included; no zeros."""
    columns = (Person.birth_month, Person.birth_day, Person.birth_is_lunar, Person.birth_is_leap)
    wanting = people.wanting(CARE, project_id)
    query = select(*columns, func.count()).where(Person.id.in_(wanting), Person.birth_month.is_not(None))
    counts: dict[date, int] = {}
    for month, day, is_lunar, is_leap, count in session.execute(query.group_by(*columns)):
        birthday = Birthday(month or 0, day or 0, is_lunar, bool(is_leap))
        for kept in between(birthday, first, last, custom()):
            counts[kept.day] = counts.get(kept.day, 0) + count
    return counts


def lives_in(session: Session, one: Celebrant, project_id: int) -> bool:
    """Whether somebody has a home in a project now."""
    homes = [home_id for home_id, _ in one.candidate.homes]
    here = select(Home.id).join(Building, Building.id == Home.building_id).where(Building.project_id == project_id)
    return session.scalar(here.where(Home.id.in_(homes)).limit(1)) is not None


def body_for(session: Session, wish: BirthdayWish, one: Celebrant, *, at: datetime) -> str:
    """The very words somebody gets."""
    return Bodies(session, _as_campaign(wish), at=at).of(_recipient(one), at)


def _born(session: Session, day: date) -> dict[int, tuple[str, Kept]]:
    written = or_(
        *(
            and_(Person.birth_is_lunar == is_lunar, Person.birth_month == month, Person.birth_day == of_month)
            for is_lunar, month, of_month in sorted(may_be_written(day))
        )
    )
    found = {}
    for person in session.scalars(select(Person).where(written).order_by(Person.id)):
        birthday = Birthday(
            person.birth_month or 0, person.birth_day or 0, person.birth_is_lunar, bool(person.birth_is_leap)
        )
        for kept in between(birthday, day, day, custom()):
            found[person.id] = (person.name, kept)
    return found


def _is_mourned(session: Session, day: date) -> bool:
    never = any(each.manner is Manner.NEVER for each in festivals.festival_on(day))
    return never or mourning_on(session, day) is not None


def _not_yet_wished(session: Session, due: Sequence[Celebrant]) -> Iterator[Celebrant]:
    for start in range(0, len(due), MOST_ROWS):
        some = {_once_key(one): one for one in due[start : start + MOST_ROWS]}
        wished = set(session.scalars(select(Message.once_key).where(Message.once_key.in_(some))))
        yield from (one for key, one in some.items() if key not in wished)


def _draft(wish: BirthdayWish, one: Celebrant, bodies: Bodies, at: datetime) -> Draft:
    body = bodies.of(_recipient(one), at)
    return Draft(
        once_key=_once_key(one), about=f"birthday:{wish.id}", batch_id=wish.batch_id, lane=messages.LANE_OF[CARE],
        message_class=CARE, urgency=pacing.URGENCY[CARE, Way.TEXT], way=Way.TEXT, number=one.number,
        sender=settings().sender(messages.SENDER_OF[CARE]), due_at=at, valid_until_at=one.ends_at, body=body,
        segments=segments(body).count, is_demo=one.candidate.is_demo,
    )  # fmt: skip


def _once_key(one: Celebrant) -> str:
    return f"birthday/{one.candidate.person_id}/{one.once}"


def _recipient(one: Celebrant) -> Recipient:
    theirs = one.candidate
    return Recipient(
        one.number, Way.TEXT, theirs.language, theirs.salutation, theirs.is_demo, homes=dict(theirs.homes)
    )  # fmt: skip


def _as_campaign(wish: BirthdayWish) -> Campaign:
    """The same words as a campaign, in no session: its bodies are put together alike."""
    return Campaign(kind=CampaignKind.GREETING, message_class=CARE, text_zh=wish.text_zh, text_en=wish.text_en)


def _moment(day: date, clock: time, zone: str) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(zone))
