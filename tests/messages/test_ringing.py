"""A telephone that rings already, or is being spoken on, is not rung a second time by what can wait."""

import pytest

from base.queue import Lane
from messages.lifecycle import MessageClass, MessageState
from tests.messages.conftest import Ledger
from tests.messages.fake import a_call

pytestmark = pytest.mark.usefixtures("no_limits")


@pytest.fixture(autouse=True)
def in_the_afternoon(ledger: Ledger) -> None:
    """Nobody is asked anything at noon."""
    ledger.waits(hours=3)


def test_a_question_waits_while_we_speak_to_that_telephone_about_another(ledger: Ledger) -> None:
    first = ledger.plan(a_call, MessageClass.SURVEY)
    ledger.work()
    second = ledger.plan(a_call, MessageClass.SURVEY)
    ledger.waits(seconds=2)
    ledger.work()
    assert ledger.now(first).state is MessageState.ACCEPTED
    waits = ledger.now(second)
    assert (waits.state, waits.reason) == (MessageState.PLANNED, "rings_already")
    ledger.waits(minutes=2)
    ledger.work()
    assert ledger.now(second).state is MessageState.PLANNED
    ledger.change(first, state=MessageState.ANSWERED)
    ledger.waits(minutes=2)
    ledger.work()
    assert ledger.now(second).state is MessageState.ACCEPTED


def test_of_two_that_are_due_at_once_one_rings(ledger: Ledger) -> None:
    both = [ledger.plan(a_call, MessageClass.SURVEY) for _ in range(2)]
    ledger.work()
    assert [ledger.now(one).state for one in both] == [MessageState.ACCEPTED, MessageState.PLANNED]
    assert len(ledger.carrier.asked) == 1


def test_a_call_whose_end_we_were_never_told_of_holds_nothing_up_for_ever(ledger: Ledger) -> None:
    ledger.plan(a_call, MessageClass.SURVEY)
    ledger.work()
    ledger.waits(minutes=31)
    second = ledger.plan(a_call, MessageClass.SURVEY)
    ledger.work()
    assert ledger.now(second).state is MessageState.ACCEPTED


def test_nor_does_one_of_which_nobody_can_say_what_became_of_it(ledger: Ledger) -> None:
    ledger.carrier.answers = [ledger.carrier.takes_silently]
    ledger.carrier.lists_answer = False
    first = ledger.plan(a_call, MessageClass.SURVEY)
    ledger.work()
    assert ledger.now(first).state is MessageState.UNKNOWN
    second = ledger.plan(a_call, MessageClass.SURVEY)
    ledger.waits(seconds=2)
    ledger.work()
    assert ledger.now(second).reason == "rings_already"
    ledger.waits(minutes=31)
    ledger.work()
    assert ledger.now(second).state is MessageState.ACCEPTED


@pytest.mark.parametrize("message_class", [MessageClass.STAFF, MessageClass.EMERGENCY])
def test_danger_and_pages_wait_for_no_other_call(ledger: Ledger, message_class: MessageClass) -> None:
    ledger.plan(a_call, MessageClass.SURVEY)
    ledger.work()
    urgent = ledger.plan(a_call, message_class, lane=Lane.URGENT)
    ledger.waits(seconds=2)
    ledger.work()
    assert ledger.now(urgent).state is MessageState.ACCEPTED
