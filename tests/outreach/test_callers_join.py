"""Whoever calls about a trouble that is known is told how it goes on, like those it was written to."""

import pytest
from sqlalchemy import select, update

from base import clock
from base.database import reading, transaction
from directory.models import Building, Number, Person
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Message
from outreach.actions import callbacks, further, notices
from outreach.audience import Filter
from outreach.jobs import planning as jobs
from outreach.lifecycle import NoticeStep
from outreach.models import Campaign
from tests.messages.fake import AT
from tests.outreach.stage import Stage
from tickets import actions as tickets
from tickets.actions import TicketDraft
from tickets.actions.askers import join
from tickets.actions.incidents import IncidentDraft, attach, open_incident
from tickets.lifecycle import Channel, IncidentKind, Kind, Status
from tickets.models import Ticket

STRANGER, LANDLINE, TOLD, WITHHELD = "+8613700001111", "+862162345678", "+8613800138000", "+266696687"
OTHER = "+8613800138999"


@pytest.fixture
def incident_id(stage: Stage) -> int:
    """Water is off in building 3, whose six owners have been told; four numbers have called about it."""
    with reading() as session:
        three = session.scalars(select(Building.id).where(Building.name == "3号楼")).one()
    id = stage.planned(
        message_class=MessageClass.EMERGENCY, audience=Filter(stage.project_id, (three,)),
        trouble=IncidentDraft(kind=IncidentKind.WATER, project_id=stage.project_id, building_ids=(three,)),
    )  # fmt: skip
    stage.approve(id)
    stage.work()
    with transaction() as session:
        incident = session.get_one(Campaign, id).incident_id
        assert incident is not None
        for number, language in ((STRANGER, "en"), (STRANGER, "en"), (LANDLINE, "zh"), (TOLD, "zh"), (WITHHELD, "zh")):
            draft = TicketDraft(
                Kind.REPAIR, "water_power", Channel.CALL, project_id=stage.project_id, caller_number=number,
                language=language,
            )  # fmt: skip
            ticket = tickets.open_ticket(session, draft, at=AT)
            attach(session, incident, ticket.id, by_id=None, at=AT)
    return incident


def test_the_all_clear_goes_to_those_who_were_told_and_to_those_who_called(stage: Stage, incident_id: int) -> None:
    with reading() as session:
        addressed = further.addressed(session, incident_id, NoticeStep.RESTORED)
    with transaction() as session:
        written = notices.restore(session, incident_id, stage.manager, at=clock.now())
        assert written is not None
        campaign_id = written.id
    jobs.plan(campaign_id)
    with reading() as session:
        campaign = session.get_one(Campaign, campaign_id)
        rows = select(Message.number, Message.way, Message.body).where(Message.batch_id == campaign.batch_id)
        found = {number: (way, body) for number, way, body in session.execute(rows)}
    assert len(found) == addressed == campaign.numbers == 8, "six owners, a stranger and a landline"
    assert found[STRANGER][0] is Way.TEXT
    assert "Water is back" in found[STRANGER][1], "in the language they called in"
    assert found[LANDLINE][0] is Way.CALL
    assert WITHHELD not in found


def test_where_a_number_was_texted_and_rung_the_all_clear_takes_the_way_that_worked(
    stage: Stage, incident_id: int
) -> None:
    with transaction() as session:
        text = session.scalars(select(Message).where(Message.number == TOLD)).one()
        call = {"way": Way.CALL, "state": MessageState.ANSWERED, "once_key": "rung", "sid": "CA1"}
        same = {name: getattr(text, name) for name in Message.__table__.columns.keys() if name != "id"}  # noqa: SIM118
        session.add(Message(**same | call))
        text.state = MessageState.UNDELIVERED
    with transaction() as session:
        written = notices.restore(session, incident_id, stage.manager, at=clock.now())
        assert written is not None
        campaign_id = written.id
    jobs.plan(campaign_id)
    with reading() as session:
        batch_id = session.get_one(Campaign, campaign_id).batch_id
        rows = select(Message.way).where(Message.batch_id == batch_id, Message.number == TOLD)
        assert session.scalars(rows).all() == [Way.CALL]


