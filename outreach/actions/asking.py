"""Put the question how it was, by text or by call, remind of it once, and see what became of it."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

import tickets.actions
from base.rows import alone
from base.wiring import settings
from directory import actions as directory
from messages import actions as messages
from messages import pacing
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Message
from messages.wording import say
from outreach.actions.hearing import was_put
from outreach.actions.oneatatime import A_LITTLE_LATER, is_being_asked
from outreach.actions.openquestions import letter_for
from outreach.actions.reach import reach_of
from outreach.actions.results import matter
from outreach.actions.standing import about, end
from outreach.callbackrules import Rule, rule_for
from outreach.letters import shown
from outreach.surveymodels import Survey
from outreach.surveys import CALL_LIVES, TEXT_LIVES, SurveyState, next_try_at
from telephony.regions import zones
from tickets.models import EventType, Ticket

LOOK_AGAIN = timedelta(seconds=60)
"""How often the end of a call in the air is looked for."""
RING_S = 30


def ask(session: Session, survey: Survey, ticket: Ticket, *, at: datetime) -> None:
    """Put the question now, or later: not in quiet hours, not while they are asked about another, never if refused."""
    number, zone = survey.number, settings().timezone
    assert number is not None  # a survey without a number is never planned
    quiet_until_at = pacing.quiet_until(MessageClass.SURVEY, at, zones(number) or (zone,))
    if _is_too_late(survey, quiet_until_at or at):
        survey.asked_at = None
        end(survey, SurveyState.NOT_ASKED, "too_late", at=at)
    elif quiet_until_at is not None:
        survey.due_at = quiet_until_at
    elif why := directory.why_not(session, number, MessageClass.SURVEY.value):
        end(survey, SurveyState.UNANSWERED, why, at=at)
    elif survey.way is Way.TEXT:
        _ask_by_text(session, survey, ticket, number, at)
    elif is_being_asked(session, number, at=at, survey_id=survey.id):
        survey.due_at = at + A_LITTLE_LATER
    else:
        _ask_by_call(session, survey, number, at)


def see(session: Session, survey: Survey, *, at: datetime) -> None:
    """A text is reminded of, then it has had its time; a call without an answer is placed again at another hour."""
    calls = messages.messages_about(session, about(survey))
    last = calls[-1] if calls else None
    if survey.way is Way.TEXT:
        if at < _text_ends_at(survey, at):
            _remind(session, survey, was_told=was_put(calls), at=at)
        else:
            _ends_unanswered(survey, calls, "expired", at)
        return
    if last is not None and last.final_at is None:
        survey.due_at = at + LOOK_AGAIN
    elif last is not None and last.state is MessageState.SUPPRESSED:
        _ends_unanswered(survey, calls, last.reason, at)
    elif survey.tries >= _rule(survey).tries:
        _ends_unanswered(survey, calls, "no_answer", at)
    else:
        zone = (zones(survey.number or "") or (settings().timezone,))[0]
        survey.state = SurveyState.PLANNED
        survey.due_at = next_try_at([call.planned_at for call in calls], at=at, zone=zone)
        if _is_too_late(survey, survey.due_at):
            _ends_unanswered(survey, calls, "no_answer", at)


def _remind(session: Session, survey: Survey, *, was_told: bool, at: datetime) -> None:
    """Say once more what was asked, unless it never arrived, they refuse it, or cannot answer a text any more.

    Not in quiet hours: then a little later, or not at all.
    """
    number, ends_at = survey.number, _text_ends_at(survey, at)
    assert number is not None  # a survey without a number is never planned
    reach = reach_of(session, number, at=at)
    if why := directory.why_not(session, number, MessageClass.SURVEY.value):
        end(survey, SurveyState.UNANSWERED, why, at=at)
        return
    quiet_until_at = pacing.quiet_until(MessageClass.SURVEY, at, zones(number) or (settings().timezone,))
    if survey.tries > 1 or not was_told or reach is None or Way.TEXT not in reach.ways:
        survey.due_at = ends_at
    elif quiet_until_at is not None:
        survey.due_at = min(quiet_until_at, ends_at)
    else:
        _remind_by_text(session, survey, number, at)


def _text_ends_at(survey: Survey, at: datetime) -> datetime:
    return (survey.asked_at or at) + TEXT_LIVES


def _rule(survey: Survey) -> Rule:
    return rule_for(survey.ticket.kind, survey.ticket.category, survey.ticket.level)


def _is_too_late(survey: Survey, at: datetime) -> bool:
    """Whether the rule wants nobody asked so long after they were told."""
    lasts = _rule(survey).lasts
    return lasts is not None and survey.told_at is not None and at > survey.told_at + lasts


def _ends_unanswered(survey: Survey, sent: list[Message], reason: str, at: datetime) -> None:
    """Nobody answered; where no question got as far as their telephone, nobody was asked."""
    if was_put(sent):
        end(survey, SurveyState.UNANSWERED, reason[:30], at=at)
        return
    survey.asked_at = None
    why_not = sent[-1].reason if sent else ""
    end(survey, SurveyState.NOT_ASKED, (why_not or "not_delivered")[:30], at=at)


def _ask_by_text(session: Session, survey: Survey, ticket: Ticket, number: str, at: datetime) -> None:
    language = survey.language
    alone(session, f"asked/{number}")  # two that are put at the same moment would not see each other's letter
    survey.letter = letter_for(session, number, at=at)
    known = {"what": matter(ticket, language), "ref": ticket.ref}
    code = shown(survey.letter)
    body = say("survey_coded", language, letter=code, **known) if code else say("survey", language, **known)
    message_id = messages.plan_text(
        session, number=number, message_class=MessageClass.SURVEY, body=body, once_key=_once_key(survey),
        about=about(survey), at=at, valid_until_at=at + TEXT_LIVES, language=language, is_demo=survey.is_demo,
    )  # fmt: skip
    survey.state, survey.asked_at, survey.tries = SurveyState.OPEN, at, 1
    survey.due_at = at + (_rule(survey).patience or TEXT_LIVES)
    _tell_timeline(session, survey, "survey", message_id, messages.signed(number, body, language), at)


def _remind_by_text(session: Session, survey: Survey, number: str, at: datetime) -> None:
    language, ends_at = survey.language, _text_ends_at(survey, at)
    known = {"what": matter(survey.ticket, language), "ref": survey.ticket.ref}
    body = say("survey_reminder", language, letter=shown(survey.letter), **known)
    message_id = messages.plan_text(
        session, number=number, message_class=MessageClass.SURVEY, body=body,
        once_key=f"{_once_key(survey)}/reminder", about=about(survey), at=at, valid_until_at=ends_at,
        language=language, is_demo=survey.is_demo,
    )  # fmt: skip
    survey.tries, survey.due_at = survey.tries + 1, ends_at
    _tell_timeline(session, survey, "survey_reminder", message_id, messages.signed(number, body, language), at)


def _ask_by_call(session: Session, survey: Survey, number: str, at: datetime) -> None:
    survey.state, survey.asked_at, survey.tries = SurveyState.OPEN, survey.asked_at or at, survey.tries + 1
    message_id = messages.plan_call(
        session, number=number, message_class=MessageClass.SURVEY, answer_path=f"/voice/survey/{survey.id}",
        once_key=_once_key(survey, survey.tries), about=about(survey), at=at, ring_s=RING_S,
        valid_until_at=at + CALL_LIVES, is_demo=survey.is_demo,
    )  # fmt: skip
    survey.due_at = at + LOOK_AGAIN
    _tell_timeline(session, survey, "survey_call", message_id, "", at)


def _once_key(survey: Survey, call: int = 0) -> str:
    return f"ticket/{survey.ticket_id}/survey/{survey.result_id}" + (f"/call/{call}" if call else "")


def _tell_timeline(
    session: Session, survey: Survey, what: str, message_id: int | None, text: str, at: datetime
) -> None:
    tickets.actions.add_event(
        session, survey.ticket_id, EventType.MESSAGE, at=at, text=text,
        data={"what": what, "message": message_id, "survey": survey.id},
        once_key=f"asked/{survey.id}/{survey.tries}",
    )  # fmt: skip
