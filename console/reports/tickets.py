"""The report of tickets: what was asked for, where from, whether once was enough, and what is complained of again."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Integer, cast, func, select
from sqlalchemy.orm import Session

from console.facts import category_words, what
from console.reports.asked import Asked, number
from console.reports.measures.shares import percent, shade
from console.reports.measures.tickets import AGAIN_WITHIN, Said, TicketCount, repeated
from console.reports.shapes import Cell, Chart, Line, Section, Unit
from console.reports.sql import piece_of
from console.words import say
from directory.models import Building, Home, Project
from tickets.lifecycle import MOVING, Kind, Status
from tickets.models import Ticket

KIND = "tickets"
MOST_LINES, MOST_BARS, MOST_BUILDINGS = 40, 12, 60
ENDED = (Status.RESOLVED, Status.CLOSED)
_IS_ENDED = Ticket.status.in_(ENDED)
OF: dict[str, ColumnElement[bool]] = {
    "moving": Ticket.status.in_(sorted(MOVING)),
    "ended": _IS_ENDED,
    "at_once": _IS_ENDED & (Ticket.urged == 0) & (Ticket.reworked == 0),
    "reworked": Ticket.reworked > 0,
    "urged": Ticket.urged > 0,
}
"""The counts that lead to rows, by name; `all` is every ticket."""
_COUNTS = ("all", *OF)


def sections(session: Session, asked: Asked) -> list[Section]:
    """By matter, over time, by building, and complaints that came again."""
    categories: defaultdict[str, TicketCount] = defaultdict(TicketCount)
    kinds: Counter[tuple[int, Kind]] = Counter()
    total = TicketCount()
    for piece, kind, category, *counts in _counted(session, asked):
        kinds[piece, kind] += counts[0]
        for count in (categories[category], total):
            count.add(*counts)
    return [
        _by_category(asked, total, categories), _over_time(asked, kinds), _by_building(session, asked),
        _again(session, asked),
    ]  # fmt: skip


def rows(session: Session, asked: Asked, given: Mapping[str, str], *, limit: int, after: int | None) -> list[Line]:
    """The tickets behind a number, newest first."""
    of, wanted = given.get("of", ""), of_period(asked)
    if of == "again":
        wanted.append(Ticket.id.in_([one.id for one in _repeats(session, asked)]))
    elif of in OF:
        wanted.append(OF[of])
    if given.get("category") is not None:
        wanted.append(Ticket.category == given["category"])
    if given.get("kind_of", "") in set(Kind):
        wanted.append(Ticket.kind == Kind(given["kind_of"]))
    if (building := number(given, "building")) is not None:
        wanted.append(Ticket.home_id.in_(select(Home.id).where(Home.building_id == building)))
    wanted += asked.piece(Ticket.opened_at, given)
    if after is not None:
        wanted.append(Ticket.id < after)
    found = session.scalars(select(Ticket).where(*wanted).order_by(Ticket.id.desc()).limit(limit))
    return [line(asked, one) for one in found]


def line(asked: Asked, one: Ticket) -> Line:
    """A ticket as a row."""
    return Line(
        one.id, one.ref, url_for("console.ticket", ref=one.ref), what(one, asked.words),
        one.place or asked.projects.get(one.project_id or 0, ""), say(f"status.{one.status.value}", asked.words),
        one.opened_at,
    )  # fmt: skip


def of_period(asked: Asked) -> list[ColumnElement[bool]]:
    """What was asked for in the period: no rehearsals, and of what is one matter the original only."""
    return [*asked.within(Ticket.opened_at), *_kept(asked)]


def _kept(asked: Asked) -> list[ColumnElement[bool]]:
    # a night is told with what nobody could place yet
    is_of_one = asked.project_id is not None and asked.night is None
    here = [Ticket.project_id == asked.project_id] if is_of_one else []
    return [asked.visible, ~Ticket.is_drill, Ticket.status != Status.MERGED, *here]


def _counted(session: Session, asked: Asked) -> list[Any]:
    """In one pass; the sorts are named first, since PostgreSQL knows none by an expression with values."""
    sorts = (
        piece_of(Ticket.opened_at, asked.starts, asked.zone).label("piece"), Ticket.kind, Ticket.category,
        *(cast(clause, Integer).label(f"is_{name}") for name, clause in OF.items()),
    )  # fmt: skip
    named = select(*sorts).where(*of_period(asked)).subquery().c
    sums = (func.count(), *(func.sum(named[f"is_{name}"]) for name in OF))
    by = (named.piece, named.kind, named.category)
    return list(session.execute(select(*by, *sums).group_by(*by)))


def _by_category(asked: Asked, total: TicketCount, found: Mapping[str, TicketCount]) -> Section:
    ordered = sorted(found.items(), key=lambda one: (-one[1].opened, one[0]))[:MOST_LINES]
    title = (
        asked.say("tickets.category.title", what=category_name(asked, ordered[0][0]), n=total.opened,
                  percent=percent(ordered[0][1].opened, total.opened), once=_shown(total.first_contact))
        if ordered else asked.say("tickets.none")
    )  # fmt: skip

    def of(name: str, count: TicketCount, **more: Any) -> list[Cell]:
        values = (count.opened, count.moving, count.ended, count.at_once, count.reworked, count.urged)
        cells = [asked.count(KIND, which, value, **more) for which, value in zip(_COUNTS, values, strict=True)]
        return [Cell(name), *cells, asked.made_of(KIND, "ended", count.first_contact, Unit.PERCENT, **more)]

    head = ["", *(asked.say(f"tickets.{name}") for name in _COUNTS), asked.say("tickets.first_contact")]
    return Section(
        "category", asked.say("tickets.category"), title, asked.say("tickets.category.how"), head,
        [
            of(asked.say("total"), total),
            *(of(category_name(asked, code), count, category=code) for code, count in ordered),
        ],
        Chart("bar", [category_name(asked, code) for code, _ in ordered[:MOST_BARS]], {
            asked.say("tickets.all"): [count.opened for _, count in ordered[:MOST_BARS]],
        }),
    )  # fmt: skip


def _over_time(asked: Asked, kinds: Mapping[tuple[int, Kind], int]) -> Section:
    there = [kind for kind in Kind if any(each is kind for _, each in kinds)]
    names = [asked.piece_name(start) for start in asked.starts]
    sums = Counter({n: sum(kinds.get((n, kind), 0) for kind in there) for n in range(len(names))})
    most = min(sums, key=lambda n: (-sums[n], n))
    title = (
        asked.say("tickets.time.title", when=names[most], n=sums[most]) if sums[most] else asked.say("tickets.none")
    )  # fmt: skip

    def cell(n: int, **more: Any) -> Cell:
        return asked.count(KIND, "all", n, **more)

    return Section(
        "time", asked.say("tickets.time"), title, asked.say("tickets.time.how"),
        ["", asked.say("tickets.all"), *(say(f"kind.{kind.value}", asked.words) for kind in there)],
        [
            [Cell(name), cell(sums[n], piece=n),
             *(cell(kinds.get((n, kind), 0), piece=n, kind_of=kind.value) for kind in there)]
            for n, name in enumerate(names) if sums[n]
        ],
        Chart("stack", names, {
            say(f"kind.{kind.value}", asked.words): [kinds.get((n, kind), 0) for n in range(len(names))]
            for kind in there
        }),
    )  # fmt: skip


def _by_building(session: Session, asked: Asked) -> Section:
    """Where they come from: the buildings with most, by kind."""
    query = (
        select(Building.id, Building.name, Project.id, Ticket.kind, func.count())
        .select_from(Ticket).join(Home, Home.id == Ticket.home_id).join(Building, Building.id == Home.building_id)
        .join(Project, Project.id == Building.project_id)
        .where(*of_period(asked)).group_by(Building.id, Building.name, Project.id, Ticket.kind)
    )  # fmt: skip
    counts: Counter[tuple[int, Kind]] = Counter()
    names: dict[int, str] = {}
    for id, name, project_id, kind, n in session.execute(query):
        counts[id, kind] += n
        project = asked.projects.get(project_id, "") if asked.project_id is None and len(asked.projects) > 1 else ""
        names[id] = " · ".join(part for part in (project, name) if part)
    there = [kind for kind in Kind if any(each is kind for _, each in counts)]
    sums = {id: sum(counts[id, kind] for kind in there) for id in names}
    first = sorted(sums, key=lambda id: (-sums[id], names[id]))[:MOST_BUILDINGS]
    most = max(counts.values(), default=0)

    def cell(n: int, id: int, **more: Any) -> Cell:
        href = asked.link(KIND, "all", building=id, **more) if n else ""
        return Cell(n or None, href=href, shade=shade(n, most) if more else 0)

    title = (
        asked.say("tickets.building.title", where=names[first[0]], n=sums[first[0]]) if first
        else asked.say("tickets.building.none")
    )  # fmt: skip
    return Section(
        "building", asked.say("tickets.building"), title, asked.say("tickets.building.how"),
        ["", asked.say("tickets.all"), *(say(f"kind.{kind.value}", asked.words) for kind in there)],
        [
            [Cell(names[id]), cell(sums[id], id), *(cell(counts[id, kind], id, kind_of=kind.value) for kind in there)]
            for id in first
        ],
        is_heat=True,
    )  # fmt: skip


def _repeats(session: Session, asked: Asked) -> Sequence[Said]:
    query = select(Ticket.id, Ticket.home_id, Ticket.category, Ticket.opened_at).where(
        Ticket.opened_at >= asked.from_at - AGAIN_WITHIN, Ticket.opened_at < asked.until_at,
        Ticket.kind == Kind.COMPLAINT, Ticket.home_id.is_not(None), *_kept(asked),
    )  # fmt: skip
    said = [Said(id, (home_id, category), at) for id, home_id, category, at in session.execute(query)]
    return [one for one in repeated(said) if one.at >= asked.from_at]


def _again(session: Session, asked: Asked) -> Section:
    """Complaints about the same home and matter, by matter."""
    found = _repeats(session, asked)
    every = dict(
        session.execute(
            select(Ticket.category, func.count()).where(*of_period(asked), Ticket.kind == Kind.COMPLAINT)
            .group_by(Ticket.category)
        ).all()
    )  # fmt: skip
    again = Counter(one.about[1] for one in found)  # type: ignore[index]  # a home and a matter
    total = sum(every.values())
    title = (
        asked.say("tickets.again.title", n=len(found), percent=percent(len(found), total)) if found
        else asked.say("tickets.again.none", n=total)
    )  # fmt: skip

    def line_of(name: str, n: int, twice: int, **more: Any) -> list[Cell]:
        complaint = Kind.COMPLAINT.value
        return [
            Cell(name), asked.count(KIND, "all", n, kind_of=complaint, **more),
            asked.count(KIND, "again", twice, **more),
            asked.made_of(KIND, "all", percent(twice, n), Unit.PERCENT, kind_of=complaint, **more),
        ]  # fmt: skip

    ordered = sorted(every, key=lambda code: (-again[code], -every[code], code))[:MOST_LINES]
    return Section(
        "again", asked.say("tickets.again"), title, asked.say("tickets.again.how", days=AGAIN_WITHIN.days),
        ["", *(asked.say(f"tickets.{one}") for one in ("complaints", "repeated", "repeated.rate"))],
        [
            line_of(asked.say("total"), total, len(found)),
            *(line_of(category_name(asked, code), every[code], again[code], category=code) for code in ordered),
        ],
    )  # fmt: skip


def category_name(asked: Asked, code: str) -> str:
    """A category as the head of a line."""
    known = category_words(code, asked.words) or code or say("results.no_category", asked.words)
    return known[:1].upper() + known[1:]


def _shown(share: int | None) -> str:
    return "–" if share is None else f"{share}%"
