"""How quickly pages and emergencies leave while five thousand of something else wait."""

from datetime import timedelta

from sqlalchemy import insert, inspect, select, update
from sqlalchemy.orm import Session

from base import clock
from base.database import transaction
from base.queue import Lane
from base.wiring import settings
from directory.models import Consent
from messages import pacing
from messages.ledger.claim import claim
from messages.ledger.paces import terms
from messages.lifecycle import BatchState, MessageClass, MessageState, Way
from messages.models import Batch, Message
from tests.messages.fake import a_call, a_text

Kind = tuple[str, str, str, int]
MANY = 5000
LOOK_S = 0.25
PAGES_COST_S = {Way.TEXT: LOOK_S, Way.CALL: 1 + LOOK_S}
"""What the pages that went before have taken of the pace, and until somebody looks."""


def kind_of(row: Message) -> Kind:
    return row.lane.value, row.message_class.value, row.way.value, row.urgency


def five_thousand_of(row: Message) -> set[int]:
    """So many more like it are due now, to numbers that want them."""
    names, at = inspect(Message).column_attrs.keys(), clock.now()
    like_it = {name: getattr(row, name) for name in names if name != "id"}
    like_it |= {"state": MessageState.PLANNED, "due_at": at, "attempts": 0, "sid": None, "attempt_id": None,
                "valid_until_at": at + timedelta(hours=1), "final_at": None, "accepted_at": None}  # fmt: skip
    key, numbers = f"many/{row.id}", [f"+86137{place:08}" for place in range(MANY)]
    with transaction() as session:
        session.execute(update(Batch).values(state=BatchState.APPROVED))
        rows = [like_it | {"number": number, "once_key": f"{key}/{number}"} for number in numbers]
        session.execute(insert(Message), rows)
        yes = {"granted": True, "said_at": at, "channel": "call", "message_class": row.message_class.value}
        session.execute(insert(Consent), [yes | {"number": number} for number in numbers[:300]])
        return set(session.scalars(select(Message.id).where(Message.once_key.like(f"{key}/%"))))


def passes(waiting: set[int], row: Message) -> None:
    """While as many of them go as may, a page goes with the next claim, an emergency when its sender's pace opens."""
    assert set(_claimed(row.lane)) & waiting, "they go"
    with transaction() as session:
        page = {_plan_call(session, MessageClass.STAFF), _plan_text(session, MessageClass.STAFF)}
        plans = _plan_call if row.way is Way.CALL else _plan_text
        danger = plans(session, MessageClass.EMERGENCY)
    if row.urgency > pacing.LAST_PAGE_URGENCY:
        assert page <= set(_claimed(Lane.URGENT)[:2]), "at the very next claim, before anything else"
    if row.urgency <= pacing.URGENCY[MessageClass.EMERGENCY, row.way]:
        return  # these go first themselves, and among their like the oldest
    opens_at = clock.now() + timedelta(seconds=pacing.CLAIM_S + PAGES_COST_S[row.way])
    while danger not in (went := _claimed(Lane.URGENT)):
        clock.stop_at(clock.now() + timedelta(seconds=LOOK_S))
        assert clock.now() <= opens_at, "longer than what its sender was given before takes"
        assert row.lane is Lane.URGENT or not set(_claimed(row.lane)) & waiting, "they stand back"
    assert went[0] == danger


def _plan_text(session: Session, message_class: MessageClass) -> int:
    return a_text(session, message_class, at=clock.now(), number="+8613900000077").id


def _plan_call(session: Session, message_class: MessageClass) -> int:
    return a_call(session, message_class, at=clock.now(), number="+8613900000077").id


def _claimed(lane: Lane) -> list[int]:
    with transaction() as session:
        return [one.id for one in claim(session, lane, at=clock.now(), room=100, under=terms(settings())).rows]
