"""Which occasion a greeting is for: once a person, an occasion and a year, whoever writes it."""

from datetime import datetime

from base.clock import local
from base.errors import BadInput
from base.wiring import settings
from outreach import festivals
from outreach.festivals import NotGreeted
from outreach.lifecycle import CampaignKind

REFUSED = ("never", "merged")
"""Days on which people mourn, and days whose greeting has gone out with another's."""


def occasion_of(kind: CampaignKind, send_at: datetime) -> str:
    """`mid_autumn/2026` for a greeting that goes on that day of the company; empty for what is no greeting.

    A day without a festival of ours (a birthday of the estate) is an occasion of its own. Raises `BadInput` for a day
    on which nobody is greeted.
    """
    if kind is not CampaignKind.GREETING:
        return ""
    day = local(send_at, settings().timezone).date()
    found = festivals.greetings_on(day)
    if not isinstance(found, NotGreeted):
        return found[0].occasion
    if found.reason in REFUSED:
        raise BadInput(f"{found.zh}。{found.en}.")
    return f"day/{day}"
