"""A roster of 100,000 rows: imported, imported again, against the reader alone; and how much memory it took."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from bench.stage import KINDS, OURS, Addresses, Stage, free_port, pin, start
from bench.table import Row
from directory.columns import CHINESE, Field

ROWS = 100_000
LIMIT_S = 60.0
LIMIT_MB = 340.0
"""Of which half is the program itself."""
GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"


def run(here: Stage) -> Iterator[Row]:
    """New rows and unchanged rows, on both databases; each import is a process of its own, as an operator runs it."""
    path = here.home / "roster.xlsx"
    here.say(f"a roster of {ROWS} rows")
    write_roster(path)
    bare_s = _reader_alone_s(path)
    for kind in KINDS:
        with here.database(kind) as url:
            for words in ("roster, all new 名册首次导入", "roster, nothing new 名册再次导入"):
                here.say(f"{words} ({kind})")
                took_s, peak_mb = _import(here, url, path)
                yield Row(
                    words,
                    kind,
                    f"{ROWS / took_s:,.0f} rows/s, {took_s:.1f} s",
                    f"{ROWS / bare_s:,.0f} rows/s (only reading the file)",
                    took_s,
                    "s",
                    LIMIT_S,
                    "under",
                )
                # the memory has a row of its own: kept or not, whatever the time
                ratio = LIMIT_MB / peak_mb
                yield Row(
                    f"its peak memory 内存峰值 ≤ {LIMIT_MB:.0f} MB", kind, f"{peak_mb:.0f} MB", "–", ratio, "x", 1.0
                )


def write_roster(path: Path, rows: int = ROWS) -> None:
    """A sheet with every column, as full as real ones are."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [CHINESE[column] for column in Field])
        for number in range(rows):
            sheet.write_row(number + 1, 0, _resident(number))


def _resident(number: int) -> list[str]:
    building, rest = divmod(number, 400)
    unit, rest = divmod(rest, 100)
    floor, door = divmod(rest, 4)
    name = GIVEN[number % 20] + GIVEN[number // 20 % 20] + GIVEN[number // 400 % 20]
    landline = f"；021-6{number % 10_000_000:07}" if number % 3 == 0 else ""
    return [
        f"测速花园{building // 50 + 1}期",
        f"{building % 50 + 1}号楼",
        f"{unit + 1}单元",
        f"{floor + 1}{door + 1:02}",
        ("自住", "空置", "出租")[number % 3],
        name,
        f"{name[0]}女士" if number % 4 else "",
        "业主",
        f"138{number:08}{landline}",
        "中文",
        f"{1940 + number % 60}-{number % 12 + 1:02}-{number % 28 + 1:02}",
        "是" if number % 5 == 0 else "否",
        "",
        "是" if number % 2 else "",
        f"owner{number}@example.com",
        "1",
    ]


def _reader_alone_s(path: Path) -> float:
    pin(OURS)
    began_s = time.monotonic()
    with CalamineWorkbook.from_path(path) as book:
        read = sum(1 for _ in book.get_sheet_by_index(0).iter_rows())
    took_s = time.monotonic() - began_s
    assert read == ROWS + 1, read
    return took_s


def _import(here: Stage, url: str, path: Path) -> tuple[float, float]:
    environment = here.environment(url, Addresses(free_port(), free_port()))
    log = here.home / "roster.log"
    began_s = time.monotonic()
    process = start(f"{sys.executable} -m flask --app app roster import {path}", environment, core=OURS, log=log)
    _, status, used = os.wait4(process.pid, 0)
    took_s = time.monotonic() - began_s
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the import ended with {process.returncode}:\n{log.read_text()[-2000:]}")
    in_kib = 1 if sys.platform != "darwin" else 1024
    return took_s, used.ru_maxrss / in_kib / 1024
