"""Who listened to what callers said: each listening is written down, and seen by those in charge."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from console.scope import TOLD_OF_TROUBLE
from console.staff import Me
from directory.audit import write_down
from directory.auditmodels import Audit, AuditWhat

ONE = timedelta(minutes=10)
"""Whoever listens again within so long is still at the same listening: a player asks for a sound in pieces."""
MOST = 5


@dataclass(frozen=True, slots=True)
class Listened:
    """Somebody, and when."""

    name: str
    at: datetime


def is_listening(session: Session, recording_id: int, me: Me, *, at: datetime) -> bool:
    """Whether it is written down already that `me` listens to it."""
    lately = select(Audit.id).where(
        Audit.about == _about(recording_id), Audit.what == AuditWhat.LISTENED, Audit.staff_id == me.id,
        Audit.at > at - ONE,
    )  # fmt: skip
    return session.scalar(lately.limit(1)) is not None


def listens(session: Session, recording_id: int, me: Me, *, at: datetime) -> None:
    """Write down that `me` listens to it, once a listening, whichever part of it they ask for first."""
    if not is_listening(session, recording_id, me, at=at):
        about = _about(recording_id)
        write_down(session, staff_id=me.id, what=AuditWhat.LISTENED, about=about, reason="", at=at)


def listeners(session: Session, recording_ids: Sequence[int], me: Me) -> dict[int, tuple[Listened, ...]]:
    """Who listened to each, the last first, as far as `me` is told."""
    if me.role not in TOLD_OF_TROUBLE or not recording_ids:
        return {}
    found: dict[int, tuple[Listened, ...]] = {}
    for id in recording_ids:
        query = select(Audit).where(Audit.about == _about(id)).options(joinedload(Audit.staff))
        looks = session.scalars(query.order_by(Audit.id.desc()).limit(MOST))
        found[id] = tuple(Listened(look.staff.name, look.at) for look in looks if look.staff is not None)
    return found


def _about(recording_id: int) -> str:
    return f"recording:{recording_id}"
