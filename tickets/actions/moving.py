"""The moves of a ticket, from taken to closed."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from base.errors import BadInput, Conflict
from tickets.actions.extending import drop_extension
from tickets.actions.house import clock_table
from tickets.actions.leading import lock_led, taken_with
from tickets.actions.questions import rest_question, wake_question
from tickets.actions.timeline import add_event, forget, get
from tickets.actions.watching import first_page_at
from tickets.groups import may_be_held
from tickets.lifecycle import MOVING, CloseReason, Kind, Move, Status, WaitReason, after
from tickets.models import EventType, Ticket, TicketEvent
from tickets.running import ClockName

LEFT = "left"
"""In the data of a release: whoever had it has left the house."""


def acknowledge(session: Session, ticket_id: int, staff_id: int, *, at: datetime, how: str) -> bool:
    """Somebody takes it: the ladder stops. False when it is not open any more (somebody else was first)."""
    taken = session.execute(
        update(Ticket)
        .where(Ticket.id == ticket_id, Ticket.status == Status.OPEN)
        .values(
            status=Status.ACKNOWLEDGED, assignee_id=staff_id, acknowledged_at=at, page_due_at=None,
            is_alarming=False, version=Ticket.version + 1,
        )
        .returning(Ticket.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()  # fmt: skip
    if taken is None:
        return False
    forget(session, ticket_id)
    add_event(session, ticket_id, EventType.ACKNOWLEDGED, at=at, staff_id=staff_id, data={"how": how})
    return True


def release(session: Session, ticket_id: int, staff_id: int, *, at: datetime, text: str) -> bool:
    """Nobody has it any more: it is open, and the ladder goes on now from where it stood.

    What was taken with it, as the others of its group, is open again too, and held for it as before: whoever takes it
    has them. False where it is not theirs (`staff_id`) any more, or somebody has come.
    """
    lock_led(session, ticket_id)
    if not _open_again(session, ticket_id, staff_id, due_at=at, at=at, text=text):
        return False
    for link in taken_with(session, ticket_id, staff_id):
        is_held = may_be_held(get(session, link.ticket_id).level)
        if _open_again(session, link.ticket_id, staff_id, due_at=None if is_held else at, at=at, text=text):
            link.held_at = at if is_held else None
    session.flush()
    return True


def _open_again(
    session: Session, ticket_id: int, staff_id: int, *, due_at: datetime | None, at: datetime, text: str
) -> bool:
    released = session.execute(
        update(Ticket)
        .where(Ticket.id == ticket_id, Ticket.status == Status.ACKNOWLEDGED, Ticket.assignee_id == staff_id)
        .values(
            status=Status.OPEN, assignee_id=None, acknowledged_at=None, page_due_at=due_at, version=Ticket.version + 1
        )
        .returning(Ticket.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if released is None:
        return False
    forget(session, ticket_id)
    add_event(session, ticket_id, EventType.RELEASED, at=at, staff_id=staff_id, text=text)
    return True


def give_back(session: Session, ticket_id: int, *, at: datetime) -> bool:
    """Whoever has it does not work here any more: it is open, however far they were, and its ladder begins anew.

    It is told of as soon as a new one of its level would be; at once, where its owner was not satisfied. What they had
    with it, as the others of its group, is held for it again. False where nobody has it, or it has come to rest.
    """
    ticket = lock_led(session, ticket_id)[ticket_id]
    if ticket.assignee_id is None or ticket.status not in MOVING:
        return False
    together = taken_with(session, ticket_id, ticket.assignee_id)
    first_at = first_page_at(session, ticket.level, ticket.project, began_at=at, at=at)
    _leave_behind(session, ticket, at if ticket.refused_at is not None else first_at, at)
    for link in together:
        other = get(session, link.ticket_id)
        if may_be_held(other.level):
            _leave_behind(session, other, None, at)
            link.held_at = at
    session.flush()
    return True


def _leave_behind(session: Session, ticket: Ticket, due_at: datetime | None, at: datetime) -> None:
    leaver_id = ticket.assignee_id
    ticket.status, ticket.assignee_id, ticket.acknowledged_at = Status.OPEN, None, None
    ticket.page_step, ticket.page_due_at = 0, due_at
    session.flush()
    session.expire(ticket, ["assignee"])
    add_event(session, ticket.id, EventType.RELEASED, at=at, staff_id=leaver_id, data={"why": LEFT})


def arrive(
    session: Session, ticket_id: int, staff_id: int, *, at: datetime, text: str = "", how: str = ""
) -> Ticket:  # fmt: skip
    """The worker is on site, and says so by `how` (called_in). Raises `Conflict` where that cannot be."""
    return move_on(session, ticket_id, Move.ARRIVE, EventType.ARRIVED, staff_id, at, text, _by(how))


def wait(
    session: Session, ticket_id: int, staff_id: int, *, at: datetime, reason: WaitReason, text: str = "",
    until_at: datetime | None = None,
) -> Ticket:  # fmt: skip
    """It waits for something outside, and the clocks that this reason stops stand; from `until_at` they go on anyway.

    Raises `BadInput` for an end in the past.
    """
    if until_at is not None and until_at <= at:
        raise BadInput("等到的时间已经过去，请重新填写。That moment is in the past; give a later one.")
    data = {"reason": reason.value} | ({"until": until_at.isoformat()} if until_at else {})
    return move_on(session, ticket_id, Move.WAIT, EventType.WAITING, staff_id, at, text, data)


def resume(session: Session, ticket_id: int, staff_id: int, *, at: datetime, text: str = "") -> Ticket:
    """Go on after waiting."""
    return move_on(session, ticket_id, Move.RESUME, EventType.RESUMED, staff_id, at, text)


def end_pause(session: Session, ticket: Ticket, *, longest: timedelta, at: datetime) -> bool:
    """A locked ticket waited for as long as somebody said, or for `longest` where nobody did: it is whoever's it was,
    and goes on by itself. False while it waits.
    """
    paused = session.scalars(
        select(TicketEvent)
        .where(TicketEvent.ticket_id == ticket.id, TicketEvent.type == EventType.WAITING)
        .order_by(TicketEvent.id.desc())
    ).first()
    until = paused.data.get("until") if paused is not None else None
    if paused is not None and at < (datetime.fromisoformat(until) if until else paused.at + longest):
        return False
    ticket.status = Status.ACKNOWLEDGED
    session.flush()
    add_event(session, ticket.id, EventType.RESUMED, at=at)
    return True


def resolve(
    session: Session, ticket_id: int, staff_id: int | None, *, at: datetime, text: str, how: str = ""
) -> Ticket:  # fmt: skip
    """It is done; `text` is the result, as the owner will be told it, empty where a key said so (`how`: called_in).

    `how` incident: with the trouble it was part of.
    """
    ticket = move_on(session, ticket_id, Move.RESOLVE, EventType.RESOLVED, staff_id, at, text, _by(how))
    ticket.resolved_at = at
    ticket.follow_up_at = None if ticket.is_drill else at  # a rehearsal has no owner to be told and asked
    ticket.score = ticket.refused_at = None
    session.flush()
    return ticket


def score(
    session: Session, ticket_id: int, score: int, *, at: datetime, text: str, data: dict[str, Any]
) -> Ticket:  # fmt: skip
    """Its owner says how the result was, from 1 to 5 (best); `text` is what they added."""
    ticket = get(session, ticket_id)
    ticket.score = score
    session.flush()
    add_event(session, ticket_id, EventType.SCORED, at=at, text=text, data={"score": score, **data})
    return ticket


def close(
    session: Session, ticket_id: int, staff_id: int | None, *, at: datetime, text: str = "",
    why: CloseReason = CloseReason.OVERRIDE,
) -> Ticket:  # fmt: skip
    """It has come to rest; where one of us decides that (`override`), `text` says the reason."""
    ticket = move_on(session, ticket_id, Move.CLOSE, EventType.CLOSED, staff_id, at, text, {"why": why.value})
    ticket.closed_at = at
    session.flush()
    return ticket


def reopen(
    session: Session, ticket_id: int, staff_id: int | None, *, at: datetime, text: str,
    refused: dict[str, Any] | None = None,
) -> Ticket:  # fmt: skip
    """It was not done after all: clocks and ladder begin again.

    `refused`: its owner says so, and how; then somebody hears of it at once, whatever its level, and it is counted.
    """
    ticket = move_on(session, ticket_id, Move.REOPEN, EventType.REOPENED, staff_id, at, text, refused)
    ticket.resolved_at = ticket.closed_at = ticket.acknowledged_at = None
    ticket.follow_up_at = at
    ticket.refused_at = at if refused else None
    ticket.reworked += 1 if refused else 0
    ticket.end_seen_at = None
    ticket.page_step = 0
    ticket.page_due_at = at if refused else first_page_at(session, ticket.level, ticket.project, began_at=at, at=at)
    session.flush()
    if ticket.kind is Kind.COMPLAINT:
        wake_question(session, ticket_id, at=at)
    return ticket


def cancel(
    session: Session, ticket_id: int, staff_id: int | None, *, at: datetime, text: str, told: str = ""
) -> Ticket:  # fmt: skip
    """It was not a matter at all, or not ours; the reason is kept, and its owner is told that nobody comes.

    `told`: in these words, which say why, and who can help.
    """
    data = {"told": told} if told else None
    ticket = move_on(session, ticket_id, Move.CANCEL, EventType.CANCELLED, staff_id, at, text, data)
    ticket.follow_up_at = None if ticket.is_drill else at
    session.flush()
    return ticket


def note(session: Session, ticket_id: int, staff_id: int | None, *, at: datetime, text: str) -> Ticket:
    """Write something down. Where a first reply was promised this is it, and nobody is told any more.

    To an owner who said that it is not done a note is no reply: somebody has to take it.
    """
    ticket = move_on(session, ticket_id, Move.NOTE, EventType.NOTED, staff_id, at, text)
    is_reply = clock_table()[ticket.level].promised is ClockName.FIRST_REPLY and ticket.refused_at is None
    if is_reply and ticket.page_due_at is not None:
        ticket.page_due_at = None
        session.flush()
    return ticket


def assign(session: Session, ticket_id: int, staff_id: int, *, to_staff_id: int, at: datetime) -> Ticket:
    """Hand it to somebody."""
    ticket = move_on(session, ticket_id, Move.ASSIGN, EventType.ASSIGNED, staff_id, at, "", {"to": to_staff_id})
    ticket.assignee_id = to_staff_id
    session.flush()
    return ticket


def see_end(session: Session, ticket_id: int, staff_id: int, *, at: datetime) -> Ticket:
    """The desk that took it in has seen its end. Raises `Conflict` while it goes on, and where nobody follows it."""
    ticket = get(session, ticket_id)
    if not ticket.followed_by or ticket.status in MOVING or ticket.end_seen_at is not None:
        raise Conflict("这张工单没有待过目的结果。Nothing of this ticket waits to be looked at.")
    ticket.end_seen_at = at
    session.flush()
    add_event(session, ticket_id, EventType.END_SEEN, at=at, staff_id=staff_id)
    return ticket


def _by(how: str) -> dict[str, Any]:
    return {"how": how} if how else {}


def move_on(
    session: Session, ticket_id: int, move: Move, event: EventType, staff_id: int | None, at: datetime,
    text: str, data: dict[str, Any] | None = None,
) -> Ticket:  # fmt: skip
    """Make a move and tell the timeline. Raises `Conflict` where its status does not allow it."""
    ticket = get(session, ticket_id)
    ticket.status = after(move, ticket.status)
    if ticket.status != Status.OPEN:
        ticket.page_due_at, ticket.is_alarming = None, False
    if ticket.status not in MOVING:
        ticket.ask_due_at = None
        drop_extension(session, ticket_id, at=at)
    session.flush()
    if ticket.kind is Kind.COMPLAINT and ticket.status not in MOVING:
        rest_question(session, ticket_id)
    add_event(session, ticket_id, event, at=at, staff_id=staff_id, text=text, data=data)
    return ticket
