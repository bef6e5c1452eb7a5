"""Whoever has had no home here for years is known no more; their tickets, calls and messages have days of their own."""

from collections.abc import Sequence

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from base.clock import now
from base.rows import table_of
from console.privacy.forgetting import forget_outreach, forget_row
from console.privacy.person import own_numbers
from console.privacy.shelves import DONE, ENDED, Shelf
from directory.forgotten import refuse_for_ever
from directory.models import Consent, Contact, Person
from tickets.actions import GONE
from tickets.models import Ticket

AT_ONCE = 10
"""People one transaction forgets: each is in many tables, and on SQLite a caller's webhook waits for it."""

_HAS_A_HOME = exists().where(Contact.person_id == Person.id, Contact.ended_at.is_(None))
_HAS_A_TICKET = exists().where(Ticket.person_id == Person.id, Ticket.status.not_in(ENDED))
_IS_GONE = (Person.name != GONE, ~_HAS_A_HOME, ~_HAS_A_TICKET)
_LEFT_AT = select(func.max(Contact.ended_at)).where(Contact.person_id == Person.id).correlate(Person).scalar_subquery()
"""Nothing for somebody who never had a home: who they are is nobody's history yet."""


def forget_people(session: Session, ids: Sequence[int]) -> None:
    """Name, numbers, birthday and wishes go. A number for which anything was refused is refused for ever, by its
    fingerprint. One who has a home or a ticket again since somebody looked is left alone.
    """
    for person in session.scalars(select(Person).where(Person.id.in_(ids), *_IS_GONE)).all():
        own, at = own_numbers(session, person), now()
        for number in own:
            if _refused(session, number):
                refuse_for_ever(session, number, at=at)
        session.execute(delete(Consent).where(Consent.number.in_(own)).execution_options(**DONE))
        forget_outreach(session, person.id)
        forget_row(session, person.id, at)


def _refused(session: Session, number: str) -> bool:
    return bool(session.scalar(select(exists().where(Consent.number == number, Consent.granted.is_(False)))))


PEOPLE = Shelf("people", "people_kept_days", table_of(Person), _LEFT_AT, _IS_GONE, forget_people, AT_ONCE)
