"""Somebody whom we have called wants a person: those on duty for their ticket are rung, all at once."""

from datetime import datetime

from sqlalchemy.orm import Session

from base.wiring import settings
from oncall import actions as oncall
from telephony import dark
from telephony.speech import Say, Step


def put_through(session: Session, ticket_id: int, number: str, says: tuple[Say, ...], *, at: datetime) -> Step:
    """Ring for whoever we have called at `number` (E.164), in the language in which they hear `says`.

    Where nobody comes the hotline takes down what they want, on the ticket (`hotline.personcalls`).
    """
    numbers = oncall.numbers_to_ring(session, ticket_id, at=at, caller_number=number)
    return dark.ring_these(settings(), numbers, says, f"/voice/person/{ticket_id}/{says[0].language}")
