"""Two tickets of one number are done at the same moment: its owner is asked about each under another letter."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from base import clock
from base.database import reading, transaction
from outreach.actions import callbacks
from outreach.surveymodels import Survey
from outreach.surveys import SurveyState
from tests.make import a_home, an_owner
from tests.oncall.estate import an_estate
from tests.outreach.scene import DAY, DELAY_S, OWNER, Scene

NOW = DAY + timedelta(seconds=DELAY_S)


@pytest.fixture
def surveys(app: Flask, carrier_posts: Callable[..., TestResponse]) -> list[int]:
    """Two questions to one owner, both due, neither put."""
    clock.stop_at(DAY)
    with transaction() as session:
        estate = an_estate(session)
        an_owner(session, a_home(session, estate.project), OWNER)
    scene = Scene(carrier_posts, estate)
    for _ in range(2):
        scene.a_ticket()
        scene.is_resolved()
    with reading() as session:
        return list(session.scalars(select(Survey.id).order_by(Survey.id)))


def look(survey_id: int) -> None:
    with transaction() as session:
        callbacks.look(session, survey_id, at=NOW)


def test_a_second_question_waits_for_the_one_being_put_and_gets_another_letter(surveys: list[int]) -> None:
    here = copy_context()  # which application it is
    with ThreadPoolExecutor(1) as somebody:
        with transaction() as session:
            callbacks.look(session, surveys[0], at=NOW)
            another = somebody.submit(here.run, look, surveys[1])
            with pytest.raises(TimeoutError):
                another.result(timeout=0.3)
        another.result(timeout=30)
    with reading() as session:
        found = session.scalars(select(Survey).order_by(Survey.id)).all()
        assert [survey.state for survey in found] == [SurveyState.OPEN] * 2
        assert [survey.letter for survey in found] == ["A", "B"]
