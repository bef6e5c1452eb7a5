"""An inbound text that answers a question of ours, or adds to such an answer."""

from datetime import datetime

from sqlalchemy.orm import Session

from base.wiring import settings
from directory import actions as directory
from messages import actions as messages
from messages.lifecycle import MessageClass
from messages.wording import say
from outreach.actions import askingon, atnumber, interviews, spotanswers, whichquestion
from outreach.actions.answers import add_comment, correct_score, fresh_answer, late_at, take_score
from outreach.actions.openquestions import Asked, knows_letters, open_questions
from outreach.interviewwords import answer_of
from outreach.letters import FIRST, coded, is_glued
from outreach.models import Reply
from outreach.questionnaires import Scale
from outreach.replies import SurveyAnswer, danger, is_no_matter, is_some_answer, spot_answer, survey_answer
from outreach.surveymodels import Answer, IncidentSample, Interview, Survey
from outreach.surveys import Via, is_low
from outreach.waves import WORDS_WITHIN
from tickets.actions import known_words
from tickets.lifecycle import MOVING

SURVEY, WHICH = "survey", "which"


def take_answer(session: Session, reply: Reply, *, at: datetime) -> str:
    """What the text became that answers a question open for its number: `survey`, or `which` where several are and it
    names none. Empty: it is a matter of its own.

    That is so too where danger is spoken of, whatever else the text answers, and where somebody who was content
    goes on to say more than thanks: nobody would look for it on a closed ticket. A letter says which question is meant;
    without one it is the only one that is open. Where none is, a second digit so soon after an answer corrects it, and
    a late one counts: for an all-clear of yesterday, a wave that lasts, a ticket whose result still holds.
    """
    assert reply.number is not None  # only somebody's text comes this far
    questions = open_questions(session, reply.number, at=at)
    if (letter := coded(reply.body)) is not None:
        became = _take_coded(session, reply, questions, *letter, at)
        if became is not None:
            return became
    if len(questions) > 1 and any(_said(one, reply.body, at) for one in questions if not _wants_words(one)):
        return WHICH if whichquestion.ask_back(session, reply, questions, at=at) else ""
    if len(questions) == 1 and (said := _said(questions[0], reply.body, at)) is not None:
        return _answer(session, reply, questions[0], said, at)
    fresh = fresh_answer(session, reply.number, at=at)
    if fresh is not None:
        return SURVEY if _adds(session, reply, fresh, reply.body, at) else ""
    if all(_wants_words(one) for one in questions):
        return _answer_late(session, reply, reply.body, at)
    return ""


def _take_coded(
    session: Session, reply: Reply, questions: list[Asked], letter: str, text: str, at: datetime
) -> str | None:  # fmt: skip
    """What a text became that says `text` under a letter; None where it says nothing there, and is read as it stands.

    The letter is that of an open question, of one just answered, or of one not answered in time, in this order. What
    would be an answer under it answers no other question.
    """
    assert reply.number is not None  # only somebody's text comes this far
    became = ""
    if letter == FIRST and not knows_letters(session, reply.number, at=at):
        return "" if is_some_answer(text) else None  # it was never shown: the name of a gate, for all we know
    if (meant := next((one for one in questions if one.letter == letter), None)) is not None:
        if (said := _said_coded(meant, text, at)) is not None:
            return _answer(session, reply, meant, said, at)
    elif (fresh := fresh_answer(session, reply.number, at=at, letter=letter)) is not None:
        if _said_coded(fresh, text, at) is not None:
            return SURVEY if _adds(session, reply, fresh, text, at) else ""
    else:
        became = _answer_late(session, reply, text, at, letter=letter)
    return became or ("" if is_some_answer(text) else None)


