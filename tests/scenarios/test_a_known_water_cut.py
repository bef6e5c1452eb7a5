"""Water is off and everybody knows: who calls hears so first, asks to be told when it is over, and is, once."""

from datetime import timedelta

from sqlalchemy import func, select

from base.access import Role
from directory.models import Building
from outreach.actions import campaigns, notices
from outreach.actions.campaigns import By
from outreach.models import Campaign
from tests import make
from tests.scenarios.conftest import Estate
from tests.town import Town
from tickets.actions.incidents import IncidentDraft, open_incident
from tickets.lifecycle import IncidentKind
from tickets.models import Ticket


def test_whoever_calls_hears_it_before_the_menu_and_is_told_once_when_it_is_over(town: Town, estate: Estate) -> None:
    with town.at_desk() as session:
        garden = session.get_one(make.Project, estate.project_id)
        three = session.scalars(select(Building.id).where(Building.name == "3号楼")).one()
        supervisor = make.a_member_of_staff(session, "主管赵", "+8613900000033", Role.SUPERVISOR, garden)
        by = By(supervisor.id, Role.SUPERVISOR, garden.id)
        draft = IncidentDraft(
            kind=IncidentKind.WATER, project_id=garden.id, building_ids=(three,),
            promised_end_at=town.now + timedelta(hours=3),
        )  # fmt: skip
        id = open_incident(session, draft, by_id=supervisor.id, at=town.now).id
    for _ in range(2):
        call = estate.owner.dials().hears("正在停水", "收到通知，请按1").presses("1").hears("恢复时将短信通知您")
        call.hangs_up()
    town.advance(5)
    with town.at_desk() as session:
        assert session.scalar(select(func.count(Ticket.id))) == 0
        written = notices.restore(session, id, by, at=town.now)
        assert written is not None
        campaign_id = written.id
    town.settle()
    with town.at_desk() as session:
        seen = session.get_one(Campaign, campaign_id).batch.hash
        campaigns.approve(session, campaign_id, by, seen=seen, at=town.now, emergency_reason="恢复了")
    town.advance(5)
    estate.owner.receives("恢复")
    estate.owner.dials().hears("报修请按1").hangs_up()
    estate.owner.receives()
