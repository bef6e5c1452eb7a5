"""Say, Play, Pause."""

from collections.abc import Callable

from sandbox.flow import Flow, verb
from sandbox.model import Ask, Call
from sandbox.network import Network
from sandbox.speech import loops, seconds_of, sound
from sandbox.twiml import Verb

TONE_S = 0.2
PAUSES_S = {"w": 0.5, "W": 1.0}
PLAYED_S = 3.0
"""How long a played file is taken to be; the network does not fetch it."""


async def prompt(flow: Flow, step: Verb, stop: Callable[[], bool] = lambda: False) -> None:
    """Carry out Say, Play or Pause, cut short as soon as `stop` says so."""
    network, call = flow.network, flow.call
    if step.name == "Pause":
        await _silence(network, call, float(step.whole("length", 1)), stop)
        return
    if step.name == "Play" and step.get("digits"):
        await tones(network, call, step.get("digits"), stop)
        return
    if step.name == "Say":
        kind, text, language = "say", step.text, step.get("language")
        seconds = seconds_of(text) * network.settings.say
    else:
        kind, language = "play", ""
        text = flow.address(step.text)
        seconds = PLAYED_S * network.settings.say
    count = loops(step.whole("loop", 1))
    # Speech that takes no time is heard once: a thousand loops of nothing would never end.
    for _ in range(count if seconds else min(count, 1)):
        if stop():
            return
        await sound(network, call, kind, text, language, seconds, stop)


async def tones(network: Network, call: Call, digits: str, stop: Callable[[], bool] = lambda: False) -> None:
    """Send the tones of keys down the leg (`w` and `W` are pauses); a machine at its far end takes them as pressed."""
    if not digits:
        return
    tone_s = TONE_S * network.settings.say
    call.hear("tones", digits, seconds=sum(PAUSES_S.get(d, tone_s) for d in digits))
    network.touch()
    for digit in digits:
        machine = call.peer
        if digit not in PAUSES_S and machine is not None and machine.input is not None:
            machine.input.key(digit, network.clock.now())
            machine.wake()
        await _silence(network, call, PAUSES_S.get(digit, tone_s), stop)
        if stop():
            return


async def _silence(network: Network, call: Call, seconds: float, stop: Callable[[], bool]) -> None:
    began = network.clock.now()
    while not stop():
        left = seconds - (network.clock.now() - began).total_seconds()
        if await call.wait(left):
            return


@verb("Say")
@verb("Play")
@verb("Pause")
async def carry_prompt(flow: Flow, step: Verb) -> Ask | None:
    """Let it sound, then go on with the next verb."""
    await prompt(flow, step)
    return None