def test_whoever_asked_from_another_number_of_theirs_hears_the_end_once_and_there(
    stage: Stage, incident_id: int
) -> None:
    with transaction() as session:
        owner = session.scalars(select(Number).where(Number.number == TOLD)).one().person
        owner.numbers.append(Number(number=OTHER, raw=OTHER, region="CN", place=2))
        session.execute(update(Ticket).where(Ticket.caller_number == TOLD).values(incident_id=None))
        for _ in range(2):
            assert join(session, incident_id, number=OTHER, language="en", call_id=7, at=AT)
        addressed = further.addressed(session, incident_id, NoticeStep.RESTORED)
    found = _told_the_end(stage, incident_id)
    assert len(found) == addressed == 8
    assert TOLD not in found
    assert "Water is back" in found[OTHER]


def test_a_number_they_share_with_somebody_else_is_still_told(stage: Stage, incident_id: int) -> None:
    with transaction() as session:
        owner = session.scalars(select(Number).where(Number.number == TOLD)).one().person
        owner.numbers.append(Number(number=OTHER, raw=OTHER, region="CN", place=2))
        wife = Person(name="家人")
        wife.numbers.append(Number(number=TOLD, raw=TOLD, region="CN"))
        session.add(wife)
        assert join(session, incident_id, number=OTHER, language="zh", call_id=None, at=AT)
    assert {TOLD, OTHER} <= _told_the_end(stage, incident_id).keys()


def test_whoever_was_told_and_asks_too_hears_it_once(stage: Stage, incident_id: int) -> None:
    with transaction() as session:
        assert join(session, incident_id, number=TOLD, language="zh", call_id=None, at=AT)
    assert len(_told_the_end(stage, incident_id)) == 8


def _told_the_end(stage: Stage, incident_id: int) -> dict[str, str]:
    with transaction() as session:
        written = notices.restore(session, incident_id, stage.manager, at=clock.now())
        assert written is not None
        campaign_id = written.id
    jobs.plan(campaign_id)
    with reading() as session:
        batch_id = session.get_one(Campaign, campaign_id).batch_id
        rows = session.execute(select(Message.number, Message.body).where(Message.batch_id == batch_id))
        found = [(number, body) for number, body in rows]
    assert len(found) == len(dict(found))
    return dict(found)


def test_whose_matter_ended_with_it_gets_the_all_clear_and_no_second_text(stage: Stage, incident_id: int) -> None:
    with transaction() as session:
        notices.restore(session, incident_id, stage.manager, at=clock.now())
    with transaction() as session:
        those = list(session.scalars(select(Ticket).where(Ticket.incident_id == incident_id)))
        assert {one.status for one in those} == {Status.RESOLVED}
        for one in those:
            callbacks.follow_up(session, one.id, at=clock.now())
        told = select(Message.id).where(Message.about.startswith("result:"))
        assert session.scalars(told).all() == []
        assert {one.follow_up_at for one in those} == {None}


def test_where_no_all_clear_is_written_each_caller_gets_the_result(stage: Stage) -> None:
    with transaction() as session:
        draft = IncidentDraft(kind=IncidentKind.WATER, project_id=stage.project_id)
        trouble = open_incident(session, draft, by_id=None, at=AT)
        asked = TicketDraft(
            Kind.REPAIR, "burst_pipe", Channel.CALL, project_id=stage.project_id, caller_number=STRANGER
        )
        ticket = tickets.open_ticket(session, asked, at=AT)
        attach(session, trouble.id, ticket.id, by_id=None, at=AT)
        assert notices.restore(session, trouble.id, stage.manager, at=clock.now()) is None
        callbacks.follow_up(session, ticket.id, at=clock.now())
        (text,) = session.scalars(select(Message).where(Message.about.startswith("result:")))
        assert (text.number, "已恢复供水" in text.body) == (STRANGER, True)
