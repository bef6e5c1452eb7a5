"""A colleague tries a questionnaire on a telephone of their own: marked as a test, and no answer is kept or counted."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from base.errors import BadInput, Conflict
from base.rows import alone
from base.wiring import settings
from directory import actions as directory
from directory.models import Staff
from messages import actions as messages
from messages.lifecycle import MessageClass, Way
from messages.wording import say
from oncall.actions.paging import AFTER_PAGES
from outreach.actions.bodies import bodies_of_wave
from outreach.actions.campaigndraft import By
from outreach.actions.trying import MARK, MOST_A_DAY
from outreach.audience import Recipient
from outreach.interviewwords import answer_of, text_of
from outreach.letters import FIRST
from outreach.models import Reply
from outreach.questionnaires import Question, Questionnaire
from outreach.replies import danger
from outreach.surveymodels import SurveyTrial
from telephony.capabilities import two_way_text
from telephony.numbers import ReadNumber, read_number, sms_capable
from tickets.actions import known_words

LIVES = timedelta(hours=1)
"""So long a text of a colleague may answer a trial; what they text later means something else."""
RING_S = 30
_DAY = timedelta(days=1)
VALID = timedelta(minutes=10)
"""How late a text or call of a trial still makes sense to whoever waits for it."""


def begin(
    session: Session, made: Questionnaire, by: By, *, way: Way, language: str, at: datetime, number: str = ""
) -> SurveyTrial:  # fmt: skip
    """Put a questionnaire to whoever asks, by text or call, on the number they are registered with.

    Or on `number`, which is one of an invented person of the sandbox.

    An earlier trial of theirs is over. Raises `BadInput` where that number takes no texts or cannot answer them,
    `Conflict` for one too many within a day.
    """
    staff = session.get_one(Staff, by.staff_id)
    if way is Way.TEXT:
        _check_texts(number or staff.number)
    alone(session, f"trials of {staff.id}")
    theirs = SurveyTrial.staff_id == staff.id
    had = session.scalars(select(func.count(SurveyTrial.id)).where(theirs, SurveyTrial.begun_at > at - _DAY)).one()
    if had >= MOST_A_DAY:
        raise Conflict(f"一天最多试 {MOST_A_DAY} 次，请明天再试。{MOST_A_DAY} a day at most; try again tomorrow.")
    for one in session.scalars(select(SurveyTrial).where(theirs, SurveyTrial.ended_at.is_(None))):
        one.ended_at = at
    trial = SurveyTrial(
        staff_id=staff.id, way=way, language=language, questionnaire=made.kept(), question=made.first.key, begun_at=at,
        put_at=at, number=number,
    )  # fmt: skip
    session.add(trial)
    session.flush()
    if way is Way.CALL:
        _ring(session, trial, staff, at)
        return trial
    to, is_demo = _whom(trial, staff)
    whom = Recipient(to, way, language, "", is_demo=is_demo)
    _text(session, trial, staff, bodies_of_wave(session, made, at=at).unsigned(whom, at), at)
    return trial


def take_by_text(session: Session, reply: Reply, *, at: datetime) -> bool:
    """Whether a text answers the trial of whoever sent it; then the next question follows, or a word that it is over.

    What is no answer to the question is none, and danger never is: somebody reads it.
    """
    if reply.number is None or (whose := _tried_on(session, reply.number)) is None:
        return False
    if danger(reply.body, known_words()) is not None:
        return False
    trial = session.scalars(
        select(SurveyTrial)
        .where(
            whose, SurveyTrial.ended_at.is_(None), SurveyTrial.way == Way.TEXT, SurveyTrial.put_at > at - LIVES,
        )
        .order_by(SurveyTrial.id.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()  # fmt: skip
    question = made_of(trial).question(trial.question) if trial is not None else None
    said = answer_of(reply.body, question) if question is not None else None
    if trial is None or question is None or said is None:
        return False
    _go_on(session, trial, made_of(trial).after(question, said.key), at)
    return True


def made_of(trial: SurveyTrial) -> Questionnaire:
    """What a trial asks, as it stood when it began."""
    return Questionnaire.of(trial.questionnaire)


def _tried_on(session: Session, number: str) -> ColumnElement[bool] | None:
    """The trials on this telephone, as a clause; None where nobody tries anything there."""
    staff = directory.staff_by_number(session, number)
    own = (SurveyTrial.staff_id == staff.id) & (SurveyTrial.number == "") if staff is not None else None
    if not settings().is_development:
        return own
    picked = SurveyTrial.number == number
    return picked if own is None else picked | own


def _whom(trial: SurveyTrial, staff: Staff) -> tuple[str, bool]:
    """To which number a trial goes, and whether that is an invented person's."""
    return (trial.number, True) if trial.number else (staff.number, staff.is_demo)


def _go_on(session: Session, trial: SurveyTrial, follows: Question | None, at: datetime) -> None:
    staff = trial.staff
    if follows is None:
        trial.ended_at = at
        _text(session, trial, staff, say("trial_over", trial.language), at)
        return
    trial.question, trial.put_at = follows.key, at
    _text(session, trial, staff, text_of(follows, trial.language, FIRST), at)


def _text(session: Session, trial: SurveyTrial, staff: Staff, body: str, at: datetime) -> None:
    trial.texts += 1
    to, is_demo = _whom(trial, staff)
    messages.plan_text(
        session, number=to, message_class=MessageClass.STAFF, body=MARK[trial.language] + body,
        once_key=f"trial/{trial.id}/{trial.texts}", about=f"trial:{trial.id}", at=at, urgency=AFTER_PAGES,
        language=trial.language, valid_until_at=at + VALID, is_demo=is_demo,
    )  # fmt: skip


def _ring(session: Session, trial: SurveyTrial, staff: Staff, at: datetime) -> None:
    to, is_demo = _whom(trial, staff)
    messages.plan_call(
        session, number=to, message_class=MessageClass.STAFF, answer_path=f"/voice/trial/{trial.id}",
        once_key=f"trial/{trial.id}/call", about=f"trial:{trial.id}", at=at, urgency=AFTER_PAGES, ring_s=RING_S,
        valid_until_at=at + VALID, is_demo=is_demo,
    )  # fmt: skip


def _check_texts(number: str) -> None:
    read = read_number(number)
    if not isinstance(read, ReadNumber) or not sms_capable(read.kind):
        raise BadInput("您登记的号码收不到短信，请用电话试。Your number takes no texts; try it by call.")
    if not two_way_text(number, settings().two_way_countries):
        raise BadInput("您的号码回不了短信，请用电话试。A text to your number cannot be answered; try it by call.")
