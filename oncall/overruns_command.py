"""`flask overruns …`: is the table of who is told of what is overrun well written, and what does it say."""

import click

from base.rulefile import text_of
from base.wiring import settings
from oncall.overruns import RULES, read_rules, rule_for
from tickets.actions import clock_table
from tickets.lifecycle import Kind


@click.group("overruns")
def overruns() -> None:
    """Who is told of what is overrun. / 超时督办"""


@overruns.command("check")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False), default=None)
def check(file: str | None) -> None:
    """What FILE (the table in force if none is named) says of each level and clock. / 检查超时升级表"""
    own = file or settings().overruns_file
    rules = read_rules(text_of(own, RULES), own or RULES.name)
    for level, row in clock_table().items():
        for clock in row.allowed_s:
            rule = rule_for(clock, level, Kind.COMPLAINT if level.value.startswith("C") else Kind.REPAIR, rules)
            steps = [f"-{rule.warn:g} min"] if rule.warn else []
            steps += [f"+{percent}% {post.value}" for percent, post in rule.over]
            click.echo(f"{level.value}  {clock.value:<12} {', '.join(steps) or '—'}")


commands = [overruns]
