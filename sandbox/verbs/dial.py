"""Dial: ring others, let the first who answers hear the whisper, bridge."""

import asyncio
import re
from dataclasses import dataclass
from datetime import timedelta

from sandbox.flow import Flow, verb
from sandbox.legs import answer, end, new_call
from sandbox.model import Ask, Call, Callback, HungUp, Recording, Replaced
from sandbox.recordings import begin_recording, finish_recording, recorded_params
from sandbox.ringing import ring
from sandbox.twiml import Verb
from sandbox.verbs.prompts import tones

MOST_AT_ONCE = 10
DEFAULT_TIMEOUT_S = 30
LONGEST_S = 4 * 3600


@dataclass
class Child:
    """One number being dialled."""

    call: Call
    step: Verb
    url: str


class HangupOnStar:
    """While bridged, `*` ends the conversation."""

    def __init__(self) -> None:
        self.pressed = False
        self.waits_for: dict[str, object] = {"verb": "Dial", "hangupOnStar": True}

    def key(self, key: str, _at: object) -> bool:
        """Take the star."""
        self.pressed = self.pressed or key == "*"
        return key == "*"

    def speech(self, _text: str, _seconds: float, _at: object) -> bool:
        """Speech passes to the other side."""
        return False


@verb("Dial")
async def dial(flow: Flow, step: Verb) -> Ask | None:
    """Ring everybody named at once; the first who answers wins and the others are cancelled.

    Without an action the next verb follows; with one it is asked with what became of it, also
    when the caller has hung up meanwhile (Twilio, TwiML <Dial>).
    """
    children = _place(flow, step)
    outcome = Outcome()
    try:
        if children:
            await _connect(flow, step, children, outcome)
    except HungUp:
        outcome.gone = True
    finally:
        for child in children:
            end(flow.network, child.call)
    return await _after(flow, step, outcome)


class Outcome:
    """What became of a Dial."""

    def __init__(self) -> None:
        self.winner: Call | None = None
        self.last: Call | None = None
        self.bridged = False
        self.gone = False
        self.recording: Recording | None = None

    def status(self) -> str:
        """Return DialCallStatus."""
        if self.winner is not None:
            return "completed"
        if self.last is None:
            return "failed"
        return self.last.status if self.last.ended else "canceled"


async def _after(flow: Flow, step: Verb, outcome: Outcome) -> Ask | None:
    action = step.get("action")
    if not action:
        if outcome.gone:
            raise HungUp
        return None
    call = outcome.winner or outcome.last
    extra = [("DialCallStatus", outcome.status())]
    if call is not None:
        extra.append(("DialCallSid", call.sid))
    if outcome.winner is not None:
        extra.append(("DialCallDuration", str(outcome.winner.duration_s)))
    extra.append(("DialBridged", "true" if outcome.bridged else "false"))
    if outcome.recording is not None:
        extra += recorded_params(flow, outcome.recording)
    ask = Ask(flow.address(action), step.get("method", "POST"), tuple(extra))
    if outcome.gone:
        await flow.ask_now(ask)
        raise HungUp
    return ask


def _place(flow: Flow, step: Verb) -> list[Child]:
    call, network = flow.call, flow.network
    caller = step.get("callerId") or call.from_number
    ours = caller in (call.from_number, call.to_number) or network.owned_number(caller)
    named = [n for n in step.inside if n.name == "Number"]
    if step.text and not named:
        named = [Verb("Number", {}, step.text)]
    if not ours or flow.whisper:
        return []
    children = []
    for number in named[:MOST_AT_ONCE]:
        to = re.sub(r"[\s()-]", "", number.text)
        leg = new_call(network, caller, to, "outbound-dial", parent=call, depth=call.depth)
        if number.get("statusCallback"):
            events = frozenset(number.get("statusCallbackEvent", "completed").split())
            url = flow.address(number.get("statusCallback"))
            method = number.get("statusCallbackMethod", "POST")
            leg.callbacks.append(Callback(url, method, events))
        url = flow.address(number.get("url")) if number.get("url") else ""
        children.append(Child(leg, number, url))
    return children


async def _connect(flow: Flow, step: Verb, children: list[Child], outcome: Outcome) -> None:
    """Ring, whisper, bridge. Raises HungUp when the caller leaves."""
    timeout_s = float(step.whole("timeout", DEFAULT_TIMEOUT_S))
    child = await _first_answer(flow, children, timeout_s, outcome)
    if child is None:
        return
    outcome.winner = child.call
    for other in children:
        if other is not child:
            end(flow.network, other.call, "canceled")
    if (child.url or child.step.get("sendDigits")) and not await _before_the_bridge(flow, child):
        return
    await _bridge(flow, step, child.call, outcome)


async def _first_answer(flow: Flow, children: list[Child], timeout_s: float, outcome: Outcome) -> Child | None:
    """Wait for the first who answers; None when nobody does."""
    loop = asyncio.get_running_loop()
    tasks = {loop.create_task(_rings(flow, c, timeout_s)): c for c in children}
    for task in tasks:
        task.add_done_callback(lambda _: flow.call.wake())
    try:
        while True:
            won = [c for t, c in tasks.items() if t.done() and t.result()]
            if won:
                return won[0]
            outcome.last = next((c.call for t, c in tasks.items() if not t.done()), None)
            if outcome.last is None:
                outcome.last = children[-1].call
                return None
            await flow.call.wait(None)
    finally:
        for child in children:
            if child.call.answered_at is None:
                end(flow.network, child.call, "canceled")
        await asyncio.gather(*tasks, return_exceptions=True)


async def _rings(flow: Flow, child: Child, timeout_s: float) -> bool:
    try:
        return await ring(flow.network, child.call, timeout_s)
    except (HungUp, Replaced):
        return False


async def _before_the_bridge(flow: Flow, child: Child) -> bool:
    """Send the called side its digits and let it hear its own TwiML; False when it ended there."""
    task = asyncio.get_running_loop().create_task(_digits_and_whisper(flow, child))
    task.add_done_callback(lambda _: flow.call.wake())
    try:
        while not task.done():
            await flow.call.wait(None)
    finally:
        if not task.done():
            end(flow.network, child.call)
            await asyncio.gather(task, return_exceptions=True)
    return task.result() and not child.call.ended


async def _digits_and_whisper(flow: Flow, child: Child) -> bool:
    try:
        await tones(flow.network, child.call, child.step.get("sendDigits"))
    except (HungUp, Replaced):
        return False
    if not child.url:
        return True
    return await Flow(flow.network, child.call, whisper=True).run(Ask(child.url, child.step.get("method", "POST")))


async def _bridge(flow: Flow, step: Verb, other: Call, outcome: Outcome) -> None:
    call, network = flow.call, flow.network
    answer(network, call)
    began_at = network.clock.now()
    until = began_at + timedelta(seconds=step.whole("timeLimit", LONGEST_S))
    call.bridged, other.bridged, outcome.bridged = other, call, True
    star = HangupOnStar()
    if step.yes("hangupOnStar"):
        call.input = star
    if step.get("record", "do-not-record").startswith(("record", "true")):
        outcome.recording = begin_recording(flow, step, "DialVerb")
    network.touch()
    try:
        while not other.ended and not star.pressed:
            if await call.wait((until - network.clock.now()).total_seconds()):
                break
    finally:
        call.bridged = other.bridged = call.input = None
        end(network, other)
        if outcome.recording is not None:
            lasted = (network.clock.now() - began_at).total_seconds()
            finish_recording(flow, step, outcome.recording, max(1.0, lasted), "")
