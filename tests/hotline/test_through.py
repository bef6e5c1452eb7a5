"""When one of us may ring a caller or a firm through the hotline."""

from dataclasses import replace

import pytest

from hotline.through import MOST_OF_A_TICKET, MOST_OF_ONE, Wanted, Whom, why_not
from tickets.lifecycle import Level, Status

PLAIN = Wanted(
    Whom.OWNER, Status.ACKNOWLEDGED, Level.P2, is_drill=False, can_be_rung=True, is_night=False, has_reason=False,
    of_ticket=0, of_one=0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, ""),
        ({"status": Status.RESOLVED}, ""),
        ({"status": Status.CLOSED}, "over"),
        ({"status": Status.CANCELLED}, "over"),
        ({"status": Status.MERGED}, "over"),
        ({"is_drill": True}, "drill"),
        ({"can_be_rung": False}, "no_number"),
        ({"of_ticket": MOST_OF_A_TICKET - 1}, ""),
        ({"of_ticket": MOST_OF_A_TICKET}, "too_often"),
        ({"of_one": MOST_OF_ONE}, "too_often"),
        ({"is_night": True}, "say_why"),
        ({"is_night": True, "has_reason": True}, ""),
        ({"is_night": True, "level": Level.P1}, ""),
        ({"is_night": True, "level": Level.P0}, ""),
        ({"is_night": True, "level": Level.C2}, "say_why"),
        ({"is_night": True, "whom": Whom.FIRM}, ""),
    ],
)
def test_who_may_be_rung_when(change: dict[str, object], why: str) -> None:
    assert why_not(replace(PLAIN, **change)) == why
