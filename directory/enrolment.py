"""What a roster says, written into the directory: a piece of it at a time, and only what is different."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, delete, insert, select, tuple_, update
from sqlalchemy.orm import Session

from base.database import Base
from directory.columns import Field
from directory.models import Building, Consent, Contact, Home, Number, Person, Project
from directory.places import keys_of
from directory.roster import HomeKey, PersonKey, Roster, RosterContact, RosterPerson

PIECE = 500
"""Rows a transaction: with their people and numbers never more than a few thousand rows behind one lock."""

CONSENT_CHANNEL = "roster"

_PLAIN_FIELDS = {
    Field.SALUTATION: "salutation",
    Field.SPECIAL_CARE: "special_care",
    Field.EMAIL: "email",
}


@dataclass(slots=True)
class Tally:
    """What became of rows. `contact_ids` are the ties there were before that the file speaks of."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    contact_ids: set[int] = field(default_factory=set)


def in_pieces(roster: Roster) -> Iterable[Sequence[RosterContact]]:
    """The good rows, homes of one building together, a transaction's worth at a time."""
    ordered = sorted(roster.contacts, key=lambda contact: (contact.home, contact.row))
    for start in range(0, len(ordered), PIECE):
        yield ordered[start : start + PIECE]


def enrol(
    session: Session,
    roster: Roster,
    contacts: Sequence[RosterContact],
    tally: Tally,
    *,
    area_code: str = "",
    is_demo: bool = False,
) -> None:
    """Write what these rows say where the directory says otherwise; count into `tally`."""
    homes, changed_homes = _homes(session, roster, {contact.home for contact in contacts}, area_code, is_demo)
    people, changed_people = _People(session, roster, contacts, homes, is_demo).write()
    known = {
        (row.person_id, row.home_id): row
        for row in session.execute(
            select(Contact.id, Contact.person_id, Contact.home_id, Contact.role, Contact.place, Contact.ended_at).where(
                Contact.home_id.in_(homes.values())
            )
        )
    }
    new: list[dict[str, Any]] = []
    changes: list[dict[str, Any]] = []
    for contact in contacts:
        person_id, home_id = people[contact.person], homes[contact.home]
        row = known.get((person_id, home_id))
        if row is None:
            new.append({"person_id": person_id, "home_id": home_id, "role": contact.role, "place": contact.place})
            continue
        tally.contact_ids.add(row.id)
        change = _contact_change(roster, contact, row)
        if change:
            changes.append({"id": row.id, **change})
        if change or contact.person in changed_people or contact.home in changed_homes:
            tally.changed += 1
        else:
            tally.unchanged += 1
    tally.new += len(new)
    _insert(session, Contact, new)
    if changes:
        session.execute(update(Contact), changes)


def _contact_change(roster: Roster, contact: RosterContact, row: Any) -> dict[str, Any]:
    change: dict[str, Any] = {}
    if Field.ROLE in roster.heads.places and row.role != contact.role:
        change["role"] = contact.role
    if Field.CONTACT_ORDER in roster.heads.places and row.place != contact.place:
        change["place"] = contact.place
    if row.ended_at is not None:
        change["ended_at"] = None
    return change


def _homes(
    session: Session, roster: Roster, keys: set[HomeKey], area_code: str, is_demo: bool
) -> tuple[dict[HomeKey, int], set[HomeKey]]:
    buildings = _buildings(session, keys, area_code, is_demo)
    wanted = {(buildings[key[:2]], key[2], key[3]): key for key in keys}
    query = select(Home.id, Home.building_id, Home.unit, Home.name, Home.occupancy).where(
        Home.building_id.in_(set(buildings.values())), Home.name.in_({key[3] for key in keys})
    )
    known = {place: row for row in session.execute(query) if (place := tuple(row)[1:4]) in wanted}
    changes = {
        key: {"id": known[place].id, "occupancy": occupancy}
        for place, key in wanted.items()
        if place in known and (occupancy := roster.homes[key][0]) and occupancy != known[place].occupancy
    }
    if changes:
        session.execute(update(Home), list(changes.values()))
    missing = wanted.keys() - known.keys()
    if missing:
        _insert(
            session,
            Home,
            [
                {
                    "building_id": id,
                    "unit": unit,
                    "name": name,
                    "occupancy": roster.homes[wanted[id, unit, name]][0] or "lived_in",
                }
                for id, unit, name in sorted(missing)
            ],
        )
        known = {place: row for row in session.execute(query) if (place := tuple(row)[1:4]) in wanted}
    return {key: known[place].id for place, key in wanted.items()}, set(changes)


