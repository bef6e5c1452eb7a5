"""`flask ladder …`: is the file of ladders sound, and how does it look?"""

import sys
from pathlib import Path

import click

from base.wiring import settings
from oncall.ladder import Ladders
from oncall.ladderbook import RELEASE
from oncall.ladderdraw import draw
from oncall.ladderfile import read_file
from tickets.clocktable import table_of_the_house

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)


@click.group("ladder")
def ladder() -> None:
    """Whom we wake, when and how. / 升级阶梯"""


@ladder.command("check")
@click.argument("file", required=False, type=_FILE)
def check(file: Path | None) -> None:
    """Every problem of FILE (the one in force if none is named) with its line. / 检查升级阶梯"""
    found = _sound(file)
    count = len(found.usual) + len(found.nightly)
    click.echo(f"{count} 条阶梯，没有问题。{count} ladders, no problem.")


@ladder.command("draw")
@click.argument("file", required=False, type=_FILE)
@click.option("-o", "--out", required=True, type=_OUT, help="The SVG to write. / 输出的 SVG")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", help="The words in the picture. / 图中文字")
def draw_ladders(file: Path | None, out: Path, language: str) -> None:
    """A picture of the ladders in FILE, or of those in force. / 画出升级阶梯"""
    out.write_text(draw(_sound(file), language), "utf-8")
    click.echo(str(out))


def _sound(file: Path | None) -> Ladders:
    """What the file says; a file with a fault ends the command."""
    own = settings().ladders_file
    read = read_file(file or (Path(own) if own else RELEASE), table_of_the_house(settings().clocks_file))
    for problem in read.problems:
        click.echo(str(problem), err=True)
    if read.ladders is None:
        sys.exit(1)
    return read.ladders


commands = [ladder]
