"""Calls that may be one trouble, through the API."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.api.conftest import Program
from tests.console.evening import Evening
from tests.console.test_proposals import three_calls

Programs = Callable[..., Program]


@pytest.fixture
def proposal(app: Flask, evening: Evening) -> int:
    return three_calls(evening)


def test_they_are_listed_behind_the_walls(program: Programs, proposal: int) -> None:
    (told,) = program("agent").gets("/proposals", state="open").json["items"]
    assert (told["id"], told["building"], told["category"], told["kind"], told["incident"]) == (
        proposal, "6号楼", "water_power", "power", None,
    )  # fmt: skip
    assert told["leader"] == told["tickets"][0]
    assert len(told["tickets"]) == 3
    assert program("agent").gets("/proposals", state="refused").json["items"] == []
    assert program("abroad").gets("/proposals").json["items"] == []
    assert program("abroad").posts(f"/proposals/{proposal}/accept").status_code == 404


def test_one_becomes_an_incident_once(program: Programs, proposal: int) -> None:
    who = program("agent")
    made = who.posts(f"/proposals/{proposal}/accept", promised_end_at="2026-11-22T22:00:00+08:00")
    assert (made.status_code, made.json["state"]) == (201, "accepted")
    incident = who.gets(f"/incidents/{made.json['incident']}").json
    assert (incident["kind"], incident["buildings"], incident["promised_end_at"]) == (
        "power", ["6号楼"], "2026-11-22T22:00:00+08:00",
    )  # fmt: skip
    assert who.posts(f"/proposals/{proposal}/refuse", reason="不是").status_code == 409


def test_a_no_needs_a_reason(program: Programs, proposal: int) -> None:
    who = program("agent")
    assert who.posts(f"/proposals/{proposal}/refuse").status_code == 422
    assert who.posts(f"/proposals/{proposal}/refuse", reason="").status_code == 422
    told = who.posts(f"/proposals/{proposal}/refuse", reason="各自跳闸").json
    assert (told["state"], told["reason"]) == ("refused", "各自跳闸")
