"""Lists of the API as files for other systems: whole, safe to open, and written down; so are whole numbers."""

import csv
import io
from collections.abc import Callable
from urllib.parse import quote

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from base.database import reading, transaction
from base.errors import Conflict
from console.api import sheets
from directory import tokens
from directory.accessmodels import ApiToken
from directory.auditmodels import Audit, AuditWhat
from directory.models import Person, Staff
from tests.api.conftest import Program
from tests.console.evening import OWNER, Evening, a_message

Programs = Callable[..., Program]
LISTS = ("tickets", "people", "homes", "messages", "incidents", "campaigns", "oncall")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_rows(text: str) -> list[dict[str, str]]:
    *lines, mark = text.removeprefix("\ufeff").splitlines(keepends=True)
    assert mark.startswith("# 导出人"), "the last line says whose copy it is"
    return list(csv.DictReader(lines))


def takes(who: Program, path: str, **query: object) -> TestResponse:
    """A list as a file, for a reason."""
    return who.asks("GET", path, query_string=query, headers={"X-Reason": "audit"})


def kept(what: AuditWhat) -> list[tuple[str, str, int | None]]:
    """What was written down: of what, why, and by whom."""
    with reading() as session:
        found = session.scalars(select(Audit).where(Audit.what == what).order_by(Audit.id))
        return [(one.about, one.reason, one.staff_id) for one in found]


@pytest.mark.parametrize("name", LISTS)
def test_every_list_is_a_file_with_a_line_for_each_thing(program: Programs, evening: Evening, name: str) -> None:
    with transaction() as session:
        a_message(session, OWNER, evening.at)
    who = program("admin")
    told = who.gets(f"/{name}", **({} if name == "oncall" else {"limit": 200})).json["items"]
    rows = as_rows(takes(who, f"/{name}", format="csv").text)
    if name != "oncall":
        assert len(rows) == len(told)
    assert OWNER not in str(rows)
    book = takes(who, f"/{name}", format="xlsx")
    assert book.mimetype == XLSX
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book.data)).get_sheet_by_index(0).to_python()
    if rows:
        assert [str(head) for head in sheet[0]] == list(rows[0])
    assert len(sheet) == len(rows) + 1


def test_a_ticket_is_a_line_whose_heads_are_the_names_of_its_fields(program: Programs, evening: Evening) -> None:
    who = program("admin")
    odd = who.posts("/tickets", kind="praise", summary='=HYPERLINK("http://x")').json["ref"]
    told = {one["ref"]: one for one in who.gets("/tickets", limit=200).json["items"]}
    rows = {
        row["ref"]: row
        for row in as_rows(who.asks("GET", "/tickets", headers={"Accept": "text/csv", "X-Reason": "audit"}).text)
    }
    assert rows.keys() == told.keys()
    line, mine = rows[evening.refs["lift"]], rows[evening.refs["mine"]]
    assert rows[odd]["summary"] == '\'=HYPERLINK("http://x")', "a spreadsheet would run it"
    assert line["caller_number"] == "'+86138****6021"
    assert line["is_alarming"] == "false"
    assert line["opened_at"] == told[evening.refs["lift"]]["opened_at"]
    assert mine["assignee.name"] == told[evening.refs["mine"]]["assignee"]["name"]
    assert rows[evening.refs["alarm"]]["assignee.name"] == ""


def test_json_is_what_whoever_does_not_say_gets(program: Programs, evening: Evening) -> None:
    who = program("agent")
    for accept in ("*/*", "application/json", "application/json, text/csv", "text/html"):
        assert who.asks("GET", "/tickets", headers={"Accept": accept}).mimetype == "application/json", accept
    chosen = who.asks("GET", "/tickets", headers={"Accept": "text/csv"}, query_string={"format": "json"})
    assert chosen.mimetype == "application/json"
    refused = who.gets("/tickets", format="pdf")
    assert (refused.status_code, refused.json["errors"][0]["parameter"]) == (422, "format")


