"""A whole house of real processes on real stores, which a test may kill, and a carrier that counts."""

import asyncio
import html
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from redis import Redis
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from twilio.request_validator import RequestValidator

from app import create_app
from base.clock import now
from base.database import Database
from base.settings import ROOT, SANDBOX_ACCOUNT_SID, SANDBOX_AUTH_TOKEN, Settings
from dev import valkey
from dev.tether import tethered
from messages import actions
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from sandbox import Sandbox
from telephony.twilio import TwilioCarrier
from tests.judges.twiml import judge_voice
from tests.judges.wire import Listener

PATIENCE_S = 90.0
CALLER_PATIENCE_S = 4.0
"""Then the carrier asks again: see the overrides of our voice addresses."""
POLL_S = 0.02
USUAL = ("web", "urgent", "normal", "clock")
WAITING = (MessageState.PLANNED, MessageState.CLAIMED, MessageState.UNKNOWN)
QUICK_CARRIER = {"CARRIER_ANSWER_S": "2", "CARRIER_LISTS_S": "2"}
"""The settings for a carrier that answers within two seconds and lists within two more: leases are as much shorter."""


def until(holds: Callable[[], Any], what: str, patience_s: float = PATIENCE_S) -> Any:
    """Wait for the moment when something holds; returns what it found. Fails in words."""
    ends = time.monotonic() + patience_s
    while True:
        found = holds()
        if found:
            return found
        if time.monotonic() > ends:
            raise AssertionError(f"waited {patience_s:.0f} s in vain: {what}")
        time.sleep(POLL_S)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def children_of(pid: int) -> list[int]:
    """The children of a process now."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # it may end while we read
        return False


@dataclass
class House:
    """The processes of one installation. `start` and `kill` take their names as in the Procfile.

    A second one of a kind is `urgent 2`.
    """

    settings: Settings
    network: Sandbox
    environment: dict[str, str]
    home: Path
    stack: ExitStack
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.environment["CHAOS_HANDS"] = str(self.home / "hands")
        self.hands_move(0)
        self.app = create_app(self.settings)
        self.database: Database = self.app.extensions["database"]
        self.listener = Listener(self.network)

    def start(self, *names: str) -> None:
        """Start processes; returns when workers are at work and the web answers."""
        for name in names:
            with (self.home / "house.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    self._command(name),
                    env=self.environment,
                    cwd=ROOT,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    preexec_fn=tethered(),  # noqa: PLW1509  the main thread starts it
                )
        for name in names:
            if name == "web":
                until(self._web_answers, "the web process answers")

    def _command(self, name: str) -> list[str]:
        if name == "web":
            listen = f"127.0.0.1:{self.settings.port}"
            return [
                sys.executable,
                "-m",
                "gunicorn",
                "--workers",
                "1",
                "--threads",
                "4",
                "--bind",
                listen,
                "tests.chaos.moved:create_app()",
            ]
        return [sys.executable, "-m", "tests.chaos.moved", name.partition(" ")[0]]

    def _web_answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.settings.port)) == 0

    def kill(self, *names: str) -> None:
        """SIGKILL processes and every child they have at this moment: none of them can say goodbye."""
        for name in names:
            process = self.processes.pop(name)
            family = [process.pid, *children_of(process.pid)]
            family += [grandchild for child in family[1:] for grandchild in children_of(child)]
            for pid in family:
                os.kill(pid, signal.SIGKILL)
            process.wait()

    def calls(self, number: str, keys: str) -> str:
        """Somebody dials and presses one key after the other, as signed webhooks; the last answer."""
        form = {"CallSid": f"CA{number[1:]:0>32}", "From": number, "To": self.settings.hotline, "Direction": "inbound",
                "AccountSid": self.settings.account_sid, "CallStatus": "in-progress"}  # fmt: skip
        answer = self._post("/voice/incoming", form)
        for key in keys:
            following = re.search(r'action="([^"]+)"', answer)
            assert following, answer
            answer = self._post(html.unescape(following[1]), form | {"Digits": key})
        return answer

    def _post(self, path: str, form: dict[str, str]) -> str:
        url = self.settings.address + path
        signature = RequestValidator(self.settings.auth_tokens[0]).compute_signature(url, form)
        asked = Request(url, urlencode(form).encode(), {"X-Twilio-Signature": signature})
        with urlopen(asked, timeout=CALLER_PATIENCE_S) as answer:
            said = str(answer.read().decode())
        judge_voice(said)
        return said

    def has_a_child(self, name: str) -> bool:
        """Whether a worker is at work on a job."""
        return bool(children_of(self.processes[name].pid))

    def plan(
        self, numbers: list[str], message_class: MessageClass = MessageClass.SERVICE, *,
        call: bool = False, seconds_ago: float = 0, **more: Any,
    ) -> list[int]:  # fmt: skip
        """Plan one message to each number, committed and hinted."""
        ids = []
        with self.app.app_context(), self.database.transaction() as session:
            for number in numbers:
                common: dict[str, Any] = {
                    "number": number, "message_class": message_class, "about": "chaos:1",
                    "once_key": f"chaos/{number}", "at": now() - timedelta(seconds=seconds_ago), **more,
                }  # fmt: skip
                planned = (
                    actions.plan_call(session, answer_path="/voice/page/1", **common)
                    if call
                    else actions.plan_text(session, body="您的报修已受理。", **common)
                )
                assert planned is not None
                ids.append(planned)
        return ids

    def states(self, ids: list[int]) -> dict[MessageState, int]:
        """How many of these messages stand where."""
        with self.database.reading() as session:
            found = session.scalars(select(Message.state).where(Message.id.in_(ids))).all()
        return {state: found.count(state) for state in set(found)}

    def rows(self, ids: list[int]) -> list[Message]:
        with self.database.reading() as session:
            return list(session.scalars(select(Message).where(Message.id.in_(ids)).order_by(Message.id)))

    def are_settled(self, ids: list[int]) -> bool:
        """Whether the carrier is known to have every one of them."""
        return not set(self.states(ids)) & set(WAITING)

    def are_delivered(self, ids: list[int]) -> bool:
        return set(self.states(ids)) == {MessageState.DELIVERED}

    def taken(self, number: str) -> int:
        """How many texts or calls to this number the carrier took."""
        phone = self.network.ask("GET", f"/phones/{quote(number)}")
        return int(phone["accepted"]) + sum(1 for call in phone["calls"] if call["direction"] == "in")

    def everybody_once(self, numbers: list[str]) -> None:
        """Nobody missed, nobody twice."""
        counts = {number: self.taken(number) for number in numbers}
        assert {number: count for number, count in counts.items() if count != 1} == {}

    def faults(self, *rules: dict[str, Any]) -> None:
        """Switch on these troubles, and all others off."""
        self.network.ask("PUT", "/faults", {"rules": list(rules)})
        self.hit_before = dict(self.network.ask("GET", "/faults")["hits"])

    def hits(self, kind: str) -> int:
        """How often a trouble has struck since it was switched on."""
        return int(self.network.ask("GET", "/faults")["hits"].get(kind, 0)) - self.hit_before.get(kind, 0)

    @contextmanager
    def database_held(self) -> Iterator[None]:
        """While the block lasts, nobody can write a message down."""
        if self.database.is_sqlite:
            with self.database.transaction():
                yield
        else:
            until(self._database_answers, "the database answers")  # it may have begun anew a moment ago
            with self.database.engine.begin() as connection:
                connection.execute(text("LOCK TABLE message IN SHARE ROW EXCLUSIVE MODE"))
                yield

    def _database_answers(self) -> bool:
        try:
            with self.database.reading() as session:
                session.execute(text("SELECT 1"))
        except OperationalError:
            return False
        return True

    def database_restarts(self) -> None:
        """PostgreSQL cuts every connection and begins anew from its log, as when one of its processes dies.

        What was committed is only then kept for certain where `synchronous_commit` is on.
        """
        checkpointer = text("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")
        with self.database.reading() as session:
            pid = int(session.execute(checkpointer).scalar_one())
        os.kill(pid, signal.SIGKILL)
        until(lambda: not is_alive(pid), "the server has noticed")

    def hands_move(self, seconds: float) -> None:
        """Let the clocks of all processes jump: they show so much more than this machine's, or less."""
        new = self.home / "hands.new"
        new.write_text(str(seconds))
        new.replace(self.home / "hands")

    def redis(self) -> "Redis":
        return self.app.extensions["hints"].connection  # type: ignore[no-any-return]

    def redis_ends(self) -> None:
        """Kill the server of the queue."""
        pid = self._redis_pid()
        os.kill(pid, signal.SIGKILL)
        until(lambda: not is_alive(pid), "the server has ended")

    @contextmanager
    def redis_hangs(self) -> Iterator[None]:
        """While the block lasts the server of the queue takes connections and answers nothing."""
        pid = self._redis_pid()
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def _redis_pid(self) -> int:
        pid = int(self.redis().info("server")["process_id"])
        assert "valkey" in Path(f"/proc/{pid}/comm").read_text()
        return pid

    def redis_begins(self) -> None:
        """Start it again, with what it had written down."""
        self.stack.enter_context(valkey.running(self.home / "valkey"))

    def close(self) -> None:
        self.kill(*list(self.processes))
        self.database.close()
        self.redis().close()


