"""A list as a file: CSV or xlsx, row by row, with who took it, when and why in it; nothing in it runs."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

import xlsxwriter

from base.errors import BadInput
from directory.importing import quoted

CSV, XLSX = "csv", "xlsx"
FORMATS = {
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    CSV: "text/csv; charset=utf-8",
}
MOST_ROWS = 20_000
"""More is no list that somebody reads; and it would keep a web process busy for longer than others like to wait."""
LONGEST_CELL = 32_000
_LONGEST_LINE = 240
"""A head or foot of a printed sheet holds 255 characters."""

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Watermark:
    """Whose copy it is: label and value, line by line, in the reader's language; `sheet` names the sheet of it."""

    sheet: str
    lines: Sequence[tuple[str, str]]

    @property
    def in_one_line(self) -> str:
        """For the margin of a page, and the last line of a CSV."""
        return " · ".join(f"{label} {value}" for label, value in self.lines)


def write(kind: str, title: str, heads: Row, rows: Iterable[Row], mark: Watermark | None) -> tuple[IO[bytes], int]:
    """The file, at its beginning, and how many rows it has. It stands on disk, never whole in memory.

    Raises `BadInput` when there are more than `MOST_ROWS`: half a list that looks whole would mislead.
    """
    file = TemporaryFile()  # noqa: SIM115  whoever sends it closes it
    try:
        count = (_write_xlsx if kind == XLSX else _write_csv)(file, title, heads, rows, mark)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file, count


def marked(data: bytes, mark: Watermark) -> bytes:
    """A CSV that was written before, with the mark of whoever takes it as its last line."""
    end = b"" if data.endswith(b"\n") else b"\r\n"
    line = io.StringIO(newline="")
    csv.writer(line).writerow([_line_of(mark)])
    return data + end + line.getvalue().encode()


def _line_of(mark: Watermark) -> str:
    return "# " + " ".join(mark.in_one_line.split())


def _write_csv(file: IO[bytes], _title: str, heads: Row, rows: Iterable[Row], mark: Watermark | None) -> int:
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(heads)
    count = _each(rows, lambda row: writer.writerow([quoted(cell) for cell in row]))
    if mark is not None:
        writer.writerow([_line_of(mark)])
    text.flush()
    text.detach()
    return count


def _write_xlsx(file: IO[bytes], title: str, heads: Row, rows: Iterable[Row], mark: Watermark | None) -> int:
    # text only: nothing that somebody texted us becomes a formula or a link
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        bold, sheet = book.add_format({"bold": True}), book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        if mark is not None:  # an ampersand would begin a code of the margin
            line = mark.in_one_line[:_LONGEST_LINE].replace("&", "＆")
            sheet.set_header(f"&L{line[:_LONGEST_LINE]}")
            sheet.set_footer(f"&L{line[:_LONGEST_LINE]}")
        sheet.set_column(0, len(heads) - 1, 18)
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)
        at = 0

        def put(row: Row) -> None:
            nonlocal at
            at += 1
            for column, cell in enumerate(row):
                sheet.write_string(at, column, cell[:LONGEST_CELL])

        count = _each(rows, put)
        if mark is not None:
            about = book.add_worksheet(mark.sheet)
            about.set_column(0, 1, 30)
            for place, (label, value) in enumerate(mark.lines):
                about.write_string(place, 0, label, bold)
                about.write_string(place, 1, value)
    return count


def _each(rows: Iterable[Row], put: Callable[[Row], object]) -> int:
    count = 0
    for row in rows:
        count += 1
        if count > MOST_ROWS:
            raise BadInput(
                f"超过 {MOST_ROWS} 行，没有导出。请缩短日期范围，分几次导出。"
                f"There are more than {MOST_ROWS} rows; nothing was exported. Choose a shorter period."
            )
        put(row)
    return count
