"""The report of promises: which were kept, which broken, how long it took, and that its counts lead to their rows."""

import io
from datetime import datetime, timedelta

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from base.database import reading, transaction
from console.reports.measures.clocks import ClockFate, Kept, Promise, promises, worst
from directory.auditmodels import Audit, AuditWhat
from tests.console.conftest import LogIn
from tests.console.evening import Evening
from tests.console.test_reports import LONG_AGO, a_ticket, cells, leads_to_its_rows, title
from tickets.clocks import clocks
from tickets.hours import ROUND_THE_CLOCK
from tickets.lifecycle import Level
from tickets.models import EventType, TicketEvent
from tickets.running import ClockName, Fact

Happened = tuple[float, EventType, dict[str, str]]
ASKED = {"what": "survey"}


def a_promise(evening: Evening, *happened: Happened, at: datetime = LONG_AGO, **more: object) -> None:
    """A ticket that was opened at `at`, and what happened so many minutes later."""
    ticket_id = a_ticket(evening, at, **{"level": Level.P1} | more)
    with transaction() as session:
        for minutes, kind, data in ((0.0, EventType.OPENED, {}), *happened):
            moment = at + timedelta(minutes=minutes)
            session.add(TicketEvent(ticket_id=ticket_id, at=moment, type=kind, data=data))


@pytest.fixture
def promised(app: Flask, evening: Evening) -> None:
    """An August of promises: kept, broken, paused, and withdrawn before and after one was broken."""
    a_promise(
        evening, (1, EventType.ACKNOWLEDGED, {}), (10, EventType.ARRIVED, {}), (60, EventType.RESOLVED, {}),
        (120, EventType.MESSAGE, ASKED),
    )  # fmt: skip
    a_promise(
        evening, (400 / 60, EventType.ACKNOWLEDGED, {}), (60, EventType.ARRIVED, {}),
        (70, EventType.WAITING, {"reason": "parts"}), at=LONG_AGO + timedelta(days=1),
    )  # fmt: skip
    a_promise(evening, project_id=evening.other_project)
    a_promise(evening, (2, EventType.CANCELLED, {}))
    a_promise(evening, (10, EventType.CANCELLED, {}), category="access")
    a_promise(evening, is_drill=True)


def test_promises_are_counted_by_what_became_of_them(logged_in: LogIn, promised: None) -> None:
    page = logged_in("manager").get("/reports/clocks?period=2026-08").text
    assert title(page, "by_clock") == "8 个时限，按时率 57%；接单超时最多，2 个"
    assert cells(page, "by_clock", "合计") == ["8", "4", "3", "1", "0", "57%", "50%", "200%"]
    assert cells(page, "by_clock", "接单") == ["3", "1", "2", "0", "0", "33%", "6:40", "10:00"]
    assert cells(page, "by_clock", "回访") == ["1", "1", "0", "0", "0", "100%", "1:00:00", "1:00:00"]
    assert cells(page, "by_level", "紧急 · 到场") == ["2", "1", "1", "0", "0", "50%", "10:00", "1:00:00"]
    assert cells(page, "over_time", "8月4日") == ["3", "0", "2", "1", "0", "0%", "133%", "200%"]
    assert cells(page, "kept_by_category", "电梯故障") == ["7", "4", "2", "1", "0", "67%", "33%", "200%"]
    assert 'id="kept_by_project"' not in page, "they serve one only"


def test_who_serves_several_projects_sees_which_keeps_its_promises(logged_in: LogIn, promised: None) -> None:
    director = logged_in("director")
    page = director.get("/reports/clocks?period=2026-08").text
    assert cells(page, "by_clock", "合计")[:3] == ["11", "4", "6"]
    assert cells(page, "kept_by_project", "滨江花园") == ["3", "0", "3", "0", "0", "0%", "–", "–"]
    assert cells(page, "kept_by_project", "幸福里小区")[:3] == ["8", "4", "3"]
    broken = director.get("/reports/clocks/rows?of=broken&clock=arrive&period=2026-08").text
    assert broken.count('class="rpr__i"') == 2
    assert "到场 · 超时 30 分钟" in broken


@pytest.mark.parametrize("period", ["2026-08", "2026-W32", "2026-Q3", "2026"])
def test_every_number_of_promises_leads_to_as_many_rows(logged_in: LogIn, promised: None, period: str) -> None:
    leads_to_its_rows(logged_in("director"), f"/reports/clocks?period={period}")


