"""Finds what has happened and writes down, for each system that wants to know, that it is to be told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from base.rows import insert, table_of
from console.hooks.facts import (
    INCIDENTS,
    MESSAGES,
    MOST,
    SOURCES,
    TICKETS,
    fact_of,
    failed_at,
    failures_after,
    has_failures,
    has_lines,
    lines_after,
    newest_line,
    passed,
)
from console.hooks.models import Hook, HookDelivery, HookEvent, HookSource
from console.hooks.names import MESSAGE_FAILED
from console.hooks.readers import asking
from console.hooks.signing import new_id
from console.hooks.telling import News, of_incidents, of_messages, of_tickets
from messages.models import Message
from tickets.models import IncidentEvent, TicketEvent

log = structlog.get_logger(__name__)

Found = TypeVar("Found", TicketEvent, IncidentEvent, Message)
_EVENTS = table_of(HookEvent)
_WRITE_EVENT = insert(_EVENTS).on_conflict_do_nothing(index_elements=["fact"]).returning(_EVENTS.c.id)


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a source found, and how far it is looked through then; `version` is the source's before."""

    version: int
    passed_id: int
    passed_at: datetime
    gaps: dict[str, str] = field(default_factory=dict)
    news: tuple[News, ...] = ()
    is_all: bool = True


def active(session: Session) -> Sequence[Hook]:
    """The systems that are told."""
    return session.scalars(select(Hook).where(Hook.is_active).order_by(Hook.id)).all()


def open_sources(session: Session, *, at: datetime) -> None:
    """Begin to look from now on, before another system is told as well, where nobody has wanted to know so far.

    What happened meanwhile is nobody's news.
    """
    told = active(session)
    newest = {TICKETS: newest_line(session, TicketEvent), INCIDENTS: newest_line(session, IncidentEvent), MESSAGES: 0}
    asleep = SOURCES if not told else () if asking(told, MESSAGE_FAILED) else (MESSAGES,)
    for name in asleep:
        source = session.get(HookSource, name, with_for_update=True)
        if source is None:
            source = HookSource(name=name)
            session.add(source)
        source.passed_id, source.gaps, source.since_at, source.passed_at = newest[name], {}, at, at
    session.flush()


def has_news(session: Session, *, at: datetime) -> bool:
    """Whether anything has happened that nobody has looked at."""
    sources, hooks = {source.name: source for source in session.scalars(select(HookSource))}, active(session)
    return bool(sources and hooks) and (
        has_lines(session, TicketEvent, sources[TICKETS])
        or has_lines(session, IncidentEvent, sources[INCIDENTS])
        or (bool(asking(hooks, MESSAGE_FAILED)) and has_failures(session, sources[MESSAGES], at=at))
    )


def look(session: Session, name: str, *, at: datetime) -> Look | None:
    """The next facts of a source as they are told; writes nothing. None: nobody wants to know, or nothing is there."""
    source, hooks = session.get(HookSource, name), active(session)
    if source is None or not hooks:
        return None
    if name == TICKETS:
        events = lines_after(session, TicketEvent, source)
        newest, gaps = passed(source, events, at=at)
        told = _in_words(lambda some: of_tickets(session, hooks, some, at=at), events)
        is_all = len(events) < MOST
        return Look(source.version, newest, at, gaps, tuple(told), is_all) if events else None
    if name == INCIDENTS:
        steps = lines_after(session, IncidentEvent, source)
        newest, gaps = passed(source, steps, at=at)
        told = _in_words(lambda some: of_incidents(session, hooks, some), steps)
        is_all = len(steps) < MOST
        return Look(source.version, newest, at, gaps, tuple(told), is_all) if steps else None
    hooks = asking(hooks, MESSAGE_FAILED)
    failed = failures_after(session, source, at=at) if hooks else []
    is_all = len(failed) < MOST
    passed_at = at if is_all else failed_at(failed[-1])
    told = _in_words(lambda some: of_messages(session, hooks, some), failed, instead=_for_nobody)
    return Look(source.version, 0, passed_at, {}, tuple(told), is_all) if failed else None


def _in_words(
    words: Callable[[Sequence[Found]], list[News]], found: Sequence[Found],
    instead: Callable[[Found], list[News]] = lambda _one: [],
) -> list[News]:  # fmt: skip
    """What was found as it is told. One that cannot be put into words is left out, and named in the log: it must not
    keep all others from being told for ever.
    """
    try:
        return words(found)
    except SQLAlchemyError:
        raise  # the database's trouble is nobody's event
    except Exception:
        if len(found) > 1:
            return [told for one in found for told in _in_words(words, [one], instead)]
        log.exception("webhook_not_put_into_words", kind=type(found[0]).__name__, id=found[0].id)
        return instead(found[0])


def _for_nobody(message: Message) -> list[News]:
    """That it was looked at: a failed message is found again until its fact is written down."""
    return [News(fact_of(message.id), MESSAGE_FAILED, str(message.id), failed_at(message), "{}", ())]


def keep(session: Session, name: str, found: Look, *, at: datetime) -> None:
    """Write down what a look found, and how far it came; nothing if somebody else was faster."""
    source = session.get_one(HookSource, name, with_for_update=True, populate_existing=True)
    if source.version != found.version:
        return
    source.passed_id, source.passed_at, source.gaps = found.passed_id, found.passed_at, found.gaps
    for one in found.news:
        row = {"fact": one.fact, "key": new_id(), "name": one.name, "about": one.about, "at": one.at, "found_at": at,
               "body": one.body}  # fmt: skip
        event_id = session.execute(_WRITE_EVENT, row).scalar_one_or_none()
        if event_id is not None:
            session.add_all(HookDelivery(hook_id=hook, event_id=event_id, due_at=at) for hook in one.hooks)
    session.flush()
