"""A promise has passed without a word: its owner is told so, honestly, once a promise and day."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from base.clock import local
from base.wiring import settings
from messages import actions as messages
from messages.lifecycle import MessageClass
from messages.wording import say
from oncall import actions as oncall
from outreach.actions.reach import Reach
from outreach.actions.reporters import reporters
from outreach.actions.results import matter, may_tell_by_day
from outreach.actions.wordsowed import LATE_WORD, heard_at, last_texts
from outreach.latewords import broken, may_wait, next_word_at
from tickets.actions import lookouts
from tickets.clocks import Clock
from tickets.models import EventType, Ticket, TicketEvent, Watcher
from tickets.promises import by
from tickets.running import Fact, fact_of

WHAT = "late_word"
LOOKS_AGAIN = timedelta(hours=1)
"""As often a ticket with a running clock is looked at anyway: hours and calendars change without it."""
A_MOMENT = timedelta(seconds=1)


def late_words_due(session: Session, *, at: datetime) -> Sequence[int]:
    """Tickets whose promises have to be looked at."""
    return lookouts.to_look_at(session, Watcher.OWNER, at=at)


def tell_late(session: Session, ticket_id: int, *, at: datetime) -> None:
    """Tell the owner of a ticket that we are late, if so and they heard nothing; keep when to look again.

    1. One text names the promise that passed last; the others that passed too are told by it.
    2. Of what can wait nothing is said at night, nor while the desk is closed: in the morning only if it is still so.
    """
    ticket = tickets.actions.get(session, ticket_id)
    if ticket.status not in lookouts.WATCHED:
        lookouts.looked_at(session, Watcher.OWNER, ticket, next_at=None)
        return
    standing = tickets.actions.standing_clocks(session, ticket, at=at)
    spoken_at = heard_at(last_texts(session, [ticket_id]).get(ticket_id), _facts(session, ticket_id))
    owed = _of_our_time(
        session, ticket, broken(ticket.level, standing, heard_at=spoken_at, table=tickets.actions.clock_table())
    )
    next_at = _ends(standing, at)
    fresh = [clock for clock in owed if not _is_told(session, ticket, clock, at)]
    if fresh:
        say_at = at if any(not may_wait(ticket.level, one.name) for one in fresh) else by_day(session, ticket, at=at)
        if say_at <= at:
            _tell(session, ticket, fresh, at=at)
        else:
            next_at.append(say_at)
    if owed:
        next_at.append(_next_day(session, ticket, at))
    lookouts.looked_at(session, Watcher.OWNER, ticket, next_at=min(next_at, default=None))


def by_day(session: Session, ticket: Ticket, *, at: datetime) -> datetime:
    """From `at` on the first moment at which its desk is open and it is nobody's quiet hour, here or where they are."""
    opens_at = oncall.by_day_at(session, ticket, at=at)
    return may_tell_by_day(ticket.caller_number or "", at=opens_at)


def told_by_itself(session: Session, ids: Sequence[int]) -> dict[int, datetime]:
    """Of these tickets those whose owner was told by ourselves that we are late, and when last."""
    said = select(TicketEvent.ticket_id, TicketEvent.at).where(
        TicketEvent.ticket_id.in_(ids), TicketEvent.type == EventType.MESSAGE,
        TicketEvent.data["what"].as_string() == WHAT,
    )  # fmt: skip
    return {row.ticket_id: row.at for row in session.execute(said.order_by(TicketEvent.at))}


def _facts(session: Session, ticket_id: int) -> list[Fact]:
    noted = select(TicketEvent.at).where(TicketEvent.ticket_id == ticket_id, TicketEvent.type == EventType.NOTED)
    return [fact_of(EventType.NOTED.value, at, {}) for at in session.scalars(noted)]


def _of_our_time(session: Session, ticket: Ticket, owed: list[Clock]) -> list[Clock]:
    since_at = lookouts.watched_since(session, Watcher.OWNER, ticket.id)
    return [clock for clock in owed if since_at is None or (clock.due_at is not None and clock.due_at >= since_at)]


def _ends(standing: Sequence[Clock], at: datetime) -> list[datetime]:
    """When to look again for the clocks alone."""
    running = [clock for clock in standing if clock.met_at is None]
    ends = [clock.due_at + A_MOMENT for clock in running if clock.due_at is not None and clock.due_at >= at]
    waits = [clock.resumes_at for clock in running if clock.resumes_at is not None and clock.resumes_at > at]
    return [*ends, *waits, *([at + LOOKS_AGAIN] if ends or waits else [])]


def _next_day(session: Session, ticket: Ticket, at: datetime) -> datetime:
    here = local(at, settings().timezone)
    midnight = datetime.combine(here.date() + timedelta(days=1), time(0), here.tzinfo)
    return by_day(session, ticket, at=midnight)


def _once_key(ticket: Ticket, clock: Clock, at: datetime) -> str:
    day = local(at, settings().timezone).date()
    return f"{LATE_WORD}{ticket.id}/{clock.name.value}/{clock.since_at:%Y%m%d%H%M%S}/{day}"


def _is_told(session: Session, ticket: Ticket, clock: Clock, at: datetime) -> bool:
    said = select(TicketEvent.id).where(TicketEvent.once_key == _once_key(ticket, clock, at))
    return session.scalar(said) is not None


def _tell(session: Session, ticket: Ticket, owed: Sequence[Clock], *, at: datetime) -> None:
    """To its owner, and to whoever reported what was merged into it. Where no text can go it is marked as told nowhere:
    it stays on the list of whom we owe a word.
    """
    next_at = next_word_at(ticket.level, owed[-1].name, at=at, speaks_next_at=_next_day(session, ticket, at))
    for told, reach in reporters(session, ticket, at=at):
        _text(session, told, reach, owed, next_at=next_at, at=at)


def _text(
    session: Session, told: Ticket, reach: Reach, owed: Sequence[Clock], *, next_at: datetime, at: datetime
) -> None:  # fmt: skip
    clock, language = owed[-1], told.language
    body = say(
        f"{WHAT}_{clock.name.value}", language, ref=told.ref, what=matter(told, language),
        by=by(next_at, language, at=at, zone=settings().timezone), hotline=settings().hotline_said,
    )  # fmt: skip
    message_id = messages.plan_text(
        session, number=reach.number, message_class=MessageClass.SERVICE, body=body,
        once_key=f"{_once_key(told, clock, at)}/{reach.number}", about=f"ticket:{told.id}", at=at,
        language=language, is_demo=reach.is_demo,
    )  # fmt: skip
    for one in owed:
        tickets.actions.add_event(
            session, told.id, EventType.MESSAGE, at=at, text=body, once_key=_once_key(told, one, at),
            data={"what": WHAT, "clock": one.name.value, "message": message_id, "next_at": next_at.isoformat()},
        )  # fmt: skip
