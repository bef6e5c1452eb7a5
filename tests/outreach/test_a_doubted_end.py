"""An all-clear that several homes of one building deny: the duty is woken once, and whoever opened it hears of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

import oncall.jobs
from base import clock
from base.database import reading, transaction
from directory.models import Building, Home, Staff
from messages.lifecycle import MessageClass, Way
from messages.models import Message
from oncall.models import Page, PageKind
from outreach.surveymodels import IncidentSample
from tests.outreach.street import Street
from tickets.actions import TicketDraft, incidents, open_ticket, proposing
from tickets.actions.incidents import IncidentDraft
from tickets.groups import ProposalState
from tickets.lifecycle import Channel, IncidentKind, Kind, Level, Status
from tickets.models import Incident, Ticket
from tickets.proposalmodels import Proposal, ProposalTicket


def asked(street: Street) -> list[IncidentSample]:
    """Three households of building 3, three hours after they were told that the water is back."""
    street.has_trouble(buildings="3号楼")
    street.is_over()
    street.goes_on(hours=3)
    return street.sample


def groups() -> list[Proposal]:
    with reading() as session:
        found = list(session.scalars(select(Proposal).order_by(Proposal.id)))
        session.expunge_all()
        return found


def held() -> list[int]:
    with reading() as session:
        return list(session.scalars(select(ProposalTicket.ticket_id).where(ProposalTicket.held_at.is_not(None))))


def the_clock_looks() -> None:
    oncall.jobs.climb_due()
    oncall.jobs.mind_groups()


def paged() -> set[str]:
    """In which ways somebody was told of a ticket."""
    with reading() as session:
        return {kind.value for kind in session.scalars(select(Page.kind))}


def staff_texts(number: str) -> list[str]:
    with reading() as session:
        theirs = select(Message.body).where(
            Message.number == number, Message.message_class == MessageClass.STAFF, Message.way == Way.TEXT
        )
        return list(session.scalars(theirs.order_by(Message.id)))


def test_a_second_home_of_the_building_wakes_the_duty_once_and_tells_whoever_opened_it(street: Street) -> None:
    first, second, third = asked(street)
    street.texts(first.number, "2")
    the_clock_looks()
    assert (groups(), paged()) == ([], {"routine"})
    street.goes_on(hours=2)
    street.texts(second.number, "2 还是没水")
    the_clock_looks()
    one, two = street.tickets()
    [group] = groups()
    assert (group.state, group.leader_id, group.category) == (ProposalState.OPEN, one.id, "water_power")
    assert (one.level, one.status, two.level, held()) == (Level.P1, Status.OPEN, Level.P2, [two.id])
    with reading() as session:
        assert {page.ticket_id for page in session.scalars(select(Page).where(Page.kind == PageKind.LADDER))} == {
            one.id
        }
        opener = session.get_one(Incident, street.incident_id).opened_by_id
        assert opener == street.stage.supervisor.staff_id
        number = session.get_one(Staff, opener).number
    [told] = [body for body in staff_texts(number) if "说没有恢复" in body]
    assert ("停水" in told, "2户" in told, "3号楼" in told, one.ref in told) == (True, True, True, True)
    street.goes_on(hours=2)
    street.texts(third.number, "2")
    the_clock_looks()
    third_ticket = street.tickets()[2]
    assert (len(groups()), held()) == (1, [two.id, third_ticket.id]), "whenever it comes it is of the same matter"
    with reading() as session:
        assert set(session.scalars(select(Page.ticket_id))) == {one.id}


def test_homes_of_two_buildings_are_two_matters_that_wake_nobody(street: Street) -> None:
    first, second, _ = asked(street)
    with transaction() as session:
        away = session.scalars(select(Building.id).where(Building.name == "4号楼")).one()
        session.get_one(Home, second.home_id).building_id = away
    for one in (first, second):
        street.texts(one.number, "2")
    the_clock_looks()
    assert (groups(), {one.level for one in street.tickets()}, paged()) == ([], {Level.P2}, {"routine"})


@pytest.mark.parametrize(
    ("hours", "kind", "category", "counts"),
    [
        (1, IncidentKind.WATER, "water_power", True),
        (-1, IncidentKind.WATER, "water_power", False),
        (1, IncidentKind.STORM, "other_repair", False),
        (1, IncidentKind.WATER, "no_water", True),
        (1, IncidentKind.POWER, "no_power", True),
        (1, IncidentKind.WATER, "no_power", False),
    ],
)
def test_a_call_since_the_all_clear_is_a_second_home_unless_it_is_from_before_or_says_nothing_of_the_trouble(
    street: Street, hours: float, kind: IncidentKind, category: str, counts: bool
) -> None:
    first, second, _ = asked(street)
    with transaction() as session:
        session.get_one(Incident, street.incident_id).kind = kind
        over_at = session.get_one(Incident, street.incident_id).restored_at
        assert over_at is not None
        draft = TicketDraft(
            kind=Kind.REPAIR, category=category, channel=Channel.CALL, project_id=street.stage.project_id,
            home_id=second.home_id, caller_number=second.number,
        )  # fmt: skip
        call = open_ticket(session, draft, at=over_at + timedelta(hours=hours)).id
    street.texts(first.number, "2")
    assert [one.leader_id for one in groups()] == ([call] if counts else [])
    the_clock_looks()
    with reading() as session:
        opener = session.get_one(Staff, street.stage.supervisor.staff_id).number
        grouped = len(session.scalars(select(ProposalTicket.ticket_id)).all())
    assert len([body for body in staff_texts(opener) if "说没有恢复" in body]) == int(counts)
    assert grouped == (2 if counts else 0), "it stays there when the clock has looked"


def test_a_no_joins_the_group_of_those_who_called_about_the_same_since_the_all_clear(street: Street) -> None:
    first, second, third = asked(street)
    with transaction() as session:
        for one in (second, third):
            draft = TicketDraft(
                kind=Kind.REPAIR, category="no_water", channel=Channel.CALL, project_id=street.stage.project_id,
                home_id=one.home_id, caller_number=one.number,
            )  # fmt: skip
            open_ticket(session, draft, at=clock.now())
    the_clock_looks()
    street.goes_on(hours=1)
    street.texts(first.number, "2")
    the_clock_looks()
    one, two, three = street.tickets()
    assert [group.leader_id for group in groups()] == [one.id]
    assert held() == [two.id, three.id]
    with reading() as session:
        assert set(session.scalars(select(Page.ticket_id))) == {one.id}


def test_somebody_who_had_taken_the_first_as_a_small_matter_is_woken_for_all_of_them(street: Street) -> None:
    first, second, _ = asked(street)
    street.texts(first.number, "2")
    with transaction() as session:
        ticket = session.scalars(select(Ticket)).one()
        ticket.status, ticket.assignee_id, ticket.acknowledged_at = (
            Status.ACKNOWLEDGED, street.stage.manager.staff_id, clock.now()
        )  # fmt: skip
    street.texts(second.number, "2")
    one = street.tickets()[0]
    assert (one.level, one.status, one.page_due_at) == (Level.P1, Status.OPEN, clock.now())


def test_where_the_trouble_was_opened_again_a_no_belongs_to_that_and_wakes_nobody(street: Street) -> None:
    first, second, _ = asked(street)
    with transaction() as session:
        draft = IncidentDraft(kind=IncidentKind.WATER, project_id=street.stage.project_id)
        back = incidents.open_incident(session, draft, by_id=None, at=clock.now()).id
    for one in (first, second):
        street.texts(one.number, "2")
    assert (groups(), [one.incident_id for one in street.tickets()]) == ([], [back, back])


def test_made_an_incident_again_it_has_all_of_them_and_whoever_says_so_later(street: Street) -> None:
    first, second, third = asked(street)
    for one in (first, second):
        street.texts(one.number, "2")
    with transaction() as session:
        back = proposing.accept(
            session, groups()[0].id, kind=IncidentKind.WATER, promised_end_at=clock.now() + timedelta(hours=9),
            by_id=street.stage.manager.staff_id, at=clock.now(),
        ).id  # fmt: skip
    for hours in (0.1, 5):
        street.goes_on(hours=hours)
    street.texts(third.number, "2")
    assert [one.incident_id for one in street.tickets()] == [back] * 3
