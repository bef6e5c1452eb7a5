"""Our clocks and the carrier's do not agree, or ours jump: what the carrier took is recognised all the same."""

from collections.abc import Callable, Iterator

import pytest

from tests.chaos.house import House, until

pytestmark = pytest.mark.chaos

People = Callable[[int], list[str]]
NOBODY_KNOWS = ({"kind": "timeout_after_accept", "on": "messages"}, {"kind": "receipt_lose"})


@pytest.fixture(autouse=True)
def _hands_back(house: House) -> Iterator[None]:
    yield
    house.hands_move(0)


@pytest.mark.parametrize("seconds", [45, -45], ids=["ahead", "behind"])
def test_what_the_carrier_took_is_found_in_its_list(house: House, people: People, seconds: int) -> None:
    house.hands_move(seconds)
    house.faults(*NOBODY_KNOWS)
    numbers = people(10)
    ids = house.plan(numbers, seconds_ago=60)
    until(lambda: house.hits("timeout_after_accept") == 10, "the carrier has taken all")
    until(lambda: house.are_settled(ids), "everything is settled")
    house.everybody_once(numbers)
    assert {row.attempts for row in house.rows(ids)} == {1}


def test_the_hands_jump_while_requests_hang(house: House, people: People) -> None:
    """Every claim has run out by the new time, though its request is still under way."""
    house.faults({"kind": "latency", "on": "messages", "seconds": 1.0})
    numbers = people(60)
    ids = house.plan(numbers)
    until(lambda: house.hits("latency") >= len(numbers), "all requests are held up")
    house.hands_move(45)
    until(lambda: house.are_settled(ids), "everything is settled")
    house.everybody_once(numbers)
