"""Batches: frozen when they are planned, approved under their hash, stopped by one row."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from base.database import transaction
from base.errors import Conflict, NotFound
from base.queue import Lane
from base.wiring import settings
from messages.ledger import batches
from messages.ledger import claim as claims
from messages.ledger.paces import terms
from messages.ledger.plan import Draft
from messages.lifecycle import BatchState, MessageClass, MessageState, Way
from messages.models import Batch, Message
from tests.messages.conftest import Ledger
from tests.messages.fake import AT

LANE = Lane.NORMAL


def draft(batch_id: int, place: int, **other: object) -> Draft:
    how = {"body": "3号楼停水", "urgency": 5, "due_at": AT, "valid_until_at": AT + timedelta(hours=4)} | other
    return Draft(
        once_key=f"batch/{batch_id}/{place}", about=f"batch:{batch_id}", lane=LANE, batch_id=batch_id,
        message_class=MessageClass.SERVICE, way=Way.TEXT, number=f"+86138001380{place:02d}", sender="+8640012345",
        **how,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.fixture
def batch_id(ledger: Ledger, no_limits: None) -> int:
    """Three texts, planned and not yet frozen."""
    with transaction() as session:
        batch = Batch(lane=LANE, message_class=MessageClass.SERVICE, planned_at=AT, title="停水")
        session.add(batch)
        session.flush()
        batches.plan_into(session, batch.id, [draft(batch.id, place) for place in range(3)], at=AT)
        return batch.id


@pytest.fixture
def commits(ledger: Ledger) -> Callable[[Callable[[Session], object]], object]:
    """Do something in a transaction of its own."""

    def do(act: Callable[[Session], object]) -> object:
        with transaction() as session:
            return act(session)

    return do


def frozen(batch_id: int) -> str:
    with transaction() as session:
        return batches.freeze(session, batch_id)


def test_it_goes_when_it_was_approved_as_it_was_looked_at(ledger: Ledger, batch_id: int, commits) -> None:
    seen = frozen(batch_id)
    ledger.work(LANE)
    assert ledger.carrier.listed == []
    commits(lambda s: batches.approve(s, batch_id, seen))
    ledger.work(LANE)
    assert len(ledger.carrier.listed) == 3


@pytest.mark.parametrize(
    "meddle",
    [{"body": "3号楼停电"}, {"number": "+8613900139000"}, {"segments": 9}, {"valid_until_at": AT + timedelta(days=9)}],
)
def test_what_changed_after_it_was_looked_at_is_not_approved(
    ledger: Ledger, batch_id: int, commits, meddle: dict[str, object]
) -> None:
    seen = frozen(batch_id)

    def change(s: Session) -> None:
        message = s.query(Message).filter_by(batch_id=batch_id).order_by(Message.id).first()
        assert message is not None
        for name, value in meddle.items():
            setattr(message, name, value)

    commits(change)
    with pytest.raises(Conflict, match="look again"):
        commits(lambda s: batches.approve(s, batch_id, seen))
    ledger.work(LANE)
    assert ledger.carrier.listed == []


@pytest.mark.parametrize("seen", ["", "0" * 64])
def test_an_approval_names_the_hash_and_nothing_unfrozen_is_approved(batch_id: int, commits, seen: str) -> None:
    with pytest.raises(Conflict):
        commits(lambda s: batches.approve(s, batch_id, seen))


def test_nothing_is_added_once_it_is_frozen(batch_id: int, commits) -> None:
    assert frozen(batch_id) == frozen(batch_id)
    with pytest.raises(Conflict, match="frozen"):
        commits(lambda s: batches.plan_into(s, batch_id, [draft(batch_id, 7)], at=AT))


def test_it_is_approved_once(batch_id: int, commits) -> None:
    seen = frozen(batch_id)
    commits(lambda s: batches.approve(s, batch_id, seen))
    with pytest.raises(Conflict, match="not draft"):
        commits(lambda s: batches.approve(s, batch_id, seen))


def test_stopped_half_way_the_rest_stays_until_it_may_go_on(ledger: Ledger, batch_id: int, commits) -> None:
    commits(lambda s: batches.approve(s, batch_id, batches.freeze(s, batch_id)))
    first = commits(lambda s: s.query(Message.id).filter_by(batch_id=batch_id).order_by(Message.id).first())
    commits(lambda s: s.query(Message).filter(Message.id != first[0]).update({"due_at": AT + timedelta(minutes=1)}))
    ledger.work(LANE)
    commits(lambda s: batches.stop(s, batch_id))
    ledger.waits(minutes=2)
    ledger.work(LANE)
    assert len(ledger.carrier.listed) == 1
    commits(lambda s: batches.resume(s, batch_id))
    ledger.work(LANE)
    assert len(ledger.carrier.listed) == 3


def test_whoever_stops_it_waits_for_the_claim_under_way_and_sees_what_it_took(
    ledger: Ledger, batch_id: int, commits
) -> None:
    commits(lambda s: batches.approve(s, batch_id, batches.freeze(s, batch_id)))

    def stop() -> list[MessageState]:
        commits(lambda s: batches.stop(s, batch_id))
        return commits(lambda s: [m.state for m in s.query(Message)])

    here = copy_context()  # which application it is
    with ThreadPoolExecutor(1) as somebody:
        with transaction() as session:
            claimed = claims.claim(session, LANE, at=AT, room=100, under=terms(settings()))
            stopped = somebody.submit(here.run, stop)
            with pytest.raises(TimeoutError):
                stopped.result(timeout=0.3)
        assert stopped.result(timeout=30) == [MessageState.CLAIMED] * len(claimed.rows)
    assert len(claimed.rows) == 3


def test_moves_that_make_no_sense_are_refused(batch_id: int, commits) -> None:
    for move in (batches.stop, batches.resume):
        with pytest.raises(Conflict):
            commits(lambda s, move=move: move(s, batch_id))
    with pytest.raises(NotFound):
        commits(lambda s: batches.freeze(s, 999))
    assert commits(lambda s: s.get_one(Batch, batch_id).state) is BatchState.DRAFT
    assert commits(lambda s: {m.state for m in s.query(Message)}) == {MessageState.PLANNED}
