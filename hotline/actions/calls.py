"""A call's row: found and locked for this transaction, by ready-made questions."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from hotline.models import Call

_BY_SID = select(Call).where(Call.sid == bindparam("sid")).with_for_update()
_BY_ID = select(Call).where(Call.id == bindparam("id")).options(joinedload(Call.project)).with_for_update(of=Call)


def call_by_sid(session: Session, sid: str) -> Call:
    """By the carrier's id; it must be there."""
    return session.scalars(_BY_SID, {"sid": sid}).one()


def call_by_id(session: Session, call_id: int) -> Call | None:
    """By our own, with the project that every step needs."""
    return session.scalar(_BY_ID, {"id": call_id})
