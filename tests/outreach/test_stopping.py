"""A campaign is stopped while a worker sends it to a slow carrier: within two seconds nothing more leaves."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import select

from base import clock
from base.clock import ticks_s
from base.database import reading, transaction
from base.queue import Lane
from directory.models import Project
from messages import jobs as messages_jobs
from messages.lifecycle import MessageState
from messages.models import Attempt, Message
from messages.pacing import STOPS_S
from outreach.actions import campaigns
from outreach.jobs import planning as jobs
from outreach.lifecycle import CampaignState
from outreach.models import Campaign
from telephony.carrier import OutgoingText, SendOutcome
from tests import make
from tests.chaos.house import until
from tests.messages.fake import FakeCarrier
from tests.outreach.stage import Stage

SLOW_S = 2.4
NEIGHBOURS = 380
"""More than are at the carrier, and wait for it, at the same time."""
A_LITTLE_S = 0.2
"""Between looking at the watch and taking up a request."""


@dataclass
class SlowCarrier(FakeCarrier):
    """Takes its time over every text, and notes when it was handed each."""

    begun: list[tuple[float, str]] = field(default_factory=list)

    async def send_text(self, text: OutgoingText) -> SendOutcome:
        self.begun.append((ticks_s(), text.number))
        await asyncio.sleep(SLOW_S)
        return await super().send_text(text)


def a_worker(app: Flask) -> threading.Thread:
    """A process of its own could do no more: it works the lane until nothing is due."""

    def work() -> None:
        with app.app_context():
            messages_jobs.work_lane(Lane.NORMAL.value)

    worker = threading.Thread(target=work)
    worker.start()
    return worker


def numbers_in(state: MessageState) -> set[str]:
    with reading() as session:
        return set(session.scalars(select(Message.number).where(Message.state == state)))


def under_way(app: Flask, stage: Stage) -> tuple[SlowCarrier, int, threading.Thread]:
    """A notice to many, whose first have been handed to a slow carrier."""
    app.extensions["carrier"] = carrier = SlowCarrier(clock=clock.now)
    with transaction() as session:
        garden = session.get_one(Project, stage.project_id)
        home = make.a_home(session, garden, "9-1-101")
        for n in range(NEIGHBOURS):
            make.an_owner(session, home, f"+8613600002{n:03d}", f"邻居{n}")
    campaign_id = stage.planned()
    stage.approve(campaign_id)
    worker = a_worker(app)
    until(lambda: len(carrier.begun) >= 50, "the first have been handed over")
    return carrier, campaign_id, worker


def stops(stage: Stage, campaign_id: int, act: Callable[..., object] = campaigns.stop) -> float:
    with transaction() as session:
        act(session, campaign_id, stage.manager, at=clock.now())
    return ticks_s()


def test_nothing_more_leaves_two_seconds_after_it_was_stopped_and_the_rest_goes_on_when_resumed(
    stage: Stage, app: Flask
) -> None:
    carrier, campaign_id, worker = under_way(app, stage)
    stopped_s = stops(stage, campaign_id)
    worker.join(timeout=30)
    assert not worker.is_alive()
    late = [begun_s - stopped_s for begun_s, _ in carrier.begun if begun_s > stopped_s + STOPS_S + A_LITTLE_S]
    assert late == []
    told = {number for _, number in carrier.begun}
    assert 0 < len(told) < NEIGHBOURS
    assert numbers_in(MessageState.ACCEPTED) == told, "what the carrier has is known"
    everybody = told | numbers_in(MessageState.PLANNED)
    assert len(everybody) == NEIGHBOURS + 12
    with transaction() as session:
        campaigns.resume(session, campaign_id, stage.manager, at=clock.now())
    for _ in range(3):  # what waits too long goes back, and the next worker takes it
        a_worker(app).join(timeout=60)
    assert numbers_in(MessageState.ACCEPTED) == everybody
    assert len(carrier.begun) == len(everybody), "nobody twice"


def test_taken_back_in_the_midst_what_has_not_left_is_put_away_for_good(stage: Stage, app: Flask) -> None:
    carrier, campaign_id, worker = under_way(app, stage)
    stops(stage, campaign_id)
    stops(stage, campaign_id, campaigns.withdraw)
    worker.join(timeout=30)
    jobs.put_away_withdrawn()
    told = {number for _, number in carrier.begun}
    assert numbers_in(MessageState.ACCEPTED) == told
    assert len(numbers_in(MessageState.CANCELLED)) == NEIGHBOURS + 12 - len(told)
    assert numbers_in(MessageState.PLANNED) == set()
    with reading() as session:
        assert session.get_one(Campaign, campaign_id).state is CampaignState.WITHDRAWN
        tried = set(session.scalars(select(Attempt.message_id).where(Attempt.sid.is_not(None))))
        assert len(tried) == len(told)
