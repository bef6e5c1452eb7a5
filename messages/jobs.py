"""Work a lane, settle the unknown, ask for missing receipts, archive. All may run twice, or at the same time."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import structlog
import uvloop
from redis.exceptions import RedisError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from base.clock import now, ticks_s
from base.database import reading, transaction
from base.errors import Unavailable
from base.queue import Lane, hints
from base.wiring import settings
from messages.ledger import archive, claim, paces, plan, record, settle, silence, spending
from messages.ledger.paces import Terms
from messages.ledger.settle import Question
from messages.ledger.silence import Silent
from messages.models import Message
from messages.others import Others
from messages.sending import LaneWork
from telephony.carrier import Line, Sighting, carriers

log = structlog.get_logger(__name__)

WORK_LANE = "messages.jobs.work_lane"
FEW = 20
"""Rows written in one transaction by jobs that are not in a hurry; hints looked at."""
ROUNDS = 10
ARCHIVE_S = 30.0
PAUSE_S = 0.05
"""After each piece of housekeeping. On SQLite other processes find the write lock only while nobody has it: whoever
takes it again at once keeps callers waiting."""

Seen = Sequence[Sighting] | None


def work_lane(lane: str) -> None:
    """Send what is due in a lane until nothing is, or for half a minute; then hint at the rest.

    The database alone says what is due: without Redis this works the same.
    """
    uvloop.run(_work(Lane(lane)))


def rehearse() -> None:
    """Have the statements of a lane's work put together, which takes longer than running them; changes nothing."""
    with transaction() as session:
        claim.rehearse(session, at=now(), under=_terms())
        record.rehearse(session, at=now())
        session.rollback()


def settle_unknown() -> None:
    """End the claims of the dead, and look at the carrier for what nobody can say."""
    under = _terms()
    with reading() as session:
        if not settle.is_due(session, at=now()):
            return
    with transaction() as session:
        settle.end_claims(session, at=now())
    lanes = set()
    for _ in range(ROUNDS):
        with transaction() as session:
            asked = settle.questions(session, at=now(), patience=under.patience)
        if asked:
            lanes |= _settle(asked, uvloop.run(_lists(asked)), under)
        if len(asked) < settle.MOST:
            break
    for lane in sorted(lanes):
        hints().push(lane, WORK_LANE, lane.value)


def ask_for_receipts() -> None:
    """Ask the carrier about accepted messages that have been silent for too long."""
    with reading() as session:
        if not silence.is_due(session, at=now()):
            return
    with transaction() as session:
        asked = silence.silent(session, at=now())
    for one, (answered, sighting) in zip(asked, uvloop.run(_sightings(asked)), strict=True):
        if answered:
            with transaction() as session:
                silence.answer(session, one, sighting, at=now())


def stop_ringing(message_id: int) -> None:
    """End a placed call nobody has picked up yet; whoever is talking already goes on talking.

    One whose request is still under way has no sid: `stop_overtaken` comes for it when it has.
    """
    with reading() as session:
        message = session.get(Message, message_id)
        through = plan.carrier_of(session, message) if message is not None else ""
    if message is None or not message.sid or message.final_at is not None:
        return
    if uvloop.run(_stop_ringing(through, message.sid)):
        with transaction() as session:
            plan.stopped(session, message_id)


def stop_overtaken() -> None:
    """End the calls that were taken back and were not stopped then, as long as they may ring."""
    with reading() as session:
        overtaken = plan.overtaken_calls(session, at=now())
    for message_id in overtaken:
        stop_ringing(message_id)


def archive_old() -> None:
    """Put away what may never go any more, and move what is long over to the archive; the rest another time."""
    keep, ends_s = timedelta(days=settings().messages_kept_days), ticks_s() + ARCHIVE_S
    with reading() as session:
        overdue = archive.overdue(session, at=now())
    for piece in (overdue[i : i + archive.PIECE] for i in range(0, len(overdue), archive.PIECE)):
        with transaction() as session:
            archive.expire(session, piece, at=now())
        time.sleep(PAUSE_S)
    after_id: int | None = 0
    while after_id is not None and ticks_s() < ends_s:
        with transaction() as session:
            after_id = archive.archive(session, at=now(), keep=keep, after_id=after_id)
        time.sleep(PAUSE_S)


