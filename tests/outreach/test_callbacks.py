"""A result is told and its owner asked about it: once, by day, and in the way that reaches them."""

from datetime import datetime

import pytest
from sqlalchemy import update

import clockwork
import tickets.actions
from base import clock
from base.database import transaction
from base.queue import Lane, hints
from directory.actions import record_choice
from directory.consent import Choice
from messages.lifecycle import MessageClass, MessageState, Way
from outreach.actions.results import hidden, result_text
from outreach.surveymodels import Survey
from outreach.surveys import SurveyState
from tests.make import a_consent, a_home, an_owner
from tests.outreach.scene import DAY, DELAY_S, LANDLINE, OWNER, Scene, scene
from tickets.lifecycle import Kind, Level, Status

__all__ = ["scene"]

NIGHT = datetime.fromisoformat("2026-11-23T22:30:00+08:00")
MORNING = datetime.fromisoformat("2026-11-24T08:00:00+08:00")
ABROAD, STRANGER = "+12125550123", "+447911123456"
FILIPINO = "+639171234567"


def test_the_result_is_told_once_in_the_very_words_the_desk_shows(scene: Scene) -> None:
    scene.a_ticket()
    scene.is_resolved()
    scene.goes_on()
    [text] = scene.sent()
    assert (text.message_class, hidden(text.body)) == (MessageClass.SERVICE, result_text(scene.ticket, "已更换龙头"))
    assert text.body.startswith("【回音物业】您报修的“水电”已处理完毕（单号"), text.body
    [told] = scene.events("message")
    assert (told.data["what"], told.data["message"], told.text) == ("result", text.id, hidden(text.body))


def test_the_clock_finds_a_result_nobody_hinted_at(scene: Scene) -> None:
    scene.a_ticket()
    with transaction() as session:
        tickets.actions.resolve(session, scene.ticket_id, scene.estate.first.id, at=DAY, text="好了")
    clockwork.hint_what_is_due()
    assert [job.func_name for job in hints().queue(Lane.NORMAL).jobs] == ["outreach.jobs.callbacks.follow_due"]
    scene.goes_on()
    hints().queue(Lane.NORMAL).empty()
    clockwork.hint_what_is_due()
    waiting = [job.func_name for job in hints().queue(Lane.NORMAL).jobs]
    assert "outreach.jobs.callbacks.follow_due" not in waiting


@pytest.mark.parametrize(
    ("level", "kind", "due_at"),
    [
        (Level.P0, Kind.EMERGENCY, NIGHT), (Level.P1, Kind.REPAIR, NIGHT), (Level.P2, Kind.EMERGENCY, NIGHT),
        (Level.P2, Kind.REPAIR, MORNING), (Level.C1, Kind.COMPLAINT, MORNING), (Level.P3, Kind.ENQUIRY, MORNING),
    ],
)  # fmt: skip
def test_at_night_only_danger_is_told_about(scene: Scene, level: Level, kind: Kind, due_at: datetime) -> None:
    scene.a_ticket(level=level, kind=kind)
    scene.is_resolved(at=NIGHT)
    [text] = scene.sent()
    assert text.due_at == due_at


def test_night_is_where_the_owner_is(scene: Scene) -> None:
    with transaction() as session:
        an_owner(session, a_home(session, session.merge(scene.estate.project), "5-1-201"), ABROAD)
    scene.a_ticket(number=ABROAD)
    scene.is_resolved()
    [text] = scene.sent(ABROAD)
    assert text.due_at == datetime.fromisoformat("2026-11-23T08:00:00-05:00")


def test_a_result_that_does_not_hold_any_more_is_taken_back(scene: Scene) -> None:
    scene.a_ticket()
    scene.is_resolved(at=NIGHT)
    with transaction() as session:
        tickets.actions.reopen(session, scene.ticket_id, None, at=NIGHT, text="又漏了")
    scene.goes_on(5)
    assert [text.state for text in scene.sent()] == [MessageState.CANCELLED]
    assert (scene.survey.state, scene.survey.due_at) == (SurveyState.WITHDRAWN, None)
    with transaction() as session:
        tickets.actions.resolve(session, scene.ticket_id, scene.estate.first.id, at=clock.now(), text="这次好了")
    scene.goes_on(at=MORNING)
    assert [text.state for text in scene.sent()] == [MessageState.CANCELLED, MessageState.PLANNED]
    assert scene.survey.state is SurveyState.PLANNED


def test_of_a_withheld_caller_nobody_is_told_nor_asked(scene: Scene) -> None:
    scene.a_ticket(number=None, kind=Kind.COMPLAINT)
    scene.is_resolved()
    scene.goes_on(30 * 86400)
    assert (scene.survey.state, scene.survey.reason) == (SurveyState.NOT_ASKED, "no_number")
    assert scene.sent(None) == []
    assert scene.ticket.status is Status.RESOLVED, "somebody has to say why it is closed"


