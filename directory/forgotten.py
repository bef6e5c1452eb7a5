"""Numbers of people who were forgotten: kept as fingerprints, so that what they refused stays refused."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.keyed import keyed
from base.rows import insert
from directory.consent import REFUSABLE
from directory.models import ForgottenNumber

PIECE = 500


def fingerprint(number: str) -> str:
    """What stands for a number that is written down nowhere any more."""
    return keyed(f"number {number}")


def refuse_for_ever(session: Session, number: str, *, at: datetime) -> None:
    """From now on nobody of this house writes to the number but in an emergency or about a ticket that it opens; a
    newer word of its owner counts again. The same twice changes nothing.
    """
    rows = [{"fingerprint": fingerprint(number), "message_class": one, "said_at": at} for one in REFUSABLE]
    session.execute(insert(ForgottenNumber).on_conflict_do_nothing(), rows)


def refused_before(session: Session, numbers: Collection[str], only: str = "") -> set[tuple[str, str]]:
    """Number and class of what is refused so, of these numbers; `only` one class."""
    query = select(ForgottenNumber.fingerprint, ForgottenNumber.message_class)
    if only:
        query = query.where(ForgottenNumber.message_class == only)
    if not numbers or session.execute(query.limit(1)).first() is None:
        return set()  # fingerprints of a whole roster cost more than this look
    found: set[tuple[str, str]] = set()
    asked = sorted(set(numbers))
    for some in (asked[i : i + PIECE] for i in range(0, len(asked), PIECE)):
        prints = {fingerprint(number): number for number in some}
        rows = session.execute(query.where(ForgottenNumber.fingerprint.in_(prints)))
        found |= {(prints[mark], message_class) for mark, message_class in rows}
    return found