async def _work(lane: Lane) -> None:
    under = _terms()
    async with _lines() as lines:
        work = LaneWork(lane, lines, under, Others(lane, WORK_LANE).see_to_them)
        await work.run()
    if work.is_unfinished and not _is_hinted(lane):
        hints().push(lane, WORK_LANE, lane.value)


def _is_hinted(lane: Lane) -> bool:
    """Whether a hint for this lane's work waits already: two would multiply."""
    try:
        waiting = hints().queue(lane).get_jobs(0, FEW)
    except RedisError:
        return True
    return any(job.func_name == WORK_LANE for job in waiting)


def _settle(asked: Sequence[Question], lists: Sequence[Seen], under: Terms) -> set[Lane]:
    """Apply the answers, a few in each transaction; returns the lanes in which something goes again."""
    lanes: set[Lane] = set()
    pairs = list(zip(asked, lists, strict=True))
    for few in (pairs[i : i + FEW] for i in range(0, len(pairs), FEW)):
        with transaction() as session:
            ends = [(question, _settle_one(session, question, seen, under)) for question, seen in few]
            lanes |= {question.lane for question, end in ends if end in {settle.AGAIN, settle.IN_DOUBT}}
            # last of all: what is written down of a message is locked before what a day has cost
            for question in (question for question, end in ends if end == settle.AGAIN):
                spending.give_back(session, [question], under, at=question.began_at)
    return lanes


def _settle_one(session: Session, question: Question, seen: Seen, under: Terms) -> str:
    try:
        with session.begin_nested():
            return settle.answer(session, question, seen, at=now(), patience=under.patience)
    except IntegrityError:
        # the sid we saw was recorded for its own message in the meantime; the next look will not see it as free
        log.info("sid_taken_meanwhile", message=question.message_id)
        return ""


async def _lists(asked: Sequence[Question]) -> list[Seen]:
    """What the carrier shows about each, a few at a time: all at once, a slow one would answer none in time.

    Where it answers nothing, it is not asked about the rest: that is another time.
    """
    found: list[Seen] = []
    async with _lines() as lines:
        for some in (asked[i : i + settle.AT_ONCE] for i in range(0, len(asked), settle.AT_ONCE)):
            told = [seen for question, seen in zip(asked, found, strict=False) if question.carrier in lines]
            if told and not any(seen is not None for seen in told):
                found += [None] * len(some)
            else:
                found += await asyncio.gather(*(_list(lines.get(one.carrier), one) for one in some))
    return found


async def _list(line: Line | None, question: Question) -> Seen:
    if line is None:  # it went through a carrier that is no longer ours
        return None
    try:
        return await line.sent_to(question.way.value, question.number, question.since_at)
    except Unavailable as silent:
        log.warning("carrier_list_away", message=question.message_id, why=silent.message)
    except Exception:  # whatever it answers about one number, the others are settled
        log.exception("carrier_list_makes_no_sense", message=question.message_id)
    return None


async def _sightings(asked: Sequence[Silent]) -> list[tuple[bool, Sighting | None]]:
    async with _lines() as lines:
        return await asyncio.gather(*(_sighting(lines.get(one.carrier), one) for one in asked))


async def _sighting(line: Line | None, one: Silent) -> tuple[bool, Sighting | None]:
    if line is None:
        return True, None
    try:
        return True, await line.look_up(one.way.value, one.sid)
    except Unavailable as silent:
        log.warning("carrier_away", message=one.message_id, why=silent.message)
    except Exception:  # as above
        log.exception("carrier_makes_no_sense", message=one.message_id)
    return False, None


async def _stop_ringing(through: str, sid: str) -> bool:
    async with _lines() as lines:
        try:
            if line := lines.get(through):
                await line.cancel_call(sid)
        except Unavailable as silent:
            log.warning("call_rings_on", sid=sid, why=silent.message)
            return False
    return True


@asynccontextmanager
async def _lines() -> AsyncIterator[Mapping[str, Line]]:
    """An open line to each carrier, by its name."""
    async with AsyncExitStack() as opened:
        yield {name: await opened.enter_async_context(one.line()) for name, one in carriers().items()}


def _terms() -> Terms:
    return paces.terms(settings())
