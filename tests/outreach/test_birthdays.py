"""When a birthday is kept: by sun or moon, in leap months, on days that a year does not have; once in its year."""

from datetime import date, timedelta

import pytest
from borax.calendars.lunardate import LCalendars, LunarDate

from base.errors import BadInput
from outreach.birthdays import Birthday, Custom, Kept, LeapDay, LeapMonth, between, may_be_written, next_of

USUAL = Custom()
FIRST, LAST = date(2020, 1, 1), date(2040, 12, 31)


def on(text: str) -> date:
    return date.fromisoformat(text)


def days(birthday: Birthday, year: int, custom: Custom = USUAL) -> list[str]:
    return [str(kept.day) for kept in between(birthday, date(year, 1, 1), date(year, 12, 31), custom)]


def lunar(month: int, day: int, *, is_leap: bool = False) -> Birthday:
    return Birthday(month, day, is_lunar=True, is_leap=is_leap)


def test_every_lunar_birthday_from_2020_to_2040_is_where_another_calendar_has_it() -> None:
    for month in range(1, 13):
        for day in range(1, 31):
            theirs = []
            for year in range(2019, 2041):
                there = min(day, LCalendars.ndays(year, month, 0))
                theirs.append((LunarDate(year, month, there, 0).to_solar_date(), f"lunar/{year}"))
            ours = between(lunar(month, day), FIRST, LAST, USUAL)
            assert [(kept.day, kept.once) for kept in ours] == [
                one for one in theirs if FIRST <= one[0] <= LAST
            ], (month, day)  # fmt: skip


def test_every_leap_month_from_2020_to_2040_is_where_another_calendar_has_it() -> None:
    leaps = {year: LCalendars.leap_month(year) for year in range(2020, 2041) if LCalendars.leap_month(year)}
    assert leaps == {2020: 4, 2023: 2, 2025: 6, 2028: 5, 2031: 3, 2033: 11, 2036: 6, 2039: 5}
    in_leap = Custom(leap_month=LeapMonth.LEAP)
    for year, month in leaps.items():
        for day in (1, 15, 29, 30):
            there = min(day, LCalendars.ndays(year, month, 1))
            theirs = Kept(LunarDate(year, month, there, 1).to_solar_date(), f"lunar/{year}")
            assert theirs in between(lunar(month, day, is_leap=True), FIRST, LAST + timedelta(60), in_leap)


def test_born_in_a_leap_month_one_is_greeted_as_the_house_keeps_it() -> None:
    leap_june = lunar(6, 15, is_leap=True)
    assert days(leap_june, 2025, Custom(LeapMonth.REGULAR)) == ["2025-07-09"]
    assert days(leap_june, 2025, Custom(LeapMonth.LEAP)) == ["2025-08-08"]
    both = between(leap_june, on("2025-01-01"), on("2025-12-31"), Custom(LeapMonth.BOTH))
    assert both == [Kept(on("2025-07-09"), "lunar/2025"), Kept(on("2025-08-08"), "lunar/2025/leap")]
    for policy in LeapMonth:
        assert days(leap_june, 2026, Custom(policy)) == ["2026-07-28"], "no leap month in 2026"
        assert days(lunar(6, 15), 2025, Custom(policy)) == ["2025-07-09"], "born in the regular month"


def test_the_leap_eleventh_month_of_2033_reaches_into_the_next_year() -> None:
    assert days(lunar(11, 20, is_leap=True), 2033, Custom(LeapMonth.LEAP)) == []
    assert days(lunar(11, 20, is_leap=True), 2034, Custom(LeapMonth.LEAP)) == ["2034-01-10", "2034-12-30"]
    assert days(lunar(11, 20), 2033) == ["2033-12-11"]


def test_whoever_was_born_on_a_thirtieth_that_is_not_there_is_greeted_on_the_last_day() -> None:
    assert LCalendars.ndays(2026, 12) == 29
    assert days(lunar(12, 30), 2027) == ["2027-02-05"], "the eve of the new year, which is 腊月廿九"
    assert days(lunar(12, 29), 2027) == ["2027-02-05"]
    missing = [year for year in range(2020, 2041) if LCalendars.ndays(year, 8, 0) == 29]
    assert missing, "an eighth month is often short"
    for year in missing:
        assert days(lunar(8, 30), year) == days(lunar(8, 29), year)


def test_29_february_is_kept_a_day_before_or_after_by_setting() -> None:
    leapling = Birthday(2, 29)
    assert days(leapling, 2026) == ["2026-02-28"]
    assert days(leapling, 2026, Custom(leap_day=LeapDay.AFTER)) == ["2026-03-01"]
    for policy in LeapDay:
        assert days(leapling, 2028, Custom(leap_day=policy)) == ["2028-02-29"]


def test_a_birthday_of_the_eleventh_month_is_kept_twice_in_one_year_of_the_sun_and_not_at_all_in_another() -> None:
    winter = lunar(11, 20)
    counts = {year: len(days(winter, year)) for year in range(2020, 2027)}
    assert counts == {2020: 0, 2021: 2, 2022: 1, 2023: 0, 2024: 2, 2025: 0, 2026: 2}
    twice = between(winter, on("2026-01-01"), on("2026-12-31"), USUAL)
    assert [kept.once for kept in twice] == ["lunar/2025", "lunar/2026"], "each is the only one of its lunar year"


def test_the_next_one_is_looked_for_beyond_the_year_s_end() -> None:
    winter = lunar(11, 20)
    assert next_of(winter, on("2022-12-14"), USUAL) == Kept(on("2024-01-01"), "lunar/2023"), "none in all of 2023"
    assert next_of(winter, on("2024-01-01"), USUAL).day == on("2024-01-01")
    assert next_of(Birthday(1, 5), on("2026-12-31"), USUAL) == Kept(on("2027-01-05"), "solar/2027")


def test_a_birthday_is_kept_once_in_every_year_of_its_own_calendar() -> None:
    for birthday in (Birthday(2, 29), Birthday(12, 31), lunar(11, 20), lunar(12, 30), lunar(1, 1), lunar(11, 30)):
        found = between(birthday, FIRST, LAST, USUAL)
        assert len({kept.once for kept in found}) == len(found) >= 20
        assert sorted(kept.day for kept in found) == [kept.day for kept in found]


def test_whoever_is_looked_for_on_a_day_is_everybody_who_keeps_it_then() -> None:
    for custom in (USUAL, Custom(LeapMonth.BOTH, LeapDay.AFTER)):
        written: dict[date, set[tuple[bool, int, int]]] = {}
        for is_lunar, is_leap in ((False, False), (True, False), (True, True)):
            for month in range(1, 13):
                for day in range(1, 30 + (is_lunar or month != 2)):
                    one = Birthday(month, day, is_lunar, is_leap)
                    for kept in between(one, on("2025-07-01"), on("2026-03-31"), custom):
                        written.setdefault(kept.day, set()).add((is_lunar, month, day))
        for day, ways in written.items():
            asked_for = may_be_written(day)
            assert ways <= asked_for, day
            assert len(asked_for) <= 4, "so few are asked for"


def test_beyond_the_years_in_which_calendars_agree_it_says_so() -> None:
    with pytest.raises(BadInput, match="2056"):
        between(lunar(1, 1), on("2057-01-01"), on("2057-12-31"), USUAL)
