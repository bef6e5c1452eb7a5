"""Reads TwiML into verbs, with Twilio's errors and warnings. Pure."""

from dataclasses import dataclass, field
from xml.etree import ElementTree

COMMON_TYPES = ("text/xml", "application/xml", "text/html")

_CALLBACK = "statusCallback statusCallbackMethod statusCallbackEvent"
_RECORDED = "recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent trim"
_PROMPTS = {"Say": "voice language loop", "Play": "loop digits", "Pause": "length"}
VOICE: dict[str, str] = {
    **_PROMPTS,
    "Gather": "action method input timeout finishOnKey numDigits actionOnEmptyResult language hints "
    "speechTimeout maxSpeechTime speechModel partialResultCallback partialResultCallbackMethod "
    "profanityFilter bargeIn enhanced debug",
    "Record": "action method timeout finishOnKey maxLength playBeep transcribe transcribeCallback "
    "recordingTrack " + _RECORDED,
    "Dial": "action method timeout callerId hangupOnStar timeLimit answerOnBridge record "
    "ringTone sequential referUrl referMethod recordingTrack events " + _RECORDED,
    "Redirect": "method",
    "Hangup": "",
    "Reject": "reason",
    "Enqueue": "action method maxQueueSize waitUrl waitUrlMethod workflowSid",
    "Leave": "",
    "Sms": "to from action method statusCallback",
}
INSIDE: dict[str, dict[str, str]] = {
    "Gather": _PROMPTS,
    "Dial": {
        "Number": "sendDigits url method byoc machineDetection amdStatusCallback " + _CALLBACK,
    },
}
MESSAGING: dict[str, str] = {
    "Message": "to from action method statusCallback",
    "Redirect": "method",
}
_MESSAGE_INSIDE = {"Message": {"Body": "", "Media": ""}}
_SSML = ("Say", "Enqueue", "Body")


LONGEST_SAY = 4096


class BadTwiML(Exception):
    """The document cannot be carried out; `code` is Twilio's error number."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code


@dataclass
class Verb:
    """One element: its name, attributes, text and the elements inside."""

    name: str
    attributes: dict[str, str]
    text: str
    inside: list["Verb"] = field(default_factory=list)

    def get(self, name: str, default: str = "") -> str:
        """Return an attribute."""
        return self.attributes.get(name, default)

    def whole(self, name: str, default: int) -> int:
        """Return an attribute that is a whole number of at least 0; otherwise the default."""
        text = self.attributes.get(name, "").strip()
        return int(text) if text.isdecimal() else default

    def yes(self, name: str, default: bool = False) -> bool:
        """Return an attribute that is true or false."""
        return self.attributes.get(name, str(default)).strip().lower() == "true"


def read_voice(body: str, content_type: str) -> tuple[list[Verb], list[str]]:
    """Return the verbs of a voice document, and warnings. Raises BadTwiML."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith("audio/"):
        return [Verb("Play", {}, "")], []
    if kind not in COMMON_TYPES:
        raise BadTwiML(12300, f"invalid content type {kind or '(none)'}")
    return _read(body, VOICE, INSIDE)


def read_messaging(body: str, content_type: str) -> tuple[list[Verb], list[str]]:
    """Return the verbs of a messaging document, and warnings. Raises BadTwiML."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "text/plain":
        return ([Verb("Message", {}, body)] if body else []), []
    if kind not in COMMON_TYPES:
        raise BadTwiML(12300, f"invalid content type {kind or '(none)'}")
    return _read(body, MESSAGING, _MESSAGE_INSIDE)


def _read(body: str, verbs: dict[str, str], inside: dict[str, dict[str, str]]) -> tuple[list[Verb], list[str]]:
    try:
        root = ElementTree.fromstring(body)  # noqa: S314  expat reads no external entity and limits expansion
    except ElementTree.ParseError as error:
        raise BadTwiML(12100, f"document parse failure: {error}") from error
    if root.tag != "Response":
        raise BadTwiML(12102, f"the root element is {root.tag}, not Response")
    warnings: list[str] = []
    return _verbs(root, verbs, inside, warnings), warnings


def _verbs(
    parent: ElementTree.Element,
    known: dict[str, str],
    inside: dict[str, dict[str, str]],
    warnings: list[str],
) -> list[Verb]:
    found = []
    for element in parent:
        name = str(element.tag)
        if name not in known:
            warnings.append(f"12200: <{name}> is not known in <{parent.tag}>; the call goes on")
            continue
        text = "".join(element.itertext() if name in _SSML else [element.text or ""]).strip()
        nested = _verbs(element, inside[name], {}, warnings) if name in inside else []
        verb = Verb(name, dict(element.attrib), text, nested)
        warnings += _odd(verb, known[name].split())
        found.append(verb)
    return found


def _odd(verb: Verb, known: list[str]) -> list[str]:
    """Say what is wrong with a verb without keeping the call from going on, and mend it."""
    odd = [f"12200: <{verb.name}> has no attribute {a}; it is ignored" for a in verb.attributes if a not in known]
    if verb.get("actionOnEmptyResult", "false") not in ("true", "false"):
        value = verb.attributes.pop("actionOnEmptyResult")
        odd.append(f"13338: actionOnEmptyResult is true or false, not {value!r}; it is taken as false")
    if verb.name == "Say" and len(verb.text) > LONGEST_SAY:
        odd.append(f"13520: <Say> has more than {LONGEST_SAY} characters; the rest is not said")
        verb.text = verb.text[:LONGEST_SAY]
    return odd
