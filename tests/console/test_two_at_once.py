"""Two people on one ticket: whoever is later sees both versions, loses no word, and overwrites nothing unseen."""

import re
from html import unescape

import pytest
from sqlalchemy.orm import Session

from base.database import transaction
from console.happened import happened_to
from console.seen import is_changed, newest_seen, seen_of
from console.timeline import Told
from console.words import say
from tests.console.conftest import Browser, LogIn
from tests.console.evening import Evening
from tests.console.test_ticket import events, seen, ticket
from tickets import actions
from tickets.lifecycle import Level, Move, Status
from tickets.models import Ticket


def part(page: str, id: str) -> str:
    return page.split(f'id="{id}"')[1].split("</div>", maxsplit=1)[0]


def fields_of(page: str, button: str) -> tuple[str, dict[str, str]]:
    """Where the form of a button goes, and what is in it."""
    form = page.split(f'id="{button}"', maxsplit=1)[0].rsplit("<form", 1)[1]
    found = re.findall(r'name="([^"]+)" value="([^"]*)"', form)
    return form.split('action="')[1].split('"')[0], {name: unescape(value) for name, value in found}


@pytest.fixture
def two(logged_in: LogIn) -> tuple[Browser, Browser]:
    return logged_in("supervisor"), logged_in("agent")


def test_the_later_of_two_levels_is_shown_both_and_chooses(two: tuple[Browser, Browser], evening: Evening) -> None:
    first, second = two
    ref = evening.refs["mine"]
    before = seen(second.get(f"/tickets/{ref}").text)
    assert first.sends(f"/tickets/{ref}/level", seen=before, level="P1", text="水到二楼了").status_code == 303
    refused = second.sends(f"/tickets/{ref}/level", seen=before, level="P3", text="业主说不急")
    assert refused.status_code == 409
    assert ticket(ref).level is Level.P1, "nothing was overwritten"
    hers, mine = part(refused.text, "both-hers"), part(refused.text, "both-mine")
    assert "赵主管" in hers or "水到二楼了" in hers
    assert "水到二楼了" in hers
    assert ("业主说不急" in mine, say("level.P3", "zh") in mine) == (True, True)
    dialog = refused.text.split('<dialog class="sheet sheet--s" id="level"')[1].split("</dialog>")[0]
    assert "data-show" not in dialog.split(">")[0], "it would hide what the colleague did"
    assert "水到二楼了\n业主说不急" in dialog
    path, form = fields_of(refused.text, "do-use-mine")
    assert (path, form["level"], form["text"]) == (f"/tickets/{ref}/level", "P3", "业主说不急")
    assert (
        second.sends(path, **{name: value for name, value in form.items() if name != "csrf_token"}).status_code == 303
    )
    assert ticket(ref).level is Level.P3


def test_what_can_no_longer_be_done_can_still_be_noted(two: tuple[Browser, Browser], evening: Evening) -> None:
    first, second = two
    ref = evening.refs["mine"]
    before = seen(second.get(f"/tickets/{ref}").text)
    assert first.sends(f"/tickets/{ref}/resolve", seen=before, text="换了水阀").status_code == 303
    refused = second.sends(f"/tickets/{ref}/resolve", seen=before, text="拧紧了接头")
    assert refused.status_code == 409
    assert "换了水阀" in part(refused.text, "both-hers")
    assert 'id="do-use-mine"' not in refused.text
    path, form = fields_of(refused.text, "do-use-both")
    assert (path, form["text"]) == (f"/tickets/{ref}/note", "拧紧了接头")
    assert second.sends(path, text=form["text"]).status_code == 303
    assert ticket(ref).status is Status.RESOLVED
    assert "拧紧了接头" in second.get(f"/tickets/{ref}").text


def test_what_overwrites_nothing_is_no_conflict(two: tuple[Browser, Browser], evening: Evening) -> None:
    first, second = two
    ref = evening.refs["mine"]
    before = seen(second.get(f"/tickets/{ref}").text)
    assert first.sends(f"/tickets/{ref}/level", seen=before, level="P3", text="业主说不急").status_code == 303
    assert first.sends(f"/tickets/{ref}/note", seen=before, text="已电话").status_code == 303
    assert second.sends(f"/tickets/{ref}/note", seen=before, text="我也打了").status_code == 303
    assert second.sends(f"/tickets/{ref}/arrive", seen=before).status_code == 303, "a level is not replaced by it"


def test_what_happens_while_a_page_is_read_is_read_at_the_next_look(
    two: tuple[Browser, Browser], evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, ref = two[0], evening.refs["mine"]

    def meanwhile(session: Session, ticket_id: int, language: str) -> list[Told]:
        told = happened_to(session, ticket_id, language)
        with transaction() as other:
            actions.note(other, ticket_id, None, at=evening.at, text="他们刚说的")
        return told

    with monkeypatch.context() as patched:
        patched.setattr("console.case.happened_to", meanwhile)
        page = browser.get(f"/tickets/{ref}/case")
    assert "他们刚说的" not in page.text
    look = browser.get(f"/tickets/{ref}/case", headers={"HX-PTag": page.headers["HX-PTag"]})
    assert look.status_code == 200
    assert "他们刚说的" in look.text


def test_whatever_was_typed_the_page_is_whole(two: tuple[Browser, Browser], evening: Evening) -> None:
    first, second = two
    ref = evening.refs["mine"]
    before = seen(second.get(f"/tickets/{ref}").text)
    first.sends(f"/tickets/{ref}/resolve", seen=before, text="换了水阀")
    number = len(events(ref))
    for move, form in (
        ("level", {"level": "P9", "text": "x"}), ("wait", {"reason": "dragon", "until": "2026"}),
        ("assign", {"to": "x"}),
        ("refer", {"to": "outside", "name": "<b>", "contact": "1", "text": "x"}), ("department", {"text": "y" * 3000}),
    ):  # fmt: skip
        for word in (before, "open", ".....", "a.b.c.d.-1", "open.0.P1..99999999999999999999"):
            assert second.sends(f"/tickets/{ref}/{move}", seen=word, **form).status_code in {409, 422}, (move, word)
    assert len(events(ref)) == number


@pytest.mark.parametrize(
    ("move", "seen_word", "conflicts"),
    [
        (Move.RESOLVE, "acknowledged.7.P2.engineering.5", False), (Move.RESOLVE, "open.0.P2.engineering.5", True),
        (Move.RESOLVE, "acknowledged.8.P2.engineering.5", True), (Move.RESOLVE, "acknowledged.7.P1..5", False),
        (Move.LEVEL, "acknowledged.7.P1.engineering.5", True), (Move.REFER, "acknowledged.7.P2.desk.5", True),
        (Move.NOTE, "open.0.P1.desk.5", False), (Move.LEVEL, "", False), (Move.LEVEL, "acknowledged.7", False),
    ],
)  # fmt: skip
def test_what_a_move_replaces_has_to_have_been_seen(move: Move, seen_word: str, conflicts: bool) -> None:
    now = Ticket(status=Status.ACKNOWLEDGED, assignee_id=7, level=Level.P2, department="engineering")
    assert is_changed(seen_word, now, move) is conflicts
    assert not is_changed(seen_of(now, 5), now, move)
    assert newest_seen(seen_of(now, 5)) == 5
