"""Who called about a trouble that was known already: they are told how it goes on, like those it was written to."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from directory import actions as directory
from messages.lifecycle import Way
from outreach.audience import Recipient
from outreach.lifecycle import NoticeStep
from telephony.numbers import NumberKind, ReadNumber, is_withheld, read_number, sms_capable
from tickets.models import Ticket

FOLLOWS = frozenset({NoticeStep.DELAY, NoticeStep.RESTORED})


def who_joined(session: Session, incident_id: int | None, step: NoticeStep | None) -> Iterator[Recipient]:
    """The callers of its tickets, each number once; nobody for an opening."""
    if incident_id is None or step not in FOLLOWS:
        return
    rows = select(Ticket.caller_number, Ticket.language).where(
        Ticket.incident_id == incident_id, Ticket.caller_number.is_not(None)
    )
    seen = set()
    for number, language in session.execute(rows.order_by(Ticket.id)):
        read = read_number(number or "")
        if not isinstance(read, ReadNumber) or read.number in seen or is_withheld(read.number) or read.extension:
            continue
        seen.add(read.number)
        kind, is_demo = directory.kind_of(session, read), directory.whose_number(session, read.number).is_demo
        if sms_capable(kind):
            yield Recipient(read.number, Way.TEXT, language, "", is_demo)
        elif kind is NumberKind.LANDLINE:
            yield Recipient(read.number, Way.CALL, language, "", is_demo)
