"""Somebody whom we have called wants a person: those on duty for their ticket are rung, all at once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from base.rows import row_of
from base.wiring import settings
from directory.models import Staff
from oncall import actions as oncall
from telephony import dark
from telephony.speech import Say, Step

DUTY_PHONE = 0
"""Among the ids of those who are rung: the telephone that is nobody's."""


def put_through(
    session: Session, ticket_id: int, number: str, says: tuple[Say, ...], *, at: datetime,
    since: datetime | None = None, but: Sequence[int] = (),
) -> Step:  # fmt: skip
    """Ring for whoever we have called at `number` (E.164), in the language in which they hear `says`.

    Whoever presses 1 has the ticket, if nobody had (`oncall.webhooks`). Where nobody comes the hotline rings the others
    again, `but` those who had picked up, or takes down what they want, on the ticket (`hotline.personcalls`). `since`:
    when the first telephone rang for them, `at` where this is the first.
    """
    language = says[0].language
    rings = oncall.rings_together(session, ticket_id, at=at, caller_number=number, language=language)
    path = f"/voice/person/{ticket_id}/{language}?since={(since or at).timestamp():.0f}"
    path += f"&but={'.'.join(map(str, but))}" if but else ""
    return dark.ring_these(settings(), rings, says, path, but=[_number_of(session, id) for id in but])


def _number_of(session: Session, id: int) -> str:
    staff = row_of(session, Staff, id)
    return staff.number if staff is not None else settings().duty_phone
