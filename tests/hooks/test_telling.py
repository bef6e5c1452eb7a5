"""Other systems are told what happens, once, signed, with numbers masked, and behind their walls."""

import socket
import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from base import clock
from base.database import reading, transaction
from base.queue import Lane, hints
from base.settings import Settings
from clockwork import tell_other_systems
from console.hooks import delivering, gathering, keeping, sending
from console.hooks.facts import TICKETS
from console.hooks.jobs import forget, tell
from console.hooks.models import DeliveryState, Hook, HookDelivery, HookEvent, HookTry
from console.hooks.retries import AGAIN_AFTER
from messages.lifecycle import MessageState
from oncall.jobs import climb_due
from tests.console.conftest import later
from tests.console.evening import OWNER, Evening, a_message
from tests.hooks.conftest import Receiver
from tickets import actions
from tickets.actions import incidents
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import IncidentKind
from tickets.models import EventType, Ticket, TicketEvent


def note(evening: Evening, name: str = "lift", text: str = "说明") -> str:
    with transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.ref == evening.refs[name])).one()
        actions.add_event(session, ticket.id, EventType.NOTED, at=clock.now(), text=text)
        return ticket.ref


def deliveries() -> list[HookDelivery]:
    with reading() as session:
        return list(session.scalars(select(HookDelivery).order_by(HookDelivery.id)))


def test_what_happens_to_a_ticket_is_told_once_signed_and_masked(receiver: Receiver, evening: Evening) -> None:
    _, secret = receiver.wants("ticket.*")
    assert receiver.hears() == []  # what was there before is nobody's news
    ref = note(evening, text=f"请回电 {OWNER}")
    assert receiver.hears() == ["ticket.noted"]
    (got,) = receiver.arrived
    assert got.path == "/in"
    assert got.is_signed_with(secret)
    assert got.headers["content-type"] == "application/json"
    assert abs(int(got.headers["webhook-timestamp"]) - clock.now().timestamp()) < 5
    data = got.told["data"]
    assert data["ticket"]["ref"] == ref
    assert data["ticket"]["caller_number"] == "+86138****6021"
    assert data["event"]["type"] == "noted"
    assert "+86138****6021" in data["event"]["text"]
    assert OWNER not in got.body.decode()
    assert receiver.hears() == []


def test_only_what_was_asked_for_is_told(receiver: Receiver, evening: Evening) -> None:
    receiver.wants("ticket.closed", "incident.*")
    note(evening)
    assert receiver.hears() == []


def test_a_project_is_told_of_its_own(receiver: Receiver, evening: Evening) -> None:
    receiver.wants(project_id=evening.other_project)
    note(evening, "lift")
    note(evening, "headquarters")
    assert receiver.hears() == []
    note(evening, "elsewhere")
    assert receiver.hears() == ["ticket.noted"]
    assert receiver.arrived[0].told["data"]["ticket"]["project"] == "滨江花园"


def test_the_steps_of_an_incident_are_told(receiver: Receiver, evening: Evening) -> None:
    receiver.wants("incident.*")
    receiver.wants("incident.*", project_id=evening.other_project)
    at = clock.now()
    with transaction() as session:
        draft = IncidentDraft(kind=IncidentKind.WATER, project_id=evening.home_project, cause="爆管")
        id = incidents.open_incident(session, draft, by_id=None, at=at).id
    with transaction() as session:
        incidents.delay(session, id, promised_end_at=at + timedelta(hours=3), at=at)
    with transaction() as session:
        incidents.restore(session, id, at=at)
    assert sorted(receiver.hears()) == ["incident.delayed", "incident.opened", "incident.restored"]
    told = receiver.arrived[0].told["data"]["incident"]
    assert (told["id"], told["kind"], told["cause"]) == (id, "water", "爆管")


def test_a_message_that_failed_is_told_once(receiver: Receiver, evening: Evening) -> None:
    receiver.wants("message.failed")
    later(seconds=1)
    assert receiver.hears() == []  # those of earlier tonight neither
    with transaction() as session:
        failed = {"state": MessageState.UNDELIVERED, "final_at": clock.now(), "error_code": "30003"}
        id = a_message(session, OWNER, clock.now(), **failed).id
        a_message(session, OWNER, clock.now(), state=MessageState.DELIVERED, final_at=clock.now())
    assert receiver.hears() == ["message.failed"]
    told = receiver.arrived[0].told["data"]["message"]
    assert (told["id"], told["error_code"], told["number"]) == (id, "30003", "+86138****6021")
    later(seconds=30)
    with transaction() as session:  # one that was committed long after the moment it names
        a_message(session, OWNER, clock.now(), state=MessageState.FAILED, final_at=clock.now() - timedelta(seconds=20))
    assert receiver.hears() == ["message.failed"]
    assert receiver.hears() == []


