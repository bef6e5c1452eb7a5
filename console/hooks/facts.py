"""What has happened since somebody looked: new lines of timelines, and messages that failed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Select, String, cast, exists, func, literal, select
from sqlalchemy.orm import Session

from console.hooks.models import HookEvent, HookSource
from messages.models import HAS_FAILED, Message
from tickets.models import IncidentEvent, TicketEvent

Line = TypeVar("Line", TicketEvent, IncidentEvent)
TICKETS, INCIDENTS, MESSAGES = "ticket", "incident", "message"
SOURCES = (TICKETS, INCIDENTS, MESSAGES)
MOST = 100
"""As many facts as one look tells of."""
MISSED = timedelta(minutes=15)
"""How long we look for a line whose number was left out: far longer than any transaction of ours lasts."""
LATEST = timedelta(minutes=10)
"""By so much may a message be committed after the moment at which it failed."""
OLDEST = timedelta(days=20)
"""What failed longer ago is no news: what was told of it is forgotten soon after, and must not be told again then."""
_MOST_GAPS = 5000


def lines_after(session: Session, kind: type[Line], source: HookSource) -> Sequence[Line]:
    """The next new lines, with those that were missed before: two that write at once may end in any order."""
    missed = [int(id) for id in source.gaps]
    fresh = (kind.id > source.passed_id) | kind.id.in_(missed) if missed else kind.id > source.passed_id
    return session.scalars(select(kind).where(fresh).order_by(kind.id).limit(MOST)).all()


def passed(source: HookSource, found: Sequence[Line], *, at: datetime) -> tuple[int, dict[str, str]]:
    """The newest line that was looked at by now, and which numbers below it are missed, since when."""
    newest = max((line.id for line in found), default=source.passed_id)
    newest = max(newest, source.passed_id)
    there = {line.id for line in found}
    new = range(max(source.passed_id + 1, newest - _MOST_GAPS), newest)
    gaps = {id: since for id, since in source.gaps.items() if int(id) not in there}
    gaps |= {str(id): at.isoformat() for id in new if id not in there}
    return newest, {id: since for id, since in gaps.items() if datetime.fromisoformat(since) > at - MISSED}


def newest_line(session: Session, kind: type[Line]) -> int:
    """The id of the newest line; 0 where there is none."""
    return session.scalar(select(func.max(kind.id))) or 0


def has_lines(session: Session, kind: type[Line], source: HookSource) -> bool:
    """Whether there is a line that nobody has looked at."""
    if newest_line(session, kind) > source.passed_id:
        return True
    missed = [int(id) for id in source.gaps]
    return bool(missed) and session.scalar(select(kind.id).where(kind.id.in_(missed)).limit(1)) is not None


def failures_after(session: Session, source: HookSource, *, at: datetime) -> Sequence[Message]:
    """The next messages that failed and of which nobody was told."""
    return session.scalars(_failures(source, at).order_by(Message.final_at, Message.id).limit(MOST)).all()


def has_failures(session: Session, source: HookSource, *, at: datetime) -> bool:
    """Whether there is one."""
    return session.scalar(_failures(source, at).with_only_columns(Message.id).limit(1)) is not None


def fact_of(message_id: int) -> str:
    """What a failed message is called among the facts."""
    return f"{MESSAGES}/{message_id}"


def failed_at(message: Message) -> datetime:
    """When it did; whatever has failed has a moment at which it did."""
    assert message.final_at is not None
    return message.final_at


def _failures(source: HookSource, at: datetime) -> Select[Message]:
    from_at = max(source.since_at, source.passed_at - LATEST, at - OLDEST)
    name = literal(f"{MESSAGES}/", String) + cast(Message.id, String)
    return select(Message).where(
        HAS_FAILED, Message.final_at > from_at, ~exists().where(HookEvent.fact == name)
    )  # fmt: skip
