"""What stands in the way of greetings: looked at when they are planned, and swept away just before they go."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, or_, select, union
from sqlalchemy.orm import Session

from base.clock import local
from base.wiring import settings
from directory.models import Building, Contact, Home, Number, Person
from messages.ledger import sweep as ledger
from messages.ledger.sweep import Numbers
from messages.lifecycle import MessageClass
from outreach.actions.days import mourning_on
from outreach.audience import Reason
from outreach.blocks import AFTER_TROUBLE, NO_BLOCKS, Blocks, lasts
from tickets.lifecycle import IncidentKind, IncidentState, Level, Status
from tickets.models import Incident, Ticket

ENDED = (Status.CLOSED, Status.CANCELLED, Status.MERGED)
"""A complaint of which its owner has only been told the result is not over."""
MOURNING_DAY = "mourning_day"
"""Why a greeting of a day of mourning stays at home."""


def for_class(session: Session, message_class: MessageClass, *, at: datetime, goes_at: datetime) -> Blocks:
    """What stands in the way of what goes at `goes_at`, as it is known at `at`; nothing but for greetings."""
    if message_class is not MessageClass.CARE:
        return NO_BLOCKS
    reasons = (
        (Reason.OUTAGE, None, _homes_in_trouble(session, at, goes_at), None),
        (Reason.OPEN_COMPLAINT, _complainers(), _homes_complaining(), _numbers_complaining()),
        (Reason.BEREAVED, _mourners(goes_at), None, _numbers_mourning(goes_at)),
    )
    people: dict[int, Reason] = {}
    homes: dict[int, Reason] = {}
    numbers: dict[str, Reason] = {}
    for reason, of_people, of_homes, of_numbers in reasons:  # the gravest last: it is the one that is told
        people |= dict.fromkeys(session.scalars(of_people), reason) if of_people is not None else {}
        homes |= dict.fromkeys(session.scalars(of_homes), reason) if of_homes is not None else {}
        numbers |= dict.fromkeys(session.scalars(of_numbers), reason) if of_numbers is not None else {}
    return Blocks(people, homes, numbers)


InTheWay = Sequence[tuple[str, Numbers | None]]
"""A reason, and the numbers it concerns; all of them: None."""


def sweep(session: Session, *, at: datetime) -> int:
    """Put away every greeting that is about to go and must not any more; says how many. Only then may the others go."""
    return put_away(session, in_the_way(session, at=at), at=at)


def in_the_way(session: Session, *, at: datetime) -> InTheWay:
    """What stands in the way of a greeting that is about to go, the gravest first. Reads only: usually nothing does."""
    reasons: InTheWay
    if mourning_on(session, local(at, settings().timezone).date()) is not None:
        reasons = ((MOURNING_DAY, None),)
    else:
        homes = Contact.home_id.in_(_homes_complaining())
        complaining: Numbers = union(
            _numbers_complaining(), _numbers_of(or_(Contact.person_id.in_(_complainers()), homes))
        )
        in_trouble = _numbers_of(Contact.home_id.in_(_homes_in_trouble(session, at, at)))
        reasons = (
            (Reason.BEREAVED, _numbers_mourning(at)), (Reason.OPEN_COMPLAINT, complaining), (Reason.OUTAGE, in_trouble),
        )  # fmt: skip
    return [one for one in reasons if ledger.concerns_any(session, MessageClass.CARE, one[1], at=at)]


def put_away(session: Session, found: InTheWay, *, at: datetime) -> int:
    """Put away what `in_the_way` found at `at`; says how many. Whatever else was looked at then may go."""
    count = sum(ledger.put_away(session, MessageClass.CARE, reason, numbers, at=at) for reason, numbers in found)
    ledger.swept(session, MessageClass.CARE, at=at)
    return count


def is_due(session: Session, *, at: datetime) -> bool:
    """Whether greetings are about to go."""
    return ledger.is_due(session, MessageClass.CARE, at=at)


def mourns(person: Person, at: datetime) -> bool:
    """Whether somebody is left in peace at `at`: the year is not over, and nobody has lifted it."""
    return person.bereaved_at is not None and person.bereaved_at > at - _mourning()


def _mourning() -> timedelta:
    return timedelta(days=settings().bereaved_days)


def _mourners(at: datetime) -> Select[int]:
    return select(Person.id).where(Person.bereaved_at > at - _mourning())


def _numbers_mourning(at: datetime) -> Select[str]:
    return select(Number.number).where(Number.person_id.in_(_mourners(at)))


def _open_and_grave() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Ticket.level == Level.C2, Ticket.status.not_in(ENDED)


def _complainers() -> Select[int | None]:
    return select(Ticket.person_id).where(*_open_and_grave(), Ticket.person_id.is_not(None))


def _homes_complaining() -> Select[int | None]:
    return select(Ticket.home_id).where(*_open_and_grave(), Ticket.home_id.is_not(None))


def _numbers_complaining() -> Select[str | None]:
    return select(Ticket.caller_number).where(*_open_and_grave(), Ticket.caller_number.is_not(None))


def _homes_in_trouble(session: Session, at: datetime, goes_at: datetime) -> Select[int]:
    """Every home of an estate with an incident that lasts, or ended less than a day before; a drill is none."""
    lately = or_(Incident.state == IncidentState.OPEN, Incident.restored_at > at - AFTER_TROUBLE)
    real = Incident.kind != IncidentKind.DRILL
    rows = session.execute(select(Incident.project_id, Incident.restored_at).where(lately, real))
    projects = {project_id for project_id, restored_at in rows if lasts(restored_at, at, goes_at)}
    return select(Home.id).join(Building, Building.id == Home.building_id).where(Building.project_id.in_(projects))


def _numbers_of(whose: ColumnElement[bool]) -> Select[str]:
    theirs = select(Contact.person_id).where(whose, Contact.ended_at.is_(None))
    return select(Number.number).where(Number.person_id.in_(theirs))
