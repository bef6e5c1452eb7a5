"""One box for anything: people and homes, tickets and calls, in whatever way somebody knows them."""

import re

import pytest
from sqlalchemy import select

from base.database import reading, transaction
from console import search
from console.words import say
from directory.models import Person, Project
from hotline.models import Call
from tests import make
from tests.console.conftest import Browser, LogIn
from tests.console.evening import OWNER, Evening
from tests.console.test_desk import refs_in

GROUPS = {"people": r'id="fk-(\d+)"', "calls": r'id="cl-(\d+)"'}


def found(browser: Browser, asked: str, group: str, **more: object) -> list[int]:
    return [int(id) for id in re.findall(GROUPS[group], browser.sends("/search", q=asked, **more).text)]


@pytest.mark.parametrize(
    "asked",
    ["林婷", "婷", "linting", "Lin Ting", "lt", "6021", OWNER, "3-2-0902", "3-2-902", "3号楼2单元902室", "3栋2单元902",
     "3#2-902", "３－２－９０２", "0902室"],
)  # fmt: skip
def test_an_owner_is_found_with_their_tickets_by_whatever_is_known(
    logged_in: LogIn, evening: Evening, asked: str
) -> None:
    browser = logged_in("agent")
    page = browser.sends("/search", q=asked).text
    assert re.findall(GROUPS["people"], page) == [str(evening.owner)]
    assert evening.refs["lift"] in refs_in(page)
    assert not re.search(r"1[3-9]\d{9}", page.replace(OWNER, "")), "no number stands whole but what was typed"


def test_what_no_column_holds_is_no_fault_of_ours(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("supervisor")
    assert browser.sends("/search", q="林\0婷").status_code < 500
    assert browser.get("/reports/tickets/rows?of=all&category=%00").status_code < 500


def test_calls_are_found_by_number_and_by_whose_they_are_as_far_as_somebody_may_see_them(
    logged_in: LogIn, evening: Evening
) -> None:
    with reading() as session:
        ids = {call.ticket.ref: call.id for call in session.scalars(select(Call)) if call.ticket}
    of = {name: ids[ref] for name, ref in evening.refs.items() if ref in ids}
    here = logged_in("agent")
    for asked in ("林婷", "lt", OWNER, "6021"):
        calls = found(here, asked, "calls")
        assert of["lift"] in calls, asked
        assert not {of["headquarters"], of["elsewhere"], of["alarm"]} & set(calls), asked
    assert of["headquarters"] in found(logged_in("centre"), OWNER, "calls")
    assert of["elsewhere"] in found(logged_in("abroad"), "6021", "calls")
    assert sorted(found(here, "5532", "calls")) == sorted(of[name] for name in ("alarm", "half_way", "nowhere"))
    assert found(logged_in("technician"), OWNER, "calls") == []
    assert found(logged_in("technician"), OWNER, "people") == []


def test_a_call_without_a_ticket_belongs_to_its_project_and_one_of_ours_to_nobody(
    logged_in: LogIn, evening: Evening
) -> None:
    with transaction() as session:
        calls = [
            Call(sid=f"CAx{n}", from_number="+8613700009999", to_number="+864008001234", began_at=evening.at,
                 project_id=evening.other_project, staff_id=evening.staff["agent"] if n else None)
            for n in range(2)
        ]  # fmt: skip
        session.add_all(calls)
        session.flush()
        owners, ours = [call.id for call in calls]
    assert found(logged_in("agent"), "9999", "calls") == []
    assert found(logged_in("abroad"), "9999", "calls") == [owners]
    assert found(logged_in("admin"), "+8613700009999", "calls") == [owners]
    assert ours not in found(logged_in("admin"), "9999", "calls")


def test_a_home_that_is_nobodys_is_found_too(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("agent")
    page = browser.sends("/search", q="3-2-1502").text
    assert "3号楼2单元1502室" in page
    assert say("find.home.nobody", "zh") in page
    assert refs_in(page) == [evening.refs["waits"]]
    assert say("find.home.nobody", "zh") not in browser.sends("/search", q="7-0101").text, "of another project"


@pytest.mark.parametrize("typed", ["whole", "bare", "tail"])
def test_a_ticket_is_found_by_its_number(logged_in: LogIn, evening: Evening, typed: str) -> None:
    ref = evening.refs["done"]
    asked = {"whole": ref, "bare": ref.replace("-", ""), "tail": ref[-4:]}[typed]
    assert ref in refs_in(logged_in("agent").sends("/search", q=asked).text)


def test_every_word_must_be_there(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("agent")
    assert refs_in(browser.sends("/search", q="LIGHT monday").text) == [evening.refs["texted"]]
    assert refs_in(browser.sends("/search", q="light tuesday").text) == []


def test_words_are_looked_for_in_the_newest_and_further_back_when_asked(
    logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = logged_in("admin")
    everything = set(refs_in(browser.sends("/search", q="单元").text))
    assert say("find.further", "zh", n="20,000") not in browser.sends("/search", q="单元").text
    monkeypatch.setattr(search, "LOOK", 3)
    page = browser.sends("/search", q="单元").text
    seen = set(refs_in(page))
    assert seen < everything
    while below := re.search(r'name="below" value="(\d+)"', page):
        assert 'id="do-further"' in page
        page = browser.sends("/search", q="单元", below=below[1]).text
        assert not re.findall(GROUPS["people"], page)
        assert not seen & set(refs_in(page))
        seen |= set(refs_in(page))
    assert seen == everything
    for nonsense in ("x", "99999999999"):
        assert browser.sends("/search", q="单元", below=nonsense).status_code == 200


def test_a_room_is_found_among_many_projects_by_those_who_may(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        river = session.get(Project, evening.other_project)
        id = make.an_owner(session, make.a_home(session, river, "3-2-0902"), "+8613611112222", "江上").id
    assert found(logged_in("agent"), "3-2-902", "people") == [evening.owner]
    assert found(logged_in("abroad"), "3-2-902", "people") == [id]
    assert sorted(found(logged_in("director"), "3-2-902", "people")) == sorted([evening.owner, id])


def test_whoever_gets_another_name_is_found_by_it(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        session.get(Person, evening.owner).name = "欧阳雪"
    browser = logged_in("agent")
    assert found(browser, "oyx", "people") == [evening.owner]
    assert found(browser, "linting", "people") == []
