"""Everybody is speaking with somebody: the caller waits in line, hears where they stand, and may choose not to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, joinedload

from base.rows import alone
from base.wiring import settings
from hotline.actions import returning, ringbacks, through
from hotline.actions.callback import then_message
from hotline.actions.reports import hint_ladder, open_or_join
from hotline.actions.telling import number_of
from hotline.actions.turn import Next, Turn, spoken_ref
from hotline.menu import MenuStep
from hotline.menuwords import LINE
from hotline.models import Waiting
from hotline.waitingline import (
    SEEN_WITHIN,
    InLine,
    LeftHow,
    Rank,
    has_waited_long,
    minutes_to_wait,
    place_of,
    promised,
    question_of,
    rank_of,
)
from oncall import actions as oncall
from telephony.speech import End
from tickets import actions as tickets
from tickets.models import Ticket

TALKS = 20
"""The expected wait is reckoned from so many of the latest talks."""


@dataclass(frozen=True, slots=True)
class Chances:
    """Whom a caller may not have now: who is `engaged`, or is somebody's who stands ahead.

    `is_hopeful`: there are people who could speak with them, only not now.
    """

    not_now: set[int]
    is_hopeful: bool


def chances(turn: Turn, ticket: Ticket) -> Chances:
    """Who is free for this caller at their place in the line; whoever looks next waits until this is written down."""
    session, at = turn.session, turn.at
    alone(session, "waiting")
    for page_id in turn.intake.live_pages:
        oncall.ring_over(session, page_id, at=at)
    wants = tuple(oncall.may_ring(session, ticket.id, at=at, caller_number=turn.call.from_number))
    row = _row(session, turn.call.id)
    since_at = row.since_at if row is not None and row.left_at is None else at
    me = InLine(turn.call.id, _rank(session, ticket), since_at, wants)
    engaged = busy(session, at=at)
    not_now = engaged | promised(_line(session, me.call_id, at), me, engaged)
    return Chances(not_now, is_hopeful=bool(settings().queue_rounds and wants) and not_now.issuperset(wants))


def busy(session: Session, *, at: datetime) -> set[int]:
    """Whoever of us speaks with an owner, or is being rung to."""
    return oncall.engaged(session, at=at) | returning.engaged(session, at=at) | through.engaged(session, at=at)


def goes_ahead(turn: Turn, ticket: Ticket) -> None:
    """An emergency does not wait, it rings whoever there is; who waits leaves the next who is free to it."""
    wants = oncall.may_ring(turn.session, ticket.id, at=turn.at, caller_number=turn.call.from_number)
    row = _row(turn.session, turn.call.id) or _new_row(turn, ticket)
    row.rank, row.wants, row.seen_at, row.is_ringing = Rank.URGENT, wants, turn.at, False
    row.left_at = row.how = None


def is_rung(turn: Turn) -> bool:
    """A telephone rings for this caller now; whether they had been waiting for it."""
    row = _row(turn.session, turn.call.id)
    if row is None or row.left_at is not None:
        return False
    was_waiting = not row.is_ringing
    row.is_ringing, row.seen_at = True, turn.at
    return was_waiting


def leave(session: Session, call_id: int, how: LeftHow, *, at: datetime) -> None:
    """They stand in line no more. The first time counts."""
    left = update(Waiting).where(Waiting.call_id == call_id, Waiting.left_at.is_(None))
    session.execute(left.values(left_at=at, how=how, is_ringing=False).execution_options(synchronize_session=False))


def wait(turn: Turn) -> Next:
    """The next question of the line; after the last one a message, so that nobody waits for ever."""
    ticket, row = turn.ticket or open_or_join(turn), _row(turn.session, turn.call.id)
    was_rung = bool(turn.intake.live_pages)
    turn.remember(live_page_id=0, rung_with_it=())
    if row is None or row.left_at is not None:
        row = row or _new_row(turn, ticket)
        row.since_at, row.left_at, row.how, row.rounds = turn.at, None, None, 0
    row.wants = oncall.may_ring(turn.session, ticket.id, at=turn.at, caller_number=turn.call.from_number)
    row.rank, row.seen_at, row.is_ringing, row.rounds = _rank(turn.session, ticket), turn.at, False, row.rounds + 1
    turn.session.flush()
    if has_waited_long(row.rounds, settings().queue_rounds):
        leave(turn.session, turn.call.id, LeftHow.TOO_LONG, at=turn.at)
        turn.say("person.waited_long")
        return "@nobody"
    if row.rounds == 1:
        hint_ladder(turn.session, ticket)
        turn.say("person.everybody_busy")
    return question_of(row.rounds, was_rung=was_rung, is_wrong=bool(turn.heard.keys) and row.rounds > 1)


def before_question(turn: Turn, step: MenuStep) -> None:
    """They stand in line still, whatever key had them asked again."""
    if turn.book.stands_for(step.name) in LINE and (row := _row(turn.session, turn.call.id)) is not None:
        row.seen_at = turn.at


def values(turn: Turn) -> Mapping[str, object]:
    """Where they stand, and about how long it may take."""
    session, at, row = turn.session, turn.at, _row(turn.session, turn.call.id)
    if row is None:
        return {"nth": 1, "wait": _minutes(turn, 1)}
    me = InLine(row.call_id, Rank(row.rank), row.since_at, tuple(row.wants))
    place = place_of(_line(session, me.call_id, at), me)
    talks = oncall.latest_talks(session, at=at, most=TALKS)
    return {"nth": place, "wait": _minutes(turn, minutes_to_wait(place, len(me.wants), talks))}


def in_line(session: Session, *where: ColumnElement[bool], at: datetime) -> Sequence[tuple[Waiting, Ticket]]:
    """Who waits at this moment about a ticket that fulfils `where`, in the order of their turn.

    Not whoever goes ahead with an emergency: for them telephones ring.
    """
    query = (
        select(Waiting, Ticket)
        .join(Ticket, Ticket.id == Waiting.ticket_id)
        .where(*_stands(at), Waiting.rounds > 0, *where)
        .options(joinedload(Ticket.project), joinedload(Ticket.person))
        .order_by(Waiting.rank, Waiting.since_at, Waiting.call_id)
    )
    return [(row, ticket) for row, ticket in session.execute(query)]


def call_me(turn: Turn) -> Next:
    """They would rather be called back: at the number they show, or at one that they key."""
    return then_message(turn, "@call_noted")


def call_noted(turn: Turn) -> Next:
    """The call stands on the list of those we owe before they are told so; without a number they leave a message."""
    number = number_of(turn.call, turn.intake)
    if number is None or not ringbacks.may_be_rung(turn.session, number):
        turn.say("person.cannot_call")
        return leave_message(turn)
    ticket = turn.ticket or open_or_join(turn)
    ringbacks.ask_for(turn.session, turn.call, ticket, number, at=turn.at)
    leave(turn.session, turn.call.id, LeftHow.CALL, at=turn.at)
    turn.remember(has_asked_call=True)
    turn.say("person.call_noted", ref=spoken_ref(ticket))
    return End(tuple(turn.says))


def leave_message(turn: Turn) -> Next:
    """They would rather say it after the beep; a call is owed all the same, as where nobody came."""
    leave(turn.session, turn.call.id, LeftHow.MESSAGE, at=turn.at)
    turn.remember(nobody_came=True)
    return then_message(turn, "person.message")


def _minutes(turn: Turn, minutes: int) -> str:
    return turn.words("person.minute" if minutes == 1 else "person.minutes", count=minutes)


def _rank(session: Session, ticket: Ticket) -> Rank:
    return rank_of(ticket.level, needs_care=tickets.needs_care(session, ticket))


def _row(session: Session, call_id: int) -> Waiting | None:
    return session.scalar(select(Waiting).where(Waiting.call_id == call_id))


def _new_row(turn: Turn, ticket: Ticket) -> Waiting:
    at = turn.at
    row = Waiting(call_id=turn.call.id, ticket_id=ticket.id, rank=Rank.USUAL, since_at=at, seen_at=at, rounds=0)
    turn.session.add(row)
    return row


def _line(session: Session, but_call_id: int, at: datetime) -> list[InLine]:
    """Everybody else who stands in line and has not been heard of too long ago."""
    query = select(Waiting).where(*_stands(at), Waiting.call_id != but_call_id)
    return [InLine(row.call_id, Rank(row.rank), row.since_at, tuple(row.wants)) for row in session.scalars(query)]


def _stands(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Waiting.left_at.is_(None), Waiting.seen_at > at - SEEN_WITHIN, ~Waiting.is_ringing)
