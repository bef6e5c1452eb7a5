"""An estate of owners to write campaigns to, and what the tests about campaigns do with it."""

from dataclasses import dataclass

from base import clock
from base.database import reading, transaction
from base.queue import Lane
from messages import jobs as messages_jobs
from messages.lifecycle import MessageClass
from outreach.actions import campaigns
from outreach.actions.campaigns import By, CampaignDraft
from outreach.actions.progress import so_far
from outreach.audience import Filter
from outreach.jobs import blocks as sweeping
from outreach.jobs import planning as jobs
from outreach.lifecycle import CampaignKind
from outreach.models import Campaign
from tests.messages.fake import AT, FakeCarrier
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import IncidentKind


@dataclass
class Stage:
    """An estate of twelve homes with an owner each, somebody who writes and two who may approve."""

    carrier: FakeCarrier
    project_id: int
    author: By
    supervisor: By
    manager: By

    def draft(self, **more: object) -> CampaignDraft:
        values: dict[str, object] = {
            "kind": CampaignKind.NOTICE, "message_class": MessageClass.SERVICE, "title": "停水通知",
            "text_zh": "因水箱清洗，明日9:00至17:00停水", "text_en": "Water is off tomorrow from 9:00 to 17:00",
            "audience": Filter(self.project_id),
        }  # fmt: skip
        return CampaignDraft(**values | more)  # type: ignore[arg-type]

    def write(self, by: By | None = None, **more: object) -> int:
        with transaction() as session:
            return campaigns.write(session, self.draft(**more), by or self.author, at=AT).id

    def planned(self, by: By | None = None, **more: object) -> int:
        campaign_id = self.write(by, **more)
        jobs.plan(campaign_id)
        return campaign_id

    def approve(self, campaign_id: int, by: By | None = None, seen: str | None = None, reason: str = "") -> None:
        with transaction() as session:
            campaign = session.get_one(Campaign, campaign_id)
            campaigns.approve(
                session, campaign_id, by or self.manager, seen=seen or campaign.batch.hash, at=clock.now(),
                emergency_reason=reason,
            )  # fmt: skip

    def work(self) -> None:
        """What the clock does: look at what is in the way of greetings, and work every lane."""
        sweeping.sweep()
        for lane in Lane:
            messages_jobs.work_lane(lane.value)

    def states(self, campaign_id: int) -> dict[str, int]:
        with reading() as session:
            progress = so_far(session, session.get_one(Campaign, campaign_id))
        return {state.value: count for state, count in progress.by_state.items()}


def a_water_cut(stage: Stage, **more: object) -> IncidentDraft:
    """Water is off somewhere in the estate, with `more` of it known."""
    return IncidentDraft(kind=IncidentKind.WATER, project_id=stage.project_id, **more)  # type: ignore[arg-type]
