"""A list that stands somewhere in part says how many more there are, and leads to all of them, a page at a time."""

import re
from collections.abc import Iterator

import pytest

from base.database import transaction
from console.words import say
from tests.console.conftest import EVENING, Browser, LogIn
from tests.console.evening import Evening
from tests.console.test_desk import refs_in
from tickets.lifecycle import HEADQUARTERS, Channel, Kind, Level, Status
from tickets.models import IncidentCaller, Ticket

MANY = 5


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are cut where tests can see it."""
    for name, most in (
        ("facts.MOST_ROWS", 2), ("incident_facts.MOST_ASKERS", 2), ("incident_rows.PAGE", 2), ("following.PAGE", 2),
    ):  # fmt: skip
        monkeypatch.setattr(f"console.{name}", most)


def some(evening: Evening, *, elsewhere: bool = False, **more: object) -> list[str]:
    """As many tickets of the project, the oldest first; their numbers."""
    with transaction() as session:
        found = [
            Ticket(
                ref=f"26010{int(elsewhere)}-{n:04}", kind=Kind.REPAIR, level=Level.P2, channel=Channel.CALL,
                project_id=evening.other_project if elsewhere else evening.home_project, opened_at=EVENING,
                **{"status": Status.OPEN, **more},
            )
            for n in range(MANY)
        ]  # fmt: skip
        session.add_all(found)
    return [f"26010{int(elsewhere)}-{n:04}" for n in range(MANY)]


def walked(client: Browser, page: str, path: str) -> Iterator[str]:
    """Every page of the list that `page` leads to."""
    onward = re.search(rf'href="({path}[^"]*)">{say("list.all", "zh")}<', page)
    while onward:
        page = client.get(onward[1].replace("&amp;", "&")).text
        yield page
        onward = re.search(rf'href="([^"]+)">{say("list.next", "zh")}<', page)


def test_all_tickets_under_an_incident_are_counted_and_reached(logged_in: LogIn, evening: Evening, outage: int) -> None:
    refs = some(evening, incident_id=outage)
    some(evening, elsewhere=True, incident_id=outage)
    client = logged_in("agent")
    page = client.get(f"/incidents/{outage}").text
    assert re.search(rf'{say("incident.tickets", "zh")} <span class="num meta">{MANY}<', page)
    assert refs_in(page) == refs[:-3:-1], "the newest"
    assert say("list.further", "zh", n=MANY - 2) in page
    pages = list(walked(client, page, f"/incidents/{outage}/tickets"))
    assert [refs_in(each) for each in pages] == [refs[:-3:-1], refs[2:0:-1], refs[:1]]
    assert [say("list.first", "zh") in each for each in pages] == [False, True, True]
    assert logged_in("abroad").get(f"/incidents/{outage}/tickets").status_code == 404


def test_whoever_asked_to_be_told_of_an_incident_is_counted_and_reached(
    logged_in: LogIn, evening: Evening, outage: int
) -> None:
    with transaction() as session:
        for n in range(MANY):
            session.add(IncidentCaller(incident_id=outage, number=f"+861370000111{n}", language="zh", asked_at=EVENING))
            session.flush()
    client = logged_in("agent")
    page = client.get(f"/incidents/{outage}").text
    numbers = [f"137****111{n}" for n in range(MANY)]
    shown = page.split('id="i-askers"')[1].split("</section>")[0]
    assert re.findall(r"137\*+\d{4}", shown) == numbers[:2]
    assert say("list.further", "zh", n=MANY - 2) in shown
    pages = [re.findall(r"137\*+\d{4}", each) for each in walked(client, page, f"/incidents/{outage}/callers")]
    assert pages == [numbers[:2], numbers[2:4], numbers[4:]]
    assert "13700001110" not in page
    assert logged_in("abroad").get(f"/incidents/{outage}/callers").status_code == 404


def test_all_that_headquarters_follow_are_counted_and_reached(logged_in: LogIn, evening: Evening) -> None:
    refs = some(evening, followed_by=HEADQUARTERS)
    over = some(evening, elsewhere=True, followed_by=HEADQUARTERS, status=Status.CLOSED)
    client = logged_in("centre")
    page = client.get("/following").text
    assert refs_in(page) == [*over[:-3:-1], *refs[:-3:-1]], "what is over is never hidden by what goes on"
    for name in ("ended", "going"):
        assert f'{say(f"following.{name}", "zh")} <span class="num">{MANY}</span>' in page
    assert page.count(say("list.further", "zh", n=MANY - 2)) == 2
    for name, those in (("ended", over), ("going", refs)):
        pages = [refs_in(each) for each in walked(client, page, rf"/following\?of={name}")]
        assert pages == [those[:-3:-1], those[2:0:-1], those[:1]]
    assert refs_in(client.get("/following?of=moon&before=x").text) == refs_in(page)


@pytest.mark.parametrize(("path", "kind"), [("tickets", "tickets"), ("callers", "askers")])
def test_a_list_that_is_empty_says_how_it_is_filled(logged_in: LogIn, outage: int, path: str, kind: str) -> None:
    page = logged_in("agent").get(f"/incidents/{outage}/{path}").text
    assert say(f"incident.{kind}.none", "zh") in page
    assert say("incident.rows.none.why", "zh") not in page
