"""The fallback as fixed files for another host: no program behind them, so no key is told from another. Pure.

Before the tone any key rings the people on duty again; where there is nobody to ring, it starts the message.
"""

from xml.etree import ElementTree as Xml

from telephony import dark
from telephony.speech import LANGUAGE_TAG, Say, Voices

FIRST, WHISPER, ACCEPT, GOODBYE = "fallback.xml", "whisper.xml", "accept.xml", "goodbye.xml"
AGAIN, SPEAK, UNHEARD, END = "again.xml", "speak.xml", "unheard.xml", "end.xml"
ANY_KEY = (
    Say("热线转接，对方正在线上，要找值班人员，接听请按任意数字键。"),
    Say(
        "A call through the hotline. They are on the line and want a person; press any digit to accept.",
        language="en",
    ),
)
LEAVE_WORD = (
    Say("如果没有接通，再次呼叫请按任意数字键；或在滴声后说出您的楼栋、房号、电话和事由，按井号键结束，我们会尽快给您回电。"),
    Say("If nobody answered, press any digit to ring again, or say after the tone where you are, your number and what "
        "happened, then press hash. We will call you back.", language="en"),
)  # fmt: skip
NOT_HEARD = (
    Say("没有听到您的留言。如有生命危险，请拨打一一九、一二零或一一零。其他事情请稍后再拨。再见。"),
    Say("We did not hear a message. If a life is in danger, dial 119, 120 or 110; otherwise please call again later. "
        "Goodbye.", language="en"),
)  # fmt: skip


def documents(numbers: list[str], caller_id: str, voices: Voices) -> dict[str, str]:
    """File names and TwiML. They call each other by relative address and by GET, which any web host serves."""
    asked, key_leads_to = (LEAVE_WORD, AGAIN) if numbers else (dark.NOBODY_TO_RING, SPEAK)
    files = {
        FIRST: _message(_first(numbers, caller_id, voices), asked, key_leads_to, UNHEARD, voices),
        SPEAK: _record(_said(dark.SPEAK_NOW, voices), END),
        # asked once more: silence after the tone asks nobody
        UNHEARD: _message(_said(dark.UNHEARD, voices), asked, key_leads_to, END, voices),
        END: _hang_up(_said(NOT_HEARD, voices)),
        WHISPER: _whisper(voices),
        ACCEPT: Xml.Element("Response"),
        GOODBYE: _hang_up(_said(dark.GOODBYE, voices)),
    }
    if numbers:
        again = _dial(_said(dark.AGAIN, voices), numbers, caller_id)
        files[AGAIN] = _message(again, asked, key_leads_to, UNHEARD, voices)
    return {name: _text(root) for name, root in files.items()}


def _first(numbers: list[str], caller_id: str, voices: Voices) -> Xml.Element:
    return _dial(_said(dark.SORRY, voices), numbers, caller_id) if numbers else Xml.Element("Response")


def _dial(root: Xml.Element, numbers: list[str], caller_id: str) -> Xml.Element:
    # without an action the call goes on below whatever became of the ringing
    dial = Xml.SubElement(root, "Dial", timeout=str(dark.RING_S), callerId=caller_id)
    for number in numbers:
        Xml.SubElement(dial, "Number", url=WHISPER, method="GET").text = number
    return root


def _message(
    root: Xml.Element, says: tuple[Say, ...], key_leads_to: str, after_silence: str, voices: Voices
) -> Xml.Element:  # fmt: skip
    # silence falls through to the tone
    gather = Xml.SubElement(
        root, "Gather", input="dtmf", action=key_leads_to, method="GET", numDigits="1", timeout="1", finishOnKey=""
    )
    _say(gather, says, voices)
    return _record(root, after_silence)


def _record(root: Xml.Element, after_silence: str) -> Xml.Element:
    Xml.SubElement(root, "Record", action=GOODBYE, method="GET", maxLength="180", timeout="8", finishOnKey="#")
    # an empty recording asks nobody: the call goes on here, and nothing is called recorded
    Xml.SubElement(root, "Redirect", method="GET").text = after_silence
    return root


def _whisper(voices: Voices) -> Xml.Element:
    root = Xml.Element("Response")
    gather = Xml.SubElement(root, "Gather", input="dtmf", action=ACCEPT, method="GET", numDigits="1", timeout="8")
    _say(gather, ANY_KEY, voices)
    # silence, as a voicemail's, must not be joined with the caller
    return _hang_up(root)


def _said(says: tuple[Say, ...], voices: Voices) -> Xml.Element:
    root = Xml.Element("Response")
    _say(root, says, voices)
    return root


def _hang_up(root: Xml.Element) -> Xml.Element:
    Xml.SubElement(root, "Hangup")
    return root


def _say(parent: Xml.Element, says: tuple[Say, ...], voices: Voices) -> None:
    for say in says:
        voice = voices.en if say.language == "en" else voices.zh
        Xml.SubElement(parent, "Say", language=LANGUAGE_TAG[say.language], voice=voice).text = say.words


def _text(root: Xml.Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>' + Xml.tostring(root, encoding="unicode")
