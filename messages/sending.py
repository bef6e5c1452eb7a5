"""One lane at work: claim, hand to the carrier with no database connection held, record; all at once."""

import asyncio
import contextlib
import itertools
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

import structlog
from sqlalchemy.exc import IntegrityError, OperationalError

from base.clock import now, ticks_s
from base.database import database, reading, transaction
from base.queue import Lane
from messages import pacing
from messages.ledger import claim as claims
from messages.ledger.paces import Terms
from messages.ledger.record import Ended, record
from messages.ledger.taking import Claimed
from messages.lifecycle import Way
from telephony.carrier import Line, OutgoingCall, OutgoingText, Rejected, SendOutcome, Unknown

log = structlog.get_logger(__name__)

Given = TypeVar("Given")
Made = TypeVar("Made")

CONNECTIONS = 100
"""Requests at the carrier at the same time."""
AHEAD = {Lane.URGENT: 40, Lane.NORMAL: 600, Lane.BULK: 600}
"""With fewer claimed rows than this waiting for a connection, more are claimed: no connection stands idle. Few in the
urgent lane, where the next claim must soon meet a page that was planned meanwhile."""
AHEAD_S = 0.5
"""… and with fewer than can begin within this, as slowly as the carrier answers: what waits for long may not begin."""
CLAIMERS = 2
"""Claims under way at the same time where a server answers them: while one waits for its disk, the next is chosen."""
MOST_OPEN = 1600
"""Claimed and not yet recorded, at most: what a kill leaves unknown. With fewer the sending waits for a database
server, while claims and records are under way: with 600 a fifth of its time."""
WORK_S = 30.0
RECORD_ROWS = 200
RECORD_S = 0.05
"""So many answers are written down together, or those of this long: well within a second."""
DATABASE_AWAY_S = 30.0
"""How long answers are kept for a database that is away; later they are unknown and get settled."""
LOOK_UP_S = {Lane.URGENT: 0.1, Lane.NORMAL: 0.25, Lane.BULK: 1.0}
"""While the pace holds everything up: how soon to look for a page that may go nevertheless, or wants to be planned.
Where none is, and a hundred thousand rows are passed over at each look, a campaign of another sender waits as long."""
AGAIN_S = 0.25
"""How soon a database that is away is tried again."""

NOT_BEGUN = Rejected("not_begun", is_permanent=False, counts=False)


