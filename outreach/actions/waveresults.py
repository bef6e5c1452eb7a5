"""What waves have brought: the answers of one by question, the months of a year, and how many households were asked."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session, joinedload

from base.wiring import settings
from directory.models import Building, Home, Project
from outreach.draws import YEAR
from outreach.lifecycle import CampaignKind, CampaignState
from outreach.models import Campaign
from outreach.questionnaires import Question, Questionnaire, Scale
from outreach.surveymodels import Interview, InterviewAnswer
from outreach.waves import LASTS, WAVES_A_YEAR, InterviewState

MOST_COMMENTS = 50
"""So many are shown at once."""


class MonthState(StrEnum):
    """What became of a month's wave: `missing` where it has passed without one, `ahead` where it has not come."""

    DONE = "done"
    RUNNING = "running"
    PLANNED = "planned"
    MISSING = "missing"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Tally:
    """One question of a wave: how often each key was given; `satisfied`: the share of those who are, None elsewhere."""

    question: Question
    counts: dict[str, int]
    satisfied: float | None

    @property
    def answered(self) -> int:
        """How many gave it an answer."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Comment:
    """Words somebody wrote beside an answer, or in answer to a question for words."""

    id: int
    number: str
    question: Question
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Results:
    """What one wave has brought so far. `asked`: whose telephone it reached; `answered`: who said anything."""

    title: tuple[str, str]
    by_state: dict[InterviewState, int]
    asked: int
    answered: int
    tickets: int
    tallies: tuple[Tally, ...]
    comments: tuple[Comment, ...]  # the newest, and one more than are shown if there are more
    ends_at: datetime | None

    @property
    def rate(self) -> float:
        """Of those asked, how many answered: 0 to 1."""
        return self.answered / self.asked if self.asked else 0.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of one project: its households, and how many of them were asked and answered within a year."""

    project: Project
    homes: int
    asked: int
    answered: int

    @property
    def share(self) -> float:
        """Of all households, how many have answered: 0 to 1."""
        return self.answered / self.homes if self.homes else 0.0


@dataclass(frozen=True, slots=True)
class Month:
    """One month of a year, and its waves, the newest first."""

    number: int
    state: MonthState
    waves: tuple[Campaign, ...]


def results(session: Session, campaign: Campaign) -> Results | None:
    """What a wave has brought; None for what is none."""
    if campaign.questionnaire is None:
        return None
    made = Questionnaire.of(campaign.questionnaire)
    states = select(Interview.state, func.count()).where(Interview.campaign_id == campaign.id).group_by(Interview.state)
    theirs = select(InterviewAnswer).join(Interview, Interview.id == InterviewAnswer.interview_id)
    theirs = theirs.where(Interview.campaign_id == campaign.id)
    count = theirs.with_only_columns(InterviewAnswer.question, InterviewAnswer.key, func.count())
    counts: dict[str, dict[str, int]] = {}
    for question, key, number in session.execute(count.group_by(InterviewAnswer.question, InterviewAnswer.key)):
        counts.setdefault(question, {})[key] = number
    one = select(func.count(Interview.id)).where(Interview.campaign_id == campaign.id)
    answered = session.scalars(theirs.with_only_columns(func.count(Interview.id.distinct()))).one()
    return Results(
        title=made.title, by_state=dict(session.execute(states).all()),
        asked=session.scalars(one.where(Interview.asked_at.is_not(None))).one(), answered=answered,
        tickets=session.scalars(one.where(Interview.ticket_id.is_not(None))).one(),
        tallies=tuple(_tally(question, counts.get(question.key, {})) for question in made.questions),
        comments=tuple(comments(session, campaign, limit=MOST_COMMENTS + 1)),
        ends_at=campaign.approved_at + LASTS if campaign.approved_at else None,
    )  # fmt: skip


def comments(session: Session, campaign: Campaign, *, before_id: int | None = None, limit: int) -> list[Comment]:
    """What was written in a wave, the newest first, at most `limit`, of those before `before_id`."""
    if campaign.questionnaire is None:
        return []
    asked = {question.key: question for question in Questionnaire.of(campaign.questionnaire).questions}
    written = (
        select(InterviewAnswer, Interview.number)
        .join(Interview, Interview.id == InterviewAnswer.interview_id)
        .where(
            Interview.campaign_id == campaign.id, InterviewAnswer.comment != "",
            InterviewAnswer.question.in_(asked),
            InterviewAnswer.id < before_id if before_id is not None else true(),
        )
        .order_by(InterviewAnswer.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [
        Comment(answer.id, number, asked[answer.question], answer.comment, answer.answered_at)
        for answer, number in session.execute(written)
    ]


def coverage(session: Session, project_ids: Collection[int], *, at: datetime) -> list[Coverage]:
    """How many households of these projects were asked, and answered, within the year before `at`; by name."""
    homes = select(Building.project_id, func.count(Home.id)).join(Home, Home.building_id == Building.id)
    of_home = select(Building.project_id, func.count(Home.id.distinct())).join(Home, Home.building_id == Building.id)
    interviewed = of_home.join(Interview, Interview.home_id == Home.id).where(Interview.asked_at > at - YEAR)
    answered = (
        of_home.join(Interview, Interview.home_id == Home.id)
        .join(InterviewAnswer, InterviewAnswer.interview_id == Interview.id)
        .where(InterviewAnswer.answered_at > at - YEAR)
    )
    here = Building.project_id.in_(project_ids)
    found = [
        dict(session.execute(query.where(here).group_by(Building.project_id)).all())
        for query in (homes, interviewed, answered)
    ]
    projects = session.scalars(select(Project).where(Project.id.in_(project_ids)).order_by(Project.name))
    return [Coverage(one, *(counts.get(one.id, 0) for counts in found)) for one in projects]


def months(session: Session, year: int, within: ColumnElement[bool], *, at: datetime, today: str) -> list[Month]:
    """The twelve months of a year with the waves somebody may see; `today` is the month it is, as `2026-11`."""
    wanted = [f"{year}-{number:02d}" for number in range(1, WAVES_A_YEAR + 1)]
    waves = session.scalars(
        select(Campaign)
        .where(
            within, Campaign.kind == CampaignKind.SURVEY, Campaign.occasion.in_(wanted),
            Campaign.state != CampaignState.WITHDRAWN,
        )
        .options(joinedload(Campaign.project))
        .order_by(Campaign.id.desc())
    ).all()  # fmt: skip
    of_month = {month: tuple(one for one in waves if one.occasion == month) for month in wanted}
    return [
        Month(number, _state_of(of_month[month], month, at=at, today=today), of_month[month])
        for number, month in enumerate(wanted, 1)
    ]


def _state_of(waves: Sequence[Campaign], month: str, *, at: datetime, today: str) -> MonthState:
    if not waves:
        return MonthState.MISSING if month < today else MonthState.AHEAD
    let_go = [one.approved_at for one in waves if one.approved_at is not None]
    if not let_go:
        return MonthState.PLANNED
    return MonthState.RUNNING if any(moment > at - LASTS for moment in let_go) else MonthState.DONE


def _tally(question: Question, counts: dict[str, int]) -> Tally:
    if question.scale is Scale.COMMENT:
        return Tally(question, counts, None)
    known = {key: counts.get(key, 0) for key in question.keys}
    scores = Counter({score: known[key] for key in known if (score := question.score(key)) is not None})
    total = scores.total()
    if question.scale is not Scale.SATISFACTION or not total:
        return Tally(question, known, None)
    least = settings().satisfied_from
    return Tally(question, known, sum(scores[score] for score in scores if score >= least) / total)
