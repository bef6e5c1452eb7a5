"""What a phone number is: read from what people type, sheets spoil and carriers send. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE as COUNTRY_CODES
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number
from phonenumbers.tzdata import TIMEZONE_DATA


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


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why something is not a number we can use, and what to do about it, in both languages."""

    why_zh: str
    why_en: str


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
_CHINESE_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SHAPED_LIKE_MOBILE = re.compile(r"1[3-9][0-9]{7,}")

_EMPTY = Unreadable("没有号码，请填写电话。", "There is no number; fill it in.")
_WITHHELD = Unreadable(
    "这是隐藏来电的代号，不是电话号码，请填写真实号码。",
    "This stands for a withheld caller, it is not a telephone number; write the real one.",
)
_LOST_DIGITS = Unreadable(
    "表格软件把号码变成了科学计数法，后几位已丢失；请把该列设为“文本”后重新填写。",
    "The spreadsheet turned it into scientific notation and the last digits are lost; "
    "format the column as text and type it again.",
)
_NOT_DIGITS = Unreadable(
    "号码里有不认识的字符；只写数字，分机写成“转 1234”，多个号码用分号隔开。",
    "It holds characters that are not part of a number; write digits only, an extension as “ext 1234”, "
    "and a semicolon between two numbers.",
)
_TOO_LONG = Unreadable("内容太长，不是电话号码。", "It is too long to be a telephone number.")
_LONG_EXTENSION = Unreadable("分机号太长，最多 7 位。", "The extension is too long; at most 7 digits.")
_SHORT = Unreadable(
    "这是短号或公共服务、紧急电话，不能作为联系人的号码；请填写手机或带区号的座机。",
    "This is a short, public-service or emergency number; write a mobile or a landline with its area code.",
)
_MACHINE = Unreadable(
    "106 开头的是短信端口，背后没有人；请填写手机或带区号的座机。",
    "Numbers that begin with 106 are texting machines; write a mobile, or a landline with its area code.",
)
_NO_AREA = Unreadable(
    "座机缺区号；请写成 021-12345678，或在项目里填写区号。",
    "The landline has no area code; write 021-12345678, or give the project its area code.",
)
_WHICH_REGION = Unreadable(
    "像是香港、澳门或台湾的号码；请加上国家或地区代码，如 +852、+853、+886。",
    "It looks like a number of Hong Kong, Macao or Taiwan; write its country code, +852, +853 or +886.",
)
_PREMIUM = Unreadable(
    "这是声讯收费或卫星号码，不能使用；请填写普通手机或座机。",
    "This is a premium-rate or satellite number, which we never call; write an ordinary one.",
)
_NOT_ISSUED = Unreadable(
    "没有这样的号码；请核对每一位，国外号码要以 + 和国家代码开头。",
    "No such number exists; check every digit, and begin a foreign number with + and its country code.",
)

_SHOWN = {_MACHINE: Shown.MACHINE, _SHORT: Shown.SHORT, _PREMIUM: Shown.SERVICE}

_SHAPES = (
    (re.compile(r"106[0-9]+"), _MACHINE),
    (re.compile(r"09[0-9]{8}|9[0-9]{7}"), _WHICH_REGION),
    (_LOCAL, _NO_AREA),
)


def read_number(raw: object, *, region: str = "CN", area_code: str = "") -> ReadNumber | Unreadable:
    """Read what somebody typed, a sheet's cell (text, int or float) or a carrier's E.164.

    `region` is where a number without country code belongs; `area_code` (`021`) completes a 7–8-digit local
    number. Never raises. The number of a `ReadNumber` reads as itself.
    """
    text = _as_text(raw)
    if isinstance(text, Unreadable):
        return text
    if is_withheld(text):
        return _WITHHELD
    whole = _read_whole(text, "", region, area_code)
    if isinstance(whole, ReadNumber):
        return whole
    split = _EXTENSION.fullmatch(text) or _DASH_EXTENSION.fullmatch(text)
    if split is None:
        return whole
    if len(split[2]) > 7:
        return _LONG_EXTENSION
    return _read_whole(split[1], split[2], region, area_code)


def is_withheld(raw: str | None) -> bool:
    """Whether a caller's number was withheld: nothing, a word, or one of the carrier's sentinels."""
    text = (raw or "").strip().lower().removeprefix("sip:").split("@")[0]
    return not text or text in _WITHHELD_WORDS or text in WITHHELD or text in _WITHHELD_BARE


def is_machine(raw: str) -> bool:
    """Whether this is a Chinese port that only sends texts (106…): nobody is behind it."""
    text = _as_text(raw)
    return isinstance(text, str) and read_number(text) is _MACHINE


def shown(raw: str | None) -> Shown:
    """What a caller's number is, as a carrier gave it: nobody is rung back at a 106 port, a short code, a 400 line."""
    if is_withheld(raw):
        return Shown.WITHHELD
    read = read_number(raw)
    if isinstance(read, ReadNumber):
        return Shown.SERVICE if read.kind == NumberKind.SHARED_COST else Shown.NUMBER
    return _SHOWN.get(read, Shown.NUMBER)


def sms_capable(kind: NumberKind | str) -> bool:
    """Whether a text can reach this kind of number. 400 and 800 numbers and landlines never."""
    return kind == NumberKind.MOBILE


