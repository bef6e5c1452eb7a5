"""Finding people and homes by name, by number or by the room as people spell it."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from console.scope import project_of
from console.search import is_number, number_or_tail, of_project, people_named
from console.staff import Me
from console.walls import known_people
from directory.actions.places import MOST_HOMES, homes_meant
from directory.models import Contact, Home, Number, Person

MOST_PEOPLE = 50


def people_like(
    session: Session, me: Me, asked: str, *also: ColumnElement[bool], named: Sequence[int] | None = None
) -> Sequence[Person]:  # fmt: skip
    """The people whom `me` may look up, by name, by number or its last four digits, or by room; and `also` so.

    Whoever is called just so comes first. `named` are the people of that name, if they were read already.
    """
    ways: list[ColumnElement[bool]] = []
    if number := number_or_tail(asked):
        ways.append(Person.id.in_(select(Number.person_id).where(is_number(Number.number, number))))
    if homes := homes_like(session, me, asked, most=MOST_PEOPLE):
        lives = select(Contact.person_id).where(
            Contact.home_id.in_([home.id for home in homes]), Contact.ended_at.is_(None)
        )
        ways.append(Person.id.in_(lives))
    if people := people_named(session, me, asked) if named is None else named:
        ways.append(Person.id.in_(people))
    order = ((Person.name == asked.strip()).desc(), Person.name, Person.id)
    ids: set[int] = set()
    # one question for each way: together they would be asked of everybody there is
    for way in ways:
        ids.update(
            session.scalars(select(Person.id).where(way, known_people(me), *also).order_by(*order).limit(MOST_PEOPLE))
        )
    query = select(Person).where(Person.id.in_(ids)).order_by(*order).options(joinedload(Person.numbers))
    return session.scalars(query.limit(MOST_PEOPLE)).unique().all() if ids else ()


def homes_like(session: Session, me: Me, asked: str, *, most: int = MOST_HOMES) -> Sequence[Home]:
    """The homes that `me` may see of those that may be meant."""
    return homes_meant(session, asked, of_project(project_of(me)), most=most)


def homes_of_nobody(session: Session, homes: Sequence[Home]) -> list[Home]:
    """Those of these homes to which nobody belongs now."""
    theirs = select(Contact.home_id).where(Contact.home_id.in_([home.id for home in homes]), Contact.ended_at.is_(None))
    lived_in = set(session.scalars(theirs))
    return [home for home in homes if home.id not in lived_in]
