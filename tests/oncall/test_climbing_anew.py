"""A ticket that was opened again, lowered or turned out to be danger climbs anew."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

import tickets.actions
from base.access import Role
from directory.models import Staff
from oncall import actions
from oncall.ladder import Post
from tests.make import a_member_of_staff, a_project, a_shift
from tests.oncall.climbing import climb_until, names_by_step
from tests.oncall.estate import (
    AT,
    Estate,
    a_stuck_lift,
    an_estate,
    later,
    page_of,
    pages,
)
from tickets.lifecycle import Kind, Level, Status, WaitReason
from tickets.models import EventType, Ticket


def test_a_reopened_ticket_climbs_a_new_ladder(session: Session) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    actions.acknowledge(session, page_of(session, ticket, estate.first).id, how="key", at=later(5))
    tickets.actions.resolve(session, ticket.id, estate.first.id, at=later(60), text="已救出")
    tickets.actions.reopen(session, ticket.id, None, at=later(600), text="又困住了")
    actions.climb(session, ticket.id, at=later(600))
    assert names_by_step(session, ticket)[1000] == {"王强", "赵刚"}
    taken = actions.acknowledge(session, page_of(session, ticket, estate.second).id, how="key", at=later(605))
    assert isinstance(taken, actions.Taken)


def test_who_was_paged_before_its_level_was_lowered_by_mistake_is_paged_again(session: Session) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate)
    climb_until(session, ticket, 120)
    paged = names_by_step(session, ticket)
    tickets.actions.set_level(session, ticket.id, estate.manager.id, Level.P3, at=later(200), text="看错了")
    tickets.actions.set_level(session, ticket.id, estate.manager.id, Level.P0, at=later(210), text="")
    actions.climb(session, ticket.id, at=later(210))
    session.expire_all()
    assert [event.data.get("ladder") for event in ticket.events if event.type == EventType.AMENDED] == ["anew", None]
    actions.climb(session, ticket.id, at=later(330))
    assert names_by_step(session, ticket) == paged | {1000 + step: names for step, names in paged.items()}


@pytest.mark.parametrize("is_waiting", [False, True])
def test_what_was_taken_as_a_tap_and_turns_out_to_be_danger_wakes_people(session: Session, is_waiting: bool) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate, kind=Kind.REPAIR, category="water_power", at=later(-86400))
    tickets.actions.acknowledge(session, ticket.id, estate.first.id, at=later(-86000), how="click")
    if is_waiting:
        tickets.actions.wait(session, ticket.id, estate.first.id, at=later(-80000), reason=WaitReason.OWNER)
    tickets.actions.set_level(session, ticket.id, estate.manager.id, Level.P0, at=AT, text="")
    assert [finding.fault for finding in actions.audit(session, at=AT)] == []
    actions.climb(session, ticket.id, at=AT)
    session.expire_all()
    assert (ticket.status, ticket.assignee_id, ticket.acknowledged_at) == (Status.OPEN, estate.first.id, None)
    assert names_by_step(session, ticket) == {1000: {"王强", "赵刚"}}
    assert tickets.actions.is_late(session, ticket, at=AT + timedelta(days=1)), "it waits for nothing"
    taken = actions.acknowledge(session, page_of(session, ticket, estate.second).id, how="key", at=later(5))
    assert isinstance(taken, actions.Taken)


def test_of_danger_that_somebody_is_at_already_nobody_is_woken(session: Session) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate, kind=Kind.REPAIR, category="water_power")
    tickets.actions.arrive(session, ticket.id, estate.first.id, at=AT)
    tickets.actions.set_level(session, ticket.id, estate.manager.id, Level.P0, at=AT, text="")
    assert (ticket.status, ticket.page_due_at) == (Status.IN_PROGRESS, None)


def refused_by_its_owner(session: Session, estate: Estate, handler: Staff, *, says_so: Staff | None = None) -> Ticket:
    """Somebody had it and somebody said that it is done; its owner says that it is not."""
    ticket = a_stuck_lift(session, estate, kind=Kind.REPAIR, category="water_power")
    tickets.actions.acknowledge(session, ticket.id, handler.id, at=AT, how="click")
    tickets.actions.resolve(session, ticket.id, (says_so or handler).id, at=AT, text="好了")
    tickets.actions.reopen(session, ticket.id, None, at=AT, text="没好", refused={"key": "5"})
    return ticket


def test_whoever_did_it_is_not_the_one_who_calls_back_when_its_owner_says_it_is_not_done(session: Session) -> None:
    estate = an_estate(session)
    by_the_leader = refused_by_its_owner(session, estate, estate.supervisor)
    said_by_the_leader = refused_by_its_owner(session, estate, estate.first, says_so=estate.supervisor)
    by_another = refused_by_its_owner(session, estate, estate.first)
    for ticket in (by_the_leader, said_by_the_leader, by_another):
        climb_until(session, ticket, 4 * 3600, tick_s=60)
    assert {name for _, name, _ in pages(session, by_the_leader)} == {"钱伟"}, "the next who leads, at once"
    assert pages(session, by_the_leader)[0][1] == "钱伟"
    assert {name for _, name, _ in pages(session, said_by_the_leader)} == {"钱伟"}
    assert {name for _, name, _ in pages(session, by_another)} == {"孙丽", "钱伟"}
    ring = actions.ring_leader(session, by_the_leader.id, at=AT, caller_number=None)
    assert ring is not None
    assert ring.name == "钱伟", "nor is the owner put through to them"


def test_where_whoever_did_it_leads_alone_anybody_else_hears_of_it_and_where_nobody_is_even_they(
    session: Session,
) -> None:
    project = a_project(session, "独栋")
    alone = a_member_of_staff(session, "孙丽", "+8613900000031", Role.SUPERVISOR, project)
    a_shift(session, project, alone, Post.SUPERVISOR, AT)
    a_shift(session, project, alone, Post.MANAGER, AT)

    here = Estate(project, alone, alone, alone, alone, alone)
    first = refused_by_its_owner(session, here, alone)
    climb_until(session, first, 1200, tick_s=60)
    assert {name for _, name, _ in pages(session, first)} == {"孙丽"}, "better than nobody"
    worker = a_member_of_staff(session, "王强", "+8613900000032", Role.TECHNICIAN, project)
    second = refused_by_its_owner(session, here, alone)
    climb_until(session, second, 1200, tick_s=60)
    assert {name for _, name, _ in pages(session, second)} == {worker.name}
