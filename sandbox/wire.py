"""The log of every HTTP exchange, in both directions."""

import itertools
from collections import deque
from dataclasses import asdict, dataclass, field

KEPT = 20_000


@dataclass
class Exchange:
    """One request and its answer.

    `direction` is `api` (somebody asked the network) or `webhook` (the network asked somebody);
    `kind` says of a webhook: voice, message, call-status, receipt, recording,
    partial, transcription; `fault` of a request to
    the network which switch broke its answer on purpose.
    """

    direction: str
    kind: str
    method: str
    url: str
    at: str
    params: list[tuple[str, str]] = field(default_factory=list)
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    status: int | None = None
    content_type: str = ""
    body: str = ""
    ms: int = 0
    error: str = ""
    warnings: list[str] = field(default_factory=list)
    repeat: bool = False
    fault: str = ""
    id: int = 0


class Wire:
    """Keeps the last exchanges; each has a number that only grows.

    `fell_out` is the number of the last one for which there was no more room, 0 if there was none.
    """

    def __init__(self) -> None:
        self._kept: deque[Exchange] = deque(maxlen=KEPT)
        self._ids = itertools.count(1)
        self.fell_out = 0

    def add(self, exchange: Exchange) -> Exchange:
        """Keep one exchange and number it."""
        exchange.id = next(self._ids)
        if len(self._kept) == KEPT:
            self.fell_out = self._kept[0].id
        self._kept.append(exchange)
        return exchange

    def after(self, number: int, limit: int = KEPT) -> list[dict[str, object]]:
        """Return the exchanges after this number, oldest first, at most the last `limit`."""
        return [asdict(x) for x in self._kept if x.id > number][-limit:]

    def clear(self) -> None:
        """Forget everything; numbers go on."""
        self._kept.clear()
