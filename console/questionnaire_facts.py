"""A questionnaire as its page shows it: each question as a text with its segments, as it is spoken, and a walk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from base.errors import BadInput
from base.wiring import settings
from console.words import LANGUAGES
from messages import actions as messages
from messages.lifecycle import Way
from messages.lint import Finding
from messages.wording import segments
from outreach.actions import questionnairebook
from outreach.actions.bodies import bodies_of_wave
from outreach.actions.checking import STRANGERS
from outreach.audience import Recipient
from outreach.interviewwords import spoken, spoken_comment, spoken_question, text_of
from outreach.letters import FIRST
from outreach.questionnairefile import Problem, Written, as_questionnaire
from outreach.questionnaires import Question, Questionnaire, Scale, in_language
from outreach.surveydrafts import all_problems
from outreach.surveywalk import PERSON, Walk, walk
from telephony.speech import Say


@dataclass(frozen=True, slots=True)
class Told:
    """A question in one language: the whole text with what it costs, and what is heard on the telephone."""

    text: str
    units: int
    segments: int
    heard: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One question in both languages, and the keys that can be pressed on it."""

    question: Question
    told: dict[str, Told]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Something heard in the walk, and what was pressed on it: the key and its words; `is_words`: words were wanted."""

    heard: str
    key: str
    words: str
    is_words: bool


@dataclass(frozen=True, slots=True)
class Walked:
    """The walk so far: what was put and pressed, what is heard now, and the keys to go on with; `is_words`: words are
    wanted; `ends`: it is over, as `outreach.surveywalk.Walk` has it.
    """

    steps: tuple[Step, ...]
    now: str
    offers: tuple[tuple[str, str], ...] = ()
    is_words: bool = False
    ends: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the page shows of a questionnaire; `findings` are about its words, once nothing else is wrong."""

    made: Questionnaire
    shown: tuple[Shown, ...]
    problems: tuple[Problem, ...]
    findings: tuple[Finding, ...]
    walked: Walked

    def wrong(self, question: int | None, field: str) -> list[Problem]:
        """What is wrong with one field."""
        return [one for one in self.problems if (one.question, one.field) == (question, field)]

    @property
    def is_sound(self) -> bool:
        """Whether it can be published."""
        return not self.problems and not any(one.is_error for one in self.findings)


def sheet(session: Session, key: str, written: Written, did: Sequence[str], language: str, *, at: datetime) -> Sheet:
    """What the page shows of what is written, walked by the keys `did` in the reader's language."""
    problems = all_problems(key, written)
    findings = [] if problems else questionnairebook.findings(key, written)
    made = as_questionnaire(key, written)
    shown = tuple(_shown(session, made, one, at) for one in made.questions)
    return Sheet(made, shown, tuple(problems), tuple(findings), _walked(walk(made, did), made, language))


def _shown(session: Session, made: Questionnaire, question: Question, at: datetime) -> Shown:
    told = {language: _told(session, made, question, language, at) for language in LANGUAGES}
    keys = () if question.scale is Scale.COMMENT else (*question.keys, PERSON)
    return Shown(question, told, keys)


def _told(session: Session, made: Questionnaire, question: Question, language: str, at: datetime) -> Told:
    try:
        text = _text(session, made, question, language, at)
    except BadInput:  # odd braces: said beside their field
        text = in_language(question.ask, language)
    size = segments(text)
    return Told(text, size.units, size.count, _said(_heard(made, question, language)))


def _text(session: Session, made: Questionnaire, question: Question, language: str, at: datetime) -> str:
    """The text as a stranger would get it: the first one with the words before it, as a wave would send it."""
    number = STRANGERS[language != "en"]
    if question is not made.first:
        return messages.signed(number, text_of(question, language, FIRST), language)
    return bodies_of_wave(session, made, at=at).of(Recipient(number, Way.TEXT, language, "", is_demo=False), at)


def _heard(made: Questionnaire, question: Question, language: str) -> tuple[Say, ...]:
    """What a call says to put a question; the first time who calls, too."""
    here = settings()
    company = here.company_name_en if language == "en" else here.company_name
    before = (spoken("hello", language, company=company),) if question is made.first else ()
    if question.scale is Scale.COMMENT:
        return (*before, *spoken_comment(question, language, here.recordings_kept_days))
    return (*before, *spoken_question(question, language))


def _walked(found: Walk, made: Questionnaire, language: str) -> Walked:
    steps = tuple(
        Step(
            _said(_heard(made, one.question, language)), one.pressed, _words(one.question, one.pressed, language),
            one.question.scale is Scale.COMMENT,
        )
        for one in found.stops
    )  # fmt: skip
    if (question := found.question) is None:
        return Walked(steps, _said((spoken(found.ends, language),)), ends=found.ends)
    offers = tuple((key, _words(question, key, language)) for key in found.offers)
    return Walked(steps, _said(_heard(made, question, language)), offers, question.scale is Scale.COMMENT)


def _words(question: Question, key: str, language: str) -> str:
    """What a key means at this question; empty where the page has words of its own for it."""
    return in_language(question.keys[key], language) if key in question.keys else ""


def _said(says: Sequence[Say]) -> str:
    return "".join(one.words for one in says)
