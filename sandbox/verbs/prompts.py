"""Say, Play, Pause."""

from collections.abc import Callable

from sandbox.flow import Flow, verb
from sandbox.model import Ask
from sandbox.speech import loops, seconds_of, sound
from sandbox.twiml import Verb

PLAYED_S = 3.0
"""How long a played file is taken to be; the network does not fetch it."""


async def prompt(flow: Flow, step: Verb, stop: Callable[[], bool] = lambda: False) -> None:
    """Carry out Say, Play or Pause, cut short as soon as `stop` says so."""
    network, call = flow.network, flow.call
    if step.name == "Pause":
        await _silence(flow, float(step.whole("length", 1)), stop)
        return
    if step.name == "Say":
        kind, text, language = "say", step.text, step.get("language")
        seconds = seconds_of(text) * network.settings.say
    else:
        kind, language = "play", ""
        text = step.get("digits") or flow.address(step.text)
        seconds = PLAYED_S * network.settings.say
    count = loops(step.whole("loop", 1))
    # Speech that takes no time is heard once: a thousand loops of nothing would never end.
    for _ in range(count if seconds else min(count, 1)):
        if stop():
            return
        await sound(network, call, kind, text, language, seconds, stop)


async def _silence(flow: Flow, seconds: float, stop: Callable[[], bool]) -> None:
    clock = flow.network.clock
    began = clock.now()
    while not stop():
        left = seconds - (clock.now() - began).total_seconds()
        if await flow.call.wait(left):
            return


@verb("Say")
@verb("Play")
@verb("Pause")
async def carry_prompt(flow: Flow, step: Verb) -> Ask | None:
    """Let it sound, then go on with the next verb."""
    await prompt(flow, step)
    return None
