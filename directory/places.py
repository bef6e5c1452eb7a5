"""What places are called, and which keys a caller presses for them. Pure."""

import re
import unicodedata

_HAN_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_HAN_NUMBER = re.compile(r"[零〇一二两三四五六七八九十百]+")
_KINDS = (
    ("号楼", re.compile(r"(?:号楼|[栋幢座楼])$"), "Building"),
    ("单元", re.compile(r"单元$"), "Unit"),
    ("室", re.compile(r"室$"), "Room"),
)
"""What parts of a place are called: added to a bare number; taken from its end, for English to begin with its own."""

_ROOM = re.compile(r"(?P<floor>\d{1,2})-?(?P<riser>\d{2}|[A-Za-z])(?:室|号|房)?")
_BETWEEN = re.compile(r"[\s,，、/\\·\-－—#]+|(?<=[楼栋幢座室])|(?<=单元)|(?<=号)(?=[0-9A-Za-z])")
_LONGEST_PLACE = 60
_KEPT = re.compile(r"(?P<building>[0-9A-Za-z]+(?:号楼|[栋幢座]))(?P<unit>[0-9A-Za-z]+单元)?(?P<room>[0-9A-Za-z]+室)?")
"""A place in Chinese whose parts are plain numbers or letters; `3楼` alone may be a floor."""


def keys_of(name: str) -> str:
    """What a caller types for a place: the digits of its name.

    `3号楼` → `3`, `十二栋` → `12`, `1502` → `1502`. A name without any number goes by the place of its first
    letter in the alphabet: `A座` → `1`. Empty when there is nothing to type.
    """
    digits = "".join(re.findall(r"[0-9]", _HAN_NUMBER.sub(lambda m: str(_han_number(m.group())), name)))
    if digits:
        return digits
    letter = re.search(r"[A-Z]", name.upper())
    return str(ord(letter.group()) - ord("A") + 1) if letter else ""


def same_keys(typed: str, keys: str) -> bool:
    """Whether what was typed means these keys; leading zeros do not count (`0301` is `301`)."""
    return typed.lstrip("0") == keys.lstrip("0")


def in_order(name: str) -> tuple[int | str, ...]:
    """A key that puts names as people count: 2号楼 before 10号楼, 三栋 before 十栋, 1502 after 902."""
    counted = _HAN_NUMBER.sub(lambda found: str(_han_number(found.group())), unicodedata.normalize("NFKC", name))
    return tuple(int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", counted))


def floor_of(name: str) -> int | None:
    """The floor of a room by its name: `1502` is on the 15th, `0301室` on the 3rd. None where the name says none."""
    found = _ROOM.fullmatch(name.strip())
    return int(found["floor"]) if found else None


def bare_keys(name: str) -> str:
    """The keys of a name without zeros before them, by which homes are looked up: `0902室` is 902."""
    return keys_of(name).lstrip("0")


def riser_of(name: str) -> str:
    """The riser of a room: rooms over one another share their pipes and the end of their names, `02` of `1502`.

    Empty where the name says none.
    """
    found = _ROOM.fullmatch(name.strip())
    return found["riser"].upper() if found else ""


def spelt(typed: str) -> list[str]:
    """The keys of each part of a place: `3-2-1502`, `3#2-1502` and `3号楼2单元1502室` are 3, 2, 1502."""
    narrow = unicodedata.normalize("NFKC", typed.strip()[:_LONGEST_PLACE])
    return [keys for part in _BETWEEN.split(narrow) if (keys := keys_of(part))]


def place_text(building: str, unit: str, name: str, language: str = "zh") -> str:
    """`3号楼2单元1502室`, or `Building 3, Unit 2, Room 1502` where the names are plain numbers or letters."""
    parts = [(part, *words) for part, words in zip((building, unit, name), _KINDS, strict=True) if part]
    if language == "en":
        return ", ".join(_english(part, ending, en) for part, _, ending, en in parts)
    return "".join(part + zh if part[-1:].isdigit() else part for part, zh, _, _ in parts)


def in_language(place: str, language: str) -> str:
    """A place as a ticket keeps it (`3号楼2单元1502室`, in Chinese), in the words of a reader.

    What somebody wrote in words of their own (`东门岗亭`) stays as it is.
    """
    found = _KEPT.fullmatch(place) if language == "en" else None
    return place_text(found["building"], found["unit"] or "", found["room"] or "", "en") if found else place


def _english(part: str, ending: re.Pattern[str], en: str) -> str:
    bare = ending.sub("", part)
    return f"{en} {bare}" if bare.isascii() else part


def _han_number(text: str) -> int | str:
    if not {"十", "百"} & set(text):
        return "".join(str(_HAN_DIGITS[c]) for c in text)
    total = last = 0
    for c in text:
        if c in "十百":
            total += (last or 1) * (10 if c == "十" else 100)
            last = 0
        else:
            last = _HAN_DIGITS[c]
    return total + last
