"""Lists: filters by moment, pages, newest first. Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from sandbox.texts import Refused

DEFAULT_SIZE = 50
MOST = 1000


def in_time(query: Mapping[str, str], name: str, at: datetime | None) -> bool:
    """Tell whether a moment passes the filters `name`, `name<` and `name>` of a request.

    A day compares by the day, inclusively; a moment by the second, inclusively. Raises Refused.
    """
    for sign, passes in _SIGNS.items():
        text = query.get(name + sign)
        if not text:
            continue
        if at is None:
            return False
        day, moment = _read(name, text)
        here: Any = at.replace(microsecond=0) if moment is not None and sign else at.date()
        there: Any = moment if moment is not None and sign else day
        if not passes(here, there):
            return False
    return True


_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "": lambda here, there: here == there,
    "<": lambda here, there: here <= there,
    ">": lambda here, there: here >= there,
}


def _read(name: str, text: str) -> tuple[date, datetime | None]:
    try:
        if len(text) == 10:
            return date.fromisoformat(text), None
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise Refused(20001, f"Invalid {name}: {text}") from error
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.date(), moment


def page(path: str, query: Mapping[str, str], key: str, found: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return one page of a list. Raises Refused for a page that cannot be."""
    number, size = _whole(query, "Page", 0, 10**6), _whole(query, "PageSize", DEFAULT_SIZE, MOST)
    if size < 1:
        raise Refused(20001, "Page size must be greater than 0")
    everything = list(found)
    start = number * size
    shown = everything[start : start + size]
    more = start + size < len(everything)

    def uri(of: int) -> str:
        kept = {k: v for k, v in query.items() if k not in ("Page", "PageSize", "PageToken")}
        token = {"PageToken": f"PA{of}"} if of else {}
        return f"{path}?{urlencode({**kept, 'PageSize': size, 'Page': of, **token})}"

    return {
        key: shown,
        "page": number,
        "page_size": size,
        "start": start,
        "end": start + max(len(shown) - 1, 0),
        "uri": uri(number),
        "first_page_uri": uri(0),
        "next_page_uri": uri(number + 1) if more else None,
        "previous_page_uri": uri(number - 1) if number else None,
    }


def _whole(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not text.isdecimal():
        raise Refused(20001, f"Invalid {name}: {text}")
    return min(int(text), most)
