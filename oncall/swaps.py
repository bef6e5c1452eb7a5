"""Whether somebody may take a colleague's turn: what would clash; and what is texted about swaps. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from oncall.reminders import RINGING
from oncall.rota import Away, Turn
from oncall.rotalook import short_rests

_CODE = re.compile(r"([0-9]{5})(?:[\s,，.。:：/-]+([12]))?")
_ASKED = re.compile(
    r"(?:换班|代班|swap)[\s:,]*([0-9]{1,2})[-/.月]([0-9]{1,2})[日号]?[\s,:]*(?:请|找|给|with\s|to\s)?\s*(\S.{0,59})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SwapCode:
    """The code of a swap, and whether it is agreed to."""

    code: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class SwapWish:
    """Whom somebody asks to take their turn that begins on this day of the year."""

    month: int
    day: int
    name: str


def swap_code(text: str) -> SwapCode | None:
    """`48213` or `48213 1`: agreed; `48213 2`: not. Five digits, one more than any code of a page."""
    found = _CODE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return SwapCode(found[1], agrees=found[2] != "2") if found else None


def swap_wish(text: str) -> SwapWish | None:
    """`换班 11-25 何磊`, `swap 11/25 He Lei`: somebody asks a colleague; None for anything else."""
    found = _ASKED.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return SwapWish(int(found[1]), int(found[2]), found[3].strip()) if found else None


class Clash(StrEnum):
    """Why a turn cannot be taken: on duty at the same time, on leave, or too little rest before or after it."""

    ON_DUTY = "on_duty"
    ON_LEAVE = "on_leave"
    NO_REST = "no_rest"


def clash(turn: Turn, taker_id: int, theirs: Iterable[Turn], leave: Iterable[Away]) -> Clash | None:
    """What speaks against `taker_id` taking `turn`, gravest first; None: nothing.

    `theirs`: what they hold around it, in every project. Posts whose telephone does not ring at night are held for
    weeks on end and clash with nothing. The rest is that of the rota's quality: eleven hours, a day at a stretch.
    """
    taken = Turn(turn.post, taker_id, turn.starts_at, turn.ends_at)
    if any(one.takes(taken) for one in leave):
        return Clash.ON_LEAVE
    if turn.post not in RINGING:
        return None
    ringing = [one for one in theirs if one.staff_id == taker_id and one.post in RINGING]
    if any(one.starts_at < turn.ends_at and turn.starts_at < one.ends_at for one in ringing):
        return Clash.ON_DUTY
    return Clash.NO_REST if short_rests([*ringing, taken]) > short_rests(ringing) else None
