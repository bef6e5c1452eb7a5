"""What became of the texts and calls about a result: whether its owner heard of it, and was really asked."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from messages import actions as messages
from messages.lifecycle import WAITING, MessageState, Way
from messages.models import Message
from outreach.actions.results import about_result
from outreach.actions.standing import about
from outreach.lifecycle import NoticeStep
from outreach.models import Campaign
from outreach.surveymodels import Survey
from outreach.surveys import SurveyState
from tickets.actions.incidents import WITH_INCIDENT
from tickets.models import TicketEvent

TOLD = frozenset({MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.NO_RECEIPT})
"""How a text ends, or stands for days, of which nobody says that it did not arrive."""
PUT = TOLD | {MessageState.ANSWERED, MessageState.BUSY, MessageState.NO_ANSWER}
"""How a question stands that reached somebody's telephone, whether or not they picked it up."""


def heard_of_at(session: Session, survey: Survey) -> datetime | None:
    """When the owner first heard of the result: told by text, asked by text or call, or answering. None: never."""
    moments = [_since(text) for text in _texts_of(session, survey) if text.state in TOLD]
    for asked in messages.messages_about(session, about(survey)):
        if asked.state is (MessageState.DELIVERED if asked.way is Way.TEXT else MessageState.ANSWERED):
            moments.append(asked.final_at or asked.planned_at)
    if survey.state is SurveyState.ANSWERED and survey.ended_at is not None:
        moments.append(survey.ended_at)
    return min(moments, default=None)


def is_on_its_way(session: Session, survey: Survey) -> bool:
    """Whether the text with the result may still reach them."""
    return any(text.state in WAITING for text in _texts_of(session, survey))


def was_put(asked: Iterable[Message]) -> bool:
    """Whether one of these questions got as far as somebody's telephone."""
    return any(message.state in PUT for message in asked)


def _texts_of(session: Session, survey: Survey) -> list[Message]:
    told = messages.messages_about(session, about_result(survey.result_id))
    result = session.get_one(TicketEvent, survey.result_id)
    if result.data.get("how") != WITH_INCIDENT:
        return told
    over = select(Campaign.batch_id).where(
        Campaign.incident_id == survey.ticket.incident_id, Campaign.step == NoticeStep.RESTORED
    )
    return told + list(
        session.scalars(select(Message).where(Message.batch_id.in_(over), Message.number == survey.number))
    )


def _since(text: Message) -> datetime:
    return text.accepted_at or text.final_at or text.planned_at
