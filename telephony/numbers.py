"""What a phone number is: read from what people type, sheets spoil and carriers send. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from telephony import unreadable
from telephony.unreadable import Unreadable


class NumberKind(StrEnum):
    """What can be done with a number."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    SHARED_COST = "shared_cost"
    OTHER = "other"


class Shown(StrEnum):
    """What a caller's number says of whether its owner can be rung back: only a `NUMBER` can."""

    NUMBER = "number"
    WITHHELD = "withheld"
    MACHINE = "machine"
    SHORT = "short"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class ReadNumber:
    """A number that exists: E.164, the extension behind it (digits or empty), its kind and region (`CN`)."""

    number: str
    extension: str
    kind: NumberKind
    region: str


WITHHELD = frozenset({"+8656696", "+86282452253", "+266696687", "+7378742833", "+2562533", "+7748283"})
"""UNKNOWN, UNAVAILABLE, ANONYMOUS, RESTRICTED, BLOCKED and PRIVATE, spelt on the keypad by carriers."""

_WITHHELD_WORDS = frozenset({"anonymous", "unavailable", "unknown", "restricted", "blocked", "private", "withheld"})
_WITHHELD_BARE = frozenset(n[1:] for n in WITHHELD if len(n) > 9)
"""Without the plus only the long ones are certain: the short ones could be somebody's local number."""

SHORT_SERVICES = frozenset({"110", "112", "119", "120", "122", "12319", "12345", "96333"})
"""Emergency and public services: the library does not know all of them."""

_KINDS = {
    PhoneNumberType.MOBILE: NumberKind.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberKind.MOBILE,
    PhoneNumberType.FIXED_LINE: NumberKind.LANDLINE,
    PhoneNumberType.SHARED_COST: NumberKind.SHARED_COST,
    PhoneNumberType.TOLL_FREE: NumberKind.SHARED_COST,
}

LONGEST = 60
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SCIENTIFIC = re.compile(r"([0-9])(?:\.([0-9]+))?e\+?([0-9]{1,2})", re.IGNORECASE)
_WHOLE_FLOAT = re.compile(r"(\+?[0-9]+)\.0+")
_EXTENSION = re.compile(
    r"(.*?[0-9)])\s*(?:转接?|轉|分机号?|分機|extension|ext\.?|x|#|,|;ext=)\s*:?\s*([0-9]+)号?", re.I
)
_DASH_EXTENSION = re.compile(r"(.*[0-9]{7,8})\s*-\s*([0-9]{1,6})")
_TYPED = re.compile(r"\+?[0-9 ().\-]+")
_LOCAL = re.compile(r"[2-8][0-9]{6,7}")
_CHINESE_MOBILE = re.compile(r"(?:\+86)?(1[3-9][0-9]{9})")
_NO_TRUNK = re.compile(r"1[3-9]|[48]0[0*]")
"""Mobiles and 400 and 800 numbers, also with their middle masked: all others have a 0 before the area."""
_WITH_AREA = 9
"""Digits of the shortest number that has an area; a service number (95588) has none."""
_SHAPED_LIKE_MOBILE = re.compile(r"1[3-9][0-9]{7,}")

_SHOWN = {unreadable.MACHINE: Shown.MACHINE, unreadable.SHORT: Shown.SHORT, unreadable.PREMIUM: Shown.SERVICE}

_SHAPES = (
    (re.compile(r"106[0-9]+"), unreadable.MACHINE),
    (re.compile(r"09[0-9]{8}|9[0-9]{7}"), unreadable.WHICH_REGION),
    (_LOCAL, unreadable.NO_AREA),
)


def read_number(raw: object, *, region: str = "CN", area_code: str = "") -> ReadNumber | Unreadable:
    """Read what somebody typed, a sheet's cell (text, int or float) or a carrier's E.164.

    `region` is where a number without country code belongs; `area_code` (`021`) completes a 7–8-digit local
    number. Never raises. The number of a `ReadNumber` reads as itself.
    """
    text = _as_text(raw)
    return text if isinstance(text, Unreadable) else _read(text, region, area_code)


@lru_cache(maxsize=2000)
def _read(text: str, region: str, area_code: str) -> ReadNumber | Unreadable:
    """One call asks about one number several times, and reading it takes as long as a question to the database."""
    if is_withheld(text):
        return unreadable.WITHHELD
    whole = _read_whole(text, "", region, area_code)
    if isinstance(whole, ReadNumber):
        return whole
    split = _EXTENSION.fullmatch(text) or _DASH_EXTENSION.fullmatch(text)
    if split is None:
        return whole
    if len(split[2]) > 7:
        return unreadable.LONG_EXTENSION
    return _read_whole(split[1], split[2], region, area_code)


def is_withheld(raw: str | None) -> bool:
    """Whether a caller's number was withheld: nothing, a word, or one of the carrier's sentinels."""
    text = (raw or "").strip().lower().removeprefix("sip:").split("@")[0]
    return not text or text in _WITHHELD_WORDS or text in WITHHELD or text in _WITHHELD_BARE


def is_machine(raw: str) -> bool:
    """Whether this is a Chinese port that only sends texts (106…): nobody is behind it."""
    text = _as_text(raw)
    return isinstance(text, str) and read_number(text) is unreadable.MACHINE


