"""The night as it was: emergencies and who came how soon, promises broken, holes of the rota, words owed."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from flask import render_template, request, url_for
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from base.access import guarded_by
from base.clock import local, now
from base.database import reading
from base.wiring import settings
from console.door import Answer, door, language
from console.facts import events_of, project_name, standing, what
from console.reports.asked import day_of, night_name
from console.reports.measures.night import Broken, Emergency, Hole, Night, Silent, night_before, ran_out
from console.reports.watch import TAKEN_BY, WAKING
from console.scope import TOLD_OF_TROUBLE, project_of, projects_of, visible
from console.staff import Me, me
from console.unanswered import owed_words
from console.words import lasting, say
from hotline.models import Call
from oncall.actions.duty import coming_gaps
from tickets.actions import clock_table
from tickets.lifecycle import MOVING, Status
from tickets.models import Ticket
from tickets.running import ClockName, Fact

MOST_LOOKED_AT = 2000
MOST_OWED = 10
_TAKEN = frozenset(one.value for one in TAKEN_BY)


@door.get("/reports/night")
@guarded_by(*TOLD_OF_TROUBLE)
def report_night() -> Answer:
    """The last night, or the one before the `day` that is asked for."""
    words, at = language(), now()
    today = local(at, settings().timezone).date()
    day = day_of(request.args.get("day", "")) or today
    with reading() as session:
        found = night(session, me(), day, at=at, words=words)
    return render_template(
        "report_night.html", night=found, at=at,
        lines=zip(lines(found, words, with_homes=True), _further(found), strict=True),
        before=day - timedelta(days=1), after=day + timedelta(days=1) if day < today else None,
        heading=heading(found, words),
    )  # fmt: skip


def night(session: Session, who: Me, day: date, *, at: datetime, words: str) -> Night:
    """The night that ends on `day`, as far as it is over at `at`, with what `who` may see of it."""
    from_at, until_at = night_before(day, settings().timezone)
    until_at = max(from_at, min(until_at, at))
    projects, only = projects_of(session, who), project_of(who)
    names = {project.id: project_name(project, words) for project in projects}
    seen = [visible(who), ~Ticket.is_drill, Ticket.status != Status.MERGED, Ticket.opened_at < until_at]
    touched = or_(Ticket.status.in_(MOVING), Ticket.opened_at >= from_at, Ticket.resolved_at >= from_at)
    query = select(Ticket).where(*seen, touched).options(joinedload(Ticket.project)).order_by(Ticket.id.desc())
    found = session.scalars(query.limit(MOST_LOOKED_AT)).all()
    facts = events_of(session, [ticket.id for ticket in found])

    def where(ticket: Ticket) -> str:
        return names.get(ticket.project_id or 0, "")

    opened = [ticket for ticket in reversed(found) if ticket.opened_at >= from_at]
    emergencies = [
        _emergency(ticket, facts.get(ticket.id, []), what(ticket, words), where(ticket))
        for ticket in opened if ticket.level in WAKING
    ]  # fmt: skip
    broken = [
        Broken(ticket.ref, what(ticket, words), where(ticket), clock.name.value)
        for ticket in found for clock in standing(session, ticket, facts.get(ticket.id, []), until_at)
        if (ran_out_at := ran_out(clock)) is not None and from_at <= ran_out_at < until_at
    ]  # fmt: skip
    holes = [
        Hole(names[project.id], gap.starts_at, gap.ends_at)
        for project in projects for gap in coming_gaps(session, project.id, from_at=from_at, until_at=until_at)
    ]  # fmt: skip
    calls = select(func.count()).where(Call.began_at >= from_at, Call.began_at < until_at, Call.staff_id.is_(None))
    n = session.scalars(calls if only is None else calls.where(Call.project_id == only)).one()
    owed, count = owed_words(session, who, at=at, language=words, at_most=MOST_OWED)
    silent = [Silent(one.row.ref, one.row.what, names.get(one.project_id or 0, ""), one.row.where) for one in owed]
    return Night(day, from_at, until_at, n, len(opened), emergencies, broken, holes, count, silent)


def heading(found: Night, words: str) -> str:
    """Of which night it is, in words."""
    return night_name(found.from_at, found.until_at, words)


def _further(found: Night) -> list[list[tuple[str, str]]]:
    """Where the rows behind the numbers of each sentence are, as a name of words and an address; those of the others
    stand below them.
    """
    behind = {"calls": found.calls, "tickets": found.tickets}
    counted = [
        (f"report.night.{kind}.rows", url_for("console.report_rows", kind=kind, of="all", night=found.day))
        for kind, n in behind.items() if n
    ]  # fmt: skip
    owed = [("report.night.owed.all", url_for("console.unanswered"))] if found.owed else []
    return [counted, [], [], [], owed]


def lines(found: Night, words: str, *, with_homes: bool) -> list[tuple[str, list[tuple[str, str]]]]:
    """The night in sentences; under each, the tickets it speaks of, as their number and what there is to say; where
    somebody waits for a word only `with_homes`, else in which project.
    """

    def line(key: str, **values: Any) -> str:
        return say(f"report.night.{key}", words, **values)

    slowest = found.slowest_s
    return [
        (line("calls", calls=found.calls, tickets=found.tickets), []),
        _told(
            line("emergencies", n=len(found.emergencies), slowest=lasting(slowest, words), waiting=found.not_taken)
            if slowest is not None else line("emergencies.untaken", n=len(found.emergencies)) if found.emergencies
            else line("emergencies.none"),
            found.emergencies,
            lambda one: (one.ref, _parts(one.what, one.project, line("taken" if one.is_in_time else "taken.late",
                         after=lasting(one.took_s, words)) if one.took_s is not None else line("not_taken"))),
        ),
        _told(
            line("broken", n=len(found.broken)) if found.broken else line("broken.none"), found.broken,
            lambda one: (one.ref, _parts(one.what, one.project, say(f"clock.{one.clock}", words))),
        ),
        _told(
            line("holes", n=len(found.holes)) if found.holes else line("holes.none"), found.holes,
            lambda one: ("", _parts(one.project, _between(one))),
        ),
        _told(
            line("owed", n=found.owed) if found.owed else line("owed.none"), found.silent,
            lambda one: (one.ref, _parts(one.what, one.where if with_homes else one.project)),
        ),
    ]  # fmt: skip


def _told(
    sentence: str, each: Any, of: Callable[[Any], tuple[str, str]]
) -> tuple[str, list[tuple[str, str]]]:  # fmt: skip
    return sentence, [of(one) for one in each]


def _between(hole: Hole) -> str:
    zone = settings().timezone
    return f"{local(hole.starts_at, zone):%H:%M}–{local(hole.ends_at, zone):%H:%M}"


def _parts(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _emergency(ticket: Ticket, facts: list[Fact], matter: str, where: str) -> Emergency:
    first = min((fact.at for fact in facts if fact.type in _TAKEN), default=None)
    took_s = None if first is None else (first - ticket.opened_at).total_seconds()
    allowed_s = clock_table()[ticket.level].allowed_s[ClockName.ACK]
    return Emergency(ticket.ref, matter, where, ticket.opened_at, took_s, took_s is not None and took_s <= allowed_s)
