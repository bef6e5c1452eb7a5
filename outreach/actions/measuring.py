"""How finished work was found, counted in the database, and the rows behind each count."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, literal, not_, or_, select
from sqlalchemy.orm import Session, contains_eager

from base.wiring import settings
from outreach.measures import ASKED, Fate, Tally, after, begins_at, fate_of
from outreach.surveymodels import Answer, Survey
from outreach.surveys import LOW, SurveyState
from tickets.models import Ticket, TicketEvent

Rows = TypeVarTuple("Rows")

_WAS_ASKED = Survey.asked_at.is_not(None)
_IS_UNDER_WAY = Survey.state.in_((SurveyState.PLANNED, SurveyState.OPEN))
IS: Mapping[Fate, ColumnElement[bool]] = {
    Fate.ANSWERED: Survey.state == SurveyState.ANSWERED,
    Fate.HANDED_OVER: Survey.state == SurveyState.HANDED_OVER,
    Fate.UNANSWERED: and_(Survey.state == SurveyState.UNANSWERED, _WAS_ASKED),
    Fate.WAITING: and_(_IS_UNDER_WAY, _WAS_ASKED),
    Fate.TO_COME: and_(_IS_UNDER_WAY, not_(_WAS_ASKED)),
    Fate.NOT_ASKED: or_(
        Survey.state == SurveyState.NOT_ASKED, and_(Survey.state == SurveyState.UNANSWERED, not_(_WAS_ASKED))
    ),
    Fate.WITHDRAWN: Survey.state == SurveyState.WITHDRAWN,
}
"""Which rows a count stands for: the database's half of `fate_of`."""
OF: Mapping[str, ColumnElement[bool]] = {
    "low": Answer.score <= LOW,
    "satisfied": Answer.score >= bindparam("satisfied_from", callable_=lambda: settings().satisfied_from),
    "asked": or_(*(IS[fate] for fate in sorted(ASKED))),
    **{fate.value: IS[fate] for fate in Fate},
}
"""The rows that can be looked at, by name."""
SCORED = frozenset({"low", "satisfied", Fate.ANSWERED.value})
"""Those that have an answer."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose results are looked at: months by their first days in the company's zone, and what the reader may see.

    With `until`, the day after the last, they may be shorter or longer pieces than months.
    """

    months: tuple[date, ...]
    zone: str
    visible: ColumnElement[bool]
    project_id: int | None = None
    until: date | None = None

    def end_of(self, month: date) -> datetime:
        """The moment one of them is over."""
        following = [other for other in self.months if other > month]
        return begins_at(following[0] if following else self.until or after(month), self.zone)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of these results: by a name of `OF`, and further by month, category, score, reason or who did it.

    `staff_id` 0: nobody of ours is named.
    """

    of: str = "low"
    month: date | None = None
    category: str | None = None
    score: int | None = None
    reason: str | None = None
    staff_id: int | None = None


def _tally() -> Tally:
    return Tally(satisfied_from=settings().satisfied_from)


@dataclass(slots=True)
class Figures:
    """All that one look counts."""

    total: Tally = field(default_factory=_tally)
    months: dict[date, Tally] = field(default_factory=dict)
    categories: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(_tally))
    projects: defaultdict[int | None, Tally] = field(default_factory=lambda: defaultdict(_tally))
    people: defaultdict[int | None, Tally] = field(default_factory=lambda: defaultdict(_tally))


def figures(session: Session, scope: Scope) -> Figures:
    """Everything counted, in two passes over these months; a result belongs to the month in which it was reached."""
    found = Figures(months={month: _tally() for month in scope.months})
    month = _month(scope)
    first = _counted(scope, month, Ticket.category, Survey.reason)
    for which, category, reason, state, was_asked, score, n in session.execute(first):
        fate = fate_of(state, was_asked=bool(was_asked))
        for tally in (found.total, found.months[scope.months[which]], found.categories[category]):
            tally.add(fate, n, score=score, reason=reason)
    for project_id, staff_id, state, was_asked, score, n in session.execute(
        _counted(scope, Ticket.project_id, TicketEvent.staff_id)
    ):
        fate = fate_of(state, was_asked=bool(was_asked))
        found.projects[project_id].add(fate, n, score=score)
        found.people[staff_id].add(fate, n, score=score)
    return found


def rows(
    session: Session, scope: Scope, choice: Choice, *, limit: int, after_id: int | None = None
) -> list[tuple[Survey, TicketEvent]]:
    """The rows behind a count with the results they are about, newest first, before the survey `after_id`."""
    chosen: dict[str, ColumnElement[bool] | None] = {
        "category": Ticket.category == choice.category, "score": Answer.score == choice.score,
        "reason": Survey.reason == choice.reason,
        "staff_id": TicketEvent.staff_id == choice.staff_id if choice.staff_id else TicketEvent.staff_id.is_(None),
    }  # fmt: skip
    wanted = [clause for name, clause in chosen.items() if getattr(choice, name) is not None and clause is not None]
    if choice.month is not None:
        wanted += [
            TicketEvent.at >= begins_at(choice.month, scope.zone),
            TicketEvent.at < scope.end_of(choice.month),
        ]
        if choice.of in SCORED:
            # nobody answers before there is a result: of years of them only the answers since are looked through
            since = select(Answer.survey_id).where(Answer.answered_at >= begins_at(choice.month, scope.zone))
            wanted.append(Survey.id.in_(since))
    if after_id is not None:
        wanted.append(Survey.id < after_id)
    query = (
        _of(select(Survey, TicketEvent), scope)
        .where(OF[choice.of], *wanted)
        .options(contains_eager(Survey.ticket), contains_eager(Survey.answer))
        .order_by(Survey.id.desc())
        .limit(limit)
    )
    return [(survey, result) for survey, result in session.execute(query)]


def _counted(scope: Scope, *by: Any) -> Select[Any]:
    """How many of each sort; the sorts are named first, since PostgreSQL knows none by an expression with values."""
    sorts = (*by, Survey.state, _WAS_ASKED, Answer.score)
    named = _of(select(*(one.label(f"sort_{n}") for n, one in enumerate(sorts))), scope).subquery()
    return select(*named.c, func.count()).group_by(*named.c)


def _of(query: Select[*Rows], scope: Scope) -> Select[*Rows]:
    """The results of these months that the reader may see, each with its ticket, its question and its answer."""
    here = [Ticket.project_id == scope.project_id] if scope.project_id is not None else []
    return (
        query.select_from(Survey)
        .join(TicketEvent, TicketEvent.id == Survey.result_id)
        .join(Survey.ticket)
        .outerjoin(Survey.answer)
        .where(
            TicketEvent.at >= begins_at(scope.months[0], scope.zone),
            TicketEvent.at < scope.end_of(scope.months[-1]),
            scope.visible, *here,
        )
    )  # fmt: skip


def _month(scope: Scope) -> ColumnElement[int]:
    """Which of the months, from 0, as one of our zone: the database's own months are another zone's."""
    whens = [(TicketEvent.at < scope.end_of(month), literal(n)) for n, month in enumerate(scope.months)]
    return case(*whens, else_=literal(len(scope.months) - 1))
