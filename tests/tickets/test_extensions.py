"""More time that was asked for at one level and is allowed at another."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from base.errors import Conflict
from directory.models import Staff
from tests.make import a_member_of_staff, a_project
from tests.tickets.test_actions import AT, a_ticket
from tickets import actions
from tickets.clocks import Clock
from tickets.lifecycle import Kind, Level
from tickets.models import Ticket
from tickets.running import ClockName

UNTIL = AT + timedelta(days=3)


def asked(session: Session, until_at: datetime = UNTIL) -> tuple[Ticket, Staff]:
    """Whoever took a dripping tap asks for three days, or until then; and who may allow it."""
    project = a_project(session)
    hand, leader = (a_member_of_staff(session, name, f"+861390000000{n}", project=project)
                    for n, name in enumerate(("王强", "孙丽")))  # fmt: skip
    ticket = a_ticket(session, Kind.REPAIR, "water_power", project_id=project.id)
    actions.acknowledge(session, ticket.id, hand.id, at=AT, how="click")
    actions.ask_extension(session, ticket.id, hand, until_at=until_at, reason="等配件", at=AT)
    return ticket, leader


def clock(session: Session, ticket: Ticket, name: ClockName) -> Clock:
    return next(one for one in actions.standing_clocks(session, ticket, at=AT) if one.name is name)


def test_it_moves_the_clock_that_the_ticket_has_now(session: Session) -> None:
    ticket, leader = asked(session)
    actions.set_level(session, ticket.id, leader.id, Level.P1, at=AT, text="漏得更大了")
    actions.answer_extension(session, ticket.id, leader, is_granted=True, words="", at=AT)
    control = clock(session, ticket, ClockName.CONTROL)
    assert (control.is_extended, control.due_at) == (True, UNTIL)


def test_where_another_level_gives_more_time_than_was_asked_for_nobody_takes_it_away(session: Session) -> None:
    ticket, leader = asked(session, AT + timedelta(hours=36))
    assert (ticket.level, clock(session, ticket, ClockName.FINISH).due_at) < (Level.P3, AT + timedelta(hours=36))
    actions.set_level(session, ticket.id, leader.id, Level.P3, at=AT, text="不急")
    promised = clock(session, ticket, ClockName.FINISH)
    assert promised.due_at is not None
    assert promised.due_at > AT + timedelta(hours=36)
    with pytest.raises(Conflict, match="ask anew"):
        actions.answer_extension(session, ticket.id, leader, is_granted=True, words="", at=AT)
    assert clock(session, ticket, ClockName.FINISH) == promised


def test_where_no_clock_can_be_put_off_any_more_nobody_allows_it_and_a_refusal_stands(session: Session) -> None:
    ticket, leader = asked(session)
    actions.set_level(session, ticket.id, leader.id, Level.P0, at=AT, text="触电了")
    with pytest.raises(Conflict, match="No clock"):
        actions.answer_extension(session, ticket.id, leader, is_granted=True, words="", at=AT)
    actions.answer_extension(session, ticket.id, leader, is_granted=False, words="有危险", at=AT)
    assert not clock(session, ticket, ClockName.ARRIVE).is_extended
