"""Lists leave the house with a reason, masked, behind the same walls, and nothing in them runs."""

import csv
import io
import re
from zipfile import ZipFile

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from base.database import reading, transaction
from console import exports
from console.words import say
from directory.auditmodels import Audit, AuditWhat
from directory.models import Project
from hotline.models import Call
from outreach.surveymodels import Answer, Survey
from outreach.surveys import SurveyState, Via
from tests import make
from tests.console.conftest import EVENING, Browser, LogIn
from tests.console.evening import OWNER, STRANGER, Evening, a_message
from tickets import actions
from tickets.actions import TicketDraft
from tickets.lifecycle import Channel, Kind
from tickets.models import Ticket, TicketEvent

WHY = "月度分析 & 汇报"
WHOLE = re.compile(r"1[3-9]\d{9}")
RUNS = '=HYPERLINK("http://evil")'


def taken(browser: Browser, what: str, **more: str) -> TestResponse:
    days = {"from": "2026-11-01", "to": "2026-11-22"}
    return browser.sends("/exports", what=what, **{"reason": WHY} | days | more)


def rows_of(answer: TestResponse) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def listed(browser: Browser, what: str, **more: str) -> list[dict[str, str]]:
    """The rows of a CSV by their heads, without the last line, which says whose copy it is."""
    heads, *rows = rows_of(taken(browser, what, format="csv", **more))
    return [dict(zip(heads, row, strict=True)) for row in rows[:-1]]


def head(name: str) -> str:
    return say(f"export.head.{name}", "zh")


def looks() -> list[tuple[str, str, int]]:
    with reading() as session:
        query = select(Audit).where(Audit.what == AuditWhat.EXPORTED).order_by(Audit.id)
        return [(one.about, one.reason, one.staff_id) for one in session.scalars(query)]


def test_a_list_is_masked_and_says_whose_copy_it_is(logged_in: LogIn, evening: Evening) -> None:
    answer = taken(logged_in("supervisor"), "tickets", format="csv", whole="yes")
    assert answer.headers["Cache-Control"] == "no-store"
    assert re.fullmatch(r"attachment; filename=tickets-20261122-1930\.csv", answer.headers["Content-Disposition"])
    text = answer.data.decode("utf-8-sig")
    assert "+86138****6021" in text
    assert not WHOLE.search(text), "a supervisor may not, also where they ask for it"
    assert "林婷" not in text
    assert "林**" in text
    last = rows_of(answer)[-1]
    assert last[0].startswith("# ")
    for part in ("刘洋", "2026-11-22 19:30", WHY, say("export.mark.masked", "zh")):
        assert part in last[0]
    count = len(rows_of(answer)) - 2
    assert looks() == [(f"list:tickets/masked/{count}", WHY, evening.staff["supervisor"])]


