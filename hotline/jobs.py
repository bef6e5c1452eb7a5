"""Jobs of the room: fetch and forget what was said after the beep, close calls nobody closed, look into gaps."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import and_, exists, or_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from base.clock import now
from base.database import reading, transaction
from base.errors import Unavailable
from base.pulse import CARRIER, advance, last_beat
from base.wiring import settings
from hotline import fetching
from hotline.actions import endings, photos, returning, ringbacks
from hotline.actions.greeting import line_of
from hotline.fetching import Held
from hotline.models import Call, CallEvent, Recording, RecordingState
from outreach import actions as outreach
from outreach.actions import Incoming, comments
from telephony.carrier import RecordingSighting, Sighting, carrier

log = structlog.get_logger(__name__)

AT_ONCE = 50
QUIET = timedelta(minutes=3)
"""A call that has brought nothing for so long is asked about at the carrier: its end may not have reached us."""
OVERLAP = timedelta(minutes=10)
"""A gap is asked about from a little before it: what came then may have been half done."""


def recordings_due() -> None:
    """Every recording that is still at the carrier, oldest first: fetched, and forgotten there once we hold it."""
    with reading() as session:
        has_comments = comments.any_to_adopt(session)
    if has_comments:
        with transaction() as session:
            endings.adopt_comments(session, at=now())
    with reading() as session:
        ids = session.scalars(
            select(Recording.id)
            .where(Recording.state == RecordingState.AT_CARRIER)
            .order_by(Recording.made_at)
            .limit(AT_ONCE)
        ).all()
        held = session.execute(
            select(Recording.id, Recording.sid, Recording.path)
            .where(Recording.state == RecordingState.KEPT, Recording.forgotten_at.is_(None))
            .order_by(Recording.made_at)
            .limit(AT_ONCE)
        ).all()
    if ids:
        asyncio.run(fetching.fetch(ids))
    if held:
        asyncio.run(fetching.forget_there([Held(*row) for row in held]))


def delete_old_recordings() -> None:
    """What is older than we told the caller we keep it, or is to go: at the carrier, then here; later if it is away."""
    with reading() as session:
        old = session.execute(
            select(Recording.id, Recording.sid, Recording.path)
            .where(
                or_(
                    Recording.state == RecordingState.TO_GO,
                    and_(
                        Recording.state == RecordingState.KEPT,
                        Recording.made_at < now() - timedelta(days=settings().recordings_kept_days),
                    ),
                )
            )
            .order_by(Recording.made_at)
            .limit(AT_ONCE)
        ).all()
    if old:
        asyncio.run(fetching.delete(old))


def delete_old_photos() -> None:
    """Photographs that were kept long enough: first the file, then what we know of it."""
    with reading() as session:
        old = photos.old_ones(session, before_at=now() - timedelta(days=settings().photos_kept_days), limit=AT_ONCE)
    for id, path in old:
        try:
            photos.throw_away([path])
        except Unavailable as silence:
            log.warning("photo_kept_longer", photo=id, why=silence.message)
            return
        with transaction() as session:
            photos.forget(session, id)


def calls_left_open() -> None:
    """Calls that went quiet without an end: the carrier is asked, and what was broken off becomes a ticket."""
    with reading() as session:
        went_on = exists().where(CallEvent.call_id == Call.id, CallEvent.at >= now() - QUIET)
        sids = session.scalars(
            select(Call.sid)
            .where(Call.ended_at.is_(None), Call.began_at < now() - QUIET, ~went_on)
            .order_by(Call.began_at)
            .limit(AT_ONCE)
        ).all()
    if sids:
        asyncio.run(_close(sids))


def ring_backs_due() -> None:
    """Calls we owe: those whose matter is over are dropped, those that somebody had who has left are anybody's, of
    those that are late a supervisor is told once.
    """
    with transaction() as session:
        ringbacks.drop_done(session, at=now())
        returning.free_of_gone(session, at=now())
    with reading() as session:
        late = ringbacks.late_ones(session, at=now())
    for id in late:
        with transaction() as session:
            ringbacks.tell_supervisor(session, id, at=now())


def fill_gap() -> None:
    """Ask the carrier what came in since it was last compared, and open what is missing. Twice changes nothing.

    While the carrier or the database is away the moment of the last comparison stays, and the clock hints again.
    """
    at = now()
    with reading() as session:
        since_at, numbers = last_beat(session, CARRIER), endings.our_numbers(session)
    if since_at is None:
        return
    try:
        calls, texts, sounds = asyncio.run(_ask(numbers, since_at - OVERLAP))
    except Unavailable as silence:
        log.warning("gap_later", since=since_at.isoformat(), why=silence.message)
        return
    for call in calls:
        _take(call.sid, partial(_open_call, seen=call))
    for text in texts:
        _take(text.sid, partial(_take_text, seen=text))
    for sound in sounds:
        _take(sound.sid, partial(_attach, seen=sound))
    with transaction() as session:
        advance(session, CARRIER, to=at)


def _take(sid: str, take: Callable[[Session], None]) -> None:
    """One thing that came in, by itself: a bad one costs only itself. Raises while the database is away."""
    try:
        with transaction() as session:
            take(session)
    except (OperationalError, NoConnection):
        raise
    except Exception:
        log.exception("not_taken_from_gap", sid=sid)


async def _close(sids: Sequence[str]) -> None:
    async with carrier().line() as line:
        for sid in sids:
            try:
                seen = await line.look_up("call", sid)
            except Unavailable:
                return
            # a call the carrier has never heard of is not going on either
            if seen is None or seen.status in endings.OVER:
                _end(sid, seen.status if seen else "failed")


def _end(sid: str, status: str) -> None:
    with transaction() as session:
        endings.end(session, sid, status, at=now(), had_trouble=True)


async def _ask(
    numbers: Sequence[str], since_at: datetime
) -> tuple[Sequence[Sighting], Sequence[Sighting], Sequence[RecordingSighting]]:
    async with carrier().line() as line:
        calls = [seen for number in numbers for seen in await line.received("call", number, since_at)]
        texts = [seen for number in numbers for seen in await line.received("text", number, since_at)]
        return calls, texts, await line.recordings(since_at)


def _open_call(session: Session, seen: Sighting) -> None:
    """A call that came while nobody was here; one that still goes on will tell its end itself."""
    line = line_of(seen.sender, seen.number)
    endings.call_ends(session, seen.sid, seen.status, line, is_inbound=True, at=now(), had_trouble=True)


def _take_text(session: Session, seen: Sighting) -> None:
    """A text nobody told us about."""
    outreach.take_text(session, Incoming(seen.sid, seen.sender, seen.number, seen.body), at=now())


def _attach(session: Session, seen: RecordingSighting) -> None:
    """A message nobody told us about, of a call we know (by now)."""
    call_id = session.scalar(select(Call.id).where(Call.sid == seen.call_sid))
    if call_id is not None:
        state = RecordingState.AT_CARRIER if seen.status == "completed" else RecordingState.ABSENT
        endings.message_recorded(session, call_id, 0, seen.sid, state, seen.duration_s, at=now())
