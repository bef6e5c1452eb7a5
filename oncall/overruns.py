"""Who is told that a deadline is near, and who, the longer it is overrun the higher, that it has passed. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from base.rulefile import Written, read_list, text_of
from oncall.ladder import Post
from tickets.clocks import Clock, hours_of
from tickets.clocktable import Table
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
    clock: Clock, level: Level, kind: Kind, hours: Hours, *, at: datetime, rules: Sequence[Rule] | None = None,
    table: Table | None = None,
) -> list[Step]:  # fmt: skip
    """What is to be said of a clock, as it stands at `at`, at a desk with these hours; the soonest first.

    Of a clock that is met or stands nothing is. A warning is none any more once it has run out.
    """
    if clock.due_at is None or clock.met_at is not None:
        return []
    rule, end_at = rule_for(clock.name, level, kind, rules), clock.due_at
    own = hours_of(level, clock.name, hours, table)
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
    written = read_list(text, name)
    rules = [_rule(each) for each in written]
    if rules[-1].clock or rules[-1].level or rules[-1].kind:
        raise written[-1].wrong("", "最后一条要适用于所有时限", "the last rule must fit every clock")
    return rules


@cache
def rules_of_the_house(own: str = "") -> list[Rule]:
    """The rules of the file `own`, or of the release where it is empty. Raises as `read_rules` does."""
    return read_rules(text_of(own, RULES), own or RULES.name)


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


def _rule(written: Written) -> Rule:
    written.only({*_ALLOWED, "warn", "over"})
    words = {key: written.words(key, allowed) for key, allowed in _ALLOWED.items()}
    return Rule(**words, warn=written.number("warn", 0, MOST_MINUTES, unsaid=0), over=_over(written))


def _over(written: Written) -> tuple[tuple[int, Post], ...]:
    steps = written.values.get("over", {})
    if not isinstance(steps, Mapping):
        raise written.wrong("over", "over 要写成 {百分比: 岗位}", "write over as {percent: post}")
    for percent, post in steps.items():
        if isinstance(percent, bool) or not isinstance(percent, int) or not 0 <= percent <= MOST_PERCENT:
            raise written.wrong(
                "over", f"超时百分比“{percent}”要是 0 到 {MOST_PERCENT} 的整数",
                f"{percent!r} is no whole percent from 0 to {MOST_PERCENT}",
            )  # fmt: skip
        if not isinstance(post, str) or post not in set(Post):
            known = ", ".join(sorted(set(Post)))
            raise written.wrong("over", f"没有岗位“{post}”", f"there is no post {post!r}; known: {known}")
    return tuple(sorted((percent, Post(post)) for percent, post in steps.items()))
