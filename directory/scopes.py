"""What a token may do: read and write, everything or one kind of thing, and show whole numbers. Pure."""

from collections.abc import Collection, Iterable

from base.errors import BadInput

READ, WRITE, REVEAL = "read", "write", "reveal"
READABLE = ("tickets", "incidents", "campaigns", "messages", "homes", "people", "oncall")
WRITABLE = ("tickets", "incidents", "campaigns", "people")
EVERYTHING = (READ, WRITE)
"""What a token may do of which nothing else is said: whatever its member of staff may, but for whole numbers."""
SCOPES = (READ, WRITE, *(f"{READ}:{kind}" for kind in READABLE), *(f"{WRITE}:{kind}" for kind in WRITABLE), REVEAL)
"""All there are, in the order in which they are shown."""


def checked(words: Iterable[str]) -> tuple[str, ...]:
    """These scopes, each once and in order, without those that another one holds. Raises `BadInput`."""
    asked = set(words)
    if strange := sorted(asked - set(SCOPES)):
        raise BadInput(f"没有这个范围 / there is no such scope: {strange[0]}; {', '.join(SCOPES)}")
    if not asked - {REVEAL}:
        raise BadInput("至少要能读或能写 / it has to read or write something")
    return tuple(one for one in SCOPES if one in asked and not _wider(one) & asked)


def allows(scopes: Collection[str], needed: str) -> bool:
    """Whether somebody with these may do what needs `needed`; empty: nothing is needed."""
    return not needed or needed in scopes or bool(_wider(needed) & set(scopes))


def _wider(scope: str) -> set[str]:
    return {scope.partition(":")[0]} - {scope}
