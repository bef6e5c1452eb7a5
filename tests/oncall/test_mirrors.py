"""Group channels: what a real server of one hears of the watch, and that whatever it does holds up nobody."""

import json
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask import Flask
from pydantic import SecretStr, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

import oncall.channels
import oncall.jobs
import oncall.mirrorjobs
import tickets.actions
from base import clock
from base.database import reading, transaction
from base.queue import Lane
from base.settings import Settings
from directory.models import Project
from messages.models import Message
from oncall import actions
from oncall.actions import mirroring
from oncall.channels import Unreached, tell_channel
from oncall.mirrormodels import MirrorNote
from oncall.mirrorwords import MIRRORED
from oncall.models import Page
from tests.make import a_home, a_project, an_owner
from tests.oncall.estate import AT, Estate, a_stuck_lift, an_estate, later, page_of
from tickets.actions import incidents
from tickets.lifecycle import HEADQUARTERS, IncidentKind, Kind, Level
from tickets.models import Ticket


class Group:
    """The server of a group channel: keeps what it is told, and answers as it is set to."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.status = 200
        self.may_answer = threading.Event()
        self.may_answer.set()
        group = self

        class _Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                group.may_answer.wait()
                if group.status == 200:
                    group.heard.append((self.path.strip("/"), said["message"]))
                self.send_response(group.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Door)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, path: str) -> str:
        return f"json://127.0.0.1:{self.server.server_address[1]}/{path}"

    def lines(self, path: str = "house") -> list[str]:
        return [line for where, line in self.heard if where == path]


@pytest.fixture
def group(app: Flask) -> Iterator[Group]:
    listening = Group()
    mirrored_to(app, f"{listening.url('house')} 幸福花园={listening.url('garden')} 碧水湾={listening.url('bay')}")
    yield listening
    listening.may_answer.set()
    listening.server.shutdown()
    listening.server.server_close()


@pytest.fixture
def estate(app: Flask) -> Estate:
    clock.stop_at(AT)
    with transaction() as session:
        a_project(session, "碧水湾", name_en="Clear Bay")
        return an_estate(session)


def mirrored_to(app: Flask, urls: str, **more: str) -> None:
    before = app.extensions["settings"].model_dump(exclude={"mirror_urls", "mirror_language"})
    app.extensions["settings"] = Settings(_env_file=None, **before, mirror_urls=SecretStr(urls), **more)


def all_told() -> None:
    """What the clock and the bulk worker do for the channels."""
    oncall.mirrorjobs.tell_due()
    with reading() as session:
        waiting = mirroring.channels_waiting(session, at=clock.now())
    for place in waiting:
        oncall.mirrorjobs.tell(place)


def stuck(estate: Estate, **more: object) -> Ticket:
    with transaction() as session:
        return a_stuck_lift(session, estate, **more)


def taken(ticket: Ticket, estate: Estate) -> None:
    with transaction() as session:
        actions.acknowledge(session, page_of(session, ticket, estate.first).id, how="key", at=clock.now())


def test_the_group_hears_whom_we_page_and_who_took_it_with_masked_numbers_and_no_owners_name(
    group: Group, estate: Estate
) -> None:
    with transaction() as session:
        home = a_home(session, estate.project)
        owner = an_owner(session, home, "+8613800138000")
        owner.name = "李秀英"
    ticket = stuck(estate, home_id=home.id, person_id=owner.id, summary="李秀英说电梯停了，电话13800138000")
    oncall.jobs.climb_due()
    all_told()
    clock.stop_at(later(40))
    taken(ticket, estate)
    all_told()
    paged, took = group.lines()
    assert paged == (
        f"02:30 呼叫值班：P0 幸福花园3号楼2单元，电梯困人。单号{ticket.ref}，"
        "已呼叫王强（139****0001）、赵刚（139****0002）。在群里回复不算接单"
    )
    assert took == f"02:30 王强已接单：幸福花园3号楼2单元，电梯困人。单号{ticket.ref}"
    assert "李" not in "".join(group.lines())
    assert "13800138000" not in "".join(group.lines())


def test_a_project_has_a_channel_of_its_own_that_hears_of_no_other(group: Group, estate: Estate) -> None:
    stuck(estate)
    oncall.jobs.climb_due()
    all_told()
    assert len(group.lines("garden")) == 1
    assert group.lines("bay") == []
    assert group.lines("garden") == group.lines("house")


def test_a_ladder_that_is_used_up_is_told_once_in_its_round(group: Group, estate: Estate) -> None:
    ticket = stuck(estate)
    for minute in range(20):
        clock.stop_at(AT + timedelta(minutes=minute))
        oncall.jobs.climb_due()
        all_told()
    nobody = [line for line in group.lines() if "无人接单" in line]
    assert nobody == [
        f"02:40 无人接单！P0 幸福花园3号楼2单元，电梯困人。单号{ticket.ref}，值班的都呼叫过了。在群里回复不算接单"
    ]
    assert len([line for line in group.lines() if "呼叫值班" in line]) > 4


def test_what_somebody_took_and_cannot_see_to_is_told_too(group: Group, estate: Estate) -> None:
    ticket = stuck(estate)
    oncall.jobs.climb_due()
    taken(ticket, estate)
    clock.stop_at(later(1300))
    oncall.jobs.look_after_taken()
    clock.stop_at(later(1700))
    oncall.jobs.look_after_taken()
    all_told()
    assert f"02:58 没有人在处理了，重新呼叫：P0 幸福花园3号楼2单元，电梯困人。单号{ticket.ref}" in group.lines()


def test_of_what_wakes_nobody_and_of_complaints_about_the_project_no_group_hears(group: Group, estate: Estate) -> None:
    clock.stop_at(AT + timedelta(hours=8))
    with transaction() as session:
        quiet = a_stuck_lift(session, estate, kind=Kind.REPAIR, category="leak", at=clock.now())
        secret = a_stuck_lift(
            session, estate, kind=Kind.COMPLAINT, category="staff", owner_desk=HEADQUARTERS, level=Level.C2,
            at=clock.now(),
        )  # fmt: skip
        tickets.actions.set_page_due(session, quiet.id, due_at=clock.now())
        tickets.actions.set_page_due(session, secret.id, due_at=clock.now())
        ids = quiet.id, secret.id
    oncall.jobs.climb_due()
    with transaction() as session:
        assert session.scalars(select(Message).where(Message.about.startswith("page:"))).first() is not None
        actions.take_ticket(session, ids[0], estate.first.id, how="click", at=clock.now())
        actions.take_ticket(session, ids[1], estate.director.id, how="click", at=clock.now())
    all_told()
    assert group.heard == []


def test_of_any_other_complaint_the_group_does_not_hear_whose_home_it_is_about(group: Group, estate: Estate) -> None:
    with transaction() as session:
        ticket = a_stuck_lift(
            session, estate, kind=Kind.COMPLAINT, category="noise", level=Level.C2, place="3号楼2单元1502室"
        )
        tickets.actions.set_page_due(session, ticket.id, due_at=AT)
    oncall.jobs.climb_due()
    all_told()
    [line] = group.lines()
    assert "幸福花园，" in line
    assert "1502" not in line


def test_a_trouble_is_told_when_it_begins_and_when_it_is_over_each_once(group: Group, estate: Estate) -> None:
    with transaction() as session:
        trouble = incidents.open_incident(
            session,
            incidents.IncidentDraft(
                kind=IncidentKind.WATER, project_id=estate.project.id, cause="李秀英家水管爆裂",
                promised_end_at=later(7200),
            ),
            by_id=estate.manager.id, at=AT,
        )  # fmt: skip
    all_told()
    all_told()
    clock.stop_at(later(6000))
    with transaction() as session:
        incidents.restore(session, trouble.id, at=clock.now())
    all_told()
    all_told()
    assert group.lines() == ["02:30 幸福花园，停水，预计11-23 04:30恢复", "04:10 已结束：幸福花园，停水"]


def test_an_english_house_is_told_in_english_and_a_rehearsal_is_marked(
    app: Flask, group: Group, estate: Estate
) -> None:
    mirrored_to(app, group.url("house"), mirror_language="en")
    with transaction() as session:
        session.get_one(Project, estate.project.id).name_en = "Garden"
    stuck(estate, is_drill=True)
    oncall.jobs.climb_due()
    all_told()
    [line] = group.lines()
    assert line.startswith("02:30 Paged: P0 [DRILL] Garden 3号楼2单元")


def test_what_the_group_hears_waits_in_a_lane_behind_which_no_page_stands(
    app: Flask, group: Group, estate: Estate
) -> None:
    stuck(estate)
    oncall.jobs.climb_due()
    hints = app.extensions["hints"]
    assert [hints.queue(lane).count for lane in (Lane.URGENT, Lane.BULK)] == [1, 2]
    assert all("mirrorjobs" in job.func_name for job in hints.queue(Lane.BULK).jobs)
    assert all("mirrorjobs" not in job.func_name for job in hints.queue(Lane.URGENT).jobs)


def test_a_failing_channel_is_tried_thrice_shown_and_changes_nothing_for_the_others(
    group: Group, estate: Estate
) -> None:
    group.status = 500
    ticket = stuck(estate)
    with capture_logs() as logged:
        for seconds in (0, 30, 60, 120, 180, 240):
            clock.stop_at(later(seconds))
            oncall.jobs.climb_due()
            all_told()
    assert {(line["event"], line["channel"]) for line in logged} == {
        ("mirror_not_told", "#1"), ("mirror_not_told", "幸福花园#1"),
    }  # fmt: skip
    assert str(group.server.server_address[1]) not in str(logged)
    with reading() as session:
        first = session.scalars(select(MirrorNote).where(MirrorNote.channel == "#1").order_by(MirrorNote.id)).first()
        assert first is not None
        assert (first.tries, first.sent_at, first.fault) == (3, None, "refused")
        house, garden, _bay = mirroring.seen(session, at=clock.now())
        assert (house.is_failing, house.fault, house.lost) == (True, "refused", 1)
        assert garden.is_failing
        assert {page.staff.name for page in session.scalars(select(Page))} == {"王强", "赵刚", "孙丽"}
    taken(ticket, estate)
    group.status = 200
    clock.stop_at(later(310))
    all_told()
    with reading() as session:
        assert not mirroring.seen(session, at=clock.now())[0].is_failing
    assert group.lines()[-1].endswith(f"王强已接单：幸福花园3号楼2单元，电梯困人。单号{ticket.ref}")


def test_a_channel_that_does_not_answer_is_given_up_and_one_without_an_address_too(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oncall.channels, "ANSWER_S", 0.2)
    group.may_answer.clear()
    assert tell_channel(group.url("house"), "02:30 一行") is Unreached.SLOW
    assert tell_channel("nonsense://token", "02:30 一行") is Unreached.NO_ADDRESS
    group.may_answer.set()
    assert tell_channel(group.url("house"), "02:31 一行") is None


def test_what_is_old_is_not_told_any_more_and_forgotten_after_a_month(group: Group, estate: Estate) -> None:
    stuck(estate)
    oncall.jobs.climb_due()
    clock.stop_at(later(15 * 60))
    all_told()
    assert group.heard == []
    clock.stop_at(AT + timedelta(days=31))
    oncall.mirrorjobs.tell_due()
    with reading() as session:
        assert session.scalars(select(MirrorNote)).all() == []


def test_of_two_workers_one_tells_a_line(session: Session, app: Flask, group: Group) -> None:
    estate = an_estate(session)
    actions.climb(session, a_stuck_lift(session, estate).id, at=AT)
    assert mirroring.claim_note(session, "#1", at=AT) is not None
    assert mirroring.claim_note(session, "#1", at=later(59)) is None
    assert mirroring.claim_note(session, "#1", at=later(60)) is not None


def test_without_channels_nothing_is_written(session: Session) -> None:
    ticket = a_stuck_lift(session, an_estate(session))
    actions.climb(session, ticket.id, at=AT)
    actions.take_ticket(session, ticket.id, ticket.project_id or 0, how="click", at=AT)
    mirroring.mirror_incidents(session, at=AT)
    assert session.scalars(select(MirrorNote)).all() == []


@pytest.mark.parametrize(
    ("urls", "names"),
    [
        ("", []),
        ("wecombot://key", [("#1", "", "wecombot")]),
        (
            " mailtos://u:p@qq.com?to=a@b.cn\n幸福花园=feishu://t?a=b  Feishu://u 幸福花园=dingtalk://v",
            [("#1", "", "mailtos"), ("幸福花园#1", "幸福花园", "feishu"), ("#2", "", "feishu"),
             ("幸福花园#2", "幸福花园", "dingtalk")],
        ),
    ],
)  # fmt: skip
def test_channels_are_read_in_their_order_and_may_be_a_projects(urls: str, names: list[tuple[str, str, str]]) -> None:
    found = Settings(_env_file=None, mirror_urls=SecretStr(urls)).mirrors
    assert [(one.name, one.project, one.scheme) for one in found] == names
    assert "key" not in repr(found)


def test_what_is_no_address_is_refused_without_being_repeated() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, mirror_urls=SecretStr("wecombot://good not-an-address-s3cret"))
    assert "s3cret" not in str(refused.value)


def test_every_line_is_there_in_both_languages_and_has_the_same_gaps() -> None:
    for zh, en in MIRRORED.values():
        assert set(re.findall(r"{\w+}", zh)) == set(re.findall(r"{\w+}", en))
