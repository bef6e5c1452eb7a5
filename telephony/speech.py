"""The steps a call can take, and how they are spoken as TwiML."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from xml.etree import ElementTree as Xml

from telephony import overrides

Tongue = Literal["zh", "en"]

LANGUAGE_TAG = {"zh": "cmn-CN", "en": "en-US"}
HEARD_TAG = {"zh": "cmn-Hans-CN", "en": "en-US"}
"""The carrier hears a language under another name than it speaks it."""
HINTS_AT_MOST = 500
SAY_LIMIT = 4096
SLOW = "80%"
RING_TONE = "cn"
"""What a caller hears while telephones ring for them: the ring of this country, whatever tune a colleague chose."""


@dataclass(frozen=True, slots=True)
class Say:
    """Speak words in one language; `pause_s` of silence after them. `is_slow`: for what must be understood at once.

    `played` is the whole address of a file in which somebody speaks them; empty: a voice of the carrier's does.
    """

    words: str
    language: Tongue = "zh"
    pause_s: int = 0
    is_slow: bool = False
    played: str = ""


@dataclass(frozen=True, slots=True)
class Listen:
    """Beside keys, words of this language are understood; `hints` are those that are likely."""

    language: Tongue
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """Speak, then wait for keys; they (or an empty string after silence) are posted to `path`.

    `keys`: how many digits end it at once; None means any number, ended by #. With `listen` what is said is posted too.
    """

    says: tuple[Say, ...]
    path: str
    keys: int | None = 1
    wait_s: int = 6
    listen: Listen | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """Speak, beep and record until a key, silence or `longest_s`; then `path`; the file's fate to `done_path`.

    `end_keys` end it, and `path` hears which. `key_path`: a key pressed before the beep is posted there instead.
    """

    says: tuple[Say, ...]
    path: str
    done_path: str
    longest_s: int = 120
    silence_s: int = 8
    end_keys: str = "#"
    key_path: str = ""


@dataclass(frozen=True, slots=True)
class Ring:
    """One telephone to ring in a transfer; `whisper_path` speaks to whoever picks up before they are joined."""

    number: str
    whisper_path: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Speak, then ring these telephones at once, and let the caller hear it until somebody is joined to them.

    Afterwards (also when nobody came) `path`.
    """

    says: tuple[Say, ...]
    rings: tuple[Ring, ...]
    path: str
    caller_id: str
    ring_s: int = 20


@dataclass(frozen=True, slots=True)
class Goto:
    """Speak, then ask `path` what comes next."""

    says: tuple[Say, ...]
    path: str


@dataclass(frozen=True, slots=True)
class End:
    """Speak, then hang up."""

    says: tuple[Say, ...] = ()


@dataclass(frozen=True, slots=True)
class Join:
    """The whisper is accepted: say this and let the two talk (an answer without a hang-up)."""

    says: tuple[Say, ...] = ()


@dataclass(frozen=True, slots=True)
class TurnAway:
    """Do not answer the call at all (machines, forged caller ids)."""

    reason: Literal["rejected", "busy"] = "rejected"


Step = Ask | Record | Transfer | Goto | End | Join | TurnAway


@dataclass(frozen=True, slots=True)
class Voices:
    """The voice for each language, from the settings."""

    zh: str = "Polly.Zhiyu-Neural"
    en: str = "Polly.Joanna-Neural"


def speak(step: Step, voices: Voices | None = None) -> str:
    """The TwiML document for one step. Paths are local; the carrier resolves them against the page it read."""
    root = Xml.Element("Response")
    _VERBS[type(step)](root, step, voices or Voices())
    return '<?xml version="1.0" encoding="UTF-8"?>' + Xml.tostring(root, encoding="unicode")


def spoken_digits(digits: str) -> str:
    """`261122-0034` → `2 6 1 1 2 2, 0 0 3 4`, so that a voice reads digit by digit."""
    return ", ".join(" ".join(group) for group in digits.split("-"))


