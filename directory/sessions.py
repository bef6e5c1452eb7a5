"""In which browsers somebody is logged in: begun, known again by a key, seen, ended."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from base.origin import asked_from
from base.wiring import settings
from directory.accessmodels import LogIn
from directory.models import Staff

TO_THE_MINUTE = timedelta(minutes=1)
LONGEST_DEVICE = 300


def begin(session: Session, staff: Staff, *, at: datetime, device: str, is_proved: bool) -> tuple[LogIn, str]:
    """Somebody is logged in from now on; answers the key by which their browser is known, which nobody reads again."""
    key = secrets.token_urlsafe(24)
    made = LogIn(
        staff_id=staff.id, hash=_hash(key), began_at=at, seen_at=at, address=asked_from(),
        device=device[:LONGEST_DEVICE], is_proved=is_proved,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made, key


def of_key(session: Session, key: str, *, at: datetime) -> LogIn | None:
    """The log-in of this key, with its staff; None when it is over, or they left."""
    found = session.scalar(
        select(LogIn).where(LogIn.hash == _hash(key)).options(joinedload(LogIn.staff, innerjoin=True))
    )
    return found if found is not None and found.staff.is_active and is_alive(found, at=at) else None


def is_alive(one: LogIn, *, at: datetime) -> bool:
    """Whether it holds at `at`: not ended, not longer than a shift ago, and not too long without a press."""
    here = settings()
    return one.ended_at is None and at < one.began_at + here.session_lasts and at < one.seen_at + here.session_rests


def is_to_be_marked(one: LogIn, *, at: datetime) -> bool:
    """Whether its last press was written down too long ago to leave it at that."""
    return one.seen_at <= at - TO_THE_MINUTE


def mark_seen(session: Session, id: int, *, at: datetime) -> None:
    """Write down that something was pressed; once a minute is enough, whoever asks."""
    is_old = LogIn.seen_at <= at - TO_THE_MINUTE
    session.execute(update(LogIn).where(LogIn.id == id, is_old).values(seen_at=at, address=asked_from()))


def set_proved(session: Session, staff_id: int, *, is_proved: bool) -> None:
    """Whether they have shown a second proof, in every browser in which they are logged in."""
    session.execute(update(LogIn).where(LogIn.staff_id == staff_id).values(is_proved=is_proved))


def standing(session: Session, staff_id: int, *, at: datetime) -> list[LogIn]:
    """Where somebody is logged in now, the last seen first."""
    query = select(LogIn).where(LogIn.staff_id == staff_id, LogIn.ended_at.is_(None))
    return [one for one in session.scalars(query.order_by(LogIn.seen_at.desc(), LogIn.id)) if is_alive(one, at=at)]


def counts(session: Session, *, at: datetime) -> dict[int, int]:
    """In how many browsers each member of staff is logged in now."""
    found: dict[int, int] = {}
    for one in session.scalars(select(LogIn).where(LogIn.ended_at.is_(None))):
        if is_alive(one, at=at):
            found[one.staff_id] = found.get(one.staff_id, 0) + 1
    return found


def end(session: Session, staff_id: int, *, at: datetime, only: int | None = None, but: int | None = None) -> int:
    """End somebody's log-ins: `only` this one, or all `but` that one; answers how many were not over yet."""
    theirs = update(LogIn).where(LogIn.staff_id == staff_id, LogIn.ended_at.is_(None)).values(ended_at=at)
    if only is not None:
        theirs = theirs.where(LogIn.id == only)
    if but is not None:
        theirs = theirs.where(LogIn.id != but)
    ended: Sequence[int] = session.scalars(theirs.returning(LogIn.id)).all()
    return len(ended)


def _hash(key: str) -> str:
    # the key is 192 random bits: nothing is gained by a slow hash, and every request would pay for it
    return hashlib.sha256(key.encode()).hexdigest()
