"""Plays a round on a house, lets it settle, and judges it at the carrier: nobody missed, nobody twice."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import OperationalError

from directory.models import Number
from messages.lifecycle import MessageState, Outcome
from messages.models import Attempt, Message
from tests.chaos.estate import Estate, Notice
from tests.chaos.house import WAITING, House
from tests.chaos.mail import ENDS, Mailbox, Planned
from tests.chaos.rounds import HOPELESS, PROCESSES, UNWANTED, WANTED, Blow, Script

QUIET_S = 400
"""So long, as far as the service can tell, have messages been silent that it shall ask the carrier about."""
FEW = 5
PASSES_S = 6.0
"""How often that time passes for what is silent still: a busy carrier is not asked again at once."""
PATIENCE_S = 90.0
MOST_JUDGED = 400
"""People of a round whose every exchange still is in the network's log at its end, and is judged."""
POLL_S = 0.01
RETRIES_S = 0.2


@dataclass
class Verdict:
    """What a round came to: people, counted at the carrier."""

    seed: int
    database: str
    people: int = 0
    lost: int = 0
    doubled: int = 0
    doubtful: int = 0
    wrongly_sent: int = 0
    seconds: float = 0.0
    told: str = ""
    wrong: list[str] = field(default_factory=list)
    """What is not as it should be, in words, the first few of it."""

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.doubled or self.wrongly_sent or self.wrong)

    def line(self) -> str:
        """The round in one line, and a line for each thing that is wrong."""
        head = (
            f"seed {self.seed} {self.database}: {self.people} people, {self.lost} lost, {self.doubled} doubled, "
            f"{self.doubtful} doubtful, {self.wrongly_sent} wrongly sent, {self.seconds:.1f} s ({self.told})"
        )
        return "\n".join([head, *(f"    {one}" for one in self.wrong[:10])])

    def kept(self) -> dict[str, Any]:
        return asdict(self)


