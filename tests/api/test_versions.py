"""Who read a ticket and writes to it later is told what happened in between, and overwrites nothing."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from base.database import transaction
from console.facts import standing
from tests.api.conftest import Program
from tests.console.evening import Evening
from tickets import actions
from tickets.clocks import Clock
from tickets.models import Ticket
from tickets.running import Fact

Programs = Callable[..., Program]


def moves(who: Program, ref: str, tag: str, key: str = "", **body: object) -> TestResponse:
    headers = {"If-Match": tag} | ({"Idempotency-Key": key} if key else {})
    return who.asks("POST", f"/tickets/{ref}/events", json=body, headers=headers)


def test_a_ticket_that_did_not_change_is_not_told_again(program: Programs, evening: Evening) -> None:
    who, path = program("agent"), f"/tickets/{evening.refs['mine']}"
    first = who.gets(path)
    tag = first.headers["ETag"]
    assert tag == f'"{first.json["version"]}"'
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = who.asks("GET", path, headers={"If-None-Match": known})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert who.asks("GET", path, headers={"If-None-Match": '"other"'}).status_code == 200
    noted = who.posts(f"{path}/events", type="note", text="业主催过")
    assert noted.headers["ETag"] != tag
    news = who.asks("GET", path, headers={"If-None-Match": tag})
    assert (news.status_code, news.headers["ETag"]) == (200, noted.headers["ETag"])


def test_a_write_that_has_not_seen_what_happened_is_refused_with_both_versions(
    program: Programs, evening: Evening
) -> None:
    who, other, ref = program("supervisor"), program("technician"), evening.refs["mine"]
    seen = who.gets(f"/tickets/{ref}").headers["ETag"]
    theirs = other.posts(f"/tickets/{ref}/events", type="arrive", text="水表间 13812345678").headers["ETag"]
    refused = moves(who, ref, seen, type="resolve", text="换了水阀")
    assert refused.status_code == 412
    assert refused.json["type"] == "/api/v1/docs#problem-changed"
    assert (refused.json["yours"], refused.json["current"]) == (seen, theirs)
    (arrived,) = [fact for fact in refused.json["since"] if fact["type"] == "arrived"]
    assert (arrived["by"]["name"], arrived["text"]) == ("周建国", "水表间 138****5678")
    assert who.gets(f"/tickets/{ref}").json["status"] == "in_progress"
    done = moves(who, ref, theirs, type="resolve", text="换了水阀")
    assert (done.status_code, done.json["status"]) == (200, "resolved")


def test_a_version_never_stands_for_what_was_not_told_with_it(
    program: Programs, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, ref = program("supervisor"), evening.refs["mine"]

    def meanwhile(session: Session, ticket: Ticket, told: list[Fact], at: datetime) -> tuple[Clock, ...]:
        with transaction() as other:
            actions.note(other, ticket.id, None, at=at, text="业主不在家")
        return standing(session, ticket, told, at)

    with monkeypatch.context() as patched:
        patched.setattr("console.api.tickets.standing", meanwhile)
        read = who.gets(f"/tickets/{ref}")
    knows = "业主不在家" in [fact["text"] for fact in read.json["timeline"]]
    again = who.asks("GET", f"/tickets/{ref}", headers={"If-None-Match": read.headers["ETag"]})
    assert knows or again.status_code == 200
    refused = moves(who, ref, read.headers["ETag"], type="arrive")
    assert refused.status_code == 412
    assert "业主不在家" in [fact["text"] for fact in refused.json["since"]]


def test_a_note_conflicts_with_nothing_and_whoever_says_nothing_of_versions_is_not_asked(
    program: Programs, evening: Evening
) -> None:
    who, ref = program("supervisor"), evening.refs["mine"]
    seen = who.gets(f"/tickets/{ref}").headers["ETag"]
    who.posts(f"/tickets/{ref}/events", type="note", text="一")
    assert moves(who, ref, seen, type="note", text="二").status_code == 200
    assert moves(who, ref, "*", type="arrive").status_code == 200
    assert who.posts(f"/tickets/{ref}/events", type="resolve", text="好了").status_code == 200


@pytest.mark.parametrize("tag", ['"1.2"', '"x.y.z"', 'W/"0.0.0"', 'W/"", "a,"', '"1.99999999999999999999.0"', "plain"])
def test_a_tag_of_nothing_we_gave_is_another_version(program: Programs, evening: Evening, tag: str) -> None:
    refused = moves(program("supervisor"), evening.refs["mine"], tag, type="arrive")
    assert (refused.status_code, refused.json["yours"]) == (412, tag)
    assert refused.json["since"], "whatever happened may be news"


def test_what_says_nothing_is_no_version(program: Programs, evening: Evening) -> None:
    refused = moves(program("supervisor"), evening.refs["mine"], " ", type="arrive")
    assert (refused.status_code, refused.json["errors"][0]["header"]) == (422, "If-Match")


def test_a_key_belongs_to_one_version_and_its_answer_keeps_its_tag(program: Programs, evening: Evening) -> None:
    who, ref = program("supervisor"), evening.refs["mine"]
    seen = who.gets(f"/tickets/{ref}").headers["ETag"]
    first = moves(who, ref, seen, "k", type="arrive")
    again = moves(who, ref, seen, "k", type="arrive")
    assert (again.status_code, again.data, again.headers["ETag"]) == (200, first.data, first.headers["ETag"])
    assert moves(who, ref, first.headers["ETag"], "k", type="arrive").status_code == 422


def test_entry_is_asked_for_as_the_ticket_was_seen(program: Programs, evening: Evening) -> None:
    who = program("supervisor")
    home = who.gets(f"/tickets/{evening.refs['lift']}").json["home"]
    told = who.posts("/tickets", kind="repair", category="burst_pipe", level="P1", home=home)
    path = f"/tickets/{told.json['ref']}"
    who.posts(f"{path}/events", type="note", text="业主已回家")
    asked = {"json": {"home": home}, "headers": {"If-Match": told.headers["ETag"]}}
    assert who.asks("POST", f"{path}/entry", **asked).status_code == 412
    assert who.posts(f"{path}/entry", home=home).status_code == 201
