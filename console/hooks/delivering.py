"""Deliveries on their way: claimed for a while, sent outside any transaction, and what became of each written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from console.hooks.gathering import active
from console.hooks.models import DeliveryState, Hook, HookDelivery, HookTry
from console.hooks.retries import AGAIN_AFTER, next_try_at
from console.hooks.sending import Parcel, Reply
from console.hooks.signing import signed

log = structlog.get_logger(__name__)

AT_ONCE = 10
"""So many requests at a time to one system; one alone while it does not take them."""
LEASE = timedelta(seconds=60)
"""Whoever claimed a delivery and is not heard of again leaves it to the next: it may arrive twice, under one id."""
LONGEST_REST = AGAIN_AFTER[1]
"""How long a system that takes nothing is left alone at most, whatever waits for it."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours to send now."""

    id: int
    parcel: Parcel


def is_due(session: Session, *, at: datetime) -> bool:
    """Whether anything waits to be sent now."""
    first = (_due(hook, at).with_only_columns(HookDelivery.id).limit(1) for hook in _awake(session, at))
    return any(session.scalar(query) is not None for query in first)


def claim(session: Session, *, at: datetime) -> list[Claimed]:
    """What is due, a few of each system; nobody else takes these within a minute."""
    found = []
    for hook in _awake(session, at):
        most = 1 if hook.failures else AT_ONCE
        query = _due(hook, at).options(joinedload(HookDelivery.event, innerjoin=True))
        for one in session.scalars(query.limit(most).with_for_update(of=HookDelivery, skip_locked=True)):
            one.due_at = at + LEASE
            body = one.event.body.encode()
            headers = {
                **signed(hook.secret, one.event.key, body, at=at),
                "Content-Type": "application/json", "User-Agent": "huiyin",
            }  # fmt: skip
            found.append(Claimed(one.id, Parcel(hook.url, body, headers)))
    session.flush()
    return found


def settle(session: Session, sent: Sequence[tuple[Claimed, Reply]], *, at: datetime) -> None:
    """Write down what became of each, and when it is tried again, or that it is given up."""
    for claimed, reply in sent:
        one = session.get_one(HookDelivery, claimed.id, with_for_update=True, populate_existing=True)
        hook = session.get_one(Hook, one.hook_id, with_for_update=True)
        session.add(
            HookTry(
                delivery_id=one.id, at=at, took_ms=round(reply.took_s * 1000), status=reply.status, fault=reply.fault,
                answer=reply.answer,
            )
        )  # fmt: skip
        one.attempts += 1
        if reply.is_taken:
            one.state, hook.failures, hook.rests_until_at = DeliveryState.DELIVERED, 0, None
            continue
        hook.failures += 1
        hook.rests_until_at = at + min(AGAIN_AFTER[0] * hook.failures, LONGEST_REST)
        again_at = next_try_at(one.attempts, at=at)
        if again_at is None:
            one.state = DeliveryState.GIVEN_UP
            log.warning("webhook_given_up", hook=hook.id, delivery=one.id, status=reply.status, fault=reply.fault)
        else:
            one.due_at = again_at
    session.flush()


def _awake(session: Session, at: datetime) -> list[Hook]:
    return [hook for hook in active(session) if hook.rests_until_at is None or hook.rests_until_at <= at]


def _due(hook: Hook, at: datetime) -> Select[HookDelivery]:
    waits = (HookDelivery.hook_id == hook.id, HookDelivery.state == DeliveryState.WAITING, HookDelivery.due_at <= at)
    return select(HookDelivery).where(*waits).order_by(HookDelivery.id)
