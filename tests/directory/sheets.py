"""Roster files for tests, good and bad: plain functions that write one file."""

import csv
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

HEADS = ["项目", "楼栋", "单元", "房号", "姓名", "电话"]
LI = ["幸福花园", "3号楼", "2单元", "1502", "李芳", "13800138000"]
CHEN = ["幸福花园", "3号楼", "2单元", "1602", "陈明", "13900139000"]


def write_csv(path: Path, *rows: Sequence[Any], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def write_xlsx(path: Path, *rows: Sequence[Any], merges: Sequence[tuple[int, int, int, int, str]] = ()) -> Path:
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        for merge in merges:
            sheet.merge_range(*merge)
    return path


def repacked(source: Path, path: Path, part: str, content: bytes, *, declared: int | None = None) -> Path:
    """`source` with one part replaced; `declared` writes a false size into the zip's own list."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(item.filename, content if item.filename == part else old.read(item))
    if declared is not None:
        packed = bytearray(path.read_bytes())
        at = packed.rindex(part.encode()) - 46
        struct.pack_into("<I", packed, at + 24, declared)
        path.write_bytes(packed)
    return path
