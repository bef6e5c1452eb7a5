"""Somebody takes a post over: at once, for everybody who looks, with the name of who wrote it down."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from base.database import reading, transaction
from console.words import say
from directory.models import Staff
from oncall.actions.calendars import own_shifts
from oncall.actions.duty import who_is_on_duty
from oncall.ladder import Post
from oncall.models import Override
from tests.console.conftest import EVENING, LogIn
from tests.console.evening import Evening

TONIGHT = {"from": "2026-11-22T20:00", "until": "2026-11-23T06:00"}


def at(hours: float) -> datetime:
    return EVENING + timedelta(hours=hours)


def first(evening: Evening, when: datetime) -> list[str]:
    with reading() as session:
        return [staff.name for staff in who_is_on_duty(session, evening.home_project, at=when).first]


def form(evening: Evening, who: str = "second", **changes: str) -> dict[str, str]:
    usual = {"project": str(evening.home_project), "post": "first", "staff": str(evening.staff[who]), "reason": "发烧"}
    return {**usual, **TONIGHT, **changes}


def test_whoever_takes_over_is_on_duty_and_it_is_on_both_calendars(logged_in: LogIn, evening: Evening) -> None:
    leader = logged_in("supervisor")
    assert leader.sends("/oncall/take-over", **form(evening)).status_code == 303
    assert [first(evening, at(hours)) for hours in (0, 1, 10, 11)] == [["周建国"], ["何磊"], ["何磊"], ["周建国"]]
    page = leader.get("/oncall").text
    assert say("takeover.span", "zh", since="20:00", until="11月23日 06:00") in page
    assert "发烧 · 刘洋" in page
    with reading() as session:
        theirs, before = (
            [entry.turn for entry in own_shifts(session, session.get_one(Staff, evening.staff[who]), at=EVENING)]
            for who in ("second", "technician")
        )
    assert Post.FIRST in {turn.post for turn in theirs}
    assert len(before) == 2, "before it and after it"


def test_twice_is_once_and_the_one_before_can_be_put_in_again(logged_in: LogIn, evening: Evening) -> None:
    leader = logged_in("supervisor")
    for _ in range(2):
        leader.sends("/oncall/take-over", **form(evening))
    with reading() as session:
        assert len(session.scalars(select(Override)).all()) == 1
    leader.sends("/oncall/take-over", **form(evening, "technician"))
    assert first(evening, at(1)) == ["周建国"]
    with reading() as session:
        written = session.scalars(select(Override).order_by(Override.id)).all()
        assert [one.written_by_id for one in written] == [evening.staff["supervisor"]] * 2
        assert {one.written_at for one in written} == {EVENING}


@pytest.mark.parametrize(
    "changes",
    [
        {"until": "2026-11-22T20:00"}, {"until": "2026-11-22T19:00", "from": "2026-11-22T10:00"},
        {"until": "2027-01-30T20:00"}, {"from": ""}, {"from": "soon"}, {"post": "king"}, {"staff": ""}, {"staff": "0"},
        {"staff": "99999999999"},
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(logged_in: LogIn, evening: Evening, changes: dict[str, str]) -> None:
    assert logged_in("supervisor").sends("/oncall/take-over", **form(evening, **changes)).status_code == 422
    assert first(evening, at(1)) == ["周建国"]


def test_nobody_of_another_project_and_no_other_project(logged_in: LogIn, evening: Evening) -> None:
    leader = logged_in("supervisor")
    assert leader.sends("/oncall/take-over", **form(evening, "elsewhere")).status_code == 422
    there = form(evening, project=str(evening.other_project))
    assert leader.sends("/oncall/take-over", **there).status_code == 404


def test_who_may_not_sees_no_form(logged_in: LogIn, evening: Evening) -> None:
    assert 'id="take-' not in logged_in("technician").get("/oncall").text
    assert logged_in("technician").sends("/oncall/take-over", **form(evening)).status_code == 403
    with transaction() as session:
        session.get_one(Staff, evening.staff["second"]).is_active = False
    assert logged_in("supervisor").sends("/oncall/take-over", **form(evening)).status_code == 422


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_that_refuses_says_why_in_the_readers_language(
    logged_in: LogIn, evening: Evening, language: str
) -> None:
    leader = logged_in("supervisor")
    leader.get(f"/oncall?lang={language}")
    answer = leader.sends("/oncall/take-over", **form(evening, until="2026-11-22T19:00"))
    assert answer.status_code == 422
    why = answer.text.split('id="error-why">')[1].split("</p>")[0]
    assert re.sub("<.*?>", "", why)
    assert bool(re.search("[\u3400-\u9fff]", why)) is (language == "zh")
