"""How much one number gets: one greeting a day and eight a year, two questions to many a year, five services a day."""

from datetime import datetime, timedelta

import pytest

from base import clock
from base.database import transaction
from base.queue import Lane
from directory.classes import RULES
from messages.ledger import batches
from messages.lifecycle import BatchState, MessageClass, MessageState
from messages.models import Batch, Message
from tests.make import a_consent
from tests.messages.conftest import Ledger
from tests.messages.fake import AT, OWNER, a_text

JANUARY = datetime.fromisoformat("2026-01-05T10:00:00+08:00")
pytestmark = pytest.mark.usefixtures("no_limits")


@pytest.fixture(autouse=True)
def wants_them(ledger: Ledger) -> None:
    with transaction() as session:
        a_consent(session, OWNER, "care", AT, granted=True)


def to_many(ledger: Ledger, message_class: MessageClass, lane: Lane) -> Message:
    """One message of an approved batch."""
    with transaction() as session:
        batch = Batch(
            state=BatchState.APPROVED, lane=lane, message_class=message_class, planned_at=ledger.at, hash="0" * 64
        )
        session.add(batch)
        session.flush()
        message = a_text(session, message_class, at=ledger.at, lane=lane, valid_until_at=ledger.at + timedelta(days=2))
        message.batch_id = batch.id
    return message


def greets(ledger: Ledger) -> Message:
    message = ledger.plan(a_text, MessageClass.CARE, lane=Lane.BULK)
    ledger.work(Lane.BULK)
    return ledger.now(message)


def test_eight_greetings_a_year_and_the_next_year_begins_anew(ledger: Ledger) -> None:
    ledger.at = JANUARY
    clock.stop_at(JANUARY)
    most = RULES["care"].most_a_year
    assert most == 8
    for month in range(most):
        ledger.at = JANUARY + timedelta(days=30 * month)
        clock.stop_at(ledger.at)
        assert greets(ledger).state is MessageState.ACCEPTED
    ledger.waits(days=30)
    ninth = greets(ledger)
    assert (ninth.state, ninth.reason) == (MessageState.SUPPRESSED, "enough_this_year")
    ledger.at = datetime.fromisoformat("2026-12-31T23:30:00+00:00")  # 07:30 of the new year in Shanghai: too early
    ledger.waits(hours=2)
    assert greets(ledger).state is MessageState.ACCEPTED, "it is 2027 where they are"


def test_two_questions_to_many_a_year_and_any_number_about_one_s_own_tickets(ledger: Ledger) -> None:
    ledger.at = JANUARY
    for _ in range(2):
        ledger.waits(days=60)
        asked = to_many(ledger, MessageClass.SURVEY, Lane.BULK)
        ledger.work(Lane.BULK)
        assert ledger.now(asked).state is MessageState.ACCEPTED
    ledger.waits(days=60)
    third = to_many(ledger, MessageClass.SURVEY, Lane.BULK)
    own = ledger.plan(a_text, MessageClass.SURVEY, lane=Lane.BULK)
    ledger.work(Lane.BULK)
    assert (ledger.now(third).state, ledger.now(third).reason) == (MessageState.SUPPRESSED, "enough_this_year")
    assert ledger.now(own).state is MessageState.ACCEPTED


def test_after_five_services_a_day_an_announcement_waits_for_the_morning_and_an_answer_does_not(
    ledger: Ledger,
) -> None:
    for _ in range(5):
        ledger.plan(a_text, MessageClass.SERVICE)
    ledger.work(Lane.NORMAL)
    announced = to_many(ledger, MessageClass.SERVICE, Lane.NORMAL)
    answer = ledger.plan(a_text, MessageClass.SERVICE)
    danger = ledger.plan(a_text, MessageClass.EMERGENCY, lane=Lane.URGENT)
    ledger.work()
    assert {ledger.now(one).state for one in (answer, danger)} == {MessageState.ACCEPTED}
    waits = ledger.now(announced)
    assert (waits.state, waits.reason) == (MessageState.PLANNED, "enough_today")
    assert waits.due_at == datetime.fromisoformat("2026-11-23T00:00:00+08:00")
    ledger.waits(hours=13)  # one in the morning: still their night
    ledger.work(Lane.NORMAL)
    assert ledger.now(announced).reason == "quiet_hours"
    ledger.waits(hours=8)
    ledger.work(Lane.NORMAL)
    assert ledger.now(announced).state is MessageState.ACCEPTED


def test_an_announcement_that_is_over_by_tomorrow_does_not_go_at_all(ledger: Ledger) -> None:
    for _ in range(5):
        ledger.plan(a_text, MessageClass.SERVICE)
    ledger.work(Lane.NORMAL)
    announced = to_many(ledger, MessageClass.SERVICE, Lane.NORMAL)
    ledger.change(announced, valid_until_at=AT + timedelta(hours=6))
    ledger.work(Lane.NORMAL)
    ledger.waits(hours=21)
    ledger.work(Lane.NORMAL)
    assert (ledger.now(announced).state, ledger.now(announced).reason) == (MessageState.EXPIRED, "valid_until")


def test_five_announcements_of_one_claim_are_counted_too(ledger: Ledger) -> None:
    announced = [to_many(ledger, MessageClass.SERVICE, Lane.NORMAL) for _ in range(6)]
    ledger.work(Lane.NORMAL)
    states = [ledger.now(one).state for one in announced]
    assert states == [MessageState.ACCEPTED] * 5 + [MessageState.PLANNED]


def test_a_stopped_batch_counts_nothing(ledger: Ledger) -> None:
    ledger.waits(hours=3)  # out of the nap
    first = to_many(ledger, MessageClass.SURVEY, Lane.BULK)
    with transaction() as session:
        batches.stop(session, first.batch_id or 0)
    for _ in range(2):
        asked = to_many(ledger, MessageClass.SURVEY, Lane.BULK)
        ledger.work(Lane.BULK)
        assert ledger.now(asked).state is MessageState.ACCEPTED
