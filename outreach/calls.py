"""The carrier's door: the spoken question how it was, and the keys pressed on it.

Everything a step needs stands in its address, so the same webhook twice gets the same answer.
"""

from typing import Any

from flask import request
from sqlalchemy.orm import Session

from base.access import Guard, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.rows import row_of
from base.wiring import settings
from messages import actions as messages
from outreach.actions import answers
from outreach.actions.results import matter
from outreach.actions.standing import about
from outreach.surveymodels import Answer, Survey
from outreach.surveys import Via, is_low, is_satisfied, words_of
from outreach.words import question, spoken
from telephony.brought import keys_pressed, patience, recording
from telephony.door import text_door, voice_door
from telephony.patience import FRESH, Patience
from telephony.speech import Ask, End, Record, Ring, Say, Step, Transfer, spoken_digits
from tickets.models import Ticket

SORRY = (spoken("sorry", "zh"), spoken("sorry", "en"))
OVER = (spoken("over", "zh"), spoken("over", "en"))

door = voice_door("survey", __name__, rings_duty=False, sorry_says=SORRY)
recorded_door = text_door("survey_recordings", __name__)

LEADER, AGAIN = "0", "*"
END_KEYS = f"#{AGAIN}{LEADER}"
WAIT_S = 6
PATIENCE = 3
"""Silences, and wrong keys, until they are left in peace: a voicemail must not listen for ever."""
LONGEST_COMMENT_S = 120


@door.post("/voice/survey/<int:survey_id>")
@guarded_by(Guard.SIGNED)
def survey_is_answered(survey_id: int) -> Any:
    """Somebody, or something, picked up: who calls, about what, and the question."""
    with reading() as session:
        survey = _survey(session, survey_id)
        if survey is None or not answers.can_be_answered(session, survey):
            return End(OVER)
        return _ask(survey, (_hello(survey, survey.ticket),))


@door.post("/voice/survey/<int:survey_id>/key")
@guarded_by(Guard.SIGNED)
def key_is_pressed(survey_id: int) -> Any:
    """1 to 5 is an answer, 0 a supervisor; silence and other keys hear it again."""
    key = keys_pressed()
    with transaction() as session:
        survey = _survey(session, survey_id)
        if survey is None:
            return End(OVER)
        if key:
            _heard(session, survey)
        if key != LEADER:
            return _scored(session, survey, key)
    return _to_leader(survey_id)


@door.post("/voice/survey/<int:survey_id>/low")
@guarded_by(Guard.SIGNED)
def key_before_the_beep(survey_id: int) -> Any:
    """0 is a supervisor, star hears it again; any other key goes on to the beep."""
    key = keys_pressed()
    if key == LEADER:
        return _to_leader(survey_id)
    with reading() as session:
        survey = _survey(session, survey_id)
        if survey is None:
            return End(OVER)
        return _invite(survey) if key == AGAIN else _listen(survey, (), end_keys=END_KEYS)


@door.post("/voice/survey/<int:survey_id>/said")
@guarded_by(Guard.SIGNED)
def comment_is_spoken(survey_id: int) -> Any:
    """The message is over, or nothing was said; 0 ended it for a supervisor, star to hear the words again."""
    key = keys_pressed()
    with transaction() as session:
        survey = _survey(session, survey_id)
        if survey is None:
            return End(OVER)
        has_spoken, language = _keep_recording(session, survey), survey.language
        if key == AGAIN:
            return _invite(survey)
    if key == LEADER:
        return _to_leader(survey_id)
    return End((spoken("said" if has_spoken else "unsaid", language),))


@door.post("/voice/survey/<int:survey_id>/ring/<int:place>")
@guarded_by(Guard.SIGNED)
def leader_has_been_rung(survey_id: int, place: int) -> Any:
    """A telephone has stopped ringing: after a talk that is the end, else the next one rings."""
    with transaction() as session:
        survey = _survey(session, survey_id)
        if survey is None:
            return End(OVER)
        if answers.has_spoken(session, survey, place - 1):
            answers.talk_over(session, survey, place - 1, at=now())
            return End((spoken("after_talk", survey.language, ref=spoken_digits(survey.ticket.ref)),))
        return _ring(session, survey, place)


