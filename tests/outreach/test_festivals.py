"""Which day is which, as a table of known dates; what is greeted, once, and what never is."""

from datetime import date, time

import pytest

from base.errors import BadInput
from outreach.festivals import (
    FESTIVALS,
    Greeting,
    Manner,
    NotGreeted,
    Whom,
    check_greeting,
    festival,
    festival_on,
    greetings_on,
    next_of,
    occasion,
)
from outreach.lifecycle import CampaignKind
from outreach.templates import templates_of

KEYS = (
    "new_years_eve", "spring_festival", "lantern", "qingming", "dragon_boat", "qixi", "zhongyuan", "mid_autumn",
    "double_ninth", "hanyi", "winter_solstice", "laba",
)  # fmt: skip
KNOWN = """
2020 01-24 01-25 02-08 04-04 06-25 08-25 09-02 10-01 10-25 11-15 12-21 2021-01-20
2021 02-11 02-12 02-26 04-04 06-14 08-14 08-22 09-21 10-14 11-05 12-21 2022-01-10
2022 01-31 02-01 02-15 04-05 06-03 08-04 08-12 09-10 10-04 10-25 12-22 2022-12-30
2023 01-21 01-22 02-05 04-05 06-22 08-22 08-30 09-29 10-23 11-13 12-22 2024-01-18
2024 02-09 02-10 02-24 04-04 06-10 08-10 08-18 09-17 10-11 11-01 12-21 2025-01-07
2025 01-28 01-29 02-12 04-04 05-31 08-29 09-06 10-06 10-29 11-20 12-21 2026-01-26
2026 02-16 02-17 03-03 04-05 06-19 08-19 08-27 09-25 10-18 11-09 12-22 2027-01-15
2027 02-05 02-06 02-20 04-05 06-09 08-08 08-16 09-15 10-08 10-29 12-22 2028-01-04
2028 01-25 01-26 02-09 04-04 05-28 08-26 09-03 10-03 10-26 11-16 12-21 2029-01-22
2029 02-12 02-13 02-27 04-04 06-16 08-16 08-24 09-22 10-16 11-06 12-21 2030-01-11
2030 02-02 02-03 02-17 04-05 06-05 08-05 08-13 09-12 10-05 10-27 12-22 2031-01-01
2031 01-22 01-23 02-06 04-05 06-24 08-24 09-01 10-01 10-24 11-15 12-22 2032-01-20
2032 02-10 02-11 02-25 04-04 06-12 08-12 08-20 09-19 10-12 11-03 12-21 2033-01-08
2033 01-30 01-31 02-14 04-04 06-01 08-01 08-09 09-08 10-01 10-23 12-21 2034-01-27
2034 02-18 02-19 03-05 04-05 06-20 08-20 08-28 09-27 10-20 11-11 12-22 2035-01-16
2035 02-07 02-08 02-22 04-05 06-10 08-10 08-18 09-16 10-09 10-31 12-22 2036-01-05
2036 01-27 01-28 02-11 04-04 05-30 08-28 09-05 10-04 10-27 11-18 12-21 2037-01-23
2037 02-14 02-15 03-01 04-04 06-18 08-17 08-25 09-24 10-17 11-07 12-21 2038-01-12
2038 02-03 02-04 02-18 04-05 06-07 08-07 08-15 09-13 10-07 10-28 12-22 2039-01-02
2039 01-23 01-24 02-07 04-05 05-27 08-26 09-03 10-02 10-26 11-16 12-22 2040-01-21
2040 02-11 02-12 02-26 04-04 06-14 08-14 08-22 09-20 10-14 11-05 12-21 2041-01-10
"""
"""The columns are KEYS. Three independent calendars (lunar_python, borax, cnlunar) agree on every one of these days."""


def on(text: str) -> date:
    return date.fromisoformat(text)


def known() -> list[tuple[str, date, int]]:
    rows = [line.split() for line in KNOWN.split("\n") if line]
    return [
        (key, on(day if len(day) > 5 else f"{year}-{day}"), int(year))
        for year, *days in rows
        for key, day in zip(KEYS, days, strict=True)
    ]


def greeted(day: str) -> list[tuple[str, Whom, str]]:
    found = greetings_on(on(day))
    return [(each.key, each.whom, each.occasion) for each in found] if isinstance(found, list) else []


def refused(day: str) -> NotGreeted:
    found = greetings_on(on(day))
    assert isinstance(found, NotGreeted)
    return found


def test_every_festival_from_2020_to_2040_falls_on_its_known_day() -> None:
    assert len(known()) == 21 * len(KEYS)
    wrong = [(key, day) for key, day, _ in known() if festival(key) not in festival_on(day)]
    assert wrong == []


