"""One of us rings a caller, or a firm outside, through the hotline: asked for, put through, written down."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from base.errors import Conflict
from base.rows import alone
from base.wiring import settings
from directory.models import Staff, Vendor
from directory.vendors import vendors_of
from hotline.actions import ringbacks
from hotline.models import Call, ThroughCall
from hotline.through import ENDS, NOT_OVER, RINGS, ThroughState, Wanted, Whom, needs_reason, why_not
from messages import actions as messages
from messages.lifecycle import MessageClass
from messages.pacing import quiet_until
from oncall.transfer import TALKS_AT_MOST
from oncall.vendors import TRADE_OF
from tickets import actions as tickets
from tickets.models import EventType, Ticket

CALL_VALID = timedelta(minutes=2)
IS_ON = ThroughCall.over_at.is_(None)
MOST = 20
"""As many calls about one ticket, the newest, as anybody reads."""
WHY_NOT = {
    "over": "这张工单已经结束，不能再打。This ticket is over: nobody is rung about it.",
    "drill": "这是演练，不打给业主和外单位。This is a drill: nobody outside is rung.",
    "no_number": "没有可以拨打的号码。There is no number that can be rung.",
    "too_often": "打得太频繁了，请过一阵再打。That was often enough; please try again later.",
    "say_why": "现在是夜间，请写明为什么现在要打。It is night there: please say why now.",
    "engaged": "您的电话正在为另一个电话响铃或通话。Your telephone is busy with another call of yours.",
}


def ask_call(
    session: Session, ticket: Ticket, staff: Staff, *, firm: Vendor | None = None, reason: str = "", at: datetime
) -> ThroughCall:
    """Have the telephone of `staff` ring, to be put through to whoever reported `ticket`, or to a firm.

    Asked for twice within a minute it rings once. Raises `Conflict` with why it is not made.
    """
    alone(session, f"through/{staff.id}")
    whom, number = (Whom.FIRM, firm.number) if firm else (Whom.OWNER, ticket.caller_number or "")
    known = _under_way(session, staff.id, at)
    if known is not None and (known.ticket_id, known.number) == (ticket.id, number):
        return known
    wanted = _wanted(session, ticket, staff, whom, number, at, has_reason=bool(reason))
    if why := "engaged" if known is not None else why_not(wanted):
        raise Conflict(WHY_NOT[why])
    call = ThroughCall(
        ticket_id=ticket.id, staff_id=staff.id, whom=whom, firm=firm.name if firm else "", number=number,
        reason=reason, asked_at=at,
    )  # fmt: skip
    session.add(call)
    session.flush()
    messages.plan_call(
        session, number=staff.number, message_class=MessageClass.STAFF, answer_path=f"/voice/through/{call.id}",
        once_key=f"through/{call.id}", about=f"through:{call.id}", at=at, urgency=ringbacks.AFTER_PAGES,
        valid_until_at=at + CALL_VALID, is_demo=staff.is_demo,
    )  # fmt: skip
    return call


def firms_for(session: Session, ticket: Ticket) -> list[Vendor]:
    """The firms that see to a matter like this."""
    trade = TRADE_OF.get(ticket.category)
    return vendors_of(session, ticket.project_id, trade) if trade else []


def is_open_to_calls(ticket: Ticket) -> bool:
    """Whether anybody outside may be rung about it: it is not over, and no rehearsal."""
    return ticket.status in NOT_OVER and not ticket.is_drill


def can_be_rung(session: Session, ticket: Ticket) -> bool:
    """Whether whoever reported it has a telephone that we ring."""
    return ticket.caller_number is not None and ringbacks.may_be_rung(session, ticket.caller_number)


def asks_why(ticket: Ticket, *, at: datetime) -> bool:
    """Whether ringing its owner at `at` needs a reason."""
    return needs_reason(Whom.OWNER, ticket.level, is_night=_is_night(at))


def engaged(session: Session, *, at: datetime) -> set[int]:
    """Whose telephone rings to be put through, or who is speaking with the other side."""
    talks = ThroughCall.put_through_at > at - TALKS_AT_MOST
    query = select(ThroughCall.staff_id).where(
        IS_ON, or_(_rings(at), talks), ThroughCall.asked_at > at - 2 * TALKS_AT_MOST
    )
    return set(session.scalars(query))


def put_through(session: Session, call: ThroughCall, *, at: datetime) -> None:
    """The colleague is there, and the other side's telephone rings now. Twice changes nothing."""
    for message in messages.messages_about(session, f"through:{call.id}"):
        messages.heard(session, message.id, at=at)
    first = update(ThroughCall).where(ThroughCall.id == call.id, ThroughCall.put_through_at.is_(None))
    session.execute(ringbacks.quietly(first.values(put_through_at=at, state=ThroughState.PUT_THROUGH)))
    session.refresh(call)


