"""What a campaign has come to: its messages by state, how long the rest takes, what it costs, how it reads."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from base.wiring import settings
from messages import actions as messages
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from outreach.lifecycle import CampaignState
from outreach.models import Campaign


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign has come: messages by state, those that failed or stay unsent by reason, and what is left.

    `left_s` is how long the rest takes at the sender's rate; None while it does not move.
    """

    by_state: dict[MessageState, int]
    by_reason: dict[str, int]
    waiting: int
    left_s: float | None


def so_far(session: Session, campaign: Campaign) -> Progress:
    """What has become of its messages."""
    of_batch = Message.batch_id == campaign.batch_id
    counted = select(Message.state, Message.reason, Message.error_code, func.count(), func.sum(Message.segments))
    by_state: dict[MessageState, int] = {}
    by_reason: dict[str, int] = {}
    units = 0.0
    for state, reason, code, number, segments in session.execute(
        counted.where(of_batch).group_by(Message.state, Message.reason, Message.error_code)
    ):
        by_state[state] = by_state.get(state, 0) + number
        if why := (code or reason):
            by_reason[why] = by_reason.get(why, 0) + number
        units += segments if state is MessageState.PLANNED else 0
    waiting = by_state.get(MessageState.PLANNED, 0)
    moves = campaign.state is CampaignState.APPROVED
    return Progress(by_state, by_reason, waiting, _seconds(campaign.message_class, units) if moves else None)


def seconds_to_send(campaign: Campaign) -> float:
    """How long all of it takes at the rates of its sender and of calls, from when it may go."""
    texts = _seconds(campaign.message_class, campaign.segments)
    rate = settings().call_rate
    return max(texts, campaign.calls / rate if rate else 0.0)


def cost(campaign: Campaign) -> float | None:
    """What all of it costs in the company's money; None where no prices are set."""
    here = settings()
    if not here.sms_cost and not here.call_cost:
        return None
    return round(campaign.segments * here.sms_cost + campaign.calls * here.call_cost, 2)


def samples(session: Session, campaign: Campaign, *, limit: int = 5) -> list[Message]:
    """The first few messages, exactly as they shall leave."""
    found = select(Message).where(Message.batch_id == campaign.batch_id).order_by(Message.id).limit(limit)
    return list(session.scalars(found))


def _seconds(message_class: MessageClass, segments: float) -> float:
    rate = float(getattr(settings(), f"sms_rate_{messages.SENDER_OF[message_class]}"))
    return segments / rate if rate else 0.0
