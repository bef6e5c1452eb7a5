"""The people a list means: who has these numbers, who belongs to these rooms, and the lines that mean nobody."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.errors import BadInput
from base.wiring import settings
from directory.models import Building, Contact, Home, Number, Project
from outreach.listing import MOST_LISTED, Line, by_place, read_lines

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Listed:
    """Whom a list means, by id in order, and its lines that mean nobody here."""

    person_ids: tuple[int, ...]
    strange: tuple[Line, ...]


def people_listed(
    session: Session, rows: Iterable[tuple[int, Sequence[object]]], project_ids: Collection[int], *,
    may_have_head: bool = True,
) -> Listed:  # fmt: skip
    """Who of these projects is meant by rows of a sheet. Raises `BadInput` where there are too many of them."""
    area_codes = set(session.scalars(select(Project.area_code).where(Project.id.in_(project_ids))))
    area_code = area_codes.pop() if len(area_codes) == 1 else ""
    lines = read_lines(rows, region=settings().default_region, area_code=area_code, may_have_head=may_have_head)
    if len(lines) > MOST_LISTED:
        raise BadInput(
            f"名单有 {len(lines)} 行，最多 {MOST_LISTED} 行；更多的人请按项目或楼栋选。"
            f"The list has {len(lines)} lines, {MOST_LISTED} at most; choose more people by project or building."
        )
    of_number = _by_number(session, {line.number for line in lines if line.number}, project_ids)
    of_home = _by_home(session, lines, project_ids)
    people: set[int] = set()
    strange = []
    for line in lines:
        meant = of_number.get(line.number, set()) if line.number else of_home.get(line.row, set())
        people |= meant
        if not meant:
            strange.append(line)
    return Listed(tuple(sorted(people)), tuple(strange))


def _by_number(session: Session, numbers: set[str], project_ids: Collection[int]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    ordered = sorted(numbers)
    for few in (ordered[i : i + AT_ONCE] for i in range(0, len(ordered), AT_ONCE)):
        theirs = (
            select(Number.number, Number.person_id)
            .join(Contact, Contact.person_id == Number.person_id)
            .join(Home, Home.id == Contact.home_id)
            .join(Building, Building.id == Home.building_id)
            .where(Number.number.in_(few), Contact.ended_at.is_(None), Building.project_id.in_(project_ids))
        )
        for number, person_id in session.execute(theirs):
            found.setdefault(number, set()).add(person_id)
    return found


def _by_home(session: Session, lines: Sequence[Line], project_ids: Collection[int]) -> dict[int, set[int]]:
    """By the row of each line that names a room."""
    rooms = {line.row: line.place for line in lines if line.place is not None}
    if not rooms:
        return {}
    homes = (
        select(Home.id, Building.project_id, Building.name, Home.unit, Home.name)
        .join(Building, Building.id == Home.building_id)
        .where(Building.project_id.in_(project_ids))
    )
    known = by_place((id, project, name, unit, room) for id, project, name, unit, room in session.execute(homes))
    wanted = {row: known.get(place, []) for row, place in rooms.items()}
    ids = sorted({home_id for homes_of_row in wanted.values() for home_id in homes_of_row})
    people: dict[int, set[int]] = {}
    for few in (ids[i : i + AT_ONCE] for i in range(0, len(ids), AT_ONCE)):
        theirs = select(Contact.home_id, Contact.person_id).where(Contact.home_id.in_(few), Contact.ended_at.is_(None))
        for home_id, person_id in session.execute(theirs):
            people.setdefault(home_id, set()).add(person_id)
    return {row: {one for home in homes_of_row for one in people.get(home, ())} for row, homes_of_row in wanted.items()}
