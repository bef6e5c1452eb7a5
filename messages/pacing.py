"""Order, quiet hours, rate and valid-until: when the next message may go. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from directory.classes import QUIET_IN_ZONE, RULES, Quiet
from messages.lifecycle import MessageClass, Way

CLAIM_ROWS: Final = 300
"""A claim takes only what is about to go."""
CLAIM_S: Final = 2.0
"""… and never more than this much of a sender's rate: the carrier's own queue is first in, first out."""
STOPS_S: Final = 2.0
"""Nothing of a batch that was stopped is begun later than this: what waits longer after its claim goes back."""
PAGES_S: Final = 4.0
"""Pages may run this far ahead of a sender's rate, so that they never wait for what went before them."""
LAST_PAGE_URGENCY: Final = 1
HELD: Final = "!"
"""Behind a pace's name: the row that says until when a refusal holds up everything but pages."""

CALLS: Final = "calls"
"""The one pace of all placed calls: the carrier limits them by account, not by number."""
SECOND_CALLS: Final = "calls second"
"""That of the second carrier's account."""

URGENCY: Final = {
    (MessageClass.STAFF, Way.CALL): 0,
    (MessageClass.STAFF, Way.TEXT): 1,
    (MessageClass.EMERGENCY, Way.CALL): 2,
    (MessageClass.EMERGENCY, Way.TEXT): 3,
    (MessageClass.SERVICE, Way.CALL): 5,
    (MessageClass.SERVICE, Way.TEXT): 5,
    (MessageClass.SURVEY, Way.CALL): 7,
    (MessageClass.SURVEY, Way.TEXT): 7,
    (MessageClass.CARE, Way.CALL): 8,
    (MessageClass.CARE, Way.TEXT): 8,
}
"""Which goes first inside a claim; smaller is sooner."""

VALID_FOR: Final = {
    MessageClass.STAFF: timedelta(minutes=30),
    MessageClass.EMERGENCY: timedelta(hours=2),
    MessageClass.SERVICE: timedelta(hours=12),
    MessageClass.SURVEY: timedelta(hours=12),
    MessageClass.CARE: timedelta(hours=8),
}
"""How long after its moment a message still makes sense, where nobody said otherwise."""

DOUBT_AFTER: Final = {
    MessageClass.STAFF: timedelta(seconds=60),
    MessageClass.EMERGENCY: timedelta(minutes=3),
}
"""When an attempt that nothing could settle goes once more. No other class ever does."""

CARRIER_VALID_S: Final = (1, 36_000)

MOST_ATTEMPTS: Final = 5
"""Requests the carrier may refuse before a message has failed."""

MOST_DELIVERIES: Final = 2
"""Attempts after which a text that the carrier took and could not deliver does not go again."""

ASK_AFTER_S: Final = (300.0, 3600.0, 86_400.0)
"""When a message without a final receipt is asked about: after it was accepted, in seconds."""
ASK_URGENT_S: Final = 60.0
ASKED_ENOUGH: Final = 2


@dataclass(frozen=True, slots=True)
class Patience:
    """What the carrier may take, and every duration that follows from it.

    `answer_s`: a request, from the first packet to the last byte. `lists_s`: until its lists show what it took.
    `slow_part`: an answer that takes more than this part of `answer_s` is a slow one.
    """

    answer_s: float = 8.0
    lists_s: float = 5.0
    slow_part: float = 0.85

    @property
    def slow_s(self) -> float:
        """Answers slower than this, so many in a row, and the carrier is left alone as if it gave none."""
        return self.answer_s * self.slow_part

    @property
    def start_s(self) -> float:
        """A claimed message is not begun later than this after its claim."""
        return self.answer_s * 7 / 8

    @property
    def lease_s(self) -> float:
        """How long a claim holds. Then even the request begun last has ended, and the lists show it."""
        return self.start_s + self.first_look_s

    @property
    def first_look_s(self) -> float:
        """No look into the carrier's lists earlier than this after a request began."""
        return self.answer_s + self.lists_s

    @property
    def look_gap_s(self) -> float:
        """Between two looks: a list that was late once is not late twice."""
        return 2 * self.lists_s


LANDLINE: Final = "landline"
"""A call to many about what endangers nobody: landlines are rung by day."""
CALM_URGENCY: Final = 4
"""The urgency of such a call: behind emergency texts; of a call of a batch it says so when it is claimed."""

