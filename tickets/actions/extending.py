"""More time for a promise is asked for, and allowed or refused by a second person."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from base.errors import BadInput, Conflict
from directory.models import Staff
from tickets.actions.timeline import add_event, forget, get
from tickets.actions.watching import standing_clocks
from tickets.clocks import extendable
from tickets.extensions import ExtensionAnswer, check_second, check_until, promised_at
from tickets.lifecycle import MOVING, Move, after
from tickets.models import EventType, Ticket
from tickets.promisemodels import Extension
from tickets.running import ClockName

NO_CLOCK = "这张工单没有可以延的时限。No clock of this ticket can be put off."


def ask_extension(
    session: Session, ticket_id: int, by: Staff, *, until_at: datetime, reason: str, at: datetime
) -> Extension:  # fmt: skip
    """Put the wish down; no clock moves by it.

    Raises `BadInput` without a reason and for a moment that gives no more time, `Conflict` where somebody's wish
    waits already, or nothing of this ticket can be put off.
    """
    ticket = get(session, ticket_id)
    after(Move.EXTEND, ticket.status)
    if open_extension(session, ticket_id) is not None:
        raise Conflict("已有一份延时申请在等批复。Somebody's wish for more time waits for an answer already.")
    clock = extendable(standing_clocks(session, ticket, at=at))
    if clock is None:
        raise Conflict(NO_CLOCK)
    if not reason:
        raise BadInput("申请延时要写明原因。More time is asked for with a reason; write it down.")
    check_until(until_at, clock, at=at)
    asked = Extension(
        ticket_id=ticket_id, clock=clock.name, asked_by_id=by.id, asked_at=at, until_at=until_at, reason=reason
    )
    session.add(asked)
    session.flush()
    add_event(session, ticket_id, EventType.EXTENSION, at=at, staff_id=by.id, text=reason, data=_facts(asked))
    return asked


def answer_extension(
    session: Session, ticket_id: int, by: Staff, *, is_granted: bool, words: str, at: datetime
) -> Extension:  # fmt: skip
    """Allow it, and the clock runs until the moment asked for from now on; or refuse it, with a reason in `words`.

    Where the level has changed since it was asked it is the clock that can be put off now. Raises `Conflict` where
    nothing is asked (any more), that moment has passed or gives no more time than there is by now, or no clock can be
    put off, `NotAllowed` for whoever asked or
    has the ticket, `BadInput` for a refusal without a reason.
    """
    ticket = get(session, ticket_id)
    after(Move.DECIDE, ticket.status)
    asked = open_extension(session, ticket_id)
    if asked is None:
        raise Conflict("没有等批复的延时申请。Nobody waits for more time.")
    check_second(by.id, asked_by_id=asked.asked_by_id, assignee_id=ticket.assignee_id)
    if is_granted and asked.until_at <= at:
        raise Conflict("申请延到的时间已经过了，请重新申请。The moment asked for has passed; ask anew.")
    if not is_granted and not words:
        raise BadInput("不同意延时要写明原因。More time is refused for a reason; write it down.")
    if is_granted:
        asked.clock = _to_be_put_off(session, ticket, asked, at=at)
    asked.answer = ExtensionAnswer.GRANTED if is_granted else ExtensionAnswer.REFUSED
    asked.answered_by_id, asked.answered_at, asked.words = by.id, at, words
    session.flush()
    _touch(session, ticket_id)
    event = EventType.EXTENDED if is_granted else EventType.NOT_EXTENDED
    add_event(session, ticket_id, event, at=at, staff_id=by.id, text=words, data=_facts(asked))
    return asked


def _to_be_put_off(session: Session, ticket: Ticket, asked: Extension, *, at: datetime) -> ClockName:
    """The clock that was asked about, or the one that its ticket has instead at the level it has now."""
    standing = standing_clocks(session, ticket, at=at)
    own = (clock for clock in standing if clock.name is asked.clock and clock.met_at is None)
    clock = next(own, None) or extendable(standing)
    if clock is None:
        raise Conflict(NO_CLOCK)
    if asked.until_at <= promised_at(clock, at=at):
        raise Conflict(
            "现在的时限已经不早于申请延到的时间，请重新申请。"
            "The present deadline is no earlier than the moment asked for; ask anew."
        )
    return clock.name


def open_extension(session: Session, ticket_id: int) -> Extension | None:
    """The wish of this ticket that nobody has answered."""
    return session.scalar(select(Extension).where(Extension.ticket_id == ticket_id, Extension.answer.is_(None)))


def open_extensions(session: Session, where: ColumnElement[bool], *, but_of: int) -> list[Extension]:
    """The wishes about tickets that fulfil `where`, the oldest first, without those this member of staff asked for,
    or whose tickets are theirs.
    """
    query = (
        select(Extension)
        .join(Ticket, Ticket.id == Extension.ticket_id)
        .where(
            Extension.answer.is_(None), Ticket.status.in_(MOVING), where, Extension.asked_by_id != but_of,
            Ticket.assignee_id.is_distinct_from(but_of),
        )
        .order_by(Extension.id)
    )  # fmt: skip
    return list(session.scalars(query))


def drop_extension(session: Session, ticket_id: int, *, at: datetime) -> None:
    """Its ticket has ended: nobody needs an answer any more."""
    session.execute(
        update(Extension)
        .where(Extension.ticket_id == ticket_id, Extension.answer.is_(None))
        .values(answer=ExtensionAnswer.OVER, answered_at=at)
    )


def _touch(session: Session, ticket_id: int) -> None:
    """Whoever watches its clocks looks again, though nothing of its own row has changed."""
    session.execute(
        update(Ticket)
        .where(Ticket.id == ticket_id)
        .values(version=Ticket.version + 1)
        .execution_options(synchronize_session=False)
    )
    forget(session, ticket_id)


def _facts(asked: Extension) -> dict[str, Any]:
    return {"extension": asked.id, "clock": asked.clock.value, "until": asked.until_at.isoformat()}
