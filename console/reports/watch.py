"""The report of the watch: minutes until somebody came, who was reached, who carries how much."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import Session

from console.facts import what
from console.reports.asked import Asked, number
from console.reports.measures.watch import Pages, Takings, nights
from console.reports.shapes import Cell, Chart, Line, Section, Unit
from console.reports.sql import piece_of, seconds_between
from console.reports.tickets import line as ticket_line
from console.words import say, span
from directory.models import Staff
from oncall.actions.duty import held, names_of, outlook
from oncall.models import Page, PageKind, PageState
from oncall.rota import Turn
from oncall.rotalook import RINGING, Load
from tickets.actions import clock_table
from tickets.lifecycle import Level, Status
from tickets.models import EventType, Ticket, TicketEvent
from tickets.running import ClockName
from tickets.triage import wakes

KIND = "watch"
WAKING = tuple(level for level in Level if wakes(level))
TAKEN_BY = (EventType.ACKNOWLEDGED, EventType.ARRIVED, EventType.RESOLVED, EventType.CLOSED, EventType.CANCELLED)
ANSWERS = (PageState.ACKNOWLEDGED, PageState.PASSED, PageState.NEEDS_HELP)
OF_PAGES: dict[str, ColumnElement[bool]] = {
    "paged": true(),
    "answered": Page.state.in_(ANSWERS),
    "missed": Page.state == PageState.MISSED,
    "others": Page.state == PageState.TAKEN_BY_OTHER,
}
TURNS = "turns"


def sections(session: Session, asked: Asked) -> list[Section]:
    """Time to a human, pages by person, load and nights by person."""
    return [*_takings(session, asked), _pages(session, asked), _loads(session, asked)]


def rows(session: Session, asked: Asked, given: Mapping[str, str], *, limit: int, after: int | None) -> list[Line]:
    """The emergencies, the pages or the turns behind a number, newest first."""
    of = given.get("of", "")
    if of == TURNS:
        return _turn_rows(session, asked, number(given, "staff"), limit=limit, after=after)
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
            Cell(one.kept, Unit.PERCENT), Cell(one.middle_s, Unit.SECONDS), Cell(one.slow_s, Unit.SECONDS),
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
        values = zip(OF_PAGES, (one.paged, one.answered, one.missed, one.others), strict=True)
        cells = [asked.count(KIND, which, n, **more) for which, n in values]
        return [Cell(name), *cells, Cell(one.reached, Unit.PERCENT)]

    ordered = sorted(people.items(), key=lambda one: (-one[1].missed, -one[1].paged, one[0]))
    return Section(
        "pages", asked.say("watch.pages"), title, asked.say("watch.pages.how"),
        ["", *(asked.say(f"watch.{one}") for one in (*OF_PAGES, "reached"))],
        [of(asked.say("total"), total), *(of(name, one, staff=id) for (name, id), one in ordered)],
    )  # fmt: skip


def _loads(session: Session, asked: Asked) -> Section:
    """Who held which turns, projects taken together."""
    found: defaultdict[int, list[Load]] = defaultdict(list)
    dark: defaultdict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    names: dict[int, str] = {}
    missing = 0.0
    for id in asked.projects:
        if asked.project_id in (None, id):
            seen = outlook(session, id, from_at=asked.from_at, until_at=asked.until_at, zone=asked.zone)
            names |= names_of(session, seen)
            missing += sum(day.missing for day in seen.days)
            for load in seen.loads:
                found[load.staff_id].append(load)
            for turn in _turns(session, asked, id):
                dark[turn.staff_id].append((turn.starts_at, turn.ends_at))
    lines = [
        (
            names[id], sum(load.turns for load in loads), sum(load.hours for load in loads),
            nights(dark[id], asked.zone), sum(load.weekends for load in loads), id,
        )
        for id, loads in found.items()
    ]  # fmt: skip
    lines.sort(key=lambda one: (-one[3], -one[2], one[0]))
    title = (
        asked.say("watch.load.title", who=lines[0][0], nights=lines[0][3], missing=f"{missing:.0f}") if lines
        else asked.say("watch.load.none")
    )  # fmt: skip
    return Section(
        "load", asked.say("watch.load"), title, asked.say("watch.load.how"),
        ["", *(asked.say(f"watch.{one}") for one in ("turns", "nights", "hours", "weekends"))],
        [
            [
                Cell(name), asked.count(KIND, TURNS, turns, staff=id), Cell(at_night), Cell(hours, Unit.HOURS),
                Cell(weekends, Unit.HOURS),
            ]
            for name, turns, hours, at_night, weekends, id in lines
        ],
        Chart("bar", [one[0] for one in lines[:12]], {asked.say("watch.nights"): [one[3] for one in lines[:12]]}),
    )  # fmt: skip


def _turns(session: Session, asked: Asked, project_id: int) -> Iterator[Turn]:
    """What was held of a project's posts that ring, as far as it lies in the period."""
    for turn in held(session, project_id, asked.from_at, asked.until_at):
        begins, ends = max(turn.starts_at, asked.from_at), min(turn.ends_at, asked.until_at)
        if turn.post in RINGING and begins < ends:
            yield replace(turn, starts_at=begins, ends_at=ends)


def _turn_rows(session: Session, asked: Asked, staff_id: int | None, *, limit: int, after: int | None) -> list[Line]:
    """The turns of somebody; a turn has no number of its own, so they are counted from the first of the period."""
    found = sorted(
        (
            (turn.starts_at, name, turn.post, turn.ends_at)
            for id, name in asked.projects.items() if asked.project_id in (None, id)
            for turn in _turns(session, asked, id) if turn.staff_id == staff_id
        )
    )  # fmt: skip
    lines = [
        Line(
            n, "", "", say(f"post.{post.value}", asked.words), name, span((ends - begins).total_seconds()), begins
        )
        for n, (begins, name, post, ends) in enumerate(found, start=1) if after is None or n < after
    ]  # fmt: skip
    return lines[::-1][:limit]


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
