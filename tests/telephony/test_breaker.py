"""When a carrier is left alone, and when it is asked again."""

from datetime import UTC, datetime, timedelta

import pytest

from telephony import breaker
from telephony.breaker import OPENS_AFTER, WELL, Health
from telephony.carrier import Accepted, Rejected, SendOutcome, Unknown

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
BEFORE, PROBE_AT = AT - timedelta(minutes=1), AT + timedelta(seconds=16)
TAKEN, SLOW = Accepted("SM1"), Unknown("TimeoutError")
NOBODY = Rejected("no_connection", is_permanent=False, counts=False)
LOCKED = Rejected("20003", is_permanent=False, counts=False)
TOO_MANY = Rejected("20429", is_permanent=False, counts=False)
WRONG = Rejected("21211", is_permanent=True)
OPEN = Health(7, BEFORE, AT)


@pytest.mark.parametrize(
    ("health", "outcomes", "then"),
    [
        (WELL, [TAKEN], WELL),
        (WELL, [SLOW], Health(1)),
        (WELL, [SLOW, NOBODY, LOCKED], Health(3)),
        (Health(3), [TAKEN, SLOW], Health(1)),
        (Health(3), [WRONG], WELL),  # somebody is there, and reads
        (Health(3), [TOO_MANY], Health(3)),  # it says neither
        (Health(4), [SLOW], Health(5, AT, PROBE_AT)),
        (WELL, [SLOW] * 9, Health(9, AT, PROBE_AT)),
        (WELL, [SLOW] * 4 + [TAKEN] + [SLOW] * 4, Health(4)),
        (OPEN, [SLOW], Health(8, BEFORE, AT)),  # a page that failed does not put the probe off
        (OPEN, [TAKEN], WELL),
        (OPEN, [], OPEN),
    ],
)
def test_what_is_known_after_some_outcomes(health: Health, outcomes: list[SendOutcome], then: Health) -> None:
    assert OPENS_AFTER == 5
    assert breaker.after(health, outcomes, AT, 8) == then


@pytest.mark.parametrize(
    ("outcome", "took_s", "is_held_against_it"),
    [
        (TAKEN, 6.8, False),
        (TAKEN, 7.5, True),
        (WRONG, 7.5, True),
        (TOO_MANY, 7.5, False),  # it says neither
        (SLOW, 0.1, True),
    ],
)
def test_an_answer_that_comes_late_is_as_good_as_none(
    outcome: SendOutcome, took_s: float, is_held_against_it: bool
) -> None:
    assert breaker.speaks_against(breaker.as_seen(outcome, took_s, 6.8)) is is_held_against_it


def test_one_message_tries_it_now_and_then() -> None:
    assert not Health(5, AT, PROBE_AT).may_probe(AT, 8)
    assert Health(5, AT, PROBE_AT).may_probe(PROBE_AT, 8)
    assert not WELL.may_probe(PROBE_AT, 8)
    assert breaker.next_probe(AT, 8) == PROBE_AT
    assert breaker.next_probe(AT, 30) == AT + timedelta(seconds=60), "never while the last may still be answered"
    assert Health(5, AT, AT + timedelta(hours=1)).may_probe(AT, 8), "a clock that was an hour ahead put it there"
