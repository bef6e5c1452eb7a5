"""Trouble by switch: what goes wrong, for whom, how often; and how often it did."""

import itertools
import random
from dataclasses import asdict, dataclass, fields

KINDS = {
    # the network's API
    "outage": "every request to the API is answered 503, lists too",
    "refuse": "refuses a text or call with `code` and `status`",
    "rate_limited": "answers 429 with code 20429 and asks to come again in `seconds` (1)",
    "error_before_accept": "answers 500 and has accepted nothing",
    "drop_before_accept": "closes the connection before accepting",
    "drop_after_accept": "accepts, then closes the connection",
    "error_after_accept": "accepts, then answers 500",
    "timeout_after_accept": "accepts, then never answers",
    "answer_late": "accepts, and answers `seconds` of real time later",
    "receipt_first": "accepts, and answers when its first receipt was taken, `seconds` of real time later at most",
    "latency": "answers `seconds` of real time later",
    # its lists of texts and calls
    "lists_away": "lists are answered 503",
    "lists_late": "lists show things `seconds` later than usual",
    # webhooks
    "webhook_twice": "every webhook comes a second time after the first was answered",
    "webhook_twice_at_once": "every webhook comes twice at the same moment",
    # receipts of texts and of calls that the account placed
    "receipt_duplicate": "every receipt comes twice",
    "receipt_reorder": "the receipts of a text or call come in the wrong order",
    "receipt_delay": "receipts come `seconds` later",
    "receipt_lose": "receipts do not come",
    # texts
    "undelivered": "the text does not arrive, with `code`",
    # calls
    "busy": "the called number is busy",
    "no_answer": "nobody picks up",
    "voicemail": "voicemail picks up",
    "failed": "the called number cannot be reached",
}

SECONDS = {"rate_limited": 1.0}
"""Where `seconds` is not 5 unless somebody says so."""


@dataclass
class Fault:
    """One switch: what goes wrong, and for which requests.

    `on` is messages, calls or all; `number` limits it to one number on either side; `next` is how
    many more times (None: for ever); `rate` the share of times, 0 to 1.
    """

    kind: str
    on: str = "all"
    number: str | None = None
    next: int | None = None
    rate: float = 1.0
    code: int = 0
    status: int = 400
    seconds: float = 5.0
    hits: int = 0
    id: int = 0


class Faults:
    """All switches that are on."""

    def __init__(self, seed: int = 1) -> None:
        self._rules: list[Fault] = []
        self._ids = itertools.count(1)
        self._random = random.Random(seed)  # noqa: S311  dice, no secret
        self.hits: dict[str, int] = {}

    def add(self, data: dict[str, object]) -> Fault:
        """Switch one on. Raises ValueError for an unknown kind or field."""
        unknown = set(data) - {f.name for f in fields(Fault)}
        if unknown:
            raise ValueError(f"unknown field {sorted(unknown)[0]}")
        if data.get("kind") not in KINDS:
            raise ValueError(f"unknown kind {data.get('kind')}; known: {', '.join(KINDS)}")
        usual = {"seconds": SECONDS[str(data["kind"])]} if data["kind"] in SECONDS else {}
        fault = Fault(**{**usual, **data, "hits": 0, "id": next(self._ids)})  # type: ignore[arg-type]  # checked above
        self._rules.append(fault)
        return fault

    def replace(self, rules: list[dict[str, object]]) -> None:
        """Switch these on and all others off."""
        before, self._rules = self._rules, []
        try:
            for rule in rules:
                self.add(rule)
        except ValueError:
            self._rules = before
            raise

    def strike(self, kind: str, on: str = "all", *numbers: str) -> Fault | None:
        """Return the fault of this kind that hits now, counting it; None if none does."""
        for fault in self._rules:
            if fault.kind != kind or fault.next == 0 or fault.on not in ("all", on):
                continue
            if fault.number is not None and fault.number not in numbers:
                continue
            if fault.rate < 1 and self._random.random() >= fault.rate:
                continue
            if fault.next is not None:
                fault.next -= 1
            fault.hits += 1
            self.hits[kind] = self.hits.get(kind, 0) + 1
            return fault
        return None

    def show(self) -> dict[str, object]:
        """Return the switches and what they did, for the control API."""
        return {"rules": [asdict(f) for f in self._rules], "hits": self.hits, "kinds": KINDS}
