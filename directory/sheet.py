"""A file of rows, whatever wrote it: .xlsx or .csv, opened only after it is known to be harmless."""

import codecs
import csv
import ctypes
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from base.errors import BadInput
from directory import package

MOST_COLUMNS = 200
MOST_ROWS = 300_000
MOST_SHEETS = 10

Cells = list[Any]
Rows = Iterator[tuple[int, Cells]]

_ENCODINGS = ("utf-8-sig", "gb18030")
_OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
_NOT_A_SHEET = {b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"{\\rtf": "RTF", b"Rar!": "RAR"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: numbered rows (the first is 1, as a spreadsheet shows them) and how many there are at most."""

    rows: Rows
    total: int


@contextmanager
def sheets_of(path: Path) -> Iterator[Iterator[Sheet]]:
    """The tables in a file, first one first. Raises `BadInput` with one sentence when it cannot be read."""
    with path.open("rb") as file:
        start = file.read(4096)
    refuse_at_a_glance(start, path.read_bytes)
    if start.startswith(b"PK"):
        extent = package.inspect(path)
        _refuse_extent(extent.rows, extent.columns)
        yield _xlsx_sheets(path)
    else:
        with _csv_sheet(path) as sheet:
            yield iter([sheet])


def refuse_at_a_glance(start: bytes, everything: Callable[[], bytes]) -> None:
    """Refuse what is plainly no sheet by how it starts; `everything` is asked only where that does not tell.

    Raises `BadInput`: it is empty, of another kind, or locked by a password.
    """
    if not start.strip(b"\0\r\n\t \xef\xbb\xbf"):
        raise BadInput("文件是空的，没有可导入的内容。 / The file is empty; there is nothing to import.")
    if start.startswith(b"PK"):
        return
    if start.startswith(_OLD_OFFICE):
        if "EncryptedPackage".encode("utf-16-le") in everything():
            raise BadInput(package.LOCKED)
        raise BadInput(
            "这是旧版 .xls 文件，未导入。请另存为 .xlsx。 / "
            "This is an old .xls file; nothing was stored. Save it as .xlsx."
        )
    kind = next((kind for magic, kind in _NOT_A_SHEET.items() if start.startswith(magic)), None)
    is_wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if kind or (b"\0" in start and not is_wide):
        raise BadInput(
            f"这是{f' {kind} ' if kind else '二进制'}文件，不是表格，未导入。请另存为 .xlsx 或 .csv。 / "
            f"This is a {kind or 'binary'} file, not a sheet; nothing was stored. Save it as .xlsx or .csv."
        )


@contextmanager
def _workbook(path: Path) -> Iterator[CalamineWorkbook]:
    try:
        with CalamineWorkbook.from_path(path) as book:
            yield book
    except PasswordError:
        raise BadInput(package.LOCKED) from None
    except CalamineError:
        raise BadInput(package.BROKEN) from None
    except BaseException as error:
        # a panic inside the reader is no Exception, and its class cannot be imported
        if type(error).__name__ == "PanicException":
            raise BadInput(package.BROKEN) from None
        raise


def _xlsx_sheets(path: Path) -> Iterator[Sheet]:
    with _workbook(path) as book:
        names = [s.name for s in book.sheets_metadata if s.visible is SheetVisibleEnum.Visible]
    for name in names[:MOST_SHEETS]:
        with TemporaryFile() as file:
            total = _spool(path, name, file)
            file.seek(0)
            yield Sheet(_spooled(file), total)


def _spool(path: Path, name: str, file: IO[bytes]) -> int:
    """Put the rows of one sheet into `file`: the reader holds all of a workbook in memory, so it must go first."""
    with _workbook(path) as book:
        sheet = book.get_sheet_by_name(name)
        for row in _xlsx_rows(sheet) if sheet.start is not None else ():
            pickle.dump(row, file, protocol=pickle.HIGHEST_PROTOCOL)
        total = sheet.total_height
    del sheet
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)  # the C library keeps what the reader freed: of a large sheet 40 MB that nobody would use again
    return total


def _spooled(file: IO[bytes]) -> Rows:
    with suppress(EOFError):
        while True:
            yield pickle.load(file)  # noqa: S301  our own file, which nobody else can open


def _xlsx_rows(sheet: CalamineSheet) -> Rows:
    """Rows with merged cells filled downwards; across, only the first column of a merge holds its value."""
    first_column = sheet.start[1] if sheet.start else 0
    merges = sorted(sheet.merged_cell_ranges or [], reverse=True)
    open_merges: list[tuple[int, int, Any]] = []
    for index, cells in enumerate(sheet.iter_rows()):
        row: Cells = list(cells)
        open_merges = [merge for merge in open_merges if merge[0] >= index]
        for _, column, value in open_merges:
            row[column] = value
        while merges and merges[-1][0][0] <= index:
            (_, left), (bottom, _) = merges.pop()
            column = left - first_column
            if bottom > index and 0 <= column < len(row):
                open_merges.append((bottom, column, row[column]))
        yield index + 1, row


@contextmanager
def _csv_sheet(path: Path) -> Iterator[Sheet]:
    encoding, lines = _encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        head = file.read(64 * 1024)
        file.seek(0)
        delimiter = max(",;\t", key=head.count)
        yield Sheet(_csv_rows(csv.reader(file, delimiter=delimiter)), lines)


def _csv_rows(reader: Iterator[list[str]]) -> Rows:
    try:
        for number, row in enumerate(reader, 1):
            _refuse_extent(number, len(row))
            yield number, row
    except csv.Error as error:
        raise BadInput(
            f"CSV 内容有误（{error}），未导入。请用表格软件另存一次。 / "
            f"The CSV is malformed ({error}); nothing was stored. Save it once more from a spreadsheet."
        ) from None


def _encoding_of(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        start = file.read(2)
    wide = start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ("utf-16",) if wide else _ENCODINGS:
        try:
            with path.open(encoding=encoding, newline="") as file:
                return encoding, sum(piece.count("\n") for piece in iter(lambda: file.read(1 << 20), ""))
        except UnicodeError:
            continue
    raise BadInput(
        "文字编码无法识别，未导入。请另存为 UTF-8 的 .csv 或 .xlsx。 / "
        "The text encoding is unknown; nothing was stored. Save it as UTF-8 .csv or as .xlsx."
    )


def _refuse_extent(rows: int, columns: int) -> None:
    if columns > MOST_COLUMNS:
        raise BadInput(
            f"表格有 {columns} 列，最多 {MOST_COLUMNS} 列，未导入。请删去多余的列。 / "
            f"The sheet has {columns} columns, at most {MOST_COLUMNS} are read; nothing was stored. Delete the others."
        )
    if rows > MOST_ROWS:
        raise BadInput(
            f"表格超过 {MOST_ROWS} 行，未导入。请拆成几个文件。 / "
            f"The sheet has more than {MOST_ROWS} rows; nothing was stored. Split the file."
        )