def test_a_file_that_ends_before_the_list_says_where_to_go_on(
    program: Programs, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST", 2)
    monkeypatch.setattr(sheets, "MOST_PAGES", 2)
    who = program("admin")
    wanted = [one["ref"] for one in who.gets("/tickets", limit=200).json["items"]]
    found: list[str] = []
    path = "/tickets?format=csv&kind="
    while path:
        answer = who.asks("GET", path, headers={"X-Reason": "audit"})
        rows = as_rows(answer.text)
        assert 0 < len(rows) <= 4
        found += [row["ref"] for row in rows]
        path = answer.headers.get("Link", "").partition(">")[0].removeprefix("</api/v1")
    assert found == wanted
    one_page = takes(who, "/tickets", format="csv", limit=3)
    assert len(as_rows(one_page.text)) == 3
    assert 'rel="next"' in one_page.headers["Link"]


def test_the_walls_hold_for_files_too(program: Programs, evening: Evening) -> None:
    refs = {row["ref"] for row in as_rows(takes(program("supervisor"), "/tickets", format="csv").text)}
    assert evening.refs["lift"] in refs
    assert evening.refs["headquarters"] not in refs
    assert program("technician").gets("/people", format="csv").status_code == 403


def test_whoever_takes_no_list_at_the_desk_takes_none_here(program: Programs, evening: Evening) -> None:
    for who in (program("agent"), program("agent", may_reveal=True), program("technician")):
        for kind in ("csv", "xlsx"):
            refused = takes(who, "/tickets", format=kind)
            assert (refused.status_code, refused.mimetype) == (403, "application/problem+json")
        assert who.gets("/tickets").json["items"], "what is looked at stays as it was"
    assert kept(AuditWhat.EXPORTED) == []


def test_who_took_a_file_is_written_down(program: Programs, evening: Evening) -> None:
    who = program("admin")
    n = len(as_rows(who.asks("GET", "/tickets?format=csv", headers={"X-Reason": quote("月度对账")}).text))
    owner = program("admin", may_reveal=True)
    unsaid = owner.gets("/people", format="csv")
    assert (unsaid.status_code, unsaid.json["errors"][0]["header"]) == (422, "X-Reason")
    assert OWNER not in unsaid.text
    owner.asks("GET", "/people?format=csv&whole=true", headers={"X-Reason": "handed to the auditors"})
    masked, whole = kept(AuditWhat.EXPORTED)
    assert masked == (f"list:tickets/masked/{n}", "API admin 0: 月度对账", evening.staff["admin"])
    assert whole[0].startswith("list:people/whole/")
    assert kept(AuditWhat.REVEAL) == [], "a list that leaves is one line"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_of_people_is_masked_and_marked_like_an_export_of_the_desk(
    program: Programs, evening: Evening, kind: str
) -> None:
    with transaction() as session:
        owner = session.get_one(Person, evening.owner)
        owner.special_care, owner.salutation = "独居，听力不好", "陈老师"
        name = owner.name
    script = program("supervisor")
    unsaid = script.gets("/people", format=kind)
    assert (unsaid.status_code, unsaid.json["errors"][0]["header"]) == (422, "X-Reason")
    mine = next(one for one in script.gets("/people").json["items"] if one["id"] == evening.owner)
    assert (mine["name"], mine["special_care"]) == (name, "独居，听力不好"), "a list that is looked at is not an export"
    for who, whole, is_whole in (
        (script, "true", False), (program("supervisor", may_reveal=True), "true", False),
        (program("manager", may_reveal=True), "false", False),
        (program("manager", may_reveal=True), "true", True),
    ):  # fmt: skip
        told = _words(takes(who, "/people", format=kind, whole=whole))
        assert [part in told for part in (name, "独居", "陈老师", OWNER)] == [is_whole] * 4
        assert "导出人" in told
        assert "audit" in told, "whose copy it is, and why"


def _words(file: TestResponse) -> str:
    """All that stands in a file."""
    if file.mimetype != XLSX:
        return file.text
    book = CalamineWorkbook.from_filelike(io.BytesIO(file.data))
    return str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])


