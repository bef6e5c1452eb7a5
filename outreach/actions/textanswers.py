"""An inbound text that answers how it was, or adds to such an answer."""

from datetime import datetime

from sqlalchemy.orm import Session

from base.wiring import settings
from directory import actions as directory
from messages import actions as messages
from messages.lifecycle import MessageClass
from messages.wording import say
from outreach.actions.answers import add_comment, fresh_answer, open_question, take_score
from outreach.models import Answer, Reply, Survey
from outreach.replies import danger, is_no_matter, survey_answer
from outreach.surveys import Via, is_low
from tickets.lifecycle import MOVING


def take_answer(session: Session, reply: Reply, *, at: datetime) -> bool:
    """Take what the text says about a question that is open for its number. False: it is a matter of its own.

    That is so too where danger is spoken of, whatever else the text answers, and where somebody who was content
    goes on to say more than thanks: nobody would look for it on a closed ticket.
    """
    assert reply.number is not None  # only somebody's text comes this far
    said = survey_answer(reply.body)
    survey = open_question(session, reply.number, at=at) if said is not None else None
    if said is not None and survey is not None:
        answer = take_score(session, survey.id, said.key, via=Via.TEXT, at=at, comment=said.comment)
        if answer is None:
            return False
        reply.ticket_id = survey.ticket_id
        _thank(session, survey, answer, at)
        return danger(said.comment) is None
    fresh = fresh_answer(session, reply.number, at=at)
    if fresh is None or danger(reply.body) is not None:
        return False
    add_comment(session, fresh, reply.body, once_key=f"comment/{reply.sid}", at=at)
    reply.ticket_id = fresh.ticket_id
    return fresh.ticket.status in MOVING or is_no_matter(reply.body)


def _thank(session: Session, survey: Survey, answer: Answer, at: datetime) -> None:
    """One text that says which ticket it was about, and after a low score what happens now."""
    number = survey.number or ""
    whose = directory.whose_number(session, number)
    if not whose.is_known and not messages.may_text_stranger(session, number, at=at):
        return
    key = "survey_sorry" if is_low(answer.score) else "survey_thanks"
    messages.plan_text(
        session, number=number, message_class=MessageClass.SERVICE,
        body=say(key, survey.language, ref=survey.ticket.ref, hotline=settings().hotline),
        once_key=f"answer/{answer.id}/thanks", about=f"ticket:{survey.ticket_id}", at=at, language=survey.language,
        is_demo=whose.is_demo,
    )  # fmt: skip
