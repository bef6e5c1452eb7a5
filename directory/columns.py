"""The roster's columns: what they are called in real sheets and where they stand in this one. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any


class Field(StrEnum):
    """One column of the roster."""

    PROJECT = "project"
    BUILDING = "building"
    UNIT = "unit"
    HOME = "home"
    OCCUPANCY = "occupancy"
    NAME = "name"
    SALUTATION = "salutation"
    ROLE = "role"
    NUMBERS = "numbers"
    LANGUAGE = "language"
    BIRTHDAY = "birthday"
    LUNAR = "lunar"
    SPECIAL_CARE = "special_care"
    CARE_CONSENT = "care_consent"
    EMAIL = "email"
    CONTACT_ORDER = "contact_order"


NEEDED = (Field.PROJECT, Field.BUILDING, Field.HOME, Field.NAME)

CHINESE: Mapping[Field, str] = {
    Field.PROJECT: "项目",
    Field.BUILDING: "楼栋",
    Field.UNIT: "单元",
    Field.HOME: "房号",
    Field.OCCUPANCY: "入住状态",
    Field.NAME: "姓名",
    Field.SALUTATION: "称呼",
    Field.ROLE: "角色",
    Field.NUMBERS: "电话",
    Field.LANGUAGE: "语言",
    Field.BIRTHDAY: "生日",
    Field.LUNAR: "农历",
    Field.SPECIAL_CARE: "特别关怀",
    Field.CARE_CONSENT: "节日祝福",
    Field.EMAIL: "邮箱",
    Field.CONTACT_ORDER: "联系顺序",
}

_ALSO: Mapping[Field, tuple[str, ...]] = {
    Field.PROJECT: ("小区", "项目名称", "小区名称", "estate"),
    Field.BUILDING: ("楼号", "楼幢", "楼栋号", "栋号", "幢号"),
    Field.UNIT: ("单元号",),
    Field.HOME: ("房间号", "房屋号", "室号", "门牌号", "room", "homename"),
    Field.OCCUPANCY: ("房屋状态",),
    Field.NAME: ("业主姓名", "联系人", "联系人姓名"),
    Field.ROLE: ("身份", "与业主关系"),
    Field.NUMBERS: (
        "电话号码",
        "手机",
        "手机号",
        "手机号码",
        "联系电话",
        "联系方式",
        "number",
        "phone",
        "phones",
        "telephone",
    ),
    Field.BIRTHDAY: ("出生日期", "出生年月日"),
    Field.LUNAR: ("是否农历", "农历生日"),
    Field.EMAIL: ("电子邮箱", "邮件", "e-mail"),
}

HEADS_WITHIN = 50
"""Rows above the heads: a title, a date, who made it. Real sheets need no more."""


@dataclass(frozen=True, slots=True)
class Heads:
    """Where each column stands: positions and the words found there; `unknown` are the words we ignore."""

    places: Mapping[Field, int]
    words: Mapping[Field, str]
    unknown: tuple[str, ...]
    repeated: tuple[str, ...]

    @property
    def missing(self) -> tuple[Field, ...]:
        """Needed columns that are not there."""
        return tuple(field for field in NEEDED if field not in self.places)


@lru_cache(maxsize=1024)
def plain(word: str) -> str:
    """A head without what people decorate it with: width, case, spaces, stars, remarks in brackets."""
    text = unicodedata.normalize("NFKC", word).casefold()
    return re.sub(r"\(.*?\)|[\s*_:]|\[.*?\]", "", text)


_FIELDS = {
    plain(word): field
    for field in Field
    for word in (field.value, CHINESE[field], f"{CHINESE[field]}{field.value}", *_ALSO.get(field, ()))
}


def read_heads(cells: Sequence[Any]) -> Heads:
    """What a row says if it is the row of heads."""
    places: dict[Field, int] = {}
    words: dict[Field, str] = {}
    unknown, repeated = [], []
    for place, cell in enumerate(cells):
        word = " ".join(str(cell).split()) if cell is not None else ""
        field = _FIELDS.get(plain(word))
        if field is None:
            unknown += [word] if word else []
        elif field in places:
            repeated.append(word)
        else:
            places[field], words[field] = place, word
    return Heads(places, words, tuple(unknown), tuple(repeated))


@dataclass(frozen=True, slots=True)
class Words:
    """The words a column takes: what each means, and the list to show to whoever wrote another."""

    meanings: Mapping[str, str]
    shown: tuple[str, ...]


def _words(**chinese: str) -> Words:
    meanings = {plain(word): value for value, words in chinese.items() for word in (value, *words.split())}
    return Words(meanings, tuple(f"{words.split()[0]} {value}" for value, words in chinese.items()))


OCCUPANCIES = _words(lived_in="自住 已入住", let="出租", vacant="空置", not_handed_over="未收楼")
ROLES = _words(owner="业主", co_owner="共有人", family="家属", tenant="租户 租客", keeper="代管人")
LANGUAGES = _words(zh="中文 汉语 chinese", en="英文 英语 english")
