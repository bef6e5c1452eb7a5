"""One row, one text: what is planned goes once, at its time, with its words; or it is said why not."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Connection, event

from base.database import Database, reading, transaction
from base.queue import Hints, Lane, connect
from directory.models import Consent
from messages import actions, jobs
from messages.ledger import plan
from messages.lifecycle import MessageState
from tests.messages.conftest import Ledger
from tests.messages.fake import AT, OWNER, a_call, a_text
from tests.messages.lanes import CARE, SERVICE, agrees, numbers_asked


def test_a_planned_text_goes_once(ledger: Ledger) -> None:
    message = ledger.plan(a_text)
    ledger.work()
    ledger.work()
    sent = ledger.now(message)
    assert [asked.number for asked in ledger.carrier.asked] == [OWNER]
    assert (sent.state, sent.attempts, sent.accepted_at) == (MessageState.ACCEPTED, 1, AT)
    assert sent.sid == ledger.carrier.listed[0].sid


def test_only_what_the_carrier_answered_is_written_without_waiting_for_the_disk(ledger: Ledger, app: Flask) -> None:
    """Forgotten by a crash it is asked for again; a claim that is forgotten would go twice."""
    database: Database = app.extensions["database"]
    if database.is_sqlite:
        return
    begun: list[list[str]] = []

    def begins(connection: Connection) -> None:
        begun.append([])
        connection.info["said"] = begun[-1]  # by connection: a claim may look again while answers are written

    event.listen(database.engine, "begin", begins)
    event.listen(
        database.engine, "before_cursor_execute",
        lambda connection, _cursor, said, _values, _context, _many: connection.info["said"].append(said),
    )  # fmt: skip
    ledger.plan(a_text)
    ledger.work()
    hasty = [said for said in begun if any("synchronous_commit" in one for one in said)]
    assert len(hasty) == 1
    assert any("UPDATE message" in one for one in hasty[0])
    assert not any("INSERT INTO attempt" in one for one in hasty[0]), "a claim waits"


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
        agrees(session, agreed)
        agrees(session, refused)
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


def test_a_telephone_nobody_needs_stops_ringing(ledger: Ledger) -> None:
    call = ledger.plan(a_call)
    ledger.work()
    jobs.stop_ringing(call.id)
    assert ledger.carrier.cancelled == [ledger.now(call).sid]


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
