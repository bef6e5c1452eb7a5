"""An import that stands in the book while it runs: whoever looks sees how far it is, a command's as well."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from base import clock
from base.clock import ticks_s
from base.database import Database, reading
from base.errors import Conflict, HuiyinError
from base.settings import Settings
from directory import actions, rosterbook
from directory.importing import READING, WRITING, Bar, Report, Wish, import_roster, no_bar
from directory.roster import Rules
from directory.rosterbook import Taken

log = structlog.get_logger(__name__)

EVERY_S = 1.0
"""How often the book is told."""
STEPS = {READING: "reading", WRITING: "writing"}
MOST_NAMES = 20
_TAKEN_OVER = (
    "这次导入已经由另一个进程接着做。 / Another process has gone on with this import; it ends here."
)  # fmt: skip
_BROKE_OFF = (
    "中途出错，没有做完。再做一次是安全的：已写入的不会重复。 / "
    "Something failed before the end. Doing it again is safe: nothing is written twice."
)


def run(
    database: Database, taken: Taken, path: Path, rules: Rules, wish: Wish, *, at: datetime, bar: Bar[Any] = no_bar
) -> Report:
    """Import the file at `path`, or try it out, and tell the book how far it is.

    Raises what `import_roster` does, and `Conflict` when another run has taken over.
    """
    return import_roster(database, path, rules, wish, at=at, bar=_Teller(database, taken, bar).around)


@contextmanager
def ends_in_the_book(database: Database, taken: Taken) -> Iterator[None]:
    """Whatever ends a run early stands in the book, with its reason where it has one to be shown."""
    try:
        yield
    except HuiyinError as error:
        give_up(database, taken, error.message)
        raise
    except BaseException:
        give_up(database, taken, _BROKE_OFF)
        raise


def give_up(database: Database, taken: Taken, why: str) -> None:
    """Tell the book why a run ended early; where the database is away, its silence will tell."""
    try:
        with database.transaction() as session:
            rosterbook.fail(session, taken, why, at=clock.now())
    except SQLAlchemyError as error:
        log.warning("roster_not_written_down", error=type(error).__name__)


def counts_of(report: Report) -> dict[str, Any]:
    """What the book keeps of a report: numbers, and the names of columns and projects."""
    names = ("rows", "refused", "people", "homes", "new", "changed", "unchanged", "consents", "ended", "untouched")
    return {
        **{name: getattr(report, name) for name in names},
        "vanished": len(report.vanished),
        "unknown": [_seen(word) for word in report.unknown[:MOST_NAMES]],
        "new_projects": list(report.new_projects[:MOST_NAMES]),
    }


def refusals_of(report: Report) -> list[tuple[int, str, str, str, str]]:
    """What the book keeps of the first refused rows: row, column, what was read, what to do in both languages."""
    return [(one.row, _seen(one.column), _seen(one.read), one.zh, one.en) for one in report.refusals]


def _seen(text: str) -> str:
    """Without what nobody sees, and no database keeps: a NUL that stood in a file."""
    return "".join(c for c in text if c.isprintable())


def in_short(report: Report) -> str:
    """The counts in one line, in both languages."""
    return (
        f"{report.rows} 行 / rows: 新增 new {report.new}, 变更 changed {report.changed}, "
        f"未变 unchanged {report.unchanged}, 拒收 refused {report.refused}"
    )


def rules_of(settings: Settings, area_code: str = "", only: str = "") -> Rules:
    """What reading a roster depends on in this installation; `only` is the one project whose rows are taken."""
    with reading() as session:
        projects = actions.projects(session)
        area_codes = {project.name: project.area_code for project in projects}
        own = {settings.hotline, settings.duty_phone, *(project.number for project in projects)}
    own |= {settings.sender(kind) for kind in ("emergency", "service", "care")}
    today = clock.local(clock.now(), settings.timezone).date()
    own_numbers = frozenset(number for number in own if number)
    return Rules(today, settings.default_region, area_codes, area_code, own_numbers, only)


class _Teller:
    """Goes between an import and its bar, and tells the book once a second, between two transactions of the import."""

    def __init__(self, database: Database, taken: Taken, bar: Bar[Any]) -> None:
        self._database, self._taken, self._bar = database, taken, bar
        self._next_s = 0.0

    def around(self, items: Iterable[Any], words: str, total: int) -> Iterator[Any]:
        """The items, while they are taken; `writing` counts the rows of its pieces."""
        if is_writing := words == WRITING:
            items = list(items)
            rows = sum(map(len, items))
        else:
            rows = total
        done = 0
        self._tell(words, done, rows)
        for item in self._bar(items, words, total):
            if ticks_s() >= self._next_s:
                self._tell(words, done, rows)
            yield item
            done += len(item) if is_writing else 1
        self._tell(words, done, rows)

    def _tell(self, words: str, done: int, total: int) -> None:
        self._next_s = ticks_s() + EVERY_S
        try:
            with self._database.transaction(waits_for_disk=False) as session:
                is_ours = rosterbook.show_life(
                    session, self._taken, STEPS[words], min(done, total), total, at=clock.now()
                )  # fmt: skip
        except OperationalError as error:  # how far it is is no reason to end it
            log.warning("roster_not_written_down", error=type(error).__name__)
            return
        if not is_ours:
            raise Conflict(_TAKEN_OVER)
