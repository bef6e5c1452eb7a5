"""Campaigns as a measurement needs them: an estate that wants greetings, who writes, and who lets go."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from base.access import Role
from base.clock import now
from base.database import reading, transaction
from bench import estate
from bench.callers import owner_number
from bench.estate import PIECE, NumberOf
from directory.models import Consent, Staff
from messages.lifecycle import MessageClass
from messages.models import Batch
from outreach.actions import campaigns
from outreach.actions.campaigns import By, CampaignDraft
from outreach.audience import Filter
from outreach.lifecycle import CampaignKind, CampaignState
from outreach.models import Campaign
from outreach.templates import template
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import IncidentKind

GREETING = "new_year"
PATIENCE_S = 30.0
POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class Desk:
    """The estate, and the two who let a campaign go."""

    project_id: int
    author: By
    approver: By


def open_desk(owners: int, number_of: NumberOf = owner_number) -> Desk:
    """An estate of so many owners, all of whom want greetings, and its agent and manager."""
    at = now()
    with transaction() as session:
        project_id = estate.build(session, owners, at=at, number_of=number_of)
        agent, manager = (_staff(session, role, project_id) for role in (Role.AGENT, Role.MANAGER))
        want_greetings(session, owners, number_of, at)
    return Desk(project_id, agent, manager)


def want_greetings(session: Session, owners: int, number_of: NumberOf, at: datetime) -> None:
    """So many owners have said yes to greetings."""
    for start in range(0, owners, PIECE):
        numbers = [number_of(place) for place in range(start, min(start + PIECE, owners))]
        session.execute(insert(Consent), [_yes(number, at) for number in numbers])


def write_greeting(desk: Desk, *, send_at: datetime | None = None) -> int:
    """A greeting to the whole estate, not planned yet; the campaign's id."""
    wording = template(GREETING)
    draft = CampaignDraft(
        kind=CampaignKind.GREETING, message_class=MessageClass.CARE, title="节日问候", text_zh=wording.zh,
        text_en=wording.en, audience=Filter(desk.project_id), send_at=send_at,
    )  # fmt: skip
    with transaction() as session:
        return campaigns.write(session, draft, desk.author, at=now()).id


def write_emergency(desk: Desk, building_id: int) -> int:
    """Water is off in a building: the notice of it, not planned yet; the campaign's id."""
    at, wording = now(), template("water_opening")
    trouble = IncidentDraft(
        kind=IncidentKind.WATER, project_id=desk.project_id, building_ids=(building_id,), cause="供水管爆裂",
        promised_end_at=at + timedelta(hours=4),
    )  # fmt: skip
    draft = CampaignDraft(
        kind=CampaignKind.NOTICE, message_class=MessageClass.EMERGENCY, title="紧急停水", text_zh=wording.zh,
        text_en=wording.en, audience=Filter(desk.project_id, (building_id,)), trouble=trouble,
    )  # fmt: skip
    with transaction() as session:
        return campaigns.write(session, draft, desk.author, at=at).id


def wait_until_planned(campaign_id: int) -> None:
    """Whoever plans it, we or a worker that was quicker. Raises `TimeoutError`."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with reading() as session:
            if session.get_one(Campaign, campaign_id).state is CampaignState.PLANNED:
                return
        time.sleep(POLL_S)
    raise TimeoutError(f"campaign {campaign_id} is not planned after {PATIENCE_S:.0f} s")


def approve(desk: Desk, campaign_id: int) -> int:
    """Let a planned campaign go, as it was seen; the id of its batch."""
    with reading() as session:
        batch: Batch = session.get_one(Campaign, campaign_id).batch
        batch_id, seen = batch.id, batch.hash
    with transaction() as session:
        campaigns.approve(session, campaign_id, desk.approver, seen=seen, at=now())
    return batch_id


def _staff(session: Session, role: Role, project_id: int) -> By:
    one = Staff(name=role.value, login=role.value, number="+8613900000900", role=role, project_id=project_id)
    session.add(one)
    session.flush()
    return By(one.id, role, project_id)


def _yes(number: str, at: datetime) -> dict[str, object]:
    return {"number": number, "message_class": MessageClass.CARE.value, "granted": True, "said_at": at,
            "channel": "roster"}  # fmt: skip
