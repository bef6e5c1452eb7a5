"""A whole town in one process, at one moment: the service behind a real port, real jobs on a real queue, the
sandbox's telephones, and one pair of hands for every clock."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from rq.timeouts import TimerDeathPenalty
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

import clockwork
import worker
from base import clock
from base.database import Database
from base.queue import Hints, Lane, connect
from base.settings import Settings
from sandbox import Sandbox
from tests.phone import Phone
from tickets.models import Ticket

TICK_S = 1.0
LONG_TICK_S = 5.0
ROUNDS = 200
PATIENCE_S = 30.0


class Town:
    """What a scenario plays in. `town.phone(number)` picks up any telephone."""

    def __init__(self, app: Flask, sandbox: Sandbox) -> None:
        self.app, self.sandbox = app, sandbox
        self.settings: Settings = app.extensions["settings"]
        self.hotline = self.settings.hotline
        self.garden = ""
        self._is_dark = False
        self._phones: dict[str, Phone] = {}
        self._last_tick: dict[str, datetime] = {}
        self.now = datetime.fromisoformat(sandbox.ask("GET", "/clock")["now"])
        clock.stop_at(self.now)

    # -- telephones ----------------------------------------------------------------------------------------

    def phone(self, number: str) -> "Phone":
        """The telephone with this number."""
        if number not in self._phones:
            self._phones[number] = Phone(self, number)
        return self._phones[number]

    def connect(self, number: str) -> None:
        """Own a number whose calls and texts come to us."""
        with self.app.app_context():
            result = self.app.test_cli_runner().invoke(args=["carrier", "connect", "--buy", number])
        assert result.exit_code == 0, f"{result.output}{result.exception!r}"

    # -- time ----------------------------------------------------------------------------------------------

    def advance(self, seconds: float) -> None:
        """Let so much time pass, for everybody at once, stopping wherever something is due."""
        goal = self.now + timedelta(seconds=seconds)
        while self.now < goal:
            tick = TICK_S if (goal - self.now).total_seconds() <= 60 else LONG_TICK_S
            following = self.sandbox.ask("GET", "/clock")["next_timer_at"]
            moments = [goal, self.now + timedelta(seconds=tick)]
            if following and (at := datetime.fromisoformat(following)) > self.now:
                moments.append(at)
            self._turn_to(min(moments))

    def _turn_to(self, at: datetime) -> None:
        self.now = at
        clock.stop_at(at)
        self.sandbox.ask("POST", "/clock", {"now": at.isoformat()})
        self.settle()

    def sleep_through(self, seconds: float) -> None:
        """All our processes are dead for so long; only the telephone network goes on."""
        self.now += timedelta(seconds=seconds)
        clock.stop_at(self.now)
        self.sandbox.ask("POST", "/clock", {"now": self.now.isoformat()})

    def settle(self) -> None:
        """Let everything happen that is due at this moment and needs no time."""
        rounds, ends_s = 0, time.monotonic() + PATIENCE_S
        while rounds < ROUNDS and time.monotonic() < ends_s:
            busy = self.sandbox.ask("GET", "/clock")["busy"]
            with self.app.app_context():
                self._tick()
                # a job cannot even read its row: it would fail, and be hinted at again by the clock
                worked = 0 if self._is_dark else self._work()
            if not busy and not worked and not self.sandbox.ask("GET", "/clock")["busy"]:
                return
            rounds += bool(worked)  # the others only wait for a webhook under way
        raise AssertionError("the town does not come to rest")

    def _tick(self) -> None:
        for seconds, work in clockwork.PERIODS:
            key = str(id(work))
            last = self._last_tick.get(key)
            if last is None or (self.now - last).total_seconds() >= seconds:
                self._last_tick[key] = self.now
                clockwork.tick(work)

    def _work(self) -> int:
        hints: Hints = self.app.extensions["hints"]
        if hints.waiting(Lane.URGENT) is None:
            worker.work_alone()
            return 0
        return sum(self._work_lane(hints, lane) for lane in Lane)

    def _work_lane(self, hints: Hints, lane: Lane) -> int:
        """Every job that waits in a lane, one after the other, as a worker does it."""
        queue, worked, one_by_one = hints.queue(lane), 0, None
        while taken := Queue.dequeue_any([queue], None, hints.connection, serializer=JSONSerializer):
            job, _queue = taken
            if one_by_one is None:  # a lane is empty most of the time, and a worker asks the machine for its name
                one_by_one = SimpleWorker(
                    [queue], connection=hints.connection, serializer=JSONSerializer, worker_ttl=600
                )
                one_by_one.death_penalty_class = TimerDeathPenalty
            one_by_one.execute_job(job, queue)
            worked += 1
            if job.is_failed:
                result = job.latest_result()
                raise AssertionError(f"a job failed: {job}\n{result.exc_string if result else ''}")
        return worked

    # -- what can go wrong ---------------------------------------------------------------------------------

    def fault(self, **rule: Any) -> None:
        """Switch one of the carrier's faults on."""
        self.sandbox.ask("POST", "/faults", rule)

    @contextmanager
    def queue_away(self) -> Iterator[None]:
        """Redis does not answer for a while."""
        hints = self.app.extensions["hints"]
        self.app.extensions["hints"] = Hints(connect("redis://127.0.0.1:1/0"))
        yield
        self.app.extensions["hints"] = hints

    @contextmanager
    def database_away(self) -> Iterator[None]:
        """The database does not answer for a while."""
        database = self.app.extensions["database"]
        self.app.extensions["database"], self._is_dark = _gone(database), True
        yield
        self.app.extensions["database"], self._is_dark = database, False

    @contextmanager
    def at_desk(self) -> Iterator[Session]:
        """A transaction, to set the scene or to look behind it."""
        database: Database = self.app.extensions["database"]
        with self.app.app_context(), database.transaction() as session:
            yield session

    @contextmanager
    def ticket(self) -> Iterator[Ticket]:
        """The only ticket there is."""
        with self.at_desk() as session:
            tickets = list(session.scalars(select(Ticket)))
            assert len(tickets) == 1, [ticket.ref for ticket in tickets]
            yield tickets[0]

    def timeline(self, ticket: Ticket) -> list[str]:
        """What happened to a ticket, in order, as words."""
        return [event.type.value for event in ticket.events]

    # -- the end -------------------------------------------------------------------------------------------

    def expect_nothing_more(self) -> None:
        """Fail on any text or call that nobody in the scenario expected."""
        unexpected = [line for phone in self._all_phones() for line in phone.unexpected()]
        assert not unexpected, "nobody expected this:\n" + "\n".join(unexpected)

    def wire(self) -> list[dict[str, Any]]:
        """Every exchange over HTTP so far, both ways."""
        return list(self.sandbox.ask("GET", "/wire")["exchanges"])

    def _all_phones(self) -> list["Phone"]:
        for person in self.sandbox.ask("GET", "/state")["phones"]:
            self.phone(person["number"])
        return list(self._phones.values())


def _gone(database: Database) -> Database:
    """The same kind of database where there is none: its own driver says so."""
    if database.is_sqlite:
        away = Database("sqlite://")
        away.engine = create_engine("sqlite:////proc/nowhere/huiyin.db")
        return away
    return Database("postgresql+psycopg://nobody@127.0.0.1:1/gone")


@contextmanager
def serving() -> Iterator[tuple[int, Callable[[Flask], None]]]:
    """A real port of this machine, and how to open an application behind it once the port is known."""
    behind: list[Flask] = []

    def whoever_is_there(environ: Any, start: Any) -> Any:
        return behind[0](environ, start)

    server = make_server("127.0.0.1", 0, whoever_is_there, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_port, behind.append
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
