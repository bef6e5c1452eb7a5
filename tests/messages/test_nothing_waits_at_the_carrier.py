"""What the carrier is handed over time: its own queue is first in, first out, and nothing may stand in it for long."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from base.database import transaction
from messages import pacing
from messages.lifecycle import MessageClass
from messages.wording import segments
from telephony.carrier import OutgoingCall, OutgoingText, SendOutcome
from tests.make import a_consent
from tests.messages.conftest import Ledger
from tests.messages.fake import a_call, a_text

STAFF, EMERGENCY, SERVICE, SURVEY, CARE = (
    MessageClass.STAFF, MessageClass.EMERGENCY, MessageClass.SERVICE, MessageClass.SURVEY, MessageClass.CARE,
)  # fmt: skip
LONG = "各位业主：因市政管网抢修，今日十四点至十八点停水，请提前储水备用。" * 4
RATE, LOOK_S, AHEAD_S = 10.0, 0.25, 2.0
A_WHILE = timedelta(hours=1)
HURRY = "+8613900000"
"""How the numbers begin of those who must not wait."""


@dataclass
class Queue:
    """The carrier's own queue of one sender (or of all calls): what it was handed, worked off at the allowed rate."""

    ledger: Ledger
    rate: float
    handed: list[tuple[datetime, str, float]] = field(default_factory=list)
    """When, to whom, and how long whoever came last has to wait there."""
    _empty_at: datetime | None = None

    def takes(self, asked: OutgoingText | OutgoingCall) -> SendOutcome:
        cost = segments(asked.body).count if isinstance(asked, OutgoingText) else 1
        begins_at = max(self._empty_at or self.ledger.at, self.ledger.at)
        self.handed.append((self.ledger.at, asked.number, (begins_at - self.ledger.at).total_seconds()))
        self._empty_at = begins_at + timedelta(seconds=cost / self.rate)
        return self.ledger.carrier.takes(asked)

    @property
    def numbers(self) -> list[str]:
        return [number for _, number, _ in self.handed]

    def waits_s(self, begins: str = "+") -> float:
        return max(waits_s for _, number, waits_s in self.handed if number.startswith(begins))


@pytest.fixture
def queue_of(ledger: Ledger) -> Callable[[float], Queue]:
    def make(rate: float) -> Queue:
        queue = Queue(ledger, rate)
        ledger.carrier.answers = [queue.takes] * 2000
        return queue

    return make


def runs(ledger: Ledger, seconds: float) -> None:
    """So much time passes; whenever something is due, every lane with work is worked."""
    for _ in range(int(seconds / LOOK_S)):
        ledger.work_what_is_due()
        ledger.waits(seconds=LOOK_S)


def a_crowd(session: Session, at: datetime) -> int:
    """Notices and greetings of one to four segments by one sender; how many segments."""
    total = 0
    for place in range(60):
        number, is_long = f"+86138010{place:05}", place % 3 == 0
        a_consent(session, number, "care", at, granted=True)
        body = LONG if is_long else "停水"
        total += a_text(session, CARE if place % 2 else SERVICE, at=at, number=number, body=body).segments
    return total


def test_a_sender_is_never_more_than_two_seconds_of_its_rate_ahead(
    ledger: Ledger, queue_of: Callable[[float], Queue]
) -> None:
    queue = queue_of(RATE)
    with transaction() as session:
        total = a_crowd(session, ledger.at)
    began_at = ledger.at
    runs(ledger, total / RATE + 3)
    assert len(set(queue.numbers)) == len(queue.numbers) == 60
    assert queue.waits_s() < AHEAD_S
    took_s = (queue.handed[-1][0] - began_at).total_seconds()
    assert took_s <= total / RATE, "and the rate is used: nobody waits for nothing"


