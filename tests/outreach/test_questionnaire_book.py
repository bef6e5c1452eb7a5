"""Questionnaires made in the browser: drafts, versions that stay as they are, and the waves that ask them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from base import clock
from base.access import Role
from base.database import reading, transaction
from base.errors import BadInput, Conflict, NotAllowed, NotFound
from directory.auditmodels import Audit, AuditWhat
from outreach.actions import questionnairebook as book
from outreach.actions import retiring
from outreach.actions.campaigns import By
from outreach.models import Campaign
from outreach.questionnairefile import questionnaires, written_of
from outreach.questionnaires import Questionnaire
from tests.outreach.wave import Waves, a_house


@pytest.fixture
def waves(app: Flask, carrier_posts: Callable[..., TestResponse]) -> Waves:
    made = a_house(app, carrier_posts)
    made.has_homes(2)
    return made


def whole(waves: Waves) -> By:
    """The manager, serving every project."""
    return replace(waves.approver, project_id=None)


def parking(words: str = "您对停车管理是否满意？") -> dict[str, Any]:
    """Three questions: whoever is not content is asked why."""
    return {
        "title": {"zh": "停车调查", "en": "Parking"},
        "opening": {"zh": "{company}停车调查：", "en": "{company} parking: "},
        "questions": [
            {
                "key": "q1", "scale": "satisfaction", "category": "complaint", "choices": {},
                "ask": {"zh": words, "en": "How satisfied are you with parking?"},
                "next": {"low": "q2", "default": "q3"},
            },
            {
                "key": "q2", "scale": "choice", "category": "", "next": {},
                "ask": {"zh": "主要是哪方面？", "en": "What is it mainly?"},
                "choices": {"1": {"zh": "车位", "en": "places"}, "2": {"zh": "收费", "en": "fees"}},
            },
            {
                "key": "q3", "scale": "yes_no", "category": "", "choices": {}, "next": {},
                "ask": {"zh": "您有车吗？", "en": "Do you have a car?"},
            },
        ],
    }  # fmt: skip


def begun(waves: Waves, written: dict[str, Any] | None = None, **more: Any) -> int:
    """A draft with these words; its id."""
    with transaction() as session:
        made = book.begin(session, whole(waves), at=clock.now(), **more)
        if written is not None:
            book.save(session, made.id, whole(waves), written, read=1, at=clock.now())
        return made.id


def publish(waves: Waves, id: int, by: By | None = None, read: int = 2) -> tuple[str, int | None]:
    with transaction() as session:
        one = book.publish(session, id, by or whole(waves), read=read, at=clock.now())
        return one.key, one.version


def test_a_draft_is_kept_unfinished_and_published_once_it_is_whole(waves: Waves) -> None:
    id = begun(waves)
    with reading() as session:
        assert list(book.choices(session)) == ["yearly", "short"]
    with pytest.raises(BadInput, match="give its words in zh and en"):
        publish(waves, id, read=1)
    with transaction() as session:
        book.save(session, id, whole(waves), parking(), read=1, at=clock.now())
    assert publish(waves, id) == ("own1", 1)
    with reading() as session:
        assert list(book.choices(session)) == ["own1", "yearly", "short"]
        one = book.get(session, id)
        assert (one.publisher.name, one.published_at) == ("钱经理", clock.now())  # type: ignore[union-attr]
        line = session.scalars(select(Audit).where(Audit.what == AuditWhat.QUESTIONNAIRE)).one()
        assert (line.about, line.reason, line.staff_id) == ("questionnaire:own1", "1", waves.approver.staff_id)


def test_a_published_version_is_neither_changed_nor_deleted_nor_published_again(waves: Waves) -> None:
    id = begun(waves, parking())
    publish(waves, id)
    with pytest.raises(Conflict, match="published as version 1"), transaction() as session:
        book.save(session, id, whole(waves), parking("别的？"), read=2, at=clock.now())
    with pytest.raises(Conflict, match="published as version 1"), transaction() as session:
        book.discard(session, id, whole(waves), read=2)
    with pytest.raises(Conflict, match="published as version 1"):
        publish(waves, id)
    with reading() as session:
        assert book.get(session, id).written == parking()


def test_a_draft_begun_from_a_version_becomes_the_next_and_the_old_ones_stay(waves: Waves) -> None:
    first = begun(waves, parking())
    publish(waves, first)
    second = begun(waves, parking("停车方便吗？"), id=first)
    assert publish(waves, second) == ("own1", 2)
    third = begun(waves, id=first)
    assert publish(waves, third, read=1) == ("own1", 3)
    with reading() as session:
        assert [(one.version, one.begun_from) for one in book.everything(session)] == [
            (3, "own1/1"), (2, "own1/1"), (1, ""),
        ]  # fmt: skip
        assert book.get(session, second).written == parking("停车方便吗？")
        asked = book.questionnaire(session, "own1")
        assert (asked.version, asked.first.ask[0]) == (3, "您对停车管理是否满意？")


def test_a_retired_one_gets_no_new_version_until_it_is_brought_back(waves: Waves) -> None:
    first = begun(waves, parking())
    publish(waves, first)
    second = begun(waves, parking("停车方便吗？"), id=first)
    with transaction() as session:
        retiring.retire(session, "own1", whole(waves), at=clock.now())
    with reading() as session:
        assert list(book.choices(session)) == ["yearly", "short"]
        assert [one.version for one in book.everything(session)] == [None, 1], "its history stays"
        with pytest.raises(Conflict, match="is retired"):
            book.questionnaire(session, "own1")
    with pytest.raises(Conflict, match="is retired"):
        publish(waves, second)
    with pytest.raises(Conflict, match="钱经理 has retired"), transaction() as session:
        retiring.retire(session, "own1", whole(waves), at=clock.now())
    with transaction() as session:
        retiring.bring_back(session, "own1", whole(waves), at=clock.now())
    assert publish(waves, second) == ("own1", 2)
    with pytest.raises(Conflict, match="not retired"), transaction() as session:
        retiring.bring_back(session, "own1", whole(waves), at=clock.now())
    with pytest.raises(NotFound, match="a draft is deleted"), transaction() as session:
        retiring.retire(session, "own9", whole(waves), at=clock.now())
    with pytest.raises(NotAllowed), transaction() as session:
        retiring.retire(session, "own1", waves.approver, at=clock.now())
    with reading() as session:
        kept = session.scalars(select(Audit.what).where(Audit.about == "questionnaire:own1").order_by(Audit.id)).all()
        assert kept == [
            AuditWhat.QUESTIONNAIRE, AuditWhat.QUESTIONS_RETIRED, AuditWhat.QUESTIONS_BACK, AuditWhat.QUESTIONNAIRE,
        ]  # fmt: skip


def test_one_of_the_file_is_begun_from_and_stays_as_it_is(waves: Waves) -> None:
    id = begun(waves, of="yearly")
    with reading() as session:
        one = book.get(session, id)
        assert (one.key, one.begun_from, one.written) == ("own1", "yearly", written_of(questionnaires()["yearly"]))
    assert begun(waves) == id + 1
    with reading() as session:
        assert {one.key for one in book.everything(session)} == {"own1", "own2"}
    with pytest.raises(BadInput, match="known: yearly, short"):
        begun(waves, of="weekly")
    with pytest.raises(NotFound):
        begun(waves, id=99)


def test_whoever_comes_second_to_a_draft_overwrites_nothing(waves: Waves) -> None:
    id = begun(waves, parking())
    with pytest.raises(Conflict, match="has just changed it"), transaction() as session:
        book.save(session, id, whole(waves), parking("别的？"), read=1, at=clock.now())
    with pytest.raises(Conflict, match="has just changed it"), transaction() as session:
        book.discard(session, id, whole(waves), read=1)
    with transaction() as session:
        assert book.get(session, id).written == parking()
        book.discard(session, id, whole(waves), read=2)
    with reading() as session, pytest.raises(NotFound):
        book.get(session, id)


def test_it_is_published_by_those_who_let_waves_go_in_all_projects(waves: Waves) -> None:
    id = begun(waves, parking())
    with pytest.raises(NotAllowed, match="whole company"):
        publish(waves, id, waves.approver)
    with pytest.raises(NotAllowed, match="supervisor or above"):
        publish(waves, id, By(waves.author.staff_id, Role.QUALITY))
    with pytest.raises(NotAllowed, match="supervisor or above"), transaction() as session:
        book.begin(session, By(waves.author.staff_id, Role.AGENT), at=clock.now())
    with transaction() as session:
        book.save(session, id, waves.approver, parking("停车呢？"), read=2, at=clock.now())


def test_words_that_no_text_may_carry_are_not_published(waves: Waves) -> None:
    id = begun(waves, parking("您对停车满意吗？【回音物业】"))
    with pytest.raises(BadInput, match="cannot be asked yet"):
        publish(waves, id)


def test_a_wave_asks_the_newest_version_and_keeps_it_whatever_is_published_later(waves: Waves) -> None:
    first = begun(waves, parking())
    publish(waves, first)
    wave = waves.asks(questionnaire="own1")
    assert waves.sent()[0].body.startswith("【回音物业】回音物业停车调查：您对停车管理是否满意？请回复1非常满意")
    publish(waves, begun(waves, parking("停车方便吗？"), id=first))
    waves.texts("4")
    waves.works()
    assert waves.sent()[-1].body == "【回音物业】主要是哪方面？请回复1车位2收费"
    with reading() as session:
        asked = Questionnaire.of(session.get_one(Campaign, wave).questionnaire or {})
        assert (asked.key, asked.version, asked.first.ask[0]) == ("own1", 1, "您对停车管理是否满意？")


def test_what_is_still_a_draft_is_asked_by_no_wave(waves: Waves) -> None:
    begun(waves, parking())
    with pytest.raises(BadInput, match="known: yearly, short"):
        waves.writes(questionnaire="own1")
