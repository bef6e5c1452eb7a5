"""A file of ladders: its shape, what a ladder must keep whatever is written there, and the line of every fault."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from base.rulefile import Problem
from messages.lifecycle import Way
from oncall.ladder import AT_ONCE, QUIET, REFUSED, RINGS, Again, Hold, Ladder, Ladders, Missed, Post, Rung
from tickets.clocktable import Table, table_of_the_house
from tickets.lifecycle import Kind, Level
from tickets.triage import CATEGORIES, wakes

ON_DUTY, EVERYBODY, VENDOR = "on_duty", "everybody", "vendor"
POSTS = {ON_DUTY: Post.FIRST} | {post.value: post for post in Post if post is not Post.FIRST}
LONGEST_S = 6 * 3600
Place = tuple[str | int, ...]
_WHO = f"^({'|'.join(POSTS)}|{EVERYBODY}|{VENDOR})$"
_CLOCK = "^([01][0-9]|2[0-3]):[0-5][0-9]$"

Who = Annotated[str, Field(pattern=_WHO)]
Seconds = Annotated[int, Field(ge=30, le=LONGEST_S)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Rung(_Strict):
    who: list[Who] = Field(min_length=1)
    wait_s: Seconds | None = None
    ways: list[Way] = Field(list(RINGS), min_length=1)
    alarms: bool = False
    parallel: int | None = Field(None, ge=1, le=20)


class _Repeat(_Strict):
    who: list[Who] = Field(min_length=1)
    every_s: Seconds


class _Retry(_Strict):
    again_s: int = Field(ge=15, le=600)
    times: int = Field(ge=1, le=5)


class _Taken(_Strict):
    remind_s: int = Field(ge=120, le=24 * 3600)
    release_s: int = Field(ge=120, le=3600)


class _Ladder(_Strict):
    rungs: list[_Rung] = Field(min_length=1, max_length=20)
    again: _Repeat | None = None
    retry: dict[Missed, _Retry] = {}
    taken: _Taken | None = None


class _Whole(_Ladder):
    night: _Ladder | None = None


class _Night(_Strict):
    starts: str = Field(alias="from", pattern=_CLOCK)
    until: str = Field(pattern=_CLOCK)


class _File(_Strict):
    night: _Night
    ladders: dict[str, _Whole]


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says, or what is wrong with it."""

    ladders: Ladders | None
    problems: tuple[Problem, ...] = ()

    @classmethod
    def refused(cls, path: str, faults: Iterable[tuple[int, str, str]]) -> Self:
        """Nothing of a file with a fault counts."""
        return cls(None, tuple(Problem(path, *fault) for fault in faults))


def read_file(path: Path, table: Table | None = None) -> Read:
    """The ladders of a file, or every problem of it with its line. Never raises for what stands in it.

    What wakes nobody is climbed from a moment before what was promised, which the `table` of the clocks says.
    """
    try:
        text = path.read_text("utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or type(error).__name__
        return Read.refused(str(path), [(mark.line + 1 if mark else 1, f"不是 YAML：{why}", f"not YAML: {why}")])
    except (OSError, UnicodeDecodeError, RecursionError, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        return Read.refused(str(path), [(1, f"读不了：{why}", f"cannot be read: {why}")])
    lines = dict(_lines(root, ())) if root is not None else {}
    try:
        read = _File.model_validate(data)
    except ValidationError as error:
        faults: Iterable[tuple[Place, str, str]] = [_fault(one) for one in error.errors()]
    else:
        faults = list(_misses(read))
    if faults:
        return Read.refused(str(path), sorted((_line(place, lines), zh, en) for place, zh, en in faults))
    return Read(_as_ladders(read, table or table_of_the_house()))


def _lines(node: yaml.Node, place: Place, above: tuple[yaml.Node, ...] = ()) -> Iterator[tuple[Place, int]]:
    yield place, node.start_mark.line + 1
    if node in above:
        return
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*place, str(key.value))
            yield from _lines(value, here, (*above, node))
            yield here, key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, (*place, index), (*above, node))


def _line(place: Place, lines: dict[Place, int]) -> int:
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _fault(error: Any) -> tuple[Place, str, str]:
    place = tuple(str(part) if not isinstance(part, int) else part for part in error["loc"] if part != "[key]")
    name = ".".join(str(part) for part in place)
    return place, f"{name} 不合要求（{error['msg']}）", f"{name}: {error['msg']}"


