"""One of us returns a call: takes it, is rung, is put through to the caller, says how it went."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from directory.models import Staff
from hotline.actions import ringbacks
from hotline.actions.telling import text_caller
from hotline.intake import Intake
from hotline.models import Call, RingBack
from hotline.ringback import MOST_TRIES, RingBackState, due_at
from messages import actions as messages
from messages.lifecycle import MessageClass
from oncall.transfer import TALKS_AT_MOST
from tickets import actions as tickets
from tickets.models import EventType, Ticket

RINGS_S = 60
"""Somebody who presses twice is rung once: this long a ring to a colleague is taken to be under way."""
CALL_VALID = timedelta(minutes=2)


def engaged(session: Session, *, at: datetime) -> set[int]:
    """Whose telephone rings to return a call, or who is speaking with the one that was called."""
    rings = (RingBack.state == RingBackState.TAKEN) & (RingBack.rung_at > at - timedelta(seconds=RINGS_S))
    talks = RingBack.owner_rung_at > at - TALKS_AT_MOST
    query = select(RingBack.rung_by_id).where(ringbacks.IS_OPEN, RingBack.rung_by_id.is_not(None), or_(rings, talks))
    return {staff_id for staff_id in session.scalars(query) if staff_id is not None}


def take(session: Session, id: int, staff_id: int) -> bool:
    """One of us will ring: whether it is theirs. Of two at once one has it."""
    taken = update(RingBack).where(RingBack.id == id, ringbacks.IS_OPEN, RingBack.state == RingBackState.OWED)
    session.execute(ringbacks.quietly(taken.values(state=RingBackState.TAKEN, taken_by_id=staff_id)))
    row = session.get(RingBack, id, populate_existing=True)
    return row is not None and row.state is RingBackState.TAKEN and row.taken_by_id == staff_id


def hand_back(session: Session, id: int, staff_id: int, *, at: datetime) -> None:
    """They will not ring after all: it is anybody's again, and their telephone stops ringing for it."""
    back = update(RingBack).where(_is_theirs(id, staff_id))
    if ringbacks.changed(session, back.values(state=RingBackState.OWED, rung_at=None, owner_rung_at=None)):
        messages.cancel(session, about=f"ringback:{id}", at=at)


def free_of_gone(session: Session, *, at: datetime) -> None:
    """What somebody had taken who does not work here any more is anybody's again."""
    taken = select(RingBack.id, Staff.id).join(Staff, Staff.id == RingBack.taken_by_id)
    gone = taken.where(ringbacks.IS_OPEN, RingBack.state == RingBackState.TAKEN, Staff.is_active.is_(False))
    for id, staff_id in session.execute(gone).all():
        hand_back(session, id, staff_id, at=at)


def ring(session: Session, id: int, staff: Staff, *, at: datetime) -> bool:
    """Have the telephone of whoever took it ring, to be put through to the caller; False if it is not theirs.

    Once more within a minute changes nothing.
    """
    is_free = or_(RingBack.rung_at.is_(None), RingBack.rung_at <= at - timedelta(seconds=RINGS_S))
    began = update(RingBack).where(_is_theirs(id, staff.id), is_free)
    began = began.values(rings=RingBack.rings + 1, rung_at=at, rung_by_id=staff.id).returning(RingBack.rings)
    rings = session.execute(ringbacks.quietly(began)).scalar_one_or_none()
    if rings is None:
        return session.scalar(select(RingBack.id).where(_is_theirs(id, staff.id))) is not None
    messages.plan_call(
        session, number=staff.number, message_class=MessageClass.STAFF, answer_path=f"/voice/ring-back/{id}/{rings}",
        once_key=f"ring-back/{id}/{rings}", about=f"ringback:{id}", at=at, urgency=ringbacks.AFTER_PAGES,
        valid_until_at=at + CALL_VALID, is_demo=staff.is_demo,
    )  # fmt: skip
    return True


def owner_rung(session: Session, id: int, ring: int, *, at: datetime) -> None:
    """The colleague is there, and the caller's own telephone rings now. The same ring twice counts once."""
    rung = update(RingBack).where(RingBack.id == id, RingBack.owner_ring < ring)
    session.execute(
        ringbacks.quietly(rung.values(owner_ring=ring, owner_rings=RingBack.owner_rings + 1, owner_rung_at=at))
    )


def talk_over(session: Session, id: int, ring: int) -> None:
    """The line between the two is closed, whatever became of it."""
    over = update(RingBack).where(RingBack.id == id, RingBack.owner_ring == ring)
    session.execute(ringbacks.quietly(over.values(owner_rung_at=None)))


def spoken(session: Session, id: int, *, at: datetime) -> None:
    """They have talked: nothing is owed to that number any more. Twice changes nothing."""
    row = session.get(RingBack, id)
    if row is None:
        return
    done = ringbacks.settle(session, RingBack.id == id, state=RingBackState.SPOKEN, at=at)
    if done:
        _tell_timeline(session, row, "spoken", at=at)


def not_reached(session: Session, id: int, ring: int, *, at: datetime) -> None:
    """Ring number `ring` was in vain: it is owed again, a while later; after the last try the caller gets a text.

    Only rings of the caller's own telephone count as tries. The same ring twice changes nothing, nor does one of
    somebody who has handed it on since.
    """
    row = session.get(RingBack, id)
    if row is None:
        return
    is_anybodys = or_(RingBack.state == RingBackState.OWED, RingBack.taken_by_id == RingBack.rung_by_id)
    again = update(RingBack).where(
        RingBack.id == id, ringbacks.IS_OPEN, RingBack.tried < ring, RingBack.rings == ring, is_anybodys
    )
    again = again.values(
        tried=ring,
        state=RingBackState.OWED,
        rung_at=None,
        owner_rung_at=None,
        told_at=None,
        due_at=_due_again(session, row, at),
    )
    if not ringbacks.changed(session, again):
        return
    session.refresh(row)
    _tell_timeline(session, row, "not_reached", at=at)
    if row.owner_rings >= MOST_TRIES:
        ringbacks.settle(session, RingBack.id == id, state=RingBackState.NOT_REACHED, at=at)
        call = session.get_one(Call, row.last_call_id)
        ticket = session.get_one(Ticket, row.ticket_id)
        text_caller(
            session, call, Intake.from_json(call.intake), ticket, at=at, key="ring_back_tried",
            once_key=f"ring-back/{id}/tried",
        )  # fmt: skip


def _due_again(session: Session, row: RingBack, at: datetime) -> datetime:
    ticket = session.get_one(Ticket, row.ticket_id)
    return due_at(ticket.kind, tickets.service_hours(session, ticket.project).daily, within=ringbacks.within(), at=at)


def _is_theirs(id: int, staff_id: int) -> ColumnElement[bool]:
    return and_(RingBack.id == id, RingBack.state == RingBackState.TAKEN, RingBack.taken_by_id == staff_id)


def _tell_timeline(session: Session, row: RingBack, result: str, *, at: datetime) -> None:
    tickets.add_event(
        session, row.ticket_id, EventType.RANG_BACK, at=at, staff_id=row.taken_by_id, data={"result": result},
        once_key=f"ring-back/{row.id}/{result}/{row.tried}",
    )  # fmt: skip
