"""A caller who missed the question how it was may answer it now, before the menu."""

from collections.abc import Mapping

from hotline.actions.greeting import top
from hotline.actions.staffline import ticket_words
from hotline.actions.turn import Next, Turn, spoken_ref
from outreach.actions import answers
from outreach.models import Survey
from outreach.surveys import Via, is_low
from telephony.speech import End


def offered(turn: Turn) -> bool:
    """Whether this number has a question open; it is remembered for the rest of the call."""
    number = turn.call.from_number
    survey = answers.missed_question(turn.session, number, at=turn.at) if number else None
    if survey is not None:
        turn.remember(survey_id=survey.id)
    return survey is not None


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


def commented(turn: Turn) -> Next:
    """The message is over, or nothing was said."""
    if turn.heard.recording_sid.startswith("RE"):
        answers.keep_recording(turn.session, turn.intake.survey_id, turn.heard.recording_sid, turn.heard.recording_s)
    turn.say("main.goodbye")
    return End(tuple(turn.says))
