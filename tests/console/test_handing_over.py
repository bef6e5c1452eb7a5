"""At a change of shift whoever comes on duty gets the short form of the hand-over sheet, once."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

import console.jobs
from base.database import reading, transaction
from directory.models import Language, Staff
from hotline.models import RingBack
from messages.models import Message
from oncall.ladder import Post
from oncall.models import Shift
from tests.console.conftest import EVENING, later
from tests.console.evening import Evening
from tickets.models import Ticket


def changes(evening: Evening, who: str = "second") -> None:
    """Their turn begins now, after the technician's; what others know of it is forgotten."""
    with transaction() as session:
        session.execute(update(Shift).where(Shift.post == Post.FIRST).values(ends_at=EVENING))
        turn = {"starts_at": EVENING, "ends_at": EVENING + timedelta(hours=10)}
        session.add(
            Shift(project_id=evening.home_project, staff_id=evening.staff[who], post=Post.FIRST, **turn)
        )  # fmt: skip


def told() -> list[tuple[str, str]]:
    """(name, words) of what anybody was told."""
    console.jobs.hand_over()
    with reading() as session:
        query = select(Staff.name, Message.body).join(Staff, Staff.number == Message.number)
        rows = session.execute(query.where(Message.once_key.startswith("handover/")).order_by(Message.id))
        return [(name, body.split("】")[-1]) for name, body in rows]


def test_whoever_comes_hears_what_is_open_due_and_owed_once(evening: Evening) -> None:
    assert told() == [], "nobody comes on duty"
    changes(evening)
    [(name, body)] = told()
    assert name == "何磊"
    assert body.startswith("幸福里小区接班，周建国交：未了急事")
    assert evening.refs["lift"] in body
    assert "本班到期" in body
    assert evening.refs["elsewhere"] not in body
    assert evening.refs["headquarters"] not in body
    later(minutes=10)
    assert len(told()) == 1


def test_calls_to_return_are_counted(evening: Evening) -> None:
    with reading() as session:
        owed = len(session.scalars(select(RingBack)).all())
    changes(evening)
    assert f"待回电{owed}个" in told()[0][1] if owed else "待回电" not in told()[0][1]


def test_in_their_own_language(evening: Evening) -> None:
    with transaction() as session:
        session.get_one(Staff, evening.staff["second"]).language = Language.EN
    changes(evening)
    assert "you take over from 周建国: " in told()[0][1]


def test_half_an_hour_later_nothing_is_told(evening: Evening) -> None:
    changes(evening)
    later(minutes=30)
    assert told() == []


def test_who_goes_on_is_told_nothing(evening: Evening) -> None:
    changes(evening, "technician")
    assert told() == []


@pytest.mark.parametrize(("setting", "count"), [("never", 0), ("needed", 0), ("always", 1)])
def test_that_there_is_nothing_is_said_only_where_the_house_wants_it(
    evening: Evening, app: Flask, setting: str, count: int
) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"handover_texts": setting})
    changes(evening)
    with transaction() as session:
        session.execute(delete(RingBack))
        session.execute(update(Ticket).values(status="closed"))
    assert [body for _, body in told()] == ["幸福里小区接班，周建国交：没有需要交接的事项。"][:count]


def test_a_house_may_tell_nobody(evening: Evening, app: Flask) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"handover_texts": "never"})
    changes(evening)
    assert told() == []
