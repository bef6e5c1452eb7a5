"""Swaps by text: a colleague agrees and a leader approves by its code, and a turn is offered by name and day."""

from datetime import datetime

from sqlalchemy.orm import Session

from base.clock import local
from base.errors import BadInput, Conflict, NotAllowed
from base.refusals import half
from base.wiring import settings
from directory.models import Staff
from oncall import dutywords
from oncall.actions import swapping
from oncall.actions.overriding import fit
from oncall.models import Swap, SwapState
from oncall.swaps import SwapWish, swap_code, swap_wish


def take_swap_text(session: Session, staff: Staff, body: str, *, at: datetime) -> str | None:
    """What `staff` is told of a text of theirs about a swap; None where it is about none.

    What the desk would refuse is refused here in the same words, and changes nothing.
    """
    code, wish = swap_code(body), swap_wish(body)
    swap = swapping.swap_by_code(session, code.code, at=at) if code else None
    is_theirs = swap is not None and (
        swap.taker_id == staff.id or swapping.was_asked_to_approve(session, swap, staff.id)
    )
    if wish is None and not is_theirs:
        return None
    try:
        with session.begin_nested():
            if wish is not None:
                return _ask(session, staff, wish, at)
            assert swap is not None
            assert code is not None
            return _answer(session, swap, staff, agrees=code.agrees, at=at)
    except (BadInput, Conflict, NotAllowed) as error:
        return dutywords.text("swap_not_done", staff.language, why=half(error.message, staff.language))


def _ask(session: Session, staff: Staff, wish: SwapWish, at: datetime) -> str:
    zone = settings().timezone
    turns = [
        (project_id, turn)
        for project_id, turn in swapping.turns_of(session, staff.id, at=at)
        if (local(turn.starts_at, zone).month, local(turn.starts_at, zone).day) == (wish.month, wish.day)
    ]
    if len(turns) != 1:
        raise BadInput(
            "那天您没有班，或者不止一个班，请在工作台“换班”页选。"
            "You have no turn on that day, or several: choose it at the desk, under Swaps."
        )
    project_id, turn = turns[0]
    meant = [one for one in fit(session, project_id) if one.name.casefold() == wish.name.casefold()]
    if len(meant) != 1:
        raise BadInput(
            "没有叫这个名字、能值这个项目的同事，或者不止一位，请在工作台“换班”页选。"
            "Nobody of that name can be on duty there, or several can: choose at the desk, under Swaps."
        )
    swap = swapping.ask(
        session, project_id=project_id, post=turn.post, starts_at=turn.starts_at, asker_id=staff.id,
        taker_id=meant[0].id, reason="", at=at,
    )  # fmt: skip
    starts = f"{local(swap.starts_at, zone):%m-%d %H:%M}"
    return dutywords.text("swap_said_asked", staff.language, taker=meant[0].name, starts=starts)


def _answer(session: Session, swap: Swap, staff: Staff, *, agrees: bool, at: datetime) -> str:
    if swap.taker_id == staff.id:
        after = swapping.answer(session, swap.id, agrees=agrees, by_id=staff.id, at=at)
        word = "swap_said_done" if after.state is SwapState.DONE else "swap_said_yes"
        return dutywords.text(word if agrees else "swap_said_no", staff.language)
    swapping.decide(session, swap.id, approves=agrees, by_id=staff.id, at=at)
    return dutywords.text("swap_said_done" if agrees else "swap_said_refuse", staff.language)
