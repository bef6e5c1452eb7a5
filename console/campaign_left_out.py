"""Who of a campaign gets nothing, and why."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from base.log import mask_name
from console.masks import masked
from directory.models import Building, Contact, Home, Person
from directory.places import place_text
from outreach.models import Campaign, LeftOut

MOST_PEOPLE = 300
MOST_OF_A_REASON = 12
"""So many are named while somebody still writes; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Absent:
    """Somebody who gets nothing; name and number are masked, and the home tells them apart."""

    name: str
    place: str
    number: str
    reason: str
    person_id: int = 0


def absent(session: Session, campaign: Campaign, reason: str, language: str) -> tuple[list[Absent], int]:
    """People of a campaign who get nothing, of one reason or of all, and how many there are beyond those."""
    query = select(LeftOut).where(LeftOut.campaign_id == campaign.id)
    if reason:
        query = query.where(LeftOut.reason == reason)
    count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    found = session.scalars(query.options(joinedload(LeftOut.person)).order_by(LeftOut.id).limit(MOST_PEOPLE)).all()
    places = _places(session, campaign.project_id, [one.person_id for one in found], language)
    shown = [
        Absent(
            mask_name(one.person.name),
            places.get(one.person_id, ""),
            masked(one.number) if one.number else "",
            one.reason,
        )
        for one in found
    ]
    return shown, count - len(shown)


def would_be_absent(
    session: Session, left_out: Iterable[tuple[int, str, str]], project_id: int | None, language: str
) -> dict[str, list[Absent]]:
    """The first few of each reason of an audience that is not written yet: person, number and reason of everybody."""
    few: dict[str, list[tuple[int, str]]] = {}
    for person_id, number, reason in left_out:
        if len(few.setdefault(reason, [])) < MOST_OF_A_REASON:
            few[reason].append((person_id, number))
    ids = [person_id for some in few.values() for person_id, _ in some]
    names = dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).all())
    places = _places(session, project_id, ids, language) if ids else {}
    return {
        reason: [
            Absent(mask_name(names.get(id, "")), places.get(id, ""), masked(number) if number else "", reason, id)
            for id, number in some
        ]
        for reason, some in few.items()
    }


def _places(session: Session, project_id: int | None, person_ids: list[int], language: str) -> dict[int, str]:
    query = (
        select(Contact.person_id, Building.name, Home.unit, Home.name)
        .join(Home, Home.id == Contact.home_id)
        .join(Building, Building.id == Home.building_id)
        .where(Contact.person_id.in_(person_ids), Contact.ended_at.is_(None))
        .order_by(Contact.place.desc(), Contact.id.desc())
    )
    if project_id is not None:
        query = query.where(Building.project_id == project_id)
    return {
        person_id: place_text(building, unit, home, language)
        for person_id, building, unit, home in session.execute(query)
    }
