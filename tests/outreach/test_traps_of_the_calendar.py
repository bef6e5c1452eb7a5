"""The traps of the calendar, one by one, and every lunar festival of 2020 to 2040 against a second calendar."""

from datetime import date

import pytest
from borax.calendars.lunardate import LCalendars, LunarDate, TermUtils

from base.errors import BadInput
from outreach.birthdays import Birthday, Custom, LeapMonth, between
from outreach.festivals import NotGreeted, check_greeting, festival, festival_on, greetings_on, next_of, occasion
from tickets.workdays import Workdays, is_published

LUNAR = {
    "lantern": (1, 15), "dragon_boat": (5, 5), "qixi": (7, 7), "zhongyuan": (7, 15), "mid_autumn": (8, 15),
    "double_ninth": (9, 9), "hanyi": (10, 1), "laba": (12, 8), "little_new_year": (12, 23),
    "little_new_year_south": (12, 24), "spring_festival": (1, 1),
}  # fmt: skip
YEARS = range(2020, 2041)


def on(text: str) -> date:
    return date.fromisoformat(text)


def keys(day: str) -> list[str]:
    found = greetings_on(on(day))
    return [] if isinstance(found, NotGreeted) else [one.key for one in found]


def birthdays(month: int, day: int, year: int, *, is_lunar: bool = True) -> list[str]:
    found = between(Birthday(month, day, is_lunar), date(year, 1, 1), date(year, 12, 31), Custom())
    return [str(one.day) for one in found]


@pytest.mark.parametrize("key", LUNAR)
def test_every_lunar_festival_is_where_a_second_calendar_has_it(key: str) -> None:
    month, day = LUNAR[key]
    assert {year: festival(key).day_in(year) for year in YEARS} == {
        year: LunarDate(year, month, day, 0).to_solar_date() for year in YEARS
    }


def test_the_eve_is_the_last_day_of_the_old_year_in_a_second_calendar() -> None:
    for year in YEARS:
        last = LunarDate(year - 1, 12, LCalendars.ndays(year - 1, 12), 0).to_solar_date()
        assert festival("new_years_eve").day_in(year) == last


def test_qingming_is_where_a_second_calendar_has_it() -> None:
    for year in YEARS:
        assert festival("qingming").day_in(year) == TermUtils.nth_term_day(year, 6)


@pytest.mark.parametrize(("year", "eve"), [(2025, "2025-01-28"), (2026, "2026-02-16")])
def test_1_the_eve_of_2025_and_of_2026_is_a_twenty_ninth(year: int, eve: str) -> None:
    assert festival("new_years_eve").day_in(year) == on(eve)
    assert LCalendars.ndays(year - 1, 12) == 29
    assert occasion("new_years_eve", on(eve)) == f"spring_festival/{year}"


def test_2_laba_is_twice_in_2022_and_never_in_2023() -> None:
    days = [next_of("laba", on(day)) for day in ("2022-01-01", "2022-01-11", "2022-12-31")]
    assert days == [on("2022-01-10"), on("2022-12-30"), on("2024-01-18")]
    assert [occasion("laba", day) for day in days] == ["laba/2021", "laba/2022", "laba/2023"], "once a lunar year"


def test_3_the_leap_sixth_month_of_2025_has_no_festivals_of_its_own() -> None:
    assert LCalendars.leap_month(2025) == 6
    leap = [LunarDate(2025, 6, day, 1).to_solar_date() for day in range(1, LCalendars.ndays(2025, 6, 1) + 1)]
    found = [each.key for day in leap for each in festival_on(day)]
    assert found == [], "and the Qixi Festival is a month later than without it"
    born = Birthday(6, 15, is_lunar=True, is_leap=True)
    in_leap = between(born, on("2025-01-01"), on("2025-12-31"), Custom(LeapMonth.LEAP))
    assert [str(one.day) for one in in_leap] == ["2025-08-08"]


def test_4_the_leap_month_of_2033_is_the_eleventh_and_mid_autumn_is_early() -> None:
    assert LCalendars.leap_month(2033) == 11
    assert festival("mid_autumn").day_in(2033) == on("2033-09-08")
    assert festival("spring_festival").day_in(2034) == on("2034-02-19")


def test_5_on_1_october_2020_two_festivals_are_one_greeting() -> None:
    assert {each.key for each in festival_on(on("2020-10-01"))} == {"mid_autumn", "national_day"}
    assert keys("2020-10-01") == ["mid_autumn_national_day"]
    assert occasion("mid_autumn", on("2020-10-01")) == occasion("national_day", on("2020-10-01"))


def test_6_two_festivals_within_three_days_are_one_greeting_on_the_first() -> None:
    assert keys("2023-09-29") == ["mid_autumn_national_day"]
    second = greetings_on(on("2023-10-01"))
    assert isinstance(second, NotGreeted)
    assert second.reason == "merged"


def test_7_whoever_was_born_on_a_thirtieth_that_is_missing_is_greeted_on_the_last_day() -> None:
    assert LCalendars.ndays(2026, 12) == 29
    assert birthdays(12, 30, 2027) == birthdays(12, 29, 2027) == ["2027-02-05"]


def test_8_29_february_is_kept_every_year() -> None:
    assert birthdays(2, 29, 2027, is_lunar=False) == ["2027-02-28"]
    assert birthdays(2, 29, 2028, is_lunar=False) == ["2028-02-29"]


def test_9_a_lunar_birthday_is_twice_or_never_in_a_year_of_the_sun() -> None:
    assert [len(birthdays(11, 20, year)) for year in (2020, 2021, 2023, 2024)] == [0, 2, 0, 2]


def test_10_a_year_beyond_the_library_is_provisional_until_somebody_knows_it() -> None:
    unknown = next(year for year in range(2027, 2050) if not is_published(year))
    assert Workdays().is_provisional(unknown)
    assert Workdays().on(date(unknown, 10, 1)).is_off
    assert not Workdays().is_provisional(2026)


def test_11_14_february_2026_is_a_saturday_that_is_worked() -> None:
    day = Workdays().on(on("2026-02-14"))
    assert (on("2026-02-14").weekday(), day.is_off, day.is_moved, day.zh) == (5, False, True, "春节")


@pytest.mark.parametrize("key", ["qingming", "zhongyuan", "hanyi", "memorial_day"])
def test_12_on_a_day_on_which_people_mourn_nobody_is_ever_greeted(key: str) -> None:
    with pytest.raises(BadInput, match="不发问候"):
        check_greeting(key)
    for year in YEARS:
        found = greetings_on(festival(key).day_in(year))
        assert isinstance(found, NotGreeted)
        assert found.reason == "never"
