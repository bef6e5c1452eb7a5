"""Reading an audience out of the directory, person by person, without holding it all."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, false, func, or_, select, true
from sqlalchemy.orm import Session

from base.wiring import settings
from base.work import streamed
from directory.models import Building, Consent, Contact, Home, Number, Person
from directory.places import place_text
from outreach.audience import EVERYBODY, Candidate, Filter, Line
from outreach.surveymodels import Survey
from outreach.surveys import SurveyState
from tickets.lifecycle import Status
from tickets.models import Ticket

AT_ONCE = 2000
SILENT = (SurveyState.OPEN, SurveyState.UNANSWERED)
"""Where a question stands that was put to somebody and not answered."""
Query = Any
"""A SELECT of whatever columns."""


def candidates(session: Session, chosen: Filter) -> Iterator[Candidate]:
    """Everybody of this audience, by id, with their homes in it and all their numbers."""
    return _candidates(session, chosen, true(), true())


def first(session: Session, chosen: Filter, most: int = 20) -> list[Candidate]:
    """The first few of this audience, by id."""
    some = _of_audience(select(Contact.person_id), chosen).distinct().order_by(Contact.person_id).limit(most)
    ids = list(session.scalars(some))
    return list(_candidates(session, chosen, Contact.person_id.in_(ids), Number.person_id.in_(ids)))


def some(session: Session, person_ids: Collection[int]) -> list[Candidate]:
    """These people, as far as they have a home now, by id."""
    ids = list(person_ids)
    return list(_candidates(session, EVERYBODY, Contact.person_id.in_(ids), Number.person_id.in_(ids)))


def of_homes(session: Session, chosen: Filter, home_ids: Collection[int]) -> Iterator[Candidate]:
    """Everybody of this audience who belongs to one of these homes, by id, with all their homes in it."""
    if len(home_ids) > AT_ONCE:  # nearly everybody: it is quicker to go through them all
        ids = set(home_ids)
        return (one for one in candidates(session, chosen) if any(home_id in ids for home_id, _ in one.homes))
    theirs = _of_audience(select(Contact.person_id), chosen).where(Contact.home_id.in_(home_ids)).correlate(None)
    return _candidates(session, chosen, Contact.person_id.in_(theirs), Number.person_id.in_(theirs))


def contacts(session: Session, chosen: Filter) -> Iterator[tuple[int, int, bool]]:
    """The person and the home of every contact in this audience, and whether that person was taken out of it."""
    found = select(Contact.person_id, Contact.home_id, _excluded(chosen))
    for person_id, home_id, is_out in session.connection().execute(_of_audience(found, chosen)):
        yield person_id, home_id, bool(is_out)


def who_has(session: Session, chosen: Filter, numbers: Collection[str]) -> set[int]:
    """Everybody of this audience who has one of these numbers."""
    found = select(Number.person_id, Number.number).join(Contact, Contact.person_id == Number.person_id)
    rows = session.connection().execute(_of_audience(found, chosen))
    return {person_id for person_id, number in rows if number in numbers}


def wanting(message_class: str, project_id: int | None = None) -> Select[int]:
    """Everybody with a home (of a project) who has a number whose newest word about a class is yes."""
    newest = select(func.max(Consent.id)).where(Consent.message_class == message_class).group_by(Consent.number)
    numbers = select(Consent.number).where(Consent.id.in_(newest), Consent.granted)
    there = _of_audience(select(Contact.person_id), Filter(project_id))
    return select(Number.person_id).where(Number.number.in_(numbers), Number.person_id.in_(there))


def is_anybody(session: Session, chosen: Filter) -> bool:
    """Whether this audience has anybody at all."""
    return has(session, chosen, true())


def has(session: Session, chosen: Filter, who: ColumnElement[bool]) -> bool:
    """Whether a contact of whom `who` holds is in this audience, left out or not."""
    return bool(session.scalar(select(exists(_of_audience(select(Contact.id), chosen).where(who)))))


def reaches(session: Session, chosen: Filter, prefix: str) -> bool:
    """Whether anybody of this audience has a number that begins so (`+86`)."""
    theirs = _of_audience(select(Contact.person_id), chosen)
    some = select(Number.id).where(Number.number.startswith(prefix), Number.person_id.in_(theirs))
    return bool(session.scalar(select(exists(some))))


def is_alone(session: Session) -> Callable[[str], bool]:
    """Whether a number belongs to one person only; of those that do not, all are known afterwards."""
    shared = select(Number.number).group_by(Number.number).having(func.count() > 1)
    several = frozenset(session.scalars(shared))
    return lambda number: number not in several


def is_small(session: Session, chosen: Filter, most: int) -> bool:
    """Whether this audience has at most so many contacts; it counts no further than that."""
    some = _of_audience(select(Contact.id), chosen).limit(most + 1).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) <= most


def size_of(session: Session, chosen: Filter) -> tuple[int, int, int]:
    """How many homes, people and numbers this audience has, before anybody is left out or has a number twice."""
    return (*homes_and_people(session, chosen), sum(n for _, n in numbers_by_country(session, chosen)))


def homes_and_people(session: Session, chosen: Filter) -> tuple[int, int]:
    """How many homes and people this audience has."""
    counted = select(func.count(Contact.home_id.distinct()), func.count(Contact.person_id.distinct()))
    homes, persons = session.execute(_of_audience(counted, chosen)).one()
    return homes, persons


def numbers_by_country(session: Session, chosen: Filter) -> list[tuple[str, int]]:
    """How many main numbers of this audience are where (`HK`), before anybody is left out."""
    theirs = _of_audience(select(Contact.person_id), chosen)
    main = select(Number.region, func.count(Number.number.distinct())).where(Number.person_id.in_(theirs))
    return [(region, n) for region, n in session.execute(main.where(Number.place == 1).group_by(Number.region))]


def wishes(session: Session, message_class: str, among: Collection[str] | None = None) -> Mapping[str, bool]:
    """The newest word about a class by number; `among` a few numbers, or of all."""
    said = select(Consent.number, Consent.granted).where(Consent.message_class == message_class)
    if among is not None:
        said = said.where(Consent.number.in_(among))
    ordered = said.order_by(Consent.said_at, Consent.id).execution_options(yield_per=AT_ONCE)
    return dict(list(session.execute(ordered)))


def _candidates(
    session: Session, chosen: Filter, of_contact: ColumnElement[bool], of_number: ColumnElement[bool]
) -> Iterator[Candidate]:
    some, connection = {"yield_per": AT_ONCE}, session.connection()  # rows, not objects: there may be very many
    contacts = streamed(session, connection.execute(_contacts(chosen).where(of_contact).execution_options(**some)))
    lines = streamed(session, connection.execute(_numbers(chosen).where(of_number).execution_options(**some)))
    numbers = _by_person(lines)
    ahead = next(numbers, None)
    for person_id, rows in groupby(contacts, key=lambda row: row.person_id):
        while ahead is not None and ahead[0] < person_id:
            ahead = next(numbers, None)
        theirs = ahead[1] if ahead is not None and ahead[0] == person_id else ()
        yield _candidate(person_id, list(rows), theirs)


def _contacts(chosen: Filter) -> Query:
    found = select(
        Contact.person_id, Contact.home_id, Person.language, Person.salutation, Person.is_demo,
        Building.name.label("building"), Home.unit, Home.name.label("home"), Contact.role,
        _excluded(chosen).label("is_excluded"),
    )  # fmt: skip
    return _of_audience(found.join(Person, Person.id == Contact.person_id), chosen).order_by(
        Contact.person_id, Contact.place, Contact.id
    )


def _numbers(chosen: Filter) -> Query:
    found = select(
        Number.person_id, Number.number, Number.kind, Number.extension, Number.needs_check, Number.place, Number.id
    )
    # not IN (…): a database that knows little of new rows walks over the whole audience for every number
    of_audience = _of_audience(found.join(Contact, Contact.person_id == Number.person_id), chosen)
    return of_audience.distinct().order_by(Number.person_id, Number.place, Number.id)


def _of_audience(query: Query, chosen: Filter) -> Query:
    parts: list[ColumnElement[bool]] = [Contact.ended_at.is_(None)]
    if chosen.project_id is not None:
        parts.append(Building.project_id == chosen.project_id)
    if chosen.building_ids:
        parts.append(Building.id.in_(chosen.building_ids))
    if chosen.occupancy:
        parts.append(Home.occupancy.in_(chosen.occupancy))
    if chosen.roles:
        parts.append(Contact.role.in_(chosen.roles))
    if chosen.units:
        parts.append(Home.unit.in_(chosen.units))
    if chosen.lowest_floor is not None:
        parts.append(Home.floor >= chosen.lowest_floor)
    if chosen.highest_floor is not None:
        parts.append(Home.floor <= chosen.highest_floor)
    if chosen.risers:
        parts.append(Home.riser.in_(chosen.risers))
    parts += _of_person(chosen)
    joined = query.join(Home, Home.id == Contact.home_id).join(Building, Building.id == Home.building_id)
    return joined.where(*parts)


def _of_person(chosen: Filter) -> Iterator[ColumnElement[bool]]:
    if chosen.languages:
        yield Contact.person_id.in_(select(Person.id).where(Person.language.in_(chosen.languages)))
    if chosen.is_on_care_list:
        yield Contact.person_id.in_(select(Person.id).where(Person.special_care != ""))
    if chosen.is_abroad:
        here = settings().default_region
        main = select(Number.person_id).where(Number.place == 1, Number.region.not_in(("", here)))
        yield Contact.person_id.in_(main)
    if chosen.owes_answer:
        asked = (
            select(Survey.number)
            .join(Ticket, Ticket.id == Survey.ticket_id)
            .where(Survey.state.in_(SILENT), Ticket.status == Status.RESOLVED)
        )
        yield Contact.person_id.in_(select(Number.person_id).where(Number.number.in_(asked)))
    if chosen.person_ids is not None:
        yield Contact.person_id.in_(chosen.person_ids)


def _excluded(chosen: Filter) -> ColumnElement[bool]:
    out = (_of_audience(select(Contact.person_id), one).correlate(None) for one in chosen.left_behind)
    return or_(false(), *(Contact.person_id.in_(those) for those in out))


def _by_person(rows: Iterable[Row[Any]]) -> Iterator[tuple[int, tuple[Line, ...]]]:
    for person_id, theirs in groupby(rows, key=lambda row: row.person_id):
        yield person_id, tuple(Line(row.number, row.kind, row.extension, row.needs_check) for row in theirs)


def _candidate(person_id: int, rows: list[Row[Any]], lines: tuple[Line, ...]) -> Candidate:
    first = rows[0]
    language = first.language.value
    homes = tuple((row.home_id, place_text(row.building, row.unit, row.home, language)) for row in rows)
    roles = tuple(row.role.value for row in rows)
    return Candidate(person_id, language, first.salutation, homes, lines, first.is_demo, bool(first.is_excluded), roles)