def test_who_is_the_first_to_want_failures_is_told_of_none_from_before(receiver: Receiver, evening: Evening) -> None:
    receiver.wants("ticket.*")
    later(minutes=30)
    with transaction() as session:
        failed = {"state": MessageState.UNDELIVERED, "final_at": clock.now(), "error_code": "30003"}
        a_message(session, OWNER, clock.now(), **failed)
    later(seconds=1)
    second, _ = receiver.wants("message.failed")
    assert receiver.hears() == []
    with transaction() as session:
        keeping.switch(session, second, is_on=False, at=clock.now())
        a_message(session, OWNER, clock.now(), state=MessageState.FAILED, final_at=clock.now())
    later(minutes=30)
    with transaction() as session:
        keeping.switch(session, second, is_on=True, at=clock.now())
    later(seconds=1)
    with transaction() as session:
        a_message(session, OWNER, clock.now(), state=MessageState.FAILED, final_at=clock.now())
    assert receiver.hears() == ["message.failed"]


def test_a_name_server_that_hangs_holds_nobody_for_longer_than_a_receiver_may_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = threading.Event()
    monkeypatch.setattr(sending, "ANSWER_S", 0.3)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: answers.wait(60) and [])
    try:
        [reply] = sending.send_all([sending.Parcel("https://app.example.com/in", b"{}", {})], frozenset())
        assert reply.fault == "slow"
        assert not answers.is_set()
    finally:
        answers.set()


def test_a_ticket_that_nobody_takes_is_told_a_rung_at_a_time(receiver: Receiver, evening: Evening) -> None:
    receiver.wants("oncall.unacknowledged")
    with transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.ref == evening.refs["late"])).one()
        ticket.page_step, ticket.page_due_at = 2, clock.now()
    climb_due()
    assert receiver.hears() == ["oncall.unacknowledged"]  # though the rung wakes two people
    told = receiver.arrived[0].told["data"]
    assert (told["ticket"]["ref"], told["rung"]) == (evening.refs["late"], 2)


def test_a_line_that_was_committed_late_is_not_lost(receiver: Receiver, evening: Evening) -> None:
    receiver.wants("ticket.noted")
    with transaction() as session:
        ticket_id = session.scalars(select(Ticket.id).where(Ticket.ref == evening.refs["lift"])).one()
        newest = gathering.newest_line(session, TicketEvent)

    def a_line(id: int, text: str) -> None:
        with transaction() as session:
            session.add(
                TicketEvent(id=id, ticket_id=ticket_id, at=clock.now(), type=EventType.NOTED, text=text, data={})
            )

    a_line(newest + 3, "began later, ended first")
    assert receiver.hears() == ["ticket.noted"]
    a_line(newest + 2, "began first, ended later")
    assert receiver.hears() == ["ticket.noted"]
    assert receiver.arrived[-1].told["data"]["event"]["text"] == "began first, ended later"
    assert receiver.hears() == []


def test_of_two_who_look_at_once_one_writes_it_down(receiver: Receiver, evening: Evening) -> None:
    receiver.wants("ticket.*")
    note(evening)
    with reading() as session:
        looks = [gathering.look(session, TICKETS, at=clock.now()) for _ in range(2)]
    for found in looks:
        assert found is not None
        with transaction() as session:
            gathering.keep(session, TICKETS, found, at=clock.now())
    assert len(deliveries()) == 1


def test_what_is_not_taken_is_tried_again_by_the_table_and_given_up(receiver: Receiver, evening: Evening) -> None:
    id, secret = receiver.wants("ticket.*")
    receiver.status, receiver.answer = 503, b"later, call 13800138000"
    note(evening)
    assert receiver.hears() == ["ticket.noted"]
    assert receiver.hears() == []  # not before its time
    for wait in AGAIN_AFTER:
        later(seconds=wait.total_seconds() - 1)
        assert receiver.hears() == []
        later(seconds=1)
        assert receiver.hears() == ["ticket.noted"]
    (one,) = deliveries()
    assert (one.state, one.attempts) == (DeliveryState.GIVEN_UP, len(AGAIN_AFTER) + 1)
    with reading() as session:
        tries = session.scalars(select(HookTry)).all()
    assert {(each.status, each.answer) for each in tries} == {(503, "later, call 138****8000")}
    later(days=3)
    assert receiver.hears() == []
    receiver.status = 200
    with transaction() as session:
        assert keeping.replay_given_up(session, id, at=clock.now()) == 1
    assert receiver.hears() == ["ticket.noted"]
    assert deliveries()[0].state is DeliveryState.DELIVERED
    assert len({got.id for got in receiver.arrived}) == 1  # the receiver can tell that it is the same
    assert receiver.arrived[-1].is_signed_with(secret)
    assert len({got.headers["webhook-timestamp"] for got in receiver.arrived}) > 1