def zones(number: str) -> tuple[str, ...]:
    """Time zones (`Asia/Shanghai`) in which somebody with this E.164 number may be; empty if nobody knows."""
    return _one_zone(number[1:4]) or _zones(number)


@cache
def _one_zone(begins: str) -> tuple[str, ...]:
    """The zone of a country that has but one, by the first three digits of a number: most numbers are like that."""
    code = next((begins[:n] for n in (1, 2, 3) if begins[:n].isdigit() and int(begins[:n]) in COUNTRY_CODES), "")
    found = {zone for start, theirs in TIMEZONE_DATA.items() if code and start.startswith(code) for zone in theirs}
    return tuple(found) if len(found) == 1 and UNKNOWN_TIMEZONE not in found else ()


@lru_cache(maxsize=4096)
def _zones(number: str) -> tuple[str, ...]:
    found = _parse(number, "ZZ")
    if found is None:
        return ()
    return tuple(zone for zone in time_zones_for_number(found) if zone != UNKNOWN_TIMEZONE)


@lru_cache(maxsize=4096)
def region_of(number: str) -> str:
    """The region (`CN`) of an E.164 number; of one that nobody issued, where its country code is; else empty."""
    if number.startswith("+86"):  # nearly every one, and the only region with this code
        return "CN"
    found = _parse(number, "ZZ")
    if found is None:
        return ""
    region = phonenumbers.region_code_for_number(found)
    region = region or phonenumbers.region_code_for_country_code(found.country_code or 0)
    return region if region in phonenumbers.SUPPORTED_REGIONS else ""  # not of the whole world, nor of nowhere


def _as_text(raw: object) -> str | Unreadable:
    if isinstance(raw, bool) or raw is None:
        return _EMPTY
    if isinstance(raw, float):
        # a sheet keeps a number as a float; below 2**53 no digit is lost
        return str(int(raw)) if raw.is_integer() and 0 < raw < 2**53 else _NOT_DIGITS
    if isinstance(raw, int):
        return str(raw) if 0 < raw < 10**LONGEST else _NOT_DIGITS
    text = str(raw)
    if len(text) > 4 * LONGEST:
        return _TOO_LONG
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    text = re.sub(r"[‐-―−]", "-", " ".join(text.split())).lstrip("'")
    if not text:
        return _EMPTY
    return _without_notation(text) if len(text) <= LONGEST else _TOO_LONG


def _without_notation(text: str) -> str | Unreadable:
    if whole := _WHOLE_FLOAT.fullmatch(text):
        return whole[1]
    if not (power := _SCIENTIFIC.fullmatch(text)):
        return text
    lead, decimals, exponent = power[1], power[2] or "", int(power[3])
    # spreadsheets show at most five decimals, so more of them were written by a program and are exact
    if len(decimals) < 6 or len(decimals) > exponent:
        return _LOST_DIGITS
    return lead + decimals.ljust(exponent, "0")


def _read_whole(text: str, extension: str, region: str, area_code: str) -> ReadNumber | Unreadable:
    if not _TYPED.fullmatch(text):
        return _NOT_DIGITS
    digits = re.sub(r"[^0-9]", "", text)
    if not digits:
        return _NOT_DIGITS
    if region == "CN" and not text.startswith("+") and digits.startswith("00"):
        text = digits = "+" + digits[2:]
    elif digits in SHORT_SERVICES or (len(digits) <= 6 and not text.startswith("+")):
        return _SHORT
    read = _facts(_parse(text, region), extension)
    if read is None and _LOCAL.fullmatch(digits) and not text.startswith("+") and area_code:
        read = _facts(_parse(re.sub(r"[^0-9]", "", area_code) + digits, region), extension)
    return read or _complaint(text, digits.removeprefix("+"), region)


def _parse(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    if region == "CN" and _CHINESE_MOBILE.fullmatch(text):
        # nearly every number there is: the general parser takes four times as long to say the same
        return phonenumbers.PhoneNumber(country_code=86, national_number=int(text))
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
        return _WITHHELD
    if region == "CN" and len(number) < len("+86") + 10:
        return _SHORT  # an area code before a service number: no subscriber's number is that short
    if kind == PhoneNumberType.PREMIUM_RATE or not region.isalpha():
        return _PREMIUM
    return ReadNumber(number, extension, _KINDS.get(kind, NumberKind.OTHER), region)


def _complaint(text: str, digits: str, region: str) -> Unreadable:
    is_international = text.startswith("+")
    if is_international and not digits.startswith("86"):
        return _NOT_ISSUED
    national = digits.removeprefix("86") if is_international or len(digits) > 11 else digits
    if national in SHORT_SERVICES or len(national) <= 6:
        return _SHORT
    if region != "CN" and not is_international:
        return _NOT_ISSUED
    if _SHAPED_LIKE_MOBILE.match(national):
        return _wrong_length(len(national))
    return next((why for shape, why in _SHAPES if shape.fullmatch(national)), _NOT_ISSUED)


def _wrong_length(length: int) -> Unreadable:
    if length == 11:
        return _NOT_ISSUED
    return Unreadable(
        f"手机号应为 11 位，这里是 {length} 位；请核对后补全或删去多余的数字。",
        f"A mobile number has 11 digits, this has {length}; check it and add or remove digits.",
    )
