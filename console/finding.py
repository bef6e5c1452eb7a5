"""Finding people by name, by number or by the room as people spell it."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from console.scope import projects_of
from console.search import is_number, like, number_or_tail
from console.staff import Me
from console.walls import known_people
from directory.actions.places import homes_like
from directory.models import Contact, Number, Person
from directory.places import spelt

MOST_PEOPLE = 50


def people_like(session: Session, me: Me, asked: str, *also: ColumnElement[bool]) -> Sequence[Person]:
    """The people whom `me` may look up, by name, by number or its last four digits, or by room; and `also` so."""
    wanted: list[ColumnElement[bool]] = [Person.name.like(like(asked), escape="\\")]
    if number := number_or_tail(asked):
        wanted.append(Person.id.in_(select(Number.person_id).where(is_number(Number.number, number))))
    if (room := _in_a_room(session, me, asked)) is not None:
        wanted.append(room)
    query = select(Person).where(known_people(me), or_(*wanted), *also).order_by(Person.name, Person.id)
    return session.scalars(query.options(joinedload(Person.numbers)).limit(MOST_PEOPLE)).unique().all()


def _in_a_room(session: Session, me: Me, asked: str) -> ColumnElement[bool] | None:
    if not spelt(asked):
        return None
    homes = [home.id for project in projects_of(session, me) for home in homes_like(session, project.id, asked)]
    return Person.id.in_(select(Contact.person_id).where(Contact.home_id.in_(homes), Contact.ended_at.is_(None)))
