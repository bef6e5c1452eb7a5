"""The people of a roster, found in the directory or added to it."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, delete, insert, select, tuple_, update
from sqlalchemy.orm import Session

from base.database import Base
from directory.columns import Field
from directory.models import Building, Contact, Home, Number, Person
from directory.roster import HomeKey, PersonKey, Roster, RosterContact, RosterPerson

_PLAIN_FIELDS = {
    Field.SALUTATION: "salutation",
    Field.SPECIAL_CARE: "special_care",
    Field.EMAIL: "email",
}


class People:
    """The people of one piece: found by name and main number, else by name in the same home.

    With `only_project`, who has a home in another project too is `untouched`: their id, with the numbers named.
    """

    def __init__(
        self,
        session: Session,
        roster: Roster,
        contacts: Sequence[RosterContact],
        homes: dict[HomeKey, int],
        is_demo: bool,
        only_project: int | None = None,
    ) -> None:
        self._session = session
        self._roster = roster
        self._is_demo = is_demo
        self._wanted = {contact.person: roster.people[contact.person] for contact in contacts}
        self._ids: dict[PersonKey, int] = {}
        self._find_by_number()
        self._find_by_home(contacts, homes)
        self.untouched = {} if only_project is None else self._who_live_elsewhere(only_project)

    def write(self) -> tuple[dict[PersonKey, int], set[PersonKey]]:
        """Ids by key, and the keys of those who were there and are now different."""
        changed = self._update_people() | self._update_numbers()
        missing = [key for key in self._wanted if key not in self._ids]
        ids = _insert_people(self._session, [self._columns(self._wanted[key]) for key in missing])
        self._ids.update(zip(missing, ids, strict=True))
        insert_rows(self._session, Number, [row for key in missing for row in self._numbers(key)])
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

    def _who_live_elsewhere(self, project_id: int) -> dict[int, set[str]]:
        elsewhere = (
            select(Contact.person_id)
            .join(Contact.home)
            .join(Home.building)
            .where(Contact.person_id.in_(self._ids.values()), Contact.ended_at.is_(None))
            .where(Building.project_id != project_id)
        )
        keys = {id: key for key, id in self._ids.items()}
        return {
            id: {number.number for number in self._wanted[keys[id]].numbers}
            for id in self._session.scalars(elsewhere.distinct())
        }

    def _changeable(self) -> dict[int, PersonKey]:
        return {id: key for key, id in self._ids.items() if id not in self.untouched}

    def _update_people(self) -> set[PersonKey]:
        keys = self._changeable()
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
        keys = self._changeable()
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
                insert_rows(self._session, Number, [row])

    def _spoken_of(self) -> list[str]:
        there = self._roster.heads.places
        names = [name for column, name in _PLAIN_FIELDS.items() if column in there]
        names += ["language"] if Field.LANGUAGE in there else []
        if Field.BIRTHDAY in there:
            names += ["birth_year", "birth_month", "birth_day", "birth_is_lunar", "birth_is_leap"]
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
            "birth_is_leap": birthday.is_leap or None,
            "special_care": person.special_care,
            "email": person.email,
            "is_demo": self._is_demo,
        }

    def _numbers(self, key: PersonKey) -> list[dict[str, Any]]:
        return [
            {"person_id": self._ids[key], "place": place, **number._asdict()}
            for place, number in enumerate(self._wanted[key].numbers, 1)
        ]


def insert_rows(session: Session, table: type[Base], rows: list[dict[str, Any]]) -> None:
    """Many rows of one table at once; their ids are not asked for."""
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
