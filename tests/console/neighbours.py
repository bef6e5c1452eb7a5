"""Owners to write to, and campaigns in every state: what the pages of campaigns and incidents are looked at with."""

import threading
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from base import clock
from base.access import Role
from base.database import Database
from base.queue import Lane
from directory.models import Building, ContactRole, Language, Occupancy, Project
from messages import jobs as messages_jobs
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Message
from outreach.actions import campaigns, interviews, notices
from outreach.actions.campaigns import By, CampaignDraft
from outreach.audience import Filter
from outreach.jobs import planning
from outreach.lifecycle import CampaignKind
from outreach.models import Campaign
from outreach.surveymodels import Interview
from outreach.surveys import Via
from telephony.carrier import Rejected
from tests import make
from tests.console.evening import Evening
from tests.messages.fake import FakeCarrier
from tickets.actions.incidents import IncidentDraft, attach, open_incident
from tickets.lifecycle import IncidentKind
from tickets.models import Ticket

LANDLINE, ENGLISH, REFUSED = "+862162345678", "+8613700000008", "+8613700000007"
WATER_ZH = "紧急停水：{places}因{cause}停水，预计{end}恢复。咨询{hotline}"
WATER_EN = "Water is off in {places}: {cause}. Expected back at {end}. Info {hotline}"


@dataclass(frozen=True)
class Outreach:
    """Campaigns and incidents by name."""

    campaigns: dict[str, int]
    incidents: dict[str, int]


def neighbours(session: Session, evening: Evening) -> None:
    """Ten owners in buildings 3 and 5 of the home project, and one of the other; what was on its way has arrived."""
    session.execute(update(Message).values(state=MessageState.DELIVERED).where(Message.state == MessageState.PLANNED))
    home = session.get_one(Project, evening.home_project)
    for n in range(6):
        place = make.a_home(
            session, home, f"{3 if n < 4 else 5}-1-{n}01", occupancy=Occupancy.VACANT if n == 5 else Occupancy.LIVED_IN
        )
        make.an_owner(session, place, f"+861370000000{n}", f"业主{n}", "")
    shared = make.a_home(session, home, "5-1-0901")
    make.an_owner(session, shared, "+8613700000004", "同号人", role=ContactRole.TENANT)
    make.an_owner(session, shared, LANDLINE, "陈老伯", "")
    make.an_owner(session, shared, ENGLISH, "Jane Smith", "", language=Language.EN)
    refused = make.an_owner(session, shared, REFUSED, "待核对", "")
    refused.numbers[0].needs_check = True
    other = session.get_one(Project, evening.other_project)
    make.an_owner(session, make.a_home(session, other, "9-1-101"), "+8613600000001", "外人", "")


def by(evening: Evening, login: str) -> By:
    """A member of staff of the home project, as the campaigns know them."""
    return By(evening.staff[login], Role(login), evening.home_project)


def buildings(session: Session, evening: Evening, *names: str) -> tuple[int, ...]:
    """Ids of buildings of the home project."""
    known = select(Building.id).where(Building.project_id == evening.home_project, Building.name.in_(names))
    return tuple(session.scalars(known.order_by(Building.id)))


def a_notice(app: Flask, evening: Evening, author: str = "agent", **more: object) -> int:
    """A notice of class service, planned; its id."""
    values: dict[str, object] = {
        "kind": CampaignKind.NOTICE, "message_class": MessageClass.SERVICE, "title": "水箱清洗",
        "text_zh": "因水箱清洗，明日9:00至17:00停水，请储水", "text_en": "Water is off tomorrow from 9:00 to 17:00",
        "audience": Filter(evening.home_project),
    }  # fmt: skip
    database: Database = app.extensions["database"]
    with app.app_context():
        with database.transaction() as session:
            draft = CampaignDraft(**values | more)  # type: ignore[arg-type]
            id = campaigns.write(session, draft, by(evening, author), at=clock.now()).id
        planning.plan(id)
    return id


def an_outage(app: Flask, evening: Evening, author: str = "supervisor", ends_in: float = 120, **more: object) -> int:
    """An emergency notice about water in buildings 3 and 5, planned; its id."""
    database: Database = app.extensions["database"]
    with app.app_context(), database.transaction() as session:
        where = buildings(session, evening, "3号楼", "5号楼")
    trouble = IncidentDraft(
        kind=IncidentKind.WATER, project_id=evening.home_project, building_ids=where, cause="供水管爆裂",
        promised_end_at=clock.now() + timedelta(minutes=ends_in),
    )  # fmt: skip
    return a_notice(
        app, evening, author, message_class=MessageClass.EMERGENCY, title="紧急停水", text_zh=WATER_ZH,
        text_en=WATER_EN, audience=Filter(evening.home_project, where), trouble=trouble, **more,
    )  # fmt: skip