def test_a_festival_falls_on_no_other_day() -> None:
    for key in KEYS:
        days = [day for found, day, _ in known() if found == key]
        assert [next_of(key, date.fromordinal(day.toordinal() + 1)) for day in days[:-1]] == days[1:]
        assert [next_of(key, day) for day in days] == days


@pytest.mark.parametrize(
    ("key", "day"),
    [
        ("new_year", "2026-01-01"),
        ("womens_day", "2026-03-08"),
        ("labour_day", "2026-05-01"),
        ("mothers_day", "2026-05-10"),
        ("mothers_day", "2033-05-08"),
        ("childrens_day", "2026-06-01"),
        ("fathers_day", "2026-06-21"),
        ("teachers_day", "2026-09-10"),
        ("national_day", "2026-10-01"),
        ("memorial_day", "2026-12-13"),
        ("little_new_year", "2026-02-10"),
        ("little_new_year_south", "2026-02-11"),
    ],
)
def test_the_sun_s_festivals_and_the_little_ones_fall_on_their_day(key: str, day: str) -> None:
    assert next_of(key, on("2033-01-01" if day > "2033" else "2026-01-01")) == on(day)


def test_new_years_eve_is_the_day_before_the_year_and_not_the_thirtieth() -> None:
    eves = [day for key, day, _ in known() if key == "new_years_eve"]
    springs = [day for key, day, _ in known() if key == "spring_festival"]
    assert [spring.toordinal() - eve.toordinal() for eve, spring in zip(eves, springs, strict=True)] == [1] * 21
    assert next_of("new_years_eve", on("2026-01-01")) == on("2026-02-16"), "which is 腊月廿九"


def test_a_festival_of_a_leap_month_is_kept_once() -> None:
    fives = {on(f"2028-{month:02d}-{day:02d}") for month in (5, 6, 7) for day in range(1, 31)}
    boats = [day for day in fives if festival("dragon_boat") in festival_on(day)]
    assert boats == [on("2028-05-28")], "2028 has a fifth month and a leap fifth month"


def test_the_laba_festival_is_twice_in_2022_and_not_at_all_in_2023() -> None:
    assert next_of("laba", on("2022-01-01")) == on("2022-01-10")
    assert next_of("laba", on("2022-01-11")) == on("2022-12-30")
    assert next_of("laba", on("2022-12-31")) == on("2024-01-18")
    assert [occasion("laba", on(day)) for day in ("2022-01-10", "2022-12-30", "2024-01-18")] == [
        "laba/2021",
        "laba/2022",
        "laba/2023",
    ]


