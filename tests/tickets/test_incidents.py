"""A known trouble: its scope, its promise, its end, and the tickets that are about it."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

import tickets.actions
from base.errors import BadInput, Conflict, NotFound
from directory.models import Building, Project
from tests.make import a_home, a_project
from tests.oncall.estate import AT
from tickets.actions import TicketDraft, incidents
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import Channel, IncidentKind, IncidentState, Kind
from tickets.models import EventType, Incident, Ticket

LATER = AT + timedelta(hours=4)


def a_trouble(session: Session, project: Project, **more: object) -> Incident:
    values: dict[str, object] = {"kind": IncidentKind.WATER, "project_id": project.id, "promised_end_at": LATER}
    return incidents.open_incident(session, IncidentDraft(**values | more), by_id=None, at=AT)  # type: ignore[arg-type]


def a_ticket(session: Session, project: Project) -> Ticket:
    draft = TicketDraft(kind=Kind.REPAIR, category="water_power", channel=Channel.CALL, project_id=project.id)
    return tickets.actions.open_ticket(session, draft, at=AT)


def test_a_scope_that_does_not_exist_is_refused(session: Session) -> None:
    garden, other = a_project(session), a_project(session, "滨江一号", name_en="Riverside One")
    a_home(session, other, "8-1-101")
    strange = session.query(Building).filter_by(project_id=other.id).one().id
    with pytest.raises(BadInput, match="no building"):
        a_trouble(session, garden, building_ids=(strange,))
    with pytest.raises(BadInput, match="no project"):
        incidents.open_incident(session, IncidentDraft(kind=IncidentKind.GAS, project_id=999), by_id=None, at=AT)


def test_a_promise_in_the_past_is_refused(session: Session) -> None:
    garden = a_project(session)
    with pytest.raises(BadInput, match="past"):
        a_trouble(session, garden, promised_end_at=AT - timedelta(minutes=1))
    trouble = a_trouble(session, garden)
    with pytest.raises(BadInput, match="past"):
        incidents.delay(session, trouble.id, promised_end_at=AT, at=AT)


def test_past_its_promise_the_owners_are_owed_a_word_until_it_is_put_off_or_over(session: Session) -> None:
    trouble = a_trouble(session, a_project(session))
    assert incidents.overdue(session, at=LATER - timedelta(seconds=1)) == []
    assert incidents.overdue(session, at=LATER) == [trouble]
    incidents.delay(session, trouble.id, promised_end_at=LATER + timedelta(hours=2), at=LATER)
    assert incidents.overdue(session, at=LATER) == []
    incidents.restore(session, trouble.id, at=LATER)
    assert incidents.overdue(session, at=LATER + timedelta(days=1)) == []


def test_what_is_over_is_over(session: Session) -> None:
    trouble = a_trouble(session, a_project(session))
    incidents.restore(session, trouble.id, at=LATER)
    assert (trouble.state, trouble.restored_at) == (IncidentState.RESTORED, LATER)
    with pytest.raises(Conflict):
        incidents.restore(session, trouble.id, at=LATER)
    with pytest.raises(Conflict):
        incidents.delay(session, trouble.id, promised_end_at=LATER + timedelta(hours=1), at=LATER)
    with pytest.raises(NotFound):
        incidents.restore(session, trouble.id + 1, at=LATER)


def test_a_ticket_is_put_under_its_trouble_once(session: Session) -> None:
    garden = a_project(session)
    trouble, ticket = a_trouble(session, garden), a_ticket(session, garden)
    for _ in range(2):
        incidents.attach(session, trouble.id, ticket.id, by_id=None, at=AT)
    session.expire(ticket, ["events"])
    assert ticket.incident_id == trouble.id
    assert [event.type for event in ticket.events].count(EventType.AMENDED) == 1
    assert incidents.moving_tickets(session, trouble.id) == [ticket]


def test_a_ticket_of_another_project_is_not(session: Session) -> None:
    trouble = a_trouble(session, a_project(session))
    ticket = a_ticket(session, a_project(session, "滨江一号", name_en="Riverside One"))
    with pytest.raises(Conflict, match="different projects"):
        incidents.attach(session, trouble.id, ticket.id, by_id=None, at=AT)
