"""The calls we owe: written down when a call ends, listed, told of when they are late, settled."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from base.clock import local
from base.rows import alone
from base.wiring import settings
from directory.actions import whose_number
from hotline.actions.telling import number_of
from hotline.intake import Intake
from hotline.models import Call, RingBack
from hotline.ringback import RingBackState, RingBackWhy, due_at, is_settled_by, why_owed
from messages import actions as messages
from messages.lifecycle import MessageClass
from messages.wording import say
from oncall import actions as oncall
from telephony.numbers import NumberKind, ReadNumber, read_number
from tickets import actions as tickets
from tickets.lifecycle import MOVING, Kind, Status
from tickets.models import Ticket
from tickets.triage import category_words

TEXT_VALID = timedelta(hours=1)
AFTER_PAGES = 4
"""Urgency of our own telephones ringing, and of what staff are told: neither goes before a page."""
AT_ONCE = 50

BROKE_OFF = (RingBackWhy.MISSED, RingBackWhy.BROKEN_OFF)
IS_OPEN = RingBack.settled_at.is_(None)
_OVER = tuple(status for status in Status if status not in MOVING and status is not Status.MERGED)
_IS_DONE = or_(Ticket.status.in_(_OVER), and_(Ticket.kind == Kind.EMERGENCY, Ticket.acknowledged_at.is_not(None)))
"""Nothing is left to say: the matter is over, or, of an emergency, whoever took it has the caller's number."""

_OF_CALL_OR_OWED = (
    select(RingBack.id, RingBack.last_call_id)
    .where(or_(RingBack.last_call_id == bindparam("call_id"), and_(RingBack.number == bindparam("number"), IS_OPEN)))
    .order_by(RingBack.id.desc())
)
"""What a call left us owing, and whatever else is owed to its number: most calls find neither."""


def after_call(
    session: Session, call: Call, intake: Intake, *, had_ticket: bool, leaves_ticket: bool, has_spoken: bool,
    at: datetime,
) -> None:  # fmt: skip
    """What a call that is over leaves us owing, or settles. Twice changes nothing; a late key may change all of it."""
    number = number_of(call, intake)
    if number is None:
        # unnamed from now on, also if their late key only says so after the end
        session.execute(delete(RingBack).where(RingBack.last_call_id == call.id))
        return
    why = why_owed(intake, had_ticket=had_ticket, leaves_ticket=leaves_ticket, has_spoken=has_spoken)
    of_both = {"call_id": call.id, "number": number}
    if why is None and not session.connection().execute(_OF_CALL_OR_OWED, of_both).all():
        return  # what another call leaves at this very moment is owed, and no call is rung too few
    alone(session, f"ring-back/{number}")
    there = session.connection().execute(_OF_CALL_OR_OWED, of_both).all()
    own = next((session.get_one(RingBack, one.id) for one in there if one.last_call_id == call.id), None)
    if why is None:
        # a number that was only keyed may be anybody's: whoever keyed it settles nothing of theirs
        if call.from_number is not None and is_settled_by(intake, has_spoken=has_spoken):
            # a message answers a call that broke off, and about its own ticket; whoever was promised a call gets it
            same = or_(RingBack.ticket_id == call.ticket_id, RingBack.why.in_(BROKE_OFF))
            of_number = [RingBack.number == number, *([] if has_spoken else [same])]
            settle(session, *of_number, state=RingBackState.CALLED_AGAIN, at=at)
        elif own is not None:
            settle(session, RingBack.id == own.id, state=RingBackState.DROPPED, at=at)
    elif own is not None:
        own.ticket_id = call.ticket_id or own.ticket_id
    elif why is RingBackWhy.ASKED:
        return  # it was written down when they asked, beside what was owed to that number before
    elif call.ticket_id is not None and may_be_rung(session, number):
        _owe(session, call, session.get_one(Ticket, call.ticket_id), number, why, at=at)


def ask_for(session: Session, call: Call, ticket: Ticket, number: str, *, at: datetime) -> None:
    """They would rather be called back than wait: it is owed from now on, whatever becomes of their call."""
    alone(session, f"ring-back/{number}")
    _owe(session, call, ticket, number, RingBackWhy.ASKED, at=at)


def may_be_rung(session: Session, number: str) -> bool:
    """Whether it is somebody's telephone, of a country we call or of somebody we know. Never 106, 400 or withheld."""
    read = read_number(number)
    if not isinstance(read, ReadNumber) or read.kind not in {NumberKind.MOBILE, NumberKind.LANDLINE}:
        return False
    allowed = {country.strip() for country in settings().sms_countries.split(",")}
    return read.region in allowed or whose_number(session, number).is_known


def open_rows(session: Session, *where: ColumnElement[bool], most: int | None = None) -> Sequence[RingBack]:
    """What is owed about tickets that fulfil `where`, `most` of it: emergencies first, then what is due first."""
    query = select(RingBack).join(Ticket, Ticket.id == RingBack.ticket_id).where(IS_OPEN, ~_IS_DONE, *where)
    order = (Ticket.kind != Kind.EMERGENCY, RingBack.due_at, RingBack.id)
    return session.scalars(query.options(joinedload(RingBack.ticket)).order_by(*order).limit(most)).all()


