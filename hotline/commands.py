"""`flask menu check|draw` and `flask fallback export`: the operator's hand on what callers hear."""

import sys
from pathlib import Path

import click

from base.wiring import settings
from hotline.fallback import documents
from hotline.menubook import MENUS, read_menu
from hotline.menucheck import check
from hotline.menudraw import draw
from hotline.menufile import read_file
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
    problems = check(paths)
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
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", help="The words in the picture. / 图中文字")
def draw_menu(file: Path, out: Path, language: str) -> None:
    """A picture of the menu in FILE. / 画出菜单"""
    read = read_file(file)
    if read.problems:
        for problem in read.problems:
            click.echo(str(problem), err=True)
        sys.exit(1)
    try:
        out.write_text(draw(read_menu(read.data), language), "utf-8")
    except OSError as error:
        click.echo(f"写不了 {out}：{error.strerror}。Cannot write {out}: {error.strerror}.", err=True)
        sys.exit(1)
    click.echo(str(out))


@click.group("fallback")
def fallback() -> None:
    """What callers hear when this house is dark. / 系统瘫痪时来电人听到的内容"""


@fallback.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Write tonight's /voice/fallback as TwiML files for another host; fallback.xml is the first. / 导出备用应答"""
    here = settings()
    files = documents(dark.duty_numbers(here), here.hotline, voices())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, twiml in files.items():
            (folder / name).write_text(twiml, "utf-8")
    except OSError as error:
        click.echo(f"写不了 {folder}：{error.strerror}。Cannot write {folder}: {error.strerror}.", err=True)
        sys.exit(1)
    click.echo(str(folder))


commands = [menu, fallback]
