"""A notice to many while its processes die, and while it is stopped: everybody once, and nobody after the stop."""

from collections.abc import Callable

import pytest

from tests.chaos.estate import a_notice
from tests.chaos.house import House, until

pytestmark = pytest.mark.chaos

People = Callable[[int], list[str]]
PEOPLE, MANY = 300, 1000


def test_its_worker_dies_twice_and_everybody_has_it_once(house: House, people: People) -> None:
    house.faults({"kind": "latency", "on": "messages", "seconds": 0.4, "rate": 0.4})
    numbers = people(PEOPLE)
    notice = a_notice(house, numbers)
    for share in (0.2, 0.6):
        until(lambda share=share: notice.sent() >= share * PEOPLE, f"{share:.0%} have been claimed")
        house.kill("urgent")
        house.start("urgent")
    house.faults()
    until(lambda: house.are_settled(notice.ids), f"everything is settled: {house.states(notice.ids)}")
    house.everybody_once(numbers)


def test_stopped_half_way_nobody_else_gets_it_until_it_goes_on(house: House, people: People) -> None:
    house.faults({"kind": "latency", "on": "messages", "seconds": 1.0})
    numbers = people(MANY)
    notice = a_notice(house, numbers)
    until(lambda: notice.sent() > 0, "the first have been claimed")
    notice.stops()
    until(lambda: not house.has_a_child("urgent"), "what was under way has ended")
    told = sum(house.taken(number) for number in numbers)
    assert 0 < told == notice.sent() < MANY
    house.kill("urgent", "clock")
    house.start("urgent", "clock")
    house.faults()
    notice.goes_on()
    until(lambda: house.are_settled(notice.ids), f"everything is settled: {house.states(notice.ids)}")
    house.everybody_once(numbers)
