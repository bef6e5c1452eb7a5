"""Somebody who missed our question how it was calls the hotline: they may answer it, or go on."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from base import clock
from base.database import transaction
from hotline.models import Recording
from outreach.jobs import callbacks
from outreach.surveymodels import Answer, SpokenComment, Survey
from outreach.surveys import SurveyState
from tests.hotline.conftest import BY_DAY, FIRST, OWNER, STRANGER
from tickets import actions as tickets
from tickets.lifecycle import Status
from tickets.models import Ticket


@pytest.fixture
def asked(dials, estate, only):
    """A repair of the owner's is done, and they have been asked how it was."""
    dials(OWNER).presses("1", "3").says()
    ticket_id = only(Ticket).id
    with transaction() as session:
        tickets.resolve(session, ticket_id, estate["first"], at=BY_DAY, text="已修好")
    for seconds in (0, 20):
        clock.stop_at(BY_DAY + timedelta(seconds=seconds))
        callbacks.follow_due()
    return ticket_id


def test_the_offer_comes_before_the_menu_and_the_emergency_before_the_offer(dials, asked):
    call = dials(OWNER).hears("请直接按0", "门禁对讲", "已办结，请问是否满意", "现在评价请按1")
    call.never_hears("报修请按1")
    assert call.words.index("请直接按0") < call.words.index("现在评价请按1")


def test_a_good_answer_is_thanked_for_and_the_menu_follows(dials, asked, only):
    call = dials(OWNER).presses("1").hears("非常满意请按1", "非常不满意请按5").presses("1")
    call.hears("感谢您的评价", "报修请按1")
    ticket, answer = only(Ticket), only(Answer)
    assert (ticket.status, ticket.score) == (Status.CLOSED, 5)
    assert (answer.key, answer.via) == ("1", "hotline")
    call.hangs_up()
    assert only(Ticket).id == asked, "hanging up leaves nothing to do"
    dials(OWNER).never_hears("现在评价").hears("报修请按1")


def test_after_a_good_answer_a_new_matter_is_a_ticket_of_its_own(dials, asked, every):
    dials(OWNER).presses("1", "2").presses("1", "4").says()
    assert [ticket.category for ticket in every(Ticket)] == ["access", "blockage"]


def test_a_low_answer_opens_it_again_and_takes_a_message(dials, asked, only, every):
    call = dials(OWNER).presses("1", "5").hears("很抱歉没能让您满意", "已重开", "请在滴声后")
    call.says(9, sid="RE" + "7" * 32).hears("再见").hangs_up()
    ticket = only(Ticket)
    assert (ticket.status, ticket.score) == (Status.OPEN, 1)
    assert ticket.page_due_at == BY_DAY + timedelta(seconds=20), "a supervisor is called at once"
    assert (only(SpokenComment).sid, only(SpokenComment).survey_id) == ("RE" + "7" * 32, only(Survey).id)
    sound = next(sound for sound in every(Recording) if sound.sid == "RE" + "7" * 32)
    assert sound.ticket_id == ticket.id


def test_0_in_the_message_after_a_low_answer_is_a_person_and_the_message_belongs_to_the_answer_too(dials, asked, only):
    call = dials(OWNER).presses("1", "5").says(9, sid="RE" + "7" * 32, ended_by="0").hears("转接")
    assert call.rung
    assert (only(SpokenComment).sid, only(SpokenComment).survey_id) == ("RE" + "7" * 32, only(Survey).id)


@pytest.mark.parametrize("key", ["9", "", "6"])
def test_one_can_always_go_on_to_the_menu(dials, asked, only, key):
    call = dials(OWNER)
    call = call.presses(key) if key else call.is_silent()
    call.hears("报修请按1")
    assert only(Survey).state is SurveyState.OPEN


def test_zero_is_still_the_emergency(dials, asked, every):
    dials(OWNER).presses("0").hears("紧急服务")
    assert [ticket.kind for ticket in every(Ticket)] == ["repair", "emergency"]


def test_a_person_may_be_asked_for_instead(dials, asked):
    assert dials(OWNER).presses("1", "0").rung == [FIRST]


@pytest.mark.parametrize("number", [STRANGER, "anonymous"])
def test_nobody_else_is_offered_it(dials, asked, number):
    dials(number).never_hears("现在评价")


def test_it_is_offered_for_a_week_after_it_was_missed(dials, asked):
    clock.stop_at(BY_DAY + timedelta(days=9))
    with transaction() as session:
        survey = session.scalars(select(Survey)).one()
        survey.state, survey.ended_at = SurveyState.UNANSWERED, BY_DAY + timedelta(days=3)
    dials(OWNER).hears("现在评价")
    clock.stop_at(BY_DAY + timedelta(days=11))
    dials(OWNER).never_hears("现在评价")


def test_who_opted_out_is_not_offered_it(dials, asked):
    with transaction() as session:
        survey = session.scalars(select(Survey)).one()
        survey.state, survey.reason, survey.ended_at = SurveyState.UNANSWERED, "opted_out", BY_DAY
    dials(OWNER).never_hears("现在评价")


def test_a_question_nobody_answered_is_not_offered_once_its_result_has_fallen(dials, asked, estate, every):
    later = BY_DAY + timedelta(hours=1)
    with transaction() as session:
        survey = session.scalars(select(Survey)).one()
        survey.state, survey.reason, survey.ended_at = SurveyState.UNANSWERED, "no_answer", BY_DAY
        tickets.reopen(session, asked, None, at=later, text="又坏了")
        tickets.resolve(session, asked, estate["first"], at=later, text="换了新的")
    clock.stop_at(later)
    callbacks.follow_due()
    dials(OWNER).never_hears("现在评价").hears("报修请按1")
    old, new = every(Survey)
    assert (old.state, old.ended_at, new.state) == (SurveyState.WITHDRAWN, later, SurveyState.PLANNED)


def test_an_answer_that_came_meanwhile_is_not_asked_for_again(dials, asked, only):
    call = dials(OWNER).presses("1")
    with transaction() as session:
        tickets.reopen(session, asked, None, at=BY_DAY, text="又坏了")
    call.presses("1").hears("不用评价了", "报修请按1")
    assert only(Ticket).score is None


def test_the_offer_is_made_in_english_too(dials, asked):
    with transaction() as session:
        session.get_one(Ticket, asked).person.language = "en"
    dials(OWNER).hears("giving your answer now, press 1").presses("1").hears("For very satisfied, press 1.")