class Round:
    """One round on a house with an estate."""

    def __init__(self, house: House, estate: Estate, script: Script) -> None:
        self.house, self.estate, self.script = house, estate, script
        self.words = f"第{script.seed}轮停水"
        self.strangers = estate.numbers[-script.strangers :]
        self.mailbox, self.mail = Mailbox(house, script.seed), list[Planned]()
        self.notice: Notice | None = None
        self.is_held = self.is_approved = False
        self._due: list[Callable[[], None]] = []
        self._away = ExitStack()
        self._rules: list[dict[str, Any]] = []
        self._fire_s = max(span.until_s for span in script.spans)
        self._refusals = [
            {"kind": "refuse", "on": "messages", "code": 21211, "number": number} for number in self.strangers
        ]

    def play(self) -> Verdict:
        """From the writing of the notice until everything is final; returns what came of it."""
        began_s = time.monotonic()
        self._prepare()
        with self._away:
            self._fire()
        self._peace()
        self._wait_for(Message.state.in_(WAITING))
        self._wait_for(Message.final_at.is_(None), self._time_passes)
        verdict = self._judge()
        if self.script.people <= MOST_JUDGED:
            self.house.listener.judge()
        verdict.seconds = time.monotonic() - began_s
        return verdict

    def _prepare(self) -> None:
        known_again = update(Number).where(Number.number.in_(self.strangers))
        with self.house.database.transaction() as session:
            session.execute(known_again.values(needs_check=False, hard_failures=0))
        self.house.faults(*self._refusals)
        self.notice = Notice(self.estate, self.words)

    def _fire(self) -> None:
        """Everything at its moment; what writes waits while the database is away."""
        moments = sorted(self._moments(), key=lambda moment: moment[0])
        began_s = burns_s = time.monotonic()
        retry_s = 0.0
        while moments or self._due or not self.is_approved:
            if not self.script.burns_early and not self.is_approved:
                burns_s = time.monotonic()
            while moments and moments[0][0] <= time.monotonic() - burns_s:
                moments.pop(0)[1]()
            if not self.is_held and time.monotonic() >= retry_s and not self._writes():
                retry_s = time.monotonic() + RETRIES_S
            assert time.monotonic() - began_s < self._fire_s + PATIENCE_S, "the notice is not planned"
            time.sleep(POLL_S)

    def _moments(self) -> list[tuple[float, Callable[[], None]]]:
        found: list[tuple[float, Callable[[], None]]] = []
        for span in self.script.spans:
            found.append((span.from_s, partial(self._trouble, span.rule, is_on=True)))
            found.append((span.until_s, partial(self._trouble, span.rule, is_on=False)))
        for blow in self.script.blows:
            begin, end = self._blow(blow)
            found += [(blow.at_s, begin), (blow.at_s + blow.lasts_s, end)]
        for one in self.script.mail:
            found.append((one.at_s, partial(self._due.append, partial(self._write_mail, one.kind, one.count))))
        return found

    def _trouble(self, rule: dict[str, Any], *, is_on: bool) -> None:
        self._rules = [one for one in self._rules if one is not rule] + ([rule] if is_on else [])
        self.house.faults(*self._refusals, *self._rules)

    def _blow(self, blow: Blow) -> tuple[Callable[[], None], Callable[[], None]]:
        house, nothing = self.house, lambda: None
        seconds = [f"{name} 2" for name in blow.names]
        return {
            "killed": (partial(house.kill, *blow.names), partial(house.start, *blow.names)),
            "a second one": (partial(house.start, *seconds), partial(house.kill, *seconds)),
            "queue emptied": (self._queue_emptied, nothing),
            "queue killed": (house.redis_ends, house.redis_begins),
            "queue hangs": (partial(self._enter, house.redis_hangs), self._leave),
            "database held": (self._held, self._free),
            "database restarts": (self._restarts, nothing),
            "clocks jump": (partial(house.hands_move, blow.by_s), partial(house.hands_move, 0)),
        }[blow.what]

    def _enter(self, away: Callable[[], Any]) -> None:
        self._away.enter_context(away())

    def _leave(self) -> None:
        self._away.close()

    def _queue_emptied(self) -> None:
        self.house.redis().flushall()

    def _held(self) -> None:
        self.is_held = True
        self._enter(self.house.database_held)

    def _free(self) -> None:
        self._leave()
        self.is_held = False

    def _restarts(self) -> None:
        if not self.house.database.is_sqlite:
            self.house.database_restarts()

    def _writes(self) -> bool:
        """Let go out what is due of our own writing; False when the database is away: then again."""
        try:
            while self._due:
                self._due[0]()
                self._due.pop(0)
            assert self.notice is not None
            if not self.is_approved and self.notice.is_planned():
                self.notice.goes()
                self.is_approved = True
        except OperationalError:
            return False
        return True

    def _write_mail(self, kind: str, count: int) -> None:
        self.mail += self.mailbox.write(kind, count)

    def _peace(self) -> None:
        house = self.house
        house.faults(*self._refusals)
        house.kill(*(name for name in house.processes if name not in PROCESSES))
        house.start(*(name for name in PROCESSES if name not in house.processes))

    def _ids(self) -> list[int]:
        assert self.notice is not None
        return self.notice.ids + [one.id for one in self.mail if one.kind != "not approved"]

    def _left(self, moving: ColumnElement[bool]) -> list[Message]:
        """The first few that still move. Not all: the carrier lives in this process, and needs it more."""
        found = select(Message).where(Message.id.in_(self._ids()), moving).order_by(Message.id).limit(FEW)
        with self.house.database.reading() as session:
            return list(session.scalars(found))

    def _wait_for(self, moving: ColumnElement[bool], now_and_then: Callable[[], None] | None = None) -> None:
        """Wait until nothing moves. Raises `AssertionError` with the first few that do."""
        gives_up_s, next_s = time.monotonic() + PATIENCE_S, 0.0
        while rows := self._left(moving):
            if now_and_then and time.monotonic() >= next_s:
                now_and_then()
                next_s = time.monotonic() + PASSES_S
            if time.monotonic() > gives_up_s:
                some = "; ".join(_said(row) for row in rows)
                raise AssertionError(f"not at rest after {PATIENCE_S:.0f} s: {some}")
            time.sleep(RETRIES_S)

    def _time_passes(self) -> None:
        """As far as the service can tell: whatever is still silent has been so for minutes, and is asked about."""
        silent = select(Message).where(Message.id.in_(self._ids()), Message.state == MessageState.ACCEPTED)
        with self.house.database.transaction() as session:
            for row in session.scalars(silent):
                assert row.accepted_at is not None
                row.accepted_at -= timedelta(seconds=QUIET_S)
                row.due_at -= timedelta(seconds=QUIET_S)

    def _judge(self) -> Verdict:
        verdict = Verdict(
            self.script.seed, "sqlite" if self.house.database.is_sqlite else "postgres", told=self.script.told()
        )
        assert self.notice is not None
        rows = {row.id: row for row in self.house.rows(self.notice.ids + [one.id for one in self.mail])}
        proofs = self._proofs(list(rows))
        notices = {rows[id].number: rows[id] for id in self.notice.ids}
        for number in self.estate.numbers:
            must_not = number in self.strangers
            row = notices.get(number)
            if row is None and must_not:
                continue
            ends = (MessageState.FAILED,) if must_not else (MessageState.DELIVERED,)
            self._person(verdict, number, row, ends, proofs, is_wanted=not must_not)
        for one in self.mail:
            self._person(verdict, one.number, rows[one.id], ENDS[one.kind], proofs, is_wanted=one.kind in WANTED)
        assert {one.kind for one in self.mail} <= {*WANTED, *HOPELESS, *UNWANTED}
        return verdict

    def _proofs(self, ids: list[int]) -> dict[int, Counter[str]]:
        """Of each message the sids that its attempts are known to have."""
        found: dict[int, Counter[str]] = {id: Counter() for id in ids}
        with self.house.database.reading() as session:
            asked = select(Attempt.message_id, Attempt.sid).where(
                Attempt.message_id.in_(ids), Attempt.sid.is_not(None), Attempt.outcome == Outcome.ACCEPTED
            )
            for message_id, sid in session.execute(asked):
                found[message_id][str(sid)] += 1
        return found

    def _person(
        self, verdict: Verdict, number: str, row: Message | None, ends: tuple[MessageState, ...],
        proofs: dict[int, Counter[str]], *, is_wanted: bool,
    ) -> None:  # fmt: skip
        sids = self._taken(number)
        is_doubtful = row is not None and row.is_doubtful
        verdict.people += is_wanted
        verdict.lost += is_wanted and not sids
        verdict.doubled += is_wanted and len(sids) > 1 and not is_doubtful
        verdict.doubtful += is_doubtful
        verdict.wrongly_sent += not is_wanted and bool(sids)
        if is_doubtful and not self.script.hides_all:
            verdict.wrong.append(f"{number}: in doubt, though receipts or lists could tell")
        if row is None:
            verdict.wrong.append(f"{number}: nothing was planned")
        elif row.state not in ends:
            verdict.wrong.append(f"{_said(row)}: not {' or '.join(ends)}")
        elif len(sids) > 1 and not is_doubtful:
            verdict.wrong.append(f"{_said(row)}: the carrier has {sids}")
        elif is_wanted and (row.sid not in sids or row.sid not in proofs[row.id] or not row.attempts):
            verdict.wrong.append(f"{_said(row)}: its history says {list(proofs[row.id])}, the carrier {sids}")

    def _taken(self, number: str) -> list[str]:
        """The sids of what the carrier took for this number in this round."""
        phone = self.house.network.ask("GET", f"/phones/{quote(number)}")
        texts = [one for one in phone["texts"] if one["to"] == number]
        if number in self.estate.numbers:
            texts = [one for one in texts if self.words in one["body"]]
        return [one["sid"] for one in texts] + [one["sid"] for one in phone["calls"] if one["direction"] == "in"]


def _said(row: Message) -> str:
    return (
        f"message {row.id} to {row.number} is {row.state} ({row.reason or row.error_code or 'no reason'}), "
        f"{row.attempts} attempts, sid {row.sid}, {'doubtful' if row.is_doubtful else 'no doubt'}"
    )
