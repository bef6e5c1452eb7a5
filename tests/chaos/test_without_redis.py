"""The queue is a hint: emptied or gone, the database still says what is due."""

import time
from collections.abc import Callable

import pytest

from messages.lifecycle import MessageClass, MessageState
from messages.sending import MOST_OPEN
from tests.chaos.house import House, until

pytestmark = pytest.mark.chaos

People = Callable[[int], list[str]]
AWAY_S, PAGE_EVERY_S = 66, 11


def test_emptied_in_the_middle(house: House, people: People) -> None:
    """Every hint and every job is forgotten while a batch is going out."""
    house.faults({"kind": "latency", "on": "messages", "seconds": 0.2})
    numbers = people(MOST_OPEN + 200)  # more than are ever claimed at the same time
    ids = house.plan(numbers)
    until(lambda: 0 < house.states(ids).get(MessageState.PLANNED, 0) < len(ids), "the batch is going out")
    house.redis().flushall()
    house.kill("normal")
    house.redis().flushall()
    house.start("normal")
    until(lambda: house.are_settled(ids), "everything is settled")
    house.everybody_once(numbers)


def test_gone_for_a_while(house: House, people: People) -> None:
    """With no queue at all, a page still goes: the urgent process works the ledger by itself."""
    house.redis_ends()
    numbers = people(3)
    ids = house.plan(numbers, MessageClass.STAFF)
    until(lambda: house.are_settled(ids), "the pages have gone without a queue")
    house.everybody_once(numbers)
    house.redis_begins()
    later = people(3)
    ids = house.plan(later)
    until(lambda: house.are_settled(ids), "the other lanes go on")
    house.everybody_once(later)


def test_silent_for_a_while(house: House, people: People) -> None:
    """A queue that takes every connection and answers none is away too: pages go, and callers are answered."""
    numbers = people(3)
    with house.redis_hangs():
        ids = house.plan(numbers, MessageClass.STAFF)
        assert "119" in house.calls(people(1)[0], "0"), "a caller hears that help is on its way"
        until(lambda: house.are_settled(ids), "the pages have gone without a queue")
    house.everybody_once(numbers)
    later = people(3)
    ids = house.plan(later)
    until(lambda: house.are_settled(ids), "the other lanes go on", patience_s=120)
    house.everybody_once(later)


def test_gone_for_over_a_minute_and_pages_leave_all_the_while(house: House, people: People) -> None:
    """Longer than anything waits for an answer of it, and than the urgent job of a worker lasts."""
    house.redis_ends()
    away_since_s, numbers = time.monotonic(), []
    for at_s in range(0, AWAY_S + 1, PAGE_EVERY_S):
        until(lambda at_s=at_s: time.monotonic() >= away_since_s + at_s, "the next page", patience_s=2 * PAGE_EVERY_S)
        numbers += people(1)
        ids = house.plan(numbers[-1:], MessageClass.STAFF)
        until(lambda ids=ids: house.are_settled(ids), f"the page of second {at_s} has gone without a queue")
    assert time.monotonic() - away_since_s >= AWAY_S > 60
    house.everybody_once(numbers)
    house.redis_begins()
    later = people(3)
    ids = house.plan(later)
    until(lambda: house.are_settled(ids), "the other lanes go on")
    house.everybody_once(later)
