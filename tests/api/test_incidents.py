"""Incidents through the API: opened, put off, over; and whoever was told hears how it goes on."""

from collections.abc import Callable

from flask import Flask

from base.access import Role
from outreach.lifecycle import MAY_WRITE
from tests.api.conftest import Program
from tests.console.neighbours import works
from tests.console.test_roles import LOGINS
from tests.messages.fake import FakeCarrier

Programs = Callable[..., Program]
WATER = {"kind": "water", "project": "幸福里小区", "buildings": ["3号楼"], "cause": "爆管",
         "promised_end_at": "2026-11-22T22:00:00+08:00"}  # fmt: skip


def test_an_incident_is_opened_and_nobody_is_told_yet(program: Programs, street: FakeCarrier) -> None:
    who = program("agent")
    made = who.posts("/incidents", "key", **WATER)
    assert made.status_code == 201
    told = made.json
    assert told == {
        "id": told["id"], "kind": "water", "state": "open", "project": "幸福里小区", "buildings": ["3号楼"],
        "cause": "爆管", "opened_at": "2026-11-22T19:30:00+08:00", "promised_end_at": "2026-11-22T22:00:00+08:00",
        "restored_at": None, "notices": [],
    }  # fmt: skip
    assert made.headers["Location"] == f"/api/v1/incidents/{told['id']}"
    assert who.gets(f"/incidents/{told['id']}").json == told
    assert who.posts("/incidents", "key", **WATER).json == told
    assert who.gets("/incidents", state="open", kind="water", project="幸福里小区").json["items"] == [told]
    assert who.gets("/incidents", state="restored").json["items"] == []


def test_a_number_in_its_cause_is_masked(program: Programs, street: FakeCarrier) -> None:
    made = program("agent").posts("/incidents", **WATER | {"cause": "爆管，请找 13800138000"}).json
    assert made["cause"] == "爆管，请找 138****8000"
    whole = program("agent", may_reveal=True).gets(f"/incidents/{made['id']}").json
    assert whole["cause"] == "爆管，请找 13800138000"


def test_a_delay_is_planned_for_whoever_was_told(program: Programs, outage: int) -> None:
    who = program("agent")
    told = who.posts(f"/incidents/{outage}/delay", promised_end_at="2026-11-22T23:30:00+08:00").json
    assert told["promised_end_at"] == "2026-11-22T23:30:00+08:00"
    assert [(one["step"], one["state"]) for one in told["notices"]] == [("opening", "approved"), ("delay", "planned")]
    delay = who.gets(f"/campaigns/{told['notices'][1]['campaign']}").json
    opening = who.gets(f"/campaigns/{told['notices'][0]['campaign']}").json
    assert (delay["numbers"], delay["hash"]) == (opening["numbers"], told["notices"][1]["hash"])


def test_an_all_clear_is_planned_and_it_is_over_once(program: Programs, outage: int) -> None:
    who = program("agent")
    words = {"zh": "已恢复供水，谢谢您的耐心", "en": "Water is back. Thank you for your patience"}
    told = who.posts(f"/incidents/{outage}/restore", text=words).json
    assert (told["state"], told["restored_at"]) == ("restored", "2026-11-22T19:30:00+08:00")
    assert (told["notices"][-1]["step"], told["notices"][-1]["state"]) == ("restored", "planned")
    assert who.gets(f"/campaigns/{told['notices'][-1]['campaign']}").json["text"] == words
    assert who.posts(f"/incidents/{outage}/restore").status_code == 409
    assert who.posts(f"/incidents/{outage}/delay", promised_end_at="2026-11-22T23:30:00+08:00").status_code == 409