def test_what_a_token_was_shown_whole_is_written_down_thing_by_thing(program: Programs, evening: Evening) -> None:
    ref = evening.refs["lift"]
    program("agent").gets(f"/tickets/{ref}")
    assert kept(AuditWhat.REVEAL) == [], "masked numbers are nothing to keep"
    who = program("agent", may_reveal=True)
    assert who.asks("GET", f"/tickets/{ref}", headers={"X-Reason": "ring back"}).json["caller_number"] == OWNER
    who.gets("/people")
    who.gets("/oncall")
    who.gets("/homes")
    ticket, person, duty = kept(AuditWhat.REVEAL)
    with reading() as session:
        name = session.scalars(select(ApiToken.name).where(ApiToken.may_reveal)).one()
    assert ticket == (f"ticket:{ref}", f"API {name}: ring back", evening.staff["agent"])
    assert person == (f"person:{evening.owner}", f"API {name}", evening.staff["agent"])
    assert duty[0] == "api:oncall"
    made = who.posts("/tickets", kind="repair", category="lift", caller_number=OWNER)
    assert kept(AuditWhat.REVEAL)[-1][0] == f"ticket:{made.json['ref']}"


def test_whoever_knows_a_ticket_already_is_shown_nothing(program: Programs, evening: Evening) -> None:
    who, path = program("agent", may_reveal=True), f"/tickets/{evening.refs['lift']}"
    tag = who.gets(path).headers["ETag"]
    assert who.asks("GET", path, headers={"If-None-Match": tag}).status_code == 304
    assert len(kept(AuditWhat.REVEAL)) == 1


def test_a_refusal_and_an_answer_given_again_show_numbers_too(program: Programs, evening: Evening) -> None:
    who, ref = program("supervisor", may_reveal=True), evening.refs["mine"]
    path = f"/tickets/{ref}"
    tag = who.gets(path).headers["ETag"]
    program("technician").posts(f"{path}/events", type="arrive", text="水表间 13812345678")
    before = len(kept(AuditWhat.REVEAL))
    refused = who.asks("POST", f"{path}/events", json={"type": "resolve", "text": "好了"}, headers={"If-Match": tag})
    assert (refused.status_code, "13812345678" in refused.text) == (412, True)
    assert [about for about, *_ in kept(AuditWhat.REVEAL)[before:]] == [f"ticket:{ref}"]
    for times in (1, 2):
        again = who.posts("/tickets", "k1", kind="repair", category="lift", caller_number=OWNER)
        assert OWNER in again.text
        assert len(kept(AuditWhat.REVEAL)) == before + 1 + times
    who.gets("/tickets/000000-0000")
    assert len(kept(AuditWhat.REVEAL)) == before + 3, "a refusal in which no number stands is nothing to keep"


def test_the_rota_of_some_days_is_told_as_it_is_held(program: Programs, evening: Evening) -> None:
    who = program("supervisor")
    told = who.gets("/oncall/turns", since="2026-11-22", until="2026-11-23").json["items"]
    assert {one["project"] for one in told} == {"幸福里小区"}
    first = next(one for one in told if one["post"] == "first")
    assert first["person"]["id"] == evening.staff["technician"]
    assert first["starts_at"] < "2026-11-22T19:30:00+08:00" < first["ends_at"]
    rows = as_rows(takes(who, "/oncall/turns", since="2026-11-22", until="2026-11-23", format="csv").text)
    assert [row["person.name"] for row in rows] == [one["person"]["name"] for one in told]
    assert len(who.gets("/oncall/turns", since="2020-01-01", until="2020-01-02").json["items"]) == 0
    for odd in (
        {"since": "2026-11-23", "until": "2026-11-22"}, {"since": "2026-01-01", "until": "2026-12-31"},
        {"since": "1700000000", "until": "2026-11-22"}, {"since": "2026-02-30", "until": "2026-11-22"},
        {"since": "2026-11-22", "until": "2026-11-22", "project": "滨江花园"}, {},
    ):  # fmt: skip
        assert who.gets("/oncall/turns", **odd).status_code == 422, odd


def test_of_two_living_tokens_of_one_name_the_second_is_refused_also_where_nobody_looked(
    app: Flask, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(session: Session) -> str:
        staff = session.get_one(Staff, evening.staff["admin"])
        return tokens.make_token(session, name="ERP", staff=staff, at=evening.at)

    with transaction() as session:
        make(session)
        with pytest.raises(Conflict):
            make(session)
        with monkeypatch.context() as nobody_looks:
            nobody_looks.setattr(tokens, "_named", lambda *_: None)
            with pytest.raises(Conflict):
                make(session)
        tokens.revoke_token(session, "ERP", at=evening.at)
        assert make(session), "a name is free again"
        living = select(func.count()).where(ApiToken.name == "ERP", ApiToken.revoked_at.is_(None))
        assert session.scalar(living) == 1
