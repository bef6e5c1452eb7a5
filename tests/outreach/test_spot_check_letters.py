"""Beside a question about a ticket, the one about an all-clear has a letter of its own."""

from datetime import timedelta

import pytest
from flask import Flask

from base import clock
from base.database import transaction
from messages.lifecycle import MessageState, Way
from outreach.jobs import callbacks
from outreach.spotchecks import SpotState
from outreach.surveymodels import Survey
from outreach.surveys import SurveyState
from tests.messages.fake import AT
from tests.outreach.street import Street
from tickets.lifecycle import Channel, Kind, Level, Status
from tickets.models import EventType, Ticket, TicketEvent


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