def test_whoever_may_gets_whole_numbers_when_they_ask_for_them(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("manager")
    assert not WHOLE.search(taken(browser, "tickets", format="csv").text)
    whole = taken(browser, "tickets", format="csv", whole="yes").text
    assert OWNER in whole
    assert "林婷" in whole
    assert [about.split("/")[1] for about, _, _ in looks()] == ["masked", "whole"]
    assert 'name="whole"' in browser.get("/exports").text
    assert 'name="whole"' not in logged_in("supervisor").get("/exports").text


def test_without_a_reason_or_days_nothing_leaves(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("manager")
    for wrong, says in (
        ({"reason": "  "}, "fault.reason"), ({"from": "2026-11-23"}, "export.fault.days"),
        ({"to": "gestern"}, "export.fault.days"), ({"to": "9999-12-31"}, "export.fault.days"),
        ({"from": "0001-01-01"}, "export.fault.days"),
    ):  # fmt: skip
        refused = taken(browser, "tickets", **wrong)
        assert refused.status_code == 422
        assert say(says, "zh") in refused.text
    assert browser.sends("/exports", what="staff", reason=WHY).status_code == 404
    assert browser.get("/exports?what=staff").status_code == 404
    assert looks() == []


@pytest.mark.parametrize("login", ["supervisor", "manager", "director", "quality", "admin"])
def test_everybody_gets_the_tickets_they_see_and_no_other(logged_in: LogIn, evening: Evening, login: str) -> None:
    browser = logged_in(login)
    got = {row[head("ref")] for row in listed(browser, "tickets")}
    names = {name for name, ref in evening.refs.items() if ref in got}
    assert ("elsewhere" in names) == (login in {"director", "quality", "admin"})
    assert ("headquarters" in names) == (login in {"director", "admin"})
    assert {"lift", "done", "texted"} <= names


def test_tickets_are_sifted_as_asked(logged_in: LogIn, evening: Evening) -> None:
    browser, refs = logged_in("manager"), evening.refs

    def found(**more: str) -> set[str]:
        return {row[head("ref")] for row in listed(browser, "tickets", **more)}

    assert refs["done"] in found(show="ended")
    assert refs["lift"] not in found(show="ended")
    assert refs["done"] not in found(show="moving")
    assert found(q="0902") & {refs["lift"], refs["late"]} == {refs["lift"]}
    assert found(**{"from": "2026-11-20", "to": "2026-11-21"}) == {refs["mine"]} & found()


def test_people_messages_calls_and_answers_keep_to_the_walls(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        river = session.get(Project, evening.other_project)
        make.an_owner(session, make.a_home(session, river, "9--0101"), "+8613611112222", "江上")
        a_message(session, "+8613611112222", EVENING, body="江边停水")
        for name in ("done", "elsewhere"):
            ticket = session.scalars(select(Ticket).where(Ticket.ref == evening.refs[name])).one()
            result = session.scalars(select(TicketEvent.id).where(TicketEvent.ticket_id == ticket.id)).first()
            survey = Survey(
                ticket_id=ticket.id, result_id=result, state=SurveyState.ANSWERED, number=OWNER, ended_at=EVENING
            )
            session.add(survey)
            session.flush()
            said = f"打 13812346021 找我 {name}"
            session.add(
                Answer(
                    survey_id=survey.id, key="2", mapping="five", score=4, via=Via.TEXT, answered_at=EVENING,
                    comment=said,
                )
            )  # fmt: skip
        calls = len(session.scalars(select(Call.id).where(Call.project_id == evening.other_project)).all())
    assert calls == 1
    here, above = logged_in("manager"), logged_in("director")
    for what, mark in (
        ("people", "江**"),
        ("messages", "江边停水"),
        ("calls", "滨江花园"),
        ("answers", "找我 elsewhere"),
    ):
        own, every = (taken(browser, what, format="csv").text for browser in (here, above))
        assert mark not in own, what
        assert mark in every, what
        assert not WHOLE.search(own + every), what
    assert "找我 done" in taken(here, "answers", format="csv").text
    assert [row[head("numbers")] for row in listed(here, "people", q="林婷")] == ["'+86138****6021"]
    assert len(listed(here, "people", q="没有这个人")) == 0


def test_messages_come_as_they_were_chosen_on_their_page(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("manager")
    page = browser.get("/messages?tab=not_arrived").text
    assert "/exports?what=messages&amp;tab=not_arrived" in page
    states = {row[head("state")] for row in listed(browser, "messages", tab="not_arrived")}
    assert states == {say("sent.undelivered", "zh")}
    assert len({row[head("state")] for row in listed(browser, "messages")}) > 1


@pytest.fixture
def dangerous(evening: Evening) -> Evening:
    with transaction() as session:
        draft = TicketDraft(
            Kind.ENQUIRY, "text", Channel.TEXT, project_id=evening.home_project, caller_number=STRANGER, summary=RUNS
        )
        actions.open_ticket(session, draft, at=EVENING)
    return evening


def test_nothing_in_a_csv_runs_in_a_spreadsheet(logged_in: LogIn, dangerous: Evening) -> None:
    rows = listed(logged_in("manager"), "tickets")
    assert f"'{RUNS}" in {row[head("words")] for row in rows}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_a_sheet_is_text_alone_and_carries_its_mark_on_a_sheet_and_in_the_margins(
    logged_in: LogIn, dangerous: Evening
) -> None:
    answer = taken(logged_in("manager"), "tickets")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    assert book.sheet_names == [say("export.what.tickets", "zh"), say("export.mark.sheet", "zh")]
    heads, *rows = book.get_sheet_by_index(0).to_python()
    assert heads[0] == head("ref")
    assert RUNS in {row[heads.index(head("words"))] for row in rows}
    mark = dict(row[:2] for row in book.get_sheet_by_index(1).to_python())
    assert (mark[say("export.mark.reason", "zh")], mark[say("export.mark.who", "zh")].split()[0]) == (WHY, "孙倩")
    with ZipFile(io.BytesIO(answer.data)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert re.search(r"<oddHeader>.*孙倩.*月度分析 ＆ 汇报.*</oddHeader>", sheet)
    assert "<oddFooter>" in sheet


def test_more_than_anybody_reads_is_refused_whole(
    logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS", 3)
    for kind in ("csv", "xlsx"):
        refused = taken(logged_in("manager"), "tickets", format=kind)
        assert refused.status_code == 422
        assert "超过 3 行" in refused.text, kind
    assert looks() == []


def test_more_people_than_are_found_at_once_are_not_half_a_list(
    logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.exportlists.MOST_PEOPLE", 1)
    refused = taken(logged_in("manager"), "people", q="林婷")
    assert refused.status_code == 422
    assert "不少于 1 个" in refused.text
    assert looks() == []


def test_a_long_list_is_read_a_piece_at_a_time(
    logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = {what: listed(logged_in("director"), what) for what in ("tickets", "messages", "calls", "people")}
    monkeypatch.setattr("console.exportlists.AT_ONCE", 2)
    for what, rows in whole.items():
        assert listed(logged_in("director"), what) == rows, what
        assert len(rows) >= 2


def test_messages_of_others_are_not_looked_through_without_end(
    logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.exportlists.MOST_LOOKED_AT", 3)
    refused = taken(logged_in("manager"), "messages")
    assert refused.status_code == 422
    assert "请缩短日期范围" in refused.text
    assert looks() == []


def answered(session: Session, evening: Evening) -> None:
    """One more result of the evening with an answer."""
    draft = TicketDraft(
        Kind.ENQUIRY, "text", Channel.TEXT, project_id=evening.home_project, caller_number=STRANGER, summary="灯"
    )
    ticket = actions.open_ticket(session, draft, at=EVENING)
    result = session.scalars(select(TicketEvent.id).where(TicketEvent.ticket_id == ticket.id)).first()
    survey = Survey(ticket_id=ticket.id, result_id=result, state=SurveyState.ANSWERED, number=OWNER, ended_at=EVENING)
    session.add(survey)
    session.flush()
    said = {"key": "2", "mapping": "five", "score": 4, "via": Via.TEXT, "answered_at": EVENING}
    session.add(Answer(survey_id=survey.id, **said))


@pytest.mark.parametrize("what", ["people", "answers"])
def test_a_longer_list_takes_no_more_questions(app: Flask, logged_in: LogIn, evening: Evening, what: str) -> None:
    browser, asked = logged_in("manager"), 0

    def count(*_: object) -> None:
        nonlocal asked
        asked += 1

    def more(n: int) -> None:
        with transaction() as session:
            home = make.a_home(session, session.get(Project, evening.home_project), f"6-1-0{n}01")
            make.an_owner(session, home, f"+861361111000{n}", f"柳{n}")
            answered(session, evening)

    more(1)
    engine, found = app.extensions["database"].engine, []
    event.listen(engine, "before_cursor_execute", count)
    try:
        for n in (2, 3, 4, 5):
            asked = 0
            found.append((len(listed(browser, what)), asked))
            more(n)
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert [rows - found[0][0] for rows, _ in found] == [0, 1, 2, 3]
    assert len({questions for _, questions in found[1:]}) == 1, found


def test_a_number_in_a_reason_is_masked_where_it_is_read_again(logged_in: LogIn, evening: Evening) -> None:
    taken(logged_in("manager"), "tickets", reason=f"业主{OWNER[3:]}要求")
    assert "业主138****6021要求" in logged_in("supervisor").get("/exports").text


def test_who_took_what_is_seen_by_those_of_the_same_project(logged_in: LogIn, evening: Evening) -> None:
    taken(logged_in("manager"), "tickets", whole="yes")
    taken(logged_in("director"), "people", reason="董事会")
    page = logged_in("supervisor").get("/exports").text
    assert say("export.mark.whole", "zh") in page.split('id="tk-h"')[1]
    assert "孙倩" in page
    assert "董事会" not in page
    assert "董事会" in logged_in("admin").get("/exports").text
