"""When the next message may go."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from messages import pacing
from messages.lifecycle import MessageClass, Way
from messages.pacing import UNLIMITED, Allowance, Patience
from telephony.regions import zones as zones_of

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # noon in Shanghai


def s(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("next_in_s", "held_s", "rate", "pages", "others"),
    [
        (None, None, 10, 40, 20),
        (-3600, None, 10, 40, 20),  # an idle hour is not saved up
        (0, None, 10, 40, 20),
        (1, None, 10, 30, 0),
        (3, None, 10, 10, 0),
        (10, None, 10, 0, 0),
        (None, 30, 10, 40, 0),  # too many requests: pages have their own back-off
        (None, -1, 10, 40, 20),
        (None, None, 0, UNLIMITED, UNLIMITED),
        (None, 5, 0, UNLIMITED, 0),
    ],
)
def test_what_a_pace_allows(
    next_in_s: float | None, held_s: float | None, rate: float, pages: float, others: float
) -> None:
    next_at = None if next_in_s is None else AT + s(next_in_s)
    held_until_at = None if held_s is None else AT + s(held_s)
    assert pacing.allowance(next_at, rate, AT, held_until_at) == Allowance(pages, others)


@pytest.mark.parametrize(
    ("next_in_s", "rate", "used", "then_in_s"),
    [(None, 10, 20, 2), (-60, 10, 20, 2), (1.5, 10, 5, 2), (3, 0, 100, 3), (0, 1, 2, 2)],
)
def test_a_claim_moves_the_pace_on(next_in_s: float | None, rate: float, used: float, then_in_s: float) -> None:
    next_at = None if next_in_s is None else AT + s(next_in_s)
    assert pacing.moved_on(next_at, rate, used, AT) == AT + s(then_in_s)


@pytest.mark.parametrize(("rates", "rate"), [([10, 5, 0], 5), ([0, 0], 0), ([], 0), ([3], 3)])
def test_a_shared_sender_is_as_slow_as_the_slowest_who_share_it(rates: list[float], rate: float) -> None:
    assert pacing.shared_rate(rates) == rate


def test_the_lease_covers_the_request_begun_last_and_the_list_that_shows_it() -> None:
    patience = Patience()
    assert (patience.lease_s, patience.first_look_s, patience.look_gap_s) == (20, 13, 10)
    assert patience.start_s + patience.first_look_s <= patience.lease_s
    assert patience.lease_s - patience.start_s >= patience.answer_s


@pytest.mark.parametrize(
    ("urgency", "attempts", "asked_s", "waits_s"),
    [
        (0, 1, 0, 2),
        (1, 3, 0, 6),
        (0, 9, 0, 10),
        (0, 1, 3600, 5),  # a page does not wait an hour because the carrier says so
        (5, 1, 0, 5),
        (5, 3, 0, 45),
        (8, 9, 0, 900),
        (8, 1, 3600, 3600),
    ],
)
def test_a_refused_message_backs_off(urgency: int, attempts: int, asked_s: float, waits_s: float) -> None:
    assert pacing.backoff(urgency, attempts, asked_s) == s(waits_s)


@pytest.mark.parametrize(
    ("until_in_s", "valid_s"), [(None, None), (60, 60), (0.5, 1), (-5, 1), (999_999, 36_000), (90.9, 90)]
)
def test_the_validity_given_to_the_carrier(until_in_s: float | None, valid_s: int | None) -> None:
    until_at = None if until_in_s is None else AT + s(until_in_s)
    assert pacing.carrier_valid_s(until_at, AT) == valid_s


@pytest.mark.parametrize(
    ("message_class", "local", "until"),
    [
        (MessageClass.EMERGENCY, "2026-11-22T03:00", None),
        (MessageClass.STAFF, "2026-11-22T03:00", None),
        (MessageClass.SERVICE, "2026-11-22T20:59", None),
        (MessageClass.SERVICE, "2026-11-22T21:00", "2026-11-23T08:00"),
        (MessageClass.SERVICE, "2026-11-22T07:59", "2026-11-22T08:00"),
        (MessageClass.SURVEY, "2026-11-22T12:30", "2026-11-22T14:00"),
        (MessageClass.SURVEY, "2026-11-22T23:30", "2026-11-23T09:00"),
        (MessageClass.CARE, "2026-11-22T12:30", None),
        (MessageClass.CARE, "2026-11-22T20:00", "2026-11-23T09:00"),
        (MessageClass.CARE, "2026-11-22T09:00", None),
    ],
)
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/Vancouver"])
def test_quiet_hours_are_the_recipients(message_class: MessageClass, local: str, until: str | None, zone: str) -> None:
    at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    wanted = until and datetime.fromisoformat(until).replace(tzinfo=ZoneInfo(zone))
    assert pacing.quiet_until(message_class, at, (zone,)) == (wanted or None)


@pytest.mark.parametrize(
    ("number", "at", "until"),
    [
        ("+16045550123", "2026-03-07T22:00-08:00", "2026-03-08T08:00-07:00"),  # the clocks go forward that night
        ("+16045550123", "2026-03-08T07:59-07:00", "2026-03-08T08:00-07:00"),
        ("+16045550123", "2026-03-08T08:00-07:00", None),
        ("+16045550123", "2026-10-31T22:00-07:00", "2026-11-01T08:00-08:00"),  # and back
        ("+16045550123", "2026-11-01T07:30-08:00", "2026-11-01T08:00-08:00"),
        ("+6421123456", "2026-11-22T10:00Z", "2026-11-23T08:00+13:00"),  # their tomorrow, west of the date line
        ("+6421123456", "2026-11-22T19:00Z", None),
        ("+18085550123", "2026-11-22T08:00Z", "2026-11-22T08:00-10:00"),  # their yesterday, east of it
        ("+18085550123", "2026-11-22T19:00Z", None),
    ],
)
def test_the_night_ends_with_the_recipients_morning_when_clocks_change_and_beyond_the_date_line(
    number: str, at: str, until: str | None
) -> None:
    wanted = until and datetime.fromisoformat(until)
    assert pacing.quiet_until(MessageClass.SERVICE, datetime.fromisoformat(at), zones_of(number)) == (wanted or None)


@pytest.mark.parametrize(
    ("message_class", "local", "until"),
    [
        (MessageClass.CARE, "2026-11-22T12:29", None),
        (MessageClass.CARE, "2026-11-22T12:30", "2026-11-22T13:30"),
        (MessageClass.CARE, "2026-11-22T13:29", "2026-11-22T13:30"),
        (MessageClass.CARE, "2026-11-22T13:30", None),
        (MessageClass.CARE, "2026-11-22T20:00", "2026-11-23T09:00"),
        (MessageClass.SERVICE, "2026-11-22T12:45", None),
        (MessageClass.EMERGENCY, "2026-11-22T12:45", None),
    ],
)
def test_over_lunch_nobody_in_taiwan_is_greeted(message_class: MessageClass, local: str, until: str | None) -> None:
    taipei = ZoneInfo("Asia/Taipei")
    wanted = until and datetime.fromisoformat(until).replace(tzinfo=taipei)
    at = datetime.fromisoformat(local).replace(tzinfo=taipei).astimezone(UTC)
    assert pacing.quiet_until(message_class, at, zones_of("+886912345678")) == (wanted or None)


def test_quiet_in_one_of_several_zones_is_quiet() -> None:
    at = datetime.fromisoformat("2026-11-22T09:30+11:00")
    zones = ("Australia/Sydney", "Australia/Perth")
    assert pacing.quiet_until(MessageClass.CARE, at, zones[:1]) is None
    assert pacing.quiet_until(MessageClass.CARE, at, zones) == datetime.fromisoformat("2026-11-22T09:00+08:00")
    assert pacing.quiet_until(MessageClass.EMERGENCY, at, zones) is None


@pytest.mark.parametrize(
    ("number", "message_class", "utc", "until"),
    [
        ("+79161234567", MessageClass.SERVICE, "09:00", "2026-11-23T06:00Z"),  # 9 in the evening at its far end
        ("+79161234567", MessageClass.SERVICE, "08:59", None),
        ("+79161234567", MessageClass.SURVEY, "04:00", "2026-11-22T07:00Z"),  # noon somewhere: only few are disturbed
        ("+79161234567", MessageClass.SURVEY, "07:30", None),
        ("+18005550100", MessageClass.CARE, "04:00", "2026-11-22T23:00Z"),  # Guam sleeps while the Americas do not
        ("+18005550100", MessageClass.CARE, "23:15", None),
        ("+61412345678", MessageClass.CARE, "00:00", "2026-11-22T02:30Z"),
        ("+61412345678", MessageClass.CARE, "02:30", None),
    ],
)
def test_a_number_of_many_zones_goes_when_the_fewest_are_disturbed(
    number: str, message_class: MessageClass, utc: str, until: str | None
) -> None:
    at = datetime.fromisoformat(f"2026-11-22T{utc}Z")
    wanted = until and datetime.fromisoformat(until)
    assert pacing.quiet_until(message_class, at, zones_of(number)) == (wanted or None)


def test_pages_go_first_and_greetings_last() -> None:
    order = sorted(pacing.URGENCY, key=lambda pair: pacing.URGENCY[pair])
    assert order[:4] == [
        (MessageClass.STAFF, Way.CALL), (MessageClass.STAFF, Way.TEXT),
        (MessageClass.EMERGENCY, Way.CALL), (MessageClass.EMERGENCY, Way.TEXT),
    ]  # fmt: skip
    assert {pair[0] for pair in order[-2:]} == {MessageClass.CARE}


@pytest.mark.parametrize(
    ("message_class", "way", "asked", "in_s"),
    [
        (MessageClass.STAFF, Way.CALL, 0, 90),
        (MessageClass.EMERGENCY, Way.TEXT, 0, 60),
        (MessageClass.SERVICE, Way.TEXT, 0, 300),
        (MessageClass.CARE, Way.TEXT, 1, 3600),
        (MessageClass.CARE, Way.TEXT, 2, 86_400),
        (MessageClass.CARE, Way.TEXT, 9, 86_400),
    ],
)
def test_a_missing_receipt_is_asked_for(message_class: MessageClass, way: Way, asked: int, in_s: int) -> None:
    assert pacing.ask_at(message_class, way, 30, AT, asked) == AT + s(in_s)


@pytest.mark.parametrize(
    ("asked", "after_h", "for_good"), [(2, 24, True), (1, 25, False), (2, 23, False), (5, 48, True)]
)
def test_silent_for_a_day_and_asked_twice_is_final(asked: int, after_h: int, for_good: bool) -> None:
    assert pacing.is_silent_for_good(AT, asked, AT + timedelta(hours=after_h)) is for_good
