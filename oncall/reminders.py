"""When somebody is asked whether they will be on duty, and what they answer. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from oncall.ladder import Post
from oncall.rota import Turn

RINGING = frozenset({Post.FIRST, Post.SECOND})
"""The posts whose telephones ring at night; the others are held for weeks on end, and nobody asks."""
BEDTIME, MORNING = time(22), time(6)
EVENING = time(21)
"""What would be asked at night is asked the evening before: whoever begins at four wants to sleep until then."""
LONGEST_NIGHT = timedelta(hours=10)
LEAST = timedelta(minutes=10)
"""So long an answer is waited for, however late somebody was put down."""
_SAID = re.compile(
    r"([12])(?:\s*[,，.。:：;；、!！].*|\s+.*|\s*(?:不|可|好|能|来|cannot|can.?t|no|yes|ok).*|)", re.I | re.S
)


@dataclass(frozen=True, slots=True)
class Steps:
    """When they are asked, when once more in another way, and when it becomes an alarm."""

    ask_at: datetime
    again_at: datetime
    alarm_at: datetime


def steps(starts_at: datetime, *, before: timedelta, again: timedelta, zone: str) -> Steps:
    """The steps for a turn: asked `before` it, a second time `again` before it, an alarm at half of that.

    Where the first would fall into the night all of it moves to the evening before.
    """
    ask_at = starts_at - before
    here = ask_at.astimezone(ZoneInfo(zone))
    if here.time() >= BEDTIME or here.time() < MORNING:
        day = here.date() - timedelta(days=here.time() < MORNING)
        ask_at = datetime.combine(day, EVENING, ZoneInfo(zone)).astimezone(starts_at.tzinfo)
    return Steps(ask_at, ask_at + before - again, ask_at + before - again / 2)


def polite_at(at: datetime, *, by_at: datetime, zone: str) -> datetime:
    """When somebody is told what does not wake them: now, at night in the morning, but never later than `by_at`."""
    here = at.astimezone(ZoneInfo(zone))
    if MORNING <= here.time() < BEDTIME:
        return at
    day = here.date() + timedelta(days=here.time() >= BEDTIME)
    return max(at, min(by_at, datetime.combine(day, MORNING, ZoneInfo(zone)).astimezone(at.tzinfo)))


def not_before(planned: Steps, at: datetime) -> Steps:
    """The same for somebody who is asked at `at`, later than planned: each step leaves time for an answer."""
    again_at = max(planned.again_at, at + LEAST)
    return Steps(at, again_at, max(planned.alarm_at, again_at + LEAST))


def to_ask(turns: Iterable[Turn], *, at: datetime, before: timedelta, again: timedelta, zone: str) -> list[Turn]:
    """The turns of one project whose holders are to be asked now: those that begin soon, and begin something new."""
    turns = [turn for turn in turns if turn.post in RINGING]
    goes_on = {(turn.staff_id, turn.ends_at) for turn in turns}
    return [
        turn
        for turn in turns
        if turn.starts_at > at >= steps(turn.starts_at, before=before, again=again, zone=zone).ask_at
        and (turn.staff_id, turn.starts_at) not in goes_on
    ]


def is_held(turns: Collection[Turn], post: Post, staff_id: int, starts_at: datetime) -> bool:
    """Whether they still hold the post when it begins; not where somebody else took it over, or they are away."""
    return any(turn.post is post and turn.staff_id == staff_id and turn.covers(starts_at) for turn in turns)


def answer(text: str) -> str:
    """`1` or `2` as somebody texts it, with a word or without; empty for anything else, `1号楼漏水` for one."""
    said = _SAID.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return said[1] if said else ""
