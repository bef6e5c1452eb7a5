"""Service time, as tables of values: Shanghai has one clock all year, New York puts its own forward and back."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tickets.hours import ROUND_THE_CLOCK, Hours

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = Hours(time(8, 30), time(18), "Asia/Shanghai")
NIGHT_DESK = Hours(time(18), time(6), "Asia/Shanghai")
NEW_YORK = Hours(time(0), time(6), "America/New_York")


def here(day: int, clock: str) -> datetime:
    """A moment of November 2026 on the wall in Shanghai, in UTC."""
    hour, minute = clock.split(":")
    return datetime(2026, 11, day, int(hour), int(minute), tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "at", "opens_at"),
    [
        (OFFICE, here(23, "08:30"), here(23, "08:30")),
        (OFFICE, here(23, "17:59"), here(23, "17:59")),
        (OFFICE, here(23, "18:00"), here(24, "08:30")),
        (OFFICE, here(23, "02:13"), here(23, "08:30")),
        (OFFICE, here(30, "23:59"), here(30, "23:59") + timedelta(hours=8, minutes=31)),
        (NIGHT_DESK, here(23, "05:59"), here(23, "05:59")),
        (NIGHT_DESK, here(23, "06:00"), here(23, "18:00")),
        (NIGHT_DESK, here(23, "23:00"), here(23, "23:00")),
        (ROUND_THE_CLOCK, here(23, "03:00"), here(23, "03:00")),
    ],
)
def test_a_desk_opens_next(hours: Hours, at: datetime, opens_at: datetime) -> None:
    assert hours.opens_at(at) == opens_at
    assert hours.is_open(at) is (at == opens_at)


@pytest.mark.parametrize(
    ("hours", "from_at", "until_at", "minutes"),
    [
        (OFFICE, here(23, "10:00"), here(23, "10:30"), 30),
        (OFFICE, here(23, "17:50"), here(24, "08:50"), 30),
        (OFFICE, here(23, "02:00"), here(23, "09:00"), 30),
        (OFFICE, here(23, "18:00"), here(24, "08:30"), 0),
        (OFFICE, here(23, "08:30"), here(25, "08:30"), 2 * 570),
        (OFFICE, here(23, "10:30"), here(23, "10:00"), 0),
        (NIGHT_DESK, here(23, "17:00"), here(24, "07:00"), 720),
        (ROUND_THE_CLOCK, here(23, "17:00"), here(24, "07:00"), 840),
        (ROUND_THE_CLOCK, here(24, "07:00"), here(23, "17:00"), 0),
    ],
)
def test_service_time_between_two_moments(hours: Hours, from_at: datetime, until_at: datetime, minutes: int) -> None:
    assert hours.between(from_at, until_at) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("hours", "at", "minutes", "then_at"),
    [
        (OFFICE, here(23, "10:00"), 30, here(23, "10:30")),
        (OFFICE, here(23, "17:50"), 30, here(24, "08:50")),
        (OFFICE, here(23, "02:13"), 30, here(23, "09:00")),
        (OFFICE, here(23, "22:00"), 30, here(24, "09:00")),
        (OFFICE, here(23, "17:30"), 30, here(23, "18:00")),
        (OFFICE, here(23, "08:30"), 3 * 570 + 1, here(26, "08:31")),
        (OFFICE, here(23, "02:13"), 0, here(23, "02:13")),
        (NIGHT_DESK, here(23, "12:00"), 400, here(24, "00:40")),
        (ROUND_THE_CLOCK, here(23, "17:50"), 30, here(23, "18:20")),
        (OFFICE, here(24, "08:50"), -30, here(23, "17:50")),
        (OFFICE, here(23, "09:00"), -30, here(23, "08:30")),
        (OFFICE, here(23, "22:00"), -90, here(23, "16:30")),
        (OFFICE, here(26, "08:31"), -3 * 570 - 1, here(23, "08:30")),
        (NIGHT_DESK, here(24, "00:40"), -400, here(23, "18:00")),
        (ROUND_THE_CLOCK, here(23, "18:20"), -30, here(23, "17:50")),
    ],
)
def test_the_moment_after_or_before_so_much_service_time(
    hours: Hours, at: datetime, minutes: int, then_at: datetime
) -> None:
    assert hours.after(at, timedelta(minutes=minutes)) == then_at


@pytest.mark.parametrize(("month", "day", "length_h"), [(3, 8, 5), (11, 1, 7), (7, 1, 6)])
def test_a_day_on_which_the_clocks_are_changed_is_as_long_as_it_is(month: int, day: int, length_h: int) -> None:
    midnight = datetime(2026, month, day, tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)
    assert NEW_YORK.between(midnight, midnight + timedelta(hours=12)) == timedelta(hours=length_h)


@pytest.mark.parametrize("start_m", range(0, 1440, 47))
@pytest.mark.parametrize("span_m", [1, 30, 240, 569, 570, 571, 3000])
@pytest.mark.parametrize("hours", [OFFICE, NIGHT_DESK, ROUND_THE_CLOCK])
def test_forward_and_between_agree(hours: Hours, start_m: int, span_m: int) -> None:
    at, span = here(23, "00:00") + timedelta(minutes=start_m), timedelta(minutes=span_m)
    then_at = hours.after(at, span)
    assert hours.between(at, then_at) == span
    assert hours.between(at, then_at - timedelta(seconds=1)) < span, "the first such moment"
    assert hours.between(hours.after(at, -span), at) == span
