"""After an all-clear some households are asked whether it is true where they live; a no becomes a ticket."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

import clockwork
from base import clock
from base.database import reading, transaction
from base.errors import SettingsError
from base.queue import Lane, hints
from directory.actions import record_choice
from directory.consent import Choice
from directory.models import Building, Contact, ContactRole, Home, Language, Person, Project
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Message
from oncall.models import Page
from outreach.actions import campaigns, notices
from outreach.actions.campaigns import By
from outreach.actions.spotchecks import counts
from outreach.audience import Filter
from outreach.jobs import callbacks
from outreach.jobs import planning as jobs
from outreach.lifecycle import NoticeStep
from outreach.models import Campaign, Reply
from outreach.spotchecks import RULES, SpotState, in_order, read_rules, rules_of_the_house
from outreach.surveymodels import IncidentSample, Survey
from outreach.surveys import SurveyState
from tests import make
from tests.messages.fake import AT
from tests.outreach.scene import Heard
from tests.outreach.stage import Stage
from tickets.actions import TicketDraft, open_ticket
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import Channel, IncidentKind, Kind, Level, Status
from tickets.models import EventType, Ticket, TicketEvent

HOTLINE = "+864008001234"
_sids = itertools.count(1)


@dataclass
class Street:
    """Twelve households that were told of a water cut and of its end, at noon and at one."""

    stage: Stage
    posts: Callable[..., TestResponse]
    incident_id: int = 0

    def has_trouble(self, kind: IncidentKind = IncidentKind.WATER, *, buildings: str = "", **words: str) -> None:
        with reading() as session:
            named = select(Building.id).where(Building.name == buildings, Building.project_id == self.stage.project_id)
            building_ids = tuple(session.scalars(named))
        trouble = IncidentDraft(
            kind=kind, project_id=self.stage.project_id, promised_end_at=clock.now() + timedelta(hours=2),
            building_ids=building_ids,
        )  # fmt: skip
        opening = self.stage.planned(
            self.stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=trouble,
            audience=Filter(self.stage.project_id, building_ids), **words,
        )  # fmt: skip
        self.stage.approve(opening)
        self.stage.work()
        with reading() as session:
            self.incident_id = session.get_one(Campaign, opening).incident_id or 0

    def is_over(self, by: By | None = None) -> int:
        with transaction() as session:
            written = notices.restore(session, self.incident_id, by or self.stage.supervisor, at=clock.now())
            assert written is not None
            id = written.id
        jobs.plan(id)
        self.stage.approve(id)
        self.stage.work()
        return id

    def goes_on(self, **by: float) -> None:
        clock.stop_at(clock.now() + timedelta(**by))
        callbacks.check_all_clears()

    def is_asked(self) -> list[IncidentSample]:
        self.has_trouble()
        self.is_over()
        self.goes_on(hours=3)
        return self.sample

    @property
    def sample(self) -> list[IncidentSample]:
        with reading() as session:
            found = list(session.scalars(select(IncidentSample).order_by(IncidentSample.id)))
            session.expunge_all()
            return found

    def questions(self, number: str | None = None) -> list[Message]:
        with reading() as session:
            query = select(Message).where(Message.message_class == MessageClass.SURVEY).order_by(Message.id)
            found = [one for one in session.scalars(query) if number in {None, one.number}]
            session.expunge_all()
            return found

    def questions_end(self, state: MessageState) -> None:
        with transaction() as session:
            for one in session.scalars(select(Message).where(Message.message_class == MessageClass.SURVEY)):
                if one.final_at is None:
                    one.state, one.final_at = state, clock.now()

    def texts(self, number: str, body: str, sid: str = "") -> str:
        sid = sid or f"SM{next(_sids):032x}"
        answer = self.posts("/sms/incoming", MessageSid=sid, From=number, To=HOTLINE, Body=body, NumMedia="0")
        assert answer.status_code == 204
        with reading() as session:
            return session.scalars(select(Reply.became).where(Reply.sid == sid)).one()

    def tickets(self) -> list[Ticket]:
        with reading() as session:
            found = list(session.scalars(select(Ticket).order_by(Ticket.id)))
            session.expunge_all()
            return found

    def counts(self) -> dict[SpotState, int]:
        with reading() as session:
            return dict(counts(session, self.incident_id))


@pytest.fixture
def street(stage: Stage, carrier_posts: Callable[..., TestResponse]) -> Iterator[Street]:
    yield Street(stage, carrier_posts)
    clock.stop_at(None)


# -- who is asked, and when ----------------------------------------------------------------------------------


def test_three_hours_after_the_all_clear_at_least_three_households_are_asked(street: Street) -> None:
    street.has_trouble()
    street.is_over()
    street.goes_on(hours=2, minutes=59)
    assert street.sample == []
    street.goes_on(minutes=1)
    assert {one.state for one in street.sample} == {SpotState.OPEN}
    assert [one.number for one in street.questions()] == [one.number for one in street.sample]
    with reading() as session:
        got = session.scalars(select(Message.number).where(Message.message_class == MessageClass.EMERGENCY)).all()
    assert {one.number for one in street.sample} == set(in_order(street.incident_id, set(got))[:3])
    [body] = {one.body for one in street.questions()}
    assert "停水" in body
    assert "1已恢复 2还没有" in body


def test_the_clock_finds_what_is_to_be_drawn_and_whom_to_ask(street: Street) -> None:
    street.has_trouble()
    street.is_over()

    def is_hinted() -> bool:
        hints().queue(Lane.NORMAL).empty()
        clockwork.hint_what_is_due()
        return "outreach.jobs.callbacks.check_all_clears" in [job.func_name for job in hints().queue(Lane.NORMAL).jobs]

    assert not is_hinted()
    clock.stop_at(clock.now() + timedelta(hours=3))
    assert is_hinted()
    callbacks.check_all_clears()
    assert not is_hinted()
    clock.stop_at(clock.now() + timedelta(hours=24))
    assert is_hinted()


def test_an_all_clear_that_has_not_left_yet_is_waited_for(street: Street) -> None:
    street.has_trouble()
    id = street.is_over()
    with transaction() as session:
        for one in session.scalars(select(Message).join(Campaign, Campaign.batch_id == Message.batch_id)):
            if one.about == f"campaign:{id}":
                one.state = MessageState.PLANNED
    street.goes_on(hours=3)
    assert street.sample == []
    with transaction() as session:
        for one in session.scalars(select(Message).where(Message.about == f"campaign:{id}")):
            one.state = MessageState.ACCEPTED
    street.goes_on(hours=1)
    assert len(street.sample) == 3


def test_drawn_twice_nobody_is_asked_twice(street: Street) -> None:
    street.is_asked()
    with transaction() as session:
        for campaign in session.scalars(select(Campaign)):
            campaign.sample_due_at = clock.now()
    street.goes_on()
    street.goes_on()
    assert (len(street.sample), len(street.questions())) == (3, 3)


def test_how_many_are_asked_is_data() -> None:
    rules = rules_of_the_house()
    assert [rules.how_many(n) for n in (0, 2, 12, 100, 101, 999, 1001, 20_000)] == [0, 2, 3, 5, 6, 50, 50, 50]


@pytest.mark.parametrize(
    ("was", "is_now", "words"),
    [
        ("share: 0.05", "share: 5", "share of .*must be 0 to 1"), ("share: 0.05", "shares: 1", "share"),
        ("tries: 2", "tries: 0", "tries of .*must be 1 to 3"), ("least: 3", "least: 60", "more than most"),
        ("gas: gas_leak", "gas: moon", "no category 'moon'"), ("  gas: gas_leak\n", "", "every kind of incident"),
        ("least: 3", "least: 2.5", "least of .*must be"),
    ],
)  # fmt: skip
def test_a_wrong_rule_says_which_and_how_to_write_it(was: str, is_now: str, words: str) -> None:
    written = RULES.read_text(encoding="utf-8")
    assert was in written
    with pytest.raises(SettingsError, match=words):
        read_rules(written.replace(was, is_now))


def test_of_a_household_with_two_telephones_one_is_asked(street: Street) -> None:
    with transaction() as session:
        three = session.scalars(select(Building).where(Building.name == "3号楼")).one()
        garden = session.get_one(Project, three.project_id)
        home = make.a_home(session, garden, "9-1-101")
        for n in range(9):
            make.an_owner(session, home, f"+861370000010{n}", f"家人{n}")
    street.is_asked()
    homes = [one.home_id for one in street.sample]
    assert len(homes) == len(set(homes)) == 3


def test_whoever_refuses_such_questions_is_not_drawn(street: Street) -> None:
    street.has_trouble()
    with transaction() as session:
        for n in range(10):
            record_choice(session, f"+86138001380{n:02d}", Choice.OPT_OUT, at=AT, channel="text", words="R")
    street.is_over()
    street.goes_on(hours=3)
    assert {one.number for one in street.sample} == {"+8613800138010", "+8613800138011"}


def test_in_quiet_hours_it_waits_for_the_morning(street: Street) -> None:
    street.has_trouble()
    clock.stop_at(datetime.fromisoformat("2026-11-22T18:00:00+08:00"))
    street.is_over()
    street.goes_on(hours=3)
    assert street.questions() == []
    street.goes_on(hours=12)
    assert {one.planned_at for one in street.questions()} == {datetime.fromisoformat("2026-11-23T09:00:00+08:00")}


def test_a_drill_is_not_asked_about(street: Street) -> None:
    street.has_trouble(IncidentKind.DRILL, text_zh="演练：请勿惊慌", text_en="DRILL: keep calm")
    street.is_over()
    street.goes_on(hours=12)
    assert street.sample == []


def test_an_all_clear_that_was_stopped_is_not_asked_about(street: Street) -> None:
    street.has_trouble()
    id = street.is_over()
    with transaction() as session:
        session.get_one(Campaign, id).state = "stopped"
    street.goes_on(hours=12)
    assert street.sample == []


def test_an_all_clear_that_goes_on_after_a_stop_is_asked_about_from_then_on(street: Street) -> None:
    street.has_trouble()
    id = street.is_over()
    with transaction() as session:
        session.get_one(Campaign, id).valid_until_at = clock.now() + timedelta(hours=4)
    with transaction() as session:
        campaigns.stop(session, id, street.stage.manager, at=clock.now())
    street.goes_on(hours=3)
    assert street.sample == []
    with transaction() as session:
        campaigns.resume(session, id, street.stage.manager, at=clock.now())
    street.goes_on(hours=2, minutes=59)
    assert street.sample == [], "what was stopped leaves only now"
    street.goes_on(minutes=1)
    assert len(street.sample) == 3


def test_one_that_is_stopped_after_its_sample_was_drawn_is_not_asked_about_twice(street: Street) -> None:
    before = [one.number for one in street.is_asked()]
    with reading() as session:
        id = session.scalars(select(Campaign.id).where(Campaign.step == NoticeStep.RESTORED)).one()
    with transaction() as session:
        session.get_one(Campaign, id).valid_until_at = clock.now() + timedelta(hours=1)
    with transaction() as session:
        campaigns.stop(session, id, street.stage.manager, at=clock.now())
        campaigns.resume(session, id, street.stage.manager, at=clock.now())
    street.goes_on(hours=3)
    assert [one.number for one in street.sample] == before


def all_are_asked_about_a_ticket() -> None:
    """A repair of every household is done, and each of them was asked about it by text."""
    asked_at = clock.now()
    with transaction() as session:
        for n in range(12):
            ticket = Ticket(
                ref=f"t{n}", kind=Kind.REPAIR, level=Level.P2, channel=Channel.CALL, opened_at=asked_at,
                caller_number=f"+86138001380{n:02d}",
            )  # fmt: skip
            session.add(ticket)
            session.flush()
            result = TicketEvent(ticket_id=ticket.id, at=asked_at, type=EventType.RESOLVED)
            session.add(result)
            session.flush()
            session.add(
                Survey(
                    ticket_id=ticket.id, result_id=result.id, state=SurveyState.OPEN, way=Way.TEXT,
                    number=ticket.caller_number, asked_at=asked_at, due_at=asked_at + timedelta(hours=36),
                )
            )  # fmt: skip


def test_beside_a_question_about_a_ticket_it_has_another_letter(street: Street, app: Flask) -> None:
    street.has_trouble()
    street.is_over()
    all_are_asked_about_a_ticket()
    street.goes_on(hours=3)
    assert {(one.state, one.letter) for one in street.sample} == {(SpotState.OPEN, "B")}
    number = street.sample[0].number
    assert "B1已恢复 B2还没有" in street.questions(number)[0].body
    assert street.texts(number, "1") == "which", "nothing is guessed"
    assert street.texts(number, "b２ 还是没水") == "survey"
    assert street.counts()[SpotState.NO] == 1


def test_its_letter_is_understood_as_long_as_a_late_answer_counts(street: Street) -> None:
    street.has_trouble()
    street.is_over()
    all_are_asked_about_a_ticket()
    street.goes_on(hours=3)
    street.questions_end(MessageState.DELIVERED)
    street.goes_on(hours=25)
    first = street.sample[0]
    assert (first.letter, first.state) == ("B", SpotState.UNANSWERED)
    assert street.texts(first.number, "B2") == "survey"
    assert [one.incident_id for one in street.tickets() if one.kind is Kind.REPAIR and one.home_id] == [
        street.incident_id
    ]


@pytest.mark.parametrize(
    ("body", "became", "state"),
    [
        ("B1车库没电", "ticket", SpotState.OPEN), ("B2号楼的灯坏了", "ticket", SpotState.OPEN),
        ("B1还没有", "ticket", SpotState.OPEN), ("B1已恢复", "survey", SpotState.YES),
        ("B2还没有", "survey", SpotState.NO), ("B2 车库没电", "survey", SpotState.NO),
    ],
)  # fmt: skip
def test_a_place_is_no_answer_and_the_words_of_the_question_are(
    street: Street, body: str, became: str, state: SpotState
) -> None:
    street.has_trouble()
    street.is_over()
    all_are_asked_about_a_ticket()
    street.goes_on(hours=3)
    first = street.sample[0]
    assert street.texts(first.number, body) == became
    assert street.sample[0].state is state


def test_a_question_about_a_ticket_has_another_letter_while_they_are_asked_whether_it_is_over(street: Street) -> None:
    first = street.is_asked()[0]
    with transaction() as session:
        ticket = Ticket(
            ref="t1", kind=Kind.REPAIR, level=Level.P2, channel=Channel.CALL, opened_at=AT, status=Status.RESOLVED,
            caller_number=first.number,
        )  # fmt: skip
        session.add(ticket)
        session.flush()
        result = TicketEvent(ticket_id=ticket.id, at=AT, type=EventType.RESOLVED)
        session.add(result)
        session.flush()
        survey = Survey(
            ticket_id=ticket.id, result_id=result.id, state=SurveyState.PLANNED, way=Way.TEXT, number=first.number,
            due_at=clock.now(), told_at=clock.now(),
        )  # fmt: skip
        session.add(survey)
    callbacks.follow_due()
    assert len(street.questions(first.number)) == 2
    assert street.texts(first.number, "A1") == "survey"
    assert street.counts() == {SpotState.YES: 1, SpotState.OPEN: 2}


# -- what they say -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ["1", "１。", "恢复了", "是", "Yes", "已经恢复了！", "1 谢谢"])
def test_a_yes_is_counted_and_nothing_follows(street: Street, body: str) -> None:
    first = street.is_asked()[0]
    assert street.texts(first.number, body) == "survey"
    assert street.counts() == {SpotState.YES: 1, SpotState.OPEN: 2}
    assert street.tickets() == []
    with reading() as session:
        to_them = session.scalars(select(func.count()).where(Message.number == first.number)).one()
    assert to_them == 3, "the opening, the all-clear, the question"


@pytest.mark.parametrize(("body", "words"), [("2", ""), ("还没有", ""), ("no", ""), ("2 厨房还是没水", "厨房还是没水")])
def test_a_no_is_a_repair_under_the_incident(street: Street, body: str, words: str) -> None:
    first = street.is_asked()[0]
    sid = f"SM{next(_sids):032x}"
    assert street.texts(first.number, body, sid) == "survey"
    street.texts(first.number, body, sid)
    [ticket] = street.tickets()
    assert (ticket.kind, ticket.category, ticket.level, ticket.channel) == (
        Kind.REPAIR, "water_power", Level.P2, Channel.SURVEY,
    )  # fmt: skip
    assert (ticket.incident_id, ticket.home_id, ticket.caller_number, ticket.summary) == (
        street.incident_id, first.home_id, first.number, words,
    )  # fmt: skip
    with reading() as session:
        opened = session.scalars(select(TicketEvent).where(TicketEvent.type == EventType.OPENED)).one()
        assert opened.data["reason"] == "not_restored"
        receipts = session.scalars(select(Message).where(Message.about == f"ticket:{ticket.id}")).all()
        assert [ticket.ref in one.body for one in receipts] == [True]
        assert session.scalars(select(Page.id)).all() == [], "a level that wakes nobody wakes nobody"
    assert street.counts() == {SpotState.NO: 1, SpotState.OPEN: 2}


def test_a_no_about_gas_wakes_somebody(street: Street) -> None:
    street.has_trouble(IncidentKind.GAS, text_zh="燃气险情", text_en="Gas leak")
    street.is_over()
    street.goes_on(hours=3)
    street.texts(street.sample[0].number, "2")
    [ticket] = street.tickets()
    assert (ticket.category, ticket.level) == ("gas_leak", Level.P0)
    assert ticket.page_due_at is not None


def test_danger_in_the_answer_is_an_emergency_too(street: Street) -> None:
    first = street.is_asked()[0]
    assert street.texts(first.number, "2 还是没水，而且有煤气味") == "ticket"
    assert sorted((one.kind.value, one.category) for one in street.tickets()) == [
        ("emergency", "gas_leak"), ("repair", "water_power"),
    ]  # fmt: skip


def test_a_second_no_of_the_same_home_is_a_line_on_its_open_ticket(street: Street) -> None:
    first = street.is_asked()[0]
    street.texts(first.number, "2")
    with transaction() as session:
        sample = session.get_one(IncidentSample, first.id)
        sample.state, sample.ticket_id = SpotState.OPEN, None
    street.texts(first.number, "2 还没来")
    assert len(street.tickets()) == 1


@pytest.mark.parametrize("elsewhere", ["another project", "another building"])
def test_a_no_is_about_the_home_that_the_trouble_touched(street: Street, elsewhere: str) -> None:
    owners_get_a_second_home(street, elsewhere)
    street.has_trouble(buildings="3号楼")
    street.is_over()
    street.goes_on(hours=3)
    for one in street.sample:
        street.texts(one.number, "2")
    with reading() as session:
        about = [(one.place, session.get_one(Home, one.home_id).building.project_id) for one in street.tickets()]
    assert len(about) == 3
    for place, project_id in about:
        assert place.startswith("3号楼"), place
        assert project_id == street.stage.project_id


def test_whoever_got_it_without_a_home_there_is_asked_in_their_language_about_none(street: Street) -> None:
    with transaction() as session:
        session.execute(update(Person).values(language=Language.EN))
    street.has_trouble()
    street.is_over()
    with transaction() as session:
        session.execute(update(Contact).values(ended_at=clock.now()))
    street.goes_on(hours=3)
    assert [(one.home_id, one.language) for one in street.sample] == [(None, "en")] * 3


def test_a_ticket_of_another_project_about_the_same_home_is_left_alone(street: Street) -> None:
    first = street.is_asked()[0]
    with transaction() as session:  # they had dialled the number of another estate
        draft = TicketDraft(
            kind=Kind.REPAIR, category="water_power", channel=Channel.CALL, home_id=first.home_id,
            project_id=make.a_project(session, "远处", name_en="Far").id, caller_number=first.number,
        )  # fmt: skip
        elsewhere = open_ticket(session, draft, at=clock.now()).id
    assert street.texts(first.number, "2") == "survey"
    before, ticket = street.tickets()
    assert (before.id, before.incident_id) == (elsewhere, None)
    assert (ticket.project_id, ticket.incident_id) == (street.stage.project_id, street.incident_id)


def owners_get_a_second_home(street: Street, elsewhere: str) -> None:
    """The home that the directory met first is elsewhere; the one it met later is where they got the word."""
    with transaction() as session:
        garden = session.get_one(Project, street.stage.project_id)
        away = make.a_home(session, make.a_project(session, "远处", name_en="Far"), "3-1-9999")
        if elsewhere == "another building":
            away = make.a_home(session, garden, "9-1-9999")
        for contact in session.scalars(select(Contact).order_by(Contact.id)).all():
            first = session.get_one(Home, contact.home_id)
            first.building_id = away.building_id
            here = make.a_home(session, garden, f"3-1-9{first.name}")
            session.add(Contact(person_id=contact.person_id, home_id=here.id, role=ContactRole.OWNER))


def test_any_other_digit_is_no_answer(street: Street) -> None:
    first = street.is_asked()[0]
    assert street.texts(first.number, "4") == "ticket"
    assert street.counts() == {SpotState.OPEN: 3}


def test_nobody_answers_and_that_is_a_fact_of_its_own(street: Street) -> None:
    first, second, third = street.is_asked()
    street.questions_end(MessageState.DELIVERED)
    with transaction() as session:
        lost = session.scalars(select(Message).where(Message.about == f"sample:{third.id}")).one()
        lost.state = MessageState.UNDELIVERED
    street.goes_on(hours=24)
    assert street.counts() == {SpotState.UNANSWERED: 2, SpotState.NOT_ASKED: 1}
    assert street.texts(first.number, "2") == "survey", "late is better than never"
    assert len(street.tickets()) == 1
    street.goes_on(hours=48)
    assert street.texts(second.number, "2") == "ticket", "by then nobody knows what it is about"


def test_a_wish_to_be_left_alone_ends_it(street: Street) -> None:
    first = street.is_asked()[0]
    assert street.texts(first.number, "R") == "consent"
    assert street.counts() == {SpotState.UNANSWERED: 1, SpotState.OPEN: 2}
    assert street.questions(first.number)[0].state is MessageState.CANCELLED


# -- by call -------------------------------------------------------------------------------------------------


@pytest.fixture
def rung(street: Street, app: Flask) -> Street:
    """The same on a route that carries no answer by text."""
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"two_way_countries": "HK"})
    street.is_asked()
    return street


def at(street: Street, path: str, **form: str) -> Heard:
    """One step of a call; asked twice it is answered the same way and changes nothing."""
    form = {"CallSid": "CA" + "2" * 32, "CallStatus": "in-progress", "From": HOTLINE} | form
    first, before = Heard(street.posts(path, **form)), (street.counts(), len(street.tickets()))
    again = Heard(street.posts(path, **form))
    assert again.response.get_data() == first.response.get_data()
    assert (street.counts(), len(street.tickets())) == before
    return first


def test_where_no_text_can_be_answered_they_are_rung(rung: Street) -> None:
    assert {one.way for one in rung.questions()} == {Way.CALL}
    heard = at(rung, rung.questions()[0].answer_path)
    assert "停水" in heard.words
    assert heard.verbs == ["Gather", "Redirect"] or "Gather" in heard.verbs
    said = at(rung, heard.next, Digits="1")
    assert "谢谢" in said.words
    assert rung.counts() == {SpotState.YES: 1, SpotState.OPEN: 2}


def test_a_2_is_a_ticket_whose_number_they_hear(rung: Street) -> None:
    heard = at(rung, rung.questions()[0].answer_path)
    said = at(rung, heard.next, Digits="2")
    [ticket] = rung.tickets()
    assert ticket.ref[-1] in said.words
    assert ticket.incident_id == rung.incident_id


def test_silence_and_wrong_keys_are_asked_again_and_then_left_in_peace(rung: Street) -> None:
    heard = at(rung, rung.questions()[0].answer_path)
    heard = at(rung, heard.next, Digits="7")
    heard = at(rung, heard.next, Digits="")
    heard = at(rung, heard.next, Digits="")
    assert "Gather" not in heard.verbs
    assert rung.counts() == {SpotState.OPEN: 3}


def test_whoever_does_not_pick_up_is_rung_once_more_at_another_time_of_day(rung: Street) -> None:
    for _ in range(2):
        rung.questions_end(MessageState.NO_ANSWER)
        for _ in range(12):
            rung.goes_on(hours=2)
    assert len(rung.questions()) == 6
    assert rung.counts() == {SpotState.UNANSWERED: 3}


def test_a_call_about_what_nobody_knows_is_over_at_once(street: Street) -> None:
    for path in ("/voice/sample/999", "/voice/sample/99999999999", "/voice/sample/999/key"):
        assert "Gather" not in at(street, path, Digits="1").verbs


def test_only_who_got_the_all_clear_is_drawn(street: Street) -> None:
    street.has_trouble(IncidentKind.POWER, buildings="3号楼")
    street.is_over()
    street.goes_on(hours=3)
    assert {one.number for one in street.sample} <= {f"+86138001380{n:02d}" for n in range(6)}
