"""The page of how finished work was found, counted by month, category, project and whoever did it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import local, now
from base.database import reading
from base.ids import as_id
from base.wiring import settings
from console.door import Answer, door, language
from console.facts import category_words, project_name, what
from console.parts import MONTHS as MONTH_NAMES
from console.scope import TOLD_OF_TROUBLE, project_of, projects_of, visible
from console.staff import me
from console.words import say, say_or
from directory.models import Staff
from outreach.actions.measuring import OF, Choice, Figures, Scope, figures, rows
from outreach.measures import SCORES, Fate, Tally, fate_of, month_of, months_until
from outreach.surveymodels import Survey
from outreach.surveys import is_low
from tickets.lifecycle import Status
from tickets.models import TicketEvent

MOST_ROWS, MOST_LINES = 50, 40
YEARS_BACK = 3
SHADES = (1, 15, 40)
"""From how many per cent on a cell is shaded light, clear, strong."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its name, the filter that leads to its rows, and what was counted."""

    name: str
    only: dict[str, Any]
    tally: Tally


@dataclass(frozen=True, slots=True)
class Reason:
    """Why nobody was asked, or nobody answered."""

    of: str
    code: str
    words: str
    n: int


@dataclass(frozen=True, slots=True)
class Row:
    """One question in plain values; `score_now` is what a later result of the same ticket was given."""

    id: int
    ref: str
    at: datetime
    what: str
    project: str
    who: str
    fate: Fate
    why: str
    score: int | None
    is_low: bool
    comment: str
    status: Status
    score_now: int | None


@door.get("/results")
@guarded_by(*TOLD_OF_TROUBLE)
def results() -> Answer:
    """The last twelve months unless others are asked for; below, the rows behind one of the counts."""
    return _show(request.args)


def _show(asked: Mapping[str, str]) -> str:
    who, words, at = me(), language(), now()
    zone = settings().timezone
    this_month = local(at, zone).date().replace(day=1)
    scope = _scope(asked, this_month, zone)
    choice = _choice(asked, scope)
    after_id = as_id(asked["after"]) if asked.get("after", "").isdecimal() else None
    with reading() as session:
        found = figures(session, scope)
        below = rows(session, scope, choice, limit=MOST_ROWS + 1, after_id=after_id)
        names = _names(session, {*found.people, *(result.staff_id for _, result in below)})
        projects = projects_of(session, who)
        shown = [_row(survey, result, names, words) for survey, result in below[:MOST_ROWS]]
        of_projects = {project.id: project_name(project, words) for project in projects}
    kept = _address(scope, this_month)
    return render_template(
        "results.html", total=found.total, scores=SCORES, shade=shade, address=kept, choice=choice,
        only=_only(choice), rows=shown, more=shown[-1].id if len(below) > MOST_ROWS else None, at=at,
        months=[Line(_month_name(m, words), {"month": f"{m:%Y-%m}"}, tally) for m, tally in found.months.items()],
        tables=_tables(found, of_projects, names, words, is_many=project_of(who) is None),
        reasons=_reasons(found.total, words), projects=projects, chosen_project=scope.project_id,
        offered=[(f"{m:%Y-%m}", _month_name(m, words)) for m in reversed(_offered(this_month))],
        first=f"{scope.months[0]:%Y-%m}", last=f"{scope.months[-1]:%Y-%m}", here=url_for("console.results", **kept),
        told=_told(choice, scope, names, of_projects, words), is_first=after_id is None,
    )  # fmt: skip


def shade(percent: int) -> int:
    """How strongly a cell is shaded, from 0 to 3."""
    return sum(percent >= least for least in SHADES)


def _scope(asked: Mapping[str, str], this_month: date, zone: str) -> Scope:
    last = min(month_of(asked.get("to", "")) or this_month, this_month)
    first = month_of(asked.get("from", ""))
    given = asked.get("project", "")
    only = project_of(me())
    return Scope(
        months_until(last, min(first, last) if first else None), zone, visible(me()),
        only if only is not None else as_id(given) if given.isdecimal() else None,
    )  # fmt: skip


def _choice(asked: Mapping[str, str], scope: Scope) -> Choice:
    of, score, staff = asked.get("of", ""), asked.get("score", ""), asked.get("staff", "")
    month = month_of(asked.get("month", ""))
    return Choice(
        of if of in OF else "low", month if month in scope.months else None, asked.get("category"),
        int(score) if score in {str(one) for one in SCORES} else None, asked.get("reason"),
        as_id(staff) if staff.isdecimal() else None,
    )  # fmt: skip