def end_call(session: Session, call: ThroughCall, said: str, talked_s: int, *, at: datetime) -> None:
    """What the carrier `said` became of the other side; it stands on the timeline. Twice changes nothing."""
    state = ENDS.get(said, ThroughState.FAILED)
    seconds = talked_s if state is ThroughState.TALKED else 0
    over = update(ThroughCall).where(ThroughCall.id == call.id, IS_ON)
    if not ringbacks.changed(session, over.values(over_at=at, state=state, talked_s=seconds)):
        return
    session.refresh(call)
    data = {"result": state.value, "whom": call.whom.value} | ({"firm": call.firm} if call.firm else {})
    tickets.add_event(
        session, call.ticket_id, EventType.CALLED_OUT, at=at, staff_id=call.staff_id, text=call.reason,
        data=data | ({"seconds": seconds} if seconds else {}), once_key=f"through/{call.id}",
    )  # fmt: skip


def calls_about(session: Session, ticket_id: int) -> Sequence[ThroughCall]:
    """The calls made through the hotline about a ticket, newest first."""
    query = select(ThroughCall).where(ThroughCall.ticket_id == ticket_id).options(joinedload(ThroughCall.staff))
    return session.scalars(query.order_by(ThroughCall.id.desc()).limit(MOST)).all()


def shown_number(session: Session, call: ThroughCall) -> str:
    """The number the other side sees: the one they dialled, else that of their estate, else the company's."""
    dialled = select(Call.to_number).where(Call.ticket_id == call.ticket_id, Call.from_number == call.number)
    project = call.ticket.project
    known = session.scalar(dialled.order_by(Call.id.desc()).limit(1))
    return known or (project.number if project and project.number else "") or settings().hotline


def _wanted(
    session: Session, ticket: Ticket, staff: Staff, whom: Whom, number: str, at: datetime, *, has_reason: bool
) -> Wanted:
    of_ticket = _count(session, ThroughCall.ticket_id == ticket.id, ThroughCall.asked_at > at - timedelta(days=1))
    of_one = _count(session, ThroughCall.staff_id == staff.id, ThroughCall.asked_at > at - timedelta(hours=1))
    is_ringable = bool(number) if whom is Whom.FIRM else can_be_rung(session, ticket)
    return Wanted(
        whom, ticket.status, ticket.level, ticket.is_drill, is_ringable, _is_night(at), has_reason, of_ticket, of_one
    )  # fmt: skip


def _is_night(at: datetime) -> bool:
    return quiet_until(MessageClass.SERVICE.value, at, (settings().timezone,)) is not None


def _rings(at: datetime) -> ColumnElement[bool]:
    return or_(ThroughCall.asked_at > at - RINGS, ThroughCall.put_through_at > at - RINGS)


def _under_way(session: Session, staff_id: int, at: datetime) -> ThroughCall | None:
    query = select(ThroughCall).where(ThroughCall.staff_id == staff_id, IS_ON, _rings(at))
    return session.scalars(query.order_by(ThroughCall.id.desc()).limit(1)).first()


def _count(session: Session, *where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count(ThroughCall.id)).where(*where)) or 0
