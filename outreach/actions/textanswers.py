"""An inbound text that answers how it was, or adds to such an answer."""

from datetime import datetime

from sqlalchemy.orm import Session

from base.wiring import settings
from directory import actions as directory
from messages import actions as messages
from messages.lifecycle import MessageClass
from messages.wording import say
from outreach.actions import spotanswers
from outreach.actions.answers import add_comment, correct_score, fresh_answer, open_question, take_score
from outreach.models import Answer, Reply, Survey
from outreach.replies import SurveyAnswer, danger, is_no_matter, survey_answer
from outreach.surveys import Via, is_low
from tickets.lifecycle import MOVING


def take_answer(session: Session, reply: Reply, *, at: datetime) -> bool:
    """Take what the text says about a question that is open for its number. False: it is a matter of its own.

    That is so too where danger is spoken of, whatever else the text answers, and where somebody who was content
    goes on to say more than thanks: nobody would look for it on a closed ticket. A second digit so soon after an
    answer corrects it, unless another question has been put since.
    """
    assert reply.number is not None  # only somebody's text comes this far
    if (is_answer := spotanswers.take_by_text(session, reply, at=at)) is not None:
        return is_answer
    fresh = fresh_answer(session, reply.number, at=at)
    said = survey_answer(reply.body)
    if said is not None:
        survey = open_question(session, reply.number, at=at)
        if survey is not None and (fresh is None or _was_put_since(survey, fresh)):
            return _answer(session, reply, survey, said, at)
        if fresh is not None and not (said.comment and _says_the_same(fresh, said)):
            return _correct(session, reply, fresh, said, at)
    if fresh is None or danger(reply.body) is not None:
        return False
    add_comment(session, fresh, reply.body, once_key=f"comment/{reply.sid}", at=at)
    reply.ticket_id = fresh.ticket_id
    return fresh.ticket.status in MOVING or is_no_matter(reply.body)


def _answer(session: Session, reply: Reply, survey: Survey, said: SurveyAnswer, at: datetime) -> bool:
    answer = take_score(session, survey.id, said.key, via=Via.TEXT, at=at, comment=said.comment)
    if answer is None:
        return False
    reply.ticket_id = survey.ticket_id
    _thank(session, survey, answer, at=at)
    return danger(said.comment) is None


def _correct(session: Session, reply: Reply, fresh: Survey, said: SurveyAnswer, at: datetime) -> bool:
    if _says_the_same(fresh, said):
        reply.ticket_id = fresh.ticket_id
        return True
    answer = correct_score(session, fresh.id, said.key, at=at, comment=said.comment)
    if answer is None:
        return False
    reply.ticket_id = fresh.ticket_id
    _thank(session, fresh, answer, at=at, corrected_by=reply.sid)
    return danger(said.comment) is None


def _says_the_same(fresh: Survey, said: SurveyAnswer) -> bool:
    return fresh.answer is not None and fresh.answer.key == said.key


def _was_put_since(survey: Survey, fresh: Survey) -> bool:
    answered_at = fresh.answer.answered_at if fresh.answer else None
    return bool(survey.asked_at and answered_at and survey.asked_at > answered_at)


def _thank(session: Session, survey: Survey, answer: Answer, *, at: datetime, corrected_by: str = "") -> None:
    """One text that says which ticket it was about, and after a low score what happens now.

    Whoever answers what we asked gets it, however many texts the day has brought them. To a number nobody knows, each
    of the two goes once more when it corrects its answer, and not again however often it does.
    """
    number = survey.number or ""
    whose = directory.whose_number(session, number)
    key = "survey_sorry" if is_low(answer.score) else "survey_thanks"
    once_key = f"answer/{answer.id}/thanks"
    if corrected_by:
        once_key = f"reply/{corrected_by}/thanks" if whose.is_known else f"answer/{answer.id}/{key}"
    messages.plan_text(
        session, number=number, message_class=MessageClass.SERVICE,
        body=say(key, survey.language, ref=survey.ticket.ref, hotline=settings().hotline),
        once_key=once_key, about=f"ticket:{survey.ticket_id}", at=at, language=survey.language,
        is_demo=whose.is_demo,
    )  # fmt: skip
