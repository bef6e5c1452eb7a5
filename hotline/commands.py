"""`flask menu …` and `flask fallback export`: the operator's hand on what callers hear."""

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from base import clock
from base.database import reading, transaction
from base.errors import HuiyinError
from base.wiring import settings
from directory import tokens
from hotline import prompts
from hotline.actions import editions
from hotline.fallback import documents
from hotline.menubook import MENUS, book, read_menu
from hotline.menucheck import check, check_set
from hotline.menudraw import draw
from hotline.menufile import read_file
from hotline.menupaint import above_each_other
from telephony import dark
from telephony.door import voices

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("menu")
def menu() -> None:
    """The spoken menus. / 语音菜单"""


@menu.command("check")
@click.argument("files", nargs=-1, type=_FILE)
def check_menus(files: tuple[Path, ...]) -> None:
    """Every problem of FILES (all installed menus if none is named) with its file and line. / 检查菜单"""
    paths = files or tuple(sorted(MENUS.glob("*.yaml")))
    problems = check(paths, is_held=prompts.holds)
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        sys.exit(1)
    click.echo(f"{len(paths)} 份菜单，没有问题。{len(paths)} menus, no problem.")


@menu.command("draw")
@click.argument("file", type=_FILE)
@click.option(
    "-o", "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The SVG to write. / 输出的 SVG"
)
@click.option(
    "--language", "languages", type=click.Choice(["zh", "en"]), multiple=True, default=("zh", "en"),
    help="The words in the picture; both, one above the other, if none is named. / 图中文字，不写就上下画两种",
)  # fmt: skip
def draw_menu(file: Path, out: Path, languages: tuple[str, ...]) -> None:
    """A picture of the menu in FILE. / 画出菜单"""
    read = read_file(file)
    if read.problems:
        for problem in read.problems:
            click.echo(str(problem), err=True)
        sys.exit(1)
    titles = {name: one.called for name, one in book().every.items()}
    pictures = [draw(read_menu(read.data), language, titles=titles) for language in languages]
    out.write_text(above_each_other(pictures), "utf-8")
    click.echo(str(out))


_BY = click.option("--by", required=True, help="Log-in or name of whoever does it. / 操作人（登录名或姓名）")
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@menu.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export_menus(folder: Path) -> None:
    """Write the menus that new calls hear into FOLDER, to begin a draft with. / 导出现行菜单"""
    with reading() as session:
        files = editions.files_now(session)
    _write(files, folder)


@menu.command("draft")
@click.argument("folder", type=_FOLDER)
@_BY
def draft(folder: Path, by: str) -> None:
    """Keep the menu files of FOLDER as a draft, and say what is wrong with them. / 存为草稿"""
    try:
        files = {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.yaml"))}
        with transaction() as session:
            made = editions.write_draft(session, files, tokens.staff_called(session, by), at=clock.now())
    except (HuiyinError, UnicodeDecodeError) as error:
        click.echo(error.message if isinstance(error, HuiyinError) else str(error), err=True)
        sys.exit(1)
    problems = check_set(files, is_held=prompts.holds)
    for problem in problems:
        click.echo(str(problem), err=True)
    click.echo(f"第 {made.id} 号，{len(problems)} 个问题。Edition {made.id}, {len(problems)} problems.")


@menu.command("publish")
@click.argument("edition", type=int)
@_BY
def publish(edition: int, by: str) -> None:
    """New calls hear EDITION from now on, if it has no problem; calls under way keep theirs. / 发布"""
    _publish(edition, by)


@menu.command("revert")
@click.argument("edition", type=int)
@_BY
def revert(edition: int, by: str) -> None:
    """Publish an older EDITION again; 0 is the menus of the release. / 退回旧版，0 为随系统发布的菜单"""
    with reading() as session:
        known = {one.edition_id for one in editions.history(session)} | {editions.RELEASE}
    if edition not in known:
        click.echo(f"第 {edition} 号没有发布过。Edition {edition} was never published.", err=True)
        sys.exit(1)
    _publish(edition, by)


@menu.command("history")
def show_history() -> None:
    """What was published when and by whom, and the drafts. / 发布记录"""
    zone = settings().timezone
    with reading() as session:
        published, waiting = editions.history(session), editions.drafts(session)
        drafted = [(one.id, one.written_at, one.author.name) for one in waiting]
    for id, at, author in drafted:
        click.echo(f"第 {id} 号草稿 draft {id}  {clock.local(at, zone):%Y-%m-%d %H:%M}  {author}")
    for one in published:
        what = (
            f"第 {one.edition_id} 号 edition {one.edition_id}" if one.edition_id else "随系统的菜单 the release's menus"
        )
        at = clock.local(one.published_at, zone)
        click.echo(f"{what}  {at:%Y-%m-%d %H:%M}  {one.publisher}  {' '.join(one.changed)}")
    if not published:
        click.echo("没有发布过，用的是随系统的菜单。Nothing was published: callers hear the release's menus.")


def _publish(edition: int, by: str) -> None:
    try:
        with reading() as session:
            editions.look_over(session, edition)
        with transaction() as session:
            editions.publish(session, edition, tokens.staff_called(session, by), at=clock.now())
    except HuiyinError as error:
        click.echo(error.message, err=True)
        sys.exit(1)
    click.echo(f"已发布第 {edition} 号。Edition {edition} is published.")


@click.group("fallback")
def fallback() -> None:
    """What callers hear when this house is dark. / 系统瘫痪时来电人听到的内容"""


@fallback.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Write tonight's /voice/fallback as TwiML files for another host; fallback.xml is the first. / 导出备用应答"""
    here = settings()
    _write(documents(dark.duty_numbers(here), here.hotline, voices()), folder)


def _write(files: Mapping[str, str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    click.echo(str(folder))


commands = [menu, fallback]