def test_a_stranger_abroad_is_neither_texted_nor_rung(scene: Scene) -> None:
    scene.is_asked(number=STRANGER)
    assert scene.sent(STRANGER) == []
    assert scene.survey.reason == "no_way"


@pytest.mark.parametrize("agreed", [False, True])
def test_somebody_in_the_philippines_is_asked_only_after_a_yes(scene: Scene, agreed: bool) -> None:
    with transaction() as session:
        an_owner(session, a_home(session, session.merge(scene.estate.project), "5-1-201"), FILIPINO)
        if agreed:
            a_consent(session, FILIPINO, "survey", DAY, granted=True)
    scene.a_ticket(number=FILIPINO)
    scene.is_resolved()
    scene.goes_on(2 * DELAY_S)
    questions = [one for one in scene.sent(FILIPINO) if one.message_class is MessageClass.SURVEY]
    assert (scene.survey.reason, len(questions)) == (("", 1) if agreed else ("no_consent", 0))
    assert scene.sent(FILIPINO)[0].message_class is MessageClass.SERVICE, "they are told the result"


def test_the_question_comes_by_text_when_the_delay_is_over(scene: Scene) -> None:
    scene.a_ticket()
    scene.is_resolved()
    scene.goes_on(DELAY_S - 1)
    assert len(scene.sent()) == 1
    scene.goes_on(1)
    scene.goes_on()
    _, question = scene.sent()
    assert (question.message_class, question.lane, question.way) == (MessageClass.SURVEY, Lane.BULK, Way.TEXT)
    assert scene.ticket.ref in question.body
    assert "您报修的“水电”" in question.body
    assert "1非常满意2满意3一般4不满意5非常不满意" in question.body
    assert scene.survey.state is SurveyState.OPEN


def test_a_landline_is_rung_and_not_texted(scene: Scene) -> None:
    scene.is_asked(number=LANDLINE)
    [call] = scene.sent(LANDLINE)
    assert (call.way, call.message_class, call.lane) == (Way.CALL, MessageClass.SURVEY, Lane.BULK)
    assert call.answer_path == f"/voice/survey/{scene.survey.id}"


def test_nobody_is_asked_in_quiet_hours(scene: Scene) -> None:
    noon = datetime.fromisoformat("2026-11-23T12:10:00+08:00")
    scene.a_ticket()
    scene.is_resolved(at=noon)
    scene.goes_on(DELAY_S)
    assert scene.survey.due_at == datetime.fromisoformat("2026-11-23T14:00:00+08:00")
    scene.goes_on(at=datetime.fromisoformat("2026-11-23T14:00:00+08:00"))
    assert len(scene.sent()) == 2


def test_who_wants_no_surveys_is_told_the_result_and_not_asked(scene: Scene) -> None:
    with transaction() as session:
        record_choice(session, OWNER, Choice.OPT_OUT, at=DAY, channel="text", words="R")
    scene.is_asked()
    [text] = scene.sent()
    assert text.message_class is MessageClass.SERVICE
    assert (scene.survey.state, scene.survey.reason) == (SurveyState.UNANSWERED, "opted_out")


def test_two_calls_to_one_number_are_not_placed_on_top_of_each_other(scene: Scene) -> None:
    scene.a_ticket(number=LANDLINE)
    scene.is_resolved()
    scene.a_ticket(number=LANDLINE, category="access")
    scene.is_resolved()
    scene.goes_on(DELAY_S)
    assert len(scene.sent(LANDLINE)) == 1
    scene.calls_ended(MessageState.NO_ANSWER)
    scene.goes_on(11 * 60)
    assert len(scene.sent(LANDLINE)) == 2


def test_there_is_one_question_a_result_however_often_the_jobs_run(scene: Scene) -> None:
    scene.is_asked()
    for _ in range(3):
        scene.goes_on(1)
    keys = [message.once_key for message in scene.sent()]
    result_id = scene.survey.result_id
    ticket = f"ticket/{scene.ticket_id}"
    assert keys == [f"{ticket}/resolved/{result_id}", f"{ticket}/survey/{result_id}"]


def test_a_survey_nobody_can_look_at_keeps_no_other_owner_waiting(scene: Scene) -> None:
    scene.a_ticket()
    scene.is_resolved()
    broken = scene.survey.id
    scene.a_ticket(number=LANDLINE)
    scene.is_resolved()
    with transaction() as session:
        session.execute(update(Survey).where(Survey.id == broken).values(number=None))
    scene.goes_on(DELAY_S)
    assert scene.survey.state is SurveyState.OPEN
    assert len(scene.sent(LANDLINE)) == 1
