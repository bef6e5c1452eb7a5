"""One row, one text: the ledger on both databases, the carrier in memory."""

import asyncio
import threading
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from base.database import database, reading, transaction
from base.queue import Hints, Lane, connect
from base.wiring import settings
from directory.models import Consent, Number, Person
from messages import actions, jobs
from messages.ledger import claim as claims
from messages.ledger import plan
from messages.ledger.claim import Claim, Claimed, claim
from messages.ledger.paces import terms
from messages.ledger.record import Ended, record
from messages.lifecycle import BatchState, MessageClass, MessageState, Outcome
from messages.models import Attempt, Batch, Message, Pace
from messages.sending import MOST_OPEN, NOT_BEGUN
from telephony.carrier import OutgoingCall, OutgoingText, Rejected, SendOutcome, Unknown
from telephony.numbers import NumberKind
from tests.messages.conftest import Ledger
from tests.messages.fake import AT, OWNER, a_call, a_text

STAFF, EMERGENCY, SERVICE, CARE = (
    MessageClass.STAFF, MessageClass.EMERGENCY, MessageClass.SERVICE, MessageClass.CARE,
)  # fmt: skip


def numbers_asked(ledger: Ledger) -> list[str]:
    return [asked.number for asked in ledger.carrier.asked]


def test_a_planned_text_goes_once(ledger: Ledger) -> None:
    message = ledger.plan(a_text)
    ledger.work()
    ledger.work()
    sent = ledger.now(message)
    assert [asked.number for asked in ledger.carrier.asked] == [OWNER]
    assert (sent.state, sent.attempts, sent.accepted_at) == (MessageState.ACCEPTED, 1, AT)
    assert sent.sid == ledger.carrier.listed[0].sid


def test_message_and_attempt_travel_in_the_address_for_receipts(ledger: Ledger) -> None:
    text, call = ledger.plan(a_text), ledger.plan(a_call)
    ledger.work()
    paths = {asked.receipt_path for asked in ledger.carrier.asked}
    assert paths == {
        f"/sms/status?m={text.id}&a={ledger.now(text).attempt_id}",
        f"/voice/placed?m={call.id}&a={ledger.now(call).attempt_id}",
    }


def test_the_same_once_key_plans_nothing(ledger: Ledger) -> None:
    ledger.plan(a_text, once_key="ticket/1/opened/x")
    with transaction() as session:
        again = actions.plan_text(
            session, number=OWNER, message_class=SERVICE, body="别的", once_key="ticket/1/opened/x", about="", at=AT
        )
    assert again is None
    ledger.work()
    assert len(ledger.carrier.asked) == 1


def test_mainland_texts_carry_the_signature_and_count_it(ledger: Ledger) -> None:
    message = ledger.plan(a_text, body="一" * 65)
    assert (message.body, message.segments) == ("【回音物业】" + "一" * 65, 2)
    abroad = ledger.plan(a_text, number="+447911123456", body="Hello", language="en")
    assert (abroad.body, abroad.segments) == ("Huiyin Property: Hello", 1)


def test_inside_a_claim_pages_go_first(ledger: Ledger, no_limits: None) -> None:
    planned = [
        ledger.plan(a_text, EMERGENCY, number="+8613800000003"),
        ledger.plan(a_call, EMERGENCY, number="+8613800000002"),
        ledger.plan(a_text, STAFF, number="+8613800000001"),
        ledger.plan(a_call, STAFF, number="+8613800000000"),
    ]
    ledger.work(Lane.URGENT)
    assert numbers_asked(ledger) == [message.number for message in reversed(planned)]


def test_a_page_does_not_wait_behind_a_storm_warning(ledger: Ledger) -> None:
    with transaction() as session:
        for i in range(300):
            a_text(session, EMERGENCY, number=f"+86138010{i:05}")
        page = a_text(session, STAFF, number="+8613900000001")
        call = a_call(session, STAFF, number="+8613900000001")
    claimed = _claim(ledger, Lane.URGENT, 100)
    assert claimed[:2] == [call.id, page.id]
    assert len(claimed) < 30  # two seconds of ten segments a second, and the pages


def test_a_page_borrows_when_the_pace_is_used_up(ledger: Ledger) -> None:
    with transaction() as session:
        for i in range(50):
            a_text(session, CARE, number=f"+86138010{i:05}", lane=Lane.BULK)
            _agrees(session, f"+86138010{i:05}")
    assert len(_claim(ledger, Lane.BULK, 100)) == 20
    assert _claim(ledger, Lane.BULK, 100) == []
    page = ledger.plan(a_text, STAFF, number="+8613900000001")
    assert _claim(ledger, Lane.URGENT, 100) == [page.id]


