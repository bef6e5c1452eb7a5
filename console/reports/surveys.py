"""The report of surveys: who was asked how it was, who answered, and how many were satisfied, by whom and when."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.wiring import settings
from console.facts import what
from console.reports.asked import Asked, number
from console.reports.shapes import Cell, Chart, Line, Section, Unit
from console.reports.tickets import category_name
from console.words import say
from directory.models import Staff
from outreach.actions.measuring import OF, Choice, Figures, Scope, figures
from outreach.actions.measuring import rows as rows_behind
from outreach.measures import Tally, fate_of

KIND = "surveys"
MOST_LINES = 40


def sections(session: Session, asked: Asked) -> list[Section]:
    """The trend, then by matter, by project and by whoever did the work."""
    found = figures(session, _scope(asked))
    names = _names(session, found.people)
    tables: list[tuple[str, list[tuple[str, dict[str, Any], Tally]]]] = [
        ("category", [
            (category_name(asked, code), {"category": code}, tally) for code, tally in found.categories.items()
        ]),
        ("staff", [
            (names.get(id or 0) or say("results.nobody", asked.words), {"staff": id or 0}, tally)
            for id, tally in found.people.items()
        ]),
    ]  # fmt: skip
    if len(asked.projects) > 1 and asked.project_id is None:
        by_project = [(name, {"of_project": id}, found.projects[id]) for id, name in asked.projects.items()
                      if id in found.projects]  # fmt: skip
        tables.insert(1, ("project", by_project))
    return [_trend(asked, found), *(_by(asked, key, lines) for key, lines in tables)]


def rows(session: Session, asked: Asked, given: Mapping[str, str], *, limit: int, after: int | None) -> list[Line]:
    """The questions behind a count with the tickets they are about, newest first."""
    piece, staff_id = number(given, "piece"), number(given, "staff")
    choice = Choice(
        given.get("of", "") if given.get("of", "") in OF else "asked",
        asked.starts[piece] if piece is not None and piece < len(asked.starts) else None, given.get("category"),
        None, None, staff_id,
    )  # fmt: skip
    only = number(given, "of_project")
    found = rows_behind(session, _scope(asked, only), choice, limit=limit, after_id=after)
    return [
        Line(
            survey.id, survey.ticket.ref, url_for("console.ticket", ref=survey.ticket.ref),
            what(survey.ticket, asked.words), asked.projects.get(survey.ticket.project_id or 0, ""),
            say("results.score", asked.words, n=survey.answer.score) if survey.answer
            else say(f"results.of.{fate_of(survey.state, was_asked=survey.asked_at is not None).value}", asked.words),
            result.at,
        )
        for survey, result in found
    ]  # fmt: skip


def _scope(asked: Asked, only: int | None = None) -> Scope:
    """As the page of results counts, by our pieces instead of months."""
    project_id = asked.project_id if asked.project_id is not None else only
    return Scope(asked.starts, asked.zone, asked.visible, project_id, asked.period.after)


def _counts(asked: Asked, name: str, tally: Tally, **more: Any) -> list[Cell]:
    values = {"asked": tally.asked, "answered": tally.answered, "satisfied": tally.satisfied, "low": tally.low}
    cells = [asked.count(KIND, of, n, **more) for of, n in values.items()]
    rate = asked.made_of(KIND, "asked", tally.rate, Unit.PERCENT, **more)
    return [Cell(name), *cells, rate, asked.made_of(KIND, "answered", tally.satisfaction, Unit.PERCENT, **more)]


def _head(asked: Asked) -> list[str]:
    heads = [f"of.{of}" for of in ("asked", "answered", "satisfied", "low")]
    return ["", *(say(f"results.{one}", asked.words) for one in (*heads, "rate", "satisfaction"))]


def _how(asked: Asked) -> str:
    return asked.say("surveys.how", n=settings().satisfied_from)


def _trend(asked: Asked, found: Figures) -> Section:
    total = found.total
    title = (
        asked.say("surveys.none") if not total.asked
        else asked.say("surveys.unanswered", n=total.asked) if not total.answered
        else asked.say("surveys.title", percent=total.satisfaction, rate=total.rate, n=total.answered)
    )  # fmt: skip
    pieces = [(asked.piece_name(start), found.months[start]) for start in asked.starts]
    return Section(
        "trend", asked.say("surveys.trend"), title, _how(asked), _head(asked),
        [
            _counts(asked, asked.say("total"), total),
            *(_counts(asked, name, tally, piece=n) for n, (name, tally) in enumerate(pieces) if tally.asked),
        ],
        Chart("line", [name for name, _ in pieces], {
            say("results.satisfaction", asked.words): [tally.satisfaction for _, tally in pieces],
            say("results.rate", asked.words): [tally.rate for _, tally in pieces],
        }, Unit.PERCENT),
    )  # fmt: skip


def _by(asked: Asked, key: str, lines: Iterable[tuple[str, dict[str, Any], Tally]]) -> Section:
    ordered = sorted(
        (one for one in lines if one[2].asked), key=lambda one: (one[2].satisfaction is None, -one[2].answered, one[0])
    )[:MOST_LINES]
    answered = [(name, tally) for name, _, tally in ordered if tally.answered]
    worst = min(answered, key=lambda one: (one[1].satisfaction or 0, -one[1].answered), default=None)
    title = (
        asked.say("surveys.by.none") if worst is None
        else asked.say("surveys.by.title", who=worst[0], percent=worst[1].satisfaction, n=worst[1].answered)
    )  # fmt: skip
    return Section(
        f"by_{key}", say(f"results.by.{key}", asked.words), title, _how(asked), _head(asked),
        [_counts(asked, name, tally, **more) for name, more, tally in ordered],
    )  # fmt: skip


def _names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    wanted = [id for id in ids if id is not None]
    return dict(session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(wanted))).all()) if wanted else {}
