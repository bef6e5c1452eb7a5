"""`flask workdays …`: the make-up days of a year, and days on which nobody is greeted."""

from datetime import date
from pathlib import Path

import click

from base.clock import local, now
from base.database import reading, transaction
from base.wiring import settings
from directory.sheet import sheets_of
from outreach.actions import days
from outreach.daysheet import KINDS, DayRow, read_days, read_kind
from tickets.actions import workdays as calendar_of
from tickets.workdays import DayKind

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN = 50
_CALLED = {kind: f"{zh} {kind}" for zh, kind in KINDS.items()}


@click.group("workdays")
def workdays() -> None:
    """Days off, make-up working days, days of mourning. / 节假日与调休"""


@workdays.command("import")
@click.argument("file", type=_FILE)
def import_file(file: Path) -> None:
    """Import days from FILE (.xlsx or .csv: 日期 类型 名称; 类型: 休 班 哀悼); all rows or none. / 导入调休表"""
    with sheets_of(file) as sheets:
        rows, complaints = read_days(next(sheets).rows)
    if complaints:
        more = [f"… {len(complaints) - _SHOWN} more"] if len(complaints) > _SHOWN else []
        said = ["没有导入任何一行 / nothing was stored:", *complaints[:_SHOWN], *more]
        raise click.ClickException("\n".join(said))
    with transaction() as session:
        new = days.write_days(session, rows)
    click.echo(f"{len(rows)} 行 / rows: 新增或变更 new or changed {new}")


@workdays.command("mark")
@click.argument("day", metavar="DATE")
@click.argument("kind", metavar="KIND")
@click.argument("name", default="")
def mark(day: str, kind: str, name: str) -> None:
    """Say what DATE is: 休/off, 班/work, 哀悼/mourning, or none to take it back. / 标注某一天"""
    on, what = _day(day), read_kind(kind)
    if what is None and kind != "none":
        raise click.UsageError(f"没有类型 {kind} / no such kind; {'、'.join(_CALLED.values())}、none")
    with transaction() as session:
        if what is None:
            days.forget_day(session, on)
        else:
            days.write_days(session, [DayRow(on, what, name)])
    click.echo(f"{on}  {_CALLED[what] if what else '照日历 as the calendar says'}")


@workdays.command("list")
@click.argument("year", type=int, required=False)
def list_days(year: int | None) -> None:
    """List what is moved in YEAR (this one if left out); exit 1 if nobody knows it yet. / 列出调休"""
    year = year or local(now(), settings().timezone).year
    with reading() as session:
        calendar = calendar_of(session)
        mourned = [one for one in days.days_of(session, year) if one.kind is DayKind.MOURNING]
    for day in calendar.moved(year):
        kind = DayKind.OFF if day.is_off else DayKind.WORK
        click.echo(f"  {day.day} {'一二三四五六日'[day.day.weekday()]} {_CALLED[kind]}  {_both(day.zh, day.en)}")
    for one in mourned:
        click.echo(f"  {one.day} {'一二三四五六日'[one.day.weekday()]} {_CALLED[one.kind]}  {one.name}")
    if calendar.is_provisional(year):
        raise click.ClickException(
            f"{year} 年的调休还没有公布，以上只按法定节日推算；公布后请导入 / "
            f"the make-up days of {year} are not known yet: this goes by the law alone; import them once they are out"
        )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"{text} 不是日期，请写成 2027-02-06 / {text} is no date, like 2027-02-06") from None


def _both(zh: str, en: str) -> str:
    return zh if zh == en else f"{zh} {en}"


commands = [workdays]
