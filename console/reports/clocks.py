"""The report of clocks: which promises were kept and which broken, and how long it took, by clock, level and place."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from console.facts import events_of, hours_of_projects
from console.reports.asked import Asked, number
from console.reports.measures.clocks import ClockFate, Kept, Promise, promises, worst
from console.reports.shapes import Cell, Chart, Line, Section, Unit
from console.reports.tickets import category_name, of_period
from console.reports.tickets import line as ticket_line
from console.words import lasting, say
from outreach.measures import begins_at
from tickets.actions import clock_table
from tickets.clocks import clocks
from tickets.lifecycle import Level
from tickets.models import Ticket
from tickets.running import ClockName

KIND = "clocks"
MOST_LOOKED_AT = 10_000
"""Clocks are worked out from the facts of each ticket: of more than so many, the newest are looked at."""
PIECE = 500
MOST_LINES, MOST_BARS = 40, 12
HALF, NINE_OF_TEN = 0.5, 0.9
SETTLED, MET = "settled", "met"
"""What shares are made of, kept and broken; and what middles are, whatever was done, in time or late."""
_ORDER = {name: n for n, name in enumerate(ClockName)}
_CLOCKS = len(ClockName)
"""A row is a clock of a ticket: it is numbered by both, so that a page goes on where the last one ended."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A ticket as far as this report asks."""

    id: int
    level: Level
    category: str
    project_id: int | None
    opened_at: datetime
    promises: Sequence[Promise]


def sections(session: Session, asked: Asked) -> list[Section]:
    """By clock, by level, over time, by matter and, where there are several, by project."""
    total = Kept()
    by_clock: defaultdict[ClockName, Kept] = defaultdict(Kept)
    by_level: defaultdict[tuple[Level, ClockName], Kept] = defaultdict(Kept)
    by_piece: defaultdict[int, Kept] = defaultdict(Kept)
    by_category: defaultdict[str, Kept] = defaultdict(Kept)
    by_project: defaultdict[int | None, Kept] = defaultdict(Kept)
    begins = [begins_at(start, asked.zone) for start in asked.starts[1:]]
    n = 0
    for n, one in enumerate(_looked_at(session, asked), start=1):
        piece = bisect_right(begins, one.opened_at)
        for promise in one.promises:
            for each in (
                total, by_clock[promise.name], by_level[one.level, promise.name], by_piece[piece],
                by_category[one.category], by_project[one.project_id],
            ):  # fmt: skip
                each.add(promise)
        if n == MOST_LOOKED_AT:
            break
    how = asked.say("clocks.how") + (asked.say("clocks.newest", n=n) if n == MOST_LOOKED_AT else "")
    found = [
        _by_clock(asked, total, by_clock, how),
        _by_level(asked, by_level, how),
        _over_time(asked, total, by_piece, how),
        _by(asked, "category", [
            (category_name(asked, code), {"category": code}, kept) for code, kept in by_category.items()
        ], how),
    ]  # fmt: skip
    if asked.project_id is None and len(asked.projects) > 1:
        found.append(_by(asked, "project", [
            (asked.projects.get(id or 0) or asked.say("clocks.no_project"), {"of_project": id or 0}, kept)
            for id, kept in by_project.items()
        ], how))  # fmt: skip
    return found


