"""The carrier's door: the questions of a wave as they are spoken, and the keys pressed on them.

Everything a step needs stands in its address, so the same webhook twice gets the same answer.
"""

from typing import Any

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import Guard, guarded_by
from base.clock import now
from base.database import transaction
from base.rows import row_of
from base.wiring import settings
from messages import actions as messages
from messages.ledger.plan import IN_FLIGHT
from messages.models import Message
from outreach.actions import interviews
from outreach.actions.puttingthrough import put_through
from outreach.actions.spokenquestions import AGAIN, PERSON, listen, put
from outreach.interviewwords import spoken
from outreach.models import Campaign
from outreach.questionnaires import SKIP, Question
from outreach.surveymodels import Interview
from outreach.surveys import Via
from telephony.brought import count_of, keys_pressed, patience, recording
from telephony.door import text_door, voice_door
from telephony.patience import Patience
from telephony.speech import End, Step

SORRY = (spoken("sorry", "zh"), spoken("sorry", "en"))
OVER = (spoken("over", "zh"), spoken("over", "en"))
door = voice_door("interview", __name__, rings_duty=False, sorry_says=SORRY)
recorded_door = text_door("interview_recordings", __name__)

PATIENCE = 3
"""Silences, and wrong keys, until they are left in peace: a voicemail must not listen for ever."""
HANGUP = "hangup"
"""What the carrier says in the place of a key where a message ended with the call."""
_WAYS = {"hotline": Via.HOTLINE}


@door.post("/voice/wave/<int:message_id>")
@guarded_by(Guard.SIGNED)
def wave_is_answered(message_id: int) -> Any:
    """Somebody, or something, picked up the first call of a wave: who calls, and the question they are at."""
    with transaction() as session:
        message = row_of(session, Message, message_id)
        interview = _of_message(session, message)
        if interview is not None and message is not None and message.state in IN_FLIGHT:
            interviews.prove_put(session, interview.id, at=now())  # whatever we know of the call: they are on it
        return _begin(session, interview, Via.CALLBACK)


@door.post("/voice/interview/<int:interview_id>")
@guarded_by(Guard.SIGNED)
def interview_is_answered(interview_id: int) -> Any:
    """They pick up when we call once more."""
    with transaction() as session:
        return _begin(session, _interview(session, interview_id), Via.CALLBACK)


@door.post("/voice/interview/<int:interview_id>/<question_key>/key")
@guarded_by(Guard.SIGNED)
def key_is_pressed(interview_id: int, question_key: str) -> Any:
    """A key is an answer and leads to the next question, 0 to a person; silence and other keys hear it again."""
    key, via = keys_pressed(), _via()
    with transaction() as session:
        interview = _interview(session, interview_id)
        question = interviews.made_of(interview).question(question_key) if interview is not None else None
        if interview is None or question is None:
            return End(OVER)
        if key:
            _heard(session, interview)
        if key != PERSON:
            return _answered(session, interview, question, key, via)
    return _to_person(interview_id)


@door.post("/voice/interview/<int:interview_id>/<question_key>/said")
@guarded_by(Guard.SIGNED)
def comment_is_spoken(interview_id: int, question_key: str) -> Any:
    """The message is over, or nothing was said: the next question, or goodbye. 0 is a person and star repeats the
    words, before the tone and in the message; any other key before the tone starts the message at once.
    """
    key = keys_pressed().replace(HANGUP, "")
    with transaction() as session:
        interview = _interview(session, interview_id)
        question = interviews.made_of(interview).question(question_key) if interview is not None else None
        if interview is None or question is None:
            return End(OVER)
        has_spoken = _keep_recording(session, interview)
        if key != PERSON:
            return _commented(session, interview, question, key, has_spoken=has_spoken)
        _heard(session, interview)
    return _to_person(interview_id)


@recorded_door.post("/voice/interview/<int:interview_id>/recorded")
@guarded_by(Guard.SIGNED)
def comment_is_recorded(interview_id: int) -> Any:
    """The carrier has the audio, or says that it never will."""
    if request.form.get("RecordingStatus", "completed") != "completed":
        return
    with transaction() as session:
        interview = _interview(session, interview_id)
        if interview is not None:
            _keep_recording(session, interview)


