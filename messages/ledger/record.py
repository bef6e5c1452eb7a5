"""Write down what the carrier answered: conditional on the attempt, and never against a receipt that came first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import Table, bindparam, case, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from base.accounts import SECOND
from base.database import transaction
from messages import pacing
from messages.ledger import facts, roads, spending
from messages.ledger.paces import Terms, move_pace
from messages.ledger.taking import Claimed
from messages.ledger.together import ATTEMPT_ID, MESSAGE_ID, NOTHING, SID, state_in
from messages.lifecycle import REFUSED, WAITING, MessageState, Outcome
from messages.models import Attempt, Message
from telephony import breaker
from telephony.carrier import Accepted, Rejected, SendOutcome

log = structlog.get_logger(__name__)

LONGEST_CODE = 20
"""Letters of a refusal's code that are kept: what stands between us and the carrier may answer a sentence."""

_messages, _attempts = cast(Table, Message.__table__), cast(Table, Attempt.__table__)

_ACCEPTED = (
    update(_messages)
    .where(
        _messages.c.id == MESSAGE_ID,
        _messages.c.attempt_id == ATTEMPT_ID,
        state_in(WAITING),
        func.coalesce(_messages.c.sid, NOTHING) == "",  # a receipt that came first brought the sid
    )
    .values(
        state=MessageState.ACCEPTED,
        sid=SID,
        accepted_at=bindparam("at"),
        due_at=bindparam("ask_at"),
        lease_until_at=None,
        looks=0,
        reason="",
    )
    .returning(_messages.c.attempt_id)
)
_ANSWERED = (
    update(_attempts)
    .where(_attempts.c.id == ATTEMPT_ID)
    .values(
        outcome=case((_attempts.c.outcome == Outcome.UNDELIVERED, _attempts.c.outcome), else_=Outcome.ACCEPTED.value),
        sid=SID,
        ended_at=bindparam("at"),
    )
)


class _Unusual(Exception):
    """A row was no longer waiting, or a sid not free."""


@dataclass(frozen=True, slots=True)
class Ended:
    """One request that is over: what was asked when, what came of it, and after how long."""

    claimed: Claimed
    outcome: SendOutcome
    began_at: datetime
    took_s: float = 0.0


_Accepts = Callable[[Session, Sequence[Ended], datetime], None]


def record(ended: Sequence[Ended], *, at: datetime, under: Terms) -> None:
    """Write down these outcomes, in a transaction of its own.

    An acceptance whose receipt came first changes nothing but the attempt; one that comes after its claim ran out
    still counts, because it is proof. A refusal plans again or is final; a refusal that says nothing about the
    message costs no attempt and holds up its pace. Everything else is unknown, and is settled later.
    """
    # a database that crashes and forgets it still has their claims: they run out, and the carrier's list is read
    try:
        with transaction(waits_for_disk=False) as session:
            _record(session, ended, at, under, _accept_all)
    except _Unusual:
        # without a savepoint for it: that would be two more ways to the server each time
        with transaction(waits_for_disk=False) as session:
            _record(session, ended, at, under, _accept_each)


def _record(session: Session, ended: Sequence[Ended], at: datetime, under: Terms, accept: _Accepts) -> None:
    _learn_of_carriers(session, ended, at, under)
    if accepted := [e for e in ended if isinstance(e.outcome, Accepted)]:
        accept(session, accepted, at)
    for other in ended:
        if isinstance(other.outcome, Rejected):
            _reject(session, other.claimed, other.outcome, at, under)
        elif not isinstance(other.outcome, Accepted):
            _unknown(session, other, at, under)
    for refused in (e for e in ended if isinstance(e.outcome, Rejected)):
        spending.give_back(session, [refused.claimed], under, at=refused.began_at)


