"""What the cells of a roster mean, and what is said about those that mean nothing."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from directory import cells
from directory.cells import Birthday, Complaint
from directory.columns import OCCUPANCIES, ROLES
from telephony.numbers import WITHHELD

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1975-08-15", Birthday(1975, 8, 15)),
        ("1975/8/15", Birthday(1975, 8, 15)),
        ("1975.8.15", Birthday(1975, 8, 15)),
        ("1975年8月15日", Birthday(1975, 8, 15)),
        ("8月15日", Birthday(None, 8, 15)),
        ("１９７５－０８－１５", Birthday(1975, 8, 15)),
        ("1975/8/15 0:00:00", Birthday(1975, 8, 15)),
        (date(1975, 8, 15), Birthday(1975, 8, 15)),
        (datetime(1975, 8, 15, 0, 0), Birthday(1975, 8, 15)),  # noqa: DTZ001  a sheet's cell has no zone
        (27621.0, Birthday(1975, 8, 15)),
        ("2月29日", Birthday(None, 2, 29)),
        ("", Birthday()),
        (None, Birthday()),
    ],
    ids=repr,
)
def test_birthdays(cell: Any, expected: Birthday) -> None:
    assert cells.read_birthday(cell, is_lunar=False, today=TODAY) == expected


@pytest.mark.parametrize(
    "cell",
    [
        "1975-02-30",
        "02-30",
        "2023-02-29",
        "13月1日",
        "8月0日",
        "2027-01-01",
        "1850-01-01",
        "75-08-15",
        "八月",
        12.0,
        True,
    ],
)
def test_days_that_never_were(cell: Any) -> None:
    assert isinstance(cells.read_birthday(cell, is_lunar=False, today=TODAY), Complaint)


def test_lunar_months_have_at_most_thirty_days() -> None:
    assert cells.read_birthday("2月30日", is_lunar=True, today=TODAY) == Birthday(None, 2, 30, is_lunar=True)
    assert isinstance(cells.read_birthday("1月31日", is_lunar=True, today=TODAY), Complaint)


@pytest.mark.parametrize("cell", ["闰6月15日", "1987年闰6月15日", "闰6-15", "leap 6-15"])
def test_a_leap_month_is_a_lunar_one(cell: str) -> None:
    year = 1987 if "1987" in cell else None
    leap = Birthday(year, 6, 15, is_lunar=True, is_leap=True)
    assert cells.read_birthday(cell, is_lunar=True, today=TODAY) == leap
    assert isinstance(cells.read_birthday(cell, is_lunar=False, today=TODAY), Complaint)


def test_words_of_either_language() -> None:
    assert cells.read_choice("未收楼", OCCUPANCIES, "") == "not_handed_over"
    assert cells.read_choice("Not_Handed_Over ", OCCUPANCIES, "") == "not_handed_over"
    assert cells.read_choice("co_owner", ROLES, "owner") == "co_owner"
    assert cells.read_choice("", ROLES, "owner") == "owner"
    refused = cells.read_choice("房东", ROLES, "owner")
    assert isinstance(refused, Complaint)
    assert "业主" in refused.zh


@pytest.mark.parametrize(
    ("cell", "yes"), [("是", True), ("Yes", True), (1.0, True), (True, True), ("", False), ("否", False), (0, False)]
)
def test_yes_and_no(cell: Any, yes: bool) -> None:
    assert cells.read_yes(cell) is yes
    assert isinstance(cells.read_yes("也许"), Complaint)


def read_numbers(cell: Any) -> Any:
    return cells.read_numbers(cell, region="CN", area_code="021", own_numbers=frozenset({"+864008001234"}))


@pytest.mark.parametrize("separator", [";", "；", "、", ",", "，", "\n", " ;\r\n"])
def test_several_numbers_the_first_is_the_main_one(separator: str) -> None:
    found = read_numbers(f"13800138000{separator}62345678")
    assert [n.number for n in found] == ["+8613800138000", "+862162345678"]
    assert [n.raw for n in found] == ["13800138000", "62345678"]


def test_the_same_number_twice_is_one() -> None:
    assert len(read_numbers("13800138000；+86 138 0013 8000")) == 1


@pytest.mark.parametrize(
    "cell",
    [*sorted(WITHHELD), "110", "400-800-1234", "13800138000；123", "；".join(str(13800138000 + n) for n in range(11))],
)
def test_numbers_nobody_may_be_given(cell: str) -> None:
    assert isinstance(read_numbers(cell), Complaint)


def test_a_cell_the_spreadsheet_spoilt() -> None:
    assert isinstance(cells.read_text(date(2026, 3, 2), 40), Complaint)
    assert isinstance(cells.read_text("#REF!", 40), Complaint)
    assert isinstance(cells.read_text("长" * 41, 40), Complaint)
    assert cells.read_text(1502.0, 40) == "1502"
    assert cells.read_text("１５０２\u200b 室", 40) == "1502 室"


ANY_CELL = st.one_of(
    st.none(),
    st.text(),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.timedeltas(),
    st.times(),
)


@example(float("inf"))
@example(float("nan"))
@given(ANY_CELL)
def test_no_cell_makes_reading_fail(cell: Any) -> None:
    cells.read_text(cell, 40)
    cells.read_choice(cell, ROLES, "")
    cells.read_yes(cell)
    cells.read_email(cell)
    cells.read_order(cell)
    read_numbers(cell)
    for is_lunar in (True, False):
        day = cells.read_birthday(cell, is_lunar=is_lunar, today=TODAY)
        if isinstance(day, Birthday) and day.month:
            assert 1 <= day.month <= 12
