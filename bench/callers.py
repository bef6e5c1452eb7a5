"""The callers: a process that makes scripted calls, several at the same time, and times every step.

`python -m bench.callers` reads one JSON object (see `Script`) and prints one (see `Told`). Webhooks are built and
signed by hand, because the client must not be what is measured.
"""

import asyncio
import html
import itertools
import json
import re
import sys
import time
from dataclasses import asdict, dataclass, field
from urllib.parse import urlencode
from xml.etree import ElementTree

from base.settings import SANDBOX_ACCOUNT_SID, SANDBOX_AUTH_TOKEN, SANDBOX_NUMBER
from bench.signed import request

LISTENS_S = 5.0
"""From each step of a slow call to the next, to its end: a thousand such calls make two hundred steps a second."""
HEARS_AGAIN = 2
"""How often a slow caller wants to hear each menu again."""
SLOW_S = 0.1
CATEGORIES = ("3", "4", "55")
FIRST_NUMBER = 13800000000
_ACTION = re.compile(r'<(?:Gather|Record)[^>]* action="([^"]+)"')
_DONE = re.compile(r'recordingStatusCallback="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Script:
    """What to do: `kind` is `repair` (a whole call of ours), `slow` (the same as people make it: five seconds from each
    step to the next) or `bare` (as many steps at the bare view).

    Calls are made again and again for so many seconds; slow ones once each, arriving within these seconds.
    """

    kind: str
    port: int
    seconds: float
    at_once: int
    first_caller: int
    owners: int


@dataclass
class Told:
    """What came of it: seconds of every step, when the slow ones began, whole calls, the client's share of its core."""

    steps_s: list[float] = field(default_factory=list)
    slow_at_s: list[float] = field(default_factory=list)
    calls: int = 0
    failed: list[str] = field(default_factory=list)
    seconds: float = 0.0
    busy: float = 0.0
    next_caller: int = 0


class Callers:
    """Everybody who calls."""

    def __init__(self, script: Script) -> None:
        self.script, self.told = script, Told()
        self._base = f"http://127.0.0.1:{script.port}"
        self._numbers = itertools.count(script.first_caller)
        self._began_s = self._ends_s = 0.0

    async def call(self) -> Told:
        """Call again and again, `at_once` at the same time, until time is up."""
        self._began_s, worked_s = time.perf_counter(), time.process_time()
        self._ends_s = self._began_s + self.script.seconds
        if self.script.kind == "slow":
            await asyncio.gather(*(self._slowly(nth) for nth in range(self.script.at_once)))
        else:
            one_call = self._repair if self.script.kind == "repair" else self._bare
            await asyncio.gather(*(self._again(one_call) for _ in range(self.script.at_once)))
        self.told.seconds = time.perf_counter() - self._began_s
        self.told.busy = (time.process_time() - worked_s) / self.told.seconds
        self.told.next_caller = next(self._numbers)
        return self.told

    async def _again(self, one_call) -> None:  # type: ignore[no-untyped-def]  # a method of this class
        while time.perf_counter() < self._ends_s:
            place = next(self._numbers)
            try:
                await one_call(place)
                self.told.calls += 1
            except (OSError, ValueError, IndexError) as error:
                self.told.failed.append(f"{type(error).__name__}: {error}"[:200])
                if len(self.told.failed) > 50:
                    return

    async def _slowly(self, nth: int) -> None:
        await asyncio.sleep(self.script.seconds * nth / self.script.at_once)
        try:
            await self._repair(next(self._numbers), listens_s=LISTENS_S, hears_again=HEARS_AGAIN)
            self.told.calls += 1
        except (OSError, ValueError, IndexError, ElementTree.ParseError) as error:
            self.told.failed.append(f"{type(error).__name__}: {error}"[:200])

    async def _repair(self, place: int, *, listens_s: float = 0.0, hears_again: int = 0) -> None:
        form, sid = _form(place, self.script.owners), f"{place:032x}"
        category = CATEGORIES[place // self.script.owners % len(CATEGORIES)]
        answer = await self._step("/voice/incoming", form | {"CallStatus": "ringing"})
        for key in (*"*" * hears_again, "1", *"*" * hears_again, *category):
            await asyncio.sleep(listens_s)
            answer = await self._step(_find(_ACTION, answer), form | {"Digits": key})
            if listens_s and ElementTree.fromstring(answer).tag != "Response":
                raise ValueError(f"no TwiML: {answer[:150]}")
        message = answer
        await asyncio.sleep(listens_s)
        recording = {"RecordingSid": f"RE{sid}", "RecordingUrl": "https://elsewhere.test/x", "RecordingDuration": "7"}
        read_back = await self._step(_find(_ACTION, message), form | recording | {"Digits": "#"})
        if "单号" not in read_back:
            raise ValueError(f"no read-back: {read_back[:150]}")
        await asyncio.sleep(listens_s)  # until the carrier has made a file of it
        await self._step(_find(_DONE, message), form | recording | {"RecordingStatus": "completed"}, answers=False)
        await asyncio.sleep(listens_s)  # to the number being read
        await self._step("/voice/status", form | {"CallStatus": "completed", "CallDuration": "31"}, answers=False)

    async def _bare(self, place: int) -> None:
        form = _form(place, self.script.owners)
        for key in ("", "1", "3", "#", "", ""):
            await self._step("/bare", form | {"Digits": key})

    async def _step(self, target: str, form: dict[str, str], *, answers: bool = True) -> str:
        wire = request(self._base, target, form, urlencode(form).encode(), SANDBOX_AUTH_TOKEN)
        began_s = time.perf_counter()
        reading, writing = await asyncio.open_connection("127.0.0.1", self.script.port)
        try:
            writing.write(wire)
            answer = await reading.read()
        finally:
            writing.close()
        self.told.steps_s.append(took_s := time.perf_counter() - began_s)
        if took_s > SLOW_S:
            self.told.slow_at_s.append(began_s - self._began_s)
        status = answer.split(b" ", 2)[1]
        if status not in ((b"200",) if answers else (b"200", b"204")):
            raise ValueError(f"{target}: {status.decode()}")
        return answer.partition(b"\r\n\r\n")[2].decode()


def owner_number(place: int) -> str:
    """The telephone of the owner at this place of the estate, counted from 0."""
    return f"+86{FIRST_NUMBER + place}"


def _find(pattern: re.Pattern[str], twiml: str) -> str:
    found = pattern.search(twiml)
    if found is None:
        raise ValueError(f"nothing to follow in {twiml[:200]}")
    return html.unescape(found[1])


def _form(place: int, owners: int) -> dict[str, str]:
    """What the carrier posts about a call: 26 fields."""
    number = owner_number(place % owners)
    geography = {f"{side}{part}": "" for side in ("From", "To", "Caller", "Called")
                 for part in ("City", "State", "Zip")}  # fmt: skip
    countries = {f"{side}Country": "CN" for side in ("From", "To", "Caller", "Called")}
    return {
        "AccountSid": SANDBOX_ACCOUNT_SID, "ApiVersion": "2010-04-01", "CallSid": f"CA{place:032x}",
        "CallStatus": "in-progress", "Direction": "inbound", "From": number, "Caller": number,
        "To": SANDBOX_NUMBER, "Called": SANDBOX_NUMBER, **geography, **countries,
    }  # fmt: skip


def main() -> None:
    """Read the script, make the calls, tell."""
    callers = Callers(Script(**json.load(sys.stdin)))
    print(json.dumps(asdict(asyncio.run(callers.call()))))


if __name__ == "__main__":
    main()