def _buildings(session: Session, keys: set[HomeKey], area_code: str, is_demo: bool) -> dict[tuple[str, str], int]:
    names = {key[0] for key in keys}
    projects = {p.name: p for p in session.scalars(select(Project).where(Project.name.in_(names)))}
    for name in sorted(names - projects.keys()):
        projects[name] = Project(name=name, is_demo=is_demo)
        session.add(projects[name])
    for project in projects.values():
        project.area_code = project.area_code or area_code
    session.flush()
    by_id = {project.id: name for name, project in projects.items()}
    wanted = {key[:2] for key in keys}
    query = select(Building.id, Building.project_id, Building.name).where(Building.project_id.in_(by_id))
    known = {(by_id[row.project_id], row.name): row.id for row in session.execute(query)}
    if missing := sorted(wanted - known.keys()):
        new = [{"project_id": projects[p].id, "name": name, "keys": keys_of(name)[:20]} for p, name in missing]
        _insert(session, Building, new)
        known = {(by_id[row.project_id], row.name): row.id for row in session.execute(query)}
    return {place: known[place] for place in wanted}


class _People:
    """The people of one piece: found by name and main number, else by name in the same home."""

    def __init__(
        self,
        session: Session,
        roster: Roster,
        contacts: Sequence[RosterContact],
        homes: dict[HomeKey, int],
        is_demo: bool,
    ) -> None:
        self._session = session
        self._roster = roster
        self._is_demo = is_demo
        self._wanted = {contact.person: roster.people[contact.person] for contact in contacts}
        self._ids: dict[PersonKey, int] = {}
        self._find_by_number()
        self._find_by_home(contacts, homes)

    def write(self) -> tuple[dict[PersonKey, int], set[PersonKey]]:
        """Ids by key, and the keys of those who were there and are now different."""
        changed = self._update_people() | self._update_numbers()
        missing = [key for key in self._wanted if key not in self._ids]
        ids = _insert_people(self._session, [self._columns(self._wanted[key]) for key in missing])
        self._ids.update(zip(missing, ids, strict=True))
        _insert(self._session, Number, [row for key in missing for row in self._numbers(key)])
        return self._ids, changed

    def _find_by_number(self) -> None:
        mains = {person.numbers[0].number for person in self._wanted.values() if person.numbers}
        query = (
            select(Person.id, Person.name, Number.number, Number.extension)
            .join(Number.person)
            .where(Number.place == 1, Number.number.in_(mains))
            .order_by(Person.id.desc())
        )
        found = {(row.name, row.number, row.extension): row.id for row in self._session.execute(query)}
        self._ids = {key: found[key] for key in self._wanted if key in found}

    def _find_by_home(self, contacts: Sequence[RosterContact], homes: dict[HomeKey, int]) -> None:
        """Somebody with the same name in the same home, whom no other row means, has a new number."""
        seekers = {
            (contact.person[0], homes[contact.home]): contact.person
            for contact in contacts
            if contact.person not in self._ids
        }
        query = (
            select(Person.id, Person.name, Contact.home_id, Number.number, Number.extension)
            .join(Contact.person)
            .outerjoin(Number, (Number.person_id == Person.id) & (Number.place == 1))
            .where(Contact.home_id.in_({home_id for _, home_id in seekers}), Contact.ended_at.is_(None))
            .order_by(Person.id)
        )
        for row in self._session.execute(query):
            is_meant_elsewhere = (row.name, row.number, row.extension) in self._roster.people
            if not is_meant_elsewhere and (key := seekers.get((row.name, row.home_id))):
                self._ids.setdefault(key, row.id)

    def _update_people(self) -> set[PersonKey]:
        keys = {id: key for key, id in self._ids.items()}
        query = select(Person.__table__).where(Person.id.in_(keys))
        changes, changed = [], set()
        for row in self._session.execute(query):
            wanted = self._columns(self._wanted[keys[row.id]])
            change = {name: wanted[name] for name in self._spoken_of() if wanted[name] != getattr(row, name)}
            if change.get("language", "") is None:
                del change["language"]
            if change:
                changes.append({"id": row.id, **change})
                changed.add(keys[row.id])
        if changes:
            self._session.execute(update(Person), changes)
        return changed

    def _update_numbers(self) -> set[PersonKey]:
        if Field.NUMBERS not in self._roster.heads.places:
            return set()
        keys = {id: key for key, id in self._ids.items()}
        known: dict[int, list[tuple[str, str]]] = {id: [] for id in keys}
        query = select(Number.person_id, Number.number, Number.extension).where(Number.person_id.in_(keys))
        for row in self._session.execute(query.order_by(Number.place, Number.id)):
            known[row.person_id].append((row.number, row.extension))
        changed = set()
        for id, before in known.items():
            after = [(n.number, n.extension) for n in self._wanted[keys[id]].numbers]
            if before != after:
                changed.add(keys[id])
                self._renumber(id, keys[id], before, after)
        return changed

    def _renumber(self, id: int, key: PersonKey, before: list[tuple[str, str]], after: list[tuple[str, str]]) -> None:
        gone = [pair for pair in before if pair not in after]
        of_person = Number.person_id == id
        self._session.execute(delete(Number).where(of_person, tuple_(Number.number, Number.extension).in_(gone)))
        for row in self._numbers(key):
            pair = (row["number"], row["extension"])
            if pair in before:
                same = (Number.number == pair[0]) & (Number.extension == pair[1])
                self._session.execute(update(Number).where(of_person, same).values(place=row["place"]))
            else:
                _insert(self._session, Number, [row])

    def _spoken_of(self) -> list[str]:
        there = self._roster.heads.places
        names = [name for column, name in _PLAIN_FIELDS.items() if column in there]
        names += ["language"] if Field.LANGUAGE in there else []
        if Field.BIRTHDAY in there:
            names += ["birth_year", "birth_month", "birth_day", "birth_is_lunar"]
        return names

    def _columns(self, person: RosterPerson) -> dict[str, Any]:
        birthday = person.birthday
        return {
            "name": person.name,
            "salutation": person.salutation,
            "language": person.language or None,
            "birth_year": birthday.year,
            "birth_month": birthday.month,
            "birth_day": birthday.day,
            "birth_is_lunar": birthday.is_lunar,
            "special_care": person.special_care,
            "email": person.email,
            "is_demo": self._is_demo,
        }

    def _numbers(self, key: PersonKey) -> list[dict[str, Any]]:
        return [
            {"person_id": self._ids[key], "place": place, **number._asdict()}
            for place, number in enumerate(self._wanted[key].numbers, 1)
        ]


