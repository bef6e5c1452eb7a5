"""A round under fire, written out from its seed: who shall get what, what goes wrong from when to when, who dies. Pure.

The same seed gives the same script. How its moments fall between the steps of the processes is the machine's affair.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LANES = ("urgent", "normal", "bulk")
PROCESSES = (*LANES, "clock", "web")
FIRE_S = 6.0
"""From the moment the notice is approved until the last trouble has passed; `stretch` times as long where asked."""
EARLY = 0.2
"""The share of rounds whose fire begins while the notice is being planned."""
HIDDEN_S = 200.0
"""So long are receipts lost and lists away in a round that hides both: then a page and an emergency go in doubt."""


@dataclass(frozen=True)
class Span:
    """A trouble of the carrier: a rule of the sandbox's, on from one second to another."""

    from_s: float
    until_s: float
    rule: dict[str, Any]


@dataclass(frozen=True)
class Blow:
    """What happens to the house at a moment, and how long it lasts.

    `what`: killed (these processes, started again afterwards), a second one (of these), queue emptied, queue killed,
    queue hangs, database held (nobody can write), database restarts, clocks jump (by so many seconds, and back).
    """

    at_s: float
    lasts_s: float
    what: str
    names: tuple[str, ...] = ()
    by_s: float = 0.0


@dataclass(frozen=True)
class Mail:
    """So many messages of a kind, planned at a moment of the round beside the notice."""

    at_s: float
    kind: str
    count: int


@dataclass(frozen=True)
class Script:
    """Everything of one round."""

    seed: int
    people: int
    strangers: int
    """Of the people of the notice, how many have a number that the carrier refuses."""
    mail: tuple[Mail, ...]
    spans: tuple[Span, ...]
    blows: tuple[Blow, ...]
    burns_early: bool = False
    """Whether it begins when the notice is written and still has to be planned, not when it is approved."""
    hides_all: bool = False
    """Whether for minutes neither a receipt nor a list could tell what the carrier has."""

    def told(self) -> str:
        """The round in one line."""
        troubles = sorted({span.rule["kind"] for span in self.spans})
        blows = [f"{one.what} {'+'.join(one.names)}{one.by_s or ''}".strip() for one in self.blows]
        return ", ".join(troubles + blows + ["early"] * self.burns_early)


WANTED = ("page", "page call", "emergency call", "service", "care")
"""Kinds of mail that somebody must get, once."""
HOPELESS = ("no number", "too long", "no such sender")
"""Rows that nobody can get and that must stop nobody else's."""
UNWANTED = ("refused by its reader", "out of date", "not approved", "taken back")
"""What must not leave."""

_RULES: tuple[tuple[str, Callable[[random.Random], dict[str, Any]]], ...] = (
    ("latency", lambda dice: {"seconds": _some(dice, 0.1, 0.6), "rate": _some(dice, 0.3, 1.0)}),
    ("outage", lambda _: {}),
    ("rate_limited", lambda dice: {"seconds": 1, "rate": _some(dice, 0.02, 0.2)}),
    ("error_before_accept", lambda dice: {"rate": _some(dice, 0.05, 0.4)}),
    ("error_after_accept", lambda dice: {"rate": _some(dice, 0.05, 0.4)}),
    ("drop_before_accept", lambda dice: {"rate": _some(dice, 0.05, 0.4)}),
    ("drop_after_accept", lambda dice: {"rate": _some(dice, 0.05, 0.4)}),
    ("timeout_after_accept", lambda dice: {"rate": _some(dice, 0.02, 0.3)}),
    ("receipt_first", lambda dice: {"seconds": 1, "rate": _some(dice, 0.1, 0.6)}),
    ("receipt_lose", lambda dice: {"rate": _some(dice, 0.3, 1.0)}),
    ("receipt_duplicate", lambda dice: {"rate": _some(dice, 0.3, 1.0)}),
    ("receipt_delay", lambda dice: {"seconds": _some(dice, 0.5, 4.0), "rate": _some(dice, 0.3, 1.0)}),
    ("receipt_reorder", lambda dice: {"rate": _some(dice, 0.3, 1.0)}),
    ("webhook_twice_at_once", lambda dice: {"rate": _some(dice, 0.2, 0.6)}),
    ("lists_away", lambda _: {}),
    ("lists_late", lambda _: {"seconds": 0.8}),
)
_SHORT = {"outage": 2.5, "lists_away": 3.0}
"""Seconds that some troubles last at most."""
_BLOWS = (
    "killed", "killed", "killed", "killed", "killed", "a second one", "queue emptied", "queue killed", "queue hangs",
    "database held", "database restarts", "clocks jump",
)  # fmt: skip
_LASTS = {
    "killed": (0.0, 1.5), "a second one": (2.0, 4.0), "queue emptied": (0.0, 0.0), "queue killed": (0.5, 3.0),
    "queue hangs": (0.5, 3.0), "database held": (0.2, 4.0), "database restarts": (0.0, 0.0),
    "clocks jump": (0.5, 3.0),
}  # fmt: skip


