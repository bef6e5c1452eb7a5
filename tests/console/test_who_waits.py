"""The desk shows who waits on the telephone for a person: how many, who, where and how long, to whom it concerns."""

import re

import pytest
from sqlalchemy import select

from base import clock
from base.database import transaction
from console.words import say
from directory.models import Person
from hotline.actions import waiting
from hotline.models import Call, Waiting
from hotline.waitingline import LeftHow, Rank
from tests.console.conftest import LogIn, later
from tests.console.evening import Evening
from tickets.models import Ticket


def waits(evening: Evening, name: str, *, minutes: float = 0, rank: Rank = Rank.USUAL, **other: object) -> int:
    """Whoever called about this ticket stands in line since so many minutes; their call."""
    at = clock.now()
    with transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.ref == evening.refs[name])).one()
        call_id = session.scalars(select(Call.id).where(Call.ticket_id == ticket.id)).first()
        since_at = later(minutes=-minutes)
        clock.stop_at(at)
        values: dict[str, object] = {"rounds": 1, "seen_at": at, **other}
        session.add(Waiting(call_id=call_id, ticket_id=ticket.id, rank=rank, since_at=since_at, **values))
    assert call_id is not None
    return call_id


def line(html: str) -> list[int]:
    """The calls of those who are shown to wait, in the order shown."""
    return [int(id) for id in re.findall(r'id="line-(\d+)"', html)]


def of(html: str, call_id: int) -> str:
    return html.split(f'id="line-{call_id}"')[1].partition("<details")[0]


def test_nobody_waits_and_nothing_is_shown(logged_in: LogIn, evening: Evening) -> None:
    assert say("line.title", "zh") not in logged_in("agent").get("/").text


def test_who_waits_is_shown_in_their_turn_with_home_and_how_long_and_a_masked_number(
    logged_in: LogIn, evening: Evening
) -> None:
    with transaction() as session:
        session.get_one(Person, evening.owner).special_care = True
    usual = waits(evening, "late", minutes=4)
    withheld = waits(evening, "soon", minutes=1)
    cared = waits(evening, "lift", minutes=2, rank=Rank.CARE)
    html = logged_in("agent").get("/").text
    assert line(html) == [cared, usual, withheld]
    first = of(html, cared)
    for shown in ("林女士", "3号楼2单元0902室", "138****6021", 'data-elapsed="120.0"', say("line.care", "zh")):
        assert shown in first
    assert "林婷" not in first, "they are called what they chose"
    assert say("who.withheld", "zh") in of(html, withheld)
    assert 'data-elapsed="240.0"' in of(html, usual)
    assert re.search(say("line.title", "zh") + r' <span class="num">3</span>', html)


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("agent", {"late", "nowhere"}),
        ("technician", {"late", "nowhere"}),
        ("abroad", {"elsewhere", "nowhere"}),
        ("centre", {"late", "elsewhere", "nowhere", "headquarters"}),
        ("quality", {"late", "elsewhere", "nowhere"}),
    ],
)
def test_each_sees_those_who_wait_about_what_they_may_see(
    logged_in: LogIn, evening: Evening, who: str, seen: set[str]
) -> None:
    calls = {name: waits(evening, name) for name in ("late", "elsewhere", "nowhere", "headquarters")}
    browser = logged_in(who)
    shown = set(line(browser.get("/?show=open").text))
    assert shown == {calls[name] for name in seen}
    assert shown == set(line(browser.get("/board").text))


def test_only_of_the_project_that_was_chosen(logged_in: LogIn, evening: Evening) -> None:
    waits(evening, "late")
    there = waits(evening, "elsewhere")
    assert line(logged_in("admin").get(f"/?project={evening.other_project}").text) == [there]


@pytest.mark.parametrize(
    "other",
    [
        {"is_ringing": True},
        {"left_at": clock.now(), "how": LeftHow.SPOKEN},
        {"rounds": 0},
    ],
)
def test_who_is_being_put_through_who_left_and_for_whom_an_emergency_rings_waits_no_more(
    logged_in: LogIn, evening: Evening, other: dict[str, object]
) -> None:
    waits(evening, "late", **other)
    assert line(logged_in("agent").get("/").text) == []


def test_the_desk_lives_with_the_line(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("agent")
    tag = browser.get("/").headers["HX-PTag"]
    first = waits(evening, "late")
    came = browser.get("/board", headers={"HX-PTag": tag})
    assert line(came.text) == [first]
    later(seconds=5)
    assert browser.get("/board", headers={"HX-PTag": came.headers["HX-PTag"]}).status_code == 304, (
        "time is counted here"
    )
    with transaction() as session:
        waiting.leave(session, first, LeftHow.HUNG_UP, at=clock.now())
    left = browser.get("/board", headers={"HX-PTag": came.headers["HX-PTag"]})
    assert (left.status_code, line(left.text)) == (200, [])


def test_whose_end_never_reached_us_disappears(logged_in: LogIn, evening: Evening) -> None:
    waits(evening, "late")
    browser = logged_in("agent")
    tag = browser.get("/").headers["HX-PTag"]
    later(seconds=91)
    assert line(browser.get("/board", headers={"HX-PTag": tag}).text) == []


def test_of_very_many_the_first_are_shown_and_all_are_counted(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.ref == evening.refs["late"])).one()
        for n in range(23):
            call = Call(sid=f"CB{n:032}", to_number="+864008001234", began_at=clock.now(), ticket_id=ticket.id)
            session.add(call)
            session.flush()
            when = {"since_at": clock.now(), "seen_at": clock.now()}
            session.add(Waiting(call_id=call.id, ticket_id=ticket.id, rank=Rank.USUAL, rounds=1, **when))
    html = logged_in("agent").get("/?lang=en").text
    assert len(line(html)) == 20
    assert '<span class="num">23</span>' in html
    assert say("concerns.more", "en", n=3) in html
