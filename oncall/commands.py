"""`flask rota …`: the operator's hand on who is on duty when."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import click

from base import clock
from base.database import reading, transaction
from base.errors import HuiyinError
from base.wiring import settings
from directory.actions import projects
from directory.commands import staff
from directory.sheet import sheets_of
from oncall.actions import shifts
from oncall.actions.duty import QUARTER, coming_gaps, names_of, outlook
from oncall.departcommand import comes_back
from oncall.departcommand import leave as has_left
from oncall.leavecommand import away, back, leave
from oncall.rota import Gap
from oncall.rotalook import Meeting, Outlook
from oncall.rotasheet import Complaint, ShiftRow, read_shifts
from oncall.rotatecommand import rotate
from oncall.skillscommand import skills

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN = 50


@click.group("rota")
def rota() -> None:
    """Who is on duty when. / 值班表"""


@rota.command("import")
@click.argument("file", type=_FILE)
@click.option("--replace", is_flag=True, help="Remove shifts of the same time that FILE lacks. / 替换同期排班")
def import_file(file: Path, replace: bool) -> None:
    """Import shifts from FILE (.xlsx or .csv: 项目 岗位 员工 开始 结束); all rows or none. / 导入值班表"""
    try:
        read, complaints = _read(file)
        if complaints:
            raise click.ClickException(_told(complaints))
        with transaction() as session:
            done = shifts.write(session, read, replace=replace)
    except HuiyinError as error:
        raise click.ClickException(error.message) from None
    click.echo(f"{len(read)} 行 / rows: 新增 new {done.new}, 变更 changed {done.changed}, 未变 unchanged "
               f"{done.unchanged}, 移除 removed {done.removed}")  # fmt: skip
    _tell_gaps()


@rota.command("gaps")
def gaps() -> None:
    """Say where nobody is first on duty in the coming month; exit 1 if anywhere. / 查找无人值班的时段"""
    if _tell_gaps():
        raise click.exceptions.Exit(1)


@rota.command("check")
@click.option("--days", default=QUARTER.days, show_default=True, type=click.IntRange(1, 366), help="How far. / 天数")
def check(days: int) -> None:
    """Score each project's rota: holes, meetings, loads; exit 1 if there is a hole. / 检查值班表：空班、重叠、负荷"""
    at, zone, holes = clock.now(), settings().timezone, 0
    with reading() as session:
        for project in projects(session):
            seen = outlook(session, project.id, from_at=at, until_at=at + timedelta(days=days), zone=zone)
            names = names_of(session, seen)
            holes += len(seen.gaps)
            click.echo("\n".join(_told_outlook(project.name, seen, names, zone)))
    if holes:
        raise click.exceptions.Exit(1)


def _told_outlook(name: str, seen: Outlook, names: Mapping[int, str], zone: str) -> list[str]:
    def stretch(part: Gap | Meeting) -> str:
        starts, ends = (clock.local(moment, zone) for moment in (part.starts_at, part.ends_at))
        return f"{starts:%m-%d %H:%M} – {ends:%m-%d %H:%M}"

    shares = f"覆盖 covered {seen.coverage:.1%}, 均衡 even {seen.fairness:.0%}, 休息 rested {seen.rest:.0%}"
    return [
        f"{name}  {seen.score}/100  {shares}",
        *(f"  一值没有人 / nobody first on duty: {stretch(gap)}" for gap in seen.gaps[:_SHOWN]),
        *(f"  重叠 / at the same time: {names[each.first.staff_id]} {each.first.post}, {names[each.second.staff_id]} "
          f"{each.second.post}: {stretch(each)}" for each in seen.meetings[:_SHOWN]),
        *(f"  {names[load.staff_id]}  班次 turns {load.turns}, 小时 hours {load.hours:.0f}, "
          f"夜间 nights {load.nights:.0f}, 周末 weekends {load.weekends:.0f}, "
          f"休息不足 short rests {load.short_rests}" for load in seen.loads),
    ]  # fmt: skip


def _read(file: Path) -> tuple[list[ShiftRow], list[Complaint]]:
    with reading() as session:
        known = shifts.known(session, zone=settings().timezone)
    with sheets_of(file) as sheets:
        return read_shifts(next(sheets).rows, known)


def _told(complaints: list[Complaint]) -> str:
    lines = [complaint.words for complaint in complaints[:_SHOWN]]
    more = [f"… {len(complaints) - _SHOWN} more"] if len(complaints) > _SHOWN else []
    return "\n".join(["没有导入任何一行 / nothing was stored:", *lines, *more])


def _tell_gaps() -> int:
    at, zone, found = clock.now(), settings().timezone, 0
    with reading() as session:
        for project in projects(session):
            for gap in coming_gaps(session, project.id, from_at=at, until_at=at + shifts.AHEAD):
                found += 1
                starts, ends = (clock.local(moment, zone) for moment in (gap.starts_at, gap.ends_at))
                click.echo(
                    f"  {project.name} 一值没有人 / nobody first on duty: {starts:%m-%d %H:%M} – {ends:%m-%d %H:%M}"
                )
    if not found:
        click.echo(f"未来 {shifts.AHEAD.days} 天都有人值班 / somebody is on duty for the next {shifts.AHEAD.days} days")
    return found


rota.add_command(rotate)
for command in (skills, has_left, comes_back):
    staff.add_command(command)
for command in (away, leave, back):
    rota.add_command(command)
commands = [rota]
