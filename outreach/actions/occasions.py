"""Which occasion a greeting is for: once a person, an occasion and a year, whoever writes it."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from base.clock import local
from base.errors import BadInput
from base.wiring import settings
from messages import pacing
from messages.lifecycle import MessageClass
from outreach import festivals
from outreach.festivals import NotGreeted, Whom
from outreach.lifecycle import CampaignKind

REFUSED = ("never", "merged")
"""Days on which people mourn, and days whose greeting has gone out with another's."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a greeting is for, once a number; `is_for_elders` where only they are greeted on that day."""

    key: str = ""
    is_for_elders: bool = False


def occasion_of(kind: CampaignKind, send_at: datetime) -> Occasion:
    """`mid_autumn/2026` for a greeting that leaves on that day of the company; empty for what is no greeting.

    What is written in the evening leaves on the next morning, and is for that day. A day without a festival of ours (a
    birthday of the estate) is an occasion of its own. Raises `BadInput` for a day on which nobody is greeted.
    """
    if kind is not CampaignKind.GREETING:
        return Occasion()
    here_at = _here_at(send_at)
    day = here_at.date()
    found = festivals.greetings_on(day)
    if not isinstance(found, NotGreeted):
        if here_at.time() >= found[0].ends:
            raise BadInput(
                f"{day} 的祝福在 {found[0].ends:%H:%M} 前发出，请改早，或改到第二天。"
                f"The greeting of {day} leaves before {found[0].ends:%H:%M}; give an earlier time, or the next day."
            )
        return Occasion(found[0].occasion, all(one.whom is Whom.ELDERS for one in found))
    if found.reason in REFUSED:
        raise BadInput(f"{found.zh}。{found.en}.")
    return Occasion(f"day/{day}")


def ends_at(send_at: datetime, zone: str) -> datetime:
    """When the day ends for which a greeting leaves at `send_at`, in the recipient's `zone`: at noon on an eve."""
    day = day_of(send_at)
    return datetime.combine(day, festivals.ends_on(day), ZoneInfo(zone))


def day_of(send_at: datetime) -> date:
    """The day of the company on which a greeting leaves that may leave at `send_at`."""
    return _here_at(send_at).date()


def _here_at(send_at: datetime) -> datetime:
    zone = settings().timezone
    return local(pacing.quiet_until(MessageClass.CARE, send_at, (zone,)) or send_at, zone)


def is_over(kind: CampaignKind, occasion: str, send_at: datetime) -> bool:
    """Whether a greeting that leaves only at `send_at` comes too late for what it was written for."""
    try:
        return occasion_of(kind, send_at).key != occasion
    except BadInput:
        return True
