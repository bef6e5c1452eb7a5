"""A year of greetings: what goes to about how many on which day, how far it has come, and which days are off."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from directory.models import Person
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from outreach import festivals
from outreach.actions import people
from outreach.actions.days import days_of
from outreach.festivals import Festival, NotGreeted, Whom
from outreach.lifecycle import CampaignKind, CampaignState
from outreach.models import Campaign
from tickets.actions import workdays
from tickets.workdays import Day, DayKind

A_DAY = timedelta(days=1)
OWN, MOURNED = "own", "mourned"
"""Kinds of a day beside `greeted` and the reasons of `NotGreeted`: a greeting of no festival, a day of mourning."""
MOVES = (MessageState.PLANNED, MessageState.CLAIMED)


@dataclass(frozen=True, slots=True)
class Written:
    """A campaign that greets for something: its id, how far it is and to how many numbers it goes.

    `state`: `waiting`, `approved`, `sent` or `stopped`.
    """

    id: int
    title: str
    state: str
    numbers: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What is, or is not, greeted on a day. `key` is the template to begin with, `about` how many people want it.

    `zh` and `en` name the festivals; `why_zh` and `why_en` say why nothing goes.
    """

    day: date
    kind: str
    zh: str
    en: str
    key: str = ""
    whom: Whom = Whom.EVERYBODY
    about: int = 0
    why_zh: str = ""
    why_en: str = ""
    written: tuple[Written, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """Days in a row that are off, or worked, for one reason."""

    first: date
    last: date
    is_off: bool
    zh: str
    en: str


def entries(session: Session, year: int, project_id: int | None) -> list[Entry]:
    """Every day of `year` on which something is kept or goes, in order; `project_id`: for one project, or for all."""
    written = _written(session, year, project_id)
    wanting = _wanting(session, project_id)
    found = [entry for day in _days(year) for entry in _on(day, wanting, written)]
    found += [
        Entry(date.fromisoformat(occasion.removeprefix("day/")), OWN, one.title, one.title, written=(one,))
        for occasion, ones in written.items() if occasion.startswith(f"day/{year}")
        for one in ones
    ]  # fmt: skip
    found += [
        Entry(one.day, MOURNED, one.name, one.name) for one in days_of(session, year) if one.kind is DayKind.MOURNING
    ]
    return sorted(found, key=lambda one: one.day)


def runs(session: Session, year: int) -> tuple[list[Run], bool]:
    """The days that are off or worked for a reason, in a row; and whether that is provisional."""
    calendar = workdays(session)
    named = (day for day in map(calendar.on, _days(year)) if day.zh or day.is_moved)
    numbered = enumerate(named)
    found = []
    for _, group in groupby(numbered, key=lambda one: (one[1].day - one[0] * A_DAY, one[1].is_off, one[1].zh)):
        days: list[Day] = [day for _, day in group]
        found.append(Run(days[0].day, days[-1].day, days[0].is_off, days[0].zh, days[0].en))
    return found, calendar.is_provisional(year)


def _on(day: date, wanting: dict[Whom, int], written: dict[str, list[Written]]) -> Iterator[Entry]:
    kept = festivals.festival_on(day)
    if not kept:
        return
    found = festivals.greetings_on(day)
    if isinstance(found, NotGreeted):
        zh, en = _names(kept)
        yield Entry(day, found.reason, zh, en, why_zh=found.zh, why_en=found.en)
        return
    for each in found:
        # the eve carries the greeting of the day after it, and is called by its own name
        zh, en = _names(kept if kept[0].greets else each.festivals)
        ones = tuple(written.get(each.occasion, ()))
        yield Entry(day, "greeted", zh, en, each.key, each.whom, wanting[each.whom], written=ones)


def _names(kept: tuple[Festival, ...] | list[Festival]) -> tuple[str, str]:
    return "、".join(one.zh for one in kept), ", ".join(one.en.removeprefix("the ") for one in kept)


def _days(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    return (first + n * A_DAY for n in range((date(year + 1, 1, 1) - first).days))


def _wanting(session: Session, project_id: int | None) -> dict[Whom, int]:
    """About how many people want greetings: what the day brings (blocks, dead numbers) nobody knows yet."""
    whose = Person.id.in_(people.wanting(MessageClass.CARE, project_id))
    everybody, elders = (
        session.scalars(select(func.count(Person.id)).where(whose, part)).one()
        for part in (true(), Person.special_care != "")
    )
    return {Whom.EVERYBODY: everybody, Whom.ELDERS: elders, Whom.OTHERS: everybody - elders}


def _written(session: Session, year: int, project_id: int | None) -> dict[str, list[Written]]:
    """The campaigns by what they greet for; a lunar year begins in one year of the sun and ends in the next."""
    here: ColumnElement[bool] = true() if project_id is None else Campaign.project_id == project_id
    years = (f"%/{year}", f"%/{year - 1}", f"day/{year}-%")
    moves = select(Message.id).where(Message.batch_id == Campaign.batch_id, Message.state.in_(MOVES)).exists()
    query = select(Campaign.id, Campaign.title, Campaign.state, Campaign.numbers, Campaign.occasion, moves).where(
        Campaign.kind == CampaignKind.GREETING, Campaign.state != CampaignState.WITHDRAWN, here,
        Campaign.occasion.like(years[0]) | Campaign.occasion.like(years[1]) | Campaign.occasion.like(years[2]),
    )  # fmt: skip
    found: dict[str, list[Written]] = {}
    for id, title, state, numbers, occasion, is_moving in session.execute(query.order_by(Campaign.id)):
        found.setdefault(occasion, []).append(Written(id, title, _state(state, is_moving=is_moving), numbers))
    return found


def _state(state: CampaignState, *, is_moving: bool) -> str:
    if state is CampaignState.APPROVED:
        return "approved" if is_moving else "sent"
    return "stopped" if state is CampaignState.STOPPED else "waiting"
