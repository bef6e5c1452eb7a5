"""The same webhook twice, raced, late, out of order, forged or absurd: one ticket, the same answer, never an error."""

import threading

import pytest
from sqlalchemy import event, select, update

from base.database import database, transaction
from base.wiring import settings as here
from hotline import webhooks
from hotline.actions import before
from hotline.models import Call, CallEvent, Recording
from messages import actions as messages
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from oncall import actions as oncall
from oncall.models import Page, PageKind
from tests.conftest import SigningCarrier
from tests.hotline.caller import HOTLINE
from tests.hotline.conftest import BY_DAY, FIRST, OWNER, STRANGER
from tests.make import a_home, a_project, an_owner
from tickets import actions as tickets
from tickets.lifecycle import Kind, Level, Status
from tickets.models import EventType, Ticket

SID = "CA" + "7" * 32
CALL = {"CallSid": SID, "From": OWNER, "To": HOTLINE, "CallStatus": "in-progress"}


@pytest.fixture
def at_once(app, settings):
    """Post the same webhook from several threads in one moment; all bodies."""

    def post(path: str, times: int = 4, **form: str) -> list[bytes]:
        start, bodies = threading.Barrier(times), []

        def one() -> None:
            start.wait()
            answer = SigningCarrier(app.test_client(), settings)(path, **form)
            bodies.append((answer.status_code, answer.get_data()))

        threads = [threading.Thread(target=one) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {status for status, _ in bodies} <= {200, 204}
        return [body for _, body in bodies]

    return post


def test_the_first_webhook_raced_is_one_call_and_one_answer(at_once, estate, only):
    assert len(set(at_once("/voice/incoming", **CALL))) == 1
    assert (only(Call).steps, only(CallEvent).step) == (1, 0)


def test_two_first_webhooks_that_both_find_no_call_are_one_call_and_one_answer(
    app, at_once, estate, only, monkeypatch, database_kind
):
    both, looks, seen = threading.Barrier(2), before.look, []

    def looks_too(turn):
        there = looks(turn)
        seen.append(there.is_known)
        if database_kind == "postgres" and len(seen) <= 2:
            both.wait(30)  # SQLite has one writer: there the second comes when the first has gone
        return there

    monkeypatch.setattr(before, "look", looks_too)
    assert len(set(at_once("/voice/incoming", times=2, **CALL))) == 1
    assert sorted(seen) == ([False, False, True] if database_kind == "postgres" else [False, True])
    assert (only(Call).steps, only(CallEvent).step) == (1, 0)


def test_zero_raced_is_one_ticket_one_ring_one_answer(at_once, dials, estate, only):
    call = dials(OWNER)
    bodies = at_once(call.verb.get("action"), **{**CALL, "CallSid": call.sid, "Digits": "0"})
    assert len(set(bodies)) == 1
    assert FIRST.encode() in bodies[0]
    assert only(Ticket)
    assert only(Page)


@pytest.fixture
def collides(app, monkeypatch):
    """`collides(twin)`: the next ticket is refused by the database as written already, and before that is tried again
    `twin` has come and gone. Answers what was refused.
    """
    refused = []

    def play(twin):
        def twice(_connection, cursor, statement, parameters, _context, _many):
            if "INSERT INTO ticket " in statement and not refused:
                refused.append(statement)
                cursor.execute(statement, parameters)  # its id and its number are there already

        def tries():
            if len(refused) == 1:
                refused.append("the twin")
                twin()
            return transaction()

        with app.app_context():
            event.listen(database().engine, "after_cursor_execute", twice)
        monkeypatch.setattr(webhooks, "transaction", tries)
        return refused

    return play


def test_who_loses_against_the_twin_gives_its_answer_and_leaves_nothing(dials, estate, only, collides):
    call = dials(OWNER)
    path = call.verb.get("action")
    won = []
    refused = collides(lambda: won.append(call.post(path, Digits="0").answer))
    lost = call.post(path, Digits="9").answer
    assert len(refused) == 2, "the two have collided"
    assert won == [lost], "the words of the one that won"
    assert only(Ticket).kind is Kind.EMERGENCY


def test_the_end_of_a_message_raced_is_one_text(at_once, dials, estate, only):
    call = dials(OWNER).presses("1", "4")
    form = {**CALL, "CallSid": call.sid, "RecordingSid": "RE" + "5" * 32, "RecordingDuration": "5"}
    assert len(set(at_once(call.verb.get("action"), **form))) == 1
    at_once(call.verb.get("recordingStatusCallback").partition("#")[0], **form, RecordingStatus="completed")
    assert only(Ticket)
    assert only(Message)
    assert only(Recording)


def test_a_hang_up_raced_is_one_missed_call(at_once, dials, estate, only):
    call = dials(OWNER)
    at_once("/voice/status", CallSid=call.sid, From=OWNER, To=HOTLINE, CallStatus="completed", Direction="inbound")
    assert only(Ticket)
    assert only(Message)


def test_every_webhook_delivered_twice_gets_the_same_answer(dials, estate, every):
    call = dials(OWNER)
    first = call.answer
    assert call.rings().answer == first
    for key in ("1", "4"):
        path = call.verb.get("action")
        answer = call.presses(key).answer
        assert call.post(path, Digits=key).answer == answer
        assert call.post(path, Digits="9").answer == answer, "other keys for an old step change nothing"
    assert len(every(Ticket)) == 1
    assert [e.step for e in every(CallEvent)] == [0, 1, 2]


def test_a_step_that_is_ahead_gets_the_last_answer(dials, estate, only):
    call = dials(OWNER)
    first = call.answer
    for step in (2, 9, 2**31, 2**40):
        assert call.post(f"/voice/call/{only(Call).id}/{step}", Digits="0").answer == first
    assert only(CallEvent).step == 0


def test_a_step_of_a_call_we_do_not_know_reaches_the_duty_phone(carrier_posts, estate, dials, every):
    for path in ("/voice/call/77/1", f"/voice/call/{2**31}/1", f"/voice/call/{2**70}/1"):
        answer = carrier_posts(path, **CALL, Digits="1")
        assert answer.status_code == 200
        assert here().duty_phone.encode() in answer.get_data()
    assert every(Call) == []
    other = dials(STRANGER)
    assert here().duty_phone.encode() in carrier_posts(other.verb.get("action"), **CALL, Digits="1").get_data()


@pytest.fixture
def overtaken(dials, estate):
    """`overtaken(*keys, late)`: the last key of a call comes when its end is known already."""

    def play(*keys: str, number: str = OWNER):
        *before, late = keys
        call = dials(number).presses(*before)
        path = call.verb.get("action")
        call.hangs_up()
        return call.post(path, Digits=late, CallStatus="in-progress")

    return play


@pytest.fixture
def texts(every):
    """Texts to the owner that go, or have gone."""
    return lambda: [m.body for m in every(Message) if m.number == OWNER and m.state != MessageState.CANCELLED]


def test_the_end_may_overtake_the_last_key(overtaken, only, every, texts):
    overtaken("0")
    ticket = only(Ticket)
    assert (ticket.kind, ticket.category, ticket.level) == (Kind.EMERGENCY, "emergency", Level.P0)
    assert (ticket.status, ticket.page_step, ticket.page_due_at) == (Status.OPEN, 0, BY_DAY)
    assert [e.type for e in ticket.events] == [EventType.OPENED, EventType.AMENDED]
    assert every(Page) == [], "nobody is on the line: nobody is rung for them, and no page waits for that ring"
    [text] = texts()
    assert text.startswith("【回音物业】紧急求助" + ticket.ref), "the promise of a call back has not left, and does not"
    assert only(Call).ticket_id == ticket.id


def test_the_last_key_and_the_end_raced_are_one_emergency(app, settings, dials, estate, every):
    for _ in range(3):
        call = dials(STRANGER)
        key, end = call.verb.get("action"), "/voice/status"
        start, form = threading.Barrier(2), {"CallSid": call.sid, "From": STRANGER, "To": HOTLINE}

        def one(path: str, more: dict[str, str], start=start, form=form) -> None:
            start.wait()
            assert SigningCarrier(app.test_client(), settings)(path, **form, **more).status_code in {200, 204}

        both = [
            threading.Thread(target=one, args=(key, {"Digits": "0"})),
            threading.Thread(target=one, args=(end, {"CallStatus": "completed", "Direction": "inbound"})),
        ]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
        *_, last = (t for t in every(Ticket) if t.status == Status.OPEN)
        assert (last.kind, last.page_due_at) == (Kind.EMERGENCY, BY_DAY)
    assert {t.kind for t in every(Ticket) if t.status == Status.OPEN} == {Kind.EMERGENCY}


def test_what_was_texted_before_the_late_key_is_followed_by_the_truth(dials, estate, only, every):
    call = dials(OWNER)
    call.hangs_up()
    with transaction() as session:
        session.execute(update(Message).values(state=MessageState.ACCEPTED, sid="SM1"))
    call.post(call.verb.get("action"), Digits="0")
    before, after = [m.body for m in every(Message)]
    assert only(Ticket).ref in before
    assert f"紧急求助{only(Ticket).ref}" in after


def test_the_late_key_twice_is_the_key_once(overtaken, only, texts):
    call = overtaken("0")
    path, answer = call.path, call.answer
    assert call.post(path, Digits="0").answer == answer
    call.hangs_up()
    assert [e.type for e in only(Ticket).events] == [EventType.OPENED, EventType.AMENDED]
    assert len(texts()) == 1


def test_the_quiet_ladder_of_a_missed_call_gives_way_to_that_of_the_emergency(dials, estate, only, every):
    call = dials(OWNER)
    call.hangs_up()
    ticket_id = only(Ticket).id
    with transaction() as session:
        oncall.climb(session, ticket_id, at=BY_DAY)
    assert only(Page).kind == PageKind.ROUTINE
    call.post(call.verb.get("action"), Digits="0")
    with transaction() as session:
        oncall.climb(session, ticket_id, at=BY_DAY)
    assert [p.kind for p in every(Page)] == [PageKind.ROUTINE, PageKind.LADDER, PageKind.LADDER]


def test_a_late_zero_is_part_of_the_emergency_that_is_open_already(dials, overtaken, every, texts):
    dials(OWNER).presses("0").hangs_up()
    pages = len(every(Page))
    overtaken("0")
    emergency, missed = every(Ticket)
    assert (emergency.status, missed.status) == (Status.OPEN, Status.MERGED)
    assert EventType.CALLED_AGAIN in [e.type for e in emergency.events]
    assert (missed.events[-1].type, missed.events[-1].text) == (EventType.MERGED, emergency.ref)
    assert missed.page_due_at is None
    assert len(every(Page)) == pages
    assert all(missed.ref not in text for text in texts())
    assert every(Call)[-1].ticket_id == emergency.id


def test_a_late_home_leads_to_the_ticket_that_is_open_about_it(dials, every):
    with transaction() as session:
        project = a_project(session)
        an_owner(session, [a_home(session, project, place) for place in ("3-2-1502", "5-1-301")], OWNER)
    dials(OWNER).presses("1", "4", "1").says().hangs_up()
    call = dials(OWNER).presses("1", "4")
    path = call.verb.get("action")
    call.hangs_up()
    call.post(path, Digits="1", CallStatus="in-progress")
    first, missed = every(Ticket)
    assert (first.status, missed.status) == (Status.OPEN, Status.MERGED)


def test_a_stranger_in_danger_is_texted_though_a_text_of_the_end_was_the_last_they_may_get(overtaken, every):
    with transaction() as session:
        for place in range(2):
            messages.plan_text(
                session, number=STRANGER, message_class=MessageClass.SERVICE, body="已受理", about="",
                once_key=f"before/{place}", at=BY_DAY,
            )  # fmt: skip
    overtaken("0", number=STRANGER)
    assert [m.state for m in every(Message)][-2:] == [MessageState.CANCELLED, MessageState.PLANNED]


def test_a_late_category_is_the_category_of_the_one_ticket(overtaken, only, texts):
    overtaken("1", "4")
    ticket = only(Ticket)
    assert (ticket.kind, ticket.category, ticket.level) == (Kind.REPAIR, "blockage", Level.P2)
    assert len(texts()) == 1


def test_a_late_category_of_a_stranger_waits_for_no_home(overtaken, only):
    overtaken("1", "4", number=STRANGER)
    ticket = only(Ticket)
    assert (ticket.kind, ticket.category, ticket.status) == (Kind.REPAIR, "blockage", Status.OPEN)
    assert ticket.events[-1].data["reason"] == "broken_off"


@pytest.mark.parametrize(("key", "kind", "category"), [
    ("1", Kind.REPAIR, ""), ("2", Kind.COMPLAINT, ""), ("3", Kind.ENQUIRY, "enquiry"), ("9", Kind.HELP, "person"),
    ("7", Kind.HELP, "missed_call"), ("", Kind.HELP, "missed_call"), ("5", Kind.HELP, "missed_call"),
])  # fmt: skip
def test_whatever_the_late_key_of_a_missed_call_says_there_is_one_ticket(overtaken, only, every, key, kind, category):
    overtaken(key)
    ticket = only(Ticket)
    assert (ticket.kind, ticket.category, ticket.status) == (kind, category, Status.OPEN)
    assert every(Page) == []


def test_late_keys_one_after_the_other_stay_with_the_one_ticket(overtaken, only, texts):
    overtaken("1").presses("1").presses("1")
    ticket = only(Ticket)
    assert (ticket.kind, ticket.category, ticket.level) == (Kind.REPAIR, "burst_pipe", Level.P1)
    assert len(texts()) == 1


def test_a_late_wish_to_stay_unnamed_is_kept(overtaken, only):
    overtaken("2", "1")
    ticket = only(Ticket)
    assert (ticket.caller_number, ticket.person_id, ticket.home_id, ticket.place) == (None, None, None, "")
    assert only(Call).from_number is None
    assert str(OWNER) not in str([e.data for e in ticket.events])


def test_a_late_emergency_wakes_people_though_somebody_has_the_missed_call(dials, estate, every):
    call = dials(OWNER)
    call.hangs_up()
    with transaction() as session:
        tickets.acknowledge(session, session.scalars(select(Ticket.id)).one(), estate["first"], at=BY_DAY, how="click")
    call.post(call.verb.get("action"), Digits="0")
    _, emergency = every(Ticket)
    assert (emergency.level, emergency.page_due_at) == (Level.P0, BY_DAY)


def test_nobody_is_rung_for_a_caller_who_has_gone(dials, estate, only):
    call = dials(OWNER).presses("0")
    call.hangs_up()
    call.nobody_answers()
    assert only(Page).staff_id == estate["first"]
    assert call.verb.tag == "Hangup"


def test_the_end_may_overtake_the_message(dials, estate, only):
    call = dials(OWNER).presses("1", "4")
    call.hangs_up()
    call.says().hears("已受理")
    assert only(Recording).ticket_id == only(Ticket).id
    assert only(Message)


@pytest.mark.parametrize(
    "keys", ["", "#", "ABCD", "12345678901234567890123456789", "一", "<Say>", "1 ", "\u0000", "**"]
)
def test_no_keys_are_too_strange(dials, estate, keys):
    call = dials(OWNER)
    assert call.post(call.verb.get("action"), Digits=keys).verb.tag in {"Gather", "Dial"}


def test_a_call_without_a_sid_reaches_the_duty_phone(carrier_posts, estate, every):
    for sid in ("", "x", "?" * 30, "C" * 500):
        answer = carrier_posts("/voice/incoming", CallSid=sid, From=OWNER, To=HOTLINE)
        assert answer.status_code == 200
        assert here().duty_phone.encode() in answer.get_data()
    assert every(Call) == []


@pytest.mark.parametrize(
    "path", ["/voice/incoming", "/voice/call/1/1", "/voice/status", "/voice/recorded/1/1", "/voice/fallback"]
)
def test_what_is_not_signed_is_refused_and_leaves_nothing(client, estate, every, settings, path):
    form = {**CALL, "AccountSid": settings.account_sid}
    for answer in (client.post(path, data=form), client.post(path, data=form, headers={"X-Twilio-Signature": "x"})):
        assert (answer.status_code, answer.get_data()) == (403, b"")
    assert every(Call) == []


def test_another_account_is_refused(client, estate, every, settings):
    posts = SigningCarrier(client, settings)
    assert posts("/voice/incoming", **{**CALL, "AccountSid": "AC" + "0" * 32}).status_code == 403
    assert every(Call) == []
