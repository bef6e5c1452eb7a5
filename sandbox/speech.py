"""What sounds on a leg, and how long it takes in the network's time."""

import re
from collections.abc import Callable

from sandbox.model import Call
from sandbox.network import Network

HAN_PER_S = 4.5
LATIN_PER_S = 14.0
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
ERROR = "We are sorry, an application error has occurred. Goodbye."
MAX_LOOPS = 1000


def seconds_of(text: str) -> float:
    """Estimate how long it takes to say this."""
    han = len(_HAN.findall(text))
    return han / HAN_PER_S + (len(text) - han) / LATIN_PER_S


async def sound(
    network: Network,
    call: Call,
    kind: str,
    text: str,
    language: str = "",
    seconds: float = 0.0,
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """Let the far end hear something to its end, or until `stop`. Raises HungUp, Replaced."""
    heard = call.hear(kind, text, language, seconds)
    network.touch()
    try:
        while not stop():
            left = (heard.until - network.clock.now()).total_seconds()
            if await call.wait(left):
                return
    finally:
        heard.until = min(heard.until, network.clock.now())
        network.touch()


async def say_error(network: Network, call: Call) -> None:
    """What the carrier itself says when an application fails."""
    await sound(network, call, "carrier", ERROR, "en-US", seconds_of(ERROR) * network.settings.say)


def loops(count: int) -> int:
    """Return how often something sounds; 0 means for ever, which is a thousand times."""
    return MAX_LOOPS if count == 0 else min(count, MAX_LOOPS)
