"""The stub carrier as a measurement sees it: started on its own core, told how late to be, asked what it took."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from bench import stage


class Taken(NamedTuple):
    """One request the stub took: when (seconds of this machine's running clock), the number, the form as it came."""

    at_s: float
    way: str
    number: str
    form: str

    @property
    def message_id(self) -> int:
        """Our own id of the message or call, as its address for receipts says."""
        callback = parse_qs(self.form)["StatusCallback"][0]
        return int(parse_qs(urlsplit(callback).query)["m"][0])


@dataclass(frozen=True, slots=True)
class Carrier:
    """The running stub."""

    port: int

    @property
    def address(self) -> str:
        """Where its API is."""
        return f"http://127.0.0.1:{self.port}"

    def begin(self, *, latency_s: float = 0.0, receipts: int = 0) -> None:
        """Forget everything; from now on answer after `latency_s` and post so many receipts for each text."""
        self._ask("POST", "/bench/begin", {"latency_s": latency_s, "receipts": receipts})

    def state(self) -> dict[str, int]:
        """How many requests were `taken`, receipts `told`, and receipts `refused` by us."""
        return dict(self._ask("GET", "/bench/state"))

    def log(self) -> list[Taken]:
        """Everything taken since `begin`, in order."""
        rows = self._ask("GET", "/bench/log")
        return [Taken(at, way, parse_qs(form)["To"][0], form) for at, way, _sid, form in rows]

    def wait_for(self, taken: int, *, limit_s: float) -> None:
        """Wait until so many requests were taken. Raises `TimeoutError`."""
        try:
            self._ask("POST", "/bench/when_taken", taken, limit_s)
        except TimeoutError:
            so_far = self.state()["taken"]
            raise TimeoutError(f"the carrier took {so_far} of {taken} in {limit_s:.0f} s") from None

    def _ask(self, method: str, path: str, told: Any = None, limit_s: float = 30.0) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=limit_s)
        try:
            connection.request(method, path, json.dumps(told) if told else None)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


@contextmanager
def running(environment: dict[str, str], *, log: Path) -> Iterator[Carrier]:
    """The stub in a process of its own, on the other core, for as long as the block lasts."""
    process = stage.start("python -m bench.stub", environment, core=stage.THEIRS, log=log, reads=True)
    try:
        assert process.stdout
        yield Carrier(int(process.stdout.readline()))
    finally:
        stage.stop(process)
