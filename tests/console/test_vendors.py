"""The page of the firms outside: listed, written, changed and taken off by those whose projects they serve."""

import pytest
from sqlalchemy import select

from base.database import reading, transaction
from console.words import say
from directory.models import Project, Vendor
from directory.trades import Trade
from directory.vendors import vendors_of, write_vendor
from tests.console.conftest import LogIn
from tests.console.evening import Evening

NUMBER = "+862155550001"


def a_firm(evening: Evening, name: str, project: int | None) -> int:
    with transaction() as session:
        where = session.get_one(Project, project) if project else None
        return write_vendor(session, name=name, number=NUMBER, trade=Trade.LIFT, project=where).id


def rung(project: int) -> list[tuple[str, str]]:
    with reading() as session:
        return [(one.name, one.number) for one in vendors_of(session, project, Trade.LIFT)]


def form(evening: Evening, **changes: str) -> dict[str, str]:
    filled = {"name": "申菱维保", "trade": "lift", "project": str(evening.home_project), "number": "021-5555 0001"}
    return filled | changes


def test_a_leader_writes_a_firm_down_changes_its_number_and_takes_it_off(logged_in: LogIn, evening: Evening) -> None:
    leader = logged_in("supervisor")
    assert leader.sends("/oncall/vendors", **form(evening)).status_code == 303
    assert rung(evening.home_project) == [("申菱维保", NUMBER)]
    page = leader.get("/oncall/vendors").text
    assert say("vendors.added", "zh") in page
    assert "021****0001" in page
    assert NUMBER not in page
    assert "02155550001" not in page
    with reading() as session:
        id = session.scalars(select(Vendor.id).where(Vendor.name == "申菱维保")).one()
    assert leader.sends(f"/oncall/vendors/{id}", number="021-5555 0002").status_code == 303
    assert rung(evening.home_project) == [("申菱维保", "+862155550002")]
    assert leader.sends(f"/oncall/vendors/{id}", say="drop").status_code == 303
    assert rung(evening.home_project) == []
    assert leader.sends(f"/oncall/vendors/{id}", number="021-5555 0002").status_code == 404
    assert "申菱维保" not in leader.get("/oncall/vendors").text


def test_a_firm_of_the_whole_company_is_written_by_those_who_serve_all_of_it(
    logged_in: LogIn, evening: Evening
) -> None:
    assert logged_in("supervisor").sends("/oncall/vendors", **form(evening, project="all")).status_code == 422
    assert logged_in("director").sends("/oncall/vendors", **form(evening, project="all")).status_code == 303
    assert rung(evening.home_project) == rung(evening.other_project) == [("申菱维保", NUMBER)]


def test_each_sees_and_changes_the_firms_of_their_own_projects(logged_in: LogIn, evening: Evening) -> None:
    ours, theirs, everybodys = (
        a_firm(evening, name, project)
        for name, project in (("本地维保", evening.home_project), ("别处维保", evening.other_project), ("总维保", None))
    )
    leader = logged_in("supervisor")
    page = leader.get("/oncall/vendors").text
    assert [f'id="v-{id}"' in page for id in (ours, theirs, everybodys)] == [True, False, True]
    assert [f'id="change-{id}"' in page for id in (ours, theirs, everybodys)] == [True, False, False]
    answers = [leader.sends(f"/oncall/vendors/{id}", say="drop").status_code for id in (theirs, everybodys, ours)]
    assert answers == [404, 404, 303]
    assert 'id="change-' not in logged_in("agent").get("/oncall/vendors").text


@pytest.mark.parametrize(
    "changes",
    [{"name": " "}, {"name": "长" * 81}, {"trade": "juggling"}, {"project": "x"}, {"project": "999"},
     {"number": "12"}, {"number": "电话"}, {"number": ""}, {"number": "400-800-1234"}],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_in_words(logged_in: LogIn, evening: Evening, changes: dict[str, str]) -> None:
    assert logged_in("supervisor").sends("/oncall/vendors", **form(evening, **changes)).status_code == 422
    assert rung(evening.home_project) == []


def test_the_firms_of_another_project_are_not_written_from_here(logged_in: LogIn, evening: Evening) -> None:
    there = form(evening, project=str(evening.other_project))
    assert logged_in("supervisor").sends("/oncall/vendors", **there).status_code == 422
    assert rung(evening.other_project) == []


def test_no_number_of_ours_is_rung_as_a_firms(logged_in: LogIn, evening: Evening) -> None:
    id = a_firm(evening, "申菱维保", evening.home_project)
    refused = logged_in("supervisor").sends(f"/oncall/vendors/{id}", number="400-800-1234")
    assert refused.status_code == 422
    assert "自己的热线" in refused.text
    assert rung(evening.home_project) == [("申菱维保", NUMBER)]
