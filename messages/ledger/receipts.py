"""What the carrier later says became of a message: applied by rank, so that order and repetition do not matter."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from messages import pacing
from messages.ledger import facts
from messages.ledger.record import doubt, take_sid
from messages.lifecycle import MessageState, Outcome, Receipt, Way, receipt_of
from messages.models import Attempt, Message
from telephony.refusals import Fact, meaning

log = structlog.get_logger(__name__)

_REACHED = (MessageState.DELIVERED, MessageState.ANSWERED)
_NOT_REACHED = (MessageState.UNDELIVERED, MessageState.FAILED)
_MAY_STILL_GO = (
    MessageState.PLANNED, MessageState.UNKNOWN, MessageState.SUPPRESSED, MessageState.EXPIRED,
    MessageState.CANCELLED, MessageState.FAILED,
)  # fmt: skip
"""States that a receipt of an earlier attempt overrules: nothing else has left."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One receipt as it came in: about which message and attempt, under which sid, in the carrier's words."""

    message_id: int
    attempt_id: str
    sid: str
    word: str
    error_code: str = ""


def says_something_new(session: Session, heard: Heard) -> bool:
    """Whether a receipt would change anything; reads only, so that most of them need no write."""
    row = session.execute(_known(heard.message_id)).one_or_none()
    receipt = receipt_of(row.way, heard.word) if row else None
    if row is None or receipt is None:
        return False
    if row.attempt_id != heard.attempt_id or row.sid != heard.sid:
        return True
    return receipt.state is not None and receipt.rank > row.receipt_rank


def apply(session: Session, heard: Heard, *, at: datetime) -> bool:
    """Let a receipt count; says whether it changed the message.

    It settles an unknown attempt, brings the sid if it came before the answer, and ends the message if it is final
    and of a higher rank than what was known. A receipt of an earlier attempt is proof too: then nothing goes again,
    or, where something already has, the message is marked as doubtful.
    """
    row = session.execute(_known(heard.message_id).with_for_update()).one_or_none()
    receipt = receipt_of(row.way, heard.word) if row else None
    if row is None or receipt is None or not heard.sid:
        return False
    if row.sid != heard.sid and not _attempt_proven(session, heard, at):
        return False
    if row.attempt_id != heard.attempt_id:
        return _of_an_earlier_attempt(session, row, heard, receipt, at)
    return _change(session, row, heard, receipt, at)


def _known(message_id: int) -> Any:
    return select(
        Message.id, Message.way, Message.state, Message.attempt_id, Message.sid, Message.receipt_rank,
        Message.number, Message.message_class, Message.ring_s, Message.accepted_at, Message.attempts,
        Message.urgency, Message.valid_until_at,
    ).where(Message.id == message_id)  # fmt: skip


def _attempt_proven(session: Session, heard: Heard, at: datetime) -> bool:
    """Give the sid to its attempt, whatever a list made us guess; False if there never was such an attempt."""
    take_sid(session, heard.sid, heard.message_id, at=at)
    proven = (
        update(Attempt)
        .where(Attempt.id == heard.attempt_id, Attempt.message_id == heard.message_id)
        .values(
            sid=heard.sid,
            outcome=case((Attempt.outcome == Outcome.UNDELIVERED, Attempt.outcome), else_=Outcome.ACCEPTED.value),
        )
        .execution_options(synchronize_session=False)
    )
    return bool(session.execute(proven).rowcount)  # type: ignore[attr-defined]  # an UPDATE has one


def _of_an_earlier_attempt(session: Session, row: Any, heard: Heard, receipt: Receipt, at: datetime) -> bool:
    if receipt.state not in _REACHED and _is_known_to_have_failed(session, heard):
        return False  # that is why it goes again
    if row.state is MessageState.UNKNOWN:
        doubt(session, row.id)
    if row.state in _MAY_STILL_GO:
        return _change(session, row, heard, receipt, at)
    log.warning("sent_by_two_attempts", message=row.id, late=heard.attempt_id)
    doubt(session, row.id)
    return False


def _is_known_to_have_failed(session: Session, heard: Heard) -> bool:
    outcome = session.execute(select(Attempt.outcome).where(Attempt.id == heard.attempt_id)).scalar_one_or_none()
    return outcome is Outcome.UNDELIVERED


def _change(session: Session, row: Any, heard: Heard, receipt: Receipt, at: datetime) -> bool:
    is_new = row.sid != heard.sid
    if not is_new and receipt.rank <= row.receipt_rank:
        return False
    change: dict[str, Any] = {"sid": heard.sid, "attempt_id": heard.attempt_id, "receipt_rank": receipt.rank}
    if is_new:
        change |= {
            "state": MessageState.ACCEPTED, "accepted_at": at, "reason": "", "final_at": None, "looks": 0,
            "lease_until_at": None,
            "due_at": pacing.ask_at(row.message_class, row.way, row.ring_s, at, 0),
        }  # fmt: skip
    if receipt.state is not None:
        change |= {"state": receipt.state, "final_at": at, "error_code": heard.error_code}
        change |= _goes_again(session, row, heard, receipt, at)
        if receipt.state in _REACHED:
            facts.reached(session, row.number)
        elif heard.error_code:
            facts.learn(session, row.number, row.message_class, heard.error_code, at=at)
    session.execute(
        update(Message).where(Message.id == row.id).values(**change).execution_options(synchronize_session=False)
    )
    return True


def _goes_again(session: Session, row: Any, heard: Heard, receipt: Receipt, at: datetime) -> dict[str, Any]:
    """What makes an undelivered text go once more; nothing for one that shall not.

    Where even the carrier cannot say whether it arrived, only an emergency or a page goes again, marked as doubtful.
    """
    if row.way is not Way.TEXT or receipt.state not in _NOT_REACHED or not heard.error_code:
        return {}
    means = meaning(heard.error_code)
    is_in_doubt = means.fact is Fact.IN_DOUBT
    due_at = at + pacing.backoff(row.urgency, row.attempts, means.retry_after_s)
    if (
        means.is_permanent
        or row.attempts >= pacing.MOST_DELIVERIES
        or (is_in_doubt and row.message_class not in pacing.DOUBT_AFTER)
        or (row.valid_until_at is not None and row.valid_until_at <= due_at)
    ):
        return {}
    ended = update(Attempt).where(Attempt.id == heard.attempt_id)
    session.execute(
        ended.values(outcome=Outcome.UNDELIVERED, error_code=heard.error_code).execution_options(
            synchronize_session=False
        )
    )
    again: dict[str, Any] = {"state": MessageState.PLANNED, "final_at": None, "due_at": due_at}
    return again | ({"is_doubtful": True} if is_in_doubt else {})
