"""Whatever comes in, what goes out is an answer that says what is wrong: never a trace, never a silence."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base import write_lock
from base.database import transaction
from console.api.document import openapi
from tests.api.conftest import Program
from tests.console.evening import Evening
from tickets import actions

Programs = Callable[..., Program]
BAD_QUERIES = [
    ("/tickets", "limit", "0"), ("/tickets", "limit", "201"), ("/tickets", "limit", "many"),
    ("/tickets", "after", "bm9uc2Vuc2U"), ("/tickets", "after", "!"), ("/tickets", "after", "aG9tZXM6Mw"),
    ("/tickets", "after", "dGlja2V0czo5OTk5OTk5OTk5"), ("/tickets", "after", "x" * 61), ("/tickets", "status", "gone"),
    ("/tickets", "kind", "dragon"), ("/tickets", "level", "P9"), ("/tickets", "home", "3号楼"),
    ("/tickets", "home", "99999999999999999999"), ("/tickets", "project", "没有"), ("/tickets", "project", "a\0b"),
    ("/tickets", "q", "a\0b"), ("/tickets", "q", "x" * 61), ("/tickets", "sort", "ref"),
    ("/homes", "occupancy", "full"),
    ("/homes", "project", "没有"), ("/people", "building", "\0"), ("/people", "role", "king"),
    ("/messages", "number", "12"), ("/messages", "campaign", "-1"), ("/messages", "state", "lost"),
    ("/oncall", "at", "now"),
]  # fmt: skip
BAD_BODIES: list[tuple[str, dict[str, Any], str]] = [
    ("/tickets", {}, "#/kind"), ("/tickets", {"kind": "dragon"}, "#/kind"), ("/tickets", {"kind": 3}, "#/kind"),
    ("/tickets", {"kind": "repair", "colour": "red"}, "#/colour"),
    ("/tickets", {"kind": "repair", "a/b~": 1}, "#/a~1b~0"),
    ("/tickets", {"kind": "repair", "home": "3"}, "#/home"), ("/tickets", {"kind": "repair", "home": 0}, "#/home"),
    ("/tickets", {"kind": "repair", "home": 2**40}, "#/home"),
    ("/tickets", {"kind": "repair", "home": 999999}, "#/home"),
    ("/tickets", {"kind": "repair", "level": "P9"}, "#/level"),
    ("/tickets", {"kind": "repair", "channel": "survey"}, "#/channel"),
    ("/tickets", {"kind": "repair", "summary": "x" * 2001}, "#/summary"),
    ("/tickets", {"kind": "repair", "summary": "a\0b"}, "#/summary"),
    ("/tickets", {"kind": "repair", "summary": None}, "#/summary"),
    ("/tickets", {"kind": "repair", "category": "dragons"}, "#/category"),
    ("/tickets", {"kind": "repair", "caller_number": "110"}, "#/caller_number"),
    ("/tickets", {"kind": "repair", "language": "fr"}, "#/language"),
    ("/tickets", {"kind": "repair", "project": "没有"}, "#/project"),
    ("/tickets/{ref}/events", {}, "#/type"), ("/tickets/{ref}/events", {"type": "explode"}, "#/type"),
    ("/tickets/{ref}/events", {"type": ["note"]}, "#/type"), ("/tickets/{ref}/events", {"type": "note"}, "#/text"),
    ("/tickets/{ref}/events", {"type": "note", "text": "  "}, "#/text"),
    ("/tickets/{ref}/events", {"type": "resolve", "text": ""}, "#/text"),
    ("/tickets/{ref}/events", {"type": "resolve", "text": "水" * 1201}, "#/text"),
    ("/tickets/{ref}/events", {"type": "assign", "to": "王强"}, "#/to"),
    ("/tickets/{ref}/events", {"type": "close"}, "#/text"),
    ("/tickets/{ref}/events", {"type": "wait", "reason": "weather"}, "#/reason"),
    ("/tickets/{ref}/events", {"type": "refer", "to": "燃气", "text": "x"}, "#/to"),
    ("/tickets/{ref}/events", {"type": "refer", "to": "outside", "text": "x", "name": "燃气公司"}, "#/contact"),
    ("/tickets/{ref}/events", {"type": "refer", "to": "department", "text": "x", "department": "navy"}, "#/department"),
    ("/tickets/{ref}/events", {"type": "refer", "to": "project", "text": "x", "project": "没有"}, "#/project"),
    ("/tickets/{ref}/events", {"type": "refer", "to": "headquarters", "text": "x", "name": "总部"}, "#/name"),
    ("/tickets", {"kind": "emergency", "category": "enquiry"}, "#/category"),
    ("/tickets", {"kind": "emergency", "owner_desk": "HQ"}, "#/owner_desk"),
    ("/incidents", {"kind": "dragon", "project": "幸福里小区"}, "#/kind"),
    ("/incidents", {"kind": "water"}, "#/project"),
    ("/incidents", {"kind": "water", "project": "幸福里小区", "buildings": ["3号楼", "99号楼"]}, "#/buildings/1"),
    ("/incidents", {"kind": "water", "project": "幸福里小区", "promised_end_at": "18:00"}, "#/promised_end_at"),
    ("/incidents", {"kind": "water", "project": "幸福里小区", "promised_end_at": 1790000000}, "#/promised_end_at"),
    ("/incidents", {"kind": "water", "project": "幸福里小区", "promised_end_at": "2026-11-22T18:00:00"},
     "#/promised_end_at"),
    ("/incidents", {"kind": "water", "project": "幸福里小区", "promised_end_at": "9999-12-31T23:59:59-12:00"},
     "#/promised_end_at"),
    ("/tickets/{ref}/events", {"type": "close", "text": "x", "to": 1}, "#/to"),
    ("/search", {}, "#"), ("/search", {"q": ""}, "#/q"), ("/search", {"number": "12"}, "#/number"),
    ("/search", {"q": "\0"}, "#/q"), ("/search", {"q": {"$gt": ""}}, "#/q"),
]  # fmt: skip


def test_every_bad_parameter_is_named_in_both_languages(program: Programs, evening: Evening) -> None:
    who = program("admin")
    for path, name, value in BAD_QUERIES:
        refused = who.gets(path, **{name: value})
        assert refused.status_code == 422, (path, name, value, refused.text)
        (fault,) = refused.json["errors"]
        assert fault.keys() == {"detail", "parameter"}
        assert fault["parameter"] == name
        assert_both_languages(fault["detail"])
    twice = who.asks("GET", "/tickets?kind=repair&kind=praise")
    assert (twice.status_code, twice.json["errors"][0]["parameter"]) == (422, "kind")


def test_every_bad_field_is_pointed_at_in_both_languages(program: Programs, evening: Evening) -> None:
    who = program("admin")
    for path, body, pointer in BAD_BODIES:
        refused = who.asks("POST", path.replace("{ref}", evening.refs["soon"]), json=body)
        assert refused.status_code == 422, (path, body, refused.text)
        assert pointer in [fault["pointer"] for fault in refused.json["errors"]], refused.text
        for fault in refused.json["errors"]:
            assert_both_languages(fault["detail"])
        assert_both_languages(refused.json["detail"])


def test_everything_wrong_is_told_at_once(program: Programs, evening: Evening) -> None:
    refused = program("admin").posts("/tickets", kind="dragon", level="P9", colour="red")
    assert {fault["pointer"] for fault in refused.json["errors"]} == {"#/kind", "#/level", "#/colour"}


def test_what_is_no_json_is_400(program: Programs, evening: Evening) -> None:
    for body in (b"", b"{", b"\xff", b'{"kind": ', b"[" * 5000, b'"\\ud800"'):
        refused = program("admin").asks("POST", "/tickets", data=body, content_type="application/json")
        assert refused.status_code == 400, body


def test_json_that_is_no_object_is_422(program: Programs, evening: Evening) -> None:
    who = program("admin")
    for body in ("[]", "null", "3", '"kind"', "[[]]"):
        for path in ("/tickets", "/search", f"/tickets/{evening.refs['soon']}/events"):
            assert who.asks("POST", path, data=body, content_type="application/json").status_code == 422, (body, path)


def test_what_says_it_is_no_json_is_415(program: Programs, evening: Evening) -> None:
    for kind in ("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        refused = program("admin").asks("POST", "/tickets", data=b'{"kind": "repair"}', content_type=kind)
        assert refused.status_code == 415, kind


def test_too_much_is_413(program: Programs, evening: Evening) -> None:
    body = json.dumps({"kind": "repair", "summary": "x" * 70_000})
    assert program("admin").asks("POST", "/tickets", data=body, content_type="application/json").status_code == 413


def test_a_wrong_method_is_405_and_says_which_are_right(program: Programs, evening: Evening) -> None:
    refused = program("admin").asks("DELETE", "/tickets")
    assert refused.status_code == 405
    assert {"GET", "POST"} <= set(refused.headers["Allow"].split(", "))


def test_what_is_not_there_is_a_problem_too(program: Programs, evening: Evening) -> None:
    who = program("admin")
    for path in (
        "/", "/nothing", "/tickets/", "/tickets/x", "/tickets/261122-9999", "/tickets/%00", "/tickets/a%2Fb",
        "/tickets/261122-0001%0A", "/campaigns/99999999999", "/campaigns/-1", "/incidents/999999",
    ):  # fmt: skip
        refused = who.gets(path)
        assert refused.status_code == 404, path
        assert refused.json["type"] == "/api/v1/docs#problem-not_found"
        assert refused.headers["Cache-Control"] == "no-store"
    for path in ("/people/99999999999/consents", "/people/x/consents", "/people/999999/consents"):
        assert who.puts(path, **{"class": "care", "granted": False}).status_code == 404, path


def test_outside_the_api_nothing_is_refused_as_a_problem(app: Flask, evening: Evening) -> None:
    for path in ("/nothing", "/apiary", "/api/v2/tickets"):
        answer = app.test_client().get(path)
        assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_what_breaks_says_so_without_a_trace(app: Flask, program: Programs, evening: Evening) -> None:
    who = program("admin")
    app.extensions["database"].engine.dispose()
    with app.extensions["database"].engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE shift RENAME TO elsewhere")
    broken = who.gets("/oncall")
    assert broken.status_code in {500, 503}
    assert "shift" not in broken.text


def test_a_database_that_somebody_keeps_to_himself_is_503(
    app: Flask, program: Programs, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_lock, "BUSY_S", 0.3)  # the patience that callers have is not what is looked at
    who = program("admin")
    who.gets("/homes")
    with transaction() as session:
        actions.get(session, 1)
        refused = who.posts(f"/tickets/{evening.refs['lift']}/events", type="acknowledge")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
    assert "busy" in refused.json["detail"]


def assert_both_languages(words: str) -> None:
    assert any("\u4e00" <= c <= "\u9fff" for c in words), words
    assert sum(c.isascii() and c.isalpha() for c in words) > 5, words


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
FIELDS = [
    "kind", "category", "level", "home", "project", "summary", "caller_number", "type", "text", "to", "q", "number",
    "class", "granted", "words", "place", "owner_desk", "language",
]  # fmt: skip
WORDS = ["repair", "emergency", "P0", "note", "assign", "refer", "resolve", "care", "zh", 1, True, "+8613812346021"]


def test_no_body_whatever_breaks_it(program: Programs, evening: Evening) -> None:
    """Every address that takes a body, with whatever a program may send."""
    who = program("admin")
    taking = [
        (method.upper(), path.removeprefix("/api/v1").replace("{ref}", evening.refs["soon"]).replace("{id}", "1"))
        for path, operations in openapi()["paths"].items()
        for method, operation in operations.items()
        if "requestBody" in operation
    ]
    assert len(taking) >= 4

    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
    )  # fmt: skip
    @given(
        st.sampled_from(taking),
        st.dictionaries(st.sampled_from(FIELDS), ANYTHING | st.sampled_from(WORDS), max_size=5) | ANYTHING,
    )
    def send(where: tuple[str, str], body: Any) -> None:
        assert who.asks(*where, json=body).status_code < 500

    send()
