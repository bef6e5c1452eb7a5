"""The promised end of a trouble is watched: whoever can write another word is told before it passes, and after."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from base import clock
from base.access import Role
from base.database import reading, transaction
from directory.models import Language
from messages.lifecycle import MessageClass
from messages.models import Message
from oncall import jobs
from oncall.ladder import Post
from tests import make
from tests.messages.fake import AT
from tickets.actions import incidents
from tickets.actions.incidents import ALARM_AGAIN, ALARM_AHEAD, ALARMS_AFTER, IncidentDraft
from tickets.lifecycle import IncidentKind
from tickets.models import Incident

OPENER, SUPERVISOR, MANAGER = "+8613900000051", "+8613900000052", "+8613900000053"
END_AT = AT + timedelta(hours=2)


@pytest.fixture
def incident_id(app: Flask) -> Iterator[int]:
    """Water is off; an agent opened it, a supervisor and a manager are on duty."""
    clock.stop_at(AT)
    with transaction() as session:
        garden = make.a_project(session)
        home = make.a_home(session, garden, "3-1-101")
        agent = make.a_member_of_staff(session, "小周", OPENER, Role.AGENT, garden, language=Language.EN)
        for name, number, role, post in (
            ("赵主管", SUPERVISOR, Role.SUPERVISOR, Post.SUPERVISOR), ("钱经理", MANAGER, Role.MANAGER, Post.MANAGER),
        ):  # fmt: skip
            make.a_shift(session, garden, make.a_member_of_staff(session, name, number, role, garden), post, AT)
        draft = IncidentDraft(
            kind=IncidentKind.WATER, project_id=garden.id, building_ids=(home.building_id,), promised_end_at=END_AT
        )
        id = incidents.open_incident(session, draft, by_id=agent.id, at=AT).id
    yield id
    clock.stop_at(None)


def told(at: datetime) -> list[tuple[str, str]]:
    """Number and words of what the alarms at `at` plan; they may be looked for twice."""
    clock.stop_at(at)
    with reading() as session:
        before = session.scalars(select(Message.id).order_by(Message.id.desc())).first() or 0
    jobs.alarm_due()
    jobs.alarm_due()
    with reading() as session:
        rows = select(Message.number, Message.body, Message.message_class).where(Message.id > before)
        found = session.execute(rows.order_by(Message.number)).all()
    assert {row.message_class for row in found} <= {MessageClass.STAFF}
    return [(row.number, row.body) for row in found]


def test_before_it_passes_whoever_opened_it_and_the_supervisor_are_told_once(incident_id: int) -> None:
    assert told(END_AT - ALARM_AHEAD - timedelta(seconds=1)) == []
    opener, supervisor = told(END_AT - ALARM_AHEAD)
    assert (opener[0], supervisor[0]) == (OPENER, SUPERVISOR)
    assert "Happiness Garden 3号楼, water off: the end promised for 14:00 is near" in opener[1]
    assert "幸福花园 3号楼停水：答应14:00恢复，快到时间了" in supervisor[1]
    assert told(END_AT - timedelta(minutes=1)) == []


def test_once_it_has_passed_the_manager_hears_of_it_too_again_and_again_for_two_hours(incident_id: int) -> None:
    told(END_AT - ALARM_AHEAD)
    rounds = 0
    at = END_AT
    while found := told(at):
        assert [number for number, _ in found] == [OPENER, SUPERVISOR, MANAGER]
        assert "已过时间" in found[1][1]
        rounds, at = rounds + 1, at + ALARM_AGAIN
    assert rounds == ALARMS_AFTER // ALARM_AGAIN + 1


def test_a_house_that_was_dark_when_it_fell_due_tells_it_when_it_is_back(incident_id: int) -> None:
    assert len(told(END_AT + timedelta(minutes=50))) == 3


@pytest.mark.parametrize("word", ["delay", "restored"])
def test_another_word_ends_the_alarms_of_the_old_promise(incident_id: int, word: str) -> None:
    with transaction() as session:
        if word == "delay":
            incidents.delay(session, incident_id, promised_end_at=END_AT + timedelta(hours=3), at=AT)
        else:
            incidents.restore(session, incident_id, at=AT)
    assert told(END_AT + timedelta(minutes=5)) == []
    assert bool(told(END_AT + timedelta(hours=3))) is (word == "delay")


def test_a_short_promise_is_not_alarmed_about_as_soon_as_it_is_made(incident_id: int) -> None:
    with transaction() as session:
        incidents.delay(session, incident_id, promised_end_at=AT + timedelta(minutes=10), at=AT)
    assert told(AT) == []
    assert len(told(AT + timedelta(minutes=5))) == 2


def test_without_a_promise_there_is_no_alarm(incident_id: int) -> None:
    with transaction() as session:
        garden_id = session.get_one(Incident, incident_id).project_id
        incidents.restore(session, incident_id, at=AT)
        other = incidents.open_incident(
            session, IncidentDraft(kind=IncidentKind.LIFT, project_id=garden_id), by_id=None, at=AT
        )
        assert other.alarm_due_at is None
    assert told(AT + timedelta(days=1)) == []
