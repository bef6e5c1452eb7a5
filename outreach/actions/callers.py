"""Who called about a trouble that was known already: they are told how it goes on, like those it was written to."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from directory import actions as directory
from directory.models import Number
from messages.lifecycle import Way
from outreach.actions.reach import NoText, reach_of
from outreach.audience import Recipient
from outreach.lifecycle import NoticeStep
from telephony.numbers import NumberKind, ReadNumber, is_withheld, read_number, sms_capable
from tickets.actions.askers import who_asked
from tickets.models import Ticket

FOLLOWS = frozenset({NoticeStep.DELAY, NoticeStep.RESTORED})


def way_to(session: Session, number: str, *, at: datetime) -> Way | None:
    """How somebody at this number is told how it goes on: by text, a landline by call; None: not at all."""
    reach = reach_of(session, number, at=at, looks_only=True)
    if reach is None:
        return None
    if reach.can_read:
        return Way.TEXT
    return Way.CALL if reach.no_text is NoText.KIND and Way.CALL in reach.ways else None


def who_joined(session: Session, incident_id: int | None, step: NoticeStep | None) -> Iterator[Recipient]:
    """Whoever asked to be told, then the callers of its tickets, each number once; nobody for an opening."""
    if incident_id is None or step not in FOLLOWS:
        return
    asked = [(one.number, one.language) for one in who_asked(session, incident_id)]
    rows = select(Ticket.caller_number, Ticket.language).where(
        Ticket.incident_id == incident_id, Ticket.caller_number.is_not(None)
    )
    called = [(number, language) for number, language in session.execute(rows.order_by(Ticket.id))]
    seen = set()
    for number, language in asked + called:
        read = read_number(number or "")
        if not isinstance(read, ReadNumber) or read.number in seen or is_withheld(read.number) or read.extension:
            continue
        seen.add(read.number)
        kind, is_demo = directory.kind_of(session, read), directory.whose_number(session, read.number).is_demo
        if sms_capable(kind):
            yield Recipient(read.number, Way.TEXT, language, "", is_demo)
        elif kind is NumberKind.LANDLINE:
            yield Recipient(read.number, Way.CALL, language, "", is_demo)


def heard_elsewhere(
    session: Session, incident_id: int | None, step: NoticeStep | None, told: Collection[str]
) -> set[str]:
    """Numbers that were `told` of it, all of whose people asked at another to hear how it goes on: they hear it once.

    Where somebody else stands behind such a number too, it is still for them.
    """
    if incident_id is None or step not in FOLLOWS:
        return set()
    asked = {one.number for one in who_asked(session, incident_id)}
    if not asked:
        return set()
    theirs = select(Number.person_id).where(Number.number.in_(asked), Number.extension == "")
    persons = set(session.scalars(theirs))
    others = set(session.scalars(select(Number.number).where(Number.person_id.in_(persons)))) & set(told) - asked
    behind: dict[str, set[int]] = {}
    for number, person_id in session.execute(
        select(Number.number, Number.person_id).where(Number.number.in_(others), Number.extension == "")
    ):
        behind.setdefault(number, set()).add(person_id)
    return {number for number, people in behind.items() if people <= persons}
