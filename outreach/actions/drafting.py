"""One message of a campaign: once under which key, by whom, from when and until when, at what urgency."""

from datetime import datetime, timedelta
from functools import lru_cache

from base.wiring import settings
from messages import actions as messages
from messages import pacing
from messages.ledger.plan import Draft
from messages.lifecycle import MessageClass, Way
from messages.wording import segments
from outreach.actions import occasions
from outreach.actions.bodies import Bodies
from outreach.audience import Recipient
from outreach.lifecycle import AFTERWARDS, CampaignKind
from outreach.models import Campaign
from telephony.numbers import zones
from tickets.lifecycle import ENDANGERS_LIFE, IncidentKind

CALL_VALID = timedelta(hours=12)
"""How long a call to a landline makes sense where no end is promised: it may have to wait for the morning."""
SPOKEN_RING_S = 40


def draft(campaign: Campaign, one: Recipient, bodies: Bodies, *, at: datetime) -> Draft:
    """The message for one recipient, planned at `at`."""
    due_at, until_at = _when(campaign, one, at)
    answer_path = f"/voice/notice/{{id}}/{one.language}" if one.way is Way.CALL else ""
    return _made(campaign, one, bodies.of(one, due_at), answer_path, due_at, until_at)


def draft_again(campaign: Campaign, one: Recipient, body: str, answer_path: str, *, at: datetime) -> Draft:
    """The same words once more, to somebody whom they did not reach."""
    due_at, until_at = _when(campaign, one, at)
    return _made(campaign, one, body, answer_path, due_at, until_at)


def _made(
    campaign: Campaign, one: Recipient, body: str, answer_path: str, due_at: datetime, until_at: datetime | None
) -> Draft:
    is_text = one.way is Way.TEXT
    return Draft(
        once_key=_once_key(campaign, one.number), about=f"campaign:{campaign.id}", batch_id=campaign.batch_id,
        lane=campaign.batch.lane, message_class=campaign.message_class,
        urgency=_urgency(campaign, one.way),
        way=one.way, number=one.number, sender=_sender(campaign.message_class, one.way), due_at=due_at,
        valid_until_at=until_at, body=body, segments=_segments(body) if is_text else 1, answer_path=answer_path,
        ring_s=30 if is_text else SPOKEN_RING_S, is_demo=one.is_demo,
    )  # fmt: skip


def _once_key(campaign: Campaign, number: str) -> str:
    """An occasion greets a number once, whichever campaign does it; anything else is once in its own."""
    if campaign.kind is CampaignKind.GREETING and campaign.audience.get("again_of") is None:
        return f"care/{campaign.occasion}/{number}"
    return f"campaign/{campaign.id}/{number}"


def _sender(message_class: MessageClass, way: Way) -> str:
    return settings().hotline if way is Way.CALL else settings().sender(messages.SENDER_OF[message_class])


def _when(campaign: Campaign, one: Recipient, at: datetime) -> tuple[datetime, datetime | None]:
    """From when and until when a message makes sense.

    A greeting is for its day, as it is where the recipient is. A landline that must not be rung at night has longer
    than a text: the claim holds it until the morning. But an end that has passed is promised to nobody. Of a drill
    nobody hears at night, by text neither.
    """
    due_at, until_at = max(campaign.send_at or at, at), campaign.valid_until_at
    if campaign.kind is CampaignKind.GREETING:
        day_ends_at = occasions.ends_at(campaign.send_at or campaign.written_at, _zone(one.number))
        return due_at, min(until_at or day_ends_at, day_ends_at)
    is_text = one.way is Way.TEXT
    if _wakes(campaign) or (is_text and not _is_drill(campaign)):
        return due_at, until_at
    hours = MessageClass.SERVICE if is_text else pacing.LANDLINE
    morning_at = pacing.quiet_until(hours, due_at, (_zone(one.number),)) or due_at
    promised_at = campaign.incident.promised_end_at if campaign.incident is not None else None
    if campaign.step in AFTERWARDS or promised_at is None:
        return morning_at, max(until_at or due_at, due_at + CALL_VALID)
    return morning_at, max(until_at or due_at, promised_at)


def _zone(number: str) -> str:
    return (zones(number) or (settings().timezone,))[0]


def _wakes(campaign: Campaign) -> bool:
    """Whether life is in danger: then a landline is rung at any hour."""
    if campaign.message_class is not MessageClass.EMERGENCY:
        return False
    return campaign.incident is not None and campaign.incident.kind in ENDANGERS_LIFE


def _is_drill(campaign: Campaign) -> bool:
    """Whether it is a rehearsal: it wakes nobody, and stands behind whatever is real."""
    return campaign.incident is not None and campaign.incident.kind is IncidentKind.DRILL


def _urgency(campaign: Campaign, way: Way) -> int:
    if way is Way.CALL and not _wakes(campaign):
        return pacing.CALM_URGENCY
    return pacing.URGENCY[MessageClass.SERVICE if _is_drill(campaign) else campaign.message_class, way]


_segments = lru_cache(maxsize=256)(lambda body: segments(body).count)
