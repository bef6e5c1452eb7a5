"""Judges TwiML by the schema of Twilio's own library."""

from contextlib import suppress
from functools import cache
from pathlib import Path

from lxml import etree

HERE = Path(__file__).parent


def judge_voice(xml: str | bytes) -> None:
    """Raise AssertionError unless this is a voice document that Twilio's library could have made."""
    _judge("VoiceResponse.xsd", xml)


def judge_messaging(xml: str | bytes) -> None:
    """Raise AssertionError unless this is a messaging document that Twilio's library could have made."""
    _judge("MessagingResponse.xsd", xml)


def judge_any(xml: str | bytes) -> None:
    """Raise AssertionError unless this is a document of one of the two kinds."""
    with suppress(AssertionError):
        judge_messaging(xml)
        return
    judge_voice(xml)


def _judge(name: str, xml: str | bytes) -> None:
    data = xml.encode() if isinstance(xml, str) else xml
    try:
        document = etree.fromstring(data)
    except etree.XMLSyntaxError as error:
        raise AssertionError(f"no XML: {error}\n{data.decode('utf-8', 'replace')}") from error
    schema = _schema(name)
    if not schema.validate(document):
        raise AssertionError(f"no TwiML: {schema.error_log}\n{data.decode('utf-8', 'replace')}")


@cache
def _schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(HERE / name))
