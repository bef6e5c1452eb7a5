"""`flask notice send`: what the console does, for scripts."""

from pathlib import Path

import pytest
import xlsxwriter
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from base import clock
from base.access import Role
from base.database import reading, transaction
from directory.models import Occupancy, Project
from messages.models import Message
from outreach.lifecycle import CampaignState
from outreach.models import Campaign
from tests import make
from tests.messages.fake import AT
from tests.outreach.quicker import a_quicker_job

WORDS = ("--title", "停水", "--zh", "紧急停水：{places}预计{end}恢复", "--en", "Water is off in {places} until {end}")
EMERGENCY = ("--class", "emergency", "--trouble", "water", "--ends", "2026-11-22T18:00")


@pytest.fixture(autouse=True)
def _an_estate(runner: FlaskCliRunner) -> None:
    clock.stop_at(AT)
    with transaction() as session:
        garden = make.a_project(session)
        make.an_owner(session, make.a_home(session, garden, "3-1-101"))
        make.an_owner(session, make.a_home(session, garden, "5-1-101"), "+862162345678", "陈老伯")
        make.a_member_of_staff(session, "zhao", "+8613900000032", Role.SUPERVISOR, garden)
        make.a_member_of_staff(session, "qian", "+8613900000033", Role.MANAGER, garden)


def send(runner: FlaskCliRunner, *args: str) -> tuple[int, str]:
    result = runner.invoke(args=["notice", "send", "--author", "zhao", "--project", "幸福花园", *WORDS, *args])
    return result.exit_code, result.output


def test_without_an_approver_it_says_whom_it_reaches_and_waits(runner: FlaskCliRunner) -> None:
    code, said = send(runner, *EMERGENCY)
    assert (code, "1 条短信" in said, "1 通电话" in said) == (0, True, True)
    with reading() as session:
        assert session.scalars(select(Campaign.state)).one() is CampaignState.PLANNED


def test_a_second_person_or_a_reason_lets_it_go(runner: FlaskCliRunner) -> None:
    assert send(runner, *EMERGENCY, "--approver", "qian")[0] == 0
    code, said = send(runner, *EMERGENCY, "--approver", "zhao")
    assert (code, "emergency_reason" in said) == (1, True)
    assert send(runner, *EMERGENCY, "--approver", "zhao", "--reason", "夜里只有我")[0] == 0
    with reading() as session:
        bodies = session.scalars(select(Message.body).where(Message.number == "+8613800138000"))
        assert "【回音物业】紧急停水：幸福花园预计今日18:00恢复" in set(bodies)


def test_where_a_job_was_quicker_it_waits_and_tells_what_that_planned(app: Flask, runner: FlaskCliRunner) -> None:
    with a_quicker_job(app):
        code, said = send(runner, *EMERGENCY, "--approver", "qian")
    assert (code, "1 条短信" in said, "1 通电话" in said) == (0, True, True)
    with reading() as session:
        assert session.scalars(select(Campaign.state)).one() is CampaignState.APPROVED


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--building", "99号楼"], "99号楼"),
        (["--ends", "tonight", "--trouble", "water"], "tonight"),
        (["--approver", "nobody"], "nobody"),
        (["--send-at", "2020-01-01T08:00"], "past"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(runner: FlaskCliRunner, args: list[str], words: str) -> None:
    code, said = send(runner, *EMERGENCY, *args)
    assert (code, words in said, "Traceback" in said) == (1, True, False)


def test_the_owners_of_empty_homes_hear_words_of_their_own(runner: FlaskCliRunner) -> None:
    with transaction() as session:
        garden = session.scalars(select(Project)).one()
        empty = make.a_home(session, garden, "3-1-201", occupancy=Occupancy.VACANT)
        make.an_owner(session, empty, "+8613800138009", "远方")
    code, said = send(runner, *EMERGENCY, "--occupancy", "vacant", "--role", "owner")
    assert (code, "1 人 people, 1 户 homes" in said) == (0, True), said
    code, said = send(runner, *EMERGENCY, "--occupancy", "lived_in")
    assert (code, len(said.strip().splitlines()), "choose vacant" in said) == (1, 1, True)


def test_what_is_found_in_the_words_is_told_and_what_refuses_them_is_one_line(runner: FlaskCliRunner) -> None:
    code, said = send(runner, "--zh", "明日下午停水", "--en", "Water is off")
    assert (code, "留意 mind, zh: “明日下午”说不准" in said) == (0, True)
    code, said = send(runner, "--zh", "欠费停水", "--en", "Your own fault")
    assert (code, len(said.strip().splitlines())) == (1, 1)
    assert "不能和停水停电写在一起" in said
    assert "blames the reader" in said


def test_a_sheet_says_who_and_another_who_not(runner: FlaskCliRunner, tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "rooms.xlsx"))
    sheet = book.add_worksheet()
    for row, cells in enumerate([("楼栋", "单元", "房号"), (3, 1, 101), ("5号楼", "1单元", "101")]):
        sheet.write_row(row, 0, cells)
    book.close()
    (tmp_path / "not.csv").write_text("021-62345678\n", encoding="utf-8")
    rooms, others = ("--list", str(tmp_path / "rooms.xlsx")), ("--without-list", str(tmp_path / "not.csv"))
    assert "1 条短信" in (said := send(runner, *EMERGENCY, *rooms)[1]), said
    assert "1 通电话" in said
    code, said = send(runner, *EMERGENCY, *rooms, *others)
    assert (code, "0 通电话" in said, "excluded: 1" in said) == (0, True, True)


def test_a_sheet_with_a_slip_is_no_list(runner: FlaskCliRunner, tmp_path: Path) -> None:
    (tmp_path / "rooms.csv").write_text("房号\n3-1-101\n3-1-999\n", encoding="utf-8")
    code, said = send(runner, *EMERGENCY, "--list", str(tmp_path / "rooms.csv"))
    assert (code, "Line 3 of rooms.csv" in said) == (1, True), said
    with reading() as session:
        assert session.scalar(select(func.count(Campaign.id))) == 0


def test_an_unknown_project_is_refused_and_nothing_is_written(runner: FlaskCliRunner) -> None:
    result = runner.invoke(args=["notice", "send", "--author", "zhao", "--project", "没有", *WORDS])
    assert (result.exit_code, "没有项目" in result.output) == (1, True)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Campaign)) == 0
