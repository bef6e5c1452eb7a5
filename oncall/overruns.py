"""Who is told that a deadline is near, and who, the longer it is overrun the higher, that it has passed. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from base.errors import SettingsError
from oncall.ladder import Post
from tickets.clocks import Clock, hours_of
from tickets.hours import Hours
from tickets.lifecycle import Kind, Level
from tickets.running import ClockName

RULES: Final = Path(__file__).with_name("overruns.yaml")
WARN: Final = "warn"
MOST_MINUTES: Final = 7 * 24 * 60
MOST_PERCENT: Final = 1000
_ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "clock": frozenset(ClockName), "level": frozenset(Level), "kind": frozenset(Kind),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """What is said of some clocks; an empty clock, level or kind fits any.

    `warn`: minutes before the end; 0: nothing is said before. `over`: percent of what was allowed, and the post.
    """

    clock: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    warn: float = 0
    over: tuple[tuple[int, Post], ...] = ()

    def fits(self, clock: ClockName, level: Level, kind: Kind) -> bool:
        """Whether it is about such a clock."""
        pairs = ((self.clock, clock), (self.level, level), (self.kind, kind))
        return all(not wanted or given.value in wanted for wanted, given in pairs)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to be said of one clock: a warning to whoever has it (`post` None), or that it is overrun.

    `due_at` is when it is to be said, `end_at` the end of the clock; `began_at` tells its rounds apart.
    """

    clock: ClockName
    began_at: datetime
    word: str
    post: Post | None
    due_at: datetime
    end_at: datetime

    @property
    def key(self) -> str:
        """Its name among all steps of a ticket; no two have the same."""
        return f"{self.clock.value}/{self.began_at:%Y%m%d%H%M%S}/{self.word}"


def rule_for(clock: ClockName, level: Level, kind: Kind, rules: Sequence[Rule] | None = None) -> Rule:
    """The first rule that fits; the last one fits everything."""
    return next(rule for rule in rules or rules_of_the_house() if rule.fits(clock, level, kind))


def steps_of(
    clock: Clock, level: Level, kind: Kind, hours: Hours, *, at: datetime, rules: Sequence[Rule] | None = None
) -> list[Step]:  # fmt: skip
    """What is to be said of a clock, as it stands at `at`, at a desk with these hours; the soonest first.

    Of a clock that is met or stands nothing is. A warning is none any more once it has run out.
    """
    if clock.due_at is None or clock.met_at is not None:
        return []
    rule, own, end_at = rule_for(clock.name, level, kind, rules), hours_of(level, clock.name, hours), clock.due_at
    found = []
    if rule.warn and at < end_at:
        before = timedelta(seconds=min(rule.warn * 60, clock.total_s / 2))
        found.append(Step(clock.name, clock.since_at, WARN, None, own.after(end_at, -before), end_at))
    for percent, post in rule.over:
        due_at = _overrun_at(clock, own, end_at, timedelta(seconds=clock.total_s * percent / 100))
        found.append(Step(clock.name, clock.since_at, f"over-{percent}", post, due_at, end_at))
    return found


def read_rules(text: str, name: str = RULES.name) -> list[Rule]:
    """The rules of a file. Raises `SettingsError`, which says in which line it is wrong and how to write it."""
    try:
        node, found = yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _wrong(name, mark.line + 1 if mark else 1, "不是 YAML", "this is not YAML") from None
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        raise _wrong(name, 1, "要写成一个列表", "the file must be a list of rules")
    rules = [_rule(name, at, written) for at, written in zip(node.value, found, strict=True)]
    if rules[-1].clock or rules[-1].level or rules[-1].kind:
        line = node.value[-1].start_mark.line + 1
        raise _wrong(name, line, "最后一条要适用于所有时限", "the last rule must fit every clock")
    return rules


@cache
def rules_of_the_house() -> list[Rule]:
    """The rules of this installation's file. Raises as `read_rules` does."""
    return read_rules(RULES.read_text(encoding="utf-8"))


def _overrun_at(clock: Clock, own: Hours, end_at: datetime, more: timedelta) -> datetime:
    """When it is overrun by that much `more`, or will be, of the time in which it runs: pauses do not count."""
    last_at = end_at
    for run in clock.ran:
        if run.until_at > end_at:
            from_at = max(run.from_at, end_at)
            here = own.between(from_at, run.until_at)
            if more <= here:
                return own.after(from_at, more)
            more, last_at = more - here, run.until_at
    return own.after(last_at, more)


def _rule(name: str, node: yaml.Node, written: Any) -> Rule:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode) or not isinstance(written, Mapping):
        raise _wrong(name, line, "要写成 名称: 值", "write it as name: value")
    lines = {key.value: key.start_mark.line + 1 for key, _ in node.value}
    known = {*_ALLOWED, "warn", "over"}
    if strange := [key for key in written if key not in known]:
        where = lines.get(str(strange[0]), line)
        raise _wrong(name, where, f"没有“{strange[0]}”这一项", f"there is no {strange[0]!r}; {_listed(known)}")
    words = {key: _words(name, lines[key], key, written[key]) for key in _ALLOWED if key in written}
    warn = written.get("warn", 0)
    if isinstance(warn, bool) or not isinstance(warn, (int, float)) or not 0 <= warn <= MOST_MINUTES:
        raise _wrong(
            name, lines["warn"], f"warn 是提前的分钟数，0 到 {MOST_MINUTES}", f"warn is minutes, 0 to {MOST_MINUTES}"
        )
    return Rule(**words, warn=warn, over=_over(name, lines.get("over", line), written.get("over", {})))


def _words(name: str, line: int, key: str, value: Any) -> tuple[str, ...]:
    words = tuple(value) if isinstance(value, list) else (value,)
    if not words:
        raise _wrong(name, line, f"{key} 不能是空的", f"{key} is empty: leave it out to fit any")
    if bad := [word for word in words if not isinstance(word, str) or word not in _ALLOWED[key]]:
        raise _wrong(name, line, f"{key} 里没有“{bad[0]}”", f"{key} has no {bad[0]!r}; {_listed(_ALLOWED[key])}")
    return words


def _over(name: str, line: int, written: Any) -> tuple[tuple[int, Post], ...]:
    if not isinstance(written, Mapping):
        raise _wrong(name, line, "over 要写成 {百分比: 岗位}", "write over as {percent: post}")
    for percent, post in written.items():
        if isinstance(percent, bool) or not isinstance(percent, int) or not 0 <= percent <= MOST_PERCENT:
            raise _wrong(
                name, line, f"超时百分比“{percent}”要是 0 到 {MOST_PERCENT} 的整数",
                f"{percent!r} is no whole percent from 0 to {MOST_PERCENT}",
            )  # fmt: skip
        if not isinstance(post, str) or post not in set(Post):
            raise _wrong(name, line, f"没有岗位“{post}”", f"there is no post {post!r}; {_listed(set(Post))}")
    return tuple(sorted((percent, Post(post)) for percent, post in written.items()))


def _listed(words: set[Any] | frozenset[Any]) -> str:
    return f"known: {', '.join(sorted(words))}"


def _wrong(name: str, line: int, zh: str, en: str) -> SettingsError:
    return SettingsError(f"{name}:{line}: {zh} / {en}")
