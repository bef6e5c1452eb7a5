"""Owners: found, shown masked, revealed for a reason, and their wishes written down with proof."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from base.database import reading, transaction
from console.walls import people_of
from console.words import say
from directory.actions import last_word
from directory.auditmodels import Audit, AuditWhat
from directory.models import Consent, Contact, Number, Person, Project
from directory.places import spelt
from outreach.audience import Filter
from tests import make
from tests.console.conftest import EVENING, Browser, LogIn, later
from tests.console.evening import BARE, OWNER, Evening
from tests.console.neighbours import a_notice, neighbours

RIVER = "+8613611112222"


def found(browser: Browser, asked: str) -> list[int]:
    return [int(id) for id in re.findall(r'id="fk-(\d+)"', browser.sends("/people", q=asked).text)]


@pytest.fixture
def stranger(evening: Evening) -> int:
    """An owner of the other project."""
    with transaction() as session:
        river = session.get(Project, evening.other_project)
        return make.an_owner(session, make.a_home(session, river, "9--0101"), RIVER, "江上").id


def looks() -> list[tuple[AuditWhat, str, str, int | None]]:
    with reading() as session:
        found = session.scalars(select(Audit).where(Audit.what != AuditWhat.LOGGED_IN))
        return [(one.what, one.about, one.reason, one.staff_id) for one in found]


@pytest.mark.parametrize("asked", ["林婷", "林", "6021", OWNER, "3-2-0902", "3-2-902", "3号楼2单元902室", "0902"])
def test_somebody_is_found_by_name_number_tail_or_room(logged_in: LogIn, evening: Evening, asked: str) -> None:
    browser = logged_in("agent")
    assert found(browser, asked) == [evening.owner]
    page = browser.sends("/people", q=asked).text
    assert "3号楼2单元0902室" in page
    assert "138****6021" in page
    assert browser.get(f"/people?q={asked}").text.count('class="fk"') == 0, "nothing is found by an address"


def test_who_is_not_found_and_what_is_no_question(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("agent")
    for asked in ("%", "21", "021", "46021", "12346021", "4-2-0902", "没有"):
        assert found(browser, asked) == [], asked
    assert say("people.nothing", "zh") in browser.sends("/people", q="没有").text
    assert browser.sends("/people", q=" ").location == "/people"
    assert say("people.ask.title", "zh") in browser.get("/people").text


def test_a_project_knows_its_own_people_only(logged_in: LogIn, evening: Evening, stranger: int) -> None:
    here, there, above = logged_in("agent"), logged_in("abroad"), logged_in("director")
    for asked in ("江上", "2222", RIVER, "9-0101"):
        assert found(here, asked) == [], asked
        assert found(there, asked) == [stranger], asked
        assert found(above, asked) == [stranger], asked
    for path in ("", "/reveal", "/wishes"):
        answer = here.sends(f"/people/{stranger}{path}", text="x") if path else here.get(f"/people/{stranger}")
        assert answer.status_code == 404, path
    assert there.get(f"/people/{evening.owner}").status_code == 404
    assert looks() == []


def test_of_somebody_with_homes_in_two_projects_each_sees_its_own_part(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        river = session.get(Project, evening.other_project)
        home = make.a_home(session, river, "9--0101")
        session.add(Contact(person_id=evening.owner, home_id=home.id))
    here = logged_in("agent").get(f"/people/{evening.owner}").text
    assert "3号楼2单元0902室" in here
    assert "9号楼" not in here
    assert evening.refs["elsewhere"] not in here
    assert evening.refs["headquarters"] not in here
    there = logged_in("abroad").get(f"/people/{evening.owner}").text
    assert "3号楼2单元0902室" not in there
    assert evening.refs["elsewhere"] in there
    assert found(logged_in("agent"), "9-0101") == [], "not by a home elsewhere either"


def test_whoever_moved_out_is_not_the_projects_any_more(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        session.scalars(select(Contact).where(Contact.person_id == evening.owner)).one().ended_at = EVENING
        assert evening.owner not in session.scalars(people_of(evening.home_project)).all()
    assert logged_in("agent").get(f"/people/{evening.owner}").status_code == 404
    assert say("person.until", "zh", at="11月22日") in logged_in("admin").get(f"/people/{evening.owner}").text


def test_the_page_has_homes_numbers_wishes_tickets_and_messages_and_no_whole_number(
    logged_in: LogIn, evening: Evening
) -> None:
    browser = logged_in("agent")
    page = browser.get(f"/people/{evening.owner}").text
    shown = (
        "林婷", "林女士", "3号楼2单元0902室", "业主 · 自住", "138****6021", evening.refs["lift"],
        say("number.failed", "zh", n=1), say("wish.refused", "zh"), say("wish.earlier", "zh", n=1),
        say("why.opted_out", "zh"),
    )  # fmt: skip
    for words in shown:
        assert words in page
    assert not re.search(r"1[3-9]\d{9}", page)
    english = browser.get(f"/people/{evening.owner}?lang=en").text
    assert "owner · lived in" in english
    assert "opted out" in english


def test_of_each_number_the_page_says_how_well_it_is(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        owner = session.get_one(Person, evening.owner)
        owner.numbers += [Number(number=f"+861380000000{n}", place=n, needs_check=n == 2) for n in (2, 3)]
    page = logged_in("agent").get(f"/people/{evening.owner}").text
    said = [part.split("</li>")[0] for part in page.split('<li id="number-')[1:]]
    words = (say("number.failed", "zh", n=1), say("number.check", "zh"), say("number.well", "zh"))
    assert [wanted in one for wanted, one in zip(words, said, strict=True)] == [True] * 3
    assert [say("number.main", "zh") in one for one in said] == [True, False, False]


def test_whole_numbers_need_a_reason_which_is_kept_and_seen_by_those_in_charge(
    logged_in: LogIn, evening: Evening
) -> None:
    browser, path = logged_in("agent"), f"/people/{evening.owner}"
    refused = browser.sends(f"{path}/reveal", text="  ")
    assert refused.status_code == 422
    assert say("fault.reason", "zh") in refused.text
    assert BARE not in refused.text
    assert looks() == []
    shown = browser.sends(f"{path}/reveal", text="核对<资料>")
    assert BARE in shown.text
    assert looks() == [(AuditWhat.REVEAL, f"person:{evening.owner}", "核对<资料>", evening.staff["agent"])]
    assert BARE not in browser.get(path).text
    assert "核对&lt;" not in browser.get(path).text, "an agent does not see who looked"
    above = logged_in("supervisor").get(path).text
    assert "核对&lt;资料&gt;" in above
    assert say("audit.reveal", "zh") in above


def test_a_wish_is_written_down_with_its_proof_and_holds_at_once(logged_in: LogIn, evening: Evening) -> None:
    browser, path = logged_in("agent"), f"/people/{evening.owner}"
    number = re.search(r'id="number-(\d+)"', browser.get(path).text)[1]
    form = {"number": number, "class": "care", "wish": "opt_in", "channel": "paper", "words": "愿意收到节日问候"}
    later(minutes=1)
    answer = browser.sends(f"{path}/wishes", **form)
    assert (answer.status_code, answer.location) == (303, path)
    with reading() as session:
        assert last_word(session, OWNER, "care") is True
        said = session.scalars(select(Consent).order_by(Consent.id.desc())).first()
        assert (said.channel, said.words, said.said_at) == ("paper", "愿意收到节日问候", EVENING.replace(minute=31))
        assert last_word(session, OWNER, "survey") is None
    page = browser.get(path).text
    assert f'<q lang="zh-CN">{form["words"]}</q>' in page
    assert say("wish.by", "zh", name="张敏") in page
    assert say("said_by.paper", "zh") in page
    assert looks()[-1][0] is AuditWhat.CONSENT
    later(minutes=1)
    assert browser.sends(f"{path}/wishes", **form | {"class": "all", "wish": "opt_out"}).status_code == 303
    with reading() as session:
        assert [last_word(session, OWNER, kind) for kind in ("survey", "care", "marketing")] == [False] * 3


def test_in_the_philippines_they_say_yes_to_notices_to_many(logged_in: LogIn, evening: Evening) -> None:
    abroad = "+639171234567"
    with transaction() as session:
        home = make.a_home(session, session.get(Project, evening.home_project), "5-1-0101")
        path = f"/people/{make.an_owner(session, home, abroad, 'Maria').id}"
    browser = logged_in("agent")
    page = browser.get(path).text
    number = re.search(r'id="number-(\d+)"', page)[1]
    assert '<option value="service"' in page
    form = {"number": number, "class": "service", "wish": "opt_in", "channel": "email", "words": "Yes please"}
    assert browser.sends(f"{path}/wishes", **form).status_code == 303
    with reading() as session:
        assert last_word(session, abroad, "service") is True
    here = browser.get(f"/people/{evening.owner}").text
    assert '<option value="service"' not in here, "nobody else chooses about them"
    theirs = re.search(r'id="number-(\d+)"', here)[1]
    assert browser.sends(f"/people/{evening.owner}/wishes", **form | {"number": theirs}).status_code == 422


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"words": ""}, "words"), ({"class": "emergency"}, "class"), ({"wish": "maybe"}, "wish"),
     ({"channel": "telepathy"}, "channel"), ({"number": "999999"}, "number")],
)  # fmt: skip
def test_a_wish_that_is_not_clear_says_what_to_do_and_keeps_what_was_typed(
    logged_in: LogIn, evening: Evening, wrong: dict[str, str], field: str
) -> None:
    browser, path = logged_in("agent"), f"/people/{evening.owner}"
    number = re.search(r'id="number-(\d+)"', browser.get(path).text)[1]
    form = {"number": number, "class": "care", "wish": "opt_in", "channel": "desk", "words": "要收"} | wrong
    answer = browser.sends(f"{path}/wishes", **form)
    assert answer.status_code == 422
    shown = answer.text.split('<dialog class="sheet sheet--s" id="wish"')[1]
    assert say(f"fault.wish.{field}", "zh") in shown
    assert f'id="wish-{field}-fault"' in shown
    assert f"{form['words']}</textarea>" in shown
    assert looks() == []


@pytest.mark.parametrize(
    ("typed", "parts"),
    [("3-2-1502", ["3", "2", "1502"]), ("3号楼2单元1502室", ["3", "2", "1502"]), ("十二栋 1502", ["12", "1502"]),
     ("A座-803", ["1", "803"]), ("大堂", []), ("1502", ["1502"])],
)  # fmt: skip
def test_a_place_is_read_as_people_spell_it(typed: str, parts: list[str]) -> None:
    assert spelt(typed) == parts


def test_the_page_says_which_campaigns_were_for_them_and_why_the_others_were_not(
    app: Flask, logged_in: LogIn, evening: Evening
) -> None:
    with app.app_context(), transaction() as session:
        neighbours(session, evening)
        ids = dict(session.execute(select(Person.name, Person.id)).all())
    everybody = a_notice(app, evening)
    tenants = a_notice(app, evening, title="租户须知", audience=Filter(evening.home_project, roles=("tenant",)))
    client = logged_in("agent")

    def line(name: str, campaign_id: int, language: str) -> str:
        page = client.get(f"/people/{ids[name]}?lang={language}").text
        return page.split(f'id="campaign-{campaign_id}"')[1].split("</li>")[0]

    assert "/messages/" in line("Jane Smith", everybody, "en")
    assert say("person.campaigns.not", "en") in line("Jane Smith", tenants, "en")
    assert say("campaign.outside.roles", "en") in line("Jane Smith", tenants, "en")
    assert say("campaign.reason.number_needs_check", "zh") in line("待核对", everybody, "zh")
