"""A ticket goes to another desk: whose telephones ring there, also where both desks share their people."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

import tickets.actions
from base.access import Role
from console import acts
from directory.models import Project, Staff
from oncall import actions
from oncall.ladder import Post
from tests.make import a_member_of_staff, a_project, a_shift
from tests.oncall.estate import (
    AT,
    Estate,
    a_stuck_lift,
    an_estate,
    calls_to,
    has_left,
    later,
    pages,
    texts_to,
)
from tickets.actions import Referral
from tickets.lifecycle import Kind, ReferTo
from tickets.models import Ticket

MINUTE = 60


@pytest.fixture
def estate(session: Session) -> Estate:
    return an_estate(session)


@pytest.fixture
def riverside(session: Session, estate: Estate) -> Project:
    """Another project; its posts are for the tests to fill."""
    return a_project(session, "江湾一号", name_en="Riverside")


def a_refused_repair(session: Session, estate: Estate) -> Ticket:
    """Mended, its owner says that it is not; the supervisor has been rung."""
    ticket = a_stuck_lift(session, estate, kind=Kind.REPAIR, category="water_power")
    tickets.actions.acknowledge(session, ticket.id, estate.first.id, at=AT, how="click")
    tickets.actions.resolve(session, ticket.id, estate.first.id, at=AT, text="好了")
    tickets.actions.reopen(session, ticket.id, None, at=AT, text="没好", refused={"key": "5"})
    actions.climb(session, ticket.id, at=AT)
    assert pages(session, ticket) == [(1000, "孙丽", "calling")]
    has_left(session, estate.supervisor)
    return ticket


def refer(session: Session, ticket: Ticket, by: Staff, to: Project, at: datetime) -> None:
    """As the desk does it."""
    referral = Referral(ReferTo.PROJECT, project_id=to.id)
    acts.refer(session, ticket, by.id, to=referral, text="是他们的楼", at=at)
    actions.climb(session, ticket.id, at=at)
    session.expire_all()


@pytest.mark.parametrize("after_s", [20, 200])
def test_who_serves_both_desks_is_rung_at_once_for_the_new_one(
    session: Session, estate: Estate, riverside: Project, after_s: int
) -> None:
    a_shift(session, riverside, estate.supervisor, Post.SUPERVISOR, AT)
    ticket = a_refused_repair(session, estate)
    refer(session, ticket, estate.first, riverside, later(after_s))
    assert pages(session, ticket)[1:] == [(2000, "孙丽", "calling")]
    assert calls_to(session, estate.supervisor)[-1] == "planned"
    refused, over, again = texts_to(session, estate.supervisor)
    assert "不满意" in refused
    assert "已结束" in over
    assert "不满意" in again


def test_another_supervisor_is_rung_at_once_too_and_the_former_is_told_that_it_is_over(
    session: Session, estate: Estate, riverside: Project
) -> None:
    chen = a_member_of_staff(session, "陈红", "+8613900000061", Role.SUPERVISOR, riverside)
    ticket = a_refused_repair(session, estate)
    refer(session, ticket, estate.first, riverside, later(200))
    assert pages(session, ticket) == [(1000, "孙丽", "taken_by_other"), (2000, "陈红", "calling")]
    assert "已结束" in texts_to(session, estate.supervisor)[-1]
    assert calls_to(session, chen) == ["planned"]


def test_the_later_rungs_follow_in_their_time(session: Session, estate: Estate, riverside: Project) -> None:
    a_shift(session, riverside, estate.supervisor, Post.SUPERVISOR, AT)
    a_shift(session, riverside, estate.manager, Post.MANAGER, AT)
    ticket = a_refused_repair(session, estate)
    refer(session, ticket, estate.first, riverside, later(2 * MINUTE))
    for minute in range(3, 43):
        has_left(session, estate.supervisor)
        actions.climb(session, ticket.id, at=later(minute * MINUTE))
    session.expire_all()
    assert [(step, name) for step, name, _ in pages(session, ticket)[1:]] == [
        (2000, "孙丽"), (2001, "孙丽"), (2002, "孙丽"), (2002, "钱伟"), (2003, "钱伟"),
    ]  # fmt: skip
    assert ticket.is_alarming


def test_who_has_it_in_the_end_is_told_to_those_of_the_new_desk(
    session: Session, estate: Estate, riverside: Project
) -> None:
    a_shift(session, riverside, estate.supervisor, Post.SUPERVISOR, AT)
    ticket = a_refused_repair(session, estate)
    refer(session, ticket, estate.first, riverside, later(200))
    has_left(session, estate.supervisor)
    actions.take_ticket(session, ticket.id, estate.manager.id, how="click", at=later(260))
    assert "已由钱伟接单" in texts_to(session, estate.supervisor)[-1]
    assert {state for _, _, state in pages(session, ticket)} == {"taken_by_other"}


def test_taken_before_anybody_there_was_rung_nobody_is_told_twice(
    session: Session, estate: Estate, riverside: Project
) -> None:
    ticket = a_refused_repair(session, estate)
    referral = Referral(ReferTo.PROJECT, project_id=riverside.id)
    acts.refer(session, ticket, estate.first.id, to=referral, text="x", at=later(200))
    before = len(texts_to(session, estate.supervisor))
    actions.take_ticket(session, ticket.id, estate.manager.id, how="click", at=later(201))
    assert len(texts_to(session, estate.supervisor)) == before


def test_what_was_not_refused_goes_on_from_the_next_rung(session: Session, estate: Estate, riverside: Project) -> None:
    a_shift(session, riverside, estate.second, Post.SECOND, AT)
    ticket = a_stuck_lift(session, estate, kind=Kind.REPAIR, category="burst_pipe")
    actions.climb(session, ticket.id, at=AT)
    refer(session, ticket, estate.first, riverside, later(60))
    assert [(step, name) for step, name, _ in pages(session, ticket)] == [(0, "王强"), (1001, "赵刚")]