def script(seed: int, people: int = 300, *, stretch: float = 1.0, hides_all: bool = False) -> Script:
    """The round of a seed."""
    dice = random.Random(f"{seed}/{people}")
    fire_s = FIRE_S * stretch
    spans = [_span(dice, fire_s, *rule) for rule in dice.sample(_RULES, dice.randint(2, 5))]
    # a carrier on the other side of a wide sea: whoever dies leaves many of whom nobody knows
    spans.append(Span(0.0, fire_s, {"kind": "answer_late", "seconds": _some(dice, 0.4, 1.1)}))
    blows = sorted((_blow(dice, fire_s) for _ in range(dice.randint(1, 4))), key=lambda blow: blow.at_s)
    few = max(people // 60, 1)
    mail = [Mail(_some(dice, 0.0, fire_s - 1), kind, dice.randint(1, 2 * few)) for kind in WANTED]
    mail += [Mail(_some(dice, 0.0, fire_s - 1), kind, dice.randint(1, few)) for kind in (*HOPELESS, *UNWANTED)]
    mail.sort(key=lambda one: one.at_s)
    if hides_all:
        spans += [Span(0.0, HIDDEN_S, {"kind": kind}) for kind in ("receipt_lose", "lists_away")]
        spans.append(Span(0.0, fire_s, {"kind": "drop_after_accept", "rate": 0.03}))
    return Script(
        seed,
        people,
        dice.randint(1, few),
        tuple(mail),
        tuple(spans),
        tuple(_apart(blows)),
        dice.random() < EARLY,
        hides_all,
    )


def _span(dice: random.Random, fire_s: float, kind: str, more: Callable[[random.Random], dict[str, Any]]) -> Span:
    from_s = _some(dice, 0.0, fire_s / 2)
    until_s = min(fire_s, from_s + _some(dice, 0.5, _SHORT.get(kind, fire_s)))
    return Span(from_s, until_s, {"kind": kind, **more(dice)})


def _blow(dice: random.Random, fire_s: float) -> Blow:
    what = dice.choice(_BLOWS)
    names: tuple[str, ...] = ()
    if what == "killed":
        names = tuple(dice.sample(PROCESSES, dice.choice((1, 1, 1, 2, len(PROCESSES)))))
    elif what == "a second one":
        names = (dice.choice((*LANES, "clock")),)
    by_s = _some(dice, -8.0, 8.0) if what == "clocks jump" else 0.0
    return Blow(_some(dice, 0.3, fire_s - 1), _some(dice, *_LASTS[what]), what, names, by_s)


def _apart(blows: list[Blow]) -> list[Blow]:
    """One of a kind at a time: what is away already cannot go away."""
    kept: list[Blow] = []
    for blow in blows:
        place = blow.what.split()[0]
        if not any(place == one.what.split()[0] and blow.at_s <= one.at_s + one.lasts_s for one in kept):
            kept.append(blow)
    return kept


def _some(dice: random.Random, least: float, most: float) -> float:
    return round(dice.uniform(least, most), 2)
