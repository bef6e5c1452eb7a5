"""Record: what the far end says, until it stops."""

from datetime import datetime, timedelta

from sandbox.flow import Flow, verb
from sandbox.model import Ask, HungUp, Replaced
from sandbox.recordings import begin_recording, finish_recording, recorded_params
from sandbox.speech import sound
from sandbox.twiml import Verb

BEEP_S = 0.5


class Spoken:
    """What a Record hears: words, and the key that ends it."""

    def __init__(self, step: Verb, began_at: datetime) -> None:
        self.words: list[str] = []
        self.seconds = 0.0
        self.began_at = self.talking_until = began_at
        self.ended_by = ""
        self._finish = step.get("finishOnKey", "1234567890*#")
        self.waits_for: dict[str, object] = {"verb": "Record", "finishOnKey": self._finish}

    def key(self, key: str, _at: datetime) -> bool:
        """Take the key that ends the recording; any other is only a tone in it."""
        if self.ended_by or key not in self._finish:
            return False
        self.ended_by = key
        return True

    def speech(self, text: str, seconds: float, at: datetime) -> bool:
        """Hear so many seconds of speech, one after the other."""
        if self.ended_by:
            return False
        self.words.append(text)
        self.seconds += seconds
        self.talking_until = max(self.talking_until, at) + timedelta(seconds=seconds)
        return True


@verb("Record")
async def record(flow: Flow, step: Verb) -> Ask | None:
    """Record, then ask the action. A recording without any speech counts as none.

    Ends by a key, by silence of `timeout` (0: never), by `maxLength`, or by hanging up; then the
    action still hears of it, with Digits=hangup (Twilio, TwiML <Record>).
    """
    network, call = flow.network, flow.call
    if step.yes("playBeep", True):
        await sound(network, call, "beep", "", seconds=BEEP_S * network.settings.say)
    spoken = Spoken(step, network.clock.now())
    recording = begin_recording(flow, step, "RecordVerb")
    call.input = spoken
    network.touch()
    stopped: HungUp | Replaced | None = None
    try:
        await _listen(flow, step, spoken)
    except (HungUp, Replaced) as error:
        stopped = error
    finally:
        call.input = None
    seconds = min(_length(step, spoken, network.clock.now()), float(step.whole("maxLength", 3600)))
    finish_recording(flow, step, recording, seconds, " ".join(spoken.words))
    if isinstance(stopped, Replaced) or (stopped and not spoken.seconds):
        raise stopped
    if not spoken.seconds:
        return None
    digits = "hangup" if stopped else spoken.ended_by
    extra = (*recorded_params(flow, recording), ("Digits", digits))
    ask = Ask(flow.address(step.get("action")), step.get("method", "POST"), tuple(extra))
    if stopped:
        await flow.ask_now(ask)
        raise stopped
    return ask


def _length(step: Verb, spoken: Spoken, ended_at: datetime) -> float:
    """So many seconds are in the recording: without the silence round what was said, unless that is wanted."""
    if not spoken.seconds or step.get("trim", "trim-silence") != "do-not-trim":
        return spoken.seconds
    return (ended_at - spoken.began_at).total_seconds()


async def _listen(flow: Flow, step: Verb, spoken: Spoken) -> None:
    clock = flow.network.clock
    silence_s, longest_s = step.whole("timeout", 5), float(step.whole("maxLength", 3600))
    ends_at = clock.now() + timedelta(seconds=longest_s)
    while not spoken.ended_by:
        quiet_at = spoken.talking_until + timedelta(seconds=silence_s)
        until = min(ends_at, quiet_at) if silence_s else ends_at
        if await flow.call.wait((until - clock.now()).total_seconds()):
            return
