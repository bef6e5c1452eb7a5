"""What must not go after all: its recipient's newest word is against it, or nothing arrives at the number."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from directory.consent import REFUSABLE, Skipped, may_send
from directory.forgotten import refused_before
from directory.models import Consent, Number
from messages.lifecycle import MessageClass

NEEDS_CHECK = "number_needs_check"
_NEEDS_CONSENT = frozenset(one for one in MessageClass if one in REFUSABLE)


def refused(session: Session, rows: Sequence[Row[Any]]) -> dict[int, str]:
    """Why some of these stay at home, by their ids."""
    asking = [row for row in rows if _is_looked_at(row)]
    if not asking:
        return {}
    numbers = {row.number for row in asking}
    said = select(Consent.number, Consent.message_class, Consent.granted).where(Consent.number.in_(numbers))
    newest = {(n, c): granted for n, c, granted in session.execute(said.order_by(Consent.said_at, Consent.id))}
    unsaid = {row.number for row in asking if (row.number, row.message_class) not in newest}
    if unsaid:
        newest = dict.fromkeys(refused_before(session, unsaid), False) | newest
    dead = set(session.scalars(select(Number.number).where(Number.number.in_(numbers), Number.needs_check)))
    found = {}
    for row in asking:
        last_word = newest.get((row.number, row.message_class))
        allowed = may_send(row.message_class, last_word, row.number, to_many=row.batch_id is not None)
        if isinstance(allowed, Skipped):
            found[row.id] = allowed.reason
        elif row.number in dead:
            found[row.id] = NEEDS_CHECK
    return found


def _is_looked_at(row: Row[Any]) -> bool:
    """Danger, and what one person has just asked for, go whatever is believed of their number."""
    is_to_many = row.message_class is MessageClass.SERVICE and row.batch_id is not None
    return is_to_many or row.message_class in _NEEDS_CONSENT
