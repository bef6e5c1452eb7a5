"""Settle what nobody can say: by the carrier's own list, twice; only then does it go again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from base.accounts import FIRST
from base.queue import Lane
from messages import pacing
from messages.ledger.due import ALL_LANES
from messages.lifecycle import MessageClass, MessageState, Outcome, Way
from messages.models import IS_MOVING, Attempt, Message
from telephony.carrier import Sighting

log = structlog.get_logger(__name__)

MOST = 100
AT_ONCE = 20
"""Of these, so many are looked for in the carrier's lists at the same time."""
LOOKS = 2
EARLY_S = 60.0
"""How far the carrier's clock may be behind ours (it writes whole seconds). Beyond it, what it took looks older than
our request, and would go again; what it took before belongs to other attempts, and their sids are known."""
NO_LIST_S = 5.0
GIVE_UP = timedelta(hours=24)
AGAIN, IN_DOUBT = "again", "again in doubt"
"""What came of a look: it was never sent, or nobody can say; it goes (once more)."""


@dataclass(frozen=True, slots=True)
class Question:
    """One unknown attempt, and what to ask the carrier about it that it went through."""

    message_id: int
    lane: Lane
    attempt_id: str
    message_class: MessageClass
    way: Way
    number: str
    body: str
    segments: int
    ring_s: int
    looks: int
    is_doubtful: bool
    began_at: datetime
    valid_until_at: datetime | None
    carrier: str

    @property
    def since_at(self) -> datetime:
        """Nothing the carrier made before this can be ours."""
        return self.began_at - timedelta(seconds=EARLY_S)


def is_due(session: Session, *, at: datetime) -> bool:
    """Whether a claim ran out, or an unknown should be looked at."""
    run_out = and_(Message.state == MessageState.CLAIMED, Message.lease_until_at <= at)
    unknown = and_(Message.state == MessageState.UNKNOWN, Message.due_at <= at)
    found = select(Message.id).where(Message.lane.in_(ALL_LANES), IS_MOVING, or_(run_out, unknown)).limit(1)
    return session.execute(found).first() is not None


