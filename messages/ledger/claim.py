"""Choose what is about to go, in a short transaction; `taking` then takes it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, or_, select, update
from sqlalchemy.orm import Session

from base.queue import Lane
from base.rows import table_of
from messages import costs, pacing
from messages.ledger import caps, ringing, taking, unwanted
from messages.ledger.due import MAY_GO, lane_is_due
from messages.ledger.paces import Paces, Terms
from messages.ledger.roads import give_probe_back, take_probe
from messages.ledger.spending import Purse
from messages.ledger.sweep import SWEEP_HOLDS
from messages.ledger.taking import Claimed
from messages.lifecycle import BatchState, MessageClass, MessageState, Way
from messages.models import IS_MOVING, Batch, Message
from telephony.regions import zones

_CALM_TEXT = pacing.URGENCY[MessageClass.SERVICE, Way.TEXT]


@dataclass(frozen=True, slots=True)
class Claim:
    """What was claimed; `wait_s` says when to come back for what the pace holds up (None: nothing is due)."""

    rows: list[Claimed]
    wait_s: float | None = None


def claim(session: Session, lane: Lane, *, at: datetime, room: int, under: Terms) -> Claim:
    """Claim at most `room` (and `CLAIM_ROWS`) messages of a lane that may go at `at`, the most urgent first.

    1. Which paces, of each sender and of calls, are used up now.
    2. The due rows in order, passing over those of a pace that is used up, locked against other claims; then the
       paces that they need. While a carrier is left alone, those that another takes, and one now and then to try it.
    3. What may no longer go is put away: past its validity, refused by its recipient. Where it is the recipient's
       night, what does not have to wake anybody is held until the morning; an announcement to somebody who has had
       enough texts today, until tomorrow; a call to a telephone that rings already, a little; where the day has cost
       enough, what can wait until the next.
    4. The rest is claimed under one new attempt each, and the pace moves on.
    """
    paces = Paces(session, under, lane, at)
    candidates = _hold_batches(session, _candidates(session, lane, at, min(room, pacing.CLAIM_ROWS), paces), at)
    if paces.roads.is_detour:
        for carrier in paces.roads.due_probes(at, under.patience.answer_s):
            tries = _hold_batches(session, _probe(session, lane, carrier, at, paces), at)
            known = {row.id for row in tries}
            candidates = [*(row for row in candidates if row.id not in known), *tries]
    paces.lock(candidates)
    purse = Purse(session, under, at)
    purse.lock(candidates)
    enough_today = caps.until_tomorrow(session, candidates, at, under)
    rung = ringing.until_free(session, candidates, at)
    chosen, useless, held = [], [], []
    for row in candidates:
        if _is_stale(row, at):
            useless.append(
                (row.id, MessageState.EXPIRED, row.reason if row.reason == costs.DAILY_CAP else "valid_until")
            )
        elif until_at := _quiet_until(row, at, under):
            why = row.reason if row.reason == costs.DAILY_CAP else "quiet_hours"  # what kept it until this night
            held.append({"held": row.id, "until": until_at, "why": why})
        elif row.id in enough_today:
            held.append({"held": row.id, "until": enough_today[row.id], "why": caps.ENOUGH_TODAY})
        elif row.id in rung:
            held.append({"held": row.id, "until": rung[row.id], "why": ringing.RINGS})
        elif until_at := purse.waits_until(row):
            held.append({"held": row.id, "until": until_at, "why": costs.DAILY_CAP})
        elif paces.spend(row):
            purse.spend(row)
            chosen.append(row)
    refused = unwanted.refused(session, chosen) | caps.too_many(session, chosen, at, under)
    useless += [(id, MessageState.SUPPRESSED, why) for id, why in refused.items()]
    _put_away(session, useless, at)
    if held:
        session.connection().execute(_HOLD, held)
    rows = taking.take(session, [row for row in chosen if row.id not in refused], at, under.patience, paces.roads)
    went = {row.id for row in rows}
    for carrier in {carrier for id, carrier in paces.roads.probe.items() if id not in went}:
        give_probe_back(session, carrier, at=at)
    paces.keep()
    purse.keep(rows)
    if rows or useless or held:
        return Claim(rows, 0.0)
    held_up = (paces.closed or paces.roads.is_detour) and lane_is_due(session, lane, at)
    return Claim(rows, paces.opens_in_s() if held_up else None)


def held_up(session: Session, lane: Lane, *, at: datetime, under: Terms) -> Claim | None:
    """What a claim of a lane would come to while all that is due waits for its pace: nothing, and when to come back.

    None: somebody may have to claim. This only reads, and may pass over a hundred thousand rows: on SQLite callers
    would wait for a claim that does so.
    """
    paces = Paces(session, under, lane, at)
    if not paces.closed or paces.roads.is_detour or _candidates(session, lane, at, 1, paces):
        return None
    return Claim([], paces.opens_in_s() if lane_is_due(session, lane, at) else None)


# the statements of the hot path are put together once
_DUE = (
    select(
        *(getattr(Message, name) for name in Claimed._fields if hasattr(Message, name) and name != "attempt_id"),
        Message.reason,
        Message.batch_id,
        Batch.valid_until_at.label("batch_until_at"),
    )
    .outerjoin(Batch, Batch.id == Message.batch_id)
    .where(
        Message.lane == bindparam("lane"),
        IS_MOVING,
        Message.state == MessageState.PLANNED,
        Message.due_at <= bindparam("at"),
        MAY_GO,
    )
    .order_by(Message.urgency, Message.due_at, Message.id)
    .limit(bindparam("room"))
    .with_for_update(skip_locked=True, of=Message)
)


_HOLD_BATCHES = (
    select(Batch.id)
    .where(
        Batch.id.in_(bindparam("batch_ids", expanding=True)),
        Batch.state == BatchState.APPROVED,
        or_(Batch.swept_at.is_(None), Batch.swept_at > bindparam("swept_since")),
    )
    .order_by(Batch.id)
    .with_for_update(read=True)
)


def rehearse(session: Session, *, at: datetime, under: Terms) -> None:
    """Say every statement of a claim about nothing: what is put together for it stays with the engine."""
    _candidates(session, Lane.NORMAL, at, 0, Paces(session, under, Lane.NORMAL, at))
    taking.rehearse(session, at=at)


def _candidates(session: Session, lane: Lane, at: datetime, room: int, paces: Paces) -> Sequence[Row[Any]]:
    due = _DUE
    if paces.roads.is_detour:
        due = due.where(paces.roads.passing_over(paces.closed))
    elif paces.closed:
        due = due.where(_passing_over(paces.closed))
    # rows, not objects: there may be very many
    rows: Sequence[Any] = session.connection().execute(due, {"lane": lane, "at": at, "room": room}).all()
    return rows


def _probe(session: Session, lane: Lane, carrier: str, at: datetime, paces: Paces) -> Sequence[Row[Any]]:
    """The one row that may try a carrier which is left alone, the least urgent and newest that may; or none."""
    waits = _DUE.where(paces.roads.could_probe(carrier), _passing_over(paces.closed))
    last = waits.order_by(None).order_by(Message.urgency.desc(), Message.due_at.desc(), Message.id.desc())
    rows: Sequence[Any] = session.connection().execute(last, {"lane": lane, "at": at, "room": 1}).all()
    if not rows or not take_probe(session, carrier, at=at, answer_s=paces.under.patience.answer_s):
        return []
    paces.roads.probe[rows[0].id] = carrier
    return rows


def _hold_batches(session: Session, rows: Sequence[Row[Any]], at: datetime) -> Sequence[Row[Any]]:
    """The rows whose batch may still go. Whoever stops one meanwhile waits for this claim, and then sees what left.

    A batch that is swept for what stands in the way waits for its next sweep, where the last was too long ago.
    """
    of_batches = {row.batch_id for row in rows} - {None}
    if not of_batches:
        return rows
    said = {"batch_ids": sorted(of_batches), "swept_since": at - SWEEP_HOLDS}
    held = {None, *session.connection().execute(_HOLD_BATCHES, said).scalars()}
    if held >= of_batches:
        return rows
    return [row for row in rows if row.batch_id in held]


def _passing_over(closed: Iterable[str]) -> Any:
    """Rows of closed paces wait, except pages: otherwise they would fill the claim and starve the open ones."""
    senders = [name for name in closed if name != pacing.CALLS]
    texts = and_(Message.way == Way.TEXT, Message.sender.not_in(senders))
    calls = Message.way == Way.CALL
    open_ones = texts if pacing.CALLS in closed else or_(texts, calls)
    return or_(Message.urgency <= pacing.LAST_PAGE_URGENCY, open_ones)


def _is_stale(row: Row[Any], at: datetime) -> bool:
    until_at, batch_until_at = row.valid_until_at, row.batch_until_at
    return (until_at is not None and until_at <= at) or (batch_until_at is not None and batch_until_at <= at)


def _quiet_until(row: Row[Any], at: datetime, under: Terms) -> datetime | None:
    """When the night of this recipient is over, if it is one and this can wait.

    A service text to one person answers something they just did, at whatever hour; one to many can wait. So can one of
    an emergency that ranks no higher: it is a drill's.
    """
    hours, is_to_many = row.message_class, row.batch_id is not None
    if is_to_many and row.way is Way.CALL and row.urgency == pacing.CALM_URGENCY:
        hours = pacing.LANDLINE
    elif is_to_many and row.way is Way.TEXT and hours is MessageClass.EMERGENCY and row.urgency >= _CALM_TEXT:
        hours = MessageClass.SERVICE
    elif hours not in pacing.QUIET or (hours is MessageClass.SERVICE and not is_to_many):
        return None
    return pacing.quiet_until(hours, at, zones(row.number) or (under.zone,))


_HOLD = (
    update(table_of(Message))
    .where(Message.id == bindparam("held"), Message.state == MessageState.PLANNED)
    .values(due_at=bindparam("until"), reason=bindparam("why"))
)


def _put_away(session: Session, useless: Sequence[tuple[int, MessageState, str]], at: datetime) -> None:
    for id, state, reason in useless:
        session.execute(
            update(Message)
            .where(Message.id == id, Message.state == MessageState.PLANNED)
            .values(state=state, reason=reason, final_at=at)
            .execution_options(synchronize_session=False)
        )
