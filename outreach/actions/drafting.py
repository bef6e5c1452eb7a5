"""One message of a campaign: once under which key, by whom, from when and until when, at what urgency."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from base.wiring import settings
from messages import actions as messages
from messages import pacing
from messages.ledger.plan import Draft
from messages.lifecycle import MessageClass, Way
from messages.wording import segments
from outreach.actions import occasions
from outreach.actions.bodies import Bodies
from outreach.audience import Recipient
from outreach.lifecycle import WAKES_NOBODY, CampaignKind
from outreach.models import Campaign
from telephony.regions import zones
from tickets.lifecycle import ENDANGERS_LIFE, IncidentKind

CALL_VALID = timedelta(hours=12)
"""How much longer a call to a landline makes sense where no end is promised: it may have to wait for the morning."""
SPOKEN_RING_S = 40


class Drafting:
    """The messages of one campaign, planned at `at`; what is the same for all of them is looked up once."""

    def __init__(self, campaign: Campaign, bodies: Bodies, *, at: datetime) -> None:
        self._campaign, self._bodies = campaign, bodies
        self._due_at = max(campaign.send_at or at, at)
        self._is_greeting = campaign.kind is CampaignKind.GREETING
        self._is_wave = campaign.questionnaire is not None
        self._goes_at = campaign.send_at or campaign.written_at
        self._day_ends_at: dict[str, datetime | None] = {}
        # an occasion greets a number once, whichever campaign does it; anything else is once in its own
        is_first = self._is_greeting and campaign.audience.get("again_of") is None
        self._once = f"care/{campaign.occasion}" if is_first else f"campaign/{campaign.id}"
        self._same: dict[str, Any] = {
            "about": f"campaign:{campaign.id}", "batch_id": campaign.batch_id, "lane": campaign.batch.lane,
            "message_class": campaign.message_class,
        }  # fmt: skip
        self._by_way = {(way, may_wake): self._way(way, may_wake=may_wake) for way in Way for may_wake in (True, False)}

    def draft(self, one: Recipient) -> Draft:
        """The message for one recipient."""
        due_at, until_at = self._when(one)
        answer_path = self._answer_path(one) if one.way is Way.CALL else ""
        return self._made(one, self._bodies.of(one, due_at), answer_path, due_at, until_at)

    def _answer_path(self, one: Recipient) -> str:
        """What speaks when a placed call is picked up: the questions of a wave, or the words themselves."""
        return "/voice/wave/{id}" if self._is_wave else f"/voice/notice/{{id}}/{one.language}"

    def again(self, one: Recipient, body: str, answer_path: str) -> Draft:
        """The same words once more, to somebody whom they did not reach."""
        return self._made(one, body, answer_path, *self._when(one))

    def _made(
        self, one: Recipient, body: str, answer_path: str, due_at: datetime, until_at: datetime | None
    ) -> Draft:  # fmt: skip
        return Draft(
            **self._same, **self._by_way[one.way, one.may_wake], once_key=f"{self._once}/{one.number}", way=one.way,
            number=one.number, due_at=due_at, valid_until_at=until_at, body=body,
            segments=_segments(body) if one.way is Way.TEXT else 1, answer_path=answer_path, is_demo=one.is_demo,
        )  # fmt: skip

    def _way(self, way: Way, *, may_wake: bool) -> dict[str, Any]:
        here, message_class, is_text = settings(), self._campaign.message_class, way is Way.TEXT
        ranks_as = MessageClass.SERVICE if _is_drill(self._campaign) else message_class
        is_waking = may_wake and _wakes(self._campaign)
        usual = pacing.URGENCY.get((ranks_as, way), pacing.CALM_URGENCY)  # some classes are never spoken
        return {
            "urgency": usual if is_text or self._is_wave or is_waking else pacing.CALM_URGENCY,
            "sender": here.sender(messages.SENDER_OF[message_class]) if is_text else here.hotline,
            "ring_s": 30 if is_text or self._is_wave else SPOKEN_RING_S,
        }

    def _when(self, one: Recipient) -> tuple[datetime, datetime | None]:
        """From when and until when a message makes sense.

        A greeting is for its day, as it is where the recipient is. A landline that must not be rung at night has
        longer than a text: the claim holds it until the morning, also one let go at the last moment. But an end that
        has passed is promised to nobody. Of a drill nobody hears at night, by text neither.
        """
        campaign, due_at, until_at = self._campaign, self._due_at, self._campaign.valid_until_at
        if self._is_greeting:
            return due_at, self._end_of_day(_zone(one.number))
        is_text = one.way is Way.TEXT
        is_any_time = self._is_wave or (is_text and not _is_drill(campaign)) or (one.may_wake and _wakes(campaign))
        if is_any_time:
            return due_at, until_at
        hours = MessageClass.SERVICE if is_text else pacing.LANDLINE
        morning_at = pacing.quiet_until(hours, due_at, (_zone(one.number),)) or due_at
        promised_at = campaign.incident.promised_end_at if campaign.incident is not None else None
        if campaign.step in WAKES_NOBODY or promised_at is None:
            return morning_at, (until_at or due_at) + CALL_VALID
        return morning_at, max(until_at or due_at, promised_at)

    def _end_of_day(self, zone: str) -> datetime | None:
        if zone not in self._day_ends_at:
            until_at, day_ends_at = self._campaign.valid_until_at, occasions.ends_at(self._goes_at, zone)
            self._day_ends_at[zone] = min(until_at or day_ends_at, day_ends_at)
        return self._day_ends_at[zone]


def _zone(number: str) -> str:
    return (zones(number) or (settings().timezone,))[0]


def _wakes(campaign: Campaign) -> bool:
    """Whether life is in danger, and still is: then a landline is rung at any hour."""
    if campaign.message_class is not MessageClass.EMERGENCY or campaign.step in WAKES_NOBODY:
        return False
    return campaign.incident is not None and campaign.incident.kind in ENDANGERS_LIFE


def _is_drill(campaign: Campaign) -> bool:
    """Whether it is a rehearsal: it wakes nobody, and stands behind whatever is real."""
    return campaign.incident is not None and campaign.incident.kind is IncidentKind.DRILL


_segments = lru_cache(maxsize=256)(lambda body: segments(body).count)
