"""Whoever is on duty soon is asked whether they will be there; silence and a no reach their supervisor in time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

import oncall.jobs
from base import clock
from base.access import Role
from base.database import reading, transaction
from directory.models import Project, Staff
from messages.lifecycle import MessageState, Way
from messages.models import Message
from oncall.actions import reminding
from oncall.actions.leave import write_leave
from oncall.actions.overriding import take_over
from oncall.ladder import Post
from oncall.models import LeaveKind, Reminder, Shift
from oncall.reminders import Steps, answer, not_before, steps
from outreach.models import Reply
from tests.hotline.caller import HOTLINE
from tests.make import a_member_of_staff, a_project
from tests.oncall.test_webhooks import Heard

ZONE = "Asia/Shanghai"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ABROAD, MAINLAND = "+85251230001", "+8613900000001"


def on(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day:02}T{hour:02}:{minute:02}:00+08:00")


@pytest.mark.parametrize(
    ("starts_at", "asked"),
    [
        (on(23, 18), (on(23, 17), on(23, 17, 30), on(23, 17, 45))),
        (on(23, 8), (on(23, 7), on(23, 7, 30), on(23, 7, 45))),
        (on(24, 0), (on(23, 21), on(23, 21, 30), on(23, 21, 45))),
        (on(23, 23), (on(23, 21), on(23, 21, 30), on(23, 21, 45))),
        (on(24, 4), (on(23, 21), on(23, 21, 30), on(23, 21, 45))),
        (on(23, 22, 30), (on(23, 21, 30), on(23, 22), on(23, 22, 15))),
    ],
)
def test_they_are_asked_an_hour_before_and_for_the_night_before_bedtime(
    starts_at: datetime, asked: tuple[datetime, ...]
) -> None:
    found = steps(starts_at.astimezone(UTC), before=HOUR, again=30 * MINUTE, zone=ZONE)
    assert (found.ask_at, found.again_at, found.alarm_at) == asked


def test_whoever_is_put_down_late_still_has_time_to_answer() -> None:
    late = not_before(Steps(on(23, 17), on(23, 17, 30), on(23, 17, 45)), on(23, 17, 55))
    assert late == Steps(on(23, 17, 55), on(23, 18, 5), on(23, 18, 15))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1", "1"), ("２", "2"), (" 2 孩子发烧", "2"), ("2不能", "2"), ("1 ok", "1"), ("2.", "2"), ("2, sorry", "2"),
        ("1号楼漏水", ""), ("3", ""), ("12", ""), ("", ""), ("能", ""), ("2楼灯坏了", ""),
    ],
)  # fmt: skip
def test_one_and_two_are_read_and_a_building_is_not(text: str, key: str) -> None:
    assert answer(text) == key


EVENING, MORNING = on(23, 18), on(24, 8)


@dataclass
class House:
    """A shift from 18:00 on, whose holder has a telephone here or abroad, and a supervisor."""

    posts: Callable[..., TestResponse]
    project: int
    staff: dict[str, int]

    def looks(self, at: datetime) -> None:
        clock.stop_at(at)
        oncall.jobs.remind_due()

    def state(self) -> str:
        with reading() as session:
            return "".join(session.scalars(select(Reminder.state)))

    def sent(self, who: str) -> list[tuple[str, str]]:
        """(way, words) of what waits or has left for somebody, in order."""
        with reading() as session:
            number = session.get_one(Staff, self.staff[who]).number
            rows = session.scalars(
                select(Message)
                .where(Message.number == number, Message.state != MessageState.CANCELLED)
                .order_by(Message.id)
            )
            return [(row.way.value, row.body.split("】")[-1] if row.body else row.answer_path or "") for row in rows]

    def texts(self, who: str, body: str, sid: str = "1") -> str:
        with reading() as session:
            number = session.get_one(Staff, self.staff[who]).number
        self.posts("/sms/incoming", MessageSid="SM" + sid * 32, From=number, To=HOTLINE, Body=body, NumMedia="0")
        with reading() as session:
            return session.scalars(select(Reply.became).order_by(Reply.id.desc())).first() or ""

    def at(self, path: str, **form: str) -> Heard:
        return Heard(self.posts(path, CallSid="CA" + "1" * 32, CallStatus="in-progress", **form))


@pytest.fixture
def house(app: Flask, carrier_posts: Callable[..., TestResponse]) -> Iterator[House]:
    clock.stop_at(on(23, 12))
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_two_way_countries": "HK"})
    with transaction() as session:
        project = a_project(session, "幸福花园")
        staff = {
            "abroad": a_member_of_staff(session, "王强", ABROAD, project=project).id,
            "here": a_member_of_staff(session, "赵刚", MAINLAND, project=project).id,
            "supervisor": a_member_of_staff(session, "孙丽", "+8613900000003", Role.SUPERVISOR, project).id,
        }
    yield House(carrier_posts, project.id, staff)
    clock.stop_at(None)


def has_turn(
    house: House, who: str, first: datetime = EVENING, until: datetime = MORNING, post: Post = Post.FIRST
) -> None:  # fmt: skip
    with transaction() as session:
        session.add(
            Shift(project_id=house.project, staff_id=house.staff[who], post=post, starts_at=first, ends_at=until)
        )


def test_a_text_then_a_call_then_the_supervisor(house: House) -> None:
    has_turn(house, "abroad")
    house.looks(on(23, 16, 59))
    assert house.state() == ""
    for _ in range(2):
        house.looks(on(23, 17))
    ask = ("text", "幸福花园一值：您18:00起值班，到11-24 08:00。能到请回复1，不能请回复2")
    assert (house.state(), house.sent("abroad")) == ("asked", [ask])
    house.looks(on(23, 17, 30))
    assert (house.state(), house.sent("abroad")) == ("again", [ask, ("call", "/voice/duty/1")])
    assert house.sent("supervisor") == []
    house.looks(on(23, 17, 45))
    told = "王强没有确认18:00到岗（幸福花园一值，到11-24 08:00）。请联系本人或安排代班"
    assert (house.state(), house.sent("supervisor")) == ("alarmed", [("text", told)])
    house.looks(on(23, 18, 45))
    assert len(house.sent("supervisor")) == 1
    assert house.texts("abroad", "1") == "duty"
    assert house.state() == "confirmed"
    with reading() as session:
        assert reminding.unanswered(session, at=clock.now()) == []


def test_who_cannot_answer_a_text_is_rung_and_says_it_by_key(house: House) -> None:
    has_turn(house, "here")
    house.looks(on(23, 17))
    assert house.sent("here") == [("call", "/voice/duty/1")]
    heard = house.at("/voice/duty/1")
    assert "您18:00起在幸福花园值一值" in heard.words
    again = house.at(heard.next, Digits="7")
    assert again.next.endswith("s=0&w=1")
    assert "记下了" in house.at(again.next, Digits="1").words
    house.looks(on(23, 17, 50))
    assert (house.state(), house.sent("supervisor")) == ("confirmed", [])
    assert house.at("/voice/duty/99").hangs_up


def test_nobody_presses_a_key_and_the_voicemail_is_not_taken_for_a_yes(house: House) -> None:
    has_turn(house, "here")
    house.looks(on(23, 17))
    heard = house.at("/voice/duty/1")
    for _ in range(3):
        heard = house.at(heard.next, Digits="")
    assert (heard.hangs_up, house.state()) == (True, "asked")
    house.looks(on(23, 17, 30))
    assert [way for way, _ in house.sent("here")] == ["call", "call", "text"]


def test_whoever_cannot_come_has_their_supervisor_told_at_once_until_it_is_covered(house: House) -> None:
    has_turn(house, "abroad")
    house.looks(on(23, 17))
    assert house.texts("abroad", "2 孩子发烧") == "duty"
    told = ("text", "王强说18:00不能到岗（幸福花园一值，到11-24 08:00）。请马上安排代班")
    assert (house.state(), house.sent("supervisor")) == ("declined", [told])
    assert house.sent("abroad")[-1][1].startswith("知道了，已告诉主管")
    house.looks(on(23, 17, 45))
    assert house.sent("supervisor") == [told]
    with transaction() as session:
        assert [one.staff.name for one in reminding.unanswered(session, at=clock.now())] == ["王强"]
        take_over(
            session, project_id=house.project, post=Post.FIRST, staff_id=house.staff["here"], starts_at=on(23, 18),
            ends_at=on(24, 8), reason="", by_id=house.staff["supervisor"], at=clock.now(),
        )  # fmt: skip
        assert reminding.unanswered(session, at=clock.now()) == []
    house.looks(on(23, 17, 46))
    assert house.sent("here") == [("call", "/voice/duty/2")], "whoever took over is asked in their turn"
    assert "这一班已有人接" in house.at("/voice/duty/1/key", Digits="1").words


def test_a_turn_that_is_somebody_elses_by_then_is_asked_about_no_more(house: House) -> None:
    has_turn(house, "abroad")
    house.looks(on(23, 17))
    with transaction() as session:
        write_leave(
            session, staff_id=house.staff["abroad"], kind=LeaveKind.SICK, starts_at=on(23, 17), ends_at=on(25, 0),
            note="", by_id=None, at=clock.now(),
        )  # fmt: skip
    house.looks(on(23, 17, 30))
    assert (house.state(), house.sent("supervisor")) == ("dropped", [])
    assert house.sent("abroad") == [], "what had not left does not leave"


def test_who_goes_on_is_not_asked_and_neither_is_who_stands_above(house: House) -> None:
    has_turn(house, "abroad", on(23, 8), on(23, 18))
    has_turn(house, "abroad")
    has_turn(house, "supervisor", post=Post.SUPERVISOR)
    house.looks(on(23, 17))
    assert house.state() == ""


def test_a_house_may_ask_nobody(house: House, app: Flask) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"duty_reminder_minutes": 0})
    has_turn(house, "abroad")
    house.looks(on(23, 17))
    assert house.state() == ""


def test_one_from_somebody_who_was_not_asked_is_what_it_always_was(house: House) -> None:
    has_turn(house, "abroad")
    assert house.texts("abroad", "1") != "duty"
    with reading() as session:
        assert session.get_one(Project, house.project).name == "幸福花园"
        assert {row.way for row in session.scalars(select(Message))} <= {Way.TEXT}


def test_on_a_desk_whose_telephones_can_all_answer_a_text_everybody_is_asked_by_one(house: House, app: Flask) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_two_way_countries": ""})
    app.extensions["settings"].__dict__.pop("two_way_countries", None)  # worked out once, before it was changed
    has_turn(house, "here")
    house.looks(on(23, 17))
    assert [way for way, _ in house.sent("here")] == ["text"]
    assert "能到请回复1" in house.sent("here")[0][1]