class LaneWork:
    """The work of one job on one lane, with an open line to each carrier.

    `see_to_others` does what else is asked of the lane, and says whether it wants this process.
    """

    def __init__(self, lane: Lane, lines: Mapping[str, Line], under: Terms, see_to_others: Callable[[], bool]) -> None:
        self.lane, self.lines, self.under = lane, lines, under
        self._see_to_others = see_to_others
        self._waiting: asyncio.PriorityQueue[tuple[int, int, float, Claimed]] = asyncio.PriorityQueue()
        self._places = itertools.count()
        self._ended: list[Ended] = []
        self._enough_ended = asyncio.Event()
        self._has_room = asyncio.Event()
        self._open = self._asked_for = 0
        self._answer_s = 0.0
        self._is_claiming = True
        self.is_unfinished = False

    async def run(self) -> None:
        """Work until nothing is due, half a minute has passed, or somebody else wants the process.

        What was handed to the carrier is written down also when claiming fails.
        """
        senders = [asyncio.create_task(self._send_each()) for _ in range(CONNECTIONS)]
        claimer, recorder = asyncio.create_task(self._claim_all()), asyncio.create_task(self._record_all())
        await asyncio.wait({claimer, recorder}, return_when=asyncio.FIRST_COMPLETED)
        if not claimer.done():
            claimer.cancel()
        self._is_claiming = False
        self._enough_ended.set()
        ends = await asyncio.gather(recorder, claimer, return_exceptions=True)
        for sender in senders:
            sender.cancel()
        await asyncio.gather(*senders, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def _claim_all(self) -> None:
        claimers = [self._claim_while_due() for _ in range(1 if database().is_sqlite else CLAIMERS)]
        # one that fails takes no other with it: a claim cut off is committed all the same, and nobody sends its rows
        for end in await asyncio.gather(*claimers, return_exceptions=True):
            if end is not None:
                raise end

    async def _claim_while_due(self) -> None:
        ends_s = ticks_s() + WORK_S
        while True:
            ahead = self._ahead()
            room = min(MOST_OPEN - self._open - self._asked_for, pacing.CLAIM_ROWS, ahead)
            if self._waiting.qsize() >= ahead or room <= 0:
                self._has_room.clear()
                await self._has_room.wait()
                continue
            claim = await self._claim_up_to(room)
            if claim.wait_s is None:
                return
            if ticks_s() > ends_s or await asyncio.to_thread(self._see_to_others):
                self.is_unfinished = True
                return
            if claim.wait_s:
                before_at = now()
                await asyncio.sleep(min(claim.wait_s, LOOK_UP_S[self.lane]))
                if now() <= before_at:
                    return  # the hands stand still (a rehearsal): no pace will open while we wait

    async def _claim_up_to(self, room: int) -> claims.Claim:
        claimed_s = ticks_s()
        self._asked_for += room
        try:
            claim = await self._beside(self._claim, room)
        finally:
            self._asked_for -= room
        self._open += len(claim.rows)
        for row in claim.rows:
            # the most urgent first, also before what was claimed earlier and has not begun
            self._waiting.put_nowait((row.urgency, next(self._places), claimed_s, row))
        return claim

    async def _beside(self, work: Callable[[Given], Made], given: Given) -> Made:
        """Database work: beside the sending where it waits for a server; here where it is our own processor's."""
        if database().is_sqlite:
            return work(given)
        return await asyncio.to_thread(work, given)

    def _claim(self, room: int) -> claims.Claim:
        if database().is_sqlite:
            with reading() as session:
                held_up = claims.held_up(session, self.lane, at=now(), under=self.under)
            if held_up is not None:
                return held_up
        with transaction() as session:
            return claims.claim(session, self.lane, at=now(), room=room, under=self.under)

    async def _send_each(self) -> None:
        while True:
            _, _, claimed_s, row = await self._waiting.get()
            if self._waiting.qsize() < self._ahead():
                self._has_room.set()
            began_at, began_s = now(), ticks_s()
            try:
                outcome = await self._send(row, claimed_s, began_at)
            except Exception as error:
                # it may have left; and a sender that ends here would be waited for without end
                log.exception("sending_failed", message=row.id)
                outcome = Unknown(type(error).__name__)
            took_s = ticks_s() - began_s
            self._answer_s += (took_s - self._answer_s) / CONNECTIONS
            self._ended.append(Ended(row, outcome, began_at, took_s))
            if len(self._ended) >= RECORD_ROWS or len(self._ended) == self._open:
                self._enough_ended.set()

    def _ahead(self) -> int:
        """How many rows may wait: as many as begin soon, going by the last hundred answers."""
        return min(AHEAD[self.lane], max(int(CONNECTIONS * AHEAD_S / max(self._answer_s, 0.001)), 1))

    async def _send(self, row: Claimed, claimed_s: float, began_at: datetime) -> SendOutcome:
        # never begin what could still be under way when the lease ends: by then somebody else asks about it; nor what
        # may have been stopped since
        if ticks_s() - claimed_s > min(self.under.patience.start_s, pacing.STOPS_S):
            self.is_unfinished = True  # those who claim may have found nothing more to do meanwhile
            return NOT_BEGUN
        line = self.lines[row.carrier]
        if row.way is Way.CALL:
            return await line.place_call(as_call(row))
        return await line.send_text(as_text(row, began_at))

    async def _record_all(self) -> None:
        while self._is_claiming or self._open:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._enough_ended.wait(), RECORD_S)
            self._enough_ended.clear()
            if self._ended:
                ended, self._ended = self._ended, []
                await self._keep(ended)
                self._open -= len(ended)
                self._has_room.set()

    async def _keep(self, ended: list[Ended]) -> None:
        patience_s = ticks_s() + DATABASE_AWAY_S
        while True:
            try:
                await self._beside(self._record, ended)
            except (OperationalError, IntegrityError) as error:  # a record may be said again and again
                if ticks_s() > patience_s:
                    raise
                log.warning("database_away", answers=len(ended), error=type(error.orig).__name__)
                await asyncio.sleep(AGAIN_S)
            else:
                return

    def _record(self, ended: list[Ended]) -> None:
        record(ended, at=now(), under=self.under)


def as_text(row: Claimed, at: datetime) -> OutgoingText:
    """The request for a text; its message and attempt travel in the address for receipts."""
    valid_s = pacing.carrier_valid_s(row.valid_until_at, at)
    return OutgoingText(row.number, row.sender, row.body, f"/sms/status{_who(row)}", valid_s, row.is_demo)


def as_call(row: Claimed) -> OutgoingCall:
    """The request for a call; its message and attempt travel in the address for receipts.

    `{id}` in the path that answers it stands for its message: many are planned at once, before they have one.
    """
    answer_path = row.answer_path.replace("{id}", str(row.id))
    return OutgoingCall(row.number, row.sender, answer_path, f"/voice/placed{_who(row)}", row.ring_s, row.is_demo)


def _who(row: Claimed) -> str:
    return f"?m={row.id}&a={row.attempt_id}"
