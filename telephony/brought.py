"""What the carrier brings with a step of a call: a key, a recording, and what we put into the address ourselves."""

import re
from datetime import UTC, datetime
from typing import NamedTuple

from flask import request

from telephony.patience import Patience

_COUNT = re.compile(r"[0-9]{1,3}")
_LENGTH = re.compile(r"[0-9]{1,5}")
_MOMENT = re.compile(r"[0-9]{1,10}")

HASH = "#"
LONGEST_SAID = 300
"""Characters of what somebody said to a menu; the rest says nothing new."""


class Recording(NamedTuple):
    """What was said after a tone; `sid` is empty where the carrier names none, `seconds` 0 where it says none."""

    sid: str
    seconds: int
    is_there: bool


def keys_pressed() -> str:
    """The key, or the keys; empty for silence.

    A hash that ends no digits at all leaves `Digits` as empty as silence does (Twilio, TwiML <Gather>). Which key
    ended them Twilio says beside it, in a field that its pages do not promise; whoever leaves it out has said silence.
    """
    keys = request.form.get("Digits", "")
    return HASH if not keys and request.form.get("FinishedOnKey") == HASH else keys


def words_said() -> str:
    """What the carrier understood of what was said beside keys; empty where nothing was."""
    return request.form.get("SpeechResult", "")[:LONGEST_SAID].strip()


def count_of(name: str, *, first: int = 0, most: int) -> int:
    """A count that stands in the address; `first` where it does not, `most` where it is not one of ours."""
    said = request.args.get(name, str(first))
    return int(said) if _COUNT.fullmatch(said) else most


def moment_of(name: str, *, at: datetime) -> datetime:
    """A moment that stands in the address, in seconds since 1970, and is not later than `at`; `at` where it does not
    (the address of an earlier release), 1970 where it is not one of ours.
    """
    said = request.args.get(name)
    if said is None:
        return at
    return min(at, datetime.fromtimestamp(int(said) if _MOMENT.fullmatch(said) else 0, UTC))


def patience(most: int) -> Patience:
    """The two counts that stand in the address, of which either ends the question at `most`."""
    return Patience(count_of("s", most=most), count_of("w", most=most))


def recording() -> Recording:
    """The recording of this step, as far as the carrier speaks of one."""
    sid, length = request.form.get("RecordingSid", "")[:40], request.form.get("RecordingDuration", "")
    seconds = int(length) if _LENGTH.fullmatch(length) else 0
    return Recording(sid, seconds, bool(sid or request.form.get("RecordingUrl")))
