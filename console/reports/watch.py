"""The report of the watch: minutes until somebody came, and who was reached; who carries how much stands in `load`."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import Session

from console.facts import what
from console.reports import load
from console.reports.asked import Asked, number
from console.reports.measures.watch import Pages, Takings
from console.reports.shapes import Cell, Chart, Line, Section, Unit
from console.reports.sql import piece_of, seconds_between
from console.reports.tickets import line as ticket_line
from console.words import say
from directory.models import Staff
from oncall.models import Page, PageKind, PageState
from tickets.actions import clock_table
from tickets.lifecycle import Level, Status
from tickets.models import EventType, Ticket, TicketEvent
from tickets.running import ClockName
from tickets.triage import wakes

KIND = "watch"
WAKING = tuple(level for level in Level if wakes(level))
TAKEN_BY = (EventType.ACKNOWLEDGED, EventType.ARRIVED, EventType.RESOLVED, EventType.CLOSED, EventType.CANCELLED)
ANSWERS = (PageState.ACKNOWLEDGED, PageState.PASSED, PageState.NEEDS_HELP)
THEIRS = "theirs"
"""The pages that were somebody's to answer: of these, what they answered is their share."""
OF_PAGES: dict[str, ColumnElement[bool]] = {
    "paged": true(),
    "answered": Page.state.in_(ANSWERS),
    "missed": Page.state == PageState.MISSED,
    "others": Page.state == PageState.TAKEN_BY_OTHER,
    THEIRS: Page.state.in_((*ANSWERS, PageState.MISSED)),
}
_COUNTED = [of for of in OF_PAGES if of != THEIRS]


def sections(session: Session, asked: Asked) -> list[Section]:
    """Time to a human, pages by person, load and nights by person."""
    return [*_takings(session, asked), _pages(session, asked), *load.sections(session, asked)]


def rows(session: Session, asked: Asked, given: Mapping[str, str], *, limit: int, after: int | None) -> list[Line]:
    """The emergencies, the pages, the turns or the holes behind a number, newest first."""
    of = given.get("of", "")
    if of in load.OF:
        return load.rows(session, asked, given, limit=limit, after=after)
    if of in OF_PAGES:
        return _page_rows(session, asked, given, limit=limit, after=after)
    taken, seconds = _emergencies(asked)
    wanted = asked.piece(Ticket.opened_at, given)
    if given.get("level", "") in set(Level):
        wanted.append(Ticket.level == Level(given["level"]))
    if of in {"taken", "in_time", "not_taken"}:
        is_taken = seconds.is_not(None)
        wanted.append(~is_taken if of == "not_taken" else is_taken)
    if of == "in_time":
        table = clock_table()
        in_time = [(Ticket.level == level) & (seconds <= table[level].allowed_s[ClockName.ACK]) for level in WAKING]
        wanted.append(or_(*in_time))
    if after is not None:
        wanted.append(Ticket.id < after)
    query = taken.with_only_columns(Ticket).where(*wanted).order_by(Ticket.id.desc()).limit(limit)
    return [ticket_line(asked, one) for one in session.scalars(query)]


def _emergencies(asked: Asked) -> tuple[Select[Any], ColumnElement[float]]:
    """What wakes people, and how long each waited for the first who took it, came or ended it."""
    first = (
        select(TicketEvent.ticket_id, func.min(TicketEvent.at).label("at"))
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .where(*_of(asked), TicketEvent.type.in_(TAKEN_BY))
        .group_by(TicketEvent.ticket_id).subquery("first")
    )  # fmt: skip
    seconds = seconds_between(Ticket.opened_at, first.c.at)
    query = select(Ticket).outerjoin(first, first.c.ticket_id == Ticket.id).where(*_of(asked))
    return query, seconds


def _of(asked: Asked) -> list[ColumnElement[bool]]:
    return [
        *asked.within(Ticket.opened_at, Ticket.project_id), Ticket.level.in_(WAKING), asked.visible, ~Ticket.is_drill,
        Ticket.status != Status.MERGED,
    ]  # fmt: skip


