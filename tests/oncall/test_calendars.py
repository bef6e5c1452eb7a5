"""Somebody's shifts in the calendar of their telephone: whose, which, and until when the address is good."""

import logging
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select
from structlog.testing import capture_logs

from base import clock
from base.database import Database, reading, transaction
from directory.models import Language, Staff
from oncall import actions
from oncall.ladder import Post
from oncall.models import CalendarLink, Override, Shift
from tests.make import a_member_of_staff, a_project

AT = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
Held = tuple[str, datetime, datetime]


def on(day: int, hour: int = 8) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day:02}T{hour:02}:00:00+08:00")


@pytest.fixture
def people(app: Flask) -> dict[str, int]:
    """Two projects; Wang and Li serve the first, Chen the other."""
    clock.stop_at(AT)
    with transaction() as session:
        home, other = a_project(session), a_project(session, "江湾一号", name_en="Riverside One")
        return {
            "home": home.id, "other": other.id,
            "wang": a_member_of_staff(session, "王强", "+8613900000001", project=home).id,
            "li": a_member_of_staff(session, "李明", "+8613900000002", project=home).id,
            "chen": a_member_of_staff(session, "陈红", "+8613900000003", project=other).id,
        }  # fmt: skip


def has_shift(
    people: dict[str, int], who: str, starts_at: datetime, ends_at: datetime, *, where: str = "home",
    post: Post = Post.FIRST, kind: type[Shift] | type[Override] = Shift,
) -> int:  # fmt: skip
    with transaction() as session:
        held = kind(
            project_id=people[where], staff_id=people[who], post=post, starts_at=starts_at, ends_at=ends_at
        )  # fmt: skip
        session.add(held)
        session.flush()
        return held.id


def link(people: dict[str, int], who: str) -> str:
    with transaction() as session:
        return f"/shifts/{actions.make_link(session, people[who], at=AT)}.ics"


def read(client: FlaskClient, path: str) -> Calendar:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    return Calendar.from_ical(answer.data)


def held(calendar: Calendar) -> list[Held]:
    return [(str(event["summary"]), event["dtstart"].dt, event["dtend"].dt) for event in calendar.walk("VEVENT")]


def test_each_reads_their_own_shifts_and_nobody_elses(client: FlaskClient, people: dict[str, int]) -> None:
    has_shift(people, "wang", on(23), on(24))
    has_shift(people, "wang", on(26), on(27), post=Post.SECOND)
    has_shift(people, "li", on(24), on(25))
    has_shift(people, "chen", on(23), on(24), where="other")
    wang, li = link(people, "wang"), link(people, "li")
    assert held(read(client, wang)) == [
        ("值班：一值 · 幸福花园", on(23), on(24)), ("值班：二值 · 幸福花园", on(26), on(27)),
    ]  # fmt: skip
    assert held(read(client, li)) == [("值班：一值 · 幸福花园", on(24), on(25))]


def test_a_shift_in_another_project_that_is_theirs_names_it(client: FlaskClient, people: dict[str, int]) -> None:
    has_shift(people, "wang", on(23), on(24), where="other", post=Post.SUPERVISOR)
    assert [name for name, _, _ in held(read(client, link(people, "wang")))] == ["值班：主管 · 江湾一号"]


def test_it_speaks_the_language_of_its_owner(client: FlaskClient, people: dict[str, int]) -> None:
    has_shift(people, "wang", on(23), on(24), where="other")
    with transaction() as session:
        session.get_one(Staff, people["wang"]).language = Language.EN
    calendar = read(client, link(people, "wang"))
    assert str(calendar["x-wr-calname"]) == "On call: 王强"
    assert held(calendar)[0][0] == "On call: First · Riverside One"
    assert "press 1 to take it" in calendar.walk("VEVENT")[0]["description"]


def test_the_past_month_and_everything_planned(client: FlaskClient, people: dict[str, int]) -> None:
    long_ago, last, far = AT - timedelta(days=40), AT - timedelta(days=30), AT + timedelta(days=300)
    for starts_at in (far, last, long_ago):
        has_shift(people, "wang", starts_at, starts_at + timedelta(hours=12))
    assert [since for _, since, _ in held(read(client, link(people, "wang")))] == [last, far]