def test_rows_go_on_where_the_page_ended(
    logged_in: LogIn, promised: None, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr("console.reports.pages.MOST_ROWS", 2)
    monkeypatch.setattr("console.reports.clocks.PIECE", 2)
    leads_to_its_rows(logged_in("director"), "/reports/clocks?period=2026-08")


def test_of_too_many_the_newest_are_looked_at_and_the_report_says_so(
    logged_in: LogIn, promised: None, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr("console.reports.clocks.MOST_LOOKED_AT", 1)
    page = logged_in("director").get("/reports/clocks?period=2026-08").text
    assert cells(page, "by_clock", "合计")[0] == "1"
    assert "只算了最近的 1 件" in page
    leads_to_its_rows(logged_in("director"), "/reports/clocks?period=2026-08")


def test_it_answers_in_both_languages_for_any_period_and_as_a_workbook(
    logged_in: LogIn, evening: Evening
) -> None:  # fmt: skip
    client = logged_in("admin")
    for period in ("2020-01", "2026-11", "2026-W48", "2026"):
        for lang in ("en", "zh"):
            assert client.get(f"/reports/clocks?period={period}&lang={lang}").status_code == 200, period
    unsaid = client.sends("/reports/clocks.xlsx?period=2026-11")
    assert (unsaid.status_code, "请写明为什么导出" in unsaid.text) == (422, True)
    file = client.sends("/reports/clocks.xlsx?period=2026-11", reason="月度例会").data
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_index(0).to_python()
    assert "理由 月度例会" in [row[0] for row in sheet], "whose copy it is, and why"
    with reading() as session:
        taken = session.scalars(select(Audit).where(Audit.what == AuditWhat.EXPORTED)).one()
    assert (taken.about, taken.reason) == ("report:clocks (2026-11)", "月度例会")
    for odd in ("of=moon", "piece=99", "clock=x", "level=P9", "of_project=x", "after=99999999999999999999", "after=0"):
        assert client.get(f"/reports/clocks/rows?{odd}").status_code == 200, odd


def facts(*told: tuple[float, str] | tuple[float, str, str]) -> list[Fact]:
    return [Fact(word, LONG_AGO + timedelta(minutes=minutes), *more) for minutes, word, *more in told]


@pytest.mark.parametrize(
    ("told", "after", "found"),
    [
        ([(0, "opened")], 4, ("running", None)),
        ([(0, "opened")], 6, ("broken", None)),
        ([(0, "opened"), (4, "acknowledged")], 99, ("kept", 240.0)),
        ([(0, "opened"), (7, "acknowledged")], 99, ("broken", 420.0)),
        ([(0, "opened"), (6, "cancelled")], 99, ("broken", 360.0)),
        ([(0, "opened"), (4, "cancelled")], 99, None),
        ([(0, "opened"), (7, "acknowledged"), (90, "reopened", "refused"), (91, "acknowledged")], 99, ("broken", 60.0)),
    ],
)  # fmt: skip
def test_what_became_of_the_promise_to_take_a_ticket(
    told: list[tuple[float, str]], after: float, found: tuple[str, float | None] | None
) -> None:
    at, happened = LONG_AGO + timedelta(minutes=after), facts(*told)
    each = promises(clocks(Level.P1, happened, at=at, hours=ROUND_THE_CLOCK), happened)
    ack = next(((one.fate.value, one.took_s) for one in each if one.name is ClockName.ACK), None)
    assert ack == found


def test_what_was_broken_stays_broken_when_more_time_is_allowed() -> None:
    late = LONG_AGO + timedelta(hours=3)
    more = Fact("extended", late, ClockName.CONTROL.value, late + timedelta(hours=5))
    happened = [*facts((0, "opened"), (1, "acknowledged"), (2, "arrived")), more, *facts((240, "resolved"))]
    each = promises(
        clocks(Level.P1, happened, at=late + timedelta(hours=2), hours=ROUND_THE_CLOCK), happened
    )  # fmt: skip
    assert next(one.fate for one in each if one.name is ClockName.CONTROL) is ClockFate.BROKEN


def test_promises_of_minutes_and_of_days_stand_together_as_shares_of_what_was_allowed() -> None:
    kept = Kept()
    for fate, took_s, allowed_s in (
        (ClockFate.KEPT, 60.0, 300.0), (ClockFate.BROKEN, 600.0, 300.0), (ClockFate.KEPT, 43_200.0, 86_400.0),
        (ClockFate.RUNNING, None, 300.0), (ClockFate.BROKEN, None, 300.0),
    ):  # fmt: skip
        kept.add(Promise(ClockName.ACK, fate, took_s, allowed_s))
    assert (kept.all, kept.broken, kept.rate) == (5, 2, 50)
    assert (kept.took(0.5), kept.used_of(0.5), kept.used_of(0.9)) == (600.0, 50, 200)
    assert (Kept().rate, Kept().took(0.5), Kept().used_of(0.9)) == (None, None, None)
    assert worst([("good", Kept()), ("bad", kept)]) == ("bad", kept)
    assert worst([("good", Kept())]) is None
