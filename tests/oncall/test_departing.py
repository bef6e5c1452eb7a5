"""Somebody leaves in the middle of a night: what they were paged for, had taken and were asked to help with."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from base.access import Role
from messages.lifecycle import MessageState, Way
from messages.models import Message
from oncall import actions
from oncall.actions import departing, holding
from oncall.actions.answering import Gone
from oncall.models import PageState
from tests.make import a_home, a_member_of_staff
from tests.oncall.estate import AT, Estate, a_stuck_lift, an_estate, calls_to, has_left, later, page_of, texts_to
from tickets.lifecycle import Kind, Level, Status
from tickets.models import EventType, Ticket, TicketEvent
from tickets.proposalmodels import ProposalTicket


@pytest.fixture
def estate(session: Session) -> Estate:
    return an_estate(session)


def messages_to(session: Session, number: str) -> list[Message]:
    """Every call to a number, oldest first."""
    calls = select(Message).where(Message.number == number, Message.way == Way.CALL)
    return list(session.scalars(calls.order_by(Message.id)))


def pipes(session: Session, estate: Estate) -> list[Ticket]:
    """Two burst pipes of one building: the second is held for the first."""
    return [
        a_stuck_lift(
            session, estate, kind="repair", category="burst_pipe", caller_number=f"+861370000000{n}",
            home_id=a_home(session, estate.project, f"3-1-{n}01").id,
        )
        for n in (1, 2)
    ]  # fmt: skip


def test_a_telephone_that_still_rings_takes_nothing_any_more(session: Session, estate: Estate) -> None:
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    page = page_of(session, ticket, estate.first)
    departing.leaves(session, estate.first, by_id=None, at=later(5))
    assert (page.state, calls_to(session, estate.first)) == (PageState.MISSED, ["cancelled"])
    for answer in (actions.acknowledge, actions.arrive):
        assert isinstance(answer(session, page.id, how="key", at=later(8)), Gone)
    assert isinstance(actions.need_help(session, page.id, at=later(9)), Gone)
    session.expire_all()
    assert (ticket.status, ticket.assignee_id) == (Status.OPEN, None)
    assert ticket.page_due_at is not None


def test_help_that_was_asked_of_them_is_asked_of_the_next(session: Session, estate: Estate) -> None:
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    actions.need_help(session, page_of(session, ticket, estate.first).id, at=later(20))
    departing.leaves(session, estate.supervisor, by_id=None, at=later(25))
    assert "王强需要支援" in texts_to(session, estate.manager)[0]


def test_what_they_had_is_open_again_under_their_name_and_at_once_where_its_owner_refused_it(
    session: Session, estate: Estate
) -> None:
    tap, refused = (
        a_stuck_lift(session, estate, kind="repair", category="other_repair", level=Level.P3, at=AT) for _ in range(2)
    )
    for ticket in (tap, refused):
        tickets.actions.acknowledge(session, ticket.id, estate.first.id, at=later(5), how="click")
    refused.refused_at = later(6)
    departing.leaves(session, estate.first, by_id=estate.manager.id, at=later(10))
    session.expire_all()
    assert refused.page_due_at == later(10)
    assert tap.page_due_at is None or tap.page_due_at > later(10)
    released = select(TicketEvent.staff_id).where(TicketEvent.type == EventType.RELEASED)
    assert set(session.scalars(released)) == {estate.first.id}, "who pressed stands in the audit"


def test_a_group_goes_up_one_ladder_again(session: Session, estate: Estate) -> None:
    first, second = pipes(session, estate)
    tickets.actions.acknowledge(session, first.id, estate.first.id, at=later(20), how="key")
    for id in tickets.actions.groups_due(session, at=later(20)):
        tickets.actions.keep_group(session, id, at=later(20))
    assert second.assignee_id == estate.first.id
    departing.leaves(session, estate.first, by_id=None, at=later(30))
    session.expire_all()
    assert [one.status for one in (first, second)] == [Status.OPEN, Status.OPEN]
    assert (first.page_due_at, second.page_due_at) == (later(30), None)
    link = session.scalars(select(ProposalTicket).where(ProposalTicket.ticket_id == second.id)).one()
    assert link.held_at == later(30)


def test_what_somebody_took_by_itself_is_asked_after_by_itself(session: Session, estate: Estate) -> None:
    first, second = pipes(session, estate)
    for ticket in (first, second):
        tickets.actions.acknowledge(session, ticket.id, estate.first.id, at=later(20), how="key")
    for id in tickets.actions.groups_due(session, at=later(20)):
        tickets.actions.keep_group(session, id, at=later(20))
    assert holding.taken_and_watched(session) == [first.id, second.id]


def test_help_is_asked_further_also_when_the_call_to_a_second_telephone_never_left(
    session: Session, estate: Estate
) -> None:
    estate.supervisor.second_number = "+8613900000099"
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    actions.need_help(session, page_of(session, ticket, estate.first).id, at=later(20))
    page = page_of(session, ticket, estate.supervisor)
    has_left(session, estate.supervisor)
    for number, state, seconds in (
        (estate.supervisor.number, MessageState.NO_ANSWER, 50), ("+8613900000099", MessageState.EXPIRED, 90),
    ):  # fmt: skip
        call = messages_to(session, number)[-1]
        call.state, call.final_at = state, later(seconds)
        session.flush()
        actions.follow(session, page.id, at=later(seconds + 1))
    assert page.state is PageState.MISSED
    assert "王强需要支援" in texts_to(session, estate.manager)[0]


def a_complaint(session: Session, estate: Estate) -> Ticket:
    """About staff, put to the supervisor by itself."""
    ticket = a_stuck_lift(session, estate, kind=Kind.COMPLAINT, category="attitude", level=Level.C1)
    actions.put_complaint(session, ticket.id, at=AT)
    return ticket


def test_whose_a_complaint_is_another_supervisor_is_asked(session: Session, estate: Estate) -> None:
    ticket = a_complaint(session, estate)
    [hop] = tickets.actions.hops_of(session, ticket.id)
    assert hop.staff_id == estate.supervisor.id
    other = a_member_of_staff(session, "吴静", "+8613900000077", Role.SUPERVISOR, estate.project)
    due_at = hop.due_at
    departing.leaves(session, estate.supervisor, by_id=None, at=later(60))
    assert (hop.staff_id, hop.answer, hop.due_at, hop.tell_up_at) == (other.id, None, due_at, due_at)
    assert [ticket.ref in body for body in texts_to(session, other)] == [True]
    assert texts_to(session, estate.supervisor) == [], "what had not left does not leave"
    told = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.type == EventType.ASKED)
    assert [one.data["of"] for one in session.scalars(told.order_by(TicketEvent.id))] == [
        estate.supervisor.id,
        other.id,
    ]


def test_whoever_came_back_and_is_asked_again_is_told_again(session: Session, estate: Estate) -> None:
    ticket = a_complaint(session, estate)
    other = a_member_of_staff(session, "吴静", "+8613900000077", Role.SUPERVISOR, estate.project)
    departing.leaves(session, estate.supervisor, by_id=None, at=later(60))
    departing.comes_back(session, estate.supervisor.number, at=later(70))
    assert texts_to(session, estate.supervisor) == []
    departing.leaves(session, other, by_id=None, at=later(80))
    [hop] = tickets.actions.hops_of(session, ticket.id)
    assert hop.staff_id == estate.supervisor.id
    assert [ticket.ref in body for body in texts_to(session, estate.supervisor)] == [True]
    told = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.type == EventType.ASKED)
    assert [one.data["of"] for one in session.scalars(told.order_by(TicketEvent.id))] == [
        estate.supervisor.id, other.id, estate.supervisor.id,
    ]  # fmt: skip


def test_where_nobody_of_that_post_is_left_those_above_are_told_at_once(session: Session, estate: Estate) -> None:
    ticket = a_complaint(session, estate)
    [hop] = tickets.actions.hops_of(session, ticket.id)
    departing.leaves(session, estate.supervisor, by_id=None, at=later(60))
    assert (hop.staff_id, tickets.actions.overdue_hops(session, at=later(60))) == (None, [hop.id])
    actions.tell_above(session, hop.id, at=later(60))
    assert any(ticket.ref in body for body in texts_to(session, estate.manager))