def test_greetings_stand_back_while_an_emergency_is_due_on_the_same_sender(ledger: Ledger) -> None:
    with transaction() as session:
        a_text(session, CARE)
        _agrees(session, OWNER)
    ledger.plan(a_text, EMERGENCY, number="+8613900000001")
    assert _claim(ledger, Lane.BULK, 100) == []
    assert len(_claim(ledger, Lane.URGENT, 100)) == 1
    ledger.waits(seconds=3)
    assert len(_claim(ledger, Lane.BULK, 100)) == 1


def test_a_sender_used_for_the_first_time_is_paced_for_two_claims_at_once(app: Flask, ledger: Ledger) -> None:
    with transaction() as session:
        for i in range(300):
            a_text(session, number=f"+86138010{i:05}")
    claimed: list[int] = []

    def claim_too() -> None:
        with app.app_context():
            claimed.extend(_claim(ledger, Lane.NORMAL, 100))

    other = threading.Thread(target=claim_too)
    with transaction() as session:
        first = claim(session, Lane.NORMAL, at=ledger.at, room=100, under=terms(settings())).rows
        other.start()
        other.join(0.3)  # it waits until the first has committed
    other.join()
    assert (len(first), claimed) == (20, [])


def test_never_more_is_claimed_than_a_kill_may_leave_unknown(ledger: Ledger, no_limits: None) -> None:
    with transaction() as session:
        for i in range(400):
            a_text(session, number=f"+86138010{i:05}")
    open_then: list[int] = []

    def looks(asked: OutgoingText | OutgoingCall) -> SendOutcome:
        with reading() as session:
            claimed = select(func.count()).where(Message.state == MessageState.CLAIMED)
            open_then.append(session.scalar(claimed) or 0)
        return ledger.carrier.takes(asked)

    ledger.carrier.answers = [looks] * 400
    ledger.work(Lane.NORMAL)
    assert len(open_then) == len(set(numbers_asked(ledger))) == 400
    assert max(open_then) <= MOST_OPEN


