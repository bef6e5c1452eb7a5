"""After a result: its owner is told, asked how it was, asked again, and in the end left in peace."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from base.wiring import settings
from messages import actions as messages
from outreach.actions import interviews
from outreach.actions.allclear import hears_all_clear
from outreach.actions.asking import ask, see
from outreach.actions.changes import tell_cancelled
from outreach.actions.hearing import heard_of_at, is_on_its_way
from outreach.actions.reach import Reach, reach_of
from outreach.actions.reporters import reporters
from outreach.actions.results import tell_result
from outreach.actions.standing import DONE, UNDER_WAY, about, end, holds, lock, withdraw
from outreach.callbackrules import Rule, rule_for
from outreach.surveymodels import Survey
from outreach.surveys import ALWAYS_ASKED, NO_OBJECTION, SurveyState
from tickets.lifecycle import MOVING, CloseReason, Status
from tickets.models import EventType, Ticket, TicketEvent

LOOK_AGAIN = timedelta(hours=1)
"""How often a text with the result that has not left yet is looked for."""
OBJECTION_LIVES = timedelta(days=1)
"""A newer matter of the same caller may be an objection: so long it is waited for before we look again."""


def surveys_due(session: Session, *, at: datetime, limit: int = 100) -> list[int]:
    """Surveys that have to be looked at, the oldest first. One look at a small partial index."""
    return list(
        session.scalars(
            select(Survey.id)
            .where(Survey.due_at.is_not(None), Survey.due_at <= at)
            .order_by(Survey.due_at, Survey.id)
            .limit(limit)
        )
    )


def is_due(session: Session, *, at: datetime) -> bool:
    """Whether some owner has to be told, asked or left in peace now."""
    return bool(tickets.actions.follow_ups_due(session, at=at, limit=1) or surveys_due(session, at=at, limit=1))


def follow_up(session: Session, ticket_id: int, *, at: datetime) -> None:
    """Look after the owner of a ticket that was resolved, opened again or cancelled. Twice changes nothing.

    1. What was begun about an earlier result is taken back.
    2. The new result is told, and the question about it planned, each once; or that nobody comes.
    """
    ticket = tickets.actions.get(session, ticket_id)
    if ticket.follow_up_at is None or ticket.follow_up_at > at:
        return
    result = tickets.actions.resolution_of(session, ticket_id)
    standing = result if ticket.status in DONE else None
    for survey in session.scalars(select(Survey).where(Survey.ticket_id == ticket_id).with_for_update()):
        if standing is None or survey.result_id != standing.id:
            withdraw(session, survey, at=at)
    if standing is not None:
        _begin(session, ticket, standing, at)
    elif ticket.status is Status.CANCELLED:
        tell_cancelled(session, ticket, at=at)
    tickets.actions.followed_up(session, ticket)


def look(session: Session, survey_id: int, *, at: datetime) -> None:
    """Do what is due about one survey: put the question, see what became of it, end it, or close its ticket."""
    survey = lock(session, survey_id)
    if survey is None or survey.due_at is None or survey.due_at > at:
        return
    ticket = survey.ticket
    if not holds(session, survey, ticket):
        withdraw(session, survey, at=at)
    elif survey.state is SurveyState.PLANNED:
        ask(session, survey, ticket, at=at)
        _tell_not_asked(session, survey, ticket, at)
    elif survey.state is SurveyState.OPEN:
        see(session, survey, at=at)
        _tell_not_asked(session, survey, ticket, at)
    else:
        _close_by_rule(session, survey, ticket, at)
    session.flush()


def stop_asking(session: Session, number: str, *, at: datetime) -> None:
    """Whoever has this number wants to be left alone: nothing more is asked."""
    for survey_id in session.scalars(
        select(Survey.id).where(Survey.number == number, Survey.state.in_(UNDER_WAY)).order_by(Survey.id)
    ).all():
        survey = lock(session, survey_id)
        if survey is not None and survey.state in UNDER_WAY:
            messages.cancel(session, about=about(survey), at=at)
            end(survey, SurveyState.UNANSWERED, "opted_out", at=at)
    interviews.stop_asking(session, number, at=at)


def _begin(session: Session, ticket: Ticket, result: TicketEvent, at: datetime) -> None:
    known = session.scalar(select(Survey.id).where(Survey.result_id == result.id))
    if known is not None:
        return
    reach = reach_of(session, ticket.caller_number, at=at)
    can_read = reach is not None and reach.can_read and not hears_all_clear(session, ticket, result)
    told_at = tell_result(session, ticket, result, reach, at=at) if reach is not None and can_read else None
    _tell_parts(session, ticket, result, at)
    rule = rule_for(ticket.kind, ticket.category, ticket.level)
    way = next((one for one in rule.ways if reach is not None and one in reach.ways), None)
    why_not = _why_not(ticket, reach, rule)
    survey = Survey(
        ticket_id=ticket.id, result_id=result.id, state=SurveyState.PLANNED, language=ticket.language,
        number=reach.number if reach else None, way=way,
        is_demo=reach.is_demo if reach else False, told_at=told_at,
        due_at=(told_at or at) + rule.delay(settings().callback_after_s),
    )  # fmt: skip
    if why_not:
        end(survey, SurveyState.NOT_ASKED, why_not, at=at)
        if ticket.kind in ALWAYS_ASKED:
            survey.due_at = None  # somebody has to write down why it is closed
    session.add(survey)
    session.flush()
    _tell_not_asked(session, survey, ticket, at)


def _tell_not_asked(session: Session, survey: Survey, ticket: Ticket, at: datetime) -> None:
    """The timeline keeps that nobody is asked, so that no clock waits for it; where it is `owed`, one of us has to."""
    if survey.state is SurveyState.NOT_ASKED:
        owed = ticket.kind in ALWAYS_ASKED
        tickets.actions.add_event(
            session, ticket.id, EventType.MESSAGE, at=at,
            data={"what": "not_asked_owed" if owed else "not_asked", "why": survey.reason, "survey": survey.id},
            once_key=f"not-asked/{survey.id}",
        )  # fmt: skip


def _tell_parts(session: Session, ticket: Ticket, result: TicketEvent, at: datetime) -> None:
    """Whoever reported what was merged into it is told the result too, under their own number; each number once."""
    for part, reach in reporters(session, ticket, at=at):
        if part.id != ticket.id:
            tell_result(session, part, result, reach, at=at)


def _why_not(ticket: Ticket, reach: Reach | None, rule: Rule) -> str:
    if reach is None:
        return "no_number"
    if not set(rule.ways) & set(reach.ways):
        return "no_way"
    return "" if rule.draws(ticket.kind, ticket.ref) else "not_drawn"


def _close_by_rule(session: Session, survey: Survey, ticket: Ticket, at: datetime) -> None:
    """Nobody objected for days who could have: where nobody heard of it, one of us has to say why it is closed."""
    survey.due_at = None
    if ticket.status is not Status.RESOLVED or (ticket.kind in ALWAYS_ASKED and survey.asked_at is None):
        return
    heard_at = heard_of_at(session, survey)
    if heard_at is None:
        survey.due_at = at + LOOK_AGAIN if is_on_its_way(session, survey) else None
        return
    if heard_at + NO_OBJECTION > at:
        survey.due_at = heard_at + NO_OBJECTION
        return
    if _has_newer_matter(session, ticket, min(heard_at, survey.told_at or heard_at)):
        survey.due_at = at + OBJECTION_LIVES
        return
    tickets.actions.close(session, ticket.id, None, at=at, why=CloseReason.NO_OBJECTION)


def _has_newer_matter(session: Session, ticket: Ticket, since_at: datetime) -> bool:
    newer = select(Ticket.id).where(
        Ticket.caller_number == ticket.caller_number, Ticket.id != ticket.id, Ticket.opened_at > since_at,
        Ticket.status.in_(MOVING),
    )  # fmt: skip
    return session.scalar(newer.limit(1)) is not None
