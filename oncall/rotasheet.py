"""A sheet of shifts read row by row: project, post, member of staff, from, until. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from oncall.ladder import Post

COLUMNS = ("project", "post", "staff", "from", "until")
CHINESE = {"项目": "project", "岗位": "post", "员工": "staff", "开始": "from", "结束": "until"}
POSTS = {
    "一值": Post.FIRST,
    "二值": Post.SECOND,
    "主管": Post.SUPERVISOR,
    "经理": Post.MANAGER,
    "分管副总": Post.DIRECTOR,
}
_WRITTEN = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[ T](\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?")
LONGEST = timedelta(days=31)
"""A shift longer than this is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Known:
    """Who and what a sheet may name: projects by name, staff by log-in, number and (where it is one person) name."""

    projects: Mapping[str, int]
    staff: Mapping[str, int]
    zone: str


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """One shift as written, its moments aware."""

    project_id: int
    post: Post
    staff_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a row: what was read, and what to do, in both languages."""

    row: int
    words: str


def read_shifts(rows: Iterable[tuple[int, Sequence[Any]]], known: Known) -> tuple[list[ShiftRow], list[Complaint]]:
    """The shifts of a sheet whose first row that names all columns is the heads, and every complaint."""
    heads: dict[str, int] | None = None
    shifts: list[ShiftRow] = []
    complaints: list[Complaint] = []
    number = 0
    for number, cells in rows:
        if heads is None:
            heads = _heads(cells)
        elif any(str(cell or "").strip() for cell in cells):
            read = _read(number, {name: _cell(cells, place) for name, place in heads.items()}, known)
            (shifts if isinstance(read, ShiftRow) else complaints).append(read)  # type: ignore[arg-type]  # sorted here
    if heads is None:
        wanted = "、".join(CHINESE)
        complaints.append(
            Complaint(number, f"没有表头，需要这几列：{wanted} / no row of heads; it needs: {', '.join(COLUMNS)}")
        )
    return shifts, complaints


def _heads(cells: Sequence[Any]) -> dict[str, int] | None:
    words = [str(cell or "").strip().casefold() for cell in cells]
    places = {CHINESE.get(word, word): place for place, word in reversed(list(enumerate(words)))}
    return {name: places[name] for name in COLUMNS} if all(name in places for name in COLUMNS) else None


def _cell(cells: Sequence[Any], place: int) -> Any:
    return cells[place] if place < len(cells) else ""


def _read(row: int, cells: Mapping[str, Any], known: Known) -> ShiftRow | Complaint:
    words = {name: _word(cells[name]) for name in COLUMNS}
    project_id = known.projects.get(words["project"])
    if project_id is None:
        return _unknown(row, "项目", "project", words["project"], known.projects)
    post = POSTS.get(words["post"]) or next((post for post in Post if post == words["post"].casefold()), None)
    if post is None:
        return _unknown(row, "岗位", "post", words["post"], [f"{zh} {post}" for zh, post in POSTS.items()])
    staff_id = known.staff.get(words["staff"])
    if staff_id is None:
        return _unknown(row, "员工", "staff", words["staff"], [], "写登录名、手机号或没有重名的姓名 / write a log-in, "
                        "a number, or a name only one person has")  # fmt: skip
    starts_at, ends_at = (_moment(cells[name], known.zone) for name in ("from", "until"))
    if starts_at is None or ends_at is None:
        what = words["from"] if starts_at is None else words["until"]
        return Complaint(row, f"第 {row} 行：看不懂时间“{what}”，请写 2026-12-01 18:00 / "
                              f"row {row}: cannot read the moment {what!r}; write 2026-12-01 18:00")  # fmt: skip
    if not timedelta(0) < ends_at - starts_at <= LONGEST:
        return Complaint(row, f"第 {row} 行：结束应在开始之后，且不超过 {LONGEST.days} 天 / "
                              f"row {row}: until must be after from, by {LONGEST.days} days at most")  # fmt: skip
    return ShiftRow(project_id, post, staff_id, starts_at, ends_at)


def _unknown(row: int, zh: str, en: str, read: str, known: Iterable[str], advice: str = "") -> Complaint:
    advice = advice or f"可写 / one of: {', '.join(known)}"
    return Complaint(row, f"第 {row} 行：没有这个{zh}“{read}” / row {row}: no such {en} {read!r}; {advice}")


def _moment(cell: Any, zone: str) -> datetime | None:
    """A moment on the company's wall clock; from Excel's own kind of date (midnight is a bare day) or from text."""
    if isinstance(cell, date):
        moment = cell if isinstance(cell, datetime) else datetime.combine(cell, time.min)
        return moment.replace(tzinfo=ZoneInfo(zone))
    found = _WRITTEN.fullmatch(str(cell or "").strip())
    try:
        return datetime(*map(int, found.groups(default="0")), tzinfo=ZoneInfo(zone)) if found else None  # type: ignore[arg-type, misc]
    except ValueError:
        return None


def _word(cell: Any) -> str:
    """What stands in a cell; a telephone number that a spreadsheet took for a quantity loses its fraction."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell or "").strip()
