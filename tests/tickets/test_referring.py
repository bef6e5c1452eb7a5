"""A ticket that is referred: what stays, what moves, and who hears of it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.errors import Conflict, NotFound
from directory.models import Project, Staff
from tests import make
from tickets import actions
from tickets.actions import Referral, TicketDraft
from tickets.lifecycle import HEADQUARTERS, Channel, Kind, Level, ReferTo, Status, WaitReason
from tickets.models import EventType, Ticket, TicketEvent

AT = datetime.fromisoformat("2026-11-24T10:00:00+08:00")
SOON = AT + timedelta(minutes=5)


@pytest.fixture
def estate(session: Session) -> tuple[Project, Project, Staff]:
    home, other = make.a_project(session), make.a_project(session, "江湾一号", name_en="Riverside")
    return home, other, make.a_member_of_staff(session, project=home)


def a_ticket(session: Session, project: Project, kind: Kind = Kind.COMPLAINT, category: str = "noise") -> Ticket:
    draft = TicketDraft(kind, category, Channel.CALL, project_id=project.id, caller_number="+8613800138000")
    return actions.open_ticket(session, draft, at=AT)


def told(session: Session, ticket: Ticket) -> list[TicketEvent]:
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id)
    return list(session.scalars(query))


def test_to_a_department_the_ticket_and_its_clocks_stay(
    session: Session, estate: tuple[Project, Project, Staff]
) -> None:
    home, _, staff = estate
    ticket = a_ticket(session, home)
    actions.acknowledge(session, ticket.id, staff.id, at=AT, how="click")
    to = Referral(ReferTo.DEPARTMENT, department="finance")
    actions.refer(session, ticket.id, staff.id, to=to, at=SOON, text="查账")
    assert (ticket.status, ticket.assignee_id, ticket.owner_desk) == (Status.ACKNOWLEDGED, staff.id, "")
    last = told(session, ticket)[-1]
    assert (last.type, last.text, last.data) == (
        EventType.REFERRED, "查账", {"to": "department", "department": "finance"},
    )  # fmt: skip


def test_to_another_project_it_is_open_there_again_and_what_was_promised_stays(
    session: Session, estate: tuple[Project, Project, Staff]
) -> None:
    home, other, staff = estate
    ticket = a_ticket(session, home, Kind.REPAIR, "burst_pipe")
    promised = actions.promise_of(session, ticket, at=AT).due_at
    actions.acknowledge(session, ticket.id, staff.id, at=AT, how="click")
    actions.refer(session, ticket.id, staff.id, to=Referral(ReferTo.PROJECT, project_id=other.id), at=SOON, text="x")
    assert (ticket.project_id, ticket.status, ticket.assignee_id) == (other.id, Status.OPEN, None)
    assert ticket.page_due_at == SOON
    assert ticket.id in actions.pages_due(session, at=SOON)
    assert actions.promise_of(session, ticket, at=SOON).due_at == promised


def test_a_quiet_one_that_moves_is_told_when_its_own_clock_says(
    session: Session, estate: tuple[Project, Project, Staff]
) -> None:
    home, _, staff = estate
    ticket = a_ticket(session, home)
    actions.refer(session, ticket.id, staff.id, to=Referral(ReferTo.HEADQUARTERS), at=SOON, text="x")
    assert ticket.owner_desk == HEADQUARTERS
    assert ticket.level == Level.C1
    assert ticket.page_due_at > SOON
    actions.refer(session, ticket.id, staff.id, to=Referral(ReferTo.PROJECT, project_id=home.id), at=SOON, text="back")
    assert (ticket.owner_desk, ticket.project_id) == ("", home.id)
    assert ticket.followed_by == HEADQUARTERS, "they had it, and go on following it"


@pytest.mark.parametrize("to", [ReferTo.HEADQUARTERS, ReferTo.PROJECT])
def test_one_its_owner_says_is_not_done_is_due_there_now_from_the_first_rung_on(
    session: Session, estate: tuple[Project, Project, Staff], to: ReferTo
) -> None:
    home, other, staff = estate
    ticket = a_ticket(session, home)
    actions.acknowledge(session, ticket.id, staff.id, at=AT, how="click")
    actions.resolve(session, ticket.id, staff.id, at=AT, text="好了")
    actions.reopen(session, ticket.id, None, at=AT, text="没好", refused={"key": "5"})
    assert actions.claim_page_step(session, ticket.id, step=0, next_due_at=AT + timedelta(hours=9), at=AT)
    referral = Referral(to, project_id=other.id if to is ReferTo.PROJECT else None)
    actions.refer(session, ticket.id, staff.id, to=referral, at=SOON, text="x")
    assert (ticket.page_step, ticket.page_due_at) == (0, SOON), "whatever its level"


@pytest.mark.parametrize("how", ["same project", "not a complaint", "over", "twice"])
def test_what_cannot_be_is_a_conflict_and_changes_nothing(
    session: Session, estate: tuple[Project, Project, Staff], how: str
) -> None:
    home, other, staff = estate
    ticket = a_ticket(session, home, *((Kind.REPAIR, "access") if how == "not a complaint" else ()))
    to = Referral(ReferTo.HEADQUARTERS)
    if how == "same project":
        to = Referral(ReferTo.PROJECT, project_id=home.id)
    elif how == "over":
        actions.cancel(session, ticket.id, staff.id, at=AT, text="x")
        to = Referral(ReferTo.PROJECT, project_id=other.id)
    elif how == "twice":
        actions.refer(session, ticket.id, staff.id, to=to, at=AT, text="x")
    before = (len(told(session, ticket)), ticket.status, ticket.owner_desk, ticket.project_id)
    with pytest.raises(Conflict):
        actions.refer(session, ticket.id, staff.id, to=to, at=SOON, text="x")
    assert (len(told(session, ticket)), ticket.status, ticket.owner_desk, ticket.project_id) == before


def test_a_project_that_is_not_there_is_not_found(session: Session, estate: tuple[Project, Project, Staff]) -> None:
    home, _, staff = estate
    ticket = a_ticket(session, home)
    with pytest.raises(NotFound):
        actions.refer(session, ticket.id, staff.id, to=Referral(ReferTo.PROJECT, project_id=999), at=AT, text="x")
    assert ticket.project_id == home.id


def test_a_pause_keeps_its_reason_by_our_own_word(session: Session, estate: tuple[Project, Project, Staff]) -> None:
    home, _, staff = estate
    ticket = a_ticket(session, home)
    actions.acknowledge(session, ticket.id, staff.id, at=AT, how="click")
    actions.wait(session, ticket.id, staff.id, at=SOON, reason=WaitReason.OWNER)
    last = told(session, ticket)[-1]
    assert (last.type, last.data, last.text) == (EventType.WAITING, {"reason": "owner"}, "")


def test_at_another_desk_it_waits_for_nothing(session: Session, estate: tuple[Project, Project, Staff]) -> None:
    home, other, staff = estate
    ticket = a_ticket(session, home, Kind.REPAIR, "burst_pipe")
    actions.acknowledge(session, ticket.id, staff.id, at=AT, how="click")
    actions.wait(session, ticket.id, staff.id, at=AT, reason=WaitReason.OWNER)
    outside = Referral(ReferTo.OUTSIDE, name="水务")
    actions.refer(session, ticket.id, staff.id, to=outside, at=SOON, text="x")
    assert not actions.is_late(session, ticket, at=AT + timedelta(days=1)), "it still waits here"
    actions.refer(session, ticket.id, staff.id, to=Referral(ReferTo.PROJECT, project_id=other.id), at=SOON, text="x")
    assert actions.is_late(session, ticket, at=AT + timedelta(days=1))
