"""`flask rota …`: the operator's hand on who is on duty when."""

from pathlib import Path

import click

from base import clock
from base.database import reading, transaction
from base.errors import HuiyinError
from base.wiring import settings
from directory.actions import projects
from directory.sheet import sheets_of
from oncall.actions import shifts
from oncall.actions.duty import coming_gaps
from oncall.rotasheet import Complaint, ShiftRow, read_shifts

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


commands = [rota]
