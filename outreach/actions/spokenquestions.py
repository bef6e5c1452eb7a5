"""The step of a call that puts one question of a wave; whichever call it is, its keys come to the same door."""

from base.wiring import settings
from outreach.interviewwords import spoken_comment, spoken_question
from outreach.questionnaires import Question, Scale
from outreach.surveymodels import Interview
from outreach.surveys import Via
from telephony.patience import FRESH, Patience
from telephony.speech import Ask, Record, Say, Step

WAIT_S = 6
LONGEST_COMMENT_S = 120
PERSON, AGAIN = "0", "*"
END_KEYS = f"#{AGAIN}{PERSON}"


def put(
    interview: Interview, question: Question, via: Via, before: tuple[Say, ...] = (), *,
    met: Patience = FRESH, has_spoken: bool = False,
) -> Step:  # fmt: skip
    """Say `before` and the question, then wait for a key, or for words after the tone; what was met before goes along.

    `has_spoken`: some of the words after the tone are kept already.
    """
    if question.scale is Scale.COMMENT:
        says = (*before, *spoken_comment(question, interview.language, settings().recordings_kept_days))
        return listen(interview, question, via, says, silences=met.silences, has_spoken=has_spoken)
    path = f"/voice/interview/{interview.id}/{question.key}/key?by={via.value}&{met.query}"
    return Ask((*before, *spoken_question(question, interview.language)), path, keys=1, wait_s=WAIT_S)


def listen(
    interview: Interview, question: Question, via: Via, says: tuple[Say, ...], *, silences: int = 0,
    has_spoken: bool = False, hears_keys: bool = True,
) -> Record:  # fmt: skip
    """The tone after `says`, through which keys are heard too, unless they are no more than a word."""
    here = f"/voice/interview/{interview.id}"
    said = f"{here}/{question.key}/said?by={via.value}&s={silences}&m={int(has_spoken)}"
    return Record(
        says, said, f"{here}/recorded", longest_s=LONGEST_COMMENT_S, end_keys=END_KEYS,
        key_path=said if hears_keys else "",
    )  # fmt: skip
