"""What one claim takes from a lane: pages first, at the pace of each sender, and no row twice."""

import threading
import time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from base.database import database, reading, transaction
from base.queue import Lane
from base.wiring import settings
from messages import jobs, sending
from messages.ledger import claim as claims
from messages.ledger.claim import Claim, claim
from messages.ledger.paces import terms
from messages.lifecycle import MessageState
from messages.models import Message, Pace
from telephony.carrier import OutgoingCall, OutgoingText, SendOutcome
from tests.messages.conftest import Ledger
from tests.messages.fake import OWNER, a_call, a_text
from tests.messages.lanes import CARE, EMERGENCY, STAFF, agrees, claim_ids, numbers_asked


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
    claimed = claim_ids(ledger, Lane.URGENT, 100)
    assert claimed[:2] == [call.id, page.id]
    assert len(claimed) < 30  # two seconds of ten segments a second, and the pages


def test_a_page_borrows_when_the_pace_is_used_up(ledger: Ledger) -> None:
    with transaction() as session:
        for i in range(50):
            a_text(session, CARE, number=f"+86138010{i:05}", lane=Lane.BULK)
            agrees(session, f"+86138010{i:05}")
    assert len(claim_ids(ledger, Lane.BULK, 100)) == 20
    assert claim_ids(ledger, Lane.BULK, 100) == []
    page = ledger.plan(a_text, STAFF, number="+8613900000001")
    assert claim_ids(ledger, Lane.URGENT, 100) == [page.id]


def test_what_waits_for_its_pace_is_looked_at_without_the_leave_to_write(ledger: Ledger, app: Flask) -> None:
    with transaction() as session:
        for i in range(50):
            a_text(session, CARE, number=f"+86138010{i:05}", lane=Lane.BULK)
            agrees(session, f"+86138010{i:05}")
    assert len(claim_ids(ledger, Lane.BULK, 100)) == 20
    if database().is_sqlite:
        with transaction():  # a caller is being answered
            ledger.work(Lane.BULK)
    assert (held := _held_up(ledger)) is not None
    assert held.rows == []
    assert held.wait_s == 2.0
    page = ledger.plan(a_text, STAFF, number="+8613900000001", lane=Lane.BULK)
    assert _held_up(ledger) is None, "a page is claimed"
    assert claim_ids(ledger, Lane.BULK, 100) == [page.id]
    ledger.waits(seconds=3)
    assert _held_up(ledger) is None, "the pace is open"


def _held_up(ledger: Ledger) -> Claim | None:
    with reading() as session:
        return claims.held_up(session, Lane.BULK, at=ledger.at, under=terms(settings()))


def test_greetings_stand_back_while_an_emergency_is_due_on_the_same_sender(ledger: Ledger) -> None:
    with transaction() as session:
        a_text(session, CARE)
        agrees(session, OWNER)
    ledger.plan(a_text, EMERGENCY, number="+8613900000001")
    assert claim_ids(ledger, Lane.BULK, 100) == []
    assert len(claim_ids(ledger, Lane.URGENT, 100)) == 1
    ledger.waits(seconds=3)
    assert len(claim_ids(ledger, Lane.BULK, 100)) == 1


def test_a_sender_used_for_the_first_time_is_paced_for_two_claims_at_once(app: Flask, ledger: Ledger) -> None:
    with transaction() as session:
        for i in range(300):
            a_text(session, number=f"+86138010{i:05}")
    claimed: list[int] = []

    def claim_too() -> None:
        with app.app_context():
            claimed.extend(claim_ids(ledger, Lane.NORMAL, 100))

    other = threading.Thread(target=claim_too)
    with transaction() as session:
        first = claim(session, Lane.NORMAL, at=ledger.at, room=100, under=terms(settings())).rows
        other.start()
        other.join(0.3)  # it waits until the first has committed
    other.join()
    assert (len(first), claimed) == (20, [])


def test_never_more_is_claimed_than_a_kill_may_leave_unknown(
    ledger: Ledger, no_limits: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST_OPEN", 60)
    with transaction() as session:
        for i in range(200):
            a_text(session, number=f"+86138010{i:05}")
    open_then: list[int] = []

    def looks(asked: OutgoingText | OutgoingCall) -> SendOutcome:
        with reading() as session:
            claimed = select(func.count()).where(Message.state == MessageState.CLAIMED)
            open_then.append(session.scalar(claimed) or 0)
        return ledger.carrier.takes(asked)

    ledger.carrier.answers = [looks] * 200
    ledger.work(Lane.NORMAL)
    assert len(open_then) == len(set(numbers_asked(ledger))) == 200
    assert 50 < max(open_then) <= 60


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
    assert len(claim_ids(ledger, Lane.NORMAL, 100)) == 20
    ledger.waits(hours=1)
    assert len(claim_ids(ledger, Lane.NORMAL, 100)) == 20


def test_calls_share_the_pace_of_the_account(ledger: Ledger) -> None:
    with transaction() as session:
        for i in range(10):
            a_call(session, EMERGENCY, number=f"+86138010{i:05}")
        text = a_text(session, EMERGENCY)
    assert len(claim_ids(ledger, Lane.URGENT, 100)) == 3  # two calls, and the text is not held up by the others
    assert ledger.now(text).state is MessageState.CLAIMED


def test_long_texts_cost_their_segments(ledger: Ledger) -> None:
    with transaction() as session:
        for i in range(30):
            a_text(session, number=f"+86138010{i:05}", body="一" * 260)  # 4 segments
    assert len(claim_ids(ledger, Lane.NORMAL, 100)) == 5


def test_two_claims_never_take_the_same_row(ledger: Ledger, no_limits: None) -> None:
    with transaction() as session:
        for i in range(150):
            a_text(session, number=f"+86138010{i:05}")
    first, second, third = (claim_ids(ledger, Lane.NORMAL, 100) for _ in range(3))
    assert (len(first), len(second), third) == (100, 50, [])
    assert not set(first) & set(second)
