"""Whom we ask whether we may enter an empty home, and when that may be asked."""

import pytest

from outreach.entries import MOST_CALLS, Candidate, in_order, may_ask
from tickets.lifecycle import Level


def somebody(id: int, role: str, number: str, place: int = 1, number_place: int = 1) -> Candidate:
    return Candidate(id, role, place, number, number_place, "zh")


def test_the_owner_is_rung_then_the_keeper_then_the_others_and_second_numbers_last() -> None:
    those = [
        somebody(1, "tenant", "t"), somebody(2, "family", "f2", place=2), somebody(3, "family", "f1"),
        somebody(4, "keeper", "k"), somebody(5, "owner", "o1"), somebody(5, "owner", "o2", number_place=2),
        somebody(6, "co_owner", "o1"),
    ]  # fmt: skip
    assert [one.number for one in in_order(those)] == ["o1", "k", "f1", "f2", "t", "o2"]


def test_so_many_telephones_and_no_more() -> None:
    assert len(in_order(somebody(n, "family", str(n)) for n in range(20))) == MOST_CALLS


@pytest.mark.parametrize(
    ("category", "level", "may"),
    [
        ("burst_pipe", Level.P1, True), ("burst_pipe", Level.P0, True), ("burst_pipe", Level.P2, False),
        ("water_power", Level.P1, True), ("lift", Level.P1, False), ("", Level.P0, False),
        ("sewage", Level.P1, True), ("no_water", Level.P1, False),
    ],
)  # fmt: skip
def test_it_is_asked_for_a_leak_that_cannot_wait(category: str, level: Level, may: bool) -> None:
    assert may_ask(category, level) is may