def _learn_of_carriers(session: Session, ended: Sequence[Ended], at: datetime, under: Terms) -> None:
    """First of all, as a claim does it: that a carrier does not answer in time, or does again; mostly nothing new.

    Slowness is held against one only where another can take over: slow is better than not at all.
    """
    patience = under.patience
    slow_s = patience.slow_s if under.second is not None else patience.answer_s
    for carrier in sorted({e.claimed.carrier for e in ended}):
        theirs = [e for e in ended if e.claimed.carrier == carrier]
        seen = [breaker.as_seen(e.outcome, e.took_s, slow_s) for e in theirs]
        if any(e.claimed.is_trial for e in theirs) or any(map(breaker.speaks_against, seen)):
            roads.learn(session, carrier, seen, at=at, answer_s=patience.answer_s)


def rehearse(session: Session, *, at: datetime) -> None:
    """Say every statement of an acceptance about nothing: what is put together for it stays with the engine."""
    _accept(session, [], at, at)
    _answer(session, [], at)


def _accept_all(session: Session, ended: Sequence[Ended], at: datetime) -> None:
    """The usual case, in a few statements. Raises `_Unusual`: then nothing of this may stay."""
    by_ask_at: dict[datetime, list[Ended]] = {}
    for one in ended:
        by_ask_at.setdefault(_ask_at(one.claimed, at), []).append(one)
    try:
        taken = {one for ask_at, alike in by_ask_at.items() for one in _accept(session, alike, at, ask_at)}
        _check_known(session, [one for one in ended if one.claimed.attempt_id not in taken])
        _answer(session, ended, at)
    except IntegrityError as error:
        raise _Unusual from error  # a list was read too early and gave one of these sids to somebody else


def _check_known(session: Session, others: Sequence[Ended]) -> None:
    """Of these a receipt came first and brought the very sid of their answer: at a quick carrier that is usual.

    Raises `_Unusual` where it is otherwise.
    """
    if not others:
        return
    rows = select(Message.attempt_id, Message.sid).where(Message.id.in_([one.claimed.id for one in others]))
    known = dict(session.execute(rows).all())
    if any(known.get(id) != sid for id, (_, sid) in _as_said(others).items()):
        raise _Unusual


def _accept_each(session: Session, ended: Sequence[Ended], at: datetime) -> None:
    for one in ended:
        _accept_one(session, one, at)


def _accept(session: Session, ended: Sequence[Ended], at: datetime, ask_at: datetime) -> Sequence[str]:
    """The attempts whose acceptance is news."""
    accepted = session.connection().execute(_ACCEPTED, {"said": _as_said(ended), "at": at, "ask_at": ask_at})
    return accepted.scalars().all()


def _answer(session: Session, ended: Sequence[Ended], at: datetime) -> None:
    session.connection().execute(_ANSWERED, {"said": _as_said(ended), "at": at})


def _as_said(ended: Sequence[Ended]) -> dict[str, tuple[int, str]]:
    return {e.claimed.attempt_id: (e.claimed.id, e.outcome.sid) for e in ended if isinstance(e.outcome, Accepted)}


def _ask_at(claimed: Claimed, at: datetime) -> datetime:
    return pacing.ask_at(claimed.message_class, claimed.way, claimed.ring_s, at, 0)


def _accept_one(session: Session, one: Ended, at: datetime) -> None:
    claimed, outcome = one.claimed, one.outcome
    assert isinstance(outcome, Accepted)
    # the message before its attempt, as its receipts do it: the other way round both would wait for each other
    session.execute(select(Message.id).where(Message.id == claimed.id).with_for_update())
    take_sid(session, outcome.sid, claimed.id, at=at)
    _answer(session, [one], at)
    if _accept(session, [one], at, _ask_at(claimed, at)):
        return
    mine = select(Message.attempt_id, Message.sid).where(Message.id == claimed.id)
    attempt_id, sid = session.execute(mine).one()
    if attempt_id == claimed.attempt_id:
        return  # its receipt came first and brought the sid with it
    log.warning("sent_by_two_attempts", message=claimed.id, late=claimed.attempt_id, sids=[outcome.sid, sid])
    doubt(session, claimed.id)


