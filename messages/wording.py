"""Fill a template, count its segments, and the wording of what this house sends by itself. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

from base import yamls
from base.errors import BadInput

TEXTS = Path(__file__).with_name("texts.yaml")
LANGUAGES = ("zh", "en")

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")

_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM7_ESCAPED = frozenset("^{}\\[~]|€\f")
"""Characters of the extension table of 3GPP TS 23.038: an escape and a character, never split."""


class WordingError(BadInput):
    """A template or its values cannot make a text; the message says which placeholder and what to do."""


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs: how many segments, how many units (septets or 16-bit), in which encoding."""

    count: int
    units: int
    encoding: Literal["GSM-7", "UCS-2"]


def fill(template: str, values: Mapping[str, object]) -> str:
    """`template` with every `{name}` replaced. Raises `WordingError` for a name without a value.

    Values are put in as they are: a brace inside one means nothing.
    """
    missing = sorted(placeholders(template) - values.keys())
    if missing:
        names = "、".join(missing)
        raise WordingError(f"模板里的 {{{names}}} 没有内容 / no value for the placeholder {{{', '.join(missing)}}}")
    return _PLACEHOLDER.sub(lambda found: str(values[found[1]]), template)


def placeholders(template: str) -> set[str]:
    """The names a template wants. Raises `WordingError` for braces that are not a placeholder."""
    names = {found[1] for found in _PLACEHOLDER.finditer(template)}
    odd = sorted(name for name in names if not _NAME.fullmatch(name))
    if odd or re.search(r"[{}]", _PLACEHOLDER.sub("", template)):
        where = odd[0] if odd else "{ }"
        raise WordingError(f"模板里的花括号写法不对：{where} / a brace that is not a placeholder: {where}")
    return names


def say(key: str, language: str, **values: object) -> str:
    """The house's own wording `key` in `language` (anything but en is zh), filled in.

    Raises `WordingError` for an unknown key, and for a value that is missing or that no language uses.
    """
    wording = texts().get(key)
    if wording is None:
        raise WordingError(f"没有名为 {key} 的文字 / there is no wording called {key}")
    unused = sorted(values.keys() - set().union(*(placeholders(text) for text in wording.values())))
    if unused:
        raise WordingError(f"文字 {key} 里没有 {{{unused[0]}}} / wording {key} has no placeholder {{{unused[0]}}}")
    return fill(wording["en" if language == "en" else "zh"], values)


def segments(text: str) -> Segments:
    """How a text is cut: GSM-7 160 alone or 153 each, UCS-2 70 or 67 (3GPP TS 23.038 and 23.040).

    Counted by packing, because a segment never splits an escape pair or a surrogate pair.
    """
    if all(c in _GSM7 or c in _GSM7_ESCAPED for c in text):
        return _packed([2 if c in _GSM7_ESCAPED else 1 for c in text], 160, 153, "GSM-7")
    return _packed([2 if ord(c) > 0xFFFF else 1 for c in text], 70, 67, "UCS-2")


def _packed(sizes: list[int], alone: int, each: int, encoding: Literal["GSM-7", "UCS-2"]) -> Segments:
    units = sum(sizes)
    if units <= alone:
        return Segments(1, units, encoding)
    count, room = 1, each
    for size in sizes:
        if size > room:
            count, room = count + 1, each
        room -= size
    return Segments(count, units, encoding)


@cache
def texts() -> dict[str, dict[str, str]]:
    """Every text by its key and language, read once a process."""
    return cast(dict[str, dict[str, str]], yamls.read(TEXTS.read_text(encoding="utf-8")))