def test_a_system_that_is_away_is_tried_with_one_at_a_time_and_then_told_all(
    receiver: Receiver, evening: Evening
) -> None:
    receiver.wants("ticket.*")
    receiver.status = 500
    note(evening, "lift")
    receiver.hears()
    for name in ("late", "soon", "mine"):
        note(evening, name)
    assert receiver.hears() == []
    later(seconds=5)
    assert len(receiver.hears()) == 1
    receiver.status = 200
    later(seconds=60)
    assert len(receiver.hears()) == 4
    assert {one.state for one in deliveries()} == {DeliveryState.DELIVERED}


def test_one_that_is_away_keeps_no_other_waiting(receiver: Receiver, evening: Evening, app: Flask) -> None:
    with transaction() as session:
        keeping.subscribe(
            session, name="away", url="https://localhost:1/in", events=["ticket.*"], project_id=None, by_id=None,
            allowed=frozenset({"https://localhost:1"}), at=clock.now(),
        )  # fmt: skip
    receiver.wants("ticket.*")
    note(evening)
    assert receiver.hears() == ["ticket.noted"]
    assert sorted(one.state for one in deliveries()) == ["delivered", "waiting"]


def the_fault() -> str:
    with reading() as session:
        return session.scalars(select(HookTry).order_by(HookTry.id.desc())).first().fault  # type: ignore[union-attr]


