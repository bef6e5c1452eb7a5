"""Whom a number belongs to, and which home a caller means by their keys."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from directory import actions
from directory.models import Vendor
from telephony.numbers import WITHHELD
from tests.directory import make


def test_an_owner_is_known_with_home_building_and_project(session: Session) -> None:
    home = make.home(session, make.project(session))
    owner = make.person(session, home)
    caller = actions.who_calls(session, make.OWNER)
    assert caller.people == (owner,)
    assert caller.homes == (home,)
    assert caller.staff is None
    assert actions.place_of(caller.homes[0]) == "3号楼2单元1502室"
    assert caller.homes[0].building.project.name == "幸福花园"


def test_one_person_may_have_several_homes(session: Session) -> None:
    project = make.project(session)
    homes = (make.home(session, project), make.home(session, project, name="1602"))
    make.person(session, *homes)
    caller = actions.who_calls(session, make.OWNER)
    assert len(caller.people) == 1
    assert caller.homes == homes


def test_a_family_may_share_one_phone(session: Session) -> None:
    home = make.home(session, make.project(session))
    family = {make.person(session, home, name=name) for name in ("李芳", "李军")}
    caller = actions.who_calls(session, make.OWNER)
    assert set(caller.people) == family
    assert caller.homes == (home,)


def test_somebody_who_moved_out_is_a_stranger(session: Session) -> None:
    tenant = make.person(session, make.home(session, make.project(session)), number=make.TENANT)
    tenant.contacts[0].ended_at = datetime(2026, 1, 1, tzinfo=UTC)
    session.flush()
    assert actions.who_calls(session, make.TENANT).is_unknown


def test_a_switchboard_is_nobody_in_particular(session: Session) -> None:
    make.person(session, make.home(session, make.project(session)), number="+862162345678", extension="801")
    assert actions.who_calls(session, "+862162345678").is_unknown


def test_staff_who_own_a_home_are_both(session: Session) -> None:
    member = make.staff(session)
    home = make.home(session, make.project(session))
    make.person(session, home, number=make.TECHNICIAN)
    caller = actions.who_calls(session, make.TECHNICIAN)
    assert caller.staff is member
    assert caller.homes == (home,)


def test_staff_who_left_are_not_staff(session: Session) -> None:
    make.staff(session, is_active=False)
    assert actions.who_calls(session, make.TECHNICIAN).is_unknown
    assert not actions.transferable(session, make.TECHNICIAN)


@pytest.mark.parametrize("number", [None, "", "anonymous", *sorted(WITHHELD)])
def test_a_withheld_caller_matches_nobody_even_if_a_row_says_so(session: Session, number: str | None) -> None:
    make.person(session, make.home(session, make.project(session)), number=number or "")
    assert actions.who_calls(session, number).is_unknown


@pytest.mark.parametrize(
    ("building", "unit", "home"),
    [("3", "2", "1502"), ("03", "02", "1502"), ("3", "", "1502"), ("3", "2", "01502")],
)
def test_a_home_is_found_by_its_keys(session: Session, building: str, unit: str, home: str) -> None:
    project = make.project(session)
    meant = make.home(session, project)
    make.home(session, project, building="4号楼")
    make.home(session, project, name="1503")
    assert actions.find_home(session, project.id, building, unit, home) is meant


@pytest.mark.parametrize(
    ("building", "unit", "home"),
    [("3", "", "1502"), ("9", "2", "1502"), ("3", "7", "1502"), ("3", "2", ""), ("", "", ""), ("x", "x", "x")],
)
def test_keys_that_mean_no_home_or_two_find_none(session: Session, building: str, unit: str, home: str) -> None:
    project = make.project(session)
    make.home(session, project)
    make.home(session, project, unit="3单元")
    assert actions.find_home(session, project.id, building, unit, home) is None


def test_homes_of_another_project_are_not_found(session: Session) -> None:
    here, there = make.project(session), make.project(session, "江湾一号", None)
    make.home(session, there)
    assert actions.find_home(session, here.id, "3", "2", "1502") is None


def test_a_building_tells_which_units_can_be_typed(session: Session) -> None:
    project = make.project(session)
    make.home(session, project)
    make.home(session, project, unit="3单元")
    make.home(session, project, building="5号楼", unit="")
    assert actions.unit_keys_in(session, project.id, "3") == {"2", "3"}
    assert actions.unit_keys_in(session, project.id, "5") == {""}
    assert actions.unit_keys_in(session, project.id, "7") == set()


def test_the_called_number_decides_the_project(session: Session) -> None:
    project = make.project(session)
    assert actions.project_by_number(session, "+862150110001") is project
    assert actions.project_by_number(session, "+864008001234") is None
    assert list(actions.projects(session)) == [project]


def test_calls_are_put_through_to_staff_and_vendors_only(session: Session) -> None:
    make.staff(session)
    make.person(session, make.home(session, make.project(session)))
    session.add(Vendor(trade="lift", name="电梯维保", number="+862162340000"))
    session.flush()
    assert actions.transferable(session, make.TECHNICIAN)
    assert actions.transferable(session, "+862162340000")
    assert not actions.transferable(session, make.OWNER)
    assert actions.whose_number(session, make.OWNER).is_known
    assert actions.whose_number(session, "+862162340000").is_known
    assert not actions.whose_number(session, "+8613312345678").is_known


def test_invented_people_are_recognised_as_such(session: Session) -> None:
    make.person(session, make.home(session, make.project(session)))
    assert not actions.whose_number(session, make.OWNER).is_demo
    assert not actions.holds_demo(session)
    make.staff(session).is_demo = True
    session.flush()
    assert actions.whose_number(session, make.TECHNICIAN).is_demo
    assert actions.holds_demo(session)


def test_what_was_just_changed_counts_before_it_is_written(session: Session) -> None:
    owner = make.person(session, make.home(session, make.project(session)))
    owner.contacts[0].ended_at = datetime(2026, 11, 22, tzinfo=UTC)
    assert actions.who_calls(session, make.OWNER).is_unknown
