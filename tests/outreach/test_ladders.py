"""The ladder of an emergency: who has not heard is tried in another way, rung by rung, once."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from base import clock
from base.database import reading, transaction
from directory.models import Contact, ContactRole, Project
from messages.lifecycle import MessageState, Way
from messages.models import Message
from outreach.actions import laddering, notices, people, verdicts
from outreach.audience import Candidate, Filter
from outreach.jobs import laddering as jobs
from outreach.jobs import planning
from outreach.models import Campaign, Reply
from telephony.numbers import NumberKind
from tests import make
from tests.messages.fake import AT
from tests.outreach.rungs import FIRST, KEEPER, LANDLINE, SECOND, ends, minutes_later, newest, opening, visits, went
from tests.outreach.stage import Stage
from tickets import actions as tickets
from tickets.actions import TicketDraft
from tickets.lifecycle import Channel, IncidentKind, Kind
from tickets.models import EventType, Ticket, TicketEvent


def test_of_two_landlines_of_a_home_the_second_is_called_where_nobody_picked_up_the_first(stage: Stage) -> None:
    first, second = LANDLINE, "+862162345679"
    with transaction() as session:
        garden = session.get_one(Project, stage.project_id)
        for room in ("3-2-1601", "3-2-1602"):
            here = make.a_home(session, garden, room)
            for number in (first, second):
                make.an_owner(session, here, f"{number[:-3]}{room[-2:]}{number[-1]}")
    opening(stage)
    rung = [number for number, way in went() if way is Way.CALL]
    assert len(rung) == 2, "one call a home"
    with transaction() as session:
        session.execute(update(Message).where(Message.number == rung[0]).values(state=MessageState.NO_ANSWER))
    before = newest()
    minutes_later(stage, 10)
    (again,) = [number for number, way in went(before) if way is Way.CALL]
    assert again not in rung
    assert again[:-1] == rung[0][:-1], "the other one of the same home"


def test_whoever_was_not_reached_is_tried_again_and_again_and_at_last_somebody_knocks(stage: Stage, home: int) -> None:
    id, before = opening(stage), newest()
    minutes_later(stage, 9)
    assert went(before) == []
    for minutes, expected in ((10, (SECOND, Way.TEXT)), (20, (FIRST, Way.CALL)), (40, (KEEPER, Way.TEXT))):
        minutes_later(stage, minutes)
        minutes_later(stage, minutes)  # twice: once is enough
        assert went(before) == [expected]
        ends(MessageState.FAILED)
        before = newest()
    minutes_later(stage, 60)
    minutes_later(stage, 61)
    with reading() as session:
        (ticket,) = session.scalars(select(Ticket)).all()
        notes = select(TicketEvent.text).where(TicketEvent.ticket_id == ticket.id, TicketEvent.type == EventType.NOTED)
        assert (ticket.category, ticket.place, ticket.level) == ("visit", "3号楼", "P2")
        assert session.scalars(notes).all() == ["3号楼2单元1502室"]
        campaign = session.get_one(Campaign, id)
        assert (ticket.incident_id, campaign.ladder_due_at) == (campaign.incident_id, None)


@pytest.mark.parametrize("at_once", [people.AT_ONCE, 0])
def test_a_rung_reads_only_those_who_have_not_heard_unless_they_are_very_many(
    stage: Stage, home: int, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    id = opening(stage)
    read: list[int] = []
    put_together = people._candidate

    def counted(person_id: int, *more: object) -> Candidate:
        read.append(person_id)
        return put_together(person_id, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(people, "_candidate", counted)
    monkeypatch.setattr(people, "AT_ONCE", at_once)
    clock.stop_at(AT + timedelta(minutes=10))
    with reading() as session:
        found = laddering.look(session, id, at=clock.now())
        everybody = people.size_of(session, Filter(stage.project_id))[1]
    assert found is not None
    assert [(one.home_id, len(one.people), len(one.others)) for one in found.homes] == [(home, 1, 1)]
    assert (len(set(read)) == 2) is bool(at_once)
    assert everybody > 2


def test_whoever_belongs_to_two_homes_counts_only_where_they_are_of_the_audience(stage: Stage, home: int) -> None:
    """An owner who has heard rents another flat: they answer for the first, and do not for the second."""
    with transaction() as session:
        owned = make.a_home(session, session.get_one(Project, stage.project_id), "3-2-1601")
        other = make.an_owner(session, owned, "+8613800138095", "周明")
        session.add(Contact(person_id=other.id, home_id=home, role=ContactRole.TENANT))
    id = opening(stage)
    clock.stop_at(AT + timedelta(minutes=10))
    with reading() as session:
        found = laddering.look(session, id, at=clock.now())
    assert found is not None
    assert [one.home_id for one in found.homes] == [home]


def test_it_ends_as_soon_as_somebody_has_heard(stage: Stage, home: int) -> None:
    id = opening(stage)
    minutes_later(stage, 10)
    ends(MessageState.DELIVERED)
    before = newest()
    for minutes in (20, 40, 60):
        minutes_later(stage, minutes)
    assert went(before) == []
    with reading() as session:
        assert session.get_one(Campaign, id).ladder_due_at is None
        assert session.scalars(select(Ticket)).all() == []


@pytest.mark.parametrize("how", ["a text", "a ticket"])
def test_whoever_texts_or_calls_us_meanwhile_has_heard(stage: Stage, home: int, how: str) -> None:
    opening(stage)
    before = newest()
    with transaction() as session:
        if how == "a text":
            session.add(Reply(sid="SM1", number=FIRST, to_number="+8640", body="收到", received_at=clock.now()))
        else:
            draft = TicketDraft(Kind.HELP, "missed_call", Channel.CALL, caller_number=FIRST)
            tickets.open_ticket(session, draft, at=clock.now())
    minutes_later(stage, 10)
    assert went(before) == []


def test_where_life_is_in_danger_all_who_pressed_no_key_are_rung_at_night_too(stage: Stage, home: int) -> None:
    night_at = AT.replace(hour=18)  # two in the morning there
    clock.stop_at(night_at)
    opening(stage, IncidentKind.GAS)
    before = newest()
    for minutes in (2, 4):
        clock.stop_at(night_at + timedelta(minutes=minutes))
        jobs.climb_due()
        stage.work()
        ends(MessageState.FAILED)
    rung = {number for number, way in went(before) if way is Way.CALL}
    assert len(rung) == 7, "six neighbours and her: a text that was delivered is no proof"


def test_of_other_trouble_the_call_waits_for_the_morning(stage: Stage, home: int) -> None:
    late_at = AT.replace(hour=13, minute=30)  # half past nine in the evening there
    clock.stop_at(late_at)
    opening(stage, valid_for=timedelta(hours=2))
    for minutes in (10, 20):
        clock.stop_at(late_at + timedelta(minutes=minutes))
        jobs.climb_due()
        stage.work()
        ends(MessageState.FAILED)
    with reading() as session:
        (call,) = session.scalars(select(Message).where(Message.way == Way.CALL)).all()
        assert (call.state, call.number) == (MessageState.PLANNED, FIRST)
        assert call.due_at == late_at.replace(hour=23, minute=0), "seven in the morning there"
    clock.stop_at(call.due_at)
    stage.work()
    with reading() as session:
        assert session.get_one(Message, call.id).state is MessageState.ACCEPTED, (
            "its texts made sense for two hours only"
        )


def test_who_does_not_pick_up_in_the_morning_is_tried_like_anybody_else(stage: Stage, home: int) -> None:
    first, second = LANDLINE, "+862162345679"
    late_at = AT.replace(hour=13, minute=30)  # half past nine in the evening there
    clock.stop_at(late_at)
    with transaction() as session:
        garden = session.get_one(Project, stage.project_id)
        here = make.a_home(session, garden, "3-2-1601")
        for number in (first, second):
            make.an_owner(session, here, number)
        out_of_reach = make.an_owner(session, make.a_home(session, garden, "3-2-1701"), "+864008001234")
        out_of_reach.numbers[0].kind = NumberKind.SHARED_COST
    opening(stage, valid_for=timedelta(hours=2))

    def goes_on(at: datetime) -> None:
        clock.stop_at(at)
        jobs.climb_due()
        stage.work()

    for minutes in (10, 20, 40, 60, 61):
        goes_on(late_at + timedelta(minutes=minutes))
        ends(MessageState.FAILED)
    assert visits() == ["3号楼2单元1701室"]
    morning_at = late_at.replace(hour=23, minute=0)
    goes_on(morning_at)
    assert [number for number, way in went() if number in {first, second}] == [first]
    ends(MessageState.NO_ANSWER, Message.number == first)
    ends(MessageState.DELIVERED)
    before = newest()
    goes_on(morning_at + timedelta(minutes=9))
    assert went(before) == []
    goes_on(morning_at + timedelta(minutes=10))
    assert went(before) == [(second, Way.CALL)]
    ends(MessageState.NO_ANSWER)
    for minutes in (20, 40, 60, 80, 100):
        goes_on(morning_at + timedelta(minutes=minutes))
        ends(MessageState.NO_ANSWER)
    assert visits() == ["3号楼2单元1701室", "3号楼2单元1601室"], "somebody was to knock at the other door already"


def test_a_rung_says_no_end_that_nobody_has_approved(stage: Stage, home: int) -> None:
    id = opening(
        stage, text_zh="紧急停水，预计{end}恢复", text_en="Water is off until {end}", ends_in=timedelta(hours=2)
    )
    with transaction() as session:
        incident_id = session.get_one(Campaign, id).incident_id
        assert incident_id is not None
        notices.delay(session, incident_id, stage.author, promised_end_at=AT + timedelta(hours=9), at=clock.now())
    minutes_later(stage, 10)
    with reading() as session:
        body = session.scalars(select(Message.body).where(Message.number == SECOND)).one()
    assert "预计今日14:00恢复" in body


def test_a_machines_answer_is_nobodys_word(stage: Stage, home: int) -> None:
    opening(stage)
    before = newest()
    with transaction() as session:
        session.add(
            Reply(
                sid="SM1",
                number=FIRST,
                to_number="+8640",
                body="我在开车",
                received_at=clock.now(),
                became="auto_reply",
            )
        )
    minutes_later(stage, 10)
    assert went(before) == [(SECOND, Way.TEXT)]


def test_a_second_contact_who_has_heard_ends_it_for_the_home(stage: Stage, home: int) -> None:
    opening(stage)
    minutes_later(stage, 10)
    ends(MessageState.FAILED)
    before = newest()
    with transaction() as session:
        session.add(Reply(sid="SM1", number=KEEPER, to_number="+8640", body="收到", received_at=clock.now()))
    minutes_later(stage, 20)
    assert went(before) == []


def test_the_all_clear_goes_to_whoever_a_rung_reached(stage: Stage, home: int) -> None:
    id = opening(stage)
    minutes_later(stage, 10)
    ends(MessageState.DELIVERED)
    with transaction() as session:
        incident_id = session.get_one(Campaign, id).incident_id
        assert incident_id is not None
        all_clear = notices.restore(session, incident_id, stage.manager, at=clock.now())
        assert all_clear is not None
        all_clear_id = all_clear.id
    planning.plan(all_clear_id)
    with reading() as session:
        batch_id = session.get_one(Campaign, all_clear_id).batch_id
        numbers = set(session.scalars(select(Message.number).where(Message.batch_id == batch_id)))
    assert (SECOND in numbers, FIRST in numbers, KEEPER in numbers) == (True, False, False)


def test_a_rung_goes_at_its_own_cost_and_needs_no_review_of_its_own(stage: Stage, app: Flask, home: int) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_cost": 0.05})
    id, before = opening(stage), newest()
    minutes_later(stage, 10)
    assert went(before) == [(SECOND, Way.TEXT)]
    with reading() as session:
        rung = session.scalars(select(Campaign).where(Campaign.id > id)).one()
        assert rung.cost == 0.05
        assert session.scalars(select(Campaign.id).where(verdicts.needs_review())).all() == []
