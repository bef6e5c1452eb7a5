"""What people read on our pages, in Chinese and in English: one catalogue, one way to speak from it."""

from functools import cache
from pathlib import Path
from typing import Any

from base import yamls

LANGUAGES = ("zh", "en")
_FILE = Path(__file__).with_name("words.yaml")


@cache
def catalogue() -> dict[str, tuple[str, str]]:
    """Every key with its Chinese and its English words."""
    read: dict[str, list[str]] = yamls.read(_FILE.read_text(encoding="utf-8"))
    return {key: (zh, en) for key, (zh, en) in read.items()}


def say(key: str, language: str, **values: Any) -> str:
    """The words of `key` in `zh` or `en`, with `{name}` filled in. Raises `KeyError` for a key nobody wrote."""
    words = catalogue()[key][language == "en"]
    return words.format(**values) if values else words


def say_or(key: str, language: str, otherwise: str = "") -> str:
    """The words of a key made from another room's data; `otherwise` where the catalogue does not know it."""
    return say(key, language) if key in catalogue() else otherwise


_LENGTHS = ((86400, "天", "d"), (3600, "小时", "h"), (60, "分钟", "min"), (1, "秒", "s"))


def lasting(seconds: float, language: str) -> str:
    """A length of time in words, to its two largest units: `45 秒`, `12 分钟 30 秒`, `3 天`, `2 h 5 min`; the sign is
    dropped.
    """
    left, parts = abs(round(seconds)), []
    for size, zh, en in _LENGTHS:
        whole, left = divmod(left, size)
        parts.append(f"{whole} {en if language == 'en' else zh}" if whole else "")
    first = next((place for place, part in enumerate(parts) if part), len(parts) - 1)
    return " ".join(part for part in parts[first : first + 2] if part) or f"0 {'s' if language == 'en' else '秒'}"


def span(seconds: float) -> str:
    """A length of time as people read it on a clock face: `2:14`, `1:02:03`; the sign is dropped."""
    whole = abs(round(seconds))
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