def _say(parent: Xml.Element, says: tuple[Say, ...], voices: Voices) -> None:
    for say in says:
        if say.played:
            Xml.SubElement(parent, "Play").text = say.played
        else:
            voice = voices.en if say.language == "en" else voices.zh
            verb = Xml.SubElement(parent, "Say", language=LANGUAGE_TAG[say.language], voice=voice)
            spoken = Xml.SubElement(verb, "prosody", rate=SLOW) if say.is_slow else verb
            spoken.text = say.words[:SAY_LIMIT]
        if say.pause_s:
            Xml.SubElement(parent, "Pause", length=str(say.pause_s))


def _ask(root: Xml.Element, step: Ask, voices: Voices) -> None:
    gather = Xml.SubElement(
        root,
        "Gather",
        input="dtmf",
        action=step.path,
        method="POST",
        timeout=str(step.wait_s),
        # silence must come back to us too: it has its own words and its own exit
        actionOnEmptyResult="true",
    )
    if step.keys is None:
        gather.set("finishOnKey", "#")
    else:
        gather.set("numDigits", str(step.keys))
        gather.set("finishOnKey", "")
    if step.listen is not None:
        gather.set("input", "dtmf speech")
        gather.set("language", HEARD_TAG[step.listen.language])
        gather.set("speechTimeout", "auto")
        gather.set("hints", ",".join(step.listen.hints[:HINTS_AT_MOST]))
    _say(gather, step.says, voices)


def _record(root: Xml.Element, step: Record, voices: Voices) -> None:
    spoken_in = root
    if step.key_path:
        # silence falls through to the beep
        spoken_in = Xml.SubElement(
            root, "Gather", input="dtmf", action=step.key_path, method="POST", timeout="1", numDigits="1",
            finishOnKey="",
        )  # fmt: skip
    _say(spoken_in, step.says, voices)
    Xml.SubElement(
        root,
        "Record",
        action=step.path,
        method="POST",
        maxLength=str(step.longest_s),
        timeout=str(step.silence_s),
        finishOnKey=step.end_keys,
        playBeep="true",
        recordingStatusCallback=step.done_path + overrides.RECEIPTS,
        recordingStatusCallbackEvent="completed absent",
    )
    # an empty recording asks nobody: the call goes on here
    Xml.SubElement(root, "Redirect", method="POST").text = step.path


def _transfer(root: Xml.Element, step: Transfer, voices: Voices) -> None:
    _say(root, step.says, voices)
    dial = Xml.SubElement(
        root, "Dial", action=step.path, method="POST", timeout=str(step.ring_s), callerId=step.caller_id,
        # it rings on while whoever picked up hears the whisper and decides; without this the caller hears nothing then
        answerOnBridge="true", ringTone=RING_TONE,
    )  # fmt: skip
    for ring in step.rings:
        number = Xml.SubElement(dial, "Number")
        if ring.whisper_path:
            number.set("url", ring.whisper_path)
            number.set("method", "POST")
        number.text = ring.number


def _goto(root: Xml.Element, step: Goto, voices: Voices) -> None:
    _say(root, step.says, voices)
    Xml.SubElement(root, "Redirect", method="POST").text = step.path


def _end(root: Xml.Element, step: End, voices: Voices) -> None:
    _say(root, step.says, voices)
    Xml.SubElement(root, "Hangup")


def _join(root: Xml.Element, step: Join, voices: Voices) -> None:
    _say(root, step.says, voices)


def _turn_away(root: Xml.Element, step: TurnAway, _voices: Voices) -> None:
    Xml.SubElement(root, "Reject", reason=step.reason)


_VERBS: dict[type, Callable[[Xml.Element, Any, Voices], None]] = {
    Ask: _ask,
    Record: _record,
    Transfer: _transfer,
    Goto: _goto,
    End: _end,
    Join: _join,
    TurnAway: _turn_away,
}
