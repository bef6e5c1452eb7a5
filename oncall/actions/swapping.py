"""A turn goes to a colleague who agrees to it, and where the house wants that with a supervisor's approval."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from base.clock import local
from base.errors import BadInput, Conflict, NotAllowed, NotFound
from base.wiring import settings
from directory.models import Project, Staff
from messages import actions as messages
from messages.lifecycle import MessageClass
from messages.models import Message
from oncall import dutywords, words
from oncall.actions.duty import held, who_is_on_duty
from oncall.actions.leave import leave_between
from oncall.actions.overriding import LONGEST_REASON, fit, take_over
from oncall.actions.paging import AFTER_PAGES
from oncall.ladder import Post
from oncall.models import Swap, SwapState
from oncall.reminders import polite_at
from oncall.rota import Turn
from oncall.swaps import Clash, clash
from telephony.capabilities import two_way_text

AHEAD = timedelta(days=30)
AROUND = timedelta(hours=48)
"""How far around a turn somebody's other turns are looked at: a day at a stretch and the rest."""
OPEN = (SwapState.ASKED, SwapState.AGREED)
LIVES = timedelta(hours=12)
CODE_LIVES = timedelta(days=7)
APPROVE = "swap_approve"
ANSWERED_BY_CODE = ("swap_asked", APPROVE)
WHY = {
    Clash.ON_DUTY: "对方那时已有班。They are on duty then.",
    Clash.ON_LEAVE: "对方那时在休假。They are on leave then.",
    Clash.NO_REST: "对方前后休息不足 11 小时，或连续值班超过 24 小时。"
    "They would have less than 11 hours of rest, or more than 24 hours at a stretch.",
}


def turns_of(session: Session, staff_id: int, *, at: datetime) -> list[tuple[int, Turn]]:
    """The turns of somebody that begin in the next days, by project id, in order of time."""
    found = [
        (project_id, turn)
        for project_id in session.scalars(select(Project.id).order_by(Project.id))
        for turn in held(session, project_id, at, at + AHEAD)
        if turn.staff_id == staff_id and at < turn.starts_at <= at + AHEAD
    ]
    return sorted(found, key=lambda each: each[1].starts_at)


