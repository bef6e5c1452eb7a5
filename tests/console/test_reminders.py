"""Whether those on duty soon will be there: on the page, on the desk, and by a button."""

from datetime import timedelta

import pytest

import oncall.jobs
from base.database import reading, transaction
from console.words import say
from oncall.ladder import Post
from oncall.models import Reminder, ReminderState, Shift
from tests.console.conftest import EVENING, LogIn, later
from tests.console.evening import Evening


@pytest.fixture
def asked(evening: Evening) -> int:
    """The agent of the project has the second post from half past eight on, and was asked."""
    with transaction() as session:
        session.add(
            Shift(
                project_id=evening.home_project, staff_id=evening.staff["agent"], post=Post.SECOND,
                starts_at=EVENING + timedelta(hours=1), ends_at=EVENING + timedelta(hours=9),
            )
        )  # fmt: skip
    oncall.jobs.remind_due()
    with reading() as session:
        return session.query(Reminder.id).scalar()  # type: ignore[no-any-return]


def state(id: int) -> ReminderState:
    with reading() as session:
        return session.get_one(Reminder, id).state


def test_they_say_so_themselves_or_a_leader_does(logged_in: LogIn, asked: int) -> None:
    path = f"/oncall/duty/{asked}"
    page = logged_in("agent").get("/oncall").text
    assert say("reminder.state.asked", "zh") in page
    assert f'id="duty-yes-{asked}"' in page
    assert f'id="duty-yes-{asked}"' not in logged_in("technician").get("/oncall").text
    assert logged_in("technician").sends(path, key="1").status_code == 404
    assert logged_in("abroad").sends(path, key="1").status_code == 404
    assert logged_in("agent").sends(path, key="3").status_code == 422
    assert state(asked) is ReminderState.ASKED
    assert logged_in("agent").sends(path, key="1").status_code == 303
    assert state(asked) is ReminderState.CONFIRMED
    assert say("reminder.state.confirmed", "zh") in logged_in("agent").get("/oncall").text
    assert logged_in("supervisor").sends(path, key="2").status_code == 303
    assert state(asked) is ReminderState.DECLINED


def test_the_desk_is_alarmed_by_silence_until_they_are_reached(logged_in: LogIn, asked: int) -> None:
    line = say("watch.duty_alarmed", "zh", who="张敏", where="幸福里小区")
    assert line not in logged_in("supervisor").get("/").text
    for minutes in (30, 15):
        later(minutes=minutes)
        oncall.jobs.remind_due()
    assert line in logged_in("supervisor").get("/").text
    assert line in logged_in("director").get("/").text
    assert line not in logged_in("abroad").get("/").text
    assert logged_in("supervisor").sends(f"/oncall/duty/{asked}", key="1").status_code == 303
    assert line not in logged_in("supervisor").get("/").text
