"""The words, names and numbers of tickets put out of sight; that they were, when, and how they ended stays."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, delete, insert, literal_column, select, update
from sqlalchemy.orm import Session

from tickets.complaintmodels import ComplaintHop
from tickets.models import CALLED_AT, Erasing, EventType, Ticket, TicketEvent
from tickets.promisemodels import Extension

GONE = "已删除"
"""What stands where words were."""
OURS = frozenset({
    EventType.PAGED, EventType.PAGE_RESULT, EventType.ACKNOWLEDGED, EventType.ASSIGNED, EventType.ARRIVED,
    EventType.ALARM, EventType.OVERRUN, EventType.CODE_TOLD, EventType.RECORDING, EventType.RANG_BACK,
})  # fmt: skip
"""What these say we wrote ourselves, of staff and firms; whatever else somebody wrote may name its owner."""
CONTACT, SPEAKER = "contact", "speaker"
"""A number on a timeline: where whoever joined may be called, and at which we had called who spoke after the beep."""
PERSONAL = frozenset({CONTACT, SPEAKER, "name", "told"})
"""What the timeline keeps beside words, and tells whom it is about."""


def erase(session: Session, ids: Sequence[int]) -> None:
    """Put out of sight what somebody said, wrote or was called at on these tickets, which must have ended.

    1. Their ids stand in `erasing`, for this transaction alone: else the database refuses.
    2. The words and numbers of tickets, timelines and complaints give way; no row goes, so that every count holds.
    """
    if not ids:
        return
    session.execute(insert(Erasing), [{"ticket_id": id} for id in ids])
    at_once = {"synchronize_session": False}
    session.execute(
        update(Ticket)
        .where(Ticket.id.in_(ids))
        .values(summary=GONE, caller_number=None, person_id=None, version=Ticket.version + 1)
        .execution_options(**at_once)
    )
    theirs = TicketEvent.ticket_id.in_(ids)
    words = update(TicketEvent).where(theirs, TicketEvent.text != "", TicketEvent.type.not_in(OURS))
    session.execute(words.values(text=GONE).execution_options(**at_once))
    for id, data in session.execute(select(TicketEvent.id, TicketEvent.data).where(theirs)).all():
        if PERSONAL & data.keys():
            session.execute(update(TicketEvent).where(TicketEvent.id == id).values(data=_bare(data)))
    hops = update(ComplaintHop).where(ComplaintHop.ticket_id.in_(ids), ComplaintHop.reason != "")
    session.execute(hops.values(reason=GONE).execution_options(**at_once))
    more_time = update(Extension).where(Extension.ticket_id.in_(ids))
    session.execute(more_time.values(reason=GONE, words="").execution_options(**at_once))
    session.execute(delete(Erasing).where(Erasing.ticket_id.in_(ids)))
    session.expire_all()


def with_contact(numbers: Collection[str]) -> ColumnElement[bool]:
    """Entries of a timeline by which somebody who joined a ticket may be called at one of these numbers, or spoke there
    when we had called: found by their index, however long all timelines are.
    """
    called_at: ColumnElement[bool] = literal_column(CALLED_AT, String).in_(numbers)
    return and_(called_at, TicketEvent.type.in_((EventType.AMENDED, EventType.RECORDING)))


def recorded_at(numbers: Collection[str]) -> Select[int]:
    """The ids of the recordings of whoever we had called at one of these numbers, on whosever ticket they are."""
    spoken = (with_contact(numbers), TicketEvent.type == EventType.RECORDING)
    return select(TicketEvent.data["recording"].as_integer()).where(*spoken)


def recorded_by_others(tickets: Select[int], numbers: Collection[str]) -> Select[int]:
    """The ids of the recordings on these tickets of whoever we had called at a number that is none of these."""
    speaker: ColumnElement[bool] = TicketEvent.data[SPEAKER].as_string().not_in(["", *numbers])
    of_others = (TicketEvent.ticket_id.in_(tickets), TicketEvent.type == EventType.RECORDING, speaker)
    return select(TicketEvent.data["recording"].as_integer()).where(*of_others)


def without_others(what: EventType, data: dict[str, Any], numbers: Collection[str]) -> dict[str, Any]:
    """What an entry keeps beside words, without the number of somebody else who joined the ticket, or spoke there."""
    if what not in {EventType.AMENDED, EventType.RECORDING}:  # a firm that it was handed to is no secret
        return data
    return {name: "" if name in {CONTACT, SPEAKER} and value not in numbers else value for name, value in data.items()}


def forget_contacts(session: Session, numbers: Collection[str]) -> None:
    """Nobody is called at these numbers any more for a ticket that they joined, nor named by them as who spoke; nothing
    else of it changes.
    """
    for event in session.scalars(select(TicketEvent).where(with_contact(numbers))).all():
        _changes(session, event, data={**event.data, **dict.fromkeys({CONTACT, SPEAKER} & event.data.keys(), "")})


def forget_words(session: Session, events: Iterable[TicketEvent]) -> None:
    """What these entries say gives way; that they were, and when, stays."""
    for event in events:
        _changes(session, event, text=GONE)


def _changes(session: Session, event: TicketEvent, **values: object) -> None:
    session.execute(insert(Erasing).values(ticket_id=event.ticket_id))
    change = update(TicketEvent).where(TicketEvent.id == event.id).values(values)
    session.execute(change.execution_options(synchronize_session=False))
    session.execute(delete(Erasing).where(Erasing.ticket_id == event.ticket_id))


def _bare(data: dict[str, Any]) -> dict[str, Any]:
    return {name: "" if name in PERSONAL else value for name, value in data.items()}
