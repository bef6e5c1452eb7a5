"""A caller who missed the question how it was, or the questions of a wave, may answer now, before the menu."""

from collections.abc import Mapping

from hotline.actions.greeting import top
from hotline.actions.staffline import ticket_words
from hotline.actions.turn import Next, Turn, spoken_ref
from outreach.actions import answers, atnumber, interviews
from outreach.actions.spokenquestions import put
from outreach.surveymodels import Survey
from outreach.surveys import Via, is_low
from telephony.speech import End


def offer_of(turn: Turn) -> str:
    """The menu that offers what this number has open; it is remembered for the rest of the call. Empty: nothing."""
    number = turn.call.from_number
    if not number:
        return ""
    if (survey := answers.missed_question(turn.session, number, at=turn.at)) is not None:
        turn.remember(survey_id=survey.id)
        return "survey.offer"
    if (interview := atnumber.missed_interview(turn.session, number, at=turn.at)) is not None:
        turn.remember(interview_id=interview.id)
        return "interview.offer"
    return ""


def offer_values(turn: Turn) -> Mapping[str, object]:
    """What the question is about."""
    survey = turn.session.get_one(Survey, turn.intake.survey_id)
    return ticket_words(turn, survey.ticket)


def scored(turn: Turn) -> Next:
    """Their answer. After a low one the ticket is open again and is this call's own: a message belongs to it."""
    survey_id, key = turn.intake.survey_id, turn.intake.score_key
    answer = answers.take_score(turn.session, survey_id, key, via=Via.HOTLINE, at=turn.at)
    if answer is None:
        turn.say("rating.over")
        return top(turn)
    turn.remember(is_answered=True)  # they got what they called for, unless they go on
    if not is_low(answer.score):
        turn.say("rating.thanks")
        return top(turn)
    ticket = turn.session.get_one(Survey, survey_id).ticket
    turn.call.ticket_id, turn.call.ticket = ticket.id, ticket
    turn.say("rating.sorry", ref=spoken_ref(ticket))
    return "rating.comment"


def interviewed(turn: Turn) -> Next:
    """They answer the questions of a wave; from here on the call is its own."""
    interview = interviews.lock(turn.session, turn.intake.interview_id)
    question = interviews.current(interview) if interview is not None else None
    if interview is None or question is None or not interviews.can_be_answered(turn.session, interview, at=turn.at):
        turn.say("interview.over")
        return top(turn)
    turn.remember(is_answered=True)
    return put(interview, question, Via.HOTLINE, tuple(turn.says))


def keep_comment(turn: Turn) -> None:
    """The message belongs to their answer as well as to its ticket."""
    if turn.heard.recording_sid.startswith("RE"):
        answers.keep_recording(
            turn.session, turn.intake.survey_id, turn.heard.recording_sid, turn.heard.recording_s, at=turn.at
        )  # fmt: skip


def commented(turn: Turn) -> Next:
    """The message is over, or nothing was said."""
    turn.say("main.goodbye")
    return End(tuple(turn.says))