def rows(session: Session, asked: Asked, given: Mapping[str, str], *, limit: int, after: int | None) -> list[Line]:
    """The promises behind a number, each with its ticket, newest first."""
    wanted = asked.piece(Ticket.opened_at, given)
    if given.get("level", "") in set(Level):
        wanted.append(Ticket.level == Level(given["level"]))
    if given.get("category") is not None:
        wanted.append(Ticket.category == given["category"])
    if (project := number(given, "of_project")) is not None:
        wanted.append(Ticket.project_id == project if project else Ticket.project_id.is_(None))
    if after is not None:
        wanted.append(Ticket.id <= after // _CLOCKS)
    if (oldest := _oldest(session, asked)) is not None:
        wanted.append(Ticket.id >= oldest)
    of, clock = given.get("of", ""), given.get("clock", "")
    found: list[tuple[int, int, Promise]] = []
    for one in _looked_at(session, asked, *wanted):
        for promise in reversed(one.promises):
            id = one.id * _CLOCKS + _ORDER[promise.name]
            if _is_wanted(promise, of, clock) and (after is None or id < after):
                found.append((id, one.id, promise))
        if len(found) >= limit:
            break
    found = found[:limit]
    named = select(Ticket).where(Ticket.id.in_({ticket_id for _, ticket_id, _ in found}))
    tickets = {ticket.id: ticket for ticket in session.scalars(named)}
    return [
        replace(ticket_line(asked, tickets[ticket_id]), id=id, state=_state(asked, promise))
        for id, ticket_id, promise in found
    ]  # fmt: skip


def _oldest(session: Session, asked: Asked) -> int | None:
    """The last ticket that the counts look at; None where they look at all. Their rows go no further back."""
    newest = select(Ticket.id).where(*of_period(asked)).order_by(Ticket.id.desc())
    return session.scalar(newest.offset(MOST_LOOKED_AT - 1).limit(1))


def _looked_at(session: Session, asked: Asked, *where: ColumnElement[bool]) -> Iterator[Looked]:
    """The tickets of the period with what became of their promises, newest first, read piece by piece."""
    hours = hours_of_projects(session)
    query = (
        select(Ticket.id, Ticket.level, Ticket.category, Ticket.project_id, Ticket.opened_at)
        .where(*of_period(asked), *where).order_by(Ticket.id.desc()).limit(PIECE)
    )  # fmt: skip
    before: list[ColumnElement[bool]] = []
    table = clock_table()
    while read := session.execute(query.where(*before)).all():
        facts = events_of(session, [row.id for row in read])
        for id, level, category, project_id, opened_at in read:
            happened = facts.get(id, [])
            standing = clocks(level, happened, at=asked.at, hours=hours[project_id], table=table)
            yield Looked(id, level, category, project_id, opened_at, promises(standing, happened))
        before = [Ticket.id < read[-1].id]


def _is_wanted(promise: Promise, of: str, clock: str) -> bool:
    if clock in set(ClockName) and promise.name != clock:
        return False
    if of == SETTLED:
        return promise.fate in {ClockFate.KEPT, ClockFate.BROKEN}
    if of == MET:
        return promise.took_s is not None
    return of not in set(ClockFate) or promise.fate == of


def _state(asked: Asked, promise: Promise) -> str:
    clock, fate = say(f"clock.{promise.name.value}.long", asked.words), asked.say(f"clocks.{promise.fate.value}")
    late = asked.say("clocks.late", by=lasting(promise.late_s, asked.words)) if promise.late_s else ""
    return " · ".join(part for part in (clock, late or fate) if part)


def _by_clock(asked: Asked, total: Kept, found: Mapping[ClockName, Kept], how: str) -> Section:
    there = [(say(f"clock.{name.value}.long", asked.words), name, found[name]) for name in ClockName if name in found]
    most = worst([(name, kept) for name, _, kept in there])
    title = (
        asked.say("clocks.none") if not total.all
        else asked.say("clocks.all_kept", n=total.all) if most is None
        else asked.say("clocks.title", n=total.all, percent=total.rate, what=most[0], broken=most[1].broken)
    )  # fmt: skip
    names = [name for name, _, _ in there]
    return Section(
        "by_clock", asked.say("clocks.by_clock"), title, how, _head(asked),
        [
            _line(asked, asked.say("total"), total, in_seconds=False),
            *(_line(asked, name, kept, in_seconds=True, clock=clock.value) for name, clock, kept in there),
        ],
        Chart("stack", names, {
            asked.say(f"clocks.{fate.value}"): [kept.fates[fate] for _, _, kept in there] for fate in ClockFate
        }, broken=asked.say("clocks.broken")),
    )  # fmt: skip


def _by_level(asked: Asked, found: Mapping[tuple[Level, ClockName], Kept], how: str) -> Section:
    lines = [
        (
            f"{say(f'level.{level.value}.long', asked.words)} · {say(f'clock.{name.value}.long', asked.words)}",
            {"level": level.value, "clock": name.value}, found[level, name],
        )
        for level in Level for name in ClockName if (level, name) in found
    ]  # fmt: skip
    return Section(
        "by_level", asked.say("clocks.by_level"), _finding(asked, lines), how, _head(asked),
        [_line(asked, name, kept, in_seconds=True, **more) for name, more, kept in lines],
    )  # fmt: skip


def _over_time(asked: Asked, total: Kept, found: Mapping[int, Kept], how: str) -> Section:
    names = [asked.piece_name(start) for start in asked.starts]
    lines: list[tuple[str, dict[str, Any], Kept]] = [
        (name, {"piece": n}, found[n]) for n, name in enumerate(names) if n in found
    ]
    rates = [found[n].rate if n in found else None for n in range(len(names))]
    return Section(
        "over_time", asked.say("clocks.over_time"), _finding(asked, lines), how, _head(asked),
        [
            _line(asked, asked.say("total"), total, in_seconds=False),
            *(_line(asked, name, kept, in_seconds=False, **more) for name, more, kept in lines),
        ],
        Chart("line", names, {asked.say("clocks.rate"): rates}, Unit.PERCENT),
    )  # fmt: skip


def _by(asked: Asked, key: str, lines: Iterable[tuple[str, dict[str, Any], Kept]], how: str) -> Section:
    ordered = sorted((one for one in lines if one[2].all), key=lambda one: (-one[2].broken, -one[2].all, one[0]))
    shown = ordered[:MOST_LINES]
    bars = [(name, kept.broken) for name, _, kept in shown[:MOST_BARS] if kept.broken]
    return Section(
        f"kept_by_{key}", asked.say(f"clocks.by_{key}"), _finding(asked, shown), how, _head(asked),
        [_line(asked, name, kept, in_seconds=False, **more) for name, more, kept in shown],
        Chart("bar", [name for name, _ in bars], {asked.say("clocks.broken"): [n for _, n in bars]},
              broken=asked.say("clocks.broken")),
    )  # fmt: skip


def _finding(asked: Asked, lines: Sequence[tuple[str, Any, Kept]]) -> str:
    most = worst([(name, kept) for name, _, kept in lines])
    if most is not None:
        return asked.say("clocks.worst", what=most[0], n=most[1].broken, percent=most[1].rate)
    return asked.say("clocks.none_broken" if lines else "clocks.none")


def _head(asked: Asked) -> list[str]:
    return ["", *(asked.say(f"clocks.{one}") for one in ("all", *ClockFate, "rate", "middle", "slow"))]


def _line(asked: Asked, name: str, kept: Kept, *, in_seconds: bool, **more: Any) -> list[Cell]:
    """A line of counts; what it took is said in time where all were promised the same, else as a share of that."""

    def n(of: str, value: int) -> Cell:
        return asked.count(KIND, of, value, **more)

    took = [
        asked.made_of(KIND, MET, kept.took(share), Unit.SECONDS, **more) if in_seconds
        else asked.made_of(KIND, MET, kept.used_of(share), Unit.PERCENT, **more)
        for share in (HALF, NINE_OF_TEN)
    ]  # fmt: skip
    counts = (n(fate.value, kept.fates[fate]) for fate in ClockFate)
    rate = asked.made_of(KIND, SETTLED, kept.rate, Unit.PERCENT, **more)
    return [Cell(name), n("all", kept.all), *counts, rate, *took]