QUIET: Final[dict[str, tuple[Quiet, ...]]] = {
    LANDLINE: (Quiet(time(21), time(7)),),
    **{name: rules.quiet for name, rules in RULES.items() if rules.quiet},
}


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one pace allows now: units (segments or calls) for pages, and for everything else."""

    pages: float
    others: float


TOO_FAR_S: Final = 60.0
TOO_FAR: Final = 20.0
"""A pace that is used up for longer than this, or for more units than this, was so by a clock that was ahead."""
UNLIMITED: Final = float("inf")


def allowance(next_at: datetime | None, rate: float, at: datetime, held_until_at: datetime | None = None) -> Allowance:
    """What may be claimed at `at` from a pace that is used up until `next_at`, at `rate` units a second (0: any).

    Ordinary messages wait until `next_at`, then get two seconds' worth. Pages may borrow ahead of it, and do not
    wait where a refusal made the carrier hold up everything else (`held_until_at`): each has its own back-off.
    """
    is_held = held_until_at is not None and held_until_at > at
    if not rate:
        return Allowance(UNLIMITED, 0.0 if is_held else UNLIMITED)
    ahead_s = max((next_at - at).total_seconds(), 0.0) if next_at else 0.0
    if ahead_s > max(TOO_FAR_S, TOO_FAR / rate):
        ahead_s = 0.0  # no claim goes that far ahead: a clock that was wrong did, and nothing may wait for it
    pages = max((PAGES_S - ahead_s) * rate, 0.0)
    others = 0.0 if is_held or ahead_s > 0 else CLAIM_S * rate
    return Allowance(pages, others)


def moved_on(next_at: datetime | None, rate: float, used: float, at: datetime) -> datetime:
    """Where `next_at` stands after `used` units were claimed at `at`. Idle time is not saved up."""
    start_at = max(next_at, at) if next_at else at
    return start_at + timedelta(seconds=used / rate) if rate else start_at


def shared_rate(rates: list[float]) -> float:
    """The rate of a sender that several classes use: the lowest; 0 (not limited) only if all are."""
    return min((rate for rate in rates if rate), default=0.0)


def backoff(message_urgency: int, attempts: int, asked_s: float) -> timedelta:
    """How long a refused message waits before attempt `attempts` + 1; `asked_s` is what the carrier asked for.

    Pages are tried again within seconds whatever the carrier asks: somebody is stuck in a lift.
    """
    if message_urgency <= LAST_PAGE_URGENCY:
        return timedelta(seconds=min(max(2.0 * attempts, min(asked_s, 5.0), 1.0), 10.0))
    return timedelta(seconds=max(min(5.0 * 3 ** max(attempts - 1, 0), 900.0), asked_s))


def ask_at(message_class: MessageClass, way: Way, ring_s: int, accepted_at: datetime, asked: int) -> datetime:
    """When a message accepted at `accepted_at` is asked about, having been asked about `asked` times.

    Who waits for an emergency or a page waits for a minute (a call: as long as it rings more).
    """
    after_s = ASK_AFTER_S[min(asked, len(ASK_AFTER_S) - 1)]
    if asked == 0 and message_class in DOUBT_AFTER:
        after_s = ASK_URGENT_S
    return accepted_at + timedelta(seconds=after_s + (ring_s if way is Way.CALL else 0))


def is_silent_for_good(accepted_at: datetime, asked: int, at: datetime) -> bool:
    """Silent for a day, and asked for twice: nobody will ever tell us."""
    return asked >= ASKED_ENOUGH and at >= accepted_at + timedelta(seconds=ASK_AFTER_S[-1])


def valid_until(message_class: MessageClass, due_at: datetime) -> datetime:
    """Until when a message of this class makes sense if it should go at `due_at`."""
    return due_at + VALID_FOR[message_class]


def carrier_valid_s(valid_until_at: datetime | None, at: datetime) -> int | None:
    """The validity to ask of the carrier, 1 to 36000 seconds; None where there is no limit."""
    if valid_until_at is None:
        return None
    least, most = CARRIER_VALID_S
    return max(least, min(most, int((valid_until_at - at).total_seconds())))


@lru_cache(maxsize=64)  # the rows of one claim ask about the same moment, and many zones take milliseconds
def quiet_until(message_class: str, at: datetime, zones: tuple[str, ...]) -> datetime | None:
    """When to look again, if the quiet hours of any of the recipient's `zones` hold at `at`; None if it may go.

    `message_class` is a class, or `LANDLINE`.

    Where a number may be in several zones, it waits for the first moment of the next 24 hours at which it is nobody's
    quiet hour; where there is none (the Americas and Guam have one code), for the first at which it is so at the
    fewest clock times.
    """
    clocks = {at.astimezone(ZoneInfo(zone)).utcoffset(): zone for zone in zones}.values()

    def disturbed(moment: datetime) -> int:
        return sum(_quiet_in(message_class, moment, zone) is not None for zone in clocks)

    if not disturbed(at):
        return None
    best = min([at, *_ends_of_quiet(message_class, at, clocks)], key=disturbed)
    return None if best == at else best


def _ends_of_quiet(message_class: str, at: datetime, zones: Iterable[str]) -> list[datetime]:
    """When quiet hours end in any of these zones within a day, the soonest first: only then can it get better."""
    ends = set()
    for zone in zones:
        here = at.astimezone(ZoneInfo(zone))
        for quiet in _quiet_hours(message_class, zone):
            for day in (here.date(), here.date() + timedelta(days=1)):
                ends.add(datetime.combine(day, quiet.ends, here.tzinfo).astimezone(at.tzinfo))
    return sorted(end for end in ends if at < end <= at + timedelta(days=1))


def _quiet_in(message_class: str, at: datetime, zone: str) -> datetime | None:
    here = at.astimezone(ZoneInfo(zone))
    for quiet in _quiet_hours(message_class, zone):
        now = here.time()
        over_midnight = quiet.starts > quiet.ends
        if over_midnight and not (now >= quiet.starts or now < quiet.ends):
            continue
        if not over_midnight and not quiet.starts <= now < quiet.ends:
            continue
        day = here.date() + timedelta(days=int(over_midnight and now >= quiet.starts))
        return datetime.combine(day, quiet.ends, here.tzinfo).astimezone(at.tzinfo)
    return None


def _quiet_hours(message_class: str, zone: str) -> tuple[Quiet, ...]:
    return QUIET.get(message_class, ()) + QUIET_IN_ZONE.get((message_class, zone), ())