def record_wishes(session: Session, wishes: Sequence[tuple[str, bool]], *, at: datetime) -> int:
    """Greetings wanted or no longer wanted, as the list has them; answers how many words were written down.

    A person's own opt-out stands whatever a list says, and a list takes back only what a list has said.
    """
    said: dict[str, list[tuple[bool, str]]] = {}
    query = (
        select(Consent.number, Consent.granted, Consent.channel)
        .where(Consent.message_class == "care", Consent.number.in_([number for number, _ in wishes]))
        .order_by(Consent.said_at, Consent.id)
    )
    for number, granted, channel in session.execute(query):
        said.setdefault(number, []).append((granted, channel))
    new = [
        {"number": number, "message_class": "care", "granted": wish, "said_at": at, "channel": CONSENT_CHANNEL}
        for number, wish in wishes
        if _is_news(wish, said.get(number, []))
    ]
    _insert(session, Consent, new)
    return len(new)


def _is_news(wish: bool, said: list[tuple[bool, str]]) -> bool:
    own = next((granted for granted, channel in reversed(said) if channel != CONSENT_CHANNEL), None)
    newest, channel = said[-1] if said else (False, CONSENT_CHANNEL)
    if wish:
        return not newest and own is not False
    return newest and channel == CONSENT_CHANNEL


def _insert(session: Session, table: type[Base], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(cast(Table, table.__table__)), rows)


def _insert_people(session: Session, people: list[dict[str, Any]]) -> list[int]:
    """Insert and answer the ids. Who is alike in every column is interchangeable, so the order need not be kept:

    asking SQLite for ids in order costs one statement a row, four times the time.
    """
    if not people:
        return []
    table = cast(Table, Person.__table__)
    rows = [{**person, "language": person["language"] or "zh"} for person in people]
    columns = list(rows[0])
    ids: dict[tuple[Any, ...], list[int]] = {}
    returning = insert(table).returning(table.c.id, *(table.c[name] for name in columns))
    for id, *values in session.execute(returning, rows):
        ids.setdefault(tuple(values), []).append(id)
    return [ids[tuple(row[name] for name in columns)].pop() for row in rows]