def end_claims(session: Session, *, at: datetime) -> int:
    """Claims whose lease ran out become unknown, never planned: whoever held them may have sent them."""
    ended = (
        update(Message)
        .where(
            Message.lane.in_(ALL_LANES), IS_MOVING, Message.state == MessageState.CLAIMED, Message.lease_until_at <= at
        )
        .values(
            state=MessageState.UNKNOWN, reason="claim ran out", looks=0, due_at=at, lease_until_at=None
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    return int(session.execute(ended).rowcount)  # type: ignore[attr-defined]  # an UPDATE has one


def questions(session: Session, *, at: datetime, patience: pacing.Patience) -> list[Question]:
    """Unknown messages whose next look is due, taken so that nobody else looks for the same at the same time."""
    due = (
        select(
            Message.id.label("message_id"), Message.lane, Message.attempt_id, Message.message_class, Message.way,
            Message.number, Message.body, Message.segments, Message.ring_s, Message.looks, Message.is_doubtful,
            Attempt.began_at, Message.valid_until_at, func.coalesce(Attempt.carrier, FIRST).label("carrier"),
        )
        .join(Attempt, Attempt.id == Message.attempt_id)
        .where(Message.lane.in_(ALL_LANES), IS_MOVING, Message.state == MessageState.UNKNOWN, Message.due_at <= at)
        .order_by(Message.urgency, Message.due_at, Message.id)
        .limit(MOST)
        .with_for_update(skip_locked=True, of=Message)
    )  # fmt: skip
    found = [Question(**row._mapping) for row in session.execute(due)]
    away_until = at + timedelta(seconds=patience.answer_s * MOST / AT_ONCE + 2)
    _change(session, [q.message_id for q in found], due_at=away_until)
    return found


def answer(
    session: Session, question: Question, seen: Sequence[Sighting] | None, *, at: datetime, patience: pacing.Patience
) -> str:
    """Apply one look at the carrier's list (None: it could not be read); says what came of it in a word.

    Found: accepted. Not there twice, ten seconds apart: it goes again. Could not be read until the deadline: an
    emergency or staff message goes once more and is marked, every other one stays unsent.
    """
    if not _still_unknown(session, question):
        return "settled before"
    if seen is None:
        return _without_list(session, question, at)
    mine = _unclaimed(session, question, seen)
    if mine and _somebody_is_asking(session, question):
        return _later(session, question, at + timedelta(seconds=2))
    if mine:
        return _found(session, question, mine[0], at)
    if question.looks + 1 < LOOKS:
        return _later(session, question, at + timedelta(seconds=patience.look_gap_s), looks=question.looks + 1)
    return _again(session, question, at, is_doubtful=question.is_doubtful)


def _still_unknown(session: Session, question: Question) -> bool:
    here = select(Message.id).where(
        Message.id == question.message_id, Message.state == MessageState.UNKNOWN,
        Message.attempt_id == question.attempt_id, Message.looks == question.looks,
    )  # fmt: skip
    return session.execute(here.with_for_update()).first() is not None


def _unclaimed(session: Session, question: Question, seen: Sequence[Sighting]) -> list[Sighting]:
    """Those that can be ours: of our time, the same text, and not the sid of any other attempt."""
    ours = [
        one for one in seen
        if one.created_at >= question.since_at and (question.way is Way.CALL or one.body == question.body)
    ]  # fmt: skip
    known = select(Attempt.sid).where(Attempt.sid.in_([one.sid for one in ours]))
    taken = set(session.scalars(known))
    return [one for one in ours if one.sid not in taken]


def _somebody_is_asking(session: Session, question: Question) -> bool:
    """Whether the same words to the same number are under way right now: what we see may be theirs."""
    twin = select(Message.id).where(
        Message.number == question.number, Message.way == question.way, Message.body == question.body,
        Message.state == MessageState.CLAIMED,
    )  # fmt: skip
    return session.execute(twin.limit(1)).first() is not None


def _found(session: Session, question: Question, sighting: Sighting, at: datetime) -> str:
    proven = update(Attempt).where(Attempt.id == question.attempt_id)
    session.execute(proven.values(outcome=Outcome.ACCEPTED, sid=sighting.sid, ended_at=at))
    _change(
        session, [question.message_id], state=MessageState.ACCEPTED, sid=sighting.sid, accepted_at=at, looks=0,
        reason="", due_at=pacing.ask_at(question.message_class, question.way, question.ring_s, at, 0),
    )  # fmt: skip
    log.info("unknown_settled", message=question.message_id, sid=sighting.sid)
    return "found"


def _without_list(session: Session, question: Question, at: datetime) -> str:
    patience = pacing.DOUBT_AFTER.get(question.message_class)
    if patience and at >= question.began_at + patience and not question.is_doubtful:
        log.warning("sent_once_more_in_doubt", message=question.message_id)
        return _again(session, question, at, is_doubtful=True)
    hopeless_at = max(question.valid_until_at or at, question.began_at + timedelta(minutes=10))
    if at >= min(hopeless_at, question.began_at + GIVE_UP):
        _change(session, [question.message_id], state=MessageState.FAILED, reason="unsettled", final_at=at)
        return "unsettled"
    return _later(session, question, at + timedelta(seconds=NO_LIST_S))


def _again(session: Session, question: Question, at: datetime, *, is_doubtful: bool) -> str:
    _change(
        session, [question.message_id], state=MessageState.PLANNED, due_at=at, looks=0, reason="",
        is_doubtful=is_doubtful,
    )  # fmt: skip
    log.info("unknown_goes_again", message=question.message_id, is_doubtful=is_doubtful)
    return IN_DOUBT if is_doubtful else AGAIN


def _later(session: Session, question: Question, due_at: datetime, *, looks: int | None = None) -> str:
    _change(session, [question.message_id], due_at=due_at, looks=question.looks if looks is None else looks)
    return "later"


def _change(session: Session, ids: Sequence[int], **change: Any) -> None:
    if ids:
        changed = update(Message).where(Message.id.in_(ids)).values(**change)
        session.execute(changed.execution_options(synchronize_session=False))