def test_what_followed_is_planned_for_whoever_got_the_all_clear_once(
    program: Programs, app: Flask, outage: int
) -> None:  # fmt: skip
    who = program("agent")
    assert who.posts(f"/incidents/{outage}/follow-up").status_code == 409, "no all-clear has gone"
    all_clear = who.posts(f"/incidents/{outage}/restore").json["notices"][-1]
    assert who.posts(f"/incidents/{outage}/follow-up").status_code == 409, "it waits for somebody to read it"
    approved = program("manager").posts(f"/campaigns/{all_clear['campaign']}/approve", hash=all_clear["hash"])
    assert approved.status_code == 200
    works(app)
    words = {"zh": "水箱已清洗，请放水两分钟再用", "en": "The tank was cleaned. Let the water run for two minutes"}
    told = who.posts(f"/incidents/{outage}/follow-up", "key", text=words).json
    line = told["notices"][-1]
    assert (line["step"], line["state"]) == ("followup", "planned")
    written = who.gets(f"/campaigns/{line['campaign']}").json
    assert (written["text"], written["class"], written["hash"]) == (words, "service", line["hash"])
    assert who.posts(f"/incidents/{outage}/follow-up", "key", text=words).json["notices"][-1]["campaign"] == (
        line["campaign"]
    )  # fmt: skip
    assert who.posts(f"/incidents/{outage}/follow-up").status_code == 409, "it is written already"
    assert program("abroad").posts(f"/incidents/{outage}/follow-up").status_code == 404
    assert program("technician").posts(f"/incidents/{outage}/follow-up").status_code == 403


def test_of_what_nobody_heard_nobody_hears_the_end(program: Programs, street: FakeCarrier) -> None:
    who = program("agent")
    made = who.posts("/incidents", **WATER).json
    over = who.asks("POST", f"/incidents/{made['id']}/restore")
    assert (over.json["state"], over.json["notices"]) == ("restored", [])


def test_a_promise_in_the_past_is_refused(program: Programs, outage: int) -> None:
    who = program("agent")
    before = who.gets(f"/incidents/{outage}").json
    for end in ("2026-11-22T19:00:00+08:00", "2026-11-22T11:30:00Z"):
        assert who.posts("/incidents", **WATER | {"promised_end_at": end}).status_code == 422, end
        assert who.posts(f"/incidents/{outage}/delay", promised_end_at=end).status_code == 422, end
    assert who.gets(f"/incidents/{outage}").json == before


def test_an_incident_is_inside_its_walls(program: Programs, outage: int) -> None:
    elsewhere = program("abroad")
    assert elsewhere.gets("/incidents").json["items"] == []
    assert elsewhere.gets(f"/incidents/{outage}").status_code == 404
    assert elsewhere.posts(f"/incidents/{outage}/restore").status_code == 404
    assert elsewhere.posts("/incidents", **WATER).status_code == 422
    assert [one["id"] for one in program("director").gets("/incidents").json["items"]] == [outage]


def test_everybody_reads_of_troubles_and_some_write(program: Programs, street: FakeCarrier) -> None:
    for role in Role:
        known, who = program("admin").posts("/incidents", **WATER).json["id"], program(LOGINS[role])
        assert who.gets("/incidents").status_code == who.gets(f"/incidents/{known}").status_code == 200, role
        assert who.posts("/incidents", **WATER).status_code == (201 if role in MAY_WRITE else 403), role
        assert who.posts(f"/incidents/{known}/restore").status_code == (200 if role in MAY_WRITE else 403), role


def test_another_scope_is_written_to_those_it_concerns(program: Programs, outage: int) -> None:
    who = program("agent")
    told = who.posts(f"/incidents/{outage}/scope", buildings=["3号楼"]).json
    assert told["buildings"] == ["3号楼"]
    assert [(one["step"], one["state"]) for one in told["notices"]] == [
        ("opening", "approved"), ("released", "planned"),
    ]  # fmt: skip
    assert who.gets(f"/campaigns/{told['notices'][1]['campaign']}").json["numbers"] == 5
    assert who.posts(f"/incidents/{outage}/scope", buildings=["3号楼"]).status_code == 409
    strange = who.posts(f"/incidents/{outage}/scope", buildings=["99号楼"])
    assert (strange.status_code, strange.json["errors"][0]["pointer"]) == (422, "#/buildings/0")