def _address(scope: Scope, this_month: date) -> dict[str, Any]:
    """What stands in every address of this page: as little as says the same."""
    usual = months_until(this_month)
    said = {"project": scope.project_id if project_of(me()) is None else None}
    if scope.months != usual:
        said |= {"from": f"{scope.months[0]:%Y-%m}", "to": f"{scope.months[-1]:%Y-%m}"}  # type: ignore[dict-item]
    return {name: value for name, value in said.items() if value is not None}


def _only(choice: Choice) -> dict[str, Any]:
    said = {
        "of": choice.of, "month": f"{choice.month:%Y-%m}" if choice.month else None, "category": choice.category,
        "score": choice.score, "reason": choice.reason, "staff": choice.staff_id,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value is not None}


def _tables(
    found: Figures, projects: Mapping[int, str], names: Mapping[int, str], words: str, *, is_many: bool
) -> list[tuple[str, list[Line]]]:
    """The tables by name, in each the most asked about first."""
    lines = {
        "category": [
            Line(_category(code, words), {"category": code}, tally) for code, tally in found.categories.items()
        ],
        "project": [
            Line(name, {"project": id}, found.projects[id]) for id, name in projects.items() if id in found.projects
        ] if is_many else [],
        "staff": [Line(_whose(id, names, words), {"staff": id or 0}, tally) for id, tally in found.people.items()],
    }  # fmt: skip
    return [
        (name, sorted(each, key=lambda line: (-line.tally.asked, line.name))[:MOST_LINES])
        for name, each in lines.items() if each
    ]  # fmt: skip


def _reasons(total: Tally, words: str) -> list[Reason]:
    return [
        Reason(fate.value, code, reason_words(code, words), n)
        for (fate, code), n in sorted(total.reasons.items(), key=lambda one: (one[0][0] != Fate.NOT_ASKED, -one[1]))
    ]


def reason_words(code: str, words: str) -> str:
    """Why nobody was asked or answered, as the reader says it."""
    known = say_or(f"results.why.{code}", words) or say_or(f"why.{code}", words)
    return known or code or say("why.other", words)


def _row(survey: Survey, result: TicketEvent, names: Mapping[int, str], words: str) -> Row:
    ticket, answer = survey.ticket, survey.answer
    fate = fate_of(survey.state, was_asked=survey.asked_at is not None)
    score = answer.score if answer else None
    return Row(
        survey.id, ticket.ref, result.at, what(ticket, words),
        project_name(ticket.project, words) if ticket.project else "",
        _whose(result.staff_id, names, words), fate,
        reason_words(survey.reason, words) if fate in {Fate.UNANSWERED, Fate.NOT_ASKED} else "",
        score, score is not None and is_low(score), answer.comment if answer else "", ticket.status,
        ticket.score if score is not None and ticket.score != score else None,
    )  # fmt: skip


def _names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    wanted = [id for id in ids if id is not None]
    return dict(session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(wanted))).all())


def _whose(id: int | None, names: Mapping[int, str], words: str) -> str:
    return names.get(id or 0) or say("results.nobody", words)


def _category(code: str, words: str) -> str:
    known = category_words(code, words) or code or say("results.no_category", words)
    return known[:1].upper() + known[1:]


def _month_name(month: date, words: str) -> str:
    return f"{MONTH_NAMES[month.month - 1]} {month.year}" if words == "en" else f"{month.year} 年 {month.month} 月"


def _offered(this_month: date) -> list[date]:
    found = list(months_until(this_month))
    for _ in range(YEARS_BACK - 1):
        found = [*months_until(found[0])[:-1], *found]
    return found


def _told(
    choice: Choice, scope: Scope, names: Mapping[int, str], projects: Mapping[int, str], words: str
) -> str:  # fmt: skip
    """What the rows are, in words: the count they stand behind and every filter."""
    parts = [
        say(f"results.of.{choice.of}", words),
        _month_name(choice.month, words) if choice.month else "",
        _category(choice.category, words) if choice.category is not None else "",
        say("results.score", words, n=choice.score) if choice.score else "",
        reason_words(choice.reason, words) if choice.reason is not None else "",
        projects.get(scope.project_id or 0, ""),
        _whose(choice.staff_id, names, words) if choice.staff_id is not None else "",
    ]
    return " · ".join(part for part in parts if part)