def shown(raw: str | None) -> Shown:
    """What a caller's number is, as a carrier gave it: nobody is rung back at a 106 port, a short code, a 400 line."""
    if is_withheld(raw):
        return Shown.WITHHELD
    read = read_number(raw)
    if isinstance(read, ReadNumber):
        return Shown.SERVICE if read.kind == NumberKind.SHARED_COST else Shown.NUMBER
    return _SHOWN.get(read, Shown.NUMBER)


def at_home(number: str) -> str:
    """A number in E.164, masked or whole, as it is written and dialled in China: `+8613800138000` → `13800138000`,
    `+862162345678` → `02162345678`, `+864008001234` → `4008001234`; a number abroad stays as it is.
    """
    if not number.startswith("+86"):
        return number
    rest = number.removeprefix("+86")
    return rest if _NO_TRUNK.match(rest) or len(rest) < _WITH_AREA else f"0{rest}"


def sms_capable(kind: NumberKind | str) -> bool:
    """Whether a text can reach this kind of number. 400 and 800 numbers and landlines never."""
    return kind == NumberKind.MOBILE


def _as_text(raw: object) -> str | Unreadable:
    if isinstance(raw, bool) or raw is None:
        return unreadable.EMPTY
    if isinstance(raw, float):
        # a sheet keeps a number as a float; below 2**53 no digit is lost
        return str(int(raw)) if raw.is_integer() and 0 < raw < 2**53 else unreadable.NOT_DIGITS
    if isinstance(raw, int):
        return str(raw) if 0 < raw < 10**LONGEST else unreadable.NOT_DIGITS
    text = str(raw)
    if len(text) > 4 * LONGEST:
        return unreadable.TOO_LONG
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    text = re.sub(r"[‐-―−]", "-", " ".join(text.split())).lstrip("'")
    if not text:
        return unreadable.EMPTY
    return _without_notation(text) if len(text) <= LONGEST else unreadable.TOO_LONG


def _without_notation(text: str) -> str | Unreadable:
    if whole := _WHOLE_FLOAT.fullmatch(text):
        return whole[1]
    if not (power := _SCIENTIFIC.fullmatch(text)):
        return text
    lead, decimals, exponent = power[1], power[2] or "", int(power[3])
    # spreadsheets show at most five decimals, so more of them were written by a program and are exact
    if len(decimals) < 6 or len(decimals) > exponent:
        return unreadable.LOST_DIGITS
    return lead + decimals.ljust(exponent, "0")


def _read_whole(text: str, extension: str, region: str, area_code: str) -> ReadNumber | Unreadable:
    if not _TYPED.fullmatch(text):
        return unreadable.NOT_DIGITS
    digits = re.sub(r"[^0-9]", "", text)
    if not digits:
        return unreadable.NOT_DIGITS
    if region == "CN" and not text.startswith("+") and digits.startswith("00"):
        text = digits = "+" + digits[2:]
    elif digits in SHORT_SERVICES or (len(digits) <= 6 and not text.startswith("+")):
        return unreadable.SHORT
    read = _facts(parsed(text, region), extension)
    if read is None and _LOCAL.fullmatch(digits) and not text.startswith("+") and area_code:
        read = _facts(parsed(re.sub(r"[^0-9]", "", area_code) + digits, region), extension)
    return read or _complaint(text, digits.removeprefix("+"), region)


def parsed(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    """As the library knows it, issued or not; None for what has no shape of a number."""
    if (mobile := _CHINESE_MOBILE.fullmatch(text)) and (region == "CN" or text.startswith("+")):
        # nearly every number there is: the general parser takes four times as long to say the same
        return phonenumbers.PhoneNumber(country_code=86, national_number=int(mobile[1]))
    try:
        return phonenumbers.parse(text, None if text.startswith("+") else region)
    except phonenumbers.NumberParseException:
        return None


def _facts(found: phonenumbers.PhoneNumber | None, extension: str) -> ReadNumber | Unreadable | None:
    """None for what is no issued number: "possible" lets a digit too many pass, only a known type does not."""
    if found is None or (kind := phonenumbers.number_type(found)) == PhoneNumberType.UNKNOWN:
        return None
    region = phonenumbers.region_code_for_number(found) or ""
    number = phonenumbers.format_number(found, PhoneNumberFormat.E164)
    if number in WITHHELD:
        return unreadable.WITHHELD
    if region == "CN" and len(number) < len("+86") + 10:
        return unreadable.SHORT  # an area code before a service number: no subscriber's number is that short
    if kind == PhoneNumberType.PREMIUM_RATE or not region.isalpha():
        return unreadable.PREMIUM
    return ReadNumber(number, extension, _KINDS.get(kind, NumberKind.OTHER), region)


def _complaint(text: str, digits: str, region: str) -> Unreadable:
    is_international = text.startswith("+")
    if is_international and not digits.startswith("86"):
        return unreadable.NOT_ISSUED
    national = digits.removeprefix("86") if is_international or len(digits) > 11 else digits
    if national in SHORT_SERVICES or len(national) <= 6:
        return unreadable.SHORT
    if region != "CN" and not is_international:
        return unreadable.NOT_ISSUED
    if _SHAPED_LIKE_MOBILE.match(national):
        return unreadable.wrong_length(len(national))
    return next((why for shape, why in _SHAPES if shape.fullmatch(national)), unreadable.NOT_ISSUED)
