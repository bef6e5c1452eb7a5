"""Who else has a ticket's page open right now. Kept in Redis for as long as their page asks, and nowhere else."""

from collections.abc import Collection
from datetime import datetime

from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.queue import hints
from directory.models import Staff

HERE_S = 12
"""Whoever has not asked for so long has left; an open page asks every two seconds."""


def others_here(ticket_id: int, staff_id: int, *, at: datetime) -> tuple[int, ...]:
    """The ids of everybody else whose page of this ticket asked lately, in order; `staff_id` is here too from now on.

    Costs one round trip. Nobody is here while Redis is away. Who may see the ticket was asked before.
    """
    key, moment = f"huiyin:here:{ticket_id}", at.timestamp()
    try:
        with hints().connection.pipeline(transaction=False) as one_trip:
            one_trip.zadd(key, {str(staff_id): moment})
            one_trip.expire(key, HERE_S)
            one_trip.zrangebyscore(key, moment - HERE_S, "+inf")
            here: list[bytes] = one_trip.execute()[-1]
    except RedisError:
        return ()
    return tuple(sorted({int(id) for id in here} - {staff_id}))


def names_of(session: Session, staff_ids: Collection[int]) -> list[str]:
    """Their names, in order of their ids. Asks nothing where there are none."""
    if not staff_ids:
        return []
    return list(session.scalars(select(Staff.name).where(Staff.id.in_(staff_ids)).order_by(Staff.id)))