@pytest.mark.parametrize(
    ("key", "day", "once"),
    [
        ("mid_autumn", "2026-09-25", "mid_autumn/2026"),
        ("mid_autumn", "2026-09-22", "mid_autumn/2026"),
        ("mid_autumn", "2033-09-08", "mid_autumn/2033"),
        ("national_day", "2026-10-01", "national_day/2026"),
        ("spring_festival", "2026-02-17", "spring_festival/2026"),
        ("spring_festival", "2026-02-16", "spring_festival/2026"),
        ("new_years_eve", "2026-02-16", "spring_festival/2026"),
        ("new_year", "2025-12-31", "new_year/2026"),
        ("womens_day", "2026-03-08", "womens_day/2026"),
        ("labour_day", "2026-05-02", "labour_day/2026"),
    ],
)
def test_an_occasion_is_a_festival_and_its_own_year(key: str, day: str, once: str) -> None:
    assert occasion(key, on(day)) == once


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("mid_autumn", "2020-10-01"), ("national_day", "2020-10-01")),
        (("mid_autumn", "2023-09-29"), ("national_day", "2023-10-01")),
        (("national_day", "2028-10-01"), ("mid_autumn", "2028-10-03")),
        (("mid_autumn", "2031-10-01"), ("national_day", "2031-10-01")),
        (("national_day", "2033-10-01"), ("double_ninth", "2033-10-01")),
        (("national_day", "2022-10-01"), ("double_ninth", "2022-10-04")),
    ],
)
def test_festivals_that_are_greeted_in_one_are_one_occasion(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert occasion(one[0], on(one[1])) == occasion(other[0], on(other[1]))


def test_a_day_far_from_a_festival_is_no_occasion_of_it() -> None:
    with pytest.raises(BadInput, match=r"2026-09-25"):
        occasion("mid_autumn", on("2026-09-21"))


@pytest.mark.parametrize(
    ("day", "key"),
    [
        ("2026-01-01", "new_year"),
        ("2026-02-16", "spring_festival"),
        ("2026-02-17", "spring_festival"),
        ("2026-03-03", "lantern"),
        ("2026-06-19", "dragon_boat"),
        ("2026-09-25", "mid_autumn"),
        ("2026-10-01", "national_day"),
        ("2020-10-01", "mid_autumn_national_day"),
        ("2023-09-29", "mid_autumn_national_day"),
        ("2028-10-01", "mid_autumn_national_day"),
        ("2031-10-01", "mid_autumn_national_day"),
    ],
)
def test_everybody_is_greeted_once_in_the_wording_of_the_day(day: str, key: str) -> None:
    assert [(found, whom) for found, whom, _ in greeted(day)] == [(key, Whom.EVERYBODY)]


def test_the_double_ninth_is_for_elders_and_joins_national_day_for_them_only() -> None:
    assert greeted("2026-10-18") == [("double_ninth", Whom.ELDERS, "double_ninth/2026")]
    for year in ("2022", "2033"):
        assert greeted(f"{year}-10-01") == [
            ("national_day", Whom.OTHERS, f"national_day/{year}"),
            ("national_day_double_ninth", Whom.ELDERS, f"national_day/{year}"),
        ]


@pytest.mark.parametrize(
    ("day", "reason", "says"),
    [
        ("2026-04-05", "never", "safety notice"),
        ("2026-08-27", "never", "safety notice"),
        ("2026-11-09", "never", "safety notice"),
        ("2026-12-13", "never", "safety notice"),
        ("2026-03-08", "left", "Women's Day"),
        ("2026-08-19", "left", "Qixi"),
        ("2026-01-26", "left", "Laba"),
        ("2026-01-02", "no_festival", "2026-01-02"),
        ("2023-10-01", "merged", "2023-09-29"),
        ("2028-10-03", "merged", "2028-10-01"),
        ("2022-10-04", "merged", "2022-10-01"),
    ],
)
def test_on_other_days_nothing_goes_and_the_reason_is_said(day: str, reason: str, says: str) -> None:
    found = refused(day)
    assert found.reason == reason
    assert says in found.en
    assert found.zh


def test_on_new_years_eve_a_greeting_goes_in_the_morning_and_never_at_midnight() -> None:
    hours = {
        day: (found[0].begins, found[0].ends)
        for day in ("2026-02-16", "2026-02-17", "2026-09-25")
        if isinstance(found := greetings_on(on(day)), list)
    }
    assert hours == {
        "2026-02-16": (time(9), time(12)),
        "2026-02-17": (time(9), time(20)),
        "2026-09-25": (time(9), time(20)),
    }


@pytest.mark.parametrize("key", ["qingming", "zhongyuan", "hanyi", "memorial_day"])
def test_a_day_of_mourning_is_never_an_occasion(key: str) -> None:
    for ask in (lambda: check_greeting(key), lambda: occasion(key, next_of(key, on("2026-01-01")))):
        with pytest.raises(BadInput, match=r"只可发安全提醒.*only a safety notice"):
            ask()


@pytest.mark.parametrize("day", ["1904-12-31", "2057-01-01", "2097-09-01"])
def test_a_year_the_calendar_is_not_sure_of_is_refused(day: str) -> None:
    asks = (
        lambda: festival_on(on(day)),
        lambda: greetings_on(on(day)),
        lambda: next_of("mid_autumn", on(day)),
        lambda: occasion("new_year", on(day)),
    )
    for ask in asks:
        with pytest.raises(BadInput, match=day):
            ask()


def test_the_next_one_beyond_the_known_years_is_refused() -> None:
    assert next_of("mid_autumn", on("2056-01-01")) == on("2056-09-24")
    with pytest.raises(BadInput, match="2057"):
        next_of("mid_autumn", on("2056-09-25"))


def test_an_unknown_festival_is_named_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match=r"christmas.*") as refusal:
        festival("christmas")
    assert "mid_autumn" in refusal.value.message


def test_every_greeting_of_a_century_has_its_template_and_each_occasion_goes_to_nobody_twice() -> None:
    wordings = {each.key for each in templates_of(CampaignKind.GREETING)}
    told: dict[str, list[Greeting]] = {}
    days = {next_of(each.key, date(year, 1, 1)) for each in FESTIVALS for year in range(1950, 2050)}
    for day in sorted(days):
        found = greetings_on(day)
        if isinstance(found, list):
            assert {each.key for each in found} <= wordings
            assert {festival(key).manner for each in found for key in [each.festivals[0].key]} == {Manner.GREETED}
            for each in found:
                told.setdefault(each.occasion, []).append(each)
    assert len(told) > 600
    for once, greetings in told.items():
        if not once.startswith("spring_festival/"):  # on its eve or on its day
            assert len(greetings) == len({each.whom for each in greetings})
            assert Whom.EVERYBODY not in {each.whom for each in greetings} or len(greetings) == 1
