"""A deadline is near, or has passed: whoever has the ticket is told before, and those above after, each once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from base.wiring import settings
from directory.models import Staff
from messages import actions as messages
from messages.lifecycle import MessageClass
from oncall import words
from oncall.actions.daytime import by_day_at, is_calm
from oncall.actions.duty import duty_of, everybody_of
from oncall.actions.pagewords import matter_of
from oncall.actions.paging import AFTER_PAGES, TEXT_VALID
from oncall.ladder import Post
from oncall.overruns import WARN, Step, rules_of_the_house, steps_of
from tickets.actions import lookouts
from tickets.clocks import Clock
from tickets.lifecycle import MOVING, Status
from tickets.models import EventType, Ticket, TicketEvent, Watcher
from tickets.promises import by
from tickets.running import ClockName

log = structlog.get_logger(__name__)

LOOKS_AGAIN = timedelta(hours=1)
"""A ticket with a running clock is looked at as often anyway: hours and calendars change without it."""


LED_LOOKS_AGAIN = timedelta(minutes=5)
"""One of a group is by itself again as soon as the first ends: nothing of its own row changes by that."""


def overruns_due(session: Session, *, at: datetime) -> Sequence[int]:
    """Tickets whose clocks have to be looked at."""
    return lookouts.to_look_at(session, Watcher.STAFF, at=at)


def tell_overruns(session: Session, ticket_id: int, *, at: datetime) -> None:
    """Look at the clocks of a ticket, say what is due, each step once, and keep when to look again.

    1. While its ladder wakes people nothing is said besides; it is looked at again when that ends.
    2. Of what goes with the first ticket of its group nothing is said until that is over: the first speaks for all.
    3. What can wait for the day does, and is said only if it is still so then.
    """
    ticket = tickets.actions.get(session, ticket_id)
    is_woken_for = ticket.status is Status.OPEN and not is_calm(ticket)
    if ticket.status not in lookouts.WATCHED or is_woken_for:
        lookouts.looked_at(session, Watcher.STAFF, ticket, next_at=None)
        return
    if ticket.status in MOVING and tickets.actions.led_with(session, ticket) is not None:
        lookouts.looked_at(session, Watcher.STAFF, ticket, next_at=at + LED_LOOKS_AGAIN)
        return
    standing = tickets.actions.standing_clocks(session, ticket, at=at)
    hours = tickets.actions.service_hours(session, ticket.project)
    rules, table = rules_of_the_house(settings().overruns_file), tickets.actions.clock_table()
    steps = [
        step
        for clock in standing
        for step in steps_of(clock, ticket.level, ticket.kind, hours, at=at, rules=rules, table=table)
    ]
    since_at = lookouts.watched_since(session, Watcher.STAFF, ticket_id)
    told, next_at = _told(session, ticket_id), [at + LOOKS_AGAIN] if _runs(standing) else []
    for step in steps:
        if step.key in told or (since_at is not None and step.due_at < since_at):
            continue
        say_at = _say_at(session, ticket, step, at=max(step.due_at, at))
        if say_at > at:
            next_at.append(say_at)
        else:
            _tell(session, ticket, step, at=at)
    lookouts.looked_at(session, Watcher.STAFF, ticket, next_at=min(next_at, default=None))


def _runs(standing: Sequence[Clock]) -> bool:
    return any(clock.met_at is None and (clock.due_at or clock.resumes_at) for clock in standing)


def _told(session: Session, ticket_id: int) -> set[str]:
    said = select(TicketEvent.data).where(TicketEvent.ticket_id == ticket_id, TicketEvent.type == EventType.OVERRUN)
    return {data["key"] for data in session.scalars(said)}


def _say_at(session: Session, ticket: Ticket, step: Step, *, at: datetime) -> datetime:
    """Danger is spoken of at any hour; to ask an owner how it was can wait for the day whatever it was."""
    can_wait = is_calm(ticket) or step.clock is ClockName.CALLBACK
    return by_day_at(session, ticket, at=at) if can_wait else at


def _tell(session: Session, ticket: Ticket, step: Step, *, at: datetime) -> None:
    people = _people(session, ticket, step, at=at)
    is_new = tickets.actions.add_event(
        session, ticket.id, EventType.OVERRUN, at=at, once_key=f"overrun/{ticket.id}/{step.key}",
        data={
            "key": step.key, "clock": step.clock.value, "step": step.word, "end_at": step.end_at.isoformat(),
            "to": [staff.name for staff in people],
        },
    )  # fmt: skip
    if not is_new:
        return
    if not people:
        log.warning("nobody_to_tell_of_an_overrun", ticket=ticket.ref, step=step.key)
    for staff in people:
        messages.plan_text(
            session, number=staff.number, message_class=MessageClass.STAFF, body=_body(ticket, step, staff, at),
            once_key=f"overrun/{ticket.id}/{step.key}/{staff.id}", about=f"ticket:{ticket.id}", at=at,
            valid_until_at=at + TEXT_VALID, language=staff.language, urgency=AFTER_PAGES, is_demo=staff.is_demo,
        )  # fmt: skip


def _people(session: Session, ticket: Ticket, step: Step, *, at: datetime) -> list[Staff]:
    """Whoever has it; of what is overrun the post named. Where that is nobody, the next post up that somebody holds."""
    owner = ticket.assignee
    if step.post is None and owner is not None and owner.is_active and owner.number:
        return [owner]
    duty, posts = duty_of(session, ticket, at=at), list(Post)
    for post in posts[posts.index(step.post or Post.FIRST) :]:
        if found := duty.of(post):
            return found
    return everybody_of(session, ticket, at=at)


def _body(ticket: Ticket, step: Step, staff: Staff, at: datetime) -> str:
    language = staff.language
    known = {
        "ref": ticket.ref, "level": ticket.level.value, "matter": matter_of(ticket, language),
        "clock": words.clock(step.clock.value, language),
        "by": by(step.end_at, language, at=at, zone=settings().timezone),
    }  # fmt: skip
    if step.word == WARN:
        return words.text("clock_soon", language, **known)
    who = ticket.assignee.name if ticket.assignee is not None else words.nobody(language)
    return words.text("clock_over", language, who=who, **known)