def incident_of(app: Flask, campaign_id: int) -> int:
    """The incident a campaign is about."""
    database: Database = app.extensions["database"]
    with app.app_context(), database.reading() as session:
        found = session.get_one(Campaign, campaign_id).incident_id
        assert found is not None
        return found


def lets_go(app: Flask, evening: Evening, campaign_id: int, who: str = "manager", reason: str = "") -> None:
    """Somebody approves it as it stands."""
    database: Database = app.extensions["database"]
    with app.app_context(), database.transaction() as session:
        seen = session.get_one(Campaign, campaign_id).batch.hash
        campaigns.approve(
            session, campaign_id, by(evening, who), seen=seen, at=clock.now(), emergency_reason=reason
        )  # fmt: skip


def works(app: Flask) -> None:
    """Every lane takes what may go now: two seconds of the rate. In a thread of its own, as a worker would be."""

    def work() -> None:
        with app.app_context():
            for lane in Lane:
                messages_jobs.work_lane(lane.value)

    worker = threading.Thread(target=work)
    worker.start()
    worker.join(timeout=30)


def a_wave(app: Flask, evening: Evening) -> int:
    """A survey wave that was let go, and that its first households have answered, not content; its id."""
    asks: dict[str, object] = {"questionnaire": "yearly", "share": 1.0, "text_zh": "", "text_en": ""}
    kind = {"kind": CampaignKind.SURVEY, "message_class": MessageClass.SURVEY}
    id = a_notice(app, evening, title="年度满意度调查 2026-11", **kind, **asks)
    lets_go(app, evening, id)
    database: Database = app.extensions["database"]
    with app.app_context(), database.transaction() as session:
        for one in session.scalars(
            select(Interview).where(Interview.campaign_id == id).order_by(Interview.id).limit(3)
        ):
            first = interviews.first_message(session, one)
            assert first is not None
            first.state, first.accepted_at = MessageState.ACCEPTED, clock.now()
            for key, words in (("4", "电话老是打不通，希望快一点"), ("2", ""), ("2", ""))[: 3 * (one.way is Way.TEXT)]:
                interviews.take(session, one.id, one.question, key, via=Via.TEXT, at=clock.now(), comment=words)
    return id


def a_busy_evening(app: Flask, evening: Evening) -> Outreach:
    """Campaigns that wait, go, failed in part, were stopped and withdrawn; an outage under way, one late, one over."""
    app.extensions["carrier"] = carrier = FakeCarrier(clock=clock.now)
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_rate_service": 2.0})
    database: Database = app.extensions["database"]
    with app.app_context(), database.transaction() as session:
        neighbours(session, evening)
    found = {"planned": a_notice(app, evening), "withdrawn": a_notice(app, evening, title="写错了")}
    found["outage"] = an_outage(app, evening)
    lets_go(app, evening, found["outage"])
    carrier.answers = [Rejected("21211", is_permanent=True)]
    works(app)
    found["going"] = a_notice(app, evening, title="电梯检修")
    lets_go(app, evening, found["going"])
    works(app)
    found["wave"] = a_wave(app, evening)
    late = an_outage(app, evening, ends_in=20)
    lets_go(app, evening, late)
    incidents = {"open": incident_of(app, found["outage"]), "late": incident_of(app, late)}
    with app.app_context(), database.transaction() as session:
        campaigns.withdraw(session, found["withdrawn"], by(evening, "agent"), at=clock.now())
        here = evening.home_project
        new = IncidentDraft(kind=IncidentKind.LIFT, project_id=here)
        incidents["untold"] = open_incident(session, new, by_id=evening.staff["agent"], at=clock.now()).id
        over = IncidentDraft(kind=IncidentKind.POWER, project_id=here)
        incidents["over"] = open_incident(session, over, by_id=None, at=clock.now() - timedelta(hours=5)).id
        notices.restore(session, incidents["over"], by(evening, "supervisor"), at=clock.now() - timedelta(hours=3))
        ticket = session.scalars(select(Ticket).where(Ticket.ref == evening.refs["late"])).one()
        attach(session, incidents["open"], ticket.id, by_id=None, at=clock.now())
    return Outreach(found, incidents)
