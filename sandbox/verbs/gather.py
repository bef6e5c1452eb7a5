"""Gather: keys or speech from the far end."""

from datetime import datetime

from sandbox.flow import Flow, verb
from sandbox.legs import notify, voice_params
from sandbox.model import Ask, Callback
from sandbox.twiml import Verb
from sandbox.verbs.prompts import prompt

DEFAULT_TIMEOUT_S = 5


class Digits:
    """The keys and words that a Gather takes while it is open."""

    def __init__(self, step: Verb) -> None:
        self.digits = ""
        self.ended_by = ""
        self.words = ""
        self.begun = False
        self.done = False
        self.last_at: datetime | None = None
        self._most = step.whole("numDigits", 0)
        self._finish = step.get("finishOnKey", "#")
        self._inputs = step.get("input", "dtmf").split()
        self.waits_for: dict[str, object] = {
            "verb": "Gather",
            "input": self._inputs,
            "numDigits": self._most or None,
            "finishOnKey": self._finish,
        }

    def key(self, key: str, at: datetime) -> bool:
        """Take one key: the finishing key is not part of the digits."""
        if self.done or "dtmf" not in self._inputs:
            return False
        self.begun, self.last_at = True, at
        if key in self._finish and self._finish:
            self.done, self.ended_by = True, key
        else:
            self.digits += key
            self.done = len(self.digits) == self._most
        return True

    def speech(self, text: str, _seconds: float, _at: datetime) -> bool:
        """Take what was said as the whole answer."""
        if self.done or "speech" not in self._inputs:
            return False
        self.begun = self.done = True
        self.words = text
        return True


@verb("Gather")
async def gather(flow: Flow, step: Verb) -> Ask | None:
    """Prompt, wait, and ask the action; silence falls through to the next verb.

    A key stops the prompt and counts; the timeout starts after the prompt and again after each
    key; a bare finishing key is no input (Twilio, TwiML <Gather>).
    """
    call, clock = flow.call, flow.network.clock
    taken = Digits(step)
    call.input = taken
    flow.network.touch()
    timeout_s = step.whole("timeout", DEFAULT_TIMEOUT_S)
    try:
        for nested in step.inside:
            await prompt(flow, nested, lambda: taken.begun)
        quiet_since = clock.now()
        while not taken.done:
            quiet_since = max(quiet_since, taken.last_at or quiet_since)
            if await call.wait(timeout_s - (clock.now() - quiet_since).total_seconds()):
                break
    finally:
        call.input = None
        flow.network.touch()
    if taken.words and step.get("partialResultCallback"):
        _tell_partly(flow, step, taken.words)
    return _outcome(flow, step, taken)


def _tell_partly(flow: Flow, step: Verb, words: str) -> None:
    """What was understood so far, beside the call: nobody reads what is answered."""
    url, method = flow.address(step.get("partialResultCallback")), step.get("partialResultCallbackMethod", "POST")
    heard = [("SequenceNumber", "0"), ("StableSpeechResult", ""), ("UnstableSpeechResult", words)]
    notify(flow.network, "partial", Callback(url, method), [*voice_params(flow.network, flow.call), *heard])


def _outcome(flow: Flow, step: Verb, taken: Digits) -> Ask | None:
    extra: list[tuple[str, str]] = []
    if taken.words:
        extra = [("SpeechResult", taken.words), ("Confidence", "0.9")]
    elif taken.digits or step.yes("actionOnEmptyResult"):
        # the real network names the key that ended them, though its pages do not
        extra = [("Digits", taken.digits), ("FinishedOnKey", taken.ended_by)]
    if not extra:
        return None
    return Ask(flow.address(step.get("action")), step.get("method", "POST"), tuple(extra))
