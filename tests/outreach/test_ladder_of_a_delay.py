"""A delay comes while the ladder of an emergency climbs: its rungs say the newest words."""

from datetime import timedelta

from sqlalchemy import select

from base import clock
from base.database import reading, transaction
from messages.lifecycle import MessageState, Way
from messages.models import Message
from outreach.actions import campaigns, laddering, notices
from outreach.jobs import laddering as jobs
from outreach.jobs import planning
from outreach.models import Campaign
from tests.messages.fake import AT
from tests.outreach.rungs import FIRST, KEEPER, SECOND, ends, minutes_later, newest, opening, went
from tests.outreach.stage import Stage
from tickets.lifecycle import IncidentKind
from tickets.models import Ticket


def is_put_off(stage: Stage, id: int, hours: float = 9) -> int:
    """A delay of its trouble is written, planned and let go, and has left; its id."""
    with transaction() as session:
        incident_id = session.get_one(Campaign, id).incident_id
        assert incident_id is not None
        written = notices.delay(
            session, incident_id, stage.author, promised_end_at=clock.now() + timedelta(hours=hours), at=clock.now(),
            text_zh="延时通知：预计{end}恢复", text_en="Water stays off until {end}",
        )  # fmt: skip
        assert written is not None
        delay_id = written.id
    planning.plan(delay_id)
    stage.approve(delay_id)
    stage.work()
    return delay_id


def test_where_life_is_in_danger_a_delay_does_not_end_the_ladder(stage: Stage, home: int) -> None:
    """Six neighbours have pressed no key either: their doors are knocked at too."""
    opening(stage, IncidentKind.GAS)
    for minutes in (2, 4):
        minutes_later(stage, minutes)
    ends(MessageState.FAILED)
    clock.stop_at(AT + timedelta(minutes=5))
    with reading() as session:
        id = session.scalars(select(Campaign.id).order_by(Campaign.id)).first()
        assert id is not None
    is_put_off(stage, id)
    ends(MessageState.FAILED)
    before = newest()
    minutes_later(stage, 7)
    assert went(before) == [(KEEPER, Way.TEXT)]
    with reading() as session:
        body = session.scalars(select(Message.body).where(Message.number == KEEPER)).one()
    assert "延时通知" in body
    minutes_later(stage, 10)
    with reading() as session:
        (ticket,) = session.scalars(select(Ticket)).all()
        assert (ticket.category, ticket.level) == ("visit", "P1")
    minutes_later(stage, 20)
    with reading() as session:
        assert len(session.scalars(select(Ticket)).all()) == 1


def test_of_other_trouble_it_goes_on_once_the_delay_has_not_arrived_either(stage: Stage, home: int) -> None:
    id = opening(stage)
    minutes_later(stage, 10)
    ends(MessageState.FAILED)
    clock.stop_at(AT + timedelta(minutes=15))
    before = newest()
    is_put_off(stage, id)
    assert {number for number, _ in went(before)} >= {FIRST, SECOND}, "a delay is for everybody the words were for"
    ends(MessageState.DELIVERED, Message.number.not_in((FIRST, SECOND)))
    before = newest()
    minutes_later(stage, 20)
    assert went(before) == [], "it may arrive yet"
    ends(MessageState.FAILED)
    minutes_later(stage, 25)
    assert went(before) == [(FIRST, Way.CALL)]
    ends(MessageState.FAILED)
    before = newest()
    minutes_later(stage, 45)
    assert went(before) == [(KEEPER, Way.TEXT)]


def test_whom_a_delay_has_reached_nobody_calls(stage: Stage, home: int) -> None:
    id = opening(stage)
    clock.stop_at(AT + timedelta(minutes=5))
    is_put_off(stage, id)
    ends(MessageState.DELIVERED)
    before = newest()
    for minutes in (15, 25, 45, 65):
        minutes_later(stage, minutes)
    assert went(before) == []
    with reading() as session:
        assert session.scalars(select(Ticket)).all() == []


def test_a_call_that_waits_for_the_morning_says_the_delay_that_came_in_the_night(stage: Stage, home: int) -> None:
    late_at = AT.replace(hour=13, minute=30)
    clock.stop_at(late_at)
    id = opening(stage)
    for minutes in (10, 20):
        clock.stop_at(late_at + timedelta(minutes=minutes))
        jobs.climb_due()
        stage.work()
        ends(MessageState.FAILED)
    clock.stop_at(late_at + timedelta(minutes=22))
    is_put_off(stage, id, hours=14)
    ends(MessageState.FAILED)
    before = newest()
    clock.stop_at(late_at + timedelta(minutes=32))
    jobs.climb_due()
    clock.stop_at(late_at.replace(hour=23, minute=0))
    stage.work()
    assert went(before) == [(FIRST, Way.CALL)], "once: the call with the old end never leaves"
    with reading() as session:
        rung = session.scalars(select(Message).where(Message.way == Way.CALL, Message.attempts > 0)).one()
        assert "延时通知" in session.scalars(select(Campaign.text_zh).where(Campaign.batch_id == rung.batch_id)).one()


def test_a_delay_that_is_stopped_stops_the_rungs_and_resumed_they_go_on(stage: Stage, home: int) -> None:
    id = opening(stage, IncidentKind.GAS)
    clock.stop_at(AT + timedelta(minutes=1))
    delay_id = is_put_off(stage, id)
    with transaction() as session:
        campaigns.stop(session, delay_id, stage.manager, at=clock.now())
    before = newest()
    minutes_later(stage, 3)
    assert went(before) == []
    with transaction() as session:
        campaigns.resume(session, delay_id, stage.manager, at=clock.now())
    minutes_later(stage, 5)
    assert went(before) == [(SECOND, Way.TEXT)]


def test_a_rung_that_is_planned_while_a_delay_is_let_go_says_the_delay(stage: Stage, home: int) -> None:
    id = opening(stage, IncidentKind.GAS)
    clock.stop_at(AT + timedelta(minutes=2))
    with reading() as session:
        found = laddering.look(session, id, at=clock.now())
    assert found is not None
    with transaction() as session:
        assert laddering.climb(session, found, at=clock.now()) is not None
    is_put_off(stage, id)
    before = newest()
    planning.plan_unfinished()
    stage.work()
    assert went(before) == []
    minutes_later(stage, 2.5)
    assert went(before) == [(SECOND, Way.TEXT)]
    with reading() as session:
        body = session.scalars(select(Message.body).where(Message.number == SECOND, Message.attempts > 0)).one()
    assert "延时通知" in body