def _takings(session: Session, asked: Asked) -> list[Section]:
    query, seconds = _emergencies(asked)
    columns = (piece_of(Ticket.opened_at, asked.starts, asked.zone).label("piece"), Ticket.level, seconds.label("took"))
    levels: defaultdict[Level, Takings] = defaultdict(Takings)
    pieces: defaultdict[int, Takings] = defaultdict(Takings)
    total, table = Takings(), clock_table()
    for piece, level, took_s in session.execute(query.with_only_columns(*columns)):
        for each in (levels[level], pieces[piece], total):
            each.add(took_s, table[level].allowed_s[ClockName.ACK])
    title = (
        asked.say("watch.human.title", n=total.opened, percent=total.kept, minutes=_minutes(total.middle_s))
        if total.opened else asked.say("watch.human.none")
    )  # fmt: skip
    head = ["", *(asked.say(f"watch.{one}") for one in ("opened", "taken", "in_time", "kept", "middle", "slow"))]

    def of(name: str, one: Takings, **more: Any) -> list[Cell]:
        def n(what_of: str, value: int) -> Cell:
            return asked.count(KIND, what_of, value, **more)

        return [
            Cell(name), n("opened", one.opened), n("taken", one.taken), n("in_time", one.in_time),
            asked.made_of(KIND, "opened", one.kept, Unit.PERCENT, **more),
            asked.made_of(KIND, "taken", one.middle_s, Unit.SECONDS, **more),
            asked.made_of(KIND, "taken", one.slow_s, Unit.SECONDS, **more),
        ]  # fmt: skip

    names = [asked.piece_name(start) for start in asked.starts]
    minutes = [None if (s := pieces[n].middle_s) is None else round(s / 60, 1) for n in range(len(names))]
    return [
        Section(
            "human", asked.say("watch.human"), title, asked.say("watch.human.how"), head,
            [
                of(asked.say("total"), total),
                *(of(say(f"level.{level.value}.long", asked.words), levels[level], level=level.value)
                  for level in WAKING if level in levels),
                *(of(name, pieces[n], piece=n) for n, name in enumerate(names) if pieces[n].opened),
            ],
            Chart("line", names, {asked.say("watch.minutes"): minutes}),
        )
    ]  # fmt: skip


def _minutes(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds / 60:.1f}"


def _page_clauses(asked: Asked) -> list[ColumnElement[bool]]:
    """Pages that wake somebody: by the ladder, live, or for help; no rehearsal's, and no routine text."""
    return [
        *asked.within(Page.paged_at, Ticket.project_id), asked.visible, ~Ticket.is_drill,
        Page.kind.in_((PageKind.LADDER, PageKind.LIVE, PageKind.HELP)),
    ]  # fmt: skip


def _pages(session: Session, asked: Asked) -> Section:
    query = (
        select(Page.staff_id, Staff.name, Page.state, func.count())
        .join(Ticket, Ticket.id == Page.ticket_id).join(Staff, Staff.id == Page.staff_id)
        .where(*_page_clauses(asked)).group_by(Page.staff_id, Staff.name, Page.state)
    )  # fmt: skip
    people: defaultdict[tuple[str, int], Pages] = defaultdict(Pages)
    total = Pages()
    for staff_id, name, state, n in session.execute(query):
        for each in (people[name, staff_id], total):
            each.paged += n
            each.answered += n * (state in ANSWERS)
            each.missed += n * (state is PageState.MISSED)
            each.others += n * (state is PageState.TAKEN_BY_OTHER)
    title = (
        asked.say("watch.pages.title", n=total.paged, missed=total.missed) if total.paged
        else asked.say("watch.pages.none")
    )  # fmt: skip

    def of(name: str, one: Pages, **more: Any) -> list[Cell]:
        values = zip(_COUNTED, (one.paged, one.answered, one.missed, one.others), strict=True)
        cells = [asked.count(KIND, which, n, **more) for which, n in values]
        return [Cell(name), *cells, asked.made_of(KIND, THEIRS, one.reached, Unit.PERCENT, **more)]

    ordered = sorted(people.items(), key=lambda one: (-one[1].missed, -one[1].paged, one[0]))
    return Section(
        "pages", asked.say("watch.pages"), title, asked.say("watch.pages.how"),
        ["", *(asked.say(f"watch.{one}") for one in (*_COUNTED, "reached"))],
        [of(asked.say("total"), total), *(of(name, one, staff=id) for (name, id), one in ordered)],
    )  # fmt: skip


def _page_rows(
    session: Session, asked: Asked, given: Mapping[str, str], *, limit: int, after: int | None
) -> list[Line]:  # fmt: skip
    wanted = [OF_PAGES[given["of"]], *_page_clauses(asked)]
    if (staff_id := number(given, "staff")) is not None:
        wanted.append(Page.staff_id == staff_id)
    if after is not None:
        wanted.append(Page.id < after)
    query = (
        select(Page, Ticket, Staff.name).join(Ticket, Ticket.id == Page.ticket_id)
        .join(Staff, Staff.id == Page.staff_id).where(*wanted).order_by(Page.id.desc()).limit(limit)
    )  # fmt: skip
    return [
        Line(
            page.id, ticket.ref, url_for("console.ticket", ref=ticket.ref), what(ticket, asked.words), name,
            say(f"page.{page.state.value}", asked.words), page.paged_at,
        )
        for page, ticket, name in session.execute(query)
    ]  # fmt: skip