def test_a_moved_shift_is_the_same_event_and_says_when_it_was_written(
    client: FlaskClient, people: dict[str, int]
) -> None:
    shift_id, path = has_shift(people, "wang", on(23), on(24)), link(people, "wang")
    has_shift(people, "wang", on(28), on(29))
    before = read(client, path).walk("VEVENT")
    clock.stop_at(AT + timedelta(hours=1))
    with transaction() as session:
        shift = session.get_one(Shift, shift_id)
        shift.starts_at, shift.ends_at = on(25), on(26)
    after = read(client, path).walk("VEVENT")
    assert [event["uid"] for event in after] == [event["uid"] for event in before]
    assert len({event["uid"] for event in after}) == 2
    assert after[0]["dtstart"].dt == on(25)
    assert [events[0]["dtstamp"].dt for events in (before, after)] == [AT, AT + timedelta(hours=1)]


def test_times_are_written_in_utc(client: FlaskClient, people: dict[str, int]) -> None:
    has_shift(people, "wang", on(23), on(24))
    text = client.get(link(people, "wang")).text
    assert "DTSTART:20261123T000000Z" in text
    assert "TZID" not in text


def test_what_somebody_else_holds_instead_is_theirs(client: FlaskClient, people: dict[str, int]) -> None:
    has_shift(people, "wang", on(23), on(24))
    has_shift(people, "li", on(23, 12), on(23, 18), kind=Override)
    has_shift(people, "chen", on(23, 13), on(23, 14), kind=Override, post=Post.SECOND)
    name = "值班：一值 · 幸福花园"
    calendar = read(client, link(people, "wang"))
    assert held(calendar) == [(name, on(23), on(23, 12)), (name, on(23, 18), on(24))]
    assert len({event["uid"] for event in calendar.walk("VEVENT")}) == 2
    assert held(read(client, link(people, "li"))) == [(name, on(23, 12), on(23, 18))]


def test_of_two_who_stand_in_the_one_written_down_last_does(client: FlaskClient, people: dict[str, int]) -> None:
    has_shift(people, "li", on(23), on(24), kind=Override)
    has_shift(people, "chen", on(23), on(24), kind=Override)
    assert held(read(client, link(people, "li"))) == []
    assert len(held(read(client, link(people, "chen")))) == 1


def test_a_new_link_kills_the_old_one_and_revoking_kills_it_too(client: FlaskClient, people: dict[str, int]) -> None:
    old, others = link(people, "wang"), link(people, "li")
    new = link(people, "wang")
    assert [client.get(path).status_code for path in (old, new, others)] == [404, 200, 200]
    with transaction() as session:
        actions.revoke_link(session, people["wang"])
    assert [client.get(path).status_code for path in (new, others)] == [404, 200]


def test_who_left_has_no_calendar(client: FlaskClient, people: dict[str, int]) -> None:
    path = link(people, "wang")
    with transaction() as session:
        session.get_one(Staff, people["wang"]).is_active = False
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("secret", ["x", "%00", "王强", "a" * 4000])
def test_an_address_nobody_was_given_says_what_to_do_in_both_languages(
    client: FlaskClient, people: dict[str, int], secret: str
) -> None:
    answer = client.get(f"/shifts/{secret}.ics")
    assert answer.status_code == 404
    assert "请在值班页重新生成链接" in answer.text
    assert "Make a new link on the on-call page" in answer.text


def test_only_whoever_subscribed_may_keep_it(client: FlaskClient, people: dict[str, int]) -> None:
    path = link(people, "wang")
    assert client.get(path).headers["Cache-Control"].startswith("private")
    assert client.get("/shifts/x.ics").headers["Cache-Control"] == "private, no-store"
    assert client.get(path).headers.get("Set-Cookie") is None


def test_the_secret_is_kept_nowhere(people: dict[str, int]) -> None:
    secret = link(people, "wang").removeprefix("/shifts/").removesuffix(".ics")
    with reading() as session:
        [kept] = session.scalars(select(CalendarLink))
        assert kept.hash != secret
        assert len(kept.hash) == 64


def test_with_the_database_away_it_says_so_and_the_address_stands_in_no_log(
    app: Flask, client: FlaskClient, people: dict[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    path = link(people, "wang")
    away = Database("sqlite://")
    here, app.extensions["database"] = app.extensions["database"], away
    with caplog.at_level(logging.DEBUG), capture_logs() as logged:
        answer = client.get(path)
    app.extensions["database"] = here
    away.close()
    assert answer.status_code == 503
    assert "请稍后再试" in answer.text
    assert [line["event"] for line in logged] == ["calendar_failed", "request_done"]
    assert path.split("/")[2] not in f"{logged}{caplog.text}"
