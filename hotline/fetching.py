"""What was said after the beep, carried from the carrier to our shelf, and deleted where its time is over."""

import asyncio
from collections.abc import Awaitable, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar, cast

import structlog
from sqlalchemy import select, update

from base.clock import now
from base.database import reading, transaction
from base.errors import NotFound, Unavailable
from hotline import recordings
from hotline.models import Recording, RecordingState
from telephony.carrier import Line, carrier

log = structlog.get_logger(__name__)

TOGETHER = 10
GIVEN_UP_AFTER = timedelta(days=1)
"""A recording the carrier has not had for so long will never be there."""

Item = TypeVar("Item")


class Held(NamedTuple):
    """A recording that is ours and at the carrier still."""

    id: int
    sid: str
    path: str


async def fetch(ids: Sequence[int]) -> None:
    """Keep these recordings, and have the carrier forget them; those it has not yet are left for another time.

    A few at a time: what else waits in the lane must not wait for a carrier that is slow with each.
    """
    async with carrier().line() as line:
        for some in _by_few(ids):
            held = await _each(_fetch_one(line, id) for id in some)
            if not await _forget(line, [one for one in held if one is not None]):
                return


async def _fetch_one(line: Line, recording_id: int) -> Held | None:
    """What we hold from now on; None where that is nothing, or where somebody else was first."""
    with reading() as session:
        waiting = session.execute(
            select(Recording.sid, Recording.made_at).where(
                Recording.id == recording_id, Recording.state == RecordingState.AT_CARRIER
            )
        ).one_or_none()
    if waiting is None:
        return None
    try:
        audio = await line.fetch_recording(waiting.sid)
    except Unavailable as silence:
        log.warning("recording_later", recording=recording_id, why=silence.message)
        return None
    except NotFound:
        if now() - waiting.made_at > GIVEN_UP_AFTER:
            _settle(recording_id, RecordingState.ABSENT, "")
        return None
    try:
        path = recordings.keep(audio, at=now())
    except Unavailable as full:
        log.error("recording_not_kept", recording=recording_id, why=full.message)
        return None
    if not _settle(recording_id, RecordingState.KEPT, path):
        recordings.throw_away(path)
        return None
    return Held(recording_id, waiting.sid, path)


async def forget_there(held: Sequence[Held]) -> None:
    """Have the carrier delete what we hold already; the rest another time once it does not answer."""
    async with carrier().line() as line:
        for some in _by_few(held):
            if not await _forget(line, some):
                return


async def _forget(line: Line, held: Sequence[Held]) -> bool:
    """Have the carrier delete what we hold, and only that; False where it did not answer about one of them."""
    gone = await _each(_deleted(line, one) for one in held)
    if ids := [one.id for one, is_gone in zip(held, gone, strict=True) if is_gone]:
        with transaction(waits_for_disk=False) as session:
            forgotten = update(Recording).where(Recording.id.in_(ids), Recording.forgotten_at.is_(None))
            session.execute(forgotten.values(forgotten_at=now()))
    return None not in gone


async def _deleted(line: Line, held: Held) -> bool | None:
    """Whether it is deleted there; None while the carrier, or where our files are, does not answer.

    A file that has gone astray is fetched anew: the carrier has it still.
    """
    try:
        if recordings.holds(held.path):
            await line.delete_recording(held.sid)
            return True
    except Unavailable as silence:
        log.warning("recording_forgotten_later", recording=held.id, why=silence.message)
        return None
    log.error("recording_astray", recording=held.id)
    with transaction() as session:
        astray = update(Recording).where(Recording.id == held.id, Recording.path == held.path)
        session.execute(astray.values(state=RecordingState.AT_CARRIER, path=""))
    return False


def _by_few(those: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (those[i : i + TOGETHER] for i in range(0, len(those), TOGETHER))


async def _each(works: Iterable[Awaitable[Item]]) -> list[Item]:
    """All of them at the same time; one that fails takes none with it, and is told when the others have ended."""
    ends = await asyncio.gather(*works, return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException):
            raise end
    return cast(list[Item], ends)


async def delete(old: Sequence[Any]) -> None:
    """Delete rows of (id, sid, path) there, then here; the rest another time once one of the two does not answer."""
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
