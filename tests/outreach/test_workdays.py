"""Which days are worked: as published, as somebody has said, or by the law alone."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from base import clock
from base.database import reading
from outreach.actions import days
from outreach.daysheet import DayRow, read_days
from tests.messages.fake import AT
from tickets.actions import workdays
from tickets.workdays import DayKind, Workdays

CALENDAR = Workdays()
HEADS = (1, ["日期", "类型", "名称"])


def on(text: str) -> date:
    return date.fromisoformat(text)


def read(*rows: Iterable[object]) -> tuple[list[DayRow], list[str]]:
    return read_days([HEADS, *((number, list(row)) for number, row in enumerate(rows, 2))])


@pytest.mark.parametrize(
    ("day", "is_off", "zh", "is_moved"),
    [
        ("2026-02-14", False, "春节", True),  # a Saturday that is worked
        ("2026-02-16", True, "春节", True),  # the eve
        ("2026-02-28", False, "春节", True),
        ("2026-10-10", False, "国庆节", True),
        ("2026-10-07", True, "国庆节", True),
        ("2026-11-22", True, "", False),  # a Sunday
        ("2026-11-23", False, "", False),
        ("2020-10-01", True, "国庆节", True),  # Mid-Autumn too
        ("2024-02-18", False, "春节", True),  # a Sunday that is worked
    ],
)
def test_the_published_days(day: str, is_off: bool, zh: str, is_moved: bool) -> None:
    found = CALENDAR.on(on(day))
    assert (found.is_off, found.zh, found.is_moved, found.is_provisional) == (is_off, zh, is_moved, False)


def test_a_year_nobody_knows_goes_by_the_law_and_says_so() -> None:
    assert CALENDAR.is_provisional(2046)
    assert not CALENDAR.is_provisional(2026)
    off = {f"{day.day:%m-%d}" for day in CALENDAR.moved(2046)}
    assert off == {
        "01-01", "02-05", "02-06", "02-07", "02-08", "04-04", "05-01", "05-02", "06-08", "10-01", "10-02", "10-03",
    }, "Mid-Autumn 2046 is a Saturday anyway"  # fmt: skip
    assert all(day.is_provisional and day.is_off for day in CALENDAR.moved(2046))


def test_by_the_law_the_spring_festival_begins_on_its_eve() -> None:
    """除夕 is the first day off since 2025; of 2047 it is 25 January."""
    names = {day: CALENDAR.on(on(f"2047-01-{day}")).zh for day in range(24, 30)}
    assert names == {24: "", 25: "春节", 26: "春节", 27: "春节", 28: "春节", 29: ""}


def test_what_somebody_has_said_counts_before_everything() -> None:
    said = {
        on("2026-02-14"): (DayKind.OFF, "暴雪"), on("2046-02-10"): (DayKind.WORK, "春节调休"),
        on("2046-05-04"): (DayKind.OFF, "劳动节"), on("2046-10-04"): (DayKind.OFF, "国庆节"),
    }  # fmt: skip
    calendar = Workdays(said)
    assert calendar.on(on("2026-02-14")).is_off
    assert (calendar.on(on("2046-02-10")).is_off, calendar.on(on("2046-02-10")).zh) == (False, "春节调休")
    assert not calendar.is_provisional(2046), "somebody knows it"
    assert calendar.on(on("2046-02-06")).is_off, "what is not in their list goes by the law"
    assert not calendar.on(on("2046-02-06")).is_provisional
    mourned = Workdays({on("2046-12-13"): (DayKind.MOURNING, "")})
    assert mourned.is_provisional(2046), "a day of mourning says nothing of make-up days"


@pytest.mark.parametrize(
    ("told", "is_known"),
    [
        ("2046-03-01 off", False), ("2046-02-10 work", False), ("2046-03-01 off 2046-03-02 off 2046-03-05 off", False),
        ("2046-03-01 off 2046-05-04 off 2046-10-04 off", False), ("2046-03-01 off 2046-02-10 work", False),
        ("2046-03-01 off 2045-05-04 off 2046-02-10 work", False),
        ("2046-02-10 work 2046-05-04 off 2046-10-04 off", True),
    ],
)  # fmt: skip
def test_a_year_is_known_by_a_list_of_it_and_not_by_days_of_the_house(told: str, is_known: bool) -> None:
    words = told.split()
    said = {on(day): (DayKind(kind), "") for day, kind in zip(words[::2], words[1::2], strict=True)}
    assert Workdays(said).is_provisional(2046) is not is_known


def test_the_unknown_years_of_some_days_are_named() -> None:
    assert CALENDAR.unknown_years(on("2026-12-01"), on("2026-12-31")) == ()
    assert CALENDAR.unknown_years(on("2045-12-01"), on("2046-01-05")) == (2045, 2046)


def test_a_sheet_is_read_however_its_days_are_written() -> None:
    rows, complaints = read(
        ["2027-02-06", "休", "春节"], ["2027年2月14日", "班", ""], [date(2027, 5, 12), "mourning"], ["", "", ""]
    )
    assert complaints == []
    assert rows == [
        DayRow(on("2027-02-06"), DayKind.OFF, "春节"), DayRow(on("2027-02-14"), DayKind.WORK, ""),
        DayRow(on("2027-05-12"), DayKind.MOURNING, ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([["2027-02-30", "休", ""]], "2027-02-30"),
        ([["2027-02-06", "放假", ""]], "休、班、哀悼"),
        ([["2027-02-06", "休", ""], ["2027-02-06", "班", ""]], "both off and worked"),
    ],
)
def test_a_wrong_row_is_complained_of_in_both_languages(rows: list[list[object]], words: str) -> None:
    (complaint,) = read(*rows)[1]
    assert words in complaint
    assert " / " in complaint


def test_a_sheet_without_heads_says_which_it_needs() -> None:
    assert "日期、类型、名称" in read_days([(1, ["2027-02-06", "休"])])[1][0]


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "2046.csv"
    path.write_text(
        "日期,类型,名称\n2046-02-09,休,春节\n2046-02-10,班,春节\n2046-05-12,哀悼,哀悼日\n2046-05-04,休,劳动节\n2046-10-04,休,国庆节\n",
        "utf-8",
    )
    return path


def test_an_imported_year_is_known_and_the_same_sheet_again_changes_nothing(
    runner: FlaskCliRunner, sheet: Path
) -> None:
    before = runner.invoke(args=["workdays", "list", "2046"])
    assert (before.exit_code, "are not known yet" in before.stderr) == (1, True)
    assert "new or changed 5" in runner.invoke(args=["workdays", "import", str(sheet)]).stdout
    assert "new or changed 0" in runner.invoke(args=["workdays", "import", str(sheet)]).stdout
    after = runner.invoke(args=["workdays", "list", "2046"])
    assert after.exit_code == 0
    assert "2046-02-09 五 休 off  春节" in after.stdout
    assert "2046-02-10 六 班 work  春节" in after.stdout
    assert "2046-05-12 六 哀悼 mourning  哀悼日" in after.stdout


def test_all_rows_are_stored_or_none(runner: FlaskCliRunner, sheet: Path) -> None:
    sheet.write_text(sheet.read_text("utf-8") + "2046-13-01,休,\n", "utf-8")
    refused = runner.invoke(args=["workdays", "import", str(sheet)])
    assert (refused.exit_code, "2046-13-01" in refused.stderr) == (1, True)
    with reading() as session:
        assert days.days_of(session, 2046) == []


def test_one_day_is_marked_and_taken_back(runner: FlaskCliRunner) -> None:
    clock.stop_at(AT)
    assert runner.invoke(args=["workdays", "mark", "2026-05-12", "哀悼", "全国哀悼日"]).exit_code == 0
    assert runner.invoke(args=["workdays", "mark", "2026-05-12", "班"]).exit_code == 0
    assert runner.invoke(args=["workdays", "mark", "2026-05-12", "休"]).exit_code == 0
    with reading() as session:
        assert days.mourning_on(session, on("2026-05-12")) == "全国哀悼日"
        assert workdays(session).on(on("2026-05-12")).is_off, "off took the place of work"
    assert "哀悼 mourning  全国哀悼日" in runner.invoke(args=["workdays", "list"]).stdout, "this year"
    assert runner.invoke(args=["workdays", "mark", "2026-05-12", "none"]).exit_code == 0
    with reading() as session:
        assert days.mourning_on(session, on("2026-05-12")) is None
    assert runner.invoke(args=["workdays", "mark", "2026-05-12", "假"]).exit_code == 2
    assert runner.invoke(args=["workdays", "mark", "5月12日", "休"]).exit_code == 2
