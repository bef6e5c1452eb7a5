"""Whether somebody may take a colleague's turn: what would clash. Pure."""

from collections.abc import Iterable
from enum import StrEnum

from oncall.reminders import RINGING
from oncall.rota import Away, Turn
from oncall.rotalook import short_rests


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