def take_sid(session: Session, sid: str, message_id: int, *, at: datetime) -> None:
    """Make a sid free for its proven owner: who was given it by reading a list is unknown again."""
    guessed = (
        update(Message)
        .where(Message.sid == sid, Message.id != message_id)
        .values(sid=None, state=MessageState.UNKNOWN, receipt_rank=0, looks=0, due_at=at, final_at=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(guessed)
    lost = (
        update(Attempt)
        .where(Attempt.sid == sid, Attempt.message_id != message_id)
        .values(sid=None, outcome=Outcome.UNKNOWN)
        .execution_options(synchronize_session=False)
    )
    session.execute(lost)


def doubt(session: Session, message_id: int) -> None:
    """Mark a message that may have reached its person twice."""
    marked = update(Message).where(Message.id == message_id).values(is_doubtful=True)
    session.execute(marked.execution_options(synchronize_session=False))


def _reject(session: Session, claimed: Claimed, refusal: Rejected, at: datetime, under: Terms) -> None:
    code = refusal.code[:LONGEST_CODE]
    _end_attempt(session, claimed, Outcome.REJECTED if refusal.is_permanent else Outcome.RETRY, code, at)
    tried = claimed.attempts - (0 if refusal.counts else 1)
    wait = pacing.backoff(claimed.urgency, max(tried, 1), refusal.retry_after_s)
    if refusal.is_permanent or tried >= pacing.MOST_ATTEMPTS:
        fate: dict[str, Any] = {"state": MessageState.FAILED, "final_at": at, "reason": REFUSED}
    elif refusal.counts:
        fate = {"state": MessageState.PLANNED, "due_at": at + wait}
    else:
        fate = {"state": MessageState.PLANNED, "attempts": tried, "due_at": at + _pause(claimed, refusal, wait)}
    if not _while_waiting(session, claimed, **fate, error_code=code, lease_until_at=None):
        return
    if not refusal.counts and refusal.retry_after_s:
        name = roads.pace_of(claimed.way, claimed.sender, under.second if claimed.carrier == SECOND else None)
        move_pace(session, name + pacing.HELD, at + timedelta(seconds=min(refusal.retry_after_s, 60.0)))
    facts.learn(session, claimed.number, claimed.message_class, code, at=at)


def _pause(claimed: Claimed, refusal: Rejected, wait: timedelta) -> timedelta:
    is_page = claimed.urgency <= pacing.LAST_PAGE_URGENCY
    asked = timedelta(seconds=refusal.retry_after_s)
    return min(wait, asked) if is_page else asked


def _unknown(session: Session, ended: Ended, at: datetime, under: Terms) -> None:
    look_at = ended.began_at + timedelta(seconds=under.patience.first_look_s)
    why = getattr(ended.outcome, "why", "")[:60]
    _end_attempt(session, ended.claimed, Outcome.UNKNOWN, "", at)
    _while_waiting(
        session, ended.claimed, state=MessageState.UNKNOWN, due_at=look_at, looks=0, reason=why,
        lease_until_at=None,
    )  # fmt: skip


def _end_attempt(session: Session, claimed: Claimed, outcome: Outcome, code: str, at: datetime) -> None:
    session.execute(
        update(Attempt)
        .where(Attempt.id == claimed.attempt_id, Attempt.sid.is_(None))
        .values(outcome=outcome, error_code=code, ended_at=func.coalesce(Attempt.ended_at, at))
        .execution_options(synchronize_session=False)
    )


def _while_waiting(session: Session, claimed: Claimed, **change: Any) -> bool:
    changed = session.execute(
        update(Message)
        .where(
            Message.id == claimed.id, Message.attempt_id == claimed.attempt_id,
            Message.state.in_((MessageState.CLAIMED, MessageState.UNKNOWN)),
        )
        .values(**change)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    return bool(changed.rowcount)  # type: ignore[attr-defined]  # an UPDATE has one
