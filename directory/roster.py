"""A resident list read into homes, people, contacts and complaints about rows. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from sys import intern
from typing import Any, TypeVar

from base.errors import BadInput
from directory import cells
from directory.cells import Birthday, Complaint, ListedNumber
from directory.columns import CHINESE, HEADS_WITHIN, LANGUAGES, NEEDED, OCCUPANCIES, ROLES, Field, Heads, read_heads
from directory.line import Line, Refusal

HomeKey = tuple[str, str, str, str]
"""Project, building, unit, home."""

PersonKey = tuple[str, ...]
"""Name, main number and its extension; without a number the name and the home."""

Value = TypeVar("Value")
Row = tuple[int, list[Any]]

NO_BIRTHDAY = Birthday()


@dataclass(frozen=True, slots=True)
class Rules:
    """What reading depends on besides the file: area codes by project, numbers that are ours, the day.

    `only` names the one project whose rows are taken; empty: those of all.
    """

    today: date
    region: str = "CN"
    area_codes: Mapping[str, str] = field(default_factory=dict)
    area_code: str = ""
    own_numbers: frozenset[str] = frozenset()
    only: str = ""

    def area_code_of(self, project: str) -> str:
        """The area code that completes a local number of this project."""
        return self.area_codes.get(project) or self.area_code


@dataclass(slots=True)
class RosterPerson:
    """A person as the list has them, put together from all their rows; `homes` with the row that says so."""

    row: int
    name: str
    numbers: tuple[ListedNumber, ...] = ()
    salutation: str = ""
    language: str = ""
    birthday: Birthday = NO_BIRTHDAY
    special_care: str = ""
    email: str = ""
    homes: tuple[tuple[HomeKey, int], ...] = ()


@dataclass(frozen=True, slots=True)
class RosterContact:
    """One good row: who is tied to which home, how, and who is called first."""

    row: int
    person: PersonKey
    home: HomeKey
    role: str
    place: int


@dataclass(slots=True)
class Roster:
    """What a file says. `unsafe_*` name what refused rows were about: nothing there may be thought vanished."""

    heads: Heads
    homes: dict[HomeKey, tuple[str, int]] = field(default_factory=dict)
    people: dict[PersonKey, RosterPerson] = field(default_factory=dict)
    contacts: list[RosterContact] = field(default_factory=list)
    wishes: dict[str, bool | None] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    projects: set[str] = field(default_factory=set)
    unsafe_homes: set[HomeKey] = field(default_factory=set)
    unsafe_projects: set[str] = field(default_factory=set)
    rows: int = 0
    refused: int = 0


def find_heads(rows: Iterable[Row]) -> tuple[Heads, Row] | Heads | None:
    """The heads, wherever they stand in the first rows; only the nearest try if a needed column is missing."""
    nearest: Heads | None = None
    for number, row in rows:
        heads = read_heads(row)
        if heads.places and not heads.missing:
            if heads.repeated:
                raise BadInput(
                    f"列“{heads.repeated[0]}”重复，未导入。请合并为一列。 / "
                    f"The column “{heads.repeated[0]}” is there twice; nothing was stored. Make it one."
                )
            return heads, (number, row)
        if nearest is None or len(heads.places) > len(nearest.places):
            nearest = heads
        if number >= HEADS_WITHIN:
            break
    return nearest


def complain_about_heads(nearest: Heads | None) -> BadInput:
    """Why no row could serve as the heads."""
    missing = nearest.missing if nearest and nearest.places else NEEDED
    zh, en = "、".join(CHINESE[f] for f in missing), ", ".join(missing)
    return BadInput(
        f"前 {HEADS_WITHIN} 行中找不到表头，缺少列：{zh}；未导入。可用 flask roster template 生成模板。 / "
        f"No heads in the first {HEADS_WITHIN} rows, missing: {en}; nothing was stored. "
        "`flask roster template FILE` writes an example."
    )


def read_roster(heads: Heads, head_row: list[Any], rows: Iterable[Row], rules: Rules) -> Roster:
    """Everything below the heads. Rows that repeat the heads (printed on each page) or say nothing are passed over."""
    roster = Roster(heads)
    for number, row in rows:
        line = Line(number, row, heads)
        if line.is_blank() or row == head_row:
            continue
        roster.rows += 1
        _read_line(line, roster, rules)
    return roster


def _read_line(line: Line, roster: Roster, rules: Rules) -> None:
    home: HomeKey = (
        intern(line.text(Field.PROJECT, 80)),
        intern(line.text(Field.BUILDING, 60)),
        intern(line.text(Field.UNIT, 30)),
        line.text(Field.HOME, 40),
    )
    occupancy = line.take(Field.OCCUPANCY, lambda c: cells.read_choice(c, OCCUPANCIES, ""), "")
    person = _read_person(line, home[0], rules)
    role = line.take(Field.ROLE, lambda c: cells.read_choice(c, ROLES, "owner"), "owner")
    place = line.take(Field.CONTACT_ORDER, cells.read_order, 1)
    wish = line.take(Field.CARE_CONSENT, _read_wish, None)
    main = (person.numbers[0].number, person.numbers[0].extension) if person.numbers else home
    contact = RosterContact(line.number, (person.name, *main), home, role, place)
    if home[0] and rules.only and home[0] != rules.only:
        line.complain(
            Field.PROJECT,
            Complaint(
                f"您只负责“{rules.only}”，别的项目请由负责的人导入。",
                f"You serve {rules.only} only; whoever serves the other project imports this row.",
            ),
        )
    elif home[0]:
        roster.projects.add(home[0])
    if not line.refusals:
        _check_against_others(line, roster, contact, person, occupancy)
    if line.refusals:
        _refuse(line, roster, home)
        return
    _keep(roster, contact, person, occupancy, wish)


def _read_person(line: Line, project: str, rules: Rules) -> RosterPerson:
    area_code = rules.area_code_of(project)
    is_lunar = line.take(Field.LUNAR, cells.read_yes, False)
    return RosterPerson(
        line.number,
        line.text(Field.NAME, 80),
        line.take(
            Field.NUMBERS,
            lambda cell: cells.read_numbers(
                cell, region=rules.region, area_code=area_code, own_numbers=rules.own_numbers
            ),
            (),
        ),
        line.text(Field.SALUTATION, 40),
        line.take(Field.LANGUAGE, lambda cell: cells.read_choice(cell, LANGUAGES, ""), ""),
        line.take(
            Field.BIRTHDAY,
            lambda cell: cells.read_birthday(cell, is_lunar=is_lunar, today=rules.today),
            NO_BIRTHDAY,
        ),
        line.text(Field.SPECIAL_CARE, 200),
        line.take(Field.EMAIL, cells.read_email, ""),
    )


def _read_wish(cell: Any) -> bool | Complaint | None:
    return None if cell is None or not str(cell).strip() else cells.read_yes(cell)


def _check_against_others(
    line: Line, roster: Roster, contact: RosterContact, person: RosterPerson, occupancy: str
) -> None:
    known = roster.people.get(contact.person)
    if twin := dict(known.homes).get(contact.home) if known else None:
        line.complain(Field.NAME, _differs(twin, "重复，请删去一行", "repeats it; delete one of the two"))
        return
    known_occupancy, row = roster.homes.get(contact.home, ("", 0))
    if occupancy and known_occupancy and occupancy != known_occupancy:
        line.complain(Field.OCCUPANCY, _differs(row))
    for column in (Field.SALUTATION, Field.LANGUAGE, Field.BIRTHDAY, Field.SPECIAL_CARE, Field.EMAIL) if known else ():
        ours, theirs = getattr(person, column.value), getattr(known, column.value)
        if _says_something(ours) and _says_something(theirs) and ours != theirs:
            line.complain(column, _differs(known.row if known else 0))


def _says_something(value: object) -> bool:
    return value.month is not None if isinstance(value, Birthday) else bool(value)


def _differs(row: int, zh: str = "不一致，请改成一样", en: str = "says otherwise; make them the same") -> Complaint:
    return Complaint(f"与第 {row} 行{zh}。", f"Row {row} {en}.")


def _refuse(line: Line, roster: Roster, home: HomeKey) -> None:
    roster.refused += 1
    roster.refusals += line.refusals
    if all((home[0], home[1], home[3])):
        roster.unsafe_homes.add(home)
    else:
        roster.unsafe_projects.add(home[0])


def _keep(roster: Roster, contact: RosterContact, person: RosterPerson, occupancy: str, wish: bool | None) -> None:
    known_occupancy, row = roster.homes.get(contact.home, ("", contact.row))
    roster.homes[contact.home] = (known_occupancy or occupancy, row)
    known = roster.people.setdefault(contact.person, person)
    if known is not person:
        known.numbers = tuple({(n.number, n.extension): n for n in (*known.numbers, *person.numbers)}.values())
        for name in ("salutation", "language", "birthday", "special_care", "email"):
            if not _says_something(getattr(known, name)):
                setattr(known, name, getattr(person, name))
    known.homes = (*known.homes, (contact.home, contact.row))
    roster.contacts.append(contact)
    for number in person.numbers:
        before = roster.wishes.get(number.number)
        # a family that shares a phone and disagrees is left in peace
        roster.wishes[number.number] = False if wish is False or before is False else (wish or before)
