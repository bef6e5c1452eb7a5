"""An owner who says nothing has three days from what they were told; then the rule closes the ticket."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

import tickets.actions
from base import clock
from base.database import transaction
from directory.actions import record_choice
from directory.consent import Choice
from messages.lifecycle import MessageState
from messages.models import Message
from outreach.surveymodels import Survey
from outreach.surveys import SurveyState
from tests.outreach.scene import DAY, DELAY_S, OWNER, Scene, scene
from tickets.lifecycle import CloseReason, Kind, Status

__all__ = ["scene"]


@pytest.mark.parametrize("end", [MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.NO_RECEIPT])
def test_three_days_after_the_result_was_told_silence_closes_it(scene: Scene, end: MessageState) -> None:
    scene.a_ticket()
    scene.is_resolved()
    scene.texts_ended(end)
    scene.goes_on(DELAY_S)
    scene.texts_ended()
    scene.goes_on(72 * 3600)
    scene.goes_on(60)
    assert (scene.ticket.status, scene.ticket.score) == (Status.CLOSED, None)
    assert [event.data for event in scene.events("closed")] == [{"why": "no_objection"}]


@pytest.mark.parametrize("end", [MessageState.UNDELIVERED, MessageState.FAILED, MessageState.EXPIRED])
def test_a_result_that_never_arrived_is_closed_by_nobody_but_one_of_us(scene: Scene, end: MessageState) -> None:
    scene.is_asked()
    scene.texts_ended(end)
    for _ in range(4):
        scene.goes_on(3 * 86400)
    assert (scene.survey.state, scene.survey.due_at) == (SurveyState.NOT_ASKED, None)
    assert scene.ticket.status is Status.RESOLVED


def test_a_result_that_arrives_late_leaves_its_owner_the_whole_three_days(scene: Scene) -> None:
    scene.is_asked()
    scene.goes_on(70 * 3600)
    scene.texts_ended(like="result:%")
    scene.goes_on(2 * 3600)
    scene.goes_on(69 * 3600)
    assert scene.ticket.status is Status.RESOLVED
    scene.goes_on(3600)
    assert scene.ticket.status is Status.CLOSED


def test_a_result_still_on_its_way_is_waited_for(scene: Scene) -> None:
    scene.is_asked()
    scene.texts_ended(like="survey:%", state=MessageState.UNDELIVERED)
    scene.goes_on(73 * 3600)
    scene.goes_on(1)
    assert scene.ticket.status is Status.RESOLVED
    scene.texts_ended()
    scene.goes_on(3600)
    scene.goes_on(72 * 3600)
    assert scene.ticket.status is Status.CLOSED


def test_the_question_alone_tells_of_the_result_too(scene: Scene) -> None:
    scene.is_asked()
    scene.texts_ended(like="result:%", state=MessageState.FAILED)
    scene.texts_ended()
    scene.goes_on(72 * 3600)
    scene.goes_on(60)
    assert scene.ticket.status is Status.CLOSED


def test_a_middling_score_is_closed_by_the_rule_and_kept(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("3")
    scene.goes_on(71 * 3600)
    assert scene.ticket.status is Status.RESOLVED
    scene.goes_on(3600)
    assert (scene.ticket.status, scene.ticket.score) == (Status.CLOSED, 3)
    assert [event.data for event in scene.events("closed")] == [{"why": "no_objection"}]


def test_a_newer_matter_of_the_same_caller_may_be_an_objection(scene: Scene) -> None:
    scene.is_asked()
    scene.texts_ended()
    first = scene.ticket_id
    scene.texts("还是漏水，没有修好")
    scene.goes_on(73 * 3600)
    scene.goes_on(60)
    assert scene.ticket.status is Status.RESOLVED
    with transaction() as session:
        newer = scene.tickets()[-1]
        tickets.actions.resolve(session, newer.id, scene.estate.first.id, at=clock.now(), text="好了")
    scene.ticket_id = first
    scene.goes_on(25 * 3600)
    assert scene.ticket.status is Status.CLOSED


def test_a_complaint_is_closed_by_rule_only_after_its_owner_was_asked_in_vain(scene: Scene) -> None:
    scene.a_ticket(kind=Kind.COMPLAINT, category="noise")
    scene.is_resolved()
    scene.texts_ended()
    scene.goes_on(at=DAY + timedelta(hours=8))
    scene.texts_ended()
    scene.goes_on(71 * 3600)
    assert (scene.ticket.status, scene.survey.state) == (Status.RESOLVED, SurveyState.OPEN)
    scene.goes_on(3600)
    scene.goes_on(1)
    assert (scene.survey.state, scene.ticket.status) == (SurveyState.UNANSWERED, Status.CLOSED)


@pytest.mark.parametrize(
    "end", [MessageState.SUPPRESSED, MessageState.FAILED, MessageState.EXPIRED, MessageState.UNDELIVERED]
)
def test_a_complaint_whose_question_never_arrived_was_not_asked_about(scene: Scene, end: MessageState) -> None:
    scene.a_ticket(kind=Kind.COMPLAINT, category="noise")
    scene.is_resolved()
    scene.texts_ended()
    scene.goes_on(DELAY_S)
    scene.texts_ended(end)
    for _ in range(4):
        scene.goes_on(3 * 86400)
    assert (scene.survey.state, scene.survey.asked_at) == (SurveyState.NOT_ASKED, None)
    assert scene.ticket.status is Status.RESOLVED


def test_a_complaint_of_somebody_who_refuses_questions_is_closed_by_one_of_us(scene: Scene) -> None:
    with transaction() as session:
        record_choice(session, OWNER, Choice.OPT_OUT, at=DAY, channel="text", words="R")
    scene.is_asked(kind=Kind.COMPLAINT, category="noise")
    scene.texts_ended()
    for _ in range(3):
        scene.goes_on(3 * 86400)
    assert (scene.survey.reason, scene.ticket.status) == ("opted_out", Status.RESOLVED)


def test_a_ticket_one_of_us_closed_is_asked_about_all_the_same(scene: Scene) -> None:
    scene.a_ticket()
    scene.is_resolved()
    with transaction() as session:
        tickets.actions.close(session, scene.ticket_id, scene.estate.manager.id, at=DAY, text="业主当面说好")
    scene.goes_on(DELAY_S)
    assert len(scene.sent()) == 2
    scene.texts("5")
    assert scene.ticket.status is Status.OPEN
    assert [event.data for event in scene.events("closed")] == [{"why": CloseReason.OVERRIDE.value}]


def test_a_share_that_is_not_drawn_is_told_and_closed_by_the_rule(scene: Scene) -> None:
    scene.a_ticket()
    scene.is_resolved()
    scene.texts_ended()
    with transaction() as session:
        session.execute(update(Survey).values(state=SurveyState.NOT_ASKED, reason="not_drawn", due_at=DAY))
        assert session.scalars(select(Message.id)).all()
    scene.goes_on()
    assert scene.ticket.status is Status.RESOLVED
    scene.goes_on(72 * 3600)
    assert scene.ticket.status is Status.CLOSED
