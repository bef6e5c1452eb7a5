"""One number, answer or row that nobody can make sense of stops nobody else's."""

import pytest

from messages import jobs
from messages.lifecycle import MessageClass, MessageState
from telephony.carrier import Rejected, Unknown
from tests.messages.conftest import Ledger
from tests.messages.fake import OWNER, a_text
from tests.messages.test_settling import work_and_settle

ODD = "+8613800138999"


def test_a_list_that_makes_no_sense_holds_up_nobody_else(ledger: Ledger) -> None:
    ledger.carrier.makes_no_sense_of.add(ODD)
    ledger.carrier.answers = [Unknown("TimeoutError"), ledger.carrier.takes_silently]
    odd, other = ledger.plan(a_text, number=ODD), ledger.plan(a_text)
    ledger.work()
    work_and_settle(ledger, for_s=40)
    assert (ledger.now(odd).state, ledger.now(odd).attempts) == (MessageState.UNKNOWN, 1)
    assert (ledger.now(other).state, ledger.now(other).attempts) == (MessageState.ACCEPTED, 1)


def test_a_page_whose_list_makes_no_sense_goes_in_doubt_after_a_minute(ledger: Ledger) -> None:
    """As where the list is away: somebody is stuck in a lift."""
    ledger.carrier.makes_no_sense_of.add(ODD)
    ledger.carrier.answers = [Unknown("TimeoutError")]
    page = ledger.plan(a_text, MessageClass.STAFF, number=ODD)
    ledger.work()
    work_and_settle(ledger, for_s=75)
    row = ledger.now(page)
    assert (row.state, row.attempts, row.is_doubtful) == (MessageState.ACCEPTED, 2, True)


def test_what_the_carrier_says_of_one_keeps_nobody_from_hearing_of_another(ledger: Ledger) -> None:
    odd, other = ledger.plan(a_text, MessageClass.EMERGENCY, number=ODD), ledger.plan(a_text, MessageClass.EMERGENCY)
    ledger.work()
    ledger.carrier.makes_no_sense_of.add(ODD)
    ledger.waits(seconds=61)
    jobs.ask_for_receipts()
    assert (ledger.now(odd).looks, ledger.now(other).looks) == (0, 1)


@pytest.mark.parametrize("is_permanent", [True, False])
def test_a_refusal_whose_code_is_a_sentence_is_written_down(ledger: Ledger, is_permanent: bool) -> None:
    """A gateway on the way may answer what it likes; the answers to others are written down with it."""
    ledger.carrier.answers = [Rejected("TooManyConcurrentRequestsForThisTenant", is_permanent, retry_after_s=1)]
    odd, other = ledger.plan(a_text, number=ODD), ledger.plan(a_text, number=OWNER)
    ledger.work()
    row = ledger.now(odd)
    assert row.state is (MessageState.FAILED if is_permanent else MessageState.PLANNED)
    assert row.error_code == "TooManyConcurrentReq"
    assert ledger.now(other).state is MessageState.ACCEPTED


@pytest.mark.usefixtures("no_limits")
def test_rows_that_nobody_can_get_end_in_the_midst_of_the_others(ledger: Ledger) -> None:
    codes = ("21211", "21617", "21604")
    ledger.carrier.answers = [Rejected(code, is_permanent=True) for code in codes]
    written = (("+86", "您好"), (ODD, "长" * 2000), ("not-a-number", ""), (OWNER, "您好"), (OWNER, "{places}"))
    rows = [ledger.plan(a_text, number=number, body=body) for number, body in written]
    ledger.work()
    ends = [(ledger.now(row).state, ledger.now(row).error_code) for row in rows]
    assert ends == [(MessageState.FAILED, code) for code in codes] + [(MessageState.ACCEPTED, "")] * 2
