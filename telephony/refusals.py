"""What the carrier's error codes mean for a message and for the number it went to. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Fact(StrEnum):
    """What a code tells us beside the fate of the one message."""

    NOTHING = ""
    WRONG_NUMBER = "wrong_number"
    UNREACHABLE = "unreachable"
    LANDLINE = "landline"
    OPTED_OUT = "opted_out"
    FILTERED = "filtered"
    OUR_SETTINGS = "our_settings"
    IN_DOUBT = "in_doubt"


@dataclass(frozen=True, slots=True)
class Meaning:
    """`is_permanent`: never again like this; otherwise again after `retry_after_s`. `counts`: as an attempt."""

    is_permanent: bool
    fact: Fact = Fact.NOTHING
    retry_after_s: float = 0.0
    counts: bool = True


NEVER = Meaning(is_permanent=True)
LATER = Meaning(is_permanent=False, retry_after_s=30)

MEANING = {
    # the account or the whole service: says nothing about this message
    "20003": Meaning(is_permanent=False, fact=Fact.OUR_SETTINGS, retry_after_s=60, counts=False),
    "20429": Meaning(is_permanent=False, retry_after_s=2, counts=False),
    "10004": Meaning(is_permanent=False, retry_after_s=5, counts=False),
    "21611": Meaning(is_permanent=False, retry_after_s=60, counts=False),
    "30001": Meaning(is_permanent=False, retry_after_s=60, counts=False),
    # this number
    "21211": Meaning(is_permanent=True, fact=Fact.WRONG_NUMBER),
    "21217": Meaning(is_permanent=True, fact=Fact.WRONG_NUMBER),
    "13224": Meaning(is_permanent=True, fact=Fact.WRONG_NUMBER),
    "30003": Meaning(is_permanent=False, fact=Fact.UNREACHABLE, retry_after_s=300),
    "30005": Meaning(is_permanent=False, fact=Fact.UNREACHABLE, retry_after_s=300),
    "30006": Meaning(is_permanent=True, fact=Fact.LANDLINE),
    "21614": Meaning(is_permanent=True, fact=Fact.LANDLINE),
    "21635": Meaning(is_permanent=True, fact=Fact.LANDLINE),
    "21610": Meaning(is_permanent=True, fact=Fact.OPTED_OUT),
    # this text, this route
    "30004": NEVER,
    "30007": Meaning(is_permanent=True, fact=Fact.FILTERED),
    "30008": Meaning(is_permanent=False, fact=Fact.IN_DOUBT, retry_after_s=60),
    "21612": NEVER,
    "21617": NEVER,
    "21408": Meaning(is_permanent=True, fact=Fact.OUR_SETTINGS),
    "21215": Meaning(is_permanent=True, fact=Fact.OUR_SETTINGS),
    "13227": Meaning(is_permanent=True, fact=Fact.OUR_SETTINGS),
    "21606": Meaning(is_permanent=True, fact=Fact.OUR_SETTINGS),
    "21608": Meaning(is_permanent=True, fact=Fact.OUR_SETTINGS),
    "21659": Meaning(is_permanent=True, fact=Fact.OUR_SETTINGS),
    "21660": Meaning(is_permanent=True, fact=Fact.OUR_SETTINGS),
}
"""Twilio's codes: twilio.com/docs/api/errors."""

_BY_STATUS = {
    401: MEANING["20003"],
    403: MEANING["20003"],
    429: MEANING["20429"],
    408: LATER,
    409: LATER,
    423: LATER,
}


def meaning(code: str, status: int = 400) -> Meaning:
    """What a code means; for one we do not know, the HTTP status decides (4xx: never like this)."""
    return MEANING.get(code) or _BY_STATUS.get(status) or NEVER


def fact(code: str) -> Fact:
    """What a code of a refusal or a receipt tells beside the fate of its message."""
    known = MEANING.get(code)
    return known.fact if known else Fact.NOTHING