def _interview(session: Session, interview_id: int) -> Interview | None:
    return row_of(session, Interview, interview_id)


def _of_message(session: Session, message: Message | None) -> Interview | None:
    if message is None:
        return None
    of_batch = select(Campaign.id).where(Campaign.batch_id == message.batch_id).scalar_subquery()
    return session.scalar(
        select(Interview).where(Interview.campaign_id == of_batch, Interview.number == message.number)
    )


def _begin(session: Session, interview: Interview | None, via: Via) -> Step:
    question = interviews.current(interview) if interview is not None else None
    if interview is None or question is None or not interviews.can_be_answered(session, interview, at=now()):
        return End(OVER)
    here = settings()
    company = here.company_name_en if interview.language == "en" else here.company_name
    return put(interview, question, via, (spoken("hello", interview.language, company=company),))


def _answered(session: Session, interview: Interview, question: Question, key: str, via: Via) -> Step:
    """Asked twice, it follows from the answer that was given first."""
    answer = interviews.take(session, interview.id, question.key, key, via=via, at=now())
    if answer is not None:
        follows = interviews.made_of(interview).after(question, answer.key)
        if follows is not None:
            return put(interview, follows, via)
        return End((spoken("thanks" if interview.ticket_id is None else "thanks_low", interview.language),))
    is_open = interview.question == question.key and interviews.can_be_answered(session, interview, at=now())
    return _again(interview, question, key, via) if is_open else End(OVER)


def _commented(session: Session, interview: Interview, question: Question, key: str, *, has_spoken: bool) -> Step:
    """What follows a message (not `has_spoken`: silence in its place), or a key before the tone.

    A key that met no word after the tone is silence to the carrier: so they are asked once more before they go on.
    """
    via, silences, had_spoken = _via(), count_of("s", most=PATIENCE), bool(count_of("m", most=1))
    is_open = interview.question == question.key and interviews.can_be_answered(session, interview, at=now())
    if is_open and key == AGAIN:
        return put(interview, question, via, has_spoken=has_spoken or had_spoken)
    if is_open and key and not has_spoken:
        says = (spoken("speak_now", interview.language),)
        return listen(interview, question, via, says, silences=silences, has_spoken=had_spoken, hears_keys=False)
    if is_open and not has_spoken and not had_spoken and not silences:
        return put(interview, question, via, (spoken("unheard", interview.language),), met=Patience(silences=1))
    return _answered(session, interview, question, "" if has_spoken or had_spoken else SKIP, via)


def _to_person(interview_id: int) -> Step:
    """The ticket stands, and that is committed, before anybody is rung."""
    with transaction() as session:
        interview = interviews.wants_person(session, interview_id, at=now())
        if interview is None or interview.ticket_id is None:
            return End(OVER)
        says = (spoken("to_person", interview.language),)
        return put_through(session, interview.ticket_id, interview.number, says, at=now())


def _again(interview: Interview, question: Question, key: str, via: Via) -> Step:
    """Silence and a wrong key have words of their own, also at the end of patience: how to answer later.

    Star repeats, and what went before it is forgotten, as everywhere on the line.
    """
    if key == AGAIN:
        return put(interview, question, via)
    met = patience(PATIENCE).after(key)
    if met.is_out(PATIENCE):
        return End((spoken("lost" if key else "no_key", interview.language, hotline=settings().hotline_said),))
    return put(interview, question, via, (spoken("wrong" if key else "silence", interview.language),), met=met)


def _via() -> Via:
    return _WAYS.get(request.args.get("by", ""), Via.CALLBACK)


def _heard(session: Session, interview: Interview) -> None:
    """A person is on the line of our newest call to them."""
    asked = messages.messages_about(session, interviews.about(interview))
    newest = asked[-1] if asked else interviews.first_message(session, interview)
    if newest is not None:
        messages.heard(session, newest.id, at=now())


def _keep_recording(session: Session, interview: Interview) -> bool:
    """Whether there is one."""
    brought = recording()
    interviews.keep_recording(session, interview.id, brought.sid, brought.seconds, at=now())
    return brought.is_there