def test_what_one_claimer_took_goes_also_when_the_other_fails(
    ledger: Ledger, no_limits: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database().is_sqlite:
        pytest.skip("a file has one claimer")
    message = ledger.plan(a_text)
    both, failed = threading.Barrier(2), threading.Event()

    def first_fails(*given: Any, **more: Any) -> Claim:
        if not failed.is_set():
            if both.wait(timeout=5) == 0:
                failed.set()
                raise RuntimeError("the first")
            time.sleep(0.2)  # until the lane knows
        return claim(*given, **more)

    monkeypatch.setattr(claims, "claim", first_fails)
    with pytest.raises(RuntimeError, match="the first"):
        ledger.work(Lane.NORMAL)
    assert ledger.now(message).state is MessageState.ACCEPTED


def test_a_rehearsal_changes_nothing(ledger: Ledger) -> None:
    message = ledger.plan(a_text)
    jobs.rehearse()
    assert ledger.now(message).state is MessageState.PLANNED
    with reading() as session:
        assert session.scalars(select(Pace)).all() == []


def test_idle_time_is_not_saved_up(ledger: Ledger) -> None:
    with transaction() as session:
        for i in range(100):
            a_text(session, number=f"+86138010{i:05}")
    assert len(_claim(ledger, Lane.NORMAL, 100)) == 20
    ledger.waits(hours=1)
    assert len(_claim(ledger, Lane.NORMAL, 100)) == 20


def test_calls_share_the_pace_of_the_account(ledger: Ledger) -> None:
    with transaction() as session:
        for i in range(10):
            a_call(session, EMERGENCY, number=f"+86138010{i:05}")
        text = a_text(session, EMERGENCY)
    assert len(_claim(ledger, Lane.URGENT, 100)) == 3  # two calls, and the text is not held up by the others
    assert ledger.now(text).state is MessageState.CLAIMED


def test_long_texts_cost_their_segments(ledger: Ledger) -> None:
    with transaction() as session:
        for i in range(30):
            a_text(session, number=f"+86138010{i:05}", body="一" * 260)  # 4 segments
    assert len(_claim(ledger, Lane.NORMAL, 100)) == 5


def test_two_claims_never_take_the_same_row(ledger: Ledger, no_limits: None) -> None:
    with transaction() as session:
        for i in range(150):
            a_text(session, number=f"+86138010{i:05}")
    first, second, third = (_claim(ledger, Lane.NORMAL, 100) for _ in range(3))
    assert (len(first), len(second), third) == (100, 50, [])
    assert not set(first) & set(second)


def test_what_is_past_its_validity_is_never_sent(ledger: Ledger) -> None:
    message = ledger.plan(a_text, valid_until_at=AT + timedelta(minutes=5))
    ledger.waits(minutes=6)
    ledger.work()
    expired = ledger.now(message)
    assert (expired.state, expired.reason, ledger.carrier.asked) == (MessageState.EXPIRED, "valid_until", [])


def test_the_carrier_is_told_the_validity(ledger: Ledger) -> None:
    ledger.plan(a_text, valid_until_at=AT + timedelta(minutes=5))
    ledger.work()
    assert ledger.carrier.asked[0].valid_s == 300  # type: ignore[union-attr]


def test_nothing_goes_before_its_time(ledger: Ledger) -> None:
    ledger.plan(a_text, due_at=AT + timedelta(minutes=5))
    ledger.work()
    assert ledger.carrier.asked == []
    ledger.waits(minutes=5)
    ledger.work()
    assert len(ledger.carrier.asked) == 1


def test_greetings_need_a_yes_at_the_moment_they_go(ledger: Ledger) -> None:
    agreed, never_said, refused = "+8613800000001", "+8613800000002", "+8613800000003"
    with transaction() as session:
        rows = {number: a_text(session, CARE, number=number) for number in (agreed, never_said, refused)}
        _agrees(session, agreed)
        _agrees(session, refused)
        session.add(Consent(number=refused, message_class="care", granted=False, said_at=AT, channel="text"))
    ledger.work()
    assert numbers_asked(ledger) == [agreed]
    assert [(ledger.now(rows[n]).state, ledger.now(rows[n]).reason) for n in (never_said, refused)] == [
        (MessageState.SUPPRESSED, "no_consent"), (MessageState.SUPPRESSED, "opted_out"),
    ]  # fmt: skip


def test_taken_back_before_it_left(ledger: Ledger) -> None:
    gone, planned = ledger.plan(a_text), ledger.plan(a_text, due_at=AT + timedelta(hours=1))
    ledger.work()
    with transaction() as session:
        assert actions.cancel(session, about="ticket:1", at=AT) == 1
    assert ledger.now(gone).state is MessageState.ACCEPTED
    assert ledger.now(planned).state is MessageState.CANCELLED


def test_what_the_line_breaks_on_is_unknown_and_the_rest_goes_on(ledger: Ledger, no_limits: None) -> None:
    def breaks(_asked: object) -> SendOutcome:
        raise RuntimeError("nobody thought of this")

    async def work() -> None:
        await asyncio.wait_for(jobs._work(Lane.NORMAL), 5)

    broken, other = ledger.plan(a_text), ledger.plan(a_text)
    ledger.carrier.answers = [breaks]
    asyncio.run(work())
    assert (ledger.now(broken).state, ledger.now(broken).reason) == (MessageState.UNKNOWN, "RuntimeError")
    assert ledger.now(other).state is MessageState.ACCEPTED


def test_a_telephone_nobody_needs_stops_ringing(ledger: Ledger) -> None:
    call = ledger.plan(a_call)
    ledger.work()
    jobs.stop_ringing(call.id)
    assert ledger.carrier.cancelled == [ledger.now(call).sid]


def test_a_refusal_for_good_is_final_and_says_why(ledger: Ledger) -> None:
    ledger.carrier.answers = [Rejected("30007", is_permanent=True)]
    message = ledger.plan(a_text)
    ledger.work()
    ledger.waits(hours=1)
    ledger.work()
    failed = ledger.now(message)
    assert (failed.state, failed.error_code, len(ledger.carrier.asked)) == (MessageState.FAILED, "30007", 1)


def test_a_refusal_for_now_is_tried_again_with_patience_and_then_fails(ledger: Ledger) -> None:
    ledger.carrier.answers = [Rejected("30008", is_permanent=False)] * 9
    message = ledger.plan(a_text)
    for _ in range(30):
        ledger.work()
        ledger.waits(minutes=5)
    failed = ledger.now(message)
    assert (failed.state, failed.attempts, len(ledger.carrier.asked)) == (MessageState.FAILED, 5, 5)


def test_too_many_requests_costs_no_attempt_and_slows_the_sender(ledger: Ledger) -> None:
    ledger.carrier.answers = [Rejected("20429", is_permanent=False, retry_after_s=30, counts=False)]
    first = ledger.plan(a_text, number="+8613800000001")
    ledger.work()
    second = ledger.plan(a_text, number="+8613800000002")
    ledger.waits(seconds=29)
    assert _claim(ledger, Lane.NORMAL, 100) == []
    ledger.waits(seconds=2)
    ledger.work()
    assert [ledger.now(m).attempts for m in (first, second)] == [1, 1]
    assert {ledger.now(m).state for m in (first, second)} == {MessageState.ACCEPTED}


@pytest.mark.parametrize(
    ("message_class", "of_many", "goes"),
    [(CARE, False, False), (SERVICE, True, False), (SERVICE, False, True), (EMERGENCY, True, True)],
)
def test_a_number_that_went_dead_after_planning_gets_only_what_must_be_tried(
    ledger: Ledger, message_class: MessageClass, of_many: bool, goes: bool
) -> None:
    with transaction() as session:
        session.add(Person(name="李梅", numbers=[Number(number=OWNER, needs_check=True)]))
        _agrees(session, OWNER)
        message = a_text(session, message_class)
        if of_many:
            batch = Batch(
                lane=message.lane, message_class=message_class, planned_at=AT, title="停水", state=BatchState.APPROVED
            )
            session.add(batch)
            session.flush()
            message.batch_id = batch.id
    ledger.work()
    assert numbers_asked(ledger) == ([OWNER] if goes else [])
    if not goes:
        now = ledger.now(message)
        assert (now.state, now.reason) == (MessageState.SUPPRESSED, "number_needs_check")


@pytest.mark.parametrize(
    ("code", "failures", "needs_check", "kind"),
    [
        ("21211", 1, True, NumberKind.MOBILE),
        ("30005", 1, False, NumberKind.MOBILE),
        ("21614", 0, False, NumberKind.LANDLINE),
        ("30007", 0, False, NumberKind.MOBILE),
    ],
)
def test_a_refusal_teaches_about_the_number(
    ledger: Ledger, code: str, failures: int, needs_check: bool, kind: NumberKind
) -> None:
    with transaction() as session:
        session.add(Person(name="李梅", numbers=[Number(number=OWNER)]))
    ledger.carrier.answers = [Rejected(code, is_permanent=True)]
    ledger.plan(a_text)
    ledger.work()
    with reading() as session:
        number = session.scalars(select(Number)).one()
    assert (number.hard_failures, number.needs_check, number.kind) == (failures, needs_check, kind)


def test_an_opt_out_the_carrier_knows_is_written_down(ledger: Ledger) -> None:
    with transaction() as session:
        a_text(session, CARE)
        _agrees(session, OWNER)
    ledger.carrier.answers = [Rejected("21610", is_permanent=True)]
    ledger.work()
    ledger.waits(minutes=1)
    ledger.plan(a_text, CARE)
    ledger.work()
    assert len(ledger.carrier.asked) == 1
    with reading() as session:
        newest = session.scalars(select(Consent).order_by(Consent.id.desc())).first()
    assert newest is not None
    assert (newest.granted, newest.channel) == (False, "carrier")


def test_what_could_not_begin_in_time_is_given_back_unsent(ledger: Ledger) -> None:
    message = ledger.plan(a_text)
    claimed = _rows(ledger, Lane.NORMAL)
    record([Ended(claimed[0], NOT_BEGUN, AT)], at=AT, under=terms(settings()))
    back = ledger.now(message)
    assert (back.state, back.attempts) == (MessageState.PLANNED, 0)
    ledger.waits(seconds=1)
    ledger.work()
    assert ledger.now(message).state is MessageState.ACCEPTED


def test_every_request_leaves_an_attempt(ledger: Ledger) -> None:
    ledger.carrier.answers = [Rejected("30008", is_permanent=False), Unknown("TimeoutError")]
    message = ledger.plan(a_text)
    ledger.work()
    ledger.waits(minutes=1)
    ledger.work()
    with reading() as session:
        found = session.scalars(
            select(Attempt).where(Attempt.message_id == message.id).order_by(Attempt.began_at)
        ).all()
    assert [attempt.outcome for attempt in found] == [Outcome.RETRY, Outcome.UNKNOWN]
    assert all(attempt.ended_at for attempt in found)


def test_planning_refuses_more_than_a_thousand_rows_at_once(ledger: Ledger) -> None:
    with transaction() as session:
        one = plan.Draft(
            once_key="x", about="", lane=Lane.BULK, message_class=CARE, urgency=8, way=a_text(session).way,
            number=OWNER, sender="", due_at=AT, valid_until_at=None,
        )  # fmt: skip
        with pytest.raises(ValueError, match="1001"):
            plan.plan(session, [one] * 1001, at=AT)


@pytest.mark.parametrize(
    ("number", "planned", "may"),
    [
        ("+8613800138000", 0, True),
        ("+8613800138000", 2, True),
        ("+8613800138000", 3, False),
        ("+862112345678", 0, False),  # a landline
        ("+85261234567", 0, True),
        ("+12025550123", 0, False),  # a country we do not text strangers in
        ("+8656696", 0, False),  # withheld
        ("nonsense", 0, False),
    ],
)
def test_texts_to_strangers_are_few_and_near(ledger: Ledger, number: str, planned: int, may: bool) -> None:
    for _ in range(planned):
        ledger.plan(a_text, number=number)
    with reading() as session:
        assert actions.may_text_stranger(session, number, at=AT + timedelta(hours=1)) is may
        assert actions.may_text_stranger(session, number, at=AT + timedelta(hours=25)) is (may or planned == 3)


def test_without_redis_the_lane_works_the_same(ledger: Ledger, app: Flask) -> None:
    app.extensions["hints"] = Hints(connect("redis://127.0.0.1:1"))
    message = ledger.plan(a_text)
    ledger.work()
    assert ledger.now(message).state is MessageState.ACCEPTED


def _claim(ledger: Ledger, lane: Lane, room: int) -> list[int]:
    return [row.id for row in _rows(ledger, lane, room)]


def _rows(ledger: Ledger, lane: Lane, room: int = 100) -> list[Claimed]:
    with transaction() as session:
        return claim(session, lane, at=ledger.at, room=room, under=terms(settings())).rows


def _agrees(session: Session, number: str) -> None:
    said = Consent(number=number, message_class="care", granted=True, said_at=AT - timedelta(days=1), channel="call")
    session.add(said)


NIGHT = datetime.fromisoformat("2026-11-22T22:30+08:00")
CANADA = "+16045550100"


def test_a_greeting_waits_for_the_morning_of_whoever_gets_it(ledger: Ledger) -> None:
    here, here_too_late, abroad = "+8613800000001", "+8613800000002", CANADA
    ledger.waits(seconds=(NIGHT - ledger.at).total_seconds())
    with transaction() as session:
        rows = {
            number: a_text(session, CARE, at=NIGHT, number=number, valid_until_at=NIGHT + timedelta(hours=hours))
            for number, hours in ((here, 20), (here_too_late, 8), (abroad, 20))
        }
        for number in rows:
            _agrees(session, number)
    ledger.work()
    assert numbers_asked(ledger) == [], "half past ten here, half past six there"
    held = ledger.now(rows[here])
    assert (held.state, held.reason) == (MessageState.PLANNED, "quiet_hours")
    ledger.waits(hours=2, minutes=31)
    ledger.work()
    assert numbers_asked(ledger) == [abroad], "a minute past nine in Vancouver"
    ledger.waits(hours=8)
    ledger.work()
    assert numbers_asked(ledger) == [abroad, here], "a minute past nine here"
    late = ledger.now(rows[here_too_late])
    assert (late.state, late.reason) == (MessageState.EXPIRED, "valid_until")


def test_who_did_something_at_night_is_answered_at_night_and_many_are_not_woken(
    ledger: Ledger, no_limits: None
) -> None:
    ledger.waits(seconds=(NIGHT - ledger.at).total_seconds())
    with transaction() as session:
        batch = Batch(lane=Lane.NORMAL, message_class=SERVICE, planned_at=NIGHT, state=BatchState.APPROVED)
        session.add(batch)
        session.flush()
        a_text(session, at=NIGHT, number="+8613800000001")
        a_text(session, at=NIGHT, number="+8613800000002").batch_id = batch.id
        a_text(session, EMERGENCY, at=NIGHT, number="+8613800000003").batch_id = batch.id
    ledger.work()
    assert sorted(numbers_asked(ledger)) == ["+8613800000001", "+8613800000003"]
