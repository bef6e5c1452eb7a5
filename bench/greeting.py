"""A greeting to very many, planned and approved: what runs while something more urgent is measured."""

from datetime import datetime, timedelta

from sqlalchemy import update

from base.clock import now
from base.database import transaction
from base.queue import Lane
from base.wiring import settings
from bench import desk
from bench.estate import NumberOf
from messages.ledger.plan import MOST_ROWS, Draft, plan
from messages.lifecycle import BatchState, MessageClass, Way
from messages.models import Batch
from messages.pacing import quiet_until

WORDS = "【回音物业】尊敬的业主，新年第一天，回音物业祝您元旦快乐、诸事顺心！拒收请回复R"
NUMBER = "+864008005678"
AWAKE = {"Asia/Shanghai": 8613800000000, "Europe/London": 447400000000, "America/Los_Angeles": 14152000000}
"""The first number of a range, by where it is: a greeting goes by day, and it is day in one of these at any hour."""


def plan_greeting(count: int) -> NumberOf:
    """Let it go to so many who want it; the numbers of these, and of whoever else is needed, by their place."""
    at = now()
    first = _first_number(at)

    def number_of(place: int) -> str:
        return f"+{first + place}"

    with transaction() as session:
        desk.want_greetings(session, count, number_of, at)
        batch = Batch(title="节日问候", lane=Lane.BULK, message_class=MessageClass.CARE, planned_at=at)
        session.add(batch)
        session.flush()
        batch_id = batch.id
    for start in range(0, count, MOST_ROWS):
        with transaction() as session:
            places = range(start, min(start + MOST_ROWS, count))
            plan(session, [_greeting(batch_id, number_of(place), at) for place in places], at=at)
    with transaction() as session:
        session.execute(update(Batch).where(Batch.id == batch_id).values(state=BatchState.APPROVED))
    return number_of


def _first_number(at: datetime) -> int:
    while_it_runs = (at, at + timedelta(minutes=15))
    return next(
        first
        for zone, first in AWAKE.items()
        if not any(quiet_until(MessageClass.CARE, moment, (zone,)) for moment in while_it_runs)
    )


def _greeting(batch_id: int, number: str, at: datetime) -> Draft:
    return Draft(
        once_key=f"bench/{batch_id}/{number}", about=f"batch:{batch_id}", lane=Lane.BULK, batch_id=batch_id,
        message_class=MessageClass.CARE, urgency=8, way=Way.TEXT, number=number, sender=settings().sender("care"),
        due_at=at, valid_until_at=at + timedelta(hours=12), body=WORDS,
    )  # fmt: skip
