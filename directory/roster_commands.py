"""`flask roster …`: the list of residents, brought in by an operator."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from base import clock
from base.database import database, transaction
from base.errors import HuiyinError
from base.log import mask
from base.wiring import settings
from directory import rosterbook, rosterruns
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.importing import Bar, Report, Wish, import_roster
from directory.roster import Rules
from directory.rosterbook import LONGEST_NAME
from directory.rosterruns import in_short, rules_of
from directory.template import write_template

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN = 1000


@click.group("roster")
def roster() -> None:
    """The list of residents. / 业主名册"""


@roster.command("import")
@click.argument("file", type=_FILE)
@click.option("--dry-run", is_flag=True, help="Say what would happen, store nothing. / 只试算，不写入")
@click.option("--end-missing", is_flag=True, help="End contacts the file no longer has. / 结束名册中已消失的联系关系")
@click.option("--area-code", default="", help="For projects without one, like 021. / 没有区号的项目所用区号")
@click.option("--progress/--no-progress", default=None, help="Show a bar, as on a terminal. / 显示进度条")
def import_file(file: Path, dry_run: bool, end_missing: bool, area_code: str, progress: bool | None) -> None:
    """Import FILE (.xlsx or .csv); bad rows go to FILE.errors.csv. / 导入名册"""
    shown = sys.stderr.isatty() if progress is None else progress

    def bar(items: Iterable[Any], words: str, total: int) -> Iterable[Any]:
        return tqdm(items, desc=words, total=total, file=sys.stderr, disable=not shown)

    wish = Wish(dry_run, end_missing, area_code=area_code)
    known = rules_of(settings(), area_code)
    try:
        report = _import(file, known, wish, bar)
    except HuiyinError as error:
        raise click.ClickException(error.message) from None
    _tell(report, wish)
    if report.refused:
        raise click.ClickException(
            f"{report.refused} 行未导入，详见 / {report.refused} rows were refused, see {report.errors_path}"
        )


def _import(file: Path, known: Rules, wish: Wish, bar: Bar[Any]) -> Report:
    """What is written stands in the book of imports and in the audit log; what is tried out does not."""
    if wish.is_dry_run:
        return import_roster(database(), file, known, wish, at=clock.now(), bar=bar)
    at = clock.now()
    with transaction() as session:
        name = file.name[:LONGEST_NAME]
        taken = rosterbook.begin_by_command(session, file_name=name, size=file.stat().st_size, at=at)
    with rosterruns.ends_in_the_book(database(), taken):
        report = rosterruns.run(database(), taken, file, known, wish, at=at, bar=bar)
    with transaction() as session:
        rosterbook.finish(session, taken, rosterruns.counts_of(report), (), "", at=clock.now())
        about = f"roster:{taken.id}"
        write_down(session, staff_id=None, what=AuditWhat.ROSTER, about=about, reason=in_short(report), at=clock.now())
    return report


@roster.command("template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def template(file: Path) -> None:
    """Write an empty sheet with the columns, an example and drop-downs. / 生成名册模板"""
    if file.suffix.lower() != ".xlsx":
        raise click.UsageError("the template is an .xlsx file / 模板是 .xlsx 文件")
    write_template(file)
    click.echo(f"已生成模板 / template written: {file}")


def _tell(report: Report, wish: Wish) -> None:
    if wish.is_dry_run:
        click.echo("试算，未写入 / dry run, nothing was stored")
    if report.unknown:
        click.echo(f"忽略的列 / columns ignored: {', '.join(report.unknown)}")
    click.echo(in_short(report))
    if report.consents:
        click.echo(f"节日祝福意愿 / greeting wishes written down: {report.consents}")
    if report.unsafe_projects:
        click.echo("有些行看不出是哪一户，所在项目不判断消失 / some rows name no home; their project is not compared")
    for contact in report.vanished[:_SHOWN]:
        click.echo(f"  名册中已没有 / vanished: {contact.place} {contact.name} {contact.role} {mask(contact.number)}")
    if report.vanished:
        what = f"已结束 ended {report.ended}" if report.ended else "未结束，可加 / not ended, add --end-missing"
        click.echo(f"消失 / vanished: {len(report.vanished)}（{what}）")


commands = [roster]
