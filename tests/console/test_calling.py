"""Calling the owner of a ticket, or a firm, from its page: who may, what is refused, what stands there afterwards."""

from datetime import datetime

import pytest
from sqlalchemy import select, update

from base import clock
from base.database import reading, transaction
from console.words import say
from hotline.models import ThroughCall
from hotline.through import ThroughState
from messages.models import Message
from tests import make
from tests.console.conftest import LogIn, later
from tests.console.evening import BARE, OWNER, Evening
from tickets.models import Ticket

OWN = "139****0001"
NIGHT = datetime.fromisoformat("2026-11-22T23:30:00+08:00")


def calls() -> list[ThroughCall]:
    with reading() as session:
        found = list(session.scalars(select(ThroughCall).order_by(ThroughCall.id)))
        session.expunge_all()
        return found


def test_a_technician_calls_the_owner_of_their_own_ticket(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("technician"), evening.refs["mine"]
    page = browser.get(f"/tickets/{ref}").text
    assert 'id="do-call_owner"' in page
    assert OWN in page.split('id="call_owner"')[1], "their own telephone rings first"
    for _ in range(2):
        assert browser.sends(f"/tickets/{ref}/call_owner").status_code == 303
    (call,) = calls()
    assert (call.number, call.staff_id, call.state) == (OWNER, evening.staff["technician"], ThroughState.ASKED)
    with reading() as session:
        (message,) = session.scalars(select(Message).where(Message.about == f"through:{call.id}"))
        assert (message.number, message.answer_path) == ("+8613900000001", f"/voice/through/{call.id}")
    shown = browser.get(f"/tickets/{ref}").text
    assert BARE not in shown
    assert say("talk.asked", "zh") in shown.split('id="talks"')[1]


def test_a_call_that_nobody_of_us_picked_up_is_said_to_be_so(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("technician"), evening.refs["mine"]
    browser.sends(f"/tickets/{ref}/call_owner")
    tag = browser.get(f"/tickets/{ref}/case").headers["HX-PTag"]
    later(minutes=3)
    answer = browser.get(f"/tickets/{ref}/case", headers={"HX-PTag": tag})
    assert answer.status_code == 200
    assert say("talk.missed", "zh") in answer.text


@pytest.mark.parametrize("number", ["+864008001235", "+12025550143"])
def test_neither_a_service_number_nor_a_stranger_abroad_is_rung(
    logged_in: LogIn, evening: Evening, number: str
) -> None:
    ref = evening.refs["mine"]
    with transaction() as session:
        session.execute(update(Ticket).where(Ticket.ref == ref).values(caller_number=number))
    assert logged_in("technician").sends(f"/tickets/{ref}/call_owner").status_code == 409
    assert calls() == []


@pytest.mark.parametrize(
    ("login", "ref", "status"),
    [("technician", "soon", 409), ("second", "mine", 404), ("agent", "mine", 303), ("abroad", "mine", 404),
     ("agent", "elsewhere", 404), ("agent", "soon", 409)],
)  # fmt: skip
def test_who_is_put_through_and_who_is_not(
    logged_in: LogIn, evening: Evening, login: str, ref: str, status: int
) -> None:
    """`soon` was reported by a withheld number, and nobody has it."""
    answer = logged_in(login).sends(f"/tickets/{evening.refs[ref]}/call_owner")
    assert answer.status_code == status
    assert len(calls()) == (status == 303)
    if status == 409:
        assert 'role="alert"' in answer.text


def test_at_night_what_can_wait_needs_a_reason_that_is_kept(logged_in: LogIn, evening: Evening) -> None:
    clock.stop_at(NIGHT)
    browser, ref = logged_in("supervisor"), evening.refs["later"]
    refused = browser.sends(f"/tickets/{ref}/call_owner")
    assert refused.status_code == 409
    assert "现在是夜间" in refused.text
    assert browser.sends(f"/tickets/{ref}/call_owner", text="她请我们今晚回话").status_code == 303
    assert calls()[0].reason == "她请我们今晚回话"


def test_of_what_is_over_and_of_a_drill_nobody_is_rung(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("supervisor")
    browser.sends(f"/tickets/{evening.refs['later']}/cancel", text="误报")
    with transaction() as session:
        session.scalars(select(Ticket).where(Ticket.ref == evening.refs["late"])).one().is_drill = True
    for name in ("later", "late"):
        assert 'id="do-call_owner"' not in browser.get(f"/tickets/{evening.refs[name]}").text
        assert browser.sends(f"/tickets/{evening.refs[name]}/call_owner", text="x").status_code == 409
    assert calls() == []


def test_only_a_firm_of_this_matter_is_rung(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        lift = make.a_vendor(session, trade="lift")
        water = make.a_vendor(session, trade="water")
        session.flush()
        ids = {"lift": lift.id, "water": water.id}
    browser, ref = logged_in("agent"), evening.refs["lift"]
    assert 'id="do-call_firm"' in browser.get(f"/tickets/{ref}").text
    for wrong in (str(ids["water"]), "", "x", "9" * 30):
        assert browser.sends(f"/tickets/{ref}/call_firm", to=wrong).status_code == 409
    assert browser.sends(f"/tickets/{ref}/call_firm", to=str(ids["lift"])).status_code == 303
    assert [call.whom for call in calls()] == ["firm"]
    talks = browser.get(f"/tickets/{ref}").text.split('id="talks"')[1].split("</section>")[0]
    assert say("talk.out", "zh", who="张敏", whom="申菱电梯维保") in talks


def test_too_many_calls_about_one_ticket_are_refused(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("agent"), evening.refs["mine"]
    for _ in range(10):
        assert browser.sends(f"/tickets/{ref}/call_owner", text="x").status_code == 303
        later(minutes=2)
    assert browser.sends(f"/tickets/{ref}/call_owner", text="x").status_code == 409
