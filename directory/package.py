"""Whether a workbook may be unpacked: what it really holds is counted before anything is built from it. Pure."""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from base.errors import BadInput

MOST_BYTES = 400 * 1024 * 1024
MOST_PARTS = 2_000
MOST_CELLS = 8_000_000
"""Rows times columns: the reader lays the whole rectangle out in memory (32 bytes a cell)."""

HIGHEST_RATIO = 400
"""Real sheets pack 10 to 60 times; what packs better than this and is large was made to burst."""

_LARGE = 20 * 1024 * 1024
_PIECE = 1024 * 1024
_LOCAL_HEAD = 30
_REACH = re.compile(
    rb"\sr\s*=\s*[\"'](?:(?P<row>[0-9]{1,9})|(?P<letters>[A-Za-z]{2,4})(?P<at>[0-9]{1,9})|[A-Za-z](?P<far>[0-9]{6,9}))"
)
"""Row tags, cells beyond column Z, and cells far down: all others lie inside what these span, or harmlessly near."""


BURSTS = (
    "文件解压后大得不合理，未导入。请在表格软件中另存为新的 .xlsx。 / "
    "The file unpacks to an unreasonable size; nothing was stored. Save it anew as .xlsx."
)
BROKEN = (
    "文件已损坏或不是 .xlsx，未导入。请在表格软件中打开并另存为 .xlsx。 / "
    "The file is damaged or is no .xlsx; nothing was stored. Open it in a spreadsheet and save it as .xlsx."
)
LOCKED = (
    "文件有密码保护，未导入。请去掉密码后再导入。 / The file is protected by a password; nothing was stored. Remove it."
)
NO_WORKBOOK = (
    "这个文件不是 .xlsx 表格，未导入。请另存为 .xlsx 或 .csv。 / "
    "This file is no .xlsx sheet; nothing was stored. Save it as .xlsx or .csv."
)


@dataclass(frozen=True, slots=True)
class Extent:
    """How far the cells of the largest sheet reach."""

    rows: int
    columns: int


def inspect(path: Path) -> Extent:
    """Unpack every part once, counting, and tell how far the sheets reach. Raises `BadInput`.

    Sizes a zip declares about itself may lie, so what comes out of the decompressor is what counts.
    """
    try:
        with ZipFile(path) as package:
            parts = package.infolist()
            _check_declared(parts, path.stat().st_size)
            return _measure(path, parts)
    except (BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError):
        raise BadInput(BROKEN) from None


def _check_declared(parts: list[ZipInfo], size: int) -> None:
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
        raise BadInput(BURSTS)
    if any(part.flag_bits & 0x1 for part in parts):
        raise BadInput(LOCKED)
    if not any(part.filename.lower() == "xl/workbook.xml" for part in parts):
        raise BadInput(NO_WORKBOOK)
    total = sum(part.file_size for part in parts)
    if total > _LARGE and total > HIGHEST_RATIO * size:
        raise BadInput(BURSTS)


def _measure(path: Path, parts: list[ZipInfo]) -> Extent:
    rows, columns, total = 0, 26, 0
    size = path.stat().st_size
    for part in parts:
        is_sheet = part.filename.lower().startswith("xl/worksheets/")
        tail = b""
        for piece in _unpacked(path, part):
            total += len(piece)
            if total > MOST_BYTES or (total > _LARGE and total > HIGHEST_RATIO * size):
                raise BadInput(BURSTS)
            if is_sheet:
                text = tail + piece
                rows, columns = _reach(text, rows, columns)
                tail = text[-64:]
    if rows * columns > MOST_CELLS:
        raise BadInput(
            f"表格有 {rows} 行、{columns} 列，太大，未导入。请删去空白行列，或拆成几个文件。 / "
            f"The sheet has {rows} rows and {columns} columns, too many; nothing was stored. "
            "Delete the empty ones or split the file."
        )
    return Extent(rows, columns)


def _reach(text: bytes, rows: int, columns: int) -> tuple[int, int]:
    found = _REACH.findall(text)
    for letters in {letters for _, letters, _, _ in found if letters}:
        columns = max(columns, _column(letters))
    return max([rows, *(int(row or at or far) for row, _, at, far in found)]), columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _unpacked(path: Path, part: ZipInfo) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(part.header_offset)
        head = file.read(_LOCAL_HEAD)
        name, extra = struct.unpack_from("<HH", head, 26)
        file.seek(name + extra, 1)
        left = part.compress_size
        inflate = zlib.decompressobj(-15) if part.compress_type == 8 else None
        if inflate is None and part.compress_type != 0:
            raise BadZipFile(part.filename)
        while left > 0 and (packed := file.read(min(left, 65536))):
            left -= len(packed)
            while packed:
                yield packed if inflate is None else inflate.decompress(packed, _PIECE)
                packed = b"" if inflate is None else inflate.unconsumed_tail
