"""Somebody answered and several questions are open: they are told which letter means which, and nothing is guessed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from directory import actions as directory
from messages import actions as messages
from messages.lifecycle import MessageClass
from messages.wording import say
from oncall import words
from outreach.actions import interviews
from outreach.actions.openquestions import Asked
from outreach.models import Reply
from outreach.questionnaires import in_language
from outreach.spotchecks import NO, YES
from outreach.surveymodels import IncidentSample, Survey
from outreach.surveys import MAPPINGS, ONE_IS_BEST

MOST_A_DAY = 3
"""Texts of a number that are asked back about in a day: what answers by itself must not go on for ever."""


def ask_back(session: Session, reply: Reply, questions: Sequence[Asked], *, at: datetime) -> bool:
    """List the open questions with their letters, once a text. False where that was done often enough, or a number
    nobody knows has had its texts for today: then a person reads it.
    """
    assert reply.number is not None  # only somebody's text comes this far
    lately = select(func.count(Reply.id)).where(
        Reply.number == reply.number, Reply.became == "which", Reply.received_at > at - timedelta(days=1)
    )
    if session.scalars(lately).one() >= MOST_A_DAY:
        return False
    whose = directory.whose_number(session, reply.number)
    if not whose.is_known and not messages.may_text_stranger(session, reply.number, at=at):
        return False
    language = questions[0].language
    apart = "; " if language == "en" else "；"
    listed = apart.join(_line(one, language) for one in questions)
    messages.plan_text(
        session, number=reply.number, message_class=MessageClass.SERVICE,
        body=say("which_question", language, list=listed), once_key=f"reply/{reply.sid}/which",
        about=f"reply:{reply.id}", at=at, language=language, is_demo=whose.is_demo,
    )  # fmt: skip
    return True


def _line(asked: Asked, language: str) -> str:
    """`B1…B5 单号261122-0034`: the keys of one question and what it is about."""
    if isinstance(asked, IncidentSample):
        keys, what = [YES, NO], words.trouble(asked.incident.kind.value, language)
    elif isinstance(asked, Survey):
        keys, what = list(MAPPINGS[ONE_IS_BEST]), asked.ticket.ref if language == "en" else f"单号{asked.ticket.ref}"
    else:
        question = interviews.put_last(asked)
        keys = list(question.keys) if question else []
        what = in_language(interviews.made_of(asked).title, language)
    return f"{_span(asked.letter, keys)} {what}"


def _span(letter: str, keys: Sequence[str]) -> str:
    return f"{letter}{keys[0]}…{letter}{keys[-1]}" if keys else f"{letter}…"
