"""The files of imports: taken from a form, kept on the shelf of the recordings for a while, and deleted."""

import secrets
import unicodedata
from datetime import datetime
from pathlib import Path, PureWindowsPath

from werkzeug.datastructures import FileStorage

from base.errors import BadInput, NotFound
from directory.rosterbook import LONGEST_NAME
from directory.sheet import refuse_at_a_glance
from hotline.recordings import shelf

MOST_BYTES = 32 * 1024 * 1024
"""Twice what a list of a hundred thousand rows with every column takes as text."""
LOOKED_AT = 4096


def sent(file: FileStorage | None) -> tuple[str, bytes]:
    """The name and the bytes of what a form brings. Raises `BadInput`: nothing, too large, empty or plainly no sheet.

    Whether it bursts, is locked or has no heads is found by whoever opens it, which takes longer.
    """
    if file is None or not file.filename:
        raise BadInput("请选一个 .xlsx 或 .csv 文件。Choose an .xlsx or .csv file.")
    try:
        data = file.stream.read(MOST_BYTES + 1)
    finally:
        file.close()
    if len(data) > MOST_BYTES:
        raise BadInput(
            f"文件太大，最多 {MOST_BYTES // 1024**2} MB。请拆成几个文件。"
            f"The file is too large; at most {MOST_BYTES // 1024**2} MB. Split it."
        )
    refuse_at_a_glance(data[:LOOKED_AT], lambda: data)
    return _name(file.filename), data


def put_away(data: bytes, *, at: datetime, kind: str = "sheet") -> str:
    """Put a file on the shelf; its name there, which says nothing. Raises `Unavailable`."""
    path = f"{_folder(at)}/{secrets.token_hex(16)}.{kind}"
    shelf().put(path, data)
    return path


def put_away_in(month: datetime) -> list[str]:
    """The names on the shelf of what was put there in a month. Raises `Unavailable`."""
    return [f"{_folder(month)}/{name}" for name in shelf().sizes(_folder(month))]


def fetch(path: str, target: Path) -> None:
    """Write what stands on the shelf to `target`. Raises `NotFound`, `Unavailable`."""
    found = shelf().get(path) if path else None
    if found is None:
        raise NotFound("文件已不在，请重新上传。The file is gone; upload it again.")
    with target.open("wb") as file:
        for piece in found.pieces:
            file.write(piece)


def throw_away(*paths: str) -> None:
    """Take files off the shelf. Raises `Unavailable`."""
    for path in filter(None, paths):
        shelf().remove(path)


def _folder(at: datetime) -> str:
    return f"rosters/{at:%Y-%m}"


def _name(given: str) -> str:
    """The name of a file without its folders and what cannot be seen, its end kept where it is too long."""
    seen = "".join(c for c in PureWindowsPath(given).name if unicodedata.category(c)[0] != "C").strip()
    return seen[-LONGEST_NAME:] or "?"
