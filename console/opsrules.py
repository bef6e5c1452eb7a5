"""From when on an operator is told that something is wrong. Pure."""

from datetime import timedelta
from enum import StrEnum


class Tone(StrEnum):
    """How something is: well, worth a look, wrong; or only told."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    TOLD = "told"


HINT_LATE = {"urgent": timedelta(seconds=30), "normal": timedelta(minutes=5), "bulk": timedelta(minutes=30)}
"""A hint that waits longer in its lane says that nobody, or too few, work it."""
MESSAGE_LATE = {"urgent": timedelta(minutes=1), "normal": timedelta(minutes=15), "bulk": timedelta(hours=2)}
"""A message that may go and has waited longer; greetings wait for the pace of their sender, and longer."""
UNSETTLED_LATE = timedelta(minutes=5)
"""Whether it went should be known of a message so long after somebody was to look."""
HAND_SILENT = timedelta(seconds=90)
"""A process shows life every few seconds; one at work at least twice a minute."""
BACKUP_OLD = timedelta(hours=26)
"""A night's backup may take, and begin, an hour later than the one before."""
LEAST_FREE = 0.10
LAST_FREE = 0.03
LAST_BYTES = 1_000_000_000


def of_hints(lane: str, age: timedelta | None) -> Tone:
    """A lane by the age of its oldest hint; None: nothing waits."""
    return Tone.BAD if age is not None and age > HINT_LATE[lane] else Tone.OK


def of_hands(ages: list[timedelta | None]) -> Tone:
    """A lane by how long its processes have been silent: none that lives is wrong, a silent one worth a look."""
    silent = [age is None or age > HAND_SILENT for age in ages]
    if all(silent):
        return Tone.BAD
    return Tone.WARN if any(silent) else Tone.OK


def of_messages(lane: str, age: timedelta, *, is_settled: bool) -> Tone:
    """Messages that wait, by the age of the oldest: nobody may be woken late, whoever is greeted may."""
    if not is_settled:
        return Tone.BAD if age > UNSETTLED_LATE else Tone.WARN
    if age <= MESSAGE_LATE[lane]:
        return Tone.OK
    return Tone.BAD if lane == "urgent" else Tone.WARN


def of_beat(age: timedelta | None, most: timedelta) -> Tone:
    """A standing process by the age of its last sign of life; None: it never gave one."""
    return Tone.OK if age is not None and age < most else Tone.BAD


def of_failures(count: int) -> Tone:
    """Failed jobs: any is worth a look."""
    return Tone.WARN if count else Tone.OK


def of_carrier(failures: int, *, is_left_alone: bool) -> Tone:
    """A carrier by its failures in a row."""
    if is_left_alone:
        return Tone.BAD
    return Tone.WARN if failures else Tone.OK


def of_backup(age: timedelta | None) -> Tone:
    """The last backup; None: none is known, it may be made by other means."""
    return Tone.OK if age is not None and age <= BACKUP_OLD else Tone.WARN


def of_disk(free: int, total: int) -> Tone:
    """A disk by what is free on it, in bytes."""
    if free < LAST_BYTES or free < total * LAST_FREE:
        return Tone.BAD
    return Tone.WARN if free < total * LEAST_FREE else Tone.OK


def worst(tones: list[Tone]) -> Tone:
    """The loudest of several."""
    return max(tones, key=(Tone.TOLD, Tone.OK, Tone.WARN, Tone.BAD).index, default=Tone.OK)
