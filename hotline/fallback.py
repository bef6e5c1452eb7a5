"""The fallback as fixed files for another host: no program behind them, so no key is told from another. Pure."""

from xml.etree import ElementTree as Xml

from telephony import dark
from telephony.speech import LANGUAGE_TAG, Say, Voices

FIRST, WHISPER, ACCEPT, GOODBYE = "fallback.xml", "whisper.xml", "accept.xml", "goodbye.xml"
ANY_KEY = (
    Say("热线转接，来电人正在等待。接听请按任意数字键。"),
    Say("A hotline caller is waiting. Press any digit to accept.", language="en"),
)
LEAVE_WORD = (
    Say("如果没有接通，请在滴声后说出您的楼栋、房号、电话和事由，按井号键结束，我们会尽快给您回电。"),
    Say("If nobody answered, please say after the tone where you are, your number and what happened, "
        "then press hash. We will call you back.", language="en"),
)  # fmt: skip


def documents(numbers: list[str], caller_id: str, voices: Voices) -> dict[str, str]:
    """File names and TwiML. They call each other by relative address and by GET, which any web host serves."""
    return {
        FIRST: _text(_first(numbers, caller_id, voices)),
        WHISPER: _text(_whisper(voices)),
        ACCEPT: _text(Xml.Element("Response")),
        GOODBYE: _text(_goodbye(voices)),
    }


def _first(numbers: list[str], caller_id: str, voices: Voices) -> Xml.Element:
    root = Xml.Element("Response")
    if not numbers:
        _say(root, dark.NOBODY_TO_RING, voices)
    else:
        _say(root, dark.SORRY, voices)
        # without an action the call goes on below whatever became of the ringing
        dial = Xml.SubElement(root, "Dial", timeout=str(dark.RING_S), callerId=caller_id)
        for number in numbers:
            Xml.SubElement(dial, "Number", url=WHISPER, method="GET").text = number
        _say(root, LEAVE_WORD, voices)
    Xml.SubElement(root, "Record", action=GOODBYE, method="GET", maxLength="180", timeout="8", finishOnKey="#")
    Xml.SubElement(root, "Redirect", method="GET").text = GOODBYE
    return root


def _whisper(voices: Voices) -> Xml.Element:
    root = Xml.Element("Response")
    gather = Xml.SubElement(root, "Gather", input="dtmf", action=ACCEPT, method="GET", numDigits="1", timeout="8")
    _say(gather, ANY_KEY, voices)
    # silence, as a voicemail's, must not be joined with the caller
    Xml.SubElement(root, "Hangup")
    return root


def _goodbye(voices: Voices) -> Xml.Element:
    root = Xml.Element("Response")
    _say(root, dark.GOODBYE, voices)
    Xml.SubElement(root, "Hangup")
    return root


def _say(parent: Xml.Element, says: tuple[Say, ...], voices: Voices) -> None:
    for say in says:
        voice = voices.en if say.language == "en" else voices.zh
        Xml.SubElement(parent, "Say", language=LANGUAGE_TAG[say.language], voice=voice).text = say.words


def _text(root: Xml.Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>' + Xml.tostring(root, encoding="unicode")
