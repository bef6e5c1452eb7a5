"""Homes, people, messages, duty and search: what each may see, filtered, with numbers masked."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from base.access import Role
from base.database import reading, transaction
from console import search
from console.scope import DESK, READERS
from directory.actions import last_word
from directory.auditmodels import Audit, AuditWhat
from directory.models import Consent, ContactRole, Home, Person, Project
from messages.lifecycle import MessageState
from messages.models import Message
from tests import make
from tests.api.conftest import Program
from tests.api.test_tickets import MASKED, every
from tests.console.about import abouts_of
from tests.console.conftest import later
from tests.console.evening import OWNER, Evening, a_message
from tests.console.test_roles import LOGINS
from tickets import actions
from tickets.models import Ticket

Programs = Callable[..., Program]
ELSEWHERE = "+8613700001111"
NOTHING = {"tickets": [], "people": [], "homes": [], "messages": [], "calls": [], "next": None}
YES = {"class": "care", "granted": True, "words": "愿意"}


@pytest.fixture
def residents(evening: Evening) -> dict[str, int]:
    """Somebody in each project, and one person with a home in both."""
    with transaction() as session:
        other = session.get(Project, evening.other_project)
        theirs = session.scalar(select(Home).join(Home.building).where(Home.name == "0101"))
        ours = session.scalar(select(Home).where(Home.name == "0301"))
        tenant = make.an_owner(session, theirs, ELSEWHERE, "吴江", "吴先生", role=ContactRole.TENANT)
        both = make.an_owner(session, [ours, make.a_home(session, other, "8--0202")], "+8613700002222", "郑和")
        lin = session.scalar(select(Person).where(Person.name == "林婷"))
        return {"tenant": tenant.id, "both": both.id, "lin": lin.id}


def ticket_of(evening: Evening, name: str) -> int:
    with reading() as session:
        return session.scalar(select(Ticket.id).where(Ticket.ref == evening.refs[name]))


def test_homes_are_listed_by_place(program: Programs, evening: Evening) -> None:
    who = program("admin")
    homes = every(who, "/homes")
    assert len(homes) == len({home["id"] for home in homes}) == 11
    assert homes[0] == {
        "id": homes[0]["id"], "project": "幸福里小区", "building": "3号楼", "unit": "2单元", "name": "0902",
        "place": "3号楼2单元0902室", "occupancy": "lived_in",
    }  # fmt: skip
    assert {home["name"] for home in every(who, "/homes", project="幸福里小区", building="3号楼")} == {"0902", "1502"}
    assert [home["name"] for home in every(who, "/homes", q="150")] == ["1502"]
    assert every(who, "/homes", occupancy="vacant") == []
    assert {home["project"] for home in every(program("technician"), "/homes")} == {"幸福里小区"}


def test_people_are_listed_with_their_homes_and_masked_numbers(
    program: Programs, evening: Evening, residents: dict[str, int]
) -> None:
    (lin,) = every(program("agent"), "/people", q="林")
    assert lin["id"] == residents["lin"]
    assert lin["numbers"] == [{"number": MASKED, "extension": "", "kind": "mobile", "needs_check": False}]
    assert [(home["place"], home["role"]) for home in lin["homes"]] == [("3号楼2单元0902室", "owner")]
    assert every(program("agent", may_reveal=True), "/people", q="林")[0]["numbers"][0]["number"] == OWNER
    everybody = program("admin")
    assert {one["name"] for one in every(everybody, "/people", project="滨江花园")} == {"吴江", "郑和"}
    assert {one["name"] for one in every(everybody, "/people", project="滨江花园", role="tenant")} == {"吴江"}
    assert {one["name"] for one in every(everybody, "/people", building="5号楼")} == {"郑和"}
    assert {one["name"] for one in every(everybody, "/people")} == {"林婷", "吴江", "郑和", "郭芳"}
    assert OWNER not in everybody.gets("/people").text


def test_of_a_neighbour_in_another_project_nothing_is_told(
    program: Programs, evening: Evening, residents: dict[str, int]
) -> None:
    who = program("agent")
    assert {one["name"] for one in every(who, "/people")} == {"林婷", "郑和"}
    (both,) = every(who, "/people", q="郑和")
    assert [home["project"] for home in both["homes"]] == ["幸福里小区"]
    refused = who.puts(f"/people/{residents['tenant']}/consents", **YES)
    assert refused.status_code == 404
    found = who.posts("/search", number=ELSEWHERE).json
    assert found == NOTHING


def test_who_sees_lists_of_people_and_what_was_sent_to_them(
    program: Programs, evening: Evening, residents: dict[str, int]
) -> None:
    for role in Role:
        who = program(LOGINS[role])
        status = 200 if role in READERS else 403
        assert who.gets("/people").status_code == status, role
        assert who.gets("/messages").status_code == status, role
        written = who.puts(f"/people/{residents['lin']}/consents", **YES)
        assert written.status_code == (200 if role in DESK else 403), role
        found = who.posts("/search", q="林婷").json
        assert bool(found["people"]) == (role in READERS), role
        assert who.gets("/homes").status_code == who.gets("/oncall").status_code == 200, role


def test_a_wish_is_written_down_for_every_number_and_nothing_is_overwritten(
    program: Programs, evening: Evening, residents: dict[str, int]
) -> None:
    who, path = program("agent"), f"/people/{residents['lin']}/consents"
    wish = {"class": "care", "granted": True, "words": "电话里说愿意"}
    (said,) = who.puts(path, **wish).json["items"]
    assert said == {
        "number": MASKED, "class": "care", "granted": True, "said_at": "2026-11-22T19:30:00+08:00", "channel": "api",
        "words": "电话里说愿意",
    }  # fmt: skip
    later(minutes=1)
    assert who.puts(path, **wish).json["items"] == [said], "the same again is no news"
    later(minutes=1)
    newest = who.puts(path, **{"class": "care", "granted": False}).json["items"]
    assert [(one["class"], one["granted"]) for one in newest] == [("care", False)]
    with reading() as session:
        assert last_word(session, OWNER, "care") is False
        said = session.scalars(select(Consent.granted).where(Consent.channel == "api").order_by(Consent.id))
        assert said.all() == [True, False]


def test_who_wrote_a_wish_down_is_kept_once_for_each_news(
    program: Programs, evening: Evening, residents: dict[str, int]
) -> None:
    path = f"/people/{residents['lin']}/consents"
    for said in (YES, YES, {"class": "care", "granted": False}):
        later(minutes=1)
        assert program("agent").puts(path, **said).status_code == 200
    with reading() as session:
        found = session.scalars(select(Audit).where(Audit.what != AuditWhat.TOKEN))
        kept = [(one.what, one.about, one.reason, one.staff_id) for one in found]
    whom, writer = f"person:{residents['lin']}", evening.staff["agent"]
    assert kept == [(AuditWhat.CONSENT, whom, "愿意", writer), (AuditWhat.CONSENT, whom, "", writer)]


@pytest.mark.parametrize(("kind", "status"), [("care", 422), ("marketing", 422), ("survey", 200)])
def test_a_yes_to_what_needs_one_comes_with_their_words(
    program: Programs, evening: Evening, residents: dict[str, int], kind: str, status: int
) -> None:
    path = f"/people/{residents['lin']}/consents"
    answer = program("agent").puts(path, **{"class": kind, "granted": True, "words": " "})
    assert answer.status_code == status
    if status == 422:
        assert answer.json["errors"][0]["pointer"] == "#/words"
    assert program("agent").puts(path, **{"class": kind, "granted": False}).status_code == 200, "a no needs none"


def test_a_number_in_their_words_is_masked(program: Programs, evening: Evening, residents: dict[str, int]) -> None:
    wish = {"class": "care", "granted": True, "words": f"打 {OWNER} 说的"}
    path = f"/people/{residents['lin']}/consents"
    assert program("agent").puts(path, **wish).json["items"][0]["words"] == f"打 {MASKED} 说的"
    assert program("agent", may_reveal=True).puts(path, **wish).json["items"][0]["words"] == wish["words"]


def test_nobody_chooses_about_what_must_reach_them(
    program: Programs, evening: Evening, residents: dict[str, int]
) -> None:
    who = program("agent")
    for refused in ("emergency", "service", "staff", "dragons"):
        answer = who.puts(f"/people/{residents['lin']}/consents", **{"class": refused, "granted": False})
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "#/class")


def test_in_the_philippines_people_choose_about_notices_to_many_too(program: Programs, evening: Evening) -> None:
    with transaction() as session:
        home = session.scalar(select(Home).where(Home.name == "0301"))
        person_id = make.an_owner(session, home, "+639171234567", "Maria").id
    who, path = program("agent"), f"/people/{person_id}/consents"
    without = who.puts(path, **{"class": "service", "granted": True})
    assert (without.status_code, without.json["errors"][0]["pointer"]) == (422, "#/words")
    (said,) = who.puts(path, **{"class": "service", "granted": True, "words": "Yes please"}).json["items"]
    assert (said["class"], said["granted"]) == ("service", True)


def test_whoever_has_no_number_has_no_wishes_to_write_down(program: Programs, evening: Evening) -> None:
    with transaction() as session:
        home = session.scalar(select(Home).where(Home.name == "0301"))
        person = make.an_owner(session, home, "+8613700003333", "无号")
        person.numbers.clear()
        person_id = person.id
    assert program("agent").puts(f"/people/{person_id}/consents", **YES).status_code == 409
    assert program("agent").puts("/people/999999/consents", **YES).status_code == 404


def test_messages_are_listed_newest_first_and_filtered(program: Programs, evening: Evening) -> None:
    with transaction() as session:
        for _ in range(4):
            a_message(session, OWNER, evening.at, about="campaign:7", body="")
        a_message(session, OWNER, evening.at, state=MessageState.DELIVERED, about="survey:1")
    who = program("admin")
    ids = [one["id"] for one in every(who, "/messages")]
    assert ids == sorted(ids, reverse=True)
    campaign = every(who, "/messages", campaign=7)
    assert {(one["campaign"], one["number"], one["class"], one["way"]) for one in campaign} == {
        (7, MASKED, "service", "text"),
    }  # fmt: skip
    assert len(campaign) == 4
    assert len(every(who, "/messages", campaign=7, state="planned")) == 4
    arrived = every(who, "/messages", number=OWNER, state="delivered")
    assert [one["about"] for one in arrived] == ["survey:1", f"ticket:{ticket_of(evening, 'lift')}"]
    assert len(every(who, "/messages", number="13812346021")) == 5 + 3, "with those of the evening"
    assert every(who, "/messages", campaign=8) == []
    assert OWNER in program("admin", may_reveal=True).gets("/messages").text


def test_messages_stay_inside_the_walls(program: Programs, evening: Evening, residents: dict[str, int]) -> None:
    with transaction() as session:
        secret = session.scalar(select(Ticket).where(Ticket.ref == evening.refs["headquarters"]))
        page = a_message(session, OWNER, evening.at, about="page:1:text").about
        ours = a_message(session, OWNER, evening.at).id
        theirs = a_message(session, ELSEWHERE, evening.at).id
        hidden = a_message(session, OWNER, evening.at, about=f"ticket:{secret.id}").id
    seen = {one["id"] for one in every(program("agent"), "/messages")}
    assert ours in seen
    assert not {theirs, hidden} & seen
    assert page in {one["about"] for one in every(program("agent"), "/messages")}
    assert {ours, theirs, hidden} <= {one["id"] for one in every(program("centre"), "/messages")}


@pytest.mark.parametrize("kind", ["page", "result", "survey", "reply"])
def test_what_follows_from_a_complaint_to_headquarters_is_told_to_no_project(
    program: Programs, evening: Evening, kind: str
) -> None:
    with transaction() as session:
        above = abouts_of(session, evening.refs["headquarters"], evening.staff["technician"])
        here = abouts_of(session, evening.refs["lift"], evening.staff["technician"])
        hidden = a_message(session, OWNER, evening.at, about=above[kind]).id
        ours = a_message(session, OWNER, evening.at, about=here[kind]).id
    for found in (
        every(program("agent"), "/messages"),
        program("agent").posts("/search", number=OWNER).json["messages"],
    ):
        ids = {one["id"] for one in found}
        assert ours in ids
        assert hidden not in ids
    assert {ours, hidden} <= {one["id"] for one in every(program("centre"), "/messages")}


def test_numbers_in_texts_are_masked_too(program: Programs, evening: Evening) -> None:
    with transaction() as session:
        message = session.get(Message, a_message(session, OWNER, evening.at).id)
        message.body = f"业主 {OWNER} 来电"
    assert OWNER not in program("admin").gets("/messages").text


def test_who_is_on_duty_is_told_by_project(program: Programs, evening: Evening) -> None:
    told = program("agent").gets("/oncall").json
    assert told["at"] == "2026-11-22T19:30:00+08:00"
    (project,) = told["items"]
    assert project["project"] == "幸福里小区"
    first = project["posts"][0]
    assert (first["post"], first["is_gap"], first["next"]) == ("first", False, None)
    assert first["people"] == [
        {"id": evening.staff["technician"], "name": "周建国", "number": "+86139****0001"},
    ]  # fmt: skip
    everywhere = program("director", may_reveal=True).gets("/oncall").json["items"]
    other = next(one for one in everywhere if one["project"] == "滨江花园")
    assert other["posts"][0]["people"][0]["number"] == "+8613900000008"
    assert other["posts"][1]["is_gap"]


def test_whatever_somebody_knows_is_found(program: Programs, evening: Evening, residents: dict[str, int]) -> None:
    with transaction() as session:
        a_message(session, OWNER, evening.at)
    who = program("agent")
    by_number = who.posts("/search", number="138 1234 6021").json
    assert evening.refs["lift"] in {one["ref"] for one in by_number["tickets"]}
    assert [one["name"] for one in by_number["people"]] == ["林婷"]
    assert {one["number"] for one in by_number["messages"]} == {MASKED}
    assert len(by_number["messages"]) == 1 + 3
    assert who.posts("/search", q="+8613812346021").json["people"] == by_number["people"]
    for asked in ({"number": "6021"}, {"q": "6021"}):
        by_tail = who.posts("/search", **asked).json
        assert {one["ref"] for one in by_number["tickets"]} <= {one["ref"] for one in by_tail["tickets"]}, asked
        assert (by_tail["people"], by_tail["messages"]) == (by_number["people"], by_number["messages"]), asked
    by_name = who.posts("/search", q="林婷").json
    assert ([one["ref"] for one in by_name["tickets"]], len(by_name["people"])) == ([evening.refs["lift"]], 1)
    assert [one["ref"] for one in who.posts("/search", q=evening.refs["mine"]).json["tickets"]] == [
        evening.refs["mine"],
    ]  # fmt: skip
    for words in ("3-2-0902", "3号楼2单元0902室", "3-0902"):
        assert [home["place"] for home in who.posts("/search", q=words).json["homes"]] == ["3号楼2单元0902室"], words
    assert {home["building"] for home in who.posts("/search", q="0902").json["homes"]} == {"3号楼", "2号楼"}
    assert who.posts("/search", q="4-2-0902").json["homes"] == []
    assert who.posts("/search", q="%").json == NOTHING


def test_people_are_found_by_pinyin_and_calls_by_whose_they_are(
    program: Programs, evening: Evening, residents: dict[str, int]
) -> None:
    who = program("agent")
    for typed in ("Lin Ting", "linting", "lt"):
        found = who.posts("/search", q=typed).json
        assert [one["name"] for one in found["people"]] == ["林婷"], typed
        assert {one["number"] for one in found["calls"]} == {MASKED}
        assert evening.refs["lift"] in {one["ticket"] for one in found["calls"]}
        assert evening.refs["headquarters"] not in {one["ticket"] for one in found["calls"]}, "hers, but not theirs"
    whole = program("agent", may_reveal=True).posts("/search", q="lt").json["calls"]
    assert {one["number"] for one in whole} == {OWNER}
    assert [one["name"] for one in every(who, "/people", q="zh")] == ["郑和"]
    assert program("technician").posts("/search", q="lt").json["calls"] == []


def test_words_are_looked_for_further_back_when_asked(
    program: Programs, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "LOOK", 3)
    who, asked, pages, refs = program("admin"), {"q": "单元"}, 0, []
    while True:
        found = who.posts("/search", **asked).json
        refs += [one["ref"] for one in found["tickets"]]
        pages += 1
        if found["next"] is None:
            break
        asked["after"] = found["next"]
    assert pages == 5, "thirteen tickets, three at a time"
    assert refs == [one["ref"] for one in every(who, "/tickets") if "单元" in one["place"]]
    refused = who.posts("/search", q="单元", after="nonsense")
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "#/after")


def test_words_and_a_number_are_looked_for_together(
    program: Programs, evening: Evening, residents: dict[str, int]
) -> None:
    who = program("agent")
    lift, alarm = evening.refs["lift"], evening.refs["alarm"]
    both = who.posts("/search", q="林婷", number="6021").json
    assert [one["ref"] for one in both["tickets"]] == [lift]
    assert [one["name"] for one in both["people"]] == ["林婷"]
    assert len(both["messages"]) == 3
    for asked in ({"q": "林婷", "number": "+8613987655532"}, {"q": lift, "number": "5532"}):
        assert who.posts("/search", **asked).json | {"homes": []} == NOTHING, asked
    assert who.posts("/search", q="无人叫这名字", number=OWNER).json["messages"] == []
    assert {one["ref"] for one in who.posts("/search", q=alarm, number="5532").json["tickets"]} == {alarm}
    assert len(who.posts("/search", q="6021", number=OWNER).json["messages"]) == 3


@pytest.mark.parametrize("piece", ["021", "46021", "12346021", "3812346021"])
def test_no_other_piece_of_a_number_finds_anything(program: Programs, evening: Evening, piece: str) -> None:
    with transaction() as session:
        a_message(session, OWNER, evening.at)
    refused = program("agent").posts("/search", number=piece)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "#/number")
    assert "只写后四位" in refused.json["errors"][0]["detail"]
    assert "only its last four digits" in refused.json["errors"][0]["detail"]
    found = program("agent").posts("/search", q=piece).json
    assert found == NOTHING


def test_a_search_changes_nothing_and_hides_what_is_hidden(program: Programs, evening: Evening) -> None:
    found = program("agent").posts("/search", q="attitude").json["tickets"]
    assert evening.refs["headquarters"] not in {one["ref"] for one in found}
    with reading() as session:
        assert actions.find_by_ref(session, evening.refs["headquarters"]).owner_desk == "HQ"
    assert evening.refs["headquarters"] in {
        one["ref"] for one in program("centre").posts("/search", q="way somebody").json["tickets"]
    }
