"""Two greetings to one number, claimed at the same moment: one of them goes."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest

from base.database import transaction
from base.queue import Lane
from base.wiring import settings
from messages.ledger.claim import Claim, claim
from messages.ledger.paces import terms
from messages.lifecycle import MessageClass, MessageState
from tests.make import a_consent
from tests.messages.conftest import Ledger
from tests.messages.fake import AT, OWNER, a_text


def claim_one() -> Claim:
    with transaction() as session:
        return claim(session, Lane.BULK, at=AT, room=1, under=terms(settings()))


def test_a_second_claim_waits_for_the_one_under_way_and_sees_whom_it_greets(ledger: Ledger, no_limits: None) -> None:
    with transaction() as session:
        a_consent(session, OWNER, "care", AT, granted=True)
        first, second = (a_text(session, MessageClass.CARE, lane=Lane.BULK) for _ in range(2))
    here = copy_context()  # which application it is
    with ThreadPoolExecutor(1) as somebody:
        with transaction() as session:
            claimed = claim(session, Lane.BULK, at=AT, room=1, under=terms(settings()))
            another = somebody.submit(here.run, claim_one)
            with pytest.raises(TimeoutError):
                another.result(timeout=0.3)
        assert another.result(timeout=30).rows == []
    assert [row.id for row in claimed.rows] == [first.id]
    left = ledger.now(second)
    assert (left.state, left.reason) == (MessageState.SUPPRESSED, "one_a_day")
