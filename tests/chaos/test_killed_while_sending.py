"""Processes and their children killed by SIGKILL in the middle of it: nobody missed, nobody twice.

Every moment is found by a condition at the carrier or in the database, never by waiting blindly.
"""

from collections.abc import Callable

import pytest

from messages.lifecycle import MessageClass, MessageState
from tests.chaos.house import USUAL, House, until

pytestmark = pytest.mark.chaos

People = Callable[[int], list[str]]
MOST_AT_ONCE = 100  # connections to the carrier


LOST = {"kind": "receipt_lose"}


def finish(house: House, ids: list[int], numbers: list[str], *troubles: dict[str, object]) -> None:
    """Bring the processes back; everything must come to rest with everybody told once."""
    house.faults(*troubles)
    house.start(*(name for name in USUAL if name not in house.processes))
    until(lambda: house.are_settled(ids), f"everything is settled: {house.states(ids)}")
    house.everybody_once(numbers)
    assert not [row.id for row in house.rows(ids) if row.is_doubtful]


def test_before_the_request_and_before_the_carrier_accepts(house: House, people: People) -> None:
    """A hundred requests hang in the air, more are claimed and not begun; the carrier accepts after the death."""
    house.faults({"kind": "latency", "on": "messages", "seconds": 1.7})
    numbers = people(180)
    ids = house.plan(numbers)
    until(lambda: house.hits("latency") >= MOST_AT_ONCE, "a hundred requests are held up")
    until(lambda: house.states(ids).get(MessageState.CLAIMED, 0) > MOST_AT_ONCE, "more are claimed than sent")
    house.kill("normal")
    assert house.states(ids).get(MessageState.ACCEPTED, 0) == 0
    finish(house, ids, numbers)
    assert 0 < sum(row.attempts == 2 for row in house.rows(ids)) < len(ids)  # those never begun went again


def test_after_the_carrier_accepted_and_before_its_answer(house: House, people: People) -> None:
    """The carrier has them all, nobody knows, and every receipt is lost: only its list can tell."""
    house.faults({"kind": "timeout_after_accept", "on": "messages"}, LOST)
    numbers = people(30)
    ids = house.plan(numbers)
    until(lambda: house.hits("timeout_after_accept") == 30, "the carrier has taken all")
    house.kill("normal")
    assert house.states(ids).keys() <= {MessageState.CLAIMED, MessageState.UNKNOWN}
    finish(house, ids, numbers, LOST)
    assert {row.attempts for row in house.rows(ids)} == {1}


def test_after_the_answer_and_before_the_record(house: House, people: People) -> None:
    """The answers have come; the database is held, so that none of them can be written down."""
    house.faults({"kind": "latency", "on": "messages", "seconds": 0.8}, LOST)
    numbers = people(30)
    ids = house.plan(numbers)
    until(lambda: house.hits("latency") == 30, "all requests are held up")
    with house.database_held():
        until(lambda: all(house.taken(number) for number in numbers), "the carrier has answered all")
        until(lambda: house.has_a_child("normal"), "the job is at work")
        house.kill("normal")
    assert house.states(ids) == {MessageState.CLAIMED: 30}
    finish(house, ids, numbers, LOST)
    assert {row.attempts for row in house.rows(ids)} == {1}


def test_after_the_record_and_before_the_receipt(house: House, people: People) -> None:
    """All is recorded; then everything dies, the web process too. The late receipts count once."""
    delayed = {"kind": "receipt_delay", "seconds": 10}
    house.faults(delayed)
    numbers = people(30)
    ids = house.plan(numbers)
    until(lambda: house.states(ids) == {MessageState.ACCEPTED: 30}, "all is recorded")
    house.kill("normal", "urgent", "clock", "web")
    finish(house, ids, numbers, delayed)
    until(lambda: house.are_delivered(ids), "every receipt has counted")
    house.everybody_once(numbers)


def test_calls_are_placed_once_too(house: House, people: People) -> None:
    """Pages: the carrier rings the telephones, nobody knows, and the lane dies."""
    house.faults({"kind": "timeout_after_accept", "on": "calls"})
    numbers = people(10)
    ids = house.plan(numbers, MessageClass.STAFF, call=True)
    until(lambda: house.hits("timeout_after_accept") == 10, "the carrier has taken all")
    house.kill("urgent", "web")  # no receipt can settle it
    finish(house, ids, numbers)
    assert {row.attempts for row in house.rows(ids)} == {1}


def test_killed_again_and_again(house: House, people: People) -> None:
    """The lane dies three times over one batch; each death leaves some sent, some claimed, some waiting."""
    house.faults({"kind": "latency", "on": "messages", "seconds": 0.3, "rate": 0.3})
    numbers = people(400)
    ids = house.plan(numbers)
    for share in (0.1, 0.4, 0.8):
        until(lambda share=share: _is_sent(house, ids, share), f"{share:.0%} are sent")
        house.kill("normal")
        house.start("normal")
    finish(house, ids, numbers)


def _is_sent(house: House, ids: list[int], share: float) -> bool:
    states = house.states(ids)
    return states.get(MessageState.PLANNED, 0) <= (1 - share) * len(ids)


def test_a_receipt_before_the_record(house: House, people: People) -> None:
    """The receipts come while the answers hang: they settle everything, also after the death."""
    house.faults({"kind": "timeout_after_accept", "on": "messages"})
    numbers = people(20)
    ids = house.plan(numbers)
    until(lambda: house.are_delivered(ids), "every receipt has counted")
    house.kill("normal")
    finish(house, ids, numbers)
    assert house.are_delivered(ids)


def test_a_carrier_that_lists_late(house: House, people: People) -> None:
    """The first look finds nothing, the second does: nothing may go again in between."""
    house.network.ask("PUT", "/settings", {"list_lag_s": 8.0})
    house.faults({"kind": "timeout_after_accept", "on": "messages"}, LOST)
    numbers = people(10)
    ids = house.plan(numbers)
    until(lambda: house.hits("timeout_after_accept") == 10, "the carrier has taken all")
    house.kill("normal")
    house.start("normal")
    until(lambda: {row.looks for row in house.rows(ids)} == {1}, "the first look found nothing")
    house.network.ask("PUT", "/settings", {"list_lag_s": 0.5})
    finish(house, ids, numbers, LOST)
    assert {row.attempts for row in house.rows(ids)} == {1}
