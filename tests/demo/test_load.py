"""The demo estate: invented people, imported like any roster, with somebody on duty at every minute."""

import csv
import json
import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from base import clock
from base.database import reading, transaction
from base.settings import Settings
from demo import invent
from directory import actions
from directory.models import Building, Home, Number, Occupancy, Person, Project, Staff, Vendor
from oncall.ladder import Post
from oncall.models import Shift
from telephony.numbers import NumberKind, ReadNumber, read_number


@pytest.fixture
def loaded(runner: FlaskCliRunner) -> None:
    result = runner.invoke(args=["demo", "load", "--if-empty"])
    assert result.exit_code == 0, result.output
    assert "演示小区" in result.stdout
    assert "Demo estate" in result.stdout


@pytest.mark.usefixtures("loaded")
def test_the_estate_is_as_large_and_varied_as_promised() -> None:
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Project)) == 2
        assert session.scalar(select(func.count()).select_from(Building)) == 6
        assert session.scalar(select(func.count()).select_from(Home)) == 300
        assert {home.occupancy for home in session.scalars(select(Home))} == set(Occupancy)
        regions = set(session.scalars(select(Number.region)))
        assert {"CN", "HK", "TW", "US", "GB", "AU"} <= regions
        people = session.scalars(select(Person)).all()
        assert any(person.language == "en" for person in people)
        assert any(person.special_care for person in people)
        assert any(person.birth_is_lunar for person in people)
        assert any([n.kind for n in p.numbers] == [NumberKind.LANDLINE] for p in people)
        assert any(len(p.contacts) == 3 for p in people)
        assert len(actions.who_calls(session, "+8613800000003").people) == 2


@pytest.mark.usefixtures("loaded")
def test_everybody_is_flagged_as_invented() -> None:
    with reading() as session:
        for table in (Project, Person, Staff, Vendor, Shift):
            assert set(session.scalars(select(table.is_demo))) == {True}
        assert actions.whose_number(session, "+8613800000001").is_demo


@pytest.mark.usefixtures("loaded")
def test_no_minute_is_without_somebody_on_duty() -> None:
    at = clock.now()
    with reading() as session:
        shifts = session.scalars(select(Shift).order_by(Shift.starts_at)).all()
        for project in actions.projects(session):
            for post in Post:
                held = [shift for shift in shifts if shift.project_id == project.id and shift.post is post]
                assert all(before.ends_at == after.starts_at for before, after in pairwise(held))
                assert held[0].starts_at <= at - timedelta(days=6)
                assert held[-1].ends_at >= at + timedelta(days=27)
        first = {(s.project_id, s.starts_at): s.staff_id for s in shifts if s.post is Post.FIRST}
        second = {(s.project_id, s.starts_at): s.staff_id for s in shifts if s.post is Post.SECOND}
        assert all(first[turn] != second[turn] for turn in first)


@pytest.mark.usefixtures("loaded")
def test_loading_again_changes_nothing_but_extends_the_rota(runner: FlaskCliRunner, settings: Settings) -> None:
    logins = (settings.var_dir / "demo-logins.json").read_text(encoding="utf-8")

    def counted() -> list[int | None]:
        with reading() as session:
            return [session.scalar(select(func.count()).select_from(t)) for t in (Person, Home, Staff, Vendor, Shift)]

    before = counted()
    for args in (["demo", "load"], ["demo", "load", "--if-empty"]):
        assert runner.invoke(args=args).exit_code == 0
    assert counted() == before
    assert (settings.var_dir / "demo-logins.json").read_text(encoding="utf-8") == logins
    clock.stop_at(clock.now() + timedelta(days=7))
    assert runner.invoke(args=["demo", "load", "--if-empty"]).exit_code == 0
    after = counted()
    assert after[:4] == before[:4]
    assert (after[4] or 0) == (before[4] or 0) + 7 * 2 * 2 * len(Post)


@pytest.mark.usefixtures("loaded")
def test_passwords_are_random_private_and_right(runner: FlaskCliRunner, settings: Settings) -> None:
    path = settings.var_dir / "demo-logins.json"
    assert path.stat().st_mode & 0o777 == 0o600
    logins = json.loads(path.read_text(encoding="utf-8"))
    assert {row["role"] for row in logins} >= {"agent", "technician", "supervisor", "manager", "admin"}
    assert len({row["password"] for row in logins}) == len(logins)
    path.unlink()
    assert runner.invoke(args=["demo", "load", "--if-empty"]).exit_code == 0
    again = {row["login"]: row["password"] for row in json.loads(path.read_text(encoding="utf-8"))}
    assert all(again[row["login"]] != row["password"] for row in logins)
    with reading() as session:
        for staff in session.scalars(select(Staff)):
            assert PasswordHasher().verify(staff.password_hash, again[staff.login])


@pytest.mark.usefixtures("loaded")
def test_every_telephone_of_the_sandbox_belongs_to_somebody(settings: Settings) -> None:
    shown = json.loads((settings.var_dir / "phones.json").read_text(encoding="utf-8"))
    assert {phone["group"] for phone in shown} == {"owner", "staff"}
    assert shown[0]["note"] == "3号楼2单元1502室 · 业主 · 自住"
    assert shown[0]["note_en"] == "Building 3, Unit 2, Room 1502 · owner · lived in"
    assert shown[-1]["note"] == "管理员 · 公司"
    assert shown[-1]["note_en"] == "administrator · the company"
    for phone in shown:
        assert not re.search("[\u3000-\u9fff\uff00-\uffef]", phone["note_en"]), phone["note_en"]
        assert not re.search("[a-z]", phone["note"]), phone["note"]
        assert phone["note"].count(" · ") == phone["note_en"].count(" · ") > 0
    said = " ".join(phone["note_en"] for phone in shown)
    assert all(word in said for word in ("abroad", "landline only", "special care", "not handed over", "Riverside One"))
    assert len({phone["number"] for phone in shown}) == len(shown)
    with reading() as session:
        for phone in shown:
            assert actions.whose_number(session, phone["number"]).is_demo


def test_a_database_with_real_people_is_left_alone(runner: FlaskCliRunner) -> None:
    with transaction() as session:
        session.add(Project(name="真实小区"))
    left_alone = runner.invoke(args=["demo", "load", "--if-empty"])
    assert left_alone.exit_code == 0
    refused = runner.invoke(args=["demo", "load"])
    assert refused.exit_code == 1
    assert len(refused.stderr.strip().splitlines()) == 1
    with reading() as session:
        assert not actions.holds_demo(session)


def test_the_committed_rosters_are_what_the_invention_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    committed = (invent.ROSTERS / "riverside_one.csv").read_text(encoding="utf-8-sig")
    monkeypatch.setattr(invent, "ROSTERS", tmp_path)
    invent.write_rosters()
    assert (tmp_path / "riverside_one.csv").read_text(encoding="utf-8-sig") == committed
    assert len(list(csv.reader(committed.splitlines()))) > 144


def test_every_invented_number_can_be_read() -> None:
    for row in invent.residents():
        for raw in row.get(invent.Field.NUMBERS, "").split("；"):
            assert isinstance(read_number(raw, area_code="021"), ReadNumber), raw