def test_a_name_that_leads_into_the_house_is_not_followed(
    receiver: Receiver, evening: Evening, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = []
    real = socket.getaddrinfo

    def leads_here(host: str, port: int, *more: Any, **named: Any) -> Any:
        if host != "erp.example.com":
            return real(host, port, *more, **named)
        looked_up.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", leads_here)
    id, _ = receiver.wants("ticket.*")
    with transaction() as session:
        session.get_one(Hook, id).url = f"https://erp.example.com:{receiver.port}/in"
    note(evening)
    tell()
    assert the_fault() == "private"
    assert looked_up == ["erp.example.com"]  # once: nobody can answer otherwise the second time
    ours = {"webhook_allow": f"https://erp.example.com:{receiver.port}"}
    app.extensions["settings"] = Settings(**(app.extensions["settings"].model_dump() | ours), _env_file=None)
    later(minutes=1)
    tell()
    assert the_fault() in {"broken", "untrusted", "unreachable"}  # it got as far as the receiver, who speaks no TLS
    with transaction() as session:
        session.get_one(Hook, id).url = f"https://localhost:{receiver.port}/in"
    later(minutes=5)
    tell()
    assert the_fault() == "refused"
    assert receiver.arrived == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_where_an_answer_points_nobody_goes(receiver: Receiver, evening: Evening, status: int) -> None:
    receiver.wants("ticket.*")
    receiver.status = status
    note(evening)
    receiver.hears()
    assert [got.path for got in receiver.arrived] == ["/in"]
    assert deliveries()[0].state is DeliveryState.WAITING


def test_a_long_answer_is_cut_short(receiver: Receiver, evening: Evening) -> None:
    receiver.wants("ticket.*")
    receiver.answer = b"x" * 50_000_000
    note(evening)
    receiver.hears()
    with reading() as session:
        kept = session.scalars(select(HookTry)).one()
    assert (kept.status, kept.answer) == (200, "x" * sending.KEPT_ANSWER)
    assert receiver.was_left.wait(5), "nobody reads the rest of it"


def test_an_answer_full_of_numbers_is_masked_before_it_is_cut(receiver: Receiver, evening: Evening) -> None:
    receiver.wants("ticket.*")
    receiver.answer = b"4001234567 " * 90 + b"!"
    note(evening)
    receiver.hears()
    with reading() as session:
        kept = session.scalars(select(HookTry)).one()
    assert len(kept.answer) == sending.KEPT_ANSWER
    assert "4001234567" not in kept.answer


@pytest.mark.parametrize("source", ["of_tickets", "of_messages"])
def test_what_cannot_be_put_into_words_keeps_nothing_else_from_being_told(
    receiver: Receiver, evening: Evening, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    receiver.wants("ticket.*", "message.failed")
    receiver.hears()
    words = getattr(gathering, source)

    def no_words(session: Session, hooks: Any, found: Any, **more: Any) -> Any:
        if any(getattr(one, "text", "") == "无言" or getattr(one, "error_code", "") == "0" for one in found):
            raise KeyError("no word for it")
        return words(session, hooks, found, **more)

    monkeypatch.setattr(gathering, source, no_words)
    later(seconds=1)
    for text, code in (("一", "30003"), ("无言", "0"), ("二", "30005")):
        note(evening, text=text)
        with transaction() as session:
            failed = {"state": MessageState.UNDELIVERED, "final_at": clock.now(), "error_code": code}
            a_message(session, OWNER, clock.now(), **failed)
    heard = sorted(receiver.hears() + receiver.hears())
    lacks = {"of_tickets": "ticket.noted", "of_messages": "message.failed"}[source]
    assert [heard.count(name) for name in ("message.failed", "ticket.noted")] == [
        2 if name == lacks else 3 for name in ("message.failed", "ticket.noted")
    ]
    with reading() as session:
        assert not gathering.has_news(session, at=clock.now())


def test_nobody_waits_long_for_an_answer(receiver: Receiver, evening: Evening, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sending.ANSWER_S == 5
    monkeypatch.setattr(sending, "ANSWER_S", 0.5)
    receiver.waits = threading.Event()
    receiver.wants("ticket.*")
    note(evening)
    receiver.hears()
    assert the_fault() == "slow"


def test_whoever_says_that_they_have_it_and_then_falls_silent_has_it(
    receiver: Receiver, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ANSWER_S", 0.5)
    receiver.waits, receiver.is_quick_to_nod = threading.Event(), True
    receiver.wants("ticket.*")
    note(evening)
    receiver.hears()
    assert deliveries()[0].state is DeliveryState.DELIVERED


def test_what_a_job_claimed_that_died_is_sent_by_the_next(receiver: Receiver, evening: Evening) -> None:
    receiver.wants("ticket.*")
    note(evening)
    with reading() as session:
        found = gathering.look(session, TICKETS, at=clock.now())
    assert found is not None
    with transaction() as session:
        gathering.keep(session, TICKETS, found, at=clock.now())
    with transaction() as session:
        assert len(delivering.claim(session, at=clock.now())) == 1
    assert receiver.hears() == []
    later(seconds=61)
    assert receiver.hears() == ["ticket.noted"]


def test_one_that_is_switched_off_is_told_nothing_of_meanwhile(receiver: Receiver, evening: Evening) -> None:
    id, _ = receiver.wants("ticket.*")
    with transaction() as session:
        keeping.switch(session, id, is_on=False, at=clock.now())
    note(evening)
    assert receiver.hears() == []
    with transaction() as session:
        keeping.switch(session, id, is_on=True, at=clock.now())
    assert receiver.hears() == []
    note(evening, "late")
    assert receiver.hears() == ["ticket.noted"]


def test_what_was_told_a_month_ago_is_forgotten(receiver: Receiver, evening: Evening) -> None:
    receiver.wants("ticket.*", "message.failed")
    note(evening)
    with transaction() as session:
        a_message(session, OWNER, clock.now(), state=MessageState.FAILED, final_at=later(seconds=1))
    assert len(receiver.hears()) == 2
    later(days=31)
    forget()
    with reading() as session:
        assert [session.scalars(select(kind)).all() for kind in (HookEvent, HookDelivery, HookTry)] == [[], [], []]
    assert receiver.hears() == []


def hinted() -> int:
    return sum(id.startswith("console_hooks_jobs_tell-") for id in hints().queue(Lane.NORMAL).get_job_ids())


def test_the_clock_hints_only_when_there_is_something(receiver: Receiver, evening: Evening) -> None:
    tell_other_systems()
    receiver.wants("ticket.*")
    tell_other_systems()
    assert hinted() == 0
    note(evening)
    tell_other_systems()
    assert hinted() == 1


def test_a_command_subscribes_lists_and_switches_off(
    receiver: Receiver, evening: Evening, runner: FlaskCliRunner
) -> None:
    made = runner.invoke(args=["webhook", "add", "ERP", f"{receiver.origin}/in", "--events", "ticket.noted"])
    assert made.exit_code == 0, made.output
    secret = made.stdout.splitlines()[-1]
    note(evening)
    assert receiver.hears() == ["ticket.noted"]
    assert receiver.arrived[0].is_signed_with(secret)
    listed = runner.invoke(args=["webhook", "list"]).output
    assert "ticket.noted" in listed
    assert secret not in listed
    assert runner.invoke(args=["webhook", "switch", listed.split()[0], "off"]).exit_code == 0
    note(evening)
    assert receiver.hears() == []
    for wrong in (["ERP", "http://erp.example.com/"], ["ERP", f"{receiver.origin}/", "--events", "nonsense"]):
        refused = runner.invoke(args=["webhook", "add", *wrong])
        assert (refused.exit_code, len(refused.stderr.strip().splitlines())) == (1, 1), refused.output
    assert runner.invoke(args=["webhook", "switch", "77", "off"]).exit_code == 1
