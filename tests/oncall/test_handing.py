"""A colleague is handed a ticket: when their telephone buzzes for it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from messages.models import Message
from oncall import actions
from tests.oncall.estate import AT, Estate, a_stuck_lift, an_estate
from tickets.lifecycle import Kind
from tickets.models import Ticket

OPENS = datetime.fromisoformat("2026-11-23T08:30:00+08:00")
"""It is 02:30 at night."""
NOON = datetime.fromisoformat("2026-11-23T12:00:00+08:00")


@pytest.fixture
def estate(session: Session) -> Estate:
    return an_estate(session)


def the_text(session: Session, estate: Estate, ticket: Ticket, at: datetime) -> Message:
    """The supervisor hands it to the second technician; what is planned to them."""
    tickets.actions.assign(session, ticket.id, estate.supervisor.id, to_staff_id=estate.second.id, at=at)
    session.refresh(ticket, ["assignee"])
    actions.tell_assignee(session, ticket, by=estate.supervisor, at=at)
    return session.scalars(select(Message).where(Message.number == estate.second.number)).one()


@pytest.mark.parametrize(
    ("kind", "category"),
    [(Kind.ENQUIRY, "enquiry"), (Kind.REPAIR, "water_power"), (Kind.COMPLAINT, "noise")],
)
def test_what_wakes_nobody_is_told_when_the_desk_opens_and_then_stays_fresh(
    session: Session, estate: Estate, kind: Kind, category: str
) -> None:
    text = the_text(session, estate, a_stuck_lift(session, estate, kind=kind, category=category), AT)
    assert (text.due_at, text.valid_until_at) == (OPENS, OPENS + timedelta(hours=1))


def test_by_day_it_is_told_now(session: Session, estate: Estate) -> None:
    ticket = a_stuck_lift(session, estate, kind=Kind.REPAIR, category="water_power")
    text = the_text(session, estate, ticket, NOON)
    assert (text.due_at, text.valid_until_at) == (NOON, NOON + timedelta(hours=1))


def test_what_wakes_people_is_told_at_night(session: Session, estate: Estate) -> None:
    assert the_text(session, estate, a_stuck_lift(session, estate), AT).due_at == AT


def test_so_is_what_its_owner_says_is_not_done(session: Session, estate: Estate) -> None:
    ticket = a_stuck_lift(session, estate, kind=Kind.REPAIR, category="water_power")
    tickets.actions.resolve(session, ticket.id, estate.first.id, at=AT, text="好了")
    tickets.actions.reopen(session, ticket.id, None, at=AT, text="没好", refused={"key": "5"})
    assert the_text(session, estate, ticket, AT).due_at == AT
