"""What a campaign and the template it is written from are called, in the reader's language."""

from console.words import say
from outreach.actions.rungs import RUNG
from outreach.lifecycle import FURTHER, NoticeStep
from outreach.models import Campaign
from tickets.lifecycle import IncidentKind


def title_of(campaign: Campaign, language: str) -> str:
    """The title its author gave it; of a later word about a trouble, what that is; of a rung, which."""
    if campaign.incident is not None and campaign.step in FURTHER:
        if campaign.step is NoticeStep.RELEASED:
            return template_name(campaign.step.value, language)
        return template_name(f"{campaign.incident.kind.value}_{campaign.step.value}", language)
    if (rung := campaign.audience.get(RUNG)) is not None:
        return f"{campaign.title} · {say(f'campaign.rung.{rung}', language)}"
    return campaign.title


def template_name(key: str, language: str) -> str:
    """What a template is called."""
    trouble, _, step = key.rpartition("_")
    if trouble in set(IncidentKind) and step in set(NoticeStep):
        return f"{say(f'incident.kind.{trouble}', language)} · {say(f'incident.step.{step}', language)}"
    return say(f"campaign.template.{key}", language)
