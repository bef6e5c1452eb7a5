"""The blanks of a text as whoever writes it sees them: `{places}` stands as `{地点}` in Chinese words. Pure."""

import re
from typing import Final

CHINESE: Final = {
    "salutation": "称呼", "homes": "房屋", "places": "地点", "start": "开始时间", "end": "结束时间", "cause": "原因",
    "hotline": "热线", "company": "公司", "letter": "题号",
}  # fmt: skip
"""What each blank is called in Chinese; in English it goes by the name under which it is kept."""

_KEPT = {name: kept for kept, name in CHINESE.items()}
_BLANK = re.compile(r"\{(\w+)\}")


def as_written(text: str, language: str) -> str:
    """A kept text as its writer sees it; one in English is as it is kept."""
    return text if language == "en" else _BLANK.sub(lambda found: _named(found, CHINESE), text)


def as_kept(text: str) -> str:
    """A text as it is kept, whichever names its blanks were written by."""
    return _BLANK.sub(lambda found: _named(found, _KEPT), text)


def _named(found: re.Match[str], names: dict[str, str]) -> str:
    return f"{{{names.get(found[1], found[1])}}}"
