"""Somebody whom we have called wants a person: those on duty for their ticket are rung, all at once."""

from datetime import datetime

from sqlalchemy.orm import Session

from base.wiring import settings
from oncall import actions as oncall
from telephony import dark
from telephony.speech import Say, Step


def put_through(session: Session, ticket_id: int, number: str, says: tuple[Say, ...], *, at: datetime) -> Step:
    """Ring for whoever we have called at `number` (E.164), in the language in which they hear `says`.

    Whoever presses 1 has the ticket, if nobody had (`oncall.webhooks`). Where nobody comes the hotline takes down what
    they want, on the ticket (`hotline.personcalls`).
    """
    language = says[0].language
    rings = oncall.rings_together(session, ticket_id, at=at, caller_number=number, language=language)
    return dark.ring_these(settings(), rings, says, f"/voice/person/{ticket_id}/{language}")
