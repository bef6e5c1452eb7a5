"""How the caller of a ticket can be reached: by text, by call, or not at all."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from base.wiring import settings
from directory import actions as directory
from messages import actions as messages
from messages.lifecycle import Way
from telephony.capabilities import two_way_text
from telephony.numbers import NumberKind, ReadNumber, read_number, sms_capable


class NoText(StrEnum):
    """Why no text goes to a number: it takes none; nobody knows it and it is abroad, or has had enough for a day."""

    KIND = "kind"
    ABROAD = "abroad"
    ENOUGH = "enough"


@dataclass(frozen=True, slots=True)
class Reach:
    """What may go to a number: a text (or why none), and by which ways a question that wants an answer."""

    number: str
    no_text: NoText | None
    ways: tuple[Way, ...]
    is_demo: bool

    @property
    def can_read(self) -> bool:
        """Whether a text may go there."""
        return self.no_text is None


def reach_of(session: Session, number: str | None, *, at: datetime, looks_only: bool = False) -> Reach | None:
    """None for a withheld caller, and for what is nobody's telephone.

    A number nobody knows is texted within bounds, and rung only in the countries where it may be texted: whoever
    dials from a forged caller id must not make us call abroad. Whoever does not plan in the same transaction
    `looks_only`.
    """
    read = read_number(number or "")
    if not isinstance(read, ReadNumber) or read.extension:
        return None
    whose = directory.whose_number(session, read.number)
    kind = directory.kind_of(session, read)
    is_here = read.region in {country.strip() for country in settings().sms_countries.split(",")}
    no_text = None
    if not sms_capable(kind):
        no_text = NoText.KIND
    elif not whose.is_known and not messages.may_text_stranger(session, read.number, at=at, looks_only=looks_only):
        no_text = NoText.ENOUGH if is_here else NoText.ABROAD
    can_ring = kind in {NumberKind.MOBILE, NumberKind.LANDLINE} and (whose.is_known or is_here)
    can_answer = no_text is None and two_way_text(read.number, settings().two_way_countries)
    ways = tuple(way for way, can in ((Way.TEXT, can_answer), (Way.CALL, can_ring)) if can)
    return Reach(read.number, no_text, ways, is_demo=whose.is_demo)
