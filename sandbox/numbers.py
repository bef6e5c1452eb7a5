"""What the network knows about a telephone number from its shape. Pure."""

import re

E164 = re.compile(r"^\+[1-9]\d{6,14}$")
CHINA = re.compile(r"^\+86\d+$")
CHINA_MOBILE = re.compile(r"^\+861[3-9]\d{9}$")

# A withheld caller arrives as a word spelt on the keypad (Twilio, "Voice: special caller IDs").
WITHHELD = {
    "unknown": "+8656696",
    "unavailable": "+86282452253",
    "anonymous": "+266696687",
    "restricted": "+7378742833",
    "blocked": "+2562533",
    "private": "+7748283",
}


def is_number(text: str) -> bool:
    """Tell whether this can be dialled at all: E.164, and no withheld caller's sentinel."""
    return bool(E164.match(text)) and text not in WITHHELD.values()


def kind_of(number: str) -> str:
    """Return `landline` for a Chinese number that is no mobile, otherwise `mobile`."""
    if CHINA.match(number) and not CHINA_MOBILE.match(number):
        return "landline"
    return "mobile"


def is_mainland(number: str) -> bool:
    """Tell whether the number belongs to mainland China."""
    return bool(CHINA.match(number))
