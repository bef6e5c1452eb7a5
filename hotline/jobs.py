"""Jobs of the room: fetch and forget what was said after the beep, close calls nobody closed, look into gaps."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import exists, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from base.clock import now
from base.database import reading, transaction
from base.errors import NotFound, Unavailable
from base.pulse import CARRIER, advance, last_beat
from base.wiring import settings
from hotline import recordings
from hotline.actions import endings, ringbacks
from hotline.actions.greeting import line_of
from hotline.models import Call, CallEvent, Recording, RecordingState
from outreach import actions as outreach
from outreach.actions import Incoming
from telephony.carrier import Line, RecordingSighting, Sighting, carrier

log = structlog.get_logger(__name__)

AT_ONCE = 50
TOGETHER = 10
GIVEN_UP_AFTER = timedelta(days=1)
"""A recording the carrier has not had for so long will never be there."""
QUIET = timedelta(minutes=3)
"""A call that has brought nothing for so long is asked about at the carrier: its end may not have reached us."""
OVERLAP = timedelta(minutes=10)
"""A gap is asked about from a little before it: what came then may have been half done."""


def recordings_due() -> None:
    """Every recording that is still at the carrier, oldest first: fetched, and forgotten there once we hold it."""
    with reading() as session:
        has_strays = endings.has_strays(session)
    if has_strays:
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
        asyncio.run(_fetch(ids))
    if held:
        asyncio.run(_forget_there(held))


def delete_old_recordings() -> None:
    """What is older than we told the caller we keep it: gone at the carrier, then here; later if it is away."""
    with reading() as session:
        old = session.execute(
            select(Recording.id, Recording.sid, Recording.path)
            .where(
                Recording.state == RecordingState.KEPT,
                Recording.made_at < now() - timedelta(days=settings().recordings_kept_days),
            )
            .order_by(Recording.made_at)
            .limit(AT_ONCE)
        ).all()
    if old:
        asyncio.run(_delete(old))


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
    """Calls we owe: those whose matter is over are dropped, of those that are late a supervisor is told once."""
    with transaction() as session:
        ringbacks.drop_done(session, at=now())
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


async def _fetch(ids: Sequence[int]) -> None:
    """A few at a time: what else waits in the lane must not wait for a carrier that is slow with each."""
    async with carrier().line() as line:
        for some in (ids[i : i + TOGETHER] for i in range(0, len(ids), TOGETHER)):
            ends = await asyncio.gather(*(_fetch_one(line, id) for id in some), return_exceptions=True)
            # one that fails takes none with it
            for end in ends:
                if end is not None:
                    raise end


async def _fetch_one(line: Line, recording_id: int) -> None:
    with reading() as session:
        waiting = session.execute(
            select(Recording.sid, Recording.made_at).where(
                Recording.id == recording_id, Recording.state == RecordingState.AT_CARRIER
            )
        ).one_or_none()
    if waiting is None:
        return
    try:
        audio = await line.fetch_recording(waiting.sid)
    except Unavailable as silence:
        log.warning("recording_later", recording=recording_id, why=silence.message)
        return
    except NotFound:
        if now() - waiting.made_at > GIVEN_UP_AFTER:
            _settle(recording_id, RecordingState.ABSENT, "")
        return
    try:
        path = recordings.keep(audio, at=now())
    except Unavailable as full:
        log.error("recording_not_kept", recording=recording_id, why=full.message)
        return
    if not _settle(recording_id, RecordingState.KEPT, path):
        recordings.throw_away(path)
        return
    await _forget(line, recording_id, waiting.sid, path)


async def _forget_there(held: Sequence[Any]) -> None:
    async with carrier().line() as line:
        for recording_id, sid, path in held:
            if not await _forget(line, recording_id, sid, path):
                return


async def _forget(line: Line, recording_id: int, sid: str, path: str) -> bool:
    """Have the carrier delete what we hold, and only that; False while it does not answer.

    A file that has gone astray is fetched anew: the carrier has it still.
    """
    try:
        is_held = recordings.holds(path)
    except Unavailable as silence:
        log.warning("recording_forgotten_later", recording=recording_id, why=silence.message)
        return False
    if not is_held:
        log.error("recording_astray", recording=recording_id)
        with transaction() as session:
            astray = update(Recording).where(Recording.id == recording_id, Recording.path == path)
            session.execute(astray.values(state=RecordingState.AT_CARRIER, path=""))
        return True
    try:
        await line.delete_recording(sid)
    except Unavailable as silence:
        log.warning("recording_forgotten_later", recording=recording_id, why=silence.message)
        return False
    with transaction() as session:
        forgotten = update(Recording).where(Recording.id == recording_id, Recording.forgotten_at.is_(None))
        session.execute(forgotten.values(forgotten_at=now()))
    return True


async def _delete(old: Sequence[Any]) -> None:
    async with carrier().line() as line:
        for recording_id, sid, path in old:
            try:
                await line.delete_recording(sid)
                # the file first: killed in between, we come again and find the row as it was
                recordings.throw_away(path)
            except Unavailable as silence:
                log.warning("recording_kept_longer", recording=recording_id, why=silence.message)
                return
            with transaction() as session:
                gone = update(Recording).where(Recording.id == recording_id)
                session.execute(gone.values(state=RecordingState.DELETED, path="", transcript=None))


def _settle(recording_id: int, state: RecordingState, path: str) -> bool:
    """Whether we were the one who settled it."""
    with transaction() as session:
        ours = session.execute(
            update(Recording)
            .where(Recording.id == recording_id, Recording.state == RecordingState.AT_CARRIER)
            .values(state=state, path=path)
            .returning(Recording.id)
        ).scalar_one_or_none()
    return ours is not None


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
