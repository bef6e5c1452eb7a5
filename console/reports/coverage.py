"""The report of coverage: from how many households we heard anything this year, and which of them are silent."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, select, union
from sqlalchemy.orm import Session

from console.reports.asked import Asked, number
from console.reports.measures.shares import percent
from console.reports.shapes import Cell, Chart, Line, Section, Unit
from directory.models import Building, Home
from hotline.models import Call
from outreach.measures import begins_at
from outreach.spotchecks import SpotState
from outreach.surveymodels import Answer, IncidentSample, Interview, Survey
from outreach.waves import InterviewState
from tickets.models import Ticket

KIND = "coverage"
MOST_LINES = 80
SPOKE = (InterviewState.ANSWERED, InterviewState.PARTLY, InterviewState.REFUSED, InterviewState.HANDED_OVER)


def sections(session: Session, asked: Asked) -> list[Section]:
    """By building or, where several projects are looked at, by project."""
    heard = _heard(asked)
    is_many = asked.project_id is None and len(asked.projects) > 1
    whose = Building.project_id if is_many else Building.id
    query = (
        select(whose, func.count(Home.id), func.count(heard.c.home_id))
        .select_from(Home).join(Building, Building.id == Home.building_id)
        .outerjoin(heard, heard.c.home_id == Home.id).where(*_here(asked)).group_by(whose)
    )  # fmt: skip
    counts = {id: (homes, spoke) for id, homes, spoke in session.execute(query)}
    names: Mapping[int, str] = asked.projects if is_many else dict(
        session.execute(select(Building.id, Building.name).where(*_here(asked))).all()
    )  # fmt: skip
    homes, spoke = (sum(each[n] for each in counts.values()) for n in (0, 1))
    title = (
        asked.say("coverage.title", percent=percent(spoke, homes), n=homes, silent=homes - spoke) if homes
        else asked.say("coverage.none")
    )  # fmt: skip

    def of(name: str, homes: int, spoke: int, **more: int) -> list[Cell]:
        values = {"homes": homes, "heard": spoke, "silent": homes - spoke}
        cells = [asked.count(KIND, which, n, **more) for which, n in values.items()]
        return [Cell(name), *cells, asked.made_of(KIND, "homes", percent(spoke, homes), Unit.PERCENT, **more)]

    field = "of_project" if is_many else "building"
    ordered = sorted(counts, key=lambda id: (counts[id][1] / counts[id][0], names[id]))[:MOST_LINES]
    return [
        Section(
            "coverage", asked.say("coverage"), title, asked.say("coverage.how", year=asked.period.last.year),
            ["", *(asked.say(f"coverage.{one}") for one in ("homes", "heard", "silent", "rate"))],
            [
                of(asked.say("total"), homes, spoke), *(of(names[id], *counts[id], **{field: id}) for id in ordered),
            ],
            Chart("bar", [names[id] for id in ordered[:12]], {
                asked.say("coverage.rate"): [percent(counts[id][1], counts[id][0]) for id in ordered[:12]],
            }, Unit.PERCENT),
        )
    ]  # fmt: skip


def rows(session: Session, asked: Asked, given: Mapping[str, str], *, limit: int, after: int | None) -> list[Line]:
    """The homes behind a number; nobody's name stands there."""
    heard, of = _heard(asked), given.get("of", "")
    wanted = list(_here(asked))
    if of in {"heard", "silent"}:
        wanted.append(heard.c.home_id.is_not(None) if of == "heard" else heard.c.home_id.is_(None))
    for name, column in (("building", Building.id), ("of_project", Building.project_id)):
        if (id := number(given, name)) is not None:
            wanted.append(column == id)
    if after is not None:
        wanted.append(Home.id < after)
    query = (
        select(Home, Building, heard.c.home_id).join(Building, Building.id == Home.building_id)
        .outerjoin(heard, heard.c.home_id == Home.id).where(*wanted).order_by(Home.id.desc()).limit(limit)
    )  # fmt: skip
    return [
        Line(
            home.id, "", "", " ".join(part for part in (building.name, home.unit, home.name) if part),
            asked.projects.get(building.project_id, ""),
            asked.say("coverage.heard" if spoke else "coverage.silent"), None,
        )
        for home, building, spoke in session.execute(query)
    ]  # fmt: skip


def _here(asked: Asked) -> list[ColumnElement[bool]]:
    """The homes of the project that is looked at, or of all that the reader serves."""
    if asked.project_id is None:
        return [Building.project_id.in_(list(asked.projects))]
    return [Building.project_id == asked.project_id]


def _heard(asked: Asked) -> Subquery:
    """The homes from which anything came from the beginning of the year to the end of the period."""
    from_at = begins_at(date(asked.period.last.year, 1, 1), asked.zone)

    def of(column: Any, moment: Any, *where: ColumnElement[bool]) -> Select[Any]:
        return select(column.label("home_id")).where(
            column.is_not(None), moment >= from_at, moment < asked.until_at, *where
        )

    return union(
        of(Ticket.home_id, Ticket.opened_at, ~Ticket.is_drill),
        of(Call.home_id, Call.began_at),
        # the year begins between a result and what its owner says of it
        of(Ticket.home_id, Answer.answered_at, Answer.survey_id == Survey.id, Survey.ticket_id == Ticket.id),
        of(Interview.home_id, Interview.ended_at, Interview.state.in_(SPOKE)),
        of(IncidentSample.home_id, IncidentSample.answered_at, IncidentSample.state.in_((SpotState.YES, SpotState.NO))),
    ).subquery("heard")
