"""The step of a call that puts one question of a wave; whichever call it is, its keys come to the same door."""

from base.wiring import settings
from outreach.interviewwords import spoken_comment, spoken_question
from outreach.questionnaires import Question, Scale
from outreach.surveymodels import Interview
from outreach.surveys import Via
from telephony.speech import Ask, Record, Say, Step

WAIT_S = 6
LONGEST_COMMENT_S = 120


def put(
    interview: Interview, question: Question, via: Via, before: tuple[Say, ...] = (), *, silences: int = 0,
    wrongs: int = 0,
) -> Step:  # fmt: skip
    """Say `before` and the question, then wait for a key, or for words after the tone; patience goes along."""
    here, by = f"/voice/interview/{interview.id}", f"by={via.value}"
    if question.scale is Scale.COMMENT:
        says = spoken_comment(question, interview.language, settings().recordings_kept_days)
        done = f"{here}/{question.key}/said?{by}"
        return Record((*before, *says), done, f"{here}/recorded", longest_s=LONGEST_COMMENT_S)
    path = f"{here}/{question.key}/key?{by}&s={silences}&w={wrongs}"
    return Ask((*before, *spoken_question(question, interview.language)), path, keys=1, wait_s=WAIT_S)
