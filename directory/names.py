"""How the name of somebody is typed by those who look for it: as it is written, in pinyin, by initials. Pure."""

import os
import unicodedata
from itertools import groupby, islice, product

# a name is read sign by sign: the book of phrases would take 45 MB of every process
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")

from pypinyin.constants import PINYIN_DICT

MOST_READINGS = 8
"""So many ways to read one name aloud are kept: 单 is a Shàn, a Dān and a Chán."""
LONGEST_SPOKEN = 8
"""Signs of a name that are spelt; whoever is called by more is found as they are written."""
_SURNAMES = {"单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "区": "ou", "查": "zha", "翟": "zhai", "朴": "piao",
             "盖": "ge", "尉": "yu", "种": "chong", "覃": "qin", "任": "ren", "乐": "yue", "缪": "miao"}  # fmt: skip
"""Surnames that are read in another way than the sign is as a rule."""


def plain(typed: str) -> str:
    """What somebody typed, as keys are kept: narrow letters, small, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", typed).lower().split())


def keys_of_name(name: str) -> str:
    """The words by which a name is found, each after a space: as it is written; then of every reading the pinyin from
    each sign on, and the initials from each sign on.

    `林婷` → ` 林婷 linting ting lt t`. A name in letters goes by its words, without spaces too: `Jane Smith`
    → ` jane smith janesmith js s`.
    """
    written = plain(name)
    words = {written: None}
    for reading in _readings(written):
        for start in range(len(reading)):
            words["".join(reading[start:])] = None
        for start in range(len(reading)):
            words["".join(syllable[:1] for syllable in reading[start:])] = None
    return "".join(f" {word}" for word in words if word)


def spelt(title: str) -> str:
    """The words by which the title of a page is found, from its first sign on: `工单` → `工单 gongdan gd`."""
    written = plain(title)
    words = {written: None}
    for reading in _readings(written):
        words["".join(reading)] = None
        words["".join(syllable[:1] for syllable in reading)] = None
    return " ".join(words)


def is_spoken(typed: str) -> bool:
    """Whether it is in letters: then it is looked for where a sign begins, not in the middle of a syllable."""
    return typed.isascii()


def as_keys(typed: str) -> str:
    """What in `keys_of_name` stands where somebody is meant by `typed`: `Lin Ting`, `lt`, `婷`; empty: nobody is."""
    meant = plain(typed)
    return " " + meant.replace(" ", "").replace("'", "") if is_spoken(meant) and meant else meant


def _readings(written: str) -> list[tuple[str, ...]]:
    if written.isascii():
        return [tuple(written.replace("'", "").split())]
    runs = groupby(written[:LONGEST_SPOKEN], key=lambda sign: ord(sign) in PINYIN_DICT)
    said = [part for is_han, run in runs for part in (run if is_han else ("".join(run),))]
    ways = [[way for each in _heard(part) for way in _typed(each)] for part in said]
    if ways and (surname := _SURNAMES.get(written[0])):
        ways[0] = [surname, *(way for way in ways[0] if way != surname)]
    return list(islice(product(*ways), MOST_READINGS))


def _heard(part: str) -> list[str]:
    """How a sign is read, the usual way first, without its tone and with a v for ü; letters are as they are."""
    read = PINYIN_DICT.get(ord(part)) if len(part) == 1 else None
    if read is None:
        return [part]
    bare = unicodedata.normalize("NFD", read).replace("u\u0308", "v")
    return list(dict.fromkeys("".join(c for c in bare if not unicodedata.combining(c)).split(",")))


def _typed(syllable: str) -> tuple[str, ...]:
    """吕 is typed `lv`; in a passport she is a Lyu, and many write Lu."""
    bare = "".join(c for c in syllable.lower() if c.isalnum())
    return (bare, bare.replace("v", "u"), bare.replace("v", "yu")) if bare in {"lv", "nv", "lve", "nve"} else (bare,)
