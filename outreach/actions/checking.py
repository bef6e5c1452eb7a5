"""What is found in the words of a campaign: as they were written, and as they leave for a stranger."""

from datetime import datetime

from sqlalchemy.orm import Session

from base.clock import local
from base.errors import BadInput
from base.wiring import settings
from messages.lifecycle import MessageClass, Way
from messages.lint import About, Finding, check, lint, lint_whole
from messages.wording import LANGUAGES
from outreach import festivals, templates
from outreach.actions import days, people
from outreach.actions.bodies import Bodies
from outreach.actions.planning import filter_of
from outreach.actions.progress import first_at
from outreach.audience import Filter, Recipient
from outreach.festivals import NotGreeted
from outreach.lifecycle import CampaignKind
from outreach.models import Campaign
from telephony.capabilities import MAINLAND, TAIWAN

MOURNED = "never"
STRANGERS = {True: "+8613800138000", False: "+85251234567"}
"""A number on the route to mainland China and one on another; to neither is anything sent."""


def about(session: Session, message_class: MessageClass, chosen: Filter, send_at: datetime) -> About:
    """What the words of a campaign are about that leaves at `send_at` or, in the night, in the morning after."""
    is_mourning = _is_mourned(session, message_class, send_at)
    mainland, taiwan = (people.reaches(session, chosen, route) for route in (MAINLAND, TAIWAN))
    return About(message_class, mainland, is_mourning, taiwan)


def _is_mourned(session: Session, message_class: MessageClass, send_at: datetime) -> bool:
    """Whether people mourn on the day on which it leaves: by the calendar, or because this house has marked it."""
    day = local(first_at(message_class, send_at), settings().timezone).date()
    if days.mourning_on(session, day) is not None:
        return True
    try:
        kept = festivals.greetings_on(day)
    except BadInput:  # a year of which nobody knows the festivals
        return False
    return isinstance(kept, NotGreeted) and kept.reason == MOURNED


def of_campaign(session: Session, campaign: Campaign, *, at: datetime) -> list[Finding]:
    """What is found in the words of a campaign that is written down, and leaves now or when it is to."""
    known = about(session, campaign.message_class, filter_of(campaign), _leaves_at(campaign, at))
    bodies = Bodies(session, campaign, at=at)
    bodies.leave_blank(bodies.unknown(), "")
    return findings(campaign, bodies, known)


def check_day(session: Session, campaign: Campaign, *, at: datetime) -> None:
    """Raises `Unfit` for words that must not leave on the day on which they would, because people mourn.

    They were read for the day they were written for, and that may be another now. No emergency waits for its words.
    """
    is_emergency = campaign.message_class is MessageClass.EMERGENCY
    if not is_emergency and _is_mourned(session, campaign.message_class, _leaves_at(campaign, at)):
        check(of_campaign(session, campaign, at=at))


def _leaves_at(campaign: Campaign, at: datetime) -> datetime:
    return max(campaign.send_at or at, at)


def findings(campaign: Campaign, bodies: Bodies, known: About) -> list[Finding]:
    """What is found in both texts of a campaign, in what people typed and in how it leaves."""
    found = []
    for language in LANGUAGES:
        found += words(campaign.kind, bodies, known, language)
        of_words = {one.rule for one in found if one.language == language}
        whole = lint_whole(bodies.of(stranger(language, known), bodies.at), language, known)
        found += [one for one in whole if one.rule not in of_words]
    return found


def words(kind: CampaignKind, bodies: Bodies, known: About, language: str) -> list[Finding]:
    """What is found in what people typed in one language, cause and moments too."""
    wrong = templates.faults(kind, bodies.texts[language], language)
    return [*wrong, *lint(bodies.said(language), language, known)]


def stranger(language: str, known: About) -> Recipient:
    """Somebody of whom nothing is known but the language."""
    return Recipient(STRANGERS[known.is_mainland], Way.TEXT, language, "", is_demo=False)
