"""What is found in the words of a campaign: as they were written, and as they leave for a stranger."""

from datetime import datetime

from sqlalchemy.orm import Session

from base.clock import local
from base.errors import BadInput
from base.wiring import settings
from messages.lifecycle import MessageClass, Way
from messages.lint import About, Finding, lint, lint_whole
from messages.wording import LANGUAGES
from outreach import festivals, templates
from outreach.actions import people
from outreach.actions.bodies import Bodies
from outreach.actions.planning import filter_of
from outreach.actions.progress import first_at
from outreach.audience import Filter, Recipient
from outreach.festivals import NotGreeted
from outreach.lifecycle import CampaignKind
from outreach.models import Campaign
from telephony.capabilities import MAINLAND

MOURNED = "never"
STRANGERS = {True: "+8613800138000", False: "+85251234567"}
"""A number on the route to mainland China and one on another; to neither is anything sent."""


def about(session: Session, message_class: MessageClass, chosen: Filter, send_at: datetime) -> About:
    """What the words of a campaign are about that leaves at `send_at` or, in the night, in the morning after."""
    leaves_at = local(first_at(message_class, send_at), settings().timezone)
    try:
        kept = festivals.greetings_on(leaves_at.date())
    except BadInput:  # a year of which nobody knows the festivals
        is_mourning = False
    else:
        is_mourning = isinstance(kept, NotGreeted) and kept.reason == MOURNED
    return About(message_class, people.reaches(session, chosen, MAINLAND), is_mourning)


def of_campaign(session: Session, campaign: Campaign, *, at: datetime) -> list[Finding]:
    """What is found in the words of a campaign that is written down."""
    known = about(session, campaign.message_class, filter_of(campaign), campaign.send_at or campaign.written_at)
    bodies = Bodies(session, campaign, at=at)
    bodies.leave_blank(bodies.unknown(), "")
    return findings(campaign, bodies, known)


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
