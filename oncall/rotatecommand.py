"""`flask rota rotate`: shifts of people who follow one another, shown first, written when asked."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import click

from base import clock
from base.database import reading, transaction
from base.wiring import settings
from oncall.actions import shifts
from oncall.actions.leave import leave_between
from oncall.ladder import Post
from oncall.rota import Turn
from oncall.rotasheet import LONGEST, POSTS, Known, ShiftRow
from oncall.rotation import EVERY_DAY, Leave, Rotation, turns

_HOURS = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")
_DAY = click.DateTime(formats=["%Y-%m-%d"])
_SHOWN = 100


@click.command("rotate")
@click.argument("project")
@click.argument("post")
@click.argument("people", nargs=-1, required=True)
@click.option("--begins", type=_DAY, required=True, help="The first day; turns are counted from it. / 从哪天开始轮")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 366), help="For how long. / 排多少天")
@click.option("--days-each", default=1, show_default=True, type=click.IntRange(1, 366), help="Days each. / 每人几天")
@click.option("--hours", default="08:00-20:00", show_default=True, help="08:00-08:00 is a whole day. / 每天的起止时间")
@click.option("--on", default="", help="Days of the week, 1 is Monday: 1,2,3,4,5. / 只排星期几")
@click.option("--away", type=(str, _DAY, _DAY), multiple=True, help="WHO FROM UNTIL: on leave. / 休假的人和起止日期")
@click.option("--write", is_flag=True, help="Store them; without, they are only shown. / 写入，否则只预览")
def rotate(
    project: str, post: str, people: tuple[str, ...], begins: datetime, days: int, days_each: int, hours: str,
    on: str, away: tuple[tuple[str, datetime, datetime], ...], write: bool,
) -> None:  # fmt: skip
    """Have PEOPLE hold POST of PROJECT one after the other. Leave makes holes, which are named. / 按轮换排班"""
    with reading() as session:
        known = shifts.known(session, zone=settings().timezone)
    project_id = known.projects.get(project)
    if project_id is None:
        raise click.ClickException(f"没有这个项目“{project}” / no such project {project!r}")
    leave = [_leave(known, *one) for one in away]
    starts, ends = _hours(hours)
    staff_ids = tuple(_staff(known, name) for name in people)
    rotation = Rotation(_post(post), staff_ids, begins.date(), days_each, starts, ends, _weekdays(on))
    with reading() as session:
        first_at = begins.replace(tzinfo=ZoneInfo(known.zone))
        written = leave_between(session, first_at, first_at + timedelta(days=days + 1), of=staff_ids)
    held, holes = turns(rotation, days, zone=known.zone, leave=leave, away=written)
    if any(turn.ends_at - turn.starts_at > LONGEST for turn in held):
        raise click.ClickException(
            f"一班最长 {LONGEST.days} 天，请减少 --days-each / "
            f"a shift has {LONGEST.days} days at most: lower --days-each"
        )
    names = dict(zip(staff_ids, people, strict=True))
    _show(held, names, known.zone)
    if holes:
        click.echo("休假，没有人 / on leave, nobody:")
        _show(holes, names, known.zone)
    if not write:
        click.echo("这是预览；加 --write 写入 / only shown: add --write to store them")
        return
    rows = [ShiftRow(project_id, turn.post, turn.staff_id, turn.starts_at, turn.ends_at) for turn in held]
    with transaction() as session:
        done = shifts.write(session, rows)
    click.echo(f"新增 new {done.new}, 变更 changed {done.changed}, 未变 unchanged {done.unchanged}")


def _show(some: Sequence[Turn], names: Mapping[int, str], zone: str) -> None:
    for turn in some[:_SHOWN]:
        starts, ends = (clock.local(moment, zone) for moment in (turn.starts_at, turn.ends_at))
        click.echo(f"  {names[turn.staff_id]}  {starts:%m-%d %H:%M} – {ends:%m-%d %H:%M}")
    if len(some) > _SHOWN:
        click.echo(f"  … {len(some) - _SHOWN} more")


def _staff(known: Known, name: str) -> int:
    if (staff_id := known.staff.get(name)) is None:
        raise click.ClickException(
            f"没有这个员工“{name}”，写登录名、手机号或没有重名的姓名 / "
            f"no such member of staff {name!r}: write a log-in, a number, or a name only one person has"
        )
    return staff_id


def _post(word: str) -> Post:
    post = POSTS.get(word) or next((post for post in Post if post == word.casefold()), None)
    if post is None:
        raise click.ClickException(f"没有这个岗位“{word}” / no such post {word!r}; {', '.join([*POSTS, *Post])}")
    return post


def _leave(known: Known, name: str, first: datetime, last: datetime) -> Leave:
    if last < first:
        raise click.ClickException("休假的结束早于开始 / a leave ends before it begins")
    return Leave(_staff(known, name), first.date(), last.date())


def _hours(word: str) -> tuple[time, time]:
    found = _HOURS.fullmatch(word)
    try:
        h, m, until_h, until_m = map(int, found.groups()) if found else (99, 0, 0, 0)
        return time(h, m), time(until_h, until_m)
    except ValueError:
        raise click.ClickException(f"看不懂时间“{word}”，请写 20:00-08:00 / write the hours as 20:00-08:00") from None


def _weekdays(word: str) -> frozenset[int]:
    if not word:
        return EVERY_DAY
    days = word.split(",")
    if not all(day in {"1", "2", "3", "4", "5", "6", "7"} for day in days):
        raise click.ClickException(f"看不懂星期“{word}”，请写 1,2,3,4,5 / write days of the week as 1,2,3,4,5")
    return frozenset(int(day) - 1 for day in days)