def _answer_late(session: Session, reply: Reply, text: str, at: datetime, *, letter: str = "") -> str:
    """Take a text as the late answer to what was asked last of all it may answer; words are waited for no longer."""
    assert reply.number is not None  # only somebody's text comes this far
    looks = (spotanswers.late_at, atnumber.late_at, late_at)
    late = [asked for look in looks if (asked := look(session, reply.number, at=at, letter=letter)) is not None]
    for asked in sorted(late, key=lambda one: _put_at(one) or at, reverse=True):
        said = _said_coded(asked, text, at) if letter else _said(asked, text, at)
        if not _wants_words(asked) and said is not None:
            return _answer(session, reply, asked, said, at)
    return ""


def _said(asked: Asked, text: str, at: datetime, *, is_meant: bool = False) -> SurveyAnswer | None:
    """What a text says to this question. Words that name no letter are not taken for an answer for ever."""
    if isinstance(asked, Survey):
        return survey_answer(text)
    if isinstance(asked, IncidentSample):
        return spot_answer(text)
    question = interviews.put_last(asked)
    if question is None:
        return None
    was_put_lately = asked.put_at is not None and asked.put_at > at - WORDS_WITHIN
    if question.scale is Scale.COMMENT and not is_meant and not was_put_lately:
        return None
    return answer_of(text, question)


def _said_coded(asked: Asked, text: str, at: datetime) -> SurveyAnswer | None:
    """What a text says under the letter of this question: beside the key its own words or thanks, others apart."""
    said = _said(asked, text, at, is_meant=True)
    is_place = said is not None and is_glued(text) and said.comment and not is_no_matter(said.comment)
    return None if is_place else said


def _put_at(asked: Asked) -> datetime | None:
    return asked.put_at if isinstance(asked, Interview) else asked.asked_at


def _wants_words(asked: Asked) -> bool:
    question = interviews.put_last(asked) if isinstance(asked, Interview) else None
    return question is not None and question.scale is Scale.COMMENT


def _answer(session: Session, reply: Reply, asked: Asked, said: SurveyAnswer, at: datetime) -> str:
    match asked:
        case Interview():
            is_taken = askingon.take_by_text(session, asked, said, at=at)
        case IncidentSample():
            is_taken = spotanswers.take_by_text(session, asked, said, at=at)
        case Survey():
            is_taken = _take_score(session, asked, said, at)
    if not is_taken:
        return ""
    reply.ticket_id = asked.ticket_id
    return SURVEY if danger(said.comment, known_words()) is None else ""


def _take_score(session: Session, survey: Survey, said: SurveyAnswer, at: datetime) -> bool:
    answer = take_score(session, survey.id, said.key, via=Via.TEXT, at=at, comment=said.comment)
    if answer is None:
        return False
    _thank(session, survey, answer, at=at)
    return True


def _adds(session: Session, reply: Reply, fresh: Survey, text: str, at: datetime) -> bool:
    """Whether the text belongs to an answer that was just given: another digit in its place, or more words."""
    said = survey_answer(text)
    if said is not None and not (said.comment and _says_the_same(fresh, said)):
        return _correct(session, reply, fresh, said, at)
    if danger(text, known_words()) is not None:
        return False
    add_comment(session, fresh, text, once_key=f"comment/{reply.sid}", at=at)
    reply.ticket_id = fresh.ticket_id
    return fresh.ticket.status in MOVING or is_no_matter(text)


def _correct(session: Session, reply: Reply, fresh: Survey, said: SurveyAnswer, at: datetime) -> bool:
    if _says_the_same(fresh, said):
        reply.ticket_id = fresh.ticket_id
        return True
    answer = correct_score(session, fresh.id, said.key, at=at, comment=said.comment)
    if answer is None:
        return False
    reply.ticket_id = fresh.ticket_id
    _thank(session, fresh, answer, at=at, corrected_by=reply.sid)
    return danger(said.comment, known_words()) is None


def _says_the_same(fresh: Survey, said: SurveyAnswer) -> bool:
    return fresh.answer is not None and fresh.answer.key == said.key


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
        body=say(key, survey.language, ref=survey.ticket.ref, hotline=settings().hotline_said),
        once_key=once_key, about=f"ticket:{survey.ticket_id}", at=at, language=survey.language,
        is_demo=whose.is_demo,
    )  # fmt: skip
