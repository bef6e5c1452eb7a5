"""A roster file taken from disk to directory: read whole, then written in short transactions."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from base.database import Database
from base.errors import Conflict
from directory.columns import Field
from directory.enrolment import Tally, enrol, in_pieces
from directory.line import Refusal
from directory.models import Building, Contact, Home, Number, Person, Project
from directory.places import place_text
from directory.roster import Roster, Rules, complain_about_heads, find_heads, read_roster
from directory.sheet import sheets_of
from directory.wishes import record_wishes

Item = TypeVar("Item")
Bar = Callable[[Iterable[Item], str, int], Iterable[Item]]
"""Shows how far a loop has come: (items, what it does, how many there are)."""

_RUNS_IN_A_SPREADSHEET = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_ERROR_HEADS = ("行号 row", "列 column", "读到 read", "怎么办", "what to do")
_PIECE = 1000
READING, WRITING = "读取 reading", "写入 writing"
"""What a bar says of the two steps: rows are read one by one, and written `enrolment.PIECE` at a time."""
SHOWN = 100
"""So many refusals go with a report; all of them stand in the file."""


@dataclass(frozen=True, slots=True)
class Vanished:
    """A contact the directory has and the file no longer has."""

    contact_id: int
    place: str
    name: str
    role: str
    number: str


@dataclass(slots=True)
class Report:
    """What an import did; `unknown` are columns nobody reads.

    `new_projects` were not there before; `untouched` are people who have a home in another project too, and whom
    whoever imports for one project alone does not change.
    """

    rows: int = 0
    refused: int = 0
    people: int = 0
    homes: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    consents: int = 0
    ended: int = 0
    unknown: tuple[str, ...] = ()
    vanished: list[Vanished] = field(default_factory=list)
    unsafe_projects: tuple[str, ...] = ()
    new_projects: tuple[str, ...] = ()
    untouched: int = 0
    refusals: tuple[Refusal, ...] = ()
    errors_path: Path | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """How a file is to be imported; `only_project` is the one of whoever may import for that alone."""

    is_dry_run: bool = False
    ends_missing: bool = False
    is_demo: bool = False
    area_code: str = ""
    only_project: int | None = None


def no_bar(items: Iterable[Item], _words: str, _total: int) -> Iterable[Item]:
    """Shows nothing."""
    return items


def import_roster(
    database: Database, path: Path, rules: Rules, wish: Wish, *, at: datetime, bar: Bar[Any] = no_bar
) -> Report:
    """Import a file. Good rows are written, bad ones go to `PATH.errors.csv`; the same file again changes nothing.

    Raises `BadInput` (nothing stored) if the file is no roster, `Conflict` if somebody else writes the same rows.
    """
    roster = read_file(path, rules, bar)
    report = Report(roster.rows, roster.refused, len(roster.people), len(roster.homes), unknown=roster.heads.unknown)
    report.refusals = tuple(roster.refusals[:SHOWN])
    report.errors_path = write_errors(path, roster.refusals)
    with database.reading() as session:
        newest = session.scalar(select(func.max(Contact.id))) or 0
        report.new_projects = _new_projects(session, roster)
    tally = Tally()
    pieces = list(in_pieces(roster))
    try:
        for piece in bar(pieces, WRITING, len(pieces)):
            with _unit(database, wish) as session:
                enrol(
                    session, roster, piece, tally,
                    area_code=wish.area_code, is_demo=wish.is_demo, only_project=wish.only_project,
                )  # fmt: skip
        report.consents = _consents(database, roster, wish, at, but=tally.untouched_numbers)
    except IntegrityError:
        raise Conflict(
            "同时有别的导入在进行，请稍后再导入一次。 / "
            "Another import is writing the same rows; import again in a moment."
        ) from None
    report.new, report.changed, report.unchanged = tally.new, tally.changed, tally.unchanged
    report.untouched = len(tally.untouched)
    report.unsafe_projects = tuple(sorted(roster.unsafe_projects))
    with database.reading() as session:
        report.vanished = list(_vanished(session, roster, tally.contact_ids, newest))
    if wish.ends_missing and not wish.is_dry_run:
        report.ended = _end(database, report.vanished, at)
    return report


def read_file(path: Path, rules: Rules, bar: Bar[Any] = no_bar) -> Roster:
    """The roster in the first sheet that has its heads. Raises `BadInput`."""
    nearest = None
    with sheets_of(path) as sheets:
        for sheet in sheets:
            rows = iter(bar(sheet.rows, READING, sheet.total))
            found = find_heads(rows)
            if isinstance(found, tuple):
                heads, (_, head_row) = found
                return read_roster(heads, head_row, rows, rules)
            nearest = nearest or found
    raise complain_about_heads(nearest)


def write_errors(path: Path, refusals: Sequence[Refusal]) -> Path | None:
    """Write `PATH.errors.csv`, one complaint a line, harmless to open in a spreadsheet; none: an old one goes."""
    target = path.with_name(path.name + ".errors.csv")
    if not refusals:
        target.unlink(missing_ok=True)
        return None
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_ERROR_HEADS)
        for refusal in refusals:
            cells = (refusal.row, refusal.column, refusal.read, refusal.zh, refusal.en)
            writer.writerow([quoted(str(cell)) for cell in cells])
    return target


def quoted(cell: str) -> str:
    """A cell no spreadsheet will run: an apostrophe before what looks like a formula."""
    return f"'{cell}" if cell.lstrip(" \n").startswith(_RUNS_IN_A_SPREADSHEET) else cell


class _Rehearsed(Exception):
    pass


@contextmanager
def _unit(database: Database, wish: Wish) -> Iterator[Session]:
    try:
        with database.transaction() as session:
            yield session
            if wish.is_dry_run:
                raise _Rehearsed
    except _Rehearsed:
        return


def _new_projects(session: Session, roster: Roster) -> tuple[str, ...]:
    known = set(session.scalars(select(Project.name).where(Project.name.in_(roster.projects))))
    return tuple(sorted({home[0] for home in roster.homes} - known))


def _consents(database: Database, roster: Roster, wish: Wish, at: datetime, *, but: set[str]) -> int:
    if Field.CARE_CONSENT not in roster.heads.places:
        return 0
    wishes = sorted((number, bool(wanted)) for number, wanted in roster.wishes.items() if number not in but)
    count = 0
    for start in range(0, len(wishes), _PIECE):
        with _unit(database, wish) as session:
            count += record_wishes(session, wishes[start : start + _PIECE], at=at)
    return count


def _vanished(session: Session, roster: Roster, contact_ids: set[int], newest: int) -> Iterator[Vanished]:
    """Contacts of the file's projects, there before it came (`newest`), that no row speaks of or may mean."""
    query = (
        select(Contact.id, Contact.role, Person.name, Number.number, Project.name, Building.name, Home.unit, Home.name)
        .join(Contact.person)
        .outerjoin(Number, (Number.person_id == Person.id) & (Number.place == 1))
        .join(Contact.home)
        .join(Home.building)
        .join(Building.project)
        .where(Project.name.in_(roster.projects - roster.unsafe_projects))
        .where(Contact.ended_at.is_(None), Contact.id <= newest)
        .order_by(Project.name, Building.name, Home.unit, Home.name, Contact.place)
        .execution_options(yield_per=_PIECE)
    )
    if "" in roster.unsafe_projects:
        return
    for id, role, name, number, *home in session.execute(query):
        if id not in contact_ids and tuple(home) not in roster.unsafe_homes:
            project, building, unit, room = home
            place = f"{project} {place_text(building, unit, room)}"
            yield Vanished(id, place, name, role.value, number or "")


def _end(database: Database, vanished: Sequence[Vanished], at: datetime) -> int:
    ids = [contact.contact_id for contact in vanished]
    for start in range(0, len(ids), _PIECE):
        with database.transaction() as session:
            piece = ids[start : start + _PIECE]
            session.execute(update(Contact).where(Contact.id.in_(piece)).values(ended_at=at))
    return len(ids)
