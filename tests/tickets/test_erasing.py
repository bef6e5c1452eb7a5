"""The words of a ticket give way only where somebody says that they do, and nothing else of it ever."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from tests.tickets.test_actions import AT, a_ticket
from tickets import actions
from tickets.actions import GONE
from tickets.lifecycle import Kind
from tickets.models import Erasing, Ticket, TicketEvent


@pytest.mark.parametrize("change", [
    update(TicketEvent).values(at=AT + timedelta(hours=1)), update(TicketEvent).values(type="closed"),
    delete(TicketEvent), update(Ticket).values(ref="1"), update(Ticket).values(opened_at=AT + timedelta(hours=1)),
])  # fmt: skip
def test_even_of_a_ticket_that_is_erased_what_happened_when_stays(session: Session, change: object) -> None:
    ticket = a_ticket(session, Kind.REPAIR, "water_power", summary="水龙头漏水")
    session.execute(insert(Erasing).values(ticket_id=ticket.id))
    with pytest.raises(DatabaseError, match="never changed"), session.begin_nested():
        session.execute(change)


def test_who_is_erased_takes_no_other_ticket_along(session: Session) -> None:
    one, other = (a_ticket(session, Kind.REPAIR, "water_power", summary="水龙头漏水") for _ in range(2))
    actions.erase(session, [one.id])
    assert (one.summary, other.summary) == (GONE, "水龙头漏水")
    assert session.scalars(select(Erasing)).all() == []
    with pytest.raises(DatabaseError, match="never changed"), session.begin_nested():
        session.execute(update(Ticket).where(Ticket.id == one.id).values(summary="又来"))


def test_what_an_owner_was_told_of_a_cancellation_gives_way_too(session: Session) -> None:
    one = a_ticket(session, Kind.REPAIR, "water_power", summary="水龙头漏水")
    actions.cancel(session, one.id, None, at=AT, text="张先生打错了", told="张先生，请找自来水公司")
    actions.erase(session, [one.id])
    newest = session.scalars(select(TicketEvent).order_by(TicketEvent.id.desc()).limit(1)).one()
    assert (newest.text, newest.data) == (GONE, {"told": ""})
