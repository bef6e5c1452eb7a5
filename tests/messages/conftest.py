"""The ledger on a real database, with a carrier in memory and a clock in the hand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from flask import Flask

from base import clock
from base.database import reading, transaction
from base.queue import Lane
from messages import jobs
from messages.ledger import due_lanes
from messages.models import Message
from tests.messages.fake import AT, FakeCarrier


@dataclass
class Ledger:
    """What a test does to the ledger: plan, work, settle, wait."""

    carrier: FakeCarrier
    at: datetime = AT

    def waits(self, **how: float) -> None:
        """Let time pass."""
        self.at += timedelta(**how)
        clock.stop_at(self.at)

    def plan(self, make: Callable[..., Message], *args: object, **more: object) -> Message:
        """Plan something now, committed."""
        with transaction() as session:
            return make(session, *args, at=self.at, **more)

    def work(self, *lanes: Lane) -> None:
        """Run one job a lane."""
        for lane in lanes or tuple(Lane):
            jobs.work_lane(lane.value)

    def work_what_is_due(self) -> None:
        """Run what the clock would hint at."""
        with reading() as session:
            due = due_lanes(session, self.at)
        for lane in due:
            jobs.work_lane(lane.value)

    def settle(self) -> None:
        jobs.settle_unknown()

    def now(self, message: Message) -> Message:
        """The row as it is now."""
        with reading() as session:
            return session.get_one(Message, message.id)

    def change(self, message: Message, **values: object) -> None:
        """Put the row into a state that only another process could bring about."""
        with transaction() as session:
            row = session.get_one(Message, message.id)
            for name, value in values.items():
                setattr(row, name, value)


@pytest.fixture
def ledger(app: Flask) -> Iterator[Ledger]:
    carrier = FakeCarrier(clock=clock.now)
    app.extensions["carrier"] = carrier
    clock.stop_at(AT)
    yield Ledger(carrier)
    clock.stop_at(None)


@pytest.fixture
def no_limits(app: Flask) -> None:
    """An installation whose senders are not limited."""
    unlimited = {"sms_rate_emergency": 0.0, "sms_rate_service": 0.0, "sms_rate_care": 0.0, "call_rate": 0.0}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=unlimited)
