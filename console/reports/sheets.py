"""A report as a workbook: one sheet a section, numbers as numbers, the finding above, the formula below."""

from collections.abc import Sequence
from io import BytesIO

import xlsxwriter

from console.reports.shapes import Cell, Section, Unit

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST_NAME = 31
_FORMS = {Unit.PERCENT: "0%", Unit.SECONDS: "[m]:ss", Unit.HOURS: "0.0", Unit.MONEY: "#,##0.00", Unit.SCORE: "0.0"}
_DAY_S = 86_400


def workbook(sections: Sequence[Section], *, cover: Sequence[str]) -> bytes:
    """The sections as .xlsx; the lines of the `cover` stand on top of each sheet. Nothing in it is a formula."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, quiet = book.add_format({"bold": True}), book.add_format({"font_color": "#646a65"})
        forms = {unit: book.add_format({"num_format": form}) for unit, form in _FORMS.items()}
        for section in sections:
            sheet = book.add_worksheet(_name(section.name))
            sheet.set_column(0, 0, 24)
            sheet.set_column(1, len(section.head), 12)
            sheet.write_string(0, 0, section.title, bold)
            for n, line in enumerate(cover, start=1):
                sheet.write_string(n, 0, line, quiet)
            top = len(cover) + 2
            for column, head in enumerate(section.head):
                sheet.write_string(top, column, head, bold)
            for row, cells in enumerate(section.rows, start=top + 1):
                for column, cell in enumerate(cells):
                    _write(sheet, row, column, cell, forms.get(cell.unit))
            sheet.write_string(top + len(section.rows) + 2, 0, section.how, quiet)
            sheet.freeze_panes(top + 1, 1)
    return file.getvalue()


def _write(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell, form: object) -> None:
    if isinstance(cell.value, str):
        sheet.write_string(row, column, cell.value)
    elif cell.value is not None:
        by = {Unit.PERCENT: 100, Unit.SECONDS: _DAY_S}.get(cell.unit, 1)
        sheet.write_number(row, column, cell.value / by, form)


def _name(name: str) -> str:
    """A name a sheet may have."""
    return "".join(" " if c in r"[]:*?/\\" else c for c in name)[:_LONGEST_NAME].strip("' ")