def _misses(read: _File) -> Iterator[tuple[Place, str, str]]:
    """What must hold of every file, beyond its shape."""
    for name in (*(level.value for level in Level), REFUSED):
        if name not in read.ladders:
            yield ("ladders",), f"缺少阶梯 {name}", f"there is no ladder {name}"
    for name, ladder in read.ladders.items():
        place: Place = ("ladders", name)
        level, _, of = name.partition(".")
        is_level = level in set(Level)
        if (name != REFUSED and not is_level) or (of and of not in CATEGORIES and of not in set(Kind)):
            yield place, f"没有这样的级别、类别或类型：{name}", f"there is no such level, category or kind: {name}"
            continue
        is_loud = not is_level or wakes(Level(level))
        yield from _misses_of(ladder, place, level, is_loud=is_loud)
        if ladder.night is not None and is_loud:
            yield from _misses_of(ladder.night, (*place, "night"), level, is_loud=True)
        elif ladder.night is not None:
            yield (
                (*place, "night"),
                f"{name} 夜里不呼叫，没有夜间阶梯",
                f"{name} wakes nobody: it has no ladder at night",
            )


def _misses_of(ladder: _Ladder, place: Place, level: str, *, is_loud: bool) -> Iterator[tuple[Place, str, str]]:
    last = len(ladder.rungs) - 1
    for index, rung in enumerate(ladder.rungs):
        here = (*place, "rungs", index)
        if (rung.wait_s is None) != (index == last):
            yield here, "除最后一级外，每级都要写 wait_s", "each rung but the last needs wait_s"
        if is_loud and Way.CALL not in rung.ways:
            yield here, "会叫醒人的级别必须打电话", "a ladder that wakes people calls on every rung"
        if not is_loud and (tuple(rung.ways) != QUIET or rung.alarms or {EVERYBODY, VENDOR} & set(rung.who)):
            yield (
                here,
                "不叫醒人的级别只发短信，不报警，不叫所有人和外单位",
                "here only texts, no alarm, no firm, not everybody",
            )
    if not is_loud:
        if ladder.again is not None or ladder.retry or ladder.taken is not None:
            yield (
                place,
                "不叫醒人的级别没有 again、retry、taken",
                "a ladder that wakes nobody has no again, retry or taken",
            )
        return
    if not set(ladder.rungs[last].who) - {VENDOR} or (ladder.again and VENDOR in ladder.again.who):
        yield (*place, "rungs", last), "最后一级和 again 要呼叫自己人", "the last rung and again are for people of ours"
    if ladder.again is None:
        yield place, "必须写 again：没人接就一直呼叫", "again is missing: it goes on until somebody takes it"
    elif level != REFUSED and EVERYBODY not in ladder.again.who:
        yield (*place, "again"), "again 必须呼叫所有人", "again must page everybody"
    if not ladder.rungs[last].alarms:
        yield (*place, "rungs", last), "最后一级必须报警（alarms: true）", "the last rung must turn the desk red"
    if level == Level.P0:
        yield from _misses_where_life_is_in_danger(ladder.rungs[0], (*place, "rungs", 0))


def _misses_where_life_is_in_danger(rung: _Rung, place: Place) -> Iterator[tuple[Place, str, str]]:
    named = AT_ONCE if EVERYBODY in rung.who else len(set(rung.who) - {VENDOR})
    if min(named, rung.parallel or named) < AT_ONCE:
        yield place, "P0 第一级至少同时呼叫两人", "where life is in danger the first rung pages at least two at once"


def _as_ladders(read: _File, table: Table) -> Ladders:
    usual = {name: _as_ladder(ladder, name, table) for name, ladder in read.ladders.items()}
    nightly = {
        name: _as_ladder(each.night, name, table) for name, each in read.ladders.items() if each.night is not None
    }
    return Ladders(usual, nightly, time.fromisoformat(read.night.starts), time.fromisoformat(read.night.until))


def _as_ladder(read: _Ladder, name: str, table: Table) -> Ladder:
    level = name.partition(".")[0]
    after_s = 0 if level == REFUSED else -int(table[Level(level)].told_s or 0)
    rungs = []
    for rung in read.rungs:
        rungs.append(Rung(
            after_s, _posts(rung.who), everybody=EVERYBODY in rung.who, alarms=rung.alarms,
            ways=tuple(way for way in RINGS if way in rung.ways), parallel=rung.parallel, vendor=VENDOR in rung.who,
        ))  # fmt: skip
        after_s += rung.wait_s or 0
    return Ladder(
        tuple(rungs),
        read.again.every_s if read.again else None,
        () if read.again is None or EVERYBODY in read.again.who else _posts(read.again.who),
        {missed: Again(each.again_s, each.times) for missed, each in read.retry.items()},
        Hold(read.taken.remind_s, read.taken.release_s) if read.taken else None,
    )


def _posts(who: Iterable[str]) -> tuple[Post, ...]:
    return tuple(POSTS[name] for name in who if name in POSTS)
