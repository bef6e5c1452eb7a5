"""What was said of a campaign and done to it before it goes: sent back, reviewed, given another day, begun from."""

from dataclasses import dataclass
from datetime import datetime

from console.campaign_titles import template_name
from console.staff import Me
from outreach.actions import verdicts
from outreach.actions.campaignchecks import changed_by
from outreach.lifecycle import VerdictKind
from outreach.models import Campaign


@dataclass(frozen=True, slots=True)
class Said:
    """What a second person said of it."""

    words: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """Who gave it the day it has, and when; from which moment to which (None: as soon as it was approved)."""

    who: str
    is_mine: bool
    at: datetime
    since_at: datetime | None
    until_at: datetime | None


def said(campaign: Campaign, kind: VerdictKind) -> Said | None:
    """The words of a second person, if there are any."""
    found = verdicts.verdict_of(campaign, kind)
    return None if found is None else Said(found.words, found.by.name, found.said_at)


def moved(campaign: Campaign, who: Me) -> Moved | None:
    """Who gave it the day it has; None where that is as it was written."""
    change = changed_by(campaign)
    if change is None:
        return None
    return Moved(change.by.name, change.by_id == who.id, change.changed_at, change.from_at, change.to_at)


def began(campaign: Campaign, language: str) -> tuple[str, int] | None:
    """The template its words began with, by name, and in which version."""
    if campaign.template_key is None or campaign.template_version is None:
        return None
    return template_name(campaign.template_key, language), campaign.template_version
