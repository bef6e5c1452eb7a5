"""What a roster says, written into the directory: a piece of it at a time, and only what is different."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from directory.columns import Field
from directory.models import Building, Contact, Home, Project
from directory.places import keys_of
from directory.residents import People, insert_rows
from directory.roster import HomeKey, Roster, RosterContact

PIECE = 500
"""Rows a transaction: with their people and numbers never more than a few thousand rows behind one lock."""


@dataclass(slots=True)
class Tally:
    """What became of rows. `contact_ids` are the ties there were before that the file speaks of.

    `untouched` are people that only whoever serves all projects may change, with their numbers.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    contact_ids: set[int] = field(default_factory=set)
    untouched: set[int] = field(default_factory=set)
    untouched_numbers: set[str] = field(default_factory=set)


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
    only_project: int | None = None,
) -> None:
    """Write what these rows say where the directory says otherwise; count into `tally`.

    With `only_project`, who has a home in another one too is tied to theirs here, and not changed.
    """
    homes, changed_homes = _homes(session, roster, {contact.home for contact in contacts}, area_code, is_demo)
    found = People(session, roster, contacts, homes, is_demo, only_project)
    people, changed_people = found.write()
    tally.untouched |= found.untouched.keys()
    tally.untouched_numbers.update(*found.untouched.values())
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
    insert_rows(session, Contact, new)
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
        insert_rows(
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
        insert_rows(session, Building, new)
        known = {(by_id[row.project_id], row.name): row.id for row in session.execute(query)}
    return {place: known[place] for place in wanted}
