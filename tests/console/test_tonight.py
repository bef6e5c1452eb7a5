"""The top of the desk for who leads: four sentences or four short lists, each number with exactly its rows."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select

from base.database import transaction
from console.words import say
from directory.models import Staff
from oncall.models import Shift
from tests.console.conftest import EVENING, LogIn, later
from tests.console.evening import Evening
from tests.console.test_desk import refs_in
from tests.console.test_satisfaction import a_result
from tickets import actions
from tickets.complaintmodels import ComplaintHop
from tickets.complaints import HopAnswer
from tickets.lifecycle import MOVING, Channel, Kind, Level, Status
from tickets.models import EventType, Ticket, TicketEvent


def sentence(html: str, name: str) -> str:
    return html.split(f'id="tonight-{name}"')[1].split("</li>", maxsplit=1)[0]


def number(html: str, name: str) -> int:
    """The number in a sentence, 0 where there is none."""
    found = re.search(r'<b class="num">(\d+)</b>', sentence(html, name))
    return int(found[1]) if found else 0


def address(html: str) -> str:
    found = re.search(r'href="([^"]+)"', html)
    assert found, html
    return found[1].replace("&amp;", "&")


def short(html: str, kind: str) -> str:
    return html.split(f'id="short-{kind}"')[1].split("</section>", maxsplit=1)[0]


@pytest.mark.parametrize(
    ("who", "has"),
    [
        ("agent", ""), ("technician", ""), ("supervisor", "shorts"), ("quality", "shorts"),
        ("manager", "tonight-card"), ("director", "tonight-card"), ("admin", "tonight-card"),
    ],
)  # fmt: skip
def test_each_role_has_its_own_top(logged_in: LogIn, evening: Evening, who: str, has: str) -> None:
    browser = logged_in(who)
    assert ('hx-get="/tonight"' in browser.get("/").text) == bool(has)
    html = browser.get("/tonight").text
    assert [one for one in ("shorts", "tonight-card") if f'id="{one}"' in html] == ([has] if has else [])


def test_a_manager_reads_four_numbers_and_behind_each_stand_just_so_many_rows(
    logged_in: LogIn, evening: Evening
) -> None:
    browser, refs = logged_in("manager"), evening.refs
    html = browser.get("/tonight").text
    assert say("tonight.night.one", "zh", where="幸福里小区") in html
    behind = {
        name: refs_in(browser.get(address(sentence(html, name))).text) for name in ("emergency", "late", "silent")
    }
    assert set(behind["emergency"]) == {refs["lift"], refs["alarm"]}
    assert set(behind["late"]) == {refs["lift"], refs["alarm"], refs["late"]}
    assert set(behind["silent"]) == {refs["alarm"], refs["late"]}
    assert {name: number(html, name) for name in behind} == {name: len(rows) for name, rows in behind.items()}
    assert number(html, "gap") == 1, "whoever has the night goes before the desk opens"
    assert address(sentence(html, "gap")) == "/oncall"
    assert "<table>" not in html


def test_a_list_counts_those_it_has_no_room_for(
    logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.tonight.MOST_SHOWN", 1)
    page = logged_in("manager").get("/tonight/emergency").text
    assert refs_in(page) == [evening.refs["alarm"]], "the one that waits longest"
    assert f'{say("tonight.rows.emergency", "zh")} <span class="num">2</span>' in page
    assert say("concerns.more", "zh", n=1) in page


def test_what_is_late_is_counted_to_the_last_however_much_there_is(logged_in: LogIn, evening: Evening) -> None:
    many, at = 1_100, EVENING - timedelta(days=2)
    with transaction() as session:
        tickets = [
            Ticket(
                ref=f"260101-{n:04}", kind=Kind.REPAIR, level=Level.P2, status=Status.OPEN, channel=Channel.CALL,
                project_id=evening.home_project, opened_at=at,
            )
            for n in range(many)
        ]  # fmt: skip
        session.add_all(tickets)
        session.flush()
        session.add_all(TicketEvent(ticket_id=one.id, at=at, type=EventType.OPENED) for one in tickets)
    browser = logged_in("manager")
    html = browser.get("/tonight").text
    assert (number(html, "late"), number(html, "silent")) == (many + 3, many + 2)
    page = browser.get("/tonight/late").text
    assert f'{say("tonight.rows.late", "zh")} <span class="num">{many + 3}</span>' in page
    assert say("concerns.more", "zh", n=many + 3 - len(refs_in(page))) in page


def test_nothing_is_said_in_words(app: Flask, logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        man, calm = evening.staff["technician"], evening.staff["agent"]
        for ticket in session.scalars(select(Ticket).where(Ticket.status.in_(MOVING))).all():
            if ticket.acknowledged_at is None:
                actions.acknowledge(session, ticket.id, man, at=EVENING, how="key")
            actions.cancel(session, ticket.id, calm, at=EVENING, text="误报")
        for turn in session.scalars(select(Shift).where(Shift.project_id == evening.home_project)):
            turn.ends_at = EVENING + timedelta(days=2)
    html = logged_in("manager").get("/tonight").text
    for name in ("emergency", "late", "gap", "silent"):
        assert say(f"tonight.{name}.none.night", "zh") in sentence(html, name)
        assert "<a " not in sentence(html, name)
    assert "今晚没有超时" in html


def test_a_director_reads_each_project_and_those_without_one(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        session.scalars(select(Ticket).where(Ticket.ref == evening.refs["alarm"])).one().project_id = None
        session.execute(delete(Shift).where(Shift.project_id == evening.other_project))
    browser, refs = logged_in("director"), evening.refs
    html = browser.get("/tonight").text

    def figures(project: int) -> list[str]:
        row = html.split(f'id="tonight-p-{project}"')[1].split("</tr>")[0]
        return re.findall(r">(\d+|–)<", row)

    assert figures(evening.home_project) == ["1", "2", "1", "1"]
    assert figures(evening.other_project) == ["–", "–", "1", "–"]
    assert figures(0) == ["1", "1", "–", "1"]
    assert refs_in(browser.get("/tonight/emergency?project=0").text) == [refs["alarm"]]
    assert refs_in(browser.get(f"/tonight/emergency?project={evening.home_project}").text) == [refs["lift"]]
    assert refs_in(browser.get("/unanswered?project=0").text) == [refs["alarm"]]
    assert refs_in(browser.get(f"/tonight/late?project={evening.other_project}").text) == []
    assert say("tonight.nowhere", "zh") in html


def test_nobody_asks_for_anothers_project_or_for_a_list_there_is_not(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("manager")
    for path in ("/tonight/late", "/tonight/emergency", "/tonight/refused", "/unanswered"):
        assert browser.get(f"{path}?project={evening.other_project}").status_code == 404, path
        assert evening.refs["elsewhere"] not in browser.get(path).text
    assert browser.get("/tonight/nothing").status_code == 404


def test_a_supervisor_has_four_short_lists_with_counts_and_ways_to_their_rows(
    app: Flask, logged_in: LogIn, evening: Evening
) -> None:
    scored = a_result(evening, score=1, comment="水还在漏")
    a_result(evening, score=1, at=EVENING.replace(month=10))
    ref = evening.refs["later"]
    with transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.ref == ref)).one()
        supervisor = session.get_one(Staff, evening.staff["supervisor"])
        actions.ask(session, ticket.id, supervisor, at=EVENING)
        actions.answer(session, ticket.id, supervisor, what=HopAnswer.NOT_OURS, reason="是工程部的事", at=EVENING)
    browser = logged_in("supervisor")
    html = browser.get("/tonight").text
    refused, late, low, silent = (short(html, kind) for kind in ("refused", "late", "low", "silent"))
    assert "是工程部的事" in refused
    assert refs_in(browser.get(address(refused)).text) == [ref]
    assert "水还在漏" in low
    rows = browser.get(address(low)).text
    assert scored in rows
    assert '<b class="num">1</b>' in low, "those of this month"
    assert len(refs_in(browser.get(address(late)).text)) == 3
    assert evening.refs["alarm"] in silent
    assert '<b class="num">2</b>' in silent


def test_a_list_with_nothing_in_it_says_so(logged_in: LogIn, evening: Evening) -> None:
    html = logged_in("supervisor").get("/tonight").text
    assert say("short.refused.none", "zh") in short(html, "refused")
    assert say("short.low.none", "zh") in short(html, "low")


def test_the_top_is_sent_again_when_something_changed_and_after_a_minute(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("manager")
    tag = browser.get("/tonight").headers["HX-PTag"]
    later(seconds=20)
    assert browser.get("/tonight", headers={"HX-PTag": tag}).status_code == 304
    with transaction() as session:
        lift = session.scalars(select(Ticket).where(Ticket.ref == evening.refs["lift"])).one()
        actions.acknowledge(session, lift.id, evening.staff["technician"], at=later(seconds=1), how="key")
    changed = browser.get("/tonight", headers={"HX-PTag": tag})
    assert (changed.status_code, number(changed.text, "late")) == (200, 2)
    later(minutes=1)
    assert browser.get("/tonight", headers={"HX-PTag": changed.headers["HX-PTag"]}).status_code == 200


def test_of_a_complaint_refused_twice_the_latest_stands_and_of_one_that_is_over_none(
    app: Flask, logged_in: LogIn, evening: Evening
) -> None:
    with transaction() as session:
        refused = session.scalars(select(Ticket).where(Ticket.ref == evening.refs["later"])).one()
        for minute, reason in enumerate(("是工程部的事", "是保洁的事")):
            at = EVENING + timedelta(minutes=minute)
            hop = ComplaintHop(
                ticket_id=refused.id, place=90 + minute, asked_at=at, due_at=at, answered_at=at,
                answer=HopAnswer.NOT_OURS, reason=reason,
            )  # fmt: skip
            session.add(hop)
    browser = logged_in("supervisor")
    html = short(browser.get("/tonight").text, "refused")
    assert "是保洁的事" in html
    assert "是工程部的事" not in html
    with transaction() as session:
        session.get_one(Ticket, refused.id).status = Status.CANCELLED
    assert say("short.refused.none", "zh") in short(browser.get("/tonight").text, "refused")


def test_danger_counts_whatever_its_kind_and_a_rehearsal_does_not(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        lift, soon = (
            session.scalars(select(Ticket).where(Ticket.ref == evening.refs[name])).one() for name in ("lift", "soon")
        )
        lift.is_drill, soon.level = True, Level.P0
    html = logged_in("manager").get("/tonight").text
    assert number(html, "emergency") == 2
    rows = refs_in(logged_in("manager").get("/tonight/emergency").text)
    assert set(rows) == {evening.refs["alarm"], evening.refs["soon"]}


def test_what_belongs_to_no_project_makes_none_of_them_less_calm(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        session.scalars(select(Ticket).where(Ticket.ref == evening.refs["alarm"])).one().project_id = None
        for turn in session.scalars(select(Shift).where(Shift.project_id == evening.other_project)):
            turn.ends_at = EVENING + timedelta(days=2)
    html = logged_in("director").get("/tonight").text
    assert 'id="tonight-p-0"' in html
    assert f'id="tonight-p-{evening.other_project}"' not in html
    assert say("tonight.calm.one", "zh") in html