@contextmanager
def house(
    database_url: str, redis_url: str, home: Path, stack: ExitStack, *,
    names: tuple[str, ...] = USUAL, is_judged: bool = True, **more: str,
) -> Iterator[House]:  # fmt: skip
    """A house with these processes at work, on a carrier of its own. `more` settings overrule the usual.

    At the end all that passed over its wire is judged, unless somebody else has done so.
    """
    with Sandbox(account=SANDBOX_ACCOUNT_SID, token=SANDBOX_AUTH_TOKEN, clock="real") as network:
        network.ask("PUT", "/settings", {"cps": 0, "receipt_s": 0.05, "list_lag_s": 0.5, "hold_s": 20})
        chosen = {
            "HUIYIN_ENV": "development", "DATABASE_URL": database_url, "REDIS_URL": redis_url,
            "PORT": str(free_port()), "TWILIO_API_BASE": network.url, "VAR_DIR": str(home),
            "SMS_RATE_EMERGENCY": "0", "SMS_RATE_SERVICE": "0", "SMS_RATE_CARE": "0", "CALL_RATE": "0",
            "PUBLIC_URL": "", "SECRET_KEY": "x" * 40, **QUICK_CARRIER, **more,
        }  # fmt: skip
        settings = Settings(_env_file=None, **{name.lower(): value for name, value in chosen.items()})  # type: ignore[arg-type]
        asyncio.run(_own_the_hotline_number(settings))
        here = House(settings, network, os.environ | chosen, home, stack)
        try:
            here.start(*names)
            yield here
        finally:
            here.close()
        if is_judged:
            here.listener.judge()


async def _own_the_hotline_number(settings: Settings) -> None:
    async with TwilioCarrier(settings).line() as line:
        await line.connect_number(settings.hotline, {}, may_buy=True)
