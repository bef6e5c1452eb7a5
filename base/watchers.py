"""Where several servers keep one queue: whom to ask which of them leads now, as REDIS_URL names them. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

SCHEME = "redis+sentinel"
_URL = re.compile(rf"{re.escape(SCHEME)}://(?::(?P<password>[^@/]*)@)?(?P<places>[^/@]+)/(?P<group>[\w.-]+)")
_PLACE = re.compile(r"(?P<host>\[[0-9a-fA-F:]+\]|[\w.-]+):(?P<port>\d{1,5})")


@dataclass(frozen=True, slots=True)
class Watchers:
    """Sentinels by host and port, what they call the group that they watch, and the one password of all of them."""

    places: tuple[tuple[str, int], ...]
    group: str
    password: str | None = None


def watchers(url: str) -> Watchers:
    """What `redis+sentinel://:password@one:26379,two:26379,three:26379/group` names. Raises ValueError."""
    read = _URL.fullmatch(url)
    places = [_PLACE.fullmatch(place) for place in read["places"].split(",")] if read else [None]
    found = tuple((place["host"].strip("[]"), int(place["port"])) for place in places if place)
    if read is None or len(found) < len(places) or not all(0 < port <= 65535 for _, port in found):
        raise ValueError("not the address of sentinels")
    return Watchers(found, read["group"], unquote(read["password"]) if read["password"] else None)