def ask(
    session: Session, *, project_id: int, post: Post, starts_at: datetime, asker_id: int, taker_id: int, reason: str,
    at: datetime,
) -> Swap:  # fmt: skip
    """`asker_id` asks `taker_id` to take the turn of theirs that begins at `starts_at`; the colleague is told.

    Raises `BadInput` where it is no turn of theirs or the colleague cannot, `Conflict` where one is asked already.
    """
    theirs = [turn for id, turn in turns_of(session, asker_id, at=at) if id == project_id]
    turn = next((one for one in theirs if one.post is post and one.starts_at == starts_at), None)
    if turn is None:
        raise BadInput("这不是您接下来的班。That is no coming turn of yours.")
    if taker_id == asker_id or taker_id not in {staff.id for staff in fit(session, project_id)}:
        raise BadInput("这位员工不能值这个项目的班。They cannot be on duty for this project.")
    refuse_clash(session, turn, taker_id)
    swap = Swap(
        project_id=project_id, post=post, starts_at=turn.starts_at, ends_at=turn.ends_at, asker_id=asker_id,
        taker_id=taker_id, reason=reason.strip()[:LONGEST_REASON], state=SwapState.ASKED, asked_at=at,
        code=_new_code(session, at),
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(swap)
    except IntegrityError:
        raise Conflict("这个班已经请人代了，请先撤回。That turn is asked about already; withdraw it first.") from None
    _tell(session, swap, "swap_asked", [swap.taker], at=at)
    return swap


def answer(session: Session, swap_id: int, *, agrees: bool, by_id: int, at: datetime) -> Swap:
    """The colleague agrees or declines. A yes is looked at again: what clashes by now is refused with `BadInput`."""
    swap = _open_swap(session, swap_id, SwapState.ASKED, at=at)
    if by_id != swap.taker_id:
        raise NotAllowed("只有被请的人能答复。Only whoever was asked can answer.")
    if not agrees:
        swap.state, swap.answered_at = SwapState.DECLINED, at
        _tell(session, swap, "swap_declined", [swap.asker], at=at)
        return swap
    _refuse_moved(session, swap)
    refuse_clash(session, _turn(swap), swap.taker_id)
    swap.answered_at = at
    if settings().swaps_need_approval:
        swap.state = SwapState.AGREED
        _tell(session, swap, APPROVE, _leaders(session, swap, at), at=at)
    else:
        _hold(session, swap, by_id=swap.asker_id, at=at)
    return swap


def withdraw(session: Session, swap_id: int, *, by_id: int, at: datetime) -> Swap:
    """Whoever asked does not want it any more, while it does not hold."""
    swap = _open_swap(session, swap_id, *OPEN, at=at)
    if by_id != swap.asker_id:
        raise NotAllowed("只有提出的人能撤回。Only whoever asked can withdraw it.")
    swap.state = SwapState.WITHDRAWN
    _tell(session, swap, "swap_withdrawn", [swap.taker], at=at)
    return swap


def drop_all_of(session: Session, staff_id: int, *, at: datetime) -> None:
    """Somebody does not work here any more: what they asked, or were asked, is off, and the other of the two hears."""
    theirs = or_(Swap.asker_id == staff_id, Swap.taker_id == staff_id)
    query = select(Swap).where(theirs, Swap.state.in_(OPEN), Swap.starts_at > at).order_by(Swap.id)
    for swap in session.scalars(query.with_for_update().execution_options(populate_existing=True)):
        swap.state = SwapState.WITHDRAWN
        _tell(session, swap, "swap_off", [swap.taker if swap.asker_id == staff_id else swap.asker], at=at)


def decide(session: Session, swap_id: int, *, approves: bool, by_id: int, at: datetime) -> Swap:
    """A leader approves of what both agreed to, or does not. What clashes by now is refused with `BadInput`.

    Raises `NotAllowed` for either of the two, and for a leader who does not serve the project any more.
    """
    swap = _open_swap(session, swap_id, SwapState.AGREED, at=at)
    if not may_decide(swap, session.get_one(Staff, by_id)):
        raise NotAllowed(
            "换班要由本项目的另一位主管批准。Another leader of the project has to approve of a swap than the two of it."
        )
    if approves:
        _refuse_moved(session, swap)
        refuse_clash(session, _turn(swap), swap.taker_id)
        swap.decided_by_id, swap.decided_at = by_id, at
        _hold(session, swap, by_id=by_id, at=at)
    else:
        swap.decided_by_id, swap.decided_at, swap.state = by_id, at, SwapState.REFUSED
        _tell(session, swap, "swap_refused", [swap.asker, swap.taker], at=at)
    return swap


def may_decide(swap: Swap, leader: Staff) -> bool:
    """Whether this leader is neither of the two, and serves the project today."""
    is_theirs = leader.project_id in {None, swap.project_id}
    return is_theirs and leader.is_active and leader.id not in {swap.asker_id, swap.taker_id}


def swaps_of(session: Session, project_ids: Sequence[int], staff_id: int, *, limit: int) -> Sequence[Swap]:
    """The newest swaps of these projects and of one person, newest first."""
    mine = or_(Swap.asker_id == staff_id, Swap.taker_id == staff_id)
    query = select(Swap).where(or_(Swap.project_id.in_(project_ids), mine))
    return session.scalars(query.order_by(Swap.id.desc()).limit(limit)).all()


def open_swaps(
    session: Session, project_id: int, post: Post, *, from_at: datetime, until_at: datetime
) -> Sequence[Swap]:
    """The swaps of one post that still wait for somebody, of turns that begin in that stretch."""
    query = select(Swap).where(Swap.project_id == project_id, Swap.post == post, Swap.state.in_(OPEN))
    return session.scalars(query.where(Swap.starts_at >= from_at, Swap.starts_at < until_at).order_by(Swap.id)).all()


def swap_of(session: Session, swap_id: int) -> Swap:
    """One swap, locked; raises `NotFound`."""
    swap = session.get(Swap, swap_id, with_for_update=True, populate_existing=True)
    if swap is None:
        raise NotFound("没有这次换班。There is no such swap.")
    return swap


def swap_by_code(session: Session, code: str, *, at: datetime) -> Swap | None:
    """The newest swap with this code of a turn that is not long over."""
    lately = (Swap.code == code) & (Swap.ends_at > at - CODE_LIVES)
    return session.scalar(select(Swap).where(lately).order_by(Swap.id.desc()).limit(1))


def was_asked_to_approve(session: Session, swap: Swap, staff_id: int) -> bool:
    """Whether this leader was texted about it: the code means nothing from another."""
    asked = exists().where(Message.once_key == _once_key(swap, APPROVE, staff_id))
    return bool(session.scalar(select(asked)))


def _new_code(session: Session, at: datetime) -> str:
    """Five digits of no other swap that may still be answered."""
    while True:
        code = f"{secrets.randbelow(90000) + 10000}"
        if swap_by_code(session, code, at=at) is None:
            return code


def _once_key(swap: Swap, key: str, staff_id: int) -> str:
    return f"swap/{swap.id}/{key}/{staff_id}"


def _open_swap(session: Session, swap_id: int, *states: SwapState, at: datetime) -> Swap:
    swap = swap_of(session, swap_id)
    if swap.state not in states:
        raise Conflict("这次换班已经有结果了。That swap is settled already.")
    if swap.starts_at <= at:
        raise BadInput("这个班已经开始，不能再换。That turn has begun; it cannot be swapped any more.")
    return swap


def _turn(swap: Swap) -> Turn:
    return Turn(swap.post, swap.asker_id, swap.starts_at, swap.ends_at)


def _refuse_moved(session: Session, swap: Swap) -> None:
    """The turn has to be as it was when it was asked about, and still theirs."""
    if _turn(swap) not in held(session, swap.project_id, swap.starts_at, swap.ends_at):
        raise BadInput("这个班已经变了，请撤回重新提出。The turn has changed since; withdraw it and ask again.")


def refuse_clash(session: Session, turn: Turn, taker_id: int) -> None:
    """Raises `BadInput` with the reason where `taker_id` cannot take the turn: duty, leave or rest in any project."""
    from_at, until_at = turn.starts_at - AROUND, turn.ends_at + AROUND
    theirs = [
        one for id in session.scalars(select(Project.id)) for one in held(session, id, from_at, until_at)
        if one.staff_id == taker_id
    ]  # fmt: skip
    found = clash(turn, taker_id, theirs, leave_between(session, turn.starts_at, turn.ends_at, of=[taker_id]))
    if found is not None:
        raise BadInput(WHY[found])


def _hold(session: Session, swap: Swap, *, by_id: int, at: datetime) -> None:
    """It holds from now on, for exactly that turn; both hear of it, and a leader who did not decide."""
    written = take_over(
        session, project_id=swap.project_id, post=swap.post, staff_id=swap.taker_id, starts_at=swap.starts_at,
        ends_at=swap.ends_at, reason=f"换班 {swap.asker.name} → {swap.taker.name}", by_id=by_id, at=at,
    )  # fmt: skip
    swap.state, swap.override_id = SwapState.DONE, written.id
    above = [] if swap.decided_by_id is not None else _leaders(session, swap, at)
    _tell(session, swap, "swap_done", [swap.asker, swap.taker, *above], at=at)


def _leaders(session: Session, swap: Swap, at: datetime) -> list[Staff]:
    duty = who_is_on_duty(session, swap.project_id, at=at)
    groups = (
        [one for one in group if may_decide(swap, one)] for group in (duty.supervisor, duty.manager, duty.director)
    )
    return next((group for group in groups if group), [])


def _tell(session: Session, swap: Swap, key: str, people: Sequence[Staff], *, at: datetime) -> None:
    session.flush()
    zone = settings().timezone
    due_at = polite_at(at, by_at=swap.starts_at - timedelta(hours=1), zone=zone)
    starts, ends = (f"{local(moment, zone):%m-%d %H:%M}" for moment in (swap.starts_at, swap.ends_at))
    for staff in {one.id: one for one in people}.values():
        name = (staff.language == "en" and swap.project.name_en) or swap.project.name
        is_asked = key in ANSWERED_BY_CODE and two_way_text(staff.number, settings().two_way_countries)
        body = dutywords.text(
            f"{key}_two_way" if is_asked else key, staff.language, code=swap.code,
            asker=swap.asker.name, taker=swap.taker.name, project=name, starts=starts, ends=ends,
            post=words.post(swap.post.value, staff.language),
        )  # fmt: skip
        messages.plan_text(
            session, number=staff.number, message_class=MessageClass.STAFF, body=body,
            once_key=_once_key(swap, key, staff.id), about="", at=at, due_at=due_at,
            valid_until_at=due_at + LIVES, language=staff.language, urgency=AFTER_PAGES, is_demo=staff.is_demo,
        )  # fmt: skip
