"""The carrier's door: a questionnaire that a colleague tries by call. Keys lead on as they would; nothing is written.

Everything a step needs stands in its address, so the same webhook twice gets the same answer.
"""

from typing import Any

from flask import request

from base.access import Guard, guarded_by
from base.database import reading
from base.rows import row_of
from base.wiring import settings
from outreach.actions import surveytrials
from outreach.actions.spokenquestions import AGAIN, PERSON, WAIT_S
from outreach.interviewcalls import OVER, PATIENCE, SORRY
from outreach.interviewwords import spoken, spoken_comment, spoken_question
from outreach.questionnaires import SKIP, Question, Scale
from outreach.surveymodels import SurveyTrial
from telephony.brought import keys_pressed, patience
from telephony.door import voice_door
from telephony.patience import FRESH, Patience
from telephony.speech import Ask, End, Say, Step

door = voice_door("survey_trial", __name__, rings_duty=False, sorry_says=SORRY)


@door.post("/voice/trial/<int:trial_id>")
@guarded_by(Guard.SIGNED)
def trial_is_answered(trial_id: int) -> Any:
    """They pick up: that it is a test, who would call, and the first question."""
    with reading() as session:
        trial = row_of(session, SurveyTrial, trial_id)
        if trial is None:
            return End(OVER)
        here = settings()
        company = here.company_name_en if trial.language == "en" else here.company_name
        before = (spoken("trial", trial.language), spoken("hello", trial.language, company=company))
        return _put(trial, surveytrials.made_of(trial).first, before)


@door.post("/voice/trial/<int:trial_id>/<question_key>/key")
@guarded_by(Guard.SIGNED)
def trial_key_is_pressed(trial_id: int, question_key: str) -> Any:
    """A key leads to the next question, 0 to where a person would be; silence and other keys hear it again."""
    key, is_low = keys_pressed(), request.args.get("low") == "1"
    with reading() as session:
        trial = row_of(session, SurveyTrial, trial_id)
        made = surveytrials.made_of(trial) if trial is not None else None
        question = made.question(question_key) if made is not None else None
        if trial is None or made is None or question is None:
            return End(OVER)
        if key == PERSON:
            return End((spoken("trial_person", trial.language),))
        if question.scale is Scale.COMMENT and key != AGAIN:
            key = SKIP
        elif key not in question.keys:
            return _again(trial, question, key, is_low=is_low)
        is_low = is_low or question.is_low(key)
        follows = made.after(question, key)
        if follows is not None:
            return _put(trial, follows, is_low=is_low)
        thanks = spoken("thanks_low" if is_low else "thanks", trial.language)
        return End((thanks, spoken("trial_over", trial.language)))


def _again(trial: SurveyTrial, question: Question, key: str, *, is_low: bool) -> Step:
    if key == AGAIN:
        return _put(trial, question, is_low=is_low)
    met = patience(PATIENCE).after(key)
    if met.is_out(PATIENCE):
        ends = spoken("lost" if key else "no_key", trial.language, hotline=settings().hotline_said)
        return End((ends, spoken("trial_over", trial.language)))
    before = (spoken("wrong" if key else "silence", trial.language),)
    return _put(trial, question, before, is_low=is_low, met=met)


def _put(
    trial: SurveyTrial, question: Question, before: tuple[Say, ...] = (), *, is_low: bool = False,
    met: Patience = FRESH,
) -> Step:  # fmt: skip
    """The question as a wave speaks it; words after the tone are not recorded: silence goes on, and so does any
    key but 0 and star."""
    path = f"/voice/trial/{trial.id}/{question.key}/key?low={int(is_low)}&{met.query}"
    says = spoken_question(question, trial.language)
    if question.scale is Scale.COMMENT:
        words = spoken_comment(question, trial.language, settings().recordings_kept_days)
        says = (*words, spoken("trial_comment", trial.language))
    return Ask((*before, *says), path, keys=1, wait_s=WAIT_S)