def is_owed() -> ColumnElement[bool]:
    """Of a ticket: whether a call is owed about it."""
    return exists().where(RingBack.ticket_id == Ticket.id, IS_OPEN) & ~_IS_DONE


def counts(session: Session, *where: ColumnElement[bool], at: datetime) -> tuple[int, int]:
    """How many calls are owed about tickets that fulfil `where`, and how many of them are late."""
    # asked for first by themselves: SQLite would go through every ticket of the project for the few there are
    ids = session.scalars(select(RingBack.id).where(IS_OPEN)).all()
    if not ids:
        return 0, 0
    late = func.count().filter(RingBack.due_at <= at)
    query = select(func.count(), late).select_from(RingBack).join(Ticket, Ticket.id == RingBack.ticket_id)
    owed, overdue = session.execute(query.where(RingBack.id.in_(ids), ~_IS_DONE, *where)).one()
    return owed, overdue


def within() -> timedelta:
    """The time we give ourselves."""
    return timedelta(minutes=settings().ring_back_minutes)


def drop_done(session: Session, *, at: datetime) -> None:
    """Nobody is rung about a matter that is over, or about an emergency that somebody has taken."""
    is_done = exists().where(Ticket.id == RingBack.ticket_id, _IS_DONE)
    settle(session, is_done, state=RingBackState.DROPPED, at=at)


def late_ones(session: Session, *, at: datetime) -> Sequence[int]:
    """Of which no supervisor has heard yet."""
    late = select(RingBack.id).where(IS_OPEN, RingBack.due_at <= at, RingBack.told_at.is_(None))
    return session.scalars(late.order_by(RingBack.due_at).limit(AT_ONCE)).all()


def tell_supervisor(session: Session, id: int, *, at: datetime) -> None:
    """A call back is late: the supervisor on duty gets one text, above them the manager where there is none."""
    told = update(RingBack).where(RingBack.id == id, IS_OPEN, RingBack.told_at.is_(None)).values(told_at=at)
    if not changed(session, told):
        return
    row = session.get_one(RingBack, id)
    ticket = row.ticket
    duty = oncall.duty_of(session, ticket, at=at)
    for staff in duty.supervisor or duty.manager or duty.director:
        body = say(
            "ring_back_late", staff.language, ref=ticket.ref, place=oncall.place_of(ticket, staff.language),
            what=category_words(ticket.category, staff.language),
            time=f"{local(row.due_at, settings().timezone):%H:%M}",
        )  # fmt: skip
        messages.plan_text(
            session, number=staff.number, message_class=MessageClass.STAFF, body=body,
            once_key=f"ring-back/{id}/late/{row.tried}/{staff.id}", about=f"ticket:{ticket.id}", at=at,
            valid_until_at=at + TEXT_VALID, language=staff.language, urgency=AFTER_PAGES, is_demo=staff.is_demo,
        )  # fmt: skip


def _owe(session: Session, call: Call, ticket: Ticket, number: str, why: RingBackWhy, *, at: datetime) -> None:
    """One call a number and a desk is owed: whoever calls three times is rung once, by when the first was promised.

    About an emergency it is a call of its own: it is not owed any more as soon as somebody has taken that.
    """
    by_at = due_at(ticket.kind, tickets.service_hours(session, ticket.project).daily, within=within(), at=at)
    is_emergency = ticket.kind is Kind.EMERGENCY
    same_desk = select(Ticket.id).where(
        Ticket.owner_desk == ticket.owner_desk, Ticket.project_id.is_not_distinct_from(ticket.project_id),
        (Ticket.kind == Kind.EMERGENCY) if is_emergency else (Ticket.kind != Kind.EMERGENCY),
    )  # fmt: skip
    open_one = session.scalar(
        select(RingBack)
        .where(RingBack.number == number, IS_OPEN, RingBack.ticket_id.in_(same_desk))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if open_one is None:
        session.add(RingBack(
            number=number, ticket_id=ticket.id, last_call_id=call.id, why=why, owed_at=at, due_at=by_at,
            state=RingBackState.OWED,
        ))  # fmt: skip
        return
    open_one.calls, open_one.due_at = open_one.calls + 1, min(open_one.due_at, by_at)
    if call.from_number is not None:
        # whoever only keyed the number may be anybody: what is owed to its owner stays as it is
        open_one.last_call_id, open_one.ticket_id, open_one.why = call.id, ticket.id, why


def settle(session: Session, *which: ColumnElement[bool], state: RingBackState, at: datetime) -> int:
    """Nothing is owed any more of these that are still open; how many they were."""
    settled = update(RingBack).where(IS_OPEN, *which).values(state=state, settled_at=at)
    return changed(session, settled)


def changed(session: Session, statement: Any) -> int:
    """How many rows an UPDATE has changed."""
    return int(session.execute(quietly(statement)).rowcount)  # type: ignore[attr-defined]  # an UPDATE has one


def quietly(statement: Any) -> Any:
    """The same UPDATE, without looking for its rows in the session."""
    return statement.execution_options(synchronize_session=False)
