"""Who is asleep where they are is not woken by many texts; who did something at night is answered."""

from datetime import datetime, timedelta

from base.database import transaction
from base.queue import Lane
from messages.lifecycle import BatchState, MessageState
from messages.models import Batch
from tests.messages.conftest import Ledger
from tests.messages.fake import a_text
from tests.messages.lanes import CARE, EMERGENCY, SERVICE, agrees, numbers_asked

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
            agrees(session, number)
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
