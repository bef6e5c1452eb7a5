"""What the carrier refuses, or says nothing about, is tried again or not, and teaches about the number."""

import asyncio

import pytest
from sqlalchemy import select

from base.database import reading, transaction
from base.queue import Lane
from base.wiring import settings
from directory.models import Consent, Number, Person
from messages import jobs
from messages.ledger.paces import terms
from messages.ledger.record import Ended, record
from messages.lifecycle import BatchState, MessageClass, MessageState, Outcome
from messages.models import Attempt, Batch
from messages.sending import NOT_BEGUN
from telephony.carrier import Rejected, SendOutcome, Unknown
from telephony.numbers import NumberKind
from tests.messages.conftest import Ledger
from tests.messages.fake import AT, OWNER, a_text
from tests.messages.lanes import CARE, EMERGENCY, SERVICE, agrees, claim_ids, claim_rows, numbers_asked


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
    assert claim_ids(ledger, Lane.NORMAL, 100) == []
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
        agrees(session, OWNER)
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
        agrees(session, OWNER)
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
    claimed = claim_rows(ledger, Lane.NORMAL)
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
