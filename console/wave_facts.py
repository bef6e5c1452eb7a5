"""What a survey wave has brought, in the reader's language, with numbers masked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from base.errors import NotFound
from base.wiring import settings
from console.masks import masked
from outreach.actions import waveresults
from outreach.actions.waveresults import MOST_COMMENTS, comments
from outreach.models import Campaign
from outreach.questionnaires import in_language


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question: its words, how many gave it, and whether somebody is called about it."""

    words: str
    count: int
    is_low: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and what was answered; `satisfied`: of how many in a hundred, None where it has no such scale."""

    key: str
    words: str
    choices: tuple[Choice, ...]
    answered: int
    satisfied: float | None


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote, to which question; the number is masked."""

    number: str
    question: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WaveSeen:
    """Everything of a wave that its page shows beside the campaign's own."""

    asked: int
    answered: int
    percent: float
    tickets: int
    states: tuple[tuple[str, int], ...]
    ends_at: datetime | None
    questions: tuple[Asked, ...]
    comments: tuple[Said, ...]
    has_more: bool
    satisfied_from: int

    @property
    def tag(self) -> str:
        """Changes whenever the page would show something else."""
        return f"{self.answered}-{sum(one.answered for one in self.questions)}-{len(self.comments)}-{self.states}"


def read_wave(session: Session, campaign: Campaign, language: str) -> WaveSeen | None:
    """What the page of a wave shows; None for what is none."""
    found = waveresults.results(session, campaign)
    if found is None:
        return None
    return WaveSeen(
        found.asked, found.answered, found.rate * 100, found.tickets,
        tuple((state.value, number) for state, number in sorted(found.by_state.items())), found.ends_at,
        tuple(_asked(one, language) for one in found.tallies if one.question.keys),
        tuple(_said(one, language) for one in found.comments[:MOST_COMMENTS]), len(found.comments) > MOST_COMMENTS,
        settings().satisfied_from,
    )  # fmt: skip


def read_comments(
    session: Session, campaign: Campaign, language: str, *, before_id: int | None
) -> tuple[list[Said], int | None]:
    """What was written in a wave, the newest first, and before which there is more. Raises `NotFound` for no wave."""
    if campaign.questionnaire is None:
        raise NotFound("这个群发不是问卷。That is no survey.")
    found = comments(session, campaign, before_id=before_id, limit=MOST_COMMENTS + 1)
    shown = found[:MOST_COMMENTS]
    return [_said(one, language) for one in shown], shown[-1].id if len(found) > len(shown) else None


def _said(one: waveresults.Comment, language: str) -> Said:
    return Said(masked(one.number), in_language(one.question.ask, language), one.words, one.at)


def _asked(one: waveresults.Tally, language: str) -> Asked:
    choices = tuple(
        Choice(in_language(words, language), one.counts[key], one.question.is_low(key))
        for key, words in one.question.keys.items()
    )
    satisfied = None if one.satisfied is None else one.satisfied * 100
    return Asked(one.question.key, in_language(one.question.ask, language), choices, one.answered, satisfied)
