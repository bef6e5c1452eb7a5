"""After an all-clear some households are asked whether it is true where they live: how many, which, and when."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

import clockwork
from base import clock
from base.database import reading, transaction
from base.errors import SettingsError
from base.queue import Lane, hints
from directory.actions import record_choice
from directory.consent import Choice
from directory.models import Building, Project
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from outreach.actions import campaigns
from outreach.jobs import callbacks
from outreach.lifecycle import NoticeStep
from outreach.models import Campaign
from outreach.spotchecks import RULES, SpotState, in_order, read_rules, rules_of_the_house
from outreach.surveymodels import IncidentSample
from tests import make
from tests.messages.fake import AT
from tests.outreach.street import Street
from tickets.lifecycle import IncidentKind


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


def test_where_a_question_takes_a_yes_and_none_stands_that_is_why_they_are_not_asked(street: Street) -> None:
    street.has_trouble()
    clock.stop_at(datetime.fromisoformat("2026-11-22T18:00:00+08:00"))
    street.is_over()
    street.goes_on(hours=3)
    first = street.sample[0].id
    with transaction() as session:
        session.get_one(IncidentSample, first).number = "+639171234567"
    street.goes_on(hours=12)
    [one] = [one for one in street.sample if one.id == first]
    assert (one.state, one.reason) == (SpotState.NOT_ASKED, "no_consent")


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


def test_only_who_got_the_all_clear_is_drawn(street: Street) -> None:
    street.has_trouble(IncidentKind.POWER, buildings="3号楼")
    street.is_over()
    street.goes_on(hours=3)
    assert {one.number for one in street.sample} <= {f"+86138001380{n:02d}" for n in range(6)}
