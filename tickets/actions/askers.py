"""Whoever called about a known trouble and is to hear how it goes on."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from base.rows import insert, table_of
from tickets.actions.incidents import incident_by_id
from tickets.lifecycle import IncidentState
from tickets.models import IncidentCaller

_ASK = insert(table_of(IncidentCaller)).on_conflict_do_nothing(index_elements=["incident_id", "number"])


def join(
    session: Session, incident_id: int, *, number: str | None, language: str, call_id: int | None, at: datetime
) -> bool:
    """Have a caller told how it goes on, once a number; None is a number that cannot be told. False: it is over.

    The incident is locked: whoever ends it at this moment comes before, and is answered so, or finds the caller.
    """
    if incident_by_id(session, incident_id).state is not IncidentState.OPEN:
        return False
    if number is not None:
        who = {"incident_id": incident_id, "number": number, "language": language, "call_id": call_id, "asked_at": at}
        session.execute(_ASK, who)
    return True


def who_asked(
    session: Session, incident_id: int, *, after_id: int = 0, most: int | None = None
) -> Sequence[IncidentCaller]:
    """Whoever asked on the telephone to be told how it goes on, in the order they did; `most` after `after_id`."""
    asked = select(IncidentCaller).where(IncidentCaller.incident_id == incident_id, IncidentCaller.id > after_id)
    return session.scalars(asked.order_by(IncidentCaller.id).limit(most)).all()


def count_asked(session: Session, incident_id: int) -> int:
    """How many they are."""
    asked = select(func.count()).where(IncidentCaller.incident_id == incident_id)
    return session.scalar(asked) or 0
