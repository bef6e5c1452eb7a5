"""What a campaign has come to: its messages by state, how long the rest takes, what it costs, how it reads."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from base.wiring import settings
from messages import actions as messages
from messages import pacing
from messages.ever import EVER
from messages.ledger.paces import prices
from messages.lifecycle import MessageClass, MessageState, Way
from outreach.actions import routes
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
    """What has become of its messages, also of those in the archive."""
    of_batch = EVER.batch_id == campaign.batch_id
    kinds = (EVER.state, EVER.reason, EVER.error_code, EVER.way)
    counted = select(*kinds, func.count(), func.sum(EVER.segments))
    by_state: dict[MessageState, int] = {}
    by_reason: dict[str, int] = {}
    left = dict.fromkeys(Way, 0)
    for state, reason, code, way, number, segments in session.execute(counted.where(of_batch).group_by(*kinds)):
        by_state[state] = by_state.get(state, 0) + number
        if why := (code or reason):
            by_reason[why] = by_reason.get(why, 0) + number
        left[way] += segments if state is MessageState.PLANNED else 0
    waiting = by_state.get(MessageState.PLANNED, 0)
    moves = campaign.state is CampaignState.APPROVED
    left_s = _seconds(campaign.message_class, left[Way.TEXT], left[Way.CALL])
    return Progress(by_state, by_reason, waiting, left_s if moves else None)


def first_at(message_class: MessageClass, at: datetime) -> datetime:
    """When something to many that may leave at `at` begins to: not in the company's night."""
    return pacing.quiet_until(message_class, at, (settings().timezone,)) or at


def seconds_to_send(campaign: Campaign) -> float:
    """How long all of it takes at the rates of its sender and of calls, from when it may go."""
    return _seconds(campaign.message_class, campaign.segments, campaign.calls)


def cost(campaign: Campaign) -> float | None:
    """What all of it costs in the company's money, by where it goes; None where no prices are set."""
    if campaign.routes is not None:
        return routes.total(routes.read(campaign.routes))
    known = prices(settings())  # planned before it was counted by country
    return round(known.of(campaign.segments, campaign.calls), 2) if known.are_known else None


def terms(campaign: Campaign) -> str:
    """What an approval binds to beside the messages: the cost it was frozen with, in all and by country.

    Of one that was given another day also from when on it goes: no message of it need look different for that.
    """
    moved = f" change {len(campaign.day_changes)} {campaign.send_at}" if campaign.day_changes else ""
    if campaign.cost is None:
        return moved
    by_country = (f" {one.country} {one.way} {one.cost}" for one in routes.read(campaign.routes))
    return f"cost {campaign.cost:.2f}" + "".join(by_country) + moved


def _seconds(message_class: MessageClass, segments: int, calls: int) -> float:
    here = settings()
    rate = float(getattr(here, f"sms_rate_{messages.SENDER_OF[message_class]}"))
    return max(segments / rate if rate else 0.0, calls / here.call_rate if here.call_rate else 0.0)