def test_who_must_not_wait_stands_behind_no_more_than_that_at_the_carrier(
    ledger: Ledger, queue_of: Callable[[float], Queue]
) -> None:
    queue = queue_of(RATE)
    with transaction() as session:
        a_crowd(session, ledger.at)
    runs(ledger, 1.0)
    with transaction() as session:
        a_text(session, EMERGENCY, at=ledger.at, number=f"{HURRY}01")
        a_text(session, STAFF, at=ledger.at, number=f"{HURRY}02")
    planned_at = ledger.at
    runs(ledger, 4.0)
    at = {number: (handed_at, waits_s) for handed_at, number, waits_s in queue.handed}
    for number, limit_s in ((f"{HURRY}02", 0.0), (f"{HURRY}01", AHEAD_S)):
        handed_at, waits_s = at[number]
        assert (handed_at - planned_at).total_seconds() <= limit_s, "until the carrier has it"
        assert waits_s < AHEAD_S, "and there"


def test_pages_may_borrow_and_no_more_than_four_seconds(ledger: Ledger, queue_of: Callable[[float], Queue]) -> None:
    queue = queue_of(RATE)
    with transaction() as session:
        a_crowd(session, ledger.at)
        for place in range(60):
            a_text(session, STAFF, at=ledger.at, number=f"{HURRY}{place:02}")
    runs(ledger, 3.0)
    assert AHEAD_S <= queue.waits_s(HURRY) < pacing.PAGES_S
    assert all(number.startswith(HURRY) for number in queue.numbers), "and what was borrowed is given back first"


def test_a_text_longer_than_its_share_goes_and_the_next_waits_for_it(
    ledger: Ledger, app: Flask, queue_of: Callable[[float], Queue]
) -> None:
    slow = {"sms_rate_emergency": 1.0, "sms_rate_service": 1.0, "sms_rate_care": 1.0}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=slow)
    queue = queue_of(1.0)
    with transaction() as session:
        for place in range(3):
            a_text(session, at=ledger.at, number=f"+86138010{place:05}", body=LONG)
    runs(ledger, 12)
    assert len(queue.handed) == 3
    assert queue.waits_s() == 0


def test_calls_go_one_a_second_pages_before_notices_before_surveys(
    ledger: Ledger, queue_of: Callable[[float], Queue]
) -> None:
    ledger.waits(hours=3)  # at noon nobody is asked anything
    queue = queue_of(1.0)
    kinds = {SURVEY: "+86136", EMERGENCY: "+86137", STAFF: "+86139"}
    with transaction() as session:
        for message_class in (SURVEY, EMERGENCY):
            for place in range(6):
                number = f"{kinds[message_class]}{place:08}"
                a_consent(session, number, "survey", ledger.at, granted=True)
                a_call(session, message_class, at=ledger.at, number=number, valid_until_at=ledger.at + A_WHILE)
    runs(ledger, 3.0)
    with transaction() as session:
        for place in range(2):
            a_call(session, STAFF, at=ledger.at, number=f"{kinds[STAFF]}{place:08}")
    paged_at = ledger.at
    runs(ledger, 20.0)
    order = [next(c for c, begins in kinds.items() if number.startswith(begins)) for number in queue.numbers]
    rest = [one for one in order if one is not STAFF]
    assert rest == [EMERGENCY] * 6 + [SURVEY] * 6
    pages = [handed_at for handed_at, number, _ in queue.handed if number.startswith(kinds[STAFF])]
    assert pages == [paged_at] * 2, "at once, before the notices that waited longer"
    assert queue.waits_s("+86136") < AHEAD_S
    assert queue.waits_s("+86137") < AHEAD_S


def test_the_account_may_place_more_where_it_may(
    ledger: Ledger, app: Flask, queue_of: Callable[[float], Queue]
) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"call_rate": 5.0})
    queue = queue_of(5.0)
    with transaction() as session:
        for place in range(20):
            a_call(session, EMERGENCY, at=ledger.at, number=f"+86137{place:08}")
    runs(ledger, 2.25)
    assert len(queue.handed) == 20
    assert queue.waits_s() < AHEAD_S
