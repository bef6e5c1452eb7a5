"""How the caller of a ticket can be reached: by text, by call, or not at all."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from base.wiring import settings
from directory import actions as directory
from messages import actions as messages
from messages.lifecycle import Way
from telephony.capabilities import two_way_text
from telephony.numbers import NumberKind, ReadNumber, read_number, sms_capable


@dataclass(frozen=True, slots=True)
class Reach:
    """What may go to a number: a text, and by which way a question that wants an answer (None: by none)."""

    number: str
    can_read: bool
    asked_by: Way | None
    is_demo: bool


def reach_of(session: Session, number: str | None, *, at: datetime) -> Reach | None:
    """None for a withheld caller, and for what is nobody's telephone.

    A number nobody knows is texted within bounds, and rung only in the countries where it may be texted: whoever
    dials from a forged caller id must not make us call abroad.
    """
    read = read_number(number or "")
    if not isinstance(read, ReadNumber) or read.extension:
        return None
    whose = directory.whose_number(session, read.number)
    can_read = sms_capable(read.kind) and (whose.is_known or messages.may_text_stranger(session, read.number, at=at))
    is_here = read.region in {country.strip() for country in settings().sms_countries.split(",")}
    can_ring = read.kind in {NumberKind.MOBILE, NumberKind.LANDLINE} and (whose.is_known or is_here)
    can_answer = can_read and two_way_text(read.number, settings().two_way_countries)
    return Reach(
        read.number, can_read, Way.TEXT if can_answer else Way.CALL if can_ring else None, is_demo=whose.is_demo
    )