@recorded_door.post("/voice/survey/<int:survey_id>/recorded")
@guarded_by(Guard.SIGNED)
def comment_is_recorded(survey_id: int) -> Any:
    """The carrier has the audio, or says that it never will."""
    if request.form.get("RecordingStatus", "completed") != "completed":
        return
    with transaction() as session:
        survey = _survey(session, survey_id)
        if survey is not None:
            _keep_recording(session, survey)


def _survey(session: Session, survey_id: int) -> Survey | None:
    return row_of(session, Survey, survey_id)


def _path(survey: Survey, step: str) -> str:
    return f"/voice/survey/{survey.id}/{step}"


def _hello(survey: Survey, ticket: Ticket) -> Say:
    language, here = survey.language, settings()
    return spoken(
        "hello", language, company=here.company_name_en if language == "en" else here.company_name,
        matter=matter(ticket, language), ref=spoken_digits(ticket.ref),
    )  # fmt: skip


def _ask(survey: Survey, before: tuple[Say, ...] = (), met: Patience = FRESH) -> Step:
    path = _path(survey, f"key?{met.query}")
    return Ask((*before, *question(survey.language)), path, keys=1, wait_s=WAIT_S)


def _again(survey: Survey, key: str) -> Step:
    """Silence and a wrong key have words of their own, also at the end of patience: how to answer later.

    Star repeats, and what went before it is forgotten, as everywhere on the line.
    """
    if key == AGAIN:
        return _ask(survey)
    met = patience(PATIENCE).after(key)
    if met.is_out(PATIENCE):
        return End((spoken("lost" if key else "no_key", survey.language, hotline=settings().hotline_said),))
    return _ask(survey, (spoken("wrong" if key else "silence", survey.language),), met)


def _scored(session: Session, survey: Survey, key: str) -> Step:
    answer = answers.take_score(session, survey.id, key, via=Via.CALLBACK, at=now())
    if answer is not None:
        return _thank(survey, answer)
    return _again(survey, key) if answers.can_be_answered(session, survey) else End(OVER)


def _thank(survey: Survey, answer: Answer) -> Step:
    language, here = survey.language, settings()
    if is_low(answer.score):
        return _invite(survey)
    key = "thanks" if is_satisfied(answer.score) else "neutral"
    return End((spoken(key, language, words=words_of(answer.score, language), hotline=here.hotline_said),))


def _invite(survey: Survey) -> Step:
    """What is wrong is asked for; 0 leads to a supervisor while we speak, and after the beep."""
    says = (spoken("low", survey.language, days=settings().recordings_kept_days),)
    return _listen(survey, says, end_keys=END_KEYS, key_path=_path(survey, "low"))


def _listen(survey: Survey, says: tuple[Say, ...], *, end_keys: str, key_path: str = "") -> Step:
    return Record(
        says, _path(survey, "said"), _path(survey, "recorded"), longest_s=LONGEST_COMMENT_S, end_keys=end_keys,
        key_path=key_path,
    )  # fmt: skip


def _to_leader(survey_id: int) -> Step:
    """The ticket is open again, and that is committed, before anybody is rung."""
    with transaction() as session:
        if _survey(session, survey_id) is None or not answers.wants_leader(session, survey_id, at=now()):
            return End(OVER)
    with transaction() as session:
        return _ring(session, session.get_one(Survey, survey_id), 0)


def _ring(session: Session, survey: Survey, place: int) -> Step:
    """Ring the next who leads; where nobody is left, the beep."""
    language = survey.language
    ring = answers.ring_leader(session, survey.id, place, at=now())
    if ring is None:
        return _listen(survey, (spoken("nobody", language, days=settings().recordings_kept_days),), end_keys="#")
    return Transfer(
        (spoken("next_leader" if place else "to_leader", language),), (Ring(ring.number, ring.whisper_path),),
        _path(survey, f"ring/{place + 1}"), caller_id=settings().hotline, ring_s=ring.ring_s,
    )  # fmt: skip


def _keep_recording(session: Session, survey: Survey) -> bool:
    """Whether there is one."""
    brought = recording()
    answers.keep_recording(session, survey.id, brought.sid, brought.seconds, at=now())
    return brought.is_there


def _heard(session: Session, survey: Survey) -> None:
    for message in messages.messages_about(session, about(survey))[-1:]:
        messages.heard(session, message.id, at=now())
