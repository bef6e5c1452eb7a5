"""The ladder of an emergency: who has not heard is tried in another way, rung by rung, once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from base import clock
from base.database import reading, transaction
from directory.models import Building, Contact, ContactRole, Number, Project
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Message
from outreach import ladders
from outreach.actions import campaigns, laddering, notices, people, verdicts
from outreach.audience import Candidate, Filter, Line
from outreach.jobs import laddering as jobs
from outreach.jobs import planning
from outreach.ladders import RUNGS, Household, Rung, Tried
from outreach.lifecycle import CampaignState
from outreach.models import Campaign, Reply
from telephony.numbers import NumberKind
from tests import make
from tests.messages.fake import AT
from tests.outreach.stage import Stage
from tickets import actions as tickets
from tickets.actions import TicketDraft
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import Channel, IncidentKind, Kind
from tickets.models import EventType, Ticket, TicketEvent

FIRST, SECOND, KEEPER, LANDLINE = "+8613800138091", "+8613800138092", "+8613800138093", "+862162345678"


def mobile(number: str, **more: object) -> Line:
    return Line(number, NumberKind.MOBILE, **more)  # type: ignore[arg-type]


def somebody(person_id: int, *lines: Line, homes: tuple[int, ...] = (1,)) -> Candidate:
    return Candidate(person_id, "zh", "", tuple((home, f"{home}室") for home in homes), lines)


def tried(number: str, state: MessageState, way: Way = Way.TEXT, *, is_heard: bool = False) -> Tried:
    return Tried(number, way, state, is_heard)


ONE = {1: Household(1, "1室", [somebody(1, mobile(FIRST), mobile(SECOND)), somebody(2, mobile(KEEPER))])}


@pytest.mark.parametrize("endangers_life", [True, False])
@pytest.mark.parametrize("state", list(MessageState))
def test_whatever_did_not_fail_counts_but_not_where_life_is_in_danger(
    state: MessageState, endangers_life: bool
) -> None:
    silent = ladders.unheard(ONE, [tried(FIRST, state)], (), endangers_life=endangers_life)
    assert bool(silent) is (endangers_life or state in ladders.NOT_REACHED)


@pytest.mark.parametrize("endangers_life", [True, False])
def test_a_key_a_text_or_a_call_of_anybody_of_the_home_is_proof(endangers_life: bool) -> None:
    failed = [tried(FIRST, MessageState.FAILED), tried(KEEPER, MessageState.FAILED)]
    heard = [*failed, tried(SECOND, MessageState.ANSWERED, Way.CALL, is_heard=True)]
    assert ladders.unheard(ONE, failed, (), endangers_life=endangers_life)
    assert not ladders.unheard(ONE, heard, (), endangers_life=endangers_life)
    assert not ladders.unheard(ONE, failed, {KEEPER}, endangers_life=endangers_life)


def test_a_voicemail_that_picks_up_has_heard_nothing_where_life_is_in_danger() -> None:
    assert ladders.unheard(ONE, [tried(FIRST, MessageState.ANSWERED, Way.CALL)], (), endangers_life=True)


def test_each_rung_goes_to_what_was_not_tried() -> None:
    failed = [tried(FIRST, MessageState.FAILED), tried(KEEPER, MessageState.FAILED)]
    homes = list(ONE.values())
    second = ladders.recipients(Rung.SECOND_NUMBER, homes, failed)
    assert {one.number: one.way for one in second.values()} == {SECOND: Way.TEXT}
    call = ladders.recipients(Rung.CALL, homes, failed)
    assert {one.number: one.way for one in call.values()} == {SECOND: Way.CALL}, "one call a home, to no dead number"
    assert not ladders.recipients(Rung.CALL, homes, [*failed, tried(FIRST, MessageState.ACCEPTED, Way.CALL)])
    missed = [*failed, tried(SECOND, MessageState.NO_ANSWER, Way.CALL)]
    assert set(ladders.recipients(Rung.CALL, homes, missed)) == {FIRST}, "nobody picked that one up"
    others = [somebody(3, Line(LANDLINE, NumberKind.LANDLINE)), somebody(4, mobile(FIRST))]
    contacts = ladders.recipients(Rung.SECOND_CONTACT, [replace(ONE[1], others=others)], failed)
    assert {one.number: one.way for one in contacts.values()} == {LANDLINE: Way.CALL}


@pytest.mark.parametrize("rung", [Rung.SECOND_NUMBER, Rung.SECOND_CONTACT])
def test_of_two_people_of_a_home_with_a_landline_each_one_is_called_by_a_rung(rung: Rung) -> None:
    landlines = (LANDLINE, "+862162345679")
    two = [somebody(n, Line(number, NumberKind.LANDLINE)) for n, number in enumerate(landlines, 1)]
    both = [*two, somebody(3, mobile(SECOND))]
    home = Household(1, "1室", both if rung is Rung.SECOND_NUMBER else [], both if rung is Rung.SECOND_CONTACT else [])
    found = ladders.recipients(rung, [home], [])
    assert {one.number: one.way for one in found.values()} == {LANDLINE: Way.CALL, SECOND: Way.TEXT}
    doubtful = replace(
        home, people=[], others=[two[0]._replace(lines=(two[0].lines[0]._replace(needs_check=True),)), two[1]]
    )
    assert set(ladders.recipients(Rung.SECOND_CONTACT, [doubtful], [])) == {landlines[1]}, "the likelier of them"


def test_a_number_of_two_homes_is_rung_once() -> None:
    shared = somebody(1, mobile(FIRST), homes=(1, 2))
    homes = [Household(1, "1室", [shared]), Household(2, "2室", [shared])]
    (one,) = ladders.recipients(Rung.CALL, homes, []).values()
    assert set(one.homes) == {1, 2}


def test_where_life_is_in_danger_the_rungs_follow_sooner() -> None:
    for endangers_life in (True, False):
        moments = [ladders.rung_at(n, AT, endangers_life=endangers_life) for n in range(len(RUNGS) + 1)]
        assert moments[-1] is None
        known = [moment for moment in moments if moment]
        assert known == sorted(set(known))
        assert known[-1] - AT <= timedelta(minutes=10 if endangers_life else 60)


@pytest.fixture
def home(stage: Stage) -> Iterator[int]:
    """3号楼2单元1502室: an owner with two numbers, and a keeper, who is in no audience of owners."""
    with transaction() as session:
        garden = session.get_one(Project, stage.project_id)
        here = make.a_home(session, garden, "3-2-1502")
        owner = make.an_owner(session, here, FIRST, "王芳")
        owner.numbers.append(Number(number=SECOND, raw=SECOND, region="CN", kind=NumberKind.MOBILE, place=2))
        make.an_owner(session, here, KEEPER, "代管人", role=ContactRole.KEEPER)
        home_id = here.id
    yield home_id
    clock.stop_at(None)


def opening(
    stage: Stage, kind: IncidentKind = IncidentKind.WATER, *, text_zh: str = "紧急停水", text_en: str = "Water is off",
    ends_in: timedelta | None = None, valid_for: timedelta = timedelta(hours=20), **audience: object,
) -> int:  # fmt: skip
    """An emergency to the owners of building 3, let go, sent, and delivered to all but the owner of that home."""
    with reading() as session:
        three = session.scalars(select(Building.id).where(Building.name == "3号楼")).one()
    id = stage.planned(
        message_class=MessageClass.EMERGENCY, text_zh=text_zh, text_en=text_en,
        trouble=IncidentDraft(
            kind=kind, project_id=stage.project_id, building_ids=(three,),
            promised_end_at=clock.now() + ends_in if ends_in else None,
        ),
        audience=Filter(stage.project_id, (three,), roles=("owner",), **audience),  # type: ignore[arg-type]
        valid_until_at=clock.now() + valid_for,
    )  # fmt: skip
    stage.approve(id)
    stage.work()
    ends(MessageState.DELIVERED, Message.number != FIRST)
    ends(MessageState.UNDELIVERED, Message.number == FIRST)
    return id


def ends(state: MessageState, *which: object, **more: object) -> None:
    """What is with the carrier ends so."""
    final = update(Message).where(Message.state == MessageState.ACCEPTED, *which)  # type: ignore[arg-type]
    with transaction() as session:
        session.execute(final.values(state=state, final_at=clock.now(), **more))


def minutes_later(stage: Stage, minutes: float) -> None:
    clock.stop_at(AT + timedelta(minutes=minutes))
    jobs.climb_due()
    stage.work()


def went(since: int = 0) -> list[tuple[str, Way]]:
    """Number and way of what left, by id, after the message `since`."""
    with reading() as session:
        rows = select(Message.number, Message.way).where(Message.id > since, Message.attempts > 0)
        return [(number, way) for number, way in session.execute(rows.order_by(Message.id))]


def newest() -> int:
    with reading() as session:
        return session.scalars(select(Message.id).order_by(Message.id.desc())).first() or 0


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


def visits() -> list[str]:
    """The homes that the tickets name whose doors somebody is to knock at, ticket by ticket."""
    with reading() as session:
        notes = select(TicketEvent.text).where(TicketEvent.type == EventType.NOTED).order_by(TicketEvent.id)
        return list(session.scalars(notes))


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


def test_when_the_trouble_is_over_nobody_is_tried_any_more(stage: Stage, home: int) -> None:
    id, before = opening(stage), newest()
    with transaction() as session:
        incident_id = session.get_one(Campaign, id).incident_id
        assert incident_id is not None
        notices.restore(session, incident_id, stage.manager, at=clock.now())
    minutes_later(stage, 10)
    assert went(before) == []


def test_a_stopped_emergency_climbs_no_further_and_a_resumed_one_does(stage: Stage, home: int) -> None:
    id, before = opening(stage), newest()
    with transaction() as session:
        campaigns.stop(session, id, stage.manager, at=clock.now())
    minutes_later(stage, 10)
    assert went(before) == []
    with transaction() as session:
        campaigns.resume(session, id, stage.manager, at=clock.now())
    minutes_later(stage, 11)
    assert went(before) == [], "what waited leaves first"
    minutes_later(stage, 20)
    assert went(before) == [(SECOND, Way.TEXT)]


def test_a_stop_holds_for_the_rungs_too(stage: Stage, home: int) -> None:
    id, before = opening(stage), newest()
    clock.stop_at(AT + timedelta(minutes=10))
    jobs.climb_due()
    with transaction() as session:
        campaigns.stop(session, id, stage.manager, at=clock.now())
    stage.work()
    assert went(before) == []
    with transaction() as session:
        campaigns.resume(session, id, stage.manager, at=clock.now())
    stage.work()
    assert went(before) == [(SECOND, Way.TEXT)]


def test_what_fails_late_is_tried_again_all_the_same(stage: Stage, home: int) -> None:
    opening(stage)
    with transaction() as session:
        session.execute(update(Message).where(Message.number == FIRST).values(state="accepted", final_at=None))
    before = newest()
    minutes_later(stage, 10)
    assert went(before) == []
    ends(MessageState.UNDELIVERED)
    minutes_later(stage, 20)
    assert went(before) == [(SECOND, Way.CALL)]


def test_after_a_gap_the_rungs_do_not_come_all_at_once(stage: Stage, home: int) -> None:
    opening(stage)
    before = newest()
    minutes_later(stage, 70)
    minutes_later(stage, 70.1)
    assert went(before) == [(SECOND, Way.TEXT)]


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


def test_a_process_that_dies_between_claiming_a_rung_and_planning_it_loses_nothing(stage: Stage, home: int) -> None:
    id, before = opening(stage), newest()
    clock.stop_at(AT + timedelta(minutes=10))
    with reading() as session:
        found = laddering.look(session, id, at=clock.now())
    assert found is not None
    with transaction() as session:
        rung_id = laddering.climb(session, found, at=clock.now())
        assert laddering.climb(session, found, at=clock.now()) is None, "of two that look at once, one climbs"
    assert rung_id is not None
    planning.plan_unfinished()  # which the clock does
    stage.work()
    assert went(before) == [(SECOND, Way.TEXT)]
    with reading() as session:
        rung = session.get_one(Campaign, rung_id)
        assert (rung.state, rung.approved_by_id) == (CampaignState.APPROVED, stage.manager.staff_id)


def test_service_notices_and_what_is_sent_again_have_no_ladder(stage: Stage, home: int) -> None:
    stage.approve(stage.planned())
    with reading() as session:
        assert session.scalars(select(Campaign.ladder_due_at)).all() == [None]


def test_a_rung_goes_at_its_own_cost_and_needs_no_review_of_its_own(stage: Stage, app: Flask, home: int) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_cost": 0.05})
    id, before = opening(stage), newest()
    minutes_later(stage, 10)
    assert went(before) == [(SECOND, Way.TEXT)]
    with reading() as session:
        rung = session.scalars(select(Campaign).where(Campaign.id > id)).one()
        assert rung.cost == 0.05
        assert session.scalars(select(Campaign.id).where(verdicts.needs_review())).all() == []
