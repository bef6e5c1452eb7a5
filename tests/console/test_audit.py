"""Who did what to what, when and from where: written down for good, read by those who may, taken away as a sheet."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import Select, delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from base import clock
from base.database import reading, transaction
from console import auditlog
from console.words import say
from directory.audit import write_down
from directory.auditmodels import Audit, AuditWhat
from directory.models import Staff
from tests import make
from tests.console.conftest import Browser, LogIn, later
from tests.console.evening import Evening
from tests.console.pages import seen_of, written
from tests.console.test_menu_edit import MINE, drafted, published
from tests.console.test_takeover import form
from tests.messages.fake import FakeCarrier

HERE = "127.0.0.1"


def log(*but: AuditWhat) -> list[tuple[int | None, AuditWhat, str, str, str]]:
    """Everything but these: who, what, to what, why, from where."""
    with reading() as session:
        query = select(Audit).where(Audit.what.not_in(but)).order_by(Audit.id)
        return [(one.staff_id, one.what, one.about, one.reason, one.address) for one in session.scalars(query)]


def kept(id: int | None, what: AuditWhat, about: str, reason: str = "test") -> None:
    with transaction() as session:
        write_down(session, staff_id=id, what=what, about=about, reason=reason, at=clock.now())


def test_coming_in_failing_to_and_going_out_are_written_down(
    logged_in: LogIn, browser: Callable[[], Browser], evening: Evening
) -> None:
    agent = evening.staff["agent"]
    logged_in("agent").sends("/logout")
    stranger = browser()
    assert stranger.logs_in("agent", "wrong").status_code == 401
    assert stranger.logs_in("my-secret-password", "wrong").status_code == 401
    assert log() == [
        (agent, AuditWhat.LOGGED_IN, f"staff:{agent}", "", HERE),
        (agent, AuditWhat.LOGGED_OUT, f"staff:{agent}", "", HERE),
        (None, AuditWhat.LOG_IN_REFUSED, f"staff:{agent}", "", HERE),
        (None, AuditWhat.LOG_IN_REFUSED, "staff:0", "", HERE),
    ]


def test_what_is_read_approved_stopped_and_changed_at_the_desk_is_written_down(
    logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    agent, manager, director, admin = (logged_in(login) for login in ("agent", "manager", "director", "admin"))
    ref, owner = evening.refs["lift"], evening.owner
    assert agent.sends(f"/tickets/{ref}/reveal", text="回电").status_code == 200
    assert agent.sends(f"/people/{owner}/reveal", text="核对").status_code == 200
    first, second = written(agent), written(agent, title="再一次")
    assert manager.sends(f"/campaigns/{first}/approve", seen=seen_of(manager, first)).status_code == 303
    assert manager.sends(f"/campaigns/{first}/stop").status_code == 303
    assert manager.sends(f"/campaigns/{first}/resume").status_code == 303
    assert manager.sends(f"/campaigns/{second}/return", words="时间不对").status_code == 303
    assert manager.sends("/oncall/take-over", **form(evening)).status_code == 303
    added = {"name": "申江电梯", "number": "021-55559001", "trade": "lift", "project": "all"}
    assert director.sends("/oncall/vendors", **added).status_code == 303
    edition = drafted(director, MINE)
    published(director, edition)
    hook = {"name": "ERP", "url": "https://erp.example.com/x", "event": "ticket.*"}
    assert admin.sends("/webhooks", **hook).status_code == 200
    assert admin.sends("/webhooks/1/switch", state="off", sure="yes").status_code == 303
    ids = evening.staff
    found = [entry[:4] for entry in log(AuditWhat.LOGGED_IN)]
    assert [entry[4] for entry in log()] == [HERE] * len(log())
    assert [(who, what, about) for who, what, about, _ in found] == [
        (ids["agent"], AuditWhat.REVEAL, f"ticket:{ref}"),
        (ids["agent"], AuditWhat.REVEAL, f"person:{owner}"),
        (ids["manager"], AuditWhat.APPROVED, f"campaign:{first}"),
        (ids["manager"], AuditWhat.STOPPED, f"campaign:{first}"),
        (ids["manager"], AuditWhat.RESUMED, f"campaign:{first}"),
        (ids["manager"], AuditWhat.RETURNED, f"campaign:{second}"),
        (ids["manager"], AuditWhat.ROTA, "override:1"),
        (ids["director"], AuditWhat.VENDOR, "vendor:1"),
        (ids["director"], AuditWhat.MENU, f"menu:{edition}"),
        (ids["admin"], AuditWhat.WEBHOOK, "webhook:1"),
        (ids["admin"], AuditWhat.WEBHOOK, "webhook:1"),
    ]
    assert [reason for *_, reason in found][:2] == ["回电", "核对"]
    page = logged_in("admin").get("/audit").text
    for words in ("看了完整号码", "批准了", "退回了", "发布了菜单", "改了外部单位", "改了事件推送", "时间不对", HERE):
        assert words in page, words


def test_a_token_made_on_the_command_line_is_written_down_as_nobodys(app: Flask, evening: Evening) -> None:
    for arguments in (["token", "create", "ERP", "--staff", "director"], ["token", "revoke", "ERP"]):
        assert app.test_cli_runner().invoke(args=arguments).exit_code == 0
    director = f"staff:{evening.staff['director']}"
    assert log() == [
        (None, AuditWhat.TOKEN, director, "新建 / made: ERP", ""),
        (None, AuditWhat.TOKEN, director, "吊销 / revoked: ERP", ""),
    ]


def test_a_remark_in_both_languages_is_read_in_ones_own(app: Flask, logged_in: LogIn) -> None:
    assert app.test_cli_runner().invoke(args=["token", "create", "ERP", "--staff", "director"]).exit_code == 0
    admin = logged_in("admin")
    chinese, english = admin.get("/audit?lang=zh").text, admin.get("/audit?lang=en").text
    assert ("新建: ERP" in chinese, "made" in chinese) == (True, False)
    assert ("made: ERP" in english, "新建" in english) == (True, False)


def test_what_somebody_said_is_not_cut_on_the_page_nor_in_its_sheet(logged_in: LogIn, evening: Evening) -> None:
    said, name = "换锁 / change lock", "月报 / monthly"
    kept(evening.staff["agent"], AuditWhat.REVEAL, "person:1", said)
    kept(None, AuditWhat.TOKEN, f"staff:{evening.staff['agent']}", f"新建 / made: {name}")
    admin = logged_in("admin")
    sheet = admin.sends("/audit/sheet", reason="季度检查", format="csv").data.decode("utf-8-sig")
    for read in (admin.get("/audit?lang=zh").text, admin.get("/audit?lang=en").text, sheet):
        assert said in read
        assert f": {name}" in read
        assert "新建 / made" not in read


def test_nothing_of_it_is_changed_nor_deleted_within_a_year(app: Flask) -> None:
    at = clock.now()
    with transaction() as session:
        somebody = make.a_member_of_staff(session, "高远")
        for days in (0, 300, 400):
            moment = at - timedelta(days=days)
            write_down(session, staff_id=somebody.id, what=AuditWhat.REVEAL, about="person:1", reason="x", at=moment)
    for statement in (update(Audit).values(reason="y"), delete(Audit).where(Audit.at > at - timedelta(days=365))):
        with pytest.raises(DBAPIError, match="what was done is never changed"), transaction() as session:
            session.execute(statement)
    with transaction() as session:
        session.execute(delete(Audit).where(Audit.at < at - timedelta(days=366)))
    assert len(log()) == 2
    if not app.extensions["database"].is_sqlite:
        with pytest.raises(DBAPIError, match="what was done is never changed"), transaction() as session:
            session.execute(text("TRUNCATE audit"))


def test_a_manager_reads_of_their_own_project_alone(logged_in: LogIn, evening: Evening) -> None:
    kept(evening.staff["agent"], AuditWhat.REVEAL, "person:1", "自己小区的")
    kept(evening.staff["abroad"], AuditWhat.REVEAL, "person:2", "别的小区的")
    kept(evening.staff["director"], AuditWhat.TEMPLATE, "template:x", "总部的")
    for login, sees in (("manager", [True, False, False]), ("director", [True] * 3), ("admin", [True] * 3)):
        client = logged_in(login)
        page = client.get("/audit").text
        assert [words in page for words in ("自己小区的", "别的小区的", "总部的")] == sees, login
        assert ("陈刚" in page) is (login != "manager"), "whom one does not serve is not offered either"
        other = client.get(f"/audit?who={evening.staff['abroad']}").text
        assert ("别的小区的" in other) is (login != "manager")
    assert logged_in("supervisor").get("/audit").status_code == 403


def test_it_is_read_by_who_what_and_day_and_page_by_page(logged_in: LogIn, evening: Evening) -> None:
    admin = logged_in("admin")
    for n in range(60):
        kept(evening.staff["agent"], AuditWhat.REVEAL, f"person:{n}", f"第{n}次。")
    later(hours=5)
    kept(None, AuditWhat.VENDOR, "vendor:1", "次日的")
    for asked in ("", "who=command", "since=2026-11-23", "until=2026-11-22"):
        page = admin.get(f"/audit?{asked}").text
        assert ("第59次。" in page) is (asked in {"", "until=2026-11-22"}), asked
        assert ("次日的" in page) is (asked != "until=2026-11-22"), asked
    page = admin.get("/audit?what=reveal").text
    assert "第10次。" in page
    assert "第9次。" not in page
    older = page.split('id="au-older" href="')[1].split('"')[0].replace("&amp;", "&")
    rest = admin.get(older).text
    assert all(f"第{n}次。" in rest for n in range(10))
    assert "第10次。" not in rest
    assert say("audit.none.title", "zh") in admin.get("/audit?what=menu").text
    for asked in ("what=%00&who=x&since=never&after=99999999999", "since=0001-01-01", "until=9999-12-31"):
        assert admin.get(f"/audit?{asked}").status_code == 200, asked


def test_a_day_begins_at_midnight_whichever_of_two_was_written_first(logged_in: LogIn, evening: Evening) -> None:
    agent = evening.staff["agent"]
    midnight = datetime.fromisoformat("2026-11-22T00:00:00+08:00")
    with transaction() as session:
        for words, seconds in (("零时后二。", 2), ("零时后一。", 1), ("零时前一。", -1), ("零时前二。", -2)):
            at = midnight + timedelta(seconds=seconds)
            write_down(session, staff_id=agent, what=AuditWhat.REVEAL, about="person:1", reason=words, at=at)
    admin = logged_in("admin")
    for asked, after in (("since=2026-11-22", True), ("until=2026-11-21", False)):
        page = admin.get(f"/audit?what=reveal&{asked}").text
        assert [words in page for words in ("零时后二。", "零时后一。")] == [after] * 2, asked
        assert [words in page for words in ("零时前一。", "零时前二。")] == [not after] * 2, asked


def test_whoever_writes_does_not_wait_for_a_sheet(
    logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = auditlog._lines

    def reads_long(session: Session, query: Select[Audit]) -> list[auditlog.Line]:
        kept(None, AuditWhat.VENDOR, "vendor:1")
        return reads(session, query)

    director = logged_in("director")
    monkeypatch.setattr(auditlog, "_lines", reads_long)
    assert director.sends("/audit/sheet", reason="季度检查").status_code == 200


def test_it_is_taken_away_as_a_sheet_for_a_reason_and_no_cell_of_it_is_run(logged_in: LogIn, evening: Evening) -> None:
    director = logged_in("director")
    kept(evening.staff["agent"], AuditWhat.REVEAL, "person:1", '=HYPERLINK("http://x","y") 13812346021')
    refused = director.sends("/audit/sheet", what="reveal", reason=" ")
    assert refused.status_code == 422
    assert say("audit.sheet.fault", "zh") in refused.text
    answer = director.sends("/audit/sheet", what="reveal", reason="季度检查")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0][0] == say("audit.at", "zh")
    assert [row[4] for row in rows[1:-1]] == ['\'=HYPERLINK("http://x","y") 138****6021'], "what is chosen, masked"
    assert "高远" in rows[-1][0]
    assert "季度检查" in rows[-1][0]
    book = director.sends("/audit/sheet", what="reveal", reason="季度检查", format="xlsx")
    sheet, whose = CalamineWorkbook.from_filelike(io.BytesIO(book.data)).sheet_names
    read = CalamineWorkbook.from_filelike(io.BytesIO(book.data)).get_sheet_by_name(sheet).to_python()
    assert [row[4] for row in read[1:]] == ['=HYPERLINK("http://x","y") 138****6021'], "as text"
    assert whose == say("export.mark.sheet", "zh")
    taken = (evening.staff["director"], AuditWhat.EXPORTED, "list:audit (1)", "季度检查", HERE)
    assert log(AuditWhat.LOGGED_IN, AuditWhat.REVEAL) == [taken, taken]


def test_who_did_it_is_named_after_they_have_left(logged_in: LogIn, evening: Evening) -> None:
    kept(evening.staff["agent"], AuditWhat.REVEAL, "person:1")
    with transaction() as session:
        session.get_one(Staff, evening.staff["agent"]).is_active = False
    assert "张敏" in logged_in("admin").get("/audit?what=reveal").text
