"""What this room owes is watched like a ladder: a rung of a notice, and the telephones of an empty home."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from base import clock
from base.database import reading, transaction
from directory.models import Building, ContactRole, Project, Staff
from messages.lifecycle import MessageClass
from oncall.actions import audit
from oncall.audit import Fault, Finding
from outreach.actions import entering
from outreach.audience import Filter
from outreach.jobs import entries, laddering
from outreach.models import Campaign
from tests import make
from tests.messages.fake import AT
from tests.outreach.stage import Stage
from tickets import actions as tickets
from tickets.actions import TicketDraft
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import Channel, IncidentKind, Kind

OURS = (Fault.NOTICE, Fault.ENTRY)


@pytest.fixture(autouse=True)
def _hands_go_on() -> Iterator[None]:
    yield
    clock.stop_at(None)


def found(at: datetime) -> list[Finding]:
    with reading() as session:
        return [one for one in audit(session, at=at) if one.fault in OURS]


def test_a_rung_of_an_emergency_notice_that_nobody_climbs_is_found_until_it_is_climbed(stage: Stage) -> None:
    with transaction() as session:
        home = make.a_home(session, session.get_one(Project, stage.project_id), "3-2-1502")
        make.an_owner(session, home, "+8613800138091", "王芳")
        three = session.scalars(select(Building.id).where(Building.name == "3号楼")).one()
    id = stage.planned(
        message_class=MessageClass.EMERGENCY, text_zh="紧急停水", text_en="Water is off",
        trouble=IncidentDraft(kind=IncidentKind.WATER, project_id=stage.project_id, building_ids=(three,)),
        audience=Filter(stage.project_id, (three,), roles=("owner",)),
        valid_until_at=clock.now() + timedelta(hours=20),
    )  # fmt: skip
    stage.approve(id)
    with reading() as session:
        due_at = session.get_one(Campaign, id).ladder_due_at
    assert due_at is not None
    assert found(due_at + timedelta(seconds=30)) == []
    late_at = due_at + timedelta(seconds=31)
    assert found(late_at) == [Finding(Fault.NOTICE, "", stage.project_id, due_at)]
    clock.stop_at(late_at)
    laddering.climb_due()
    assert found(late_at) == []


def test_a_telephone_of_an_empty_home_that_is_not_rung_is_found_by_its_ticket(stage: Stage) -> None:
    with transaction() as session:
        home = make.a_home(session, session.get_one(Project, stage.project_id), "3-2-1502")
        make.an_owner(session, home, "+8613800138091", "王芳")
        make.an_owner(session, home, "+8613800138093", "代管人", role=ContactRole.KEEPER)
        by = session.scalars(select(Staff).order_by(Staff.id)).first()
        assert by is not None
        draft = TicketDraft(
            Kind.REPAIR, "burst_pipe", Channel.DESK, project_id=stage.project_id, home_id=home.id, place="3-2-1502"
        )
        ticket = tickets.open_ticket(session, draft, at=AT)
        tickets.acknowledge(session, ticket.id, by.id, at=AT, how="click")
        due_at = entering.ask_for_entry(session, ticket, home, by=by, at=AT).due_at
        ref = ticket.ref
    assert due_at is not None
    assert found(due_at + timedelta(seconds=30)) == []
    late_at = due_at + timedelta(seconds=31)
    assert found(late_at) == [Finding(Fault.ENTRY, ref, stage.project_id, due_at)]
    clock.stop_at(late_at)
    entries.look_due()
    assert found(late_at) == []
