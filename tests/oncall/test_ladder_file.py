"""The file of ladders: what is refused and where, what it means, and how it looks."""

from datetime import time
from pathlib import Path

import pytest
from flask import Flask
from lxml import etree
from sqlalchemy.orm import Session

import oncall.ladderbook
from messages.lifecycle import MessageState
from oncall import actions
from oncall.ladder import Again, Missed, Post, rung
from oncall.ladderbook import RELEASE, ladders_of
from oncall.ladderdraw import draw
from oncall.ladderfile import read_file
from oncall.models import PageState
from tests.oncall.estate import (
    AT,
    a_stuck_lift,
    an_estate,
    call_ended,
    calls_to,
    has_left,
    later,
    page_of,
    pages,
    timeline,
)
from tickets.lifecycle import Level
from tickets.models import EventType

TEXT = RELEASE.read_text("utf-8")


def written(folder: Path, *changes: tuple[str, str], text: str = TEXT) -> Path:
    """A file like that of the release, with other words in it."""
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    path = folder / "own.yaml"
    path.write_text(text, "utf-8")
    return path


def line_of(path: Path, words: str) -> int:
    return next(n for n, line in enumerate(path.read_text("utf-8").splitlines(), start=1) if words in line)


def test_the_file_of_the_release_is_sound() -> None:
    assert read_file(RELEASE).problems == ()


MANAGER = "who: [manager, vendor], wait_s: 240"
PAIR = "who: [on_duty, second, vendor], wait_s: 120"
LAST_OF_P0 = "- {who: [everybody], alarms: true}"


@pytest.mark.parametrize(
    ("before", "after", "at", "words"),
    [
        (PAIR, "who: [on_duty, vendor], wait_s: 120", "who: [on_duty, vendor], wait_s: 120", "two"),
        (PAIR, f"{PAIR}, parallel: 1", "lel: 1", "two"),
        (LAST_OF_P0, "- {who: [vendor], alarms: true}", "- {who: [vendor], al", "people of ours"),
        (MANAGER, "who: [king, vendor], wait_s: 240", "king", "who"),
        (MANAGER, f"{MANAGER}, ways: [text]", "wait_s: 240", "calls on every"),
        (MANAGER, "who: [manager, vendor]", "- {who: [manager, vendor]}", "wait_s"),
        (MANAGER, "who: [manager], wait_s: 5", "wait_s: 5}", "wait_s"),
        (MANAGER, "who: [manager, vendor], wait_s: 240, wakes: 1", "wakes: 1", "wakes"),
        (LAST_OF_P0, "- {who: [everybody]}", "- {who: [everybody]}", "red"),
        ("    again: {who: [everybody], every_s: 300}", "", "P0:", "again is missing"),
        ("{who: [everybody], every_s: 300}", "{who: [director], every_s: 300}", "[director], e", "everybody"),
        ("  C1:", "  C9:", "C9:", "no such level"),
        ("  C1:", "  C9:", "ladders:", "there is no ladder C1"),
        ("  C1:", "  P1.king: {rungs: []}\n  C1:", "P1.king", "P1.king"),
        ("- {who: [manager], ways: [text]}", "- {who: [manager]}", "- {who: [manager]}", "only texts"),
        ('from: "20:00"', 'from: "25:00"', "25:00", "night"),
        ("  P3:", "   P3:", "   P3:", "not YAML"),
    ],
)  # fmt: skip
def test_what_a_file_must_not_say_is_named_with_its_line(
    tmp_path: Path, before: str, after: str, at: str, words: str
) -> None:
    path = written(tmp_path, (before, after))
    read = read_file(path)
    assert read.ladders is None
    found = [str(problem) for problem in read.problems]
    assert any(one.startswith(f"{path}:{line_of(path, at)}:") and words in one for one in found), found


def test_a_matter_climbs_the_ladder_of_its_category_then_kind_then_level_and_another_at_night(tmp_path: Path) -> None:
    own = """
  P1.repair:
    rungs: [{who: [second], alarms: true}]
    again: {who: [everybody], every_s: 60}
    night:
      rungs: [{who: [manager], alarms: true}]
      again: {who: [everybody], every_s: 90}
  P1.burst_pipe:
    rungs: [{who: [supervisor], alarms: true}]
    again: {who: [everybody], every_s: 60}
    retry: {busy: {again_s: 20, times: 2}}
"""
    read = read_file(written(tmp_path, text=TEXT + own))
    assert read.problems == ()
    ladders = read.ladders
    assert ladders is not None

    def first(*also: str, hour: int = 12, refused: bool = False) -> tuple[Post, ...]:
        ladder = ladders.of(Level.P1, is_refused=refused, also=also, at_time=time(hour))
        return rung(ladder, 0).posts

    assert first("burst_pipe", "repair") == (Post.SUPERVISOR,)
    assert first("access", "repair") == (Post.SECOND,)
    assert [first("access", "repair", hour=hour) for hour in (7, 8, 19, 20, 0)] == [
        (Post.MANAGER,), (Post.SECOND,), (Post.SECOND,), (Post.MANAGER,), (Post.MANAGER,),
    ]  # fmt: skip
    assert first("", "emergency", hour=23) == (Post.FIRST,)
    assert first("burst_pipe", "repair", refused=True) == (Post.SUPERVISOR,)
    pipe = ladders.of(Level.P1, is_refused=False, also=("burst_pipe",))
    assert pipe.retry == {Missed.BUSY: Again(20, 2)}


def test_the_picture_names_every_rung_in_both_languages_and_both_hours(tmp_path: Path) -> None:
    night = """
    night:
      rungs: [{who: [director], alarms: true, parallel: 2}]
      again: {who: [everybody], every_s: 90}
"""
    read = read_file(written(tmp_path, ("    again: {who: [everybody], every_s: 600}\n",
                                        "    again: {who: [everybody], every_s: 600}" + night)))  # fmt: skip
    assert read.ladders is not None
    for language, words in (
        (
            "zh",
            (
                "P1 紧急 · 白天",
                "P1 紧急 · 夜间 20:00–08:00",
                "一值",
                "二值",
                "马上",
                "10分钟",
                "之后每90秒",
                "同时2人",
                "超时",
                "无人接听、接了没按键（语音信箱）：20秒后，1次；占线：20秒后，2次",
                "占线：45秒后，2次",
            ),
        ),
        (
            "en",
            (
                "P1, urgent · by day",
                "at night, 20:00–08:00",
                "First",
                "Second",
                "at once",
                "10 min",
                "2 at once",
                "busy: after 45 s, 2×",
            ),
        ),
    ):
        picture = etree.fromstring(draw(read.ladders, language))
        said = " ".join(picture.itertext())
        assert [one for one in words if one not in said] == []
        right = max(float(box.get("x", 0)) + float(box.get("width")) for box in picture.iter("{*}rect"))
        assert right <= float(picture.get("width"))


def test_the_commands_check_and_draw(app: Flask, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    assert "7 ladders" in runner.invoke(args=["ladder", "check"]).output
    bad = written(tmp_path, ("who: [manager, vendor], wait_s: 240", "who: [king, vendor], wait_s: 240"))
    refused = runner.invoke(args=["ladder", "check", str(bad)])
    assert (refused.exit_code, f"{bad}:{line_of(bad, 'king')}:" in refused.output) == (1, True)
    out = tmp_path / "ladders.svg"
    assert runner.invoke(args=["ladder", "draw", "-o", str(out), "--language", "en"]).exit_code == 0
    assert "danger to life" in out.read_text("utf-8")
    nowhere = runner.invoke(args=["ladder", "draw", "-o", str(tmp_path / "no" / "where.svg")])
    assert (nowhere.exit_code, "cannot read or write" in nowhere.output) == (1, True)


def climbs_by(app: Flask, path: Path) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"ladders_file": str(path)})


def test_a_file_with_a_fault_wakes_people_as_the_release_does_and_the_doctor_says_so(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    bad = written(tmp_path, ("who: [manager, vendor], wait_s: 240", "who: [king, vendor], wait_s: 240"))
    climbs_by(app, bad)
    assert ladders_of(str(bad)) is ladders_of()
    ticket = a_stuck_lift(session, an_estate(session))
    actions.climb(session, ticket.id, at=AT)
    assert [name for _, name, _ in pages(session, ticket)] == ["王强", "赵刚"]
    told = app.test_cli_runner().invoke(args=["doctor"]).output
    assert f"!!  ladders 升级阶梯: {bad}:{line_of(bad, 'king')}:" in told


def test_one_after_the_other_where_the_ladder_says_so(app: Flask, session: Session, tmp_path: Path) -> None:
    one = "who: [on_duty, second], wait_s: 600, parallel: 1"
    climbs_by(app, written(tmp_path, ("who: [on_duty], wait_s: 300", one), ("who: [second], wait_s: 300", one)))
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate, category="burst_pipe", level=Level.P1)
    for seconds in (0, 600):
        actions.climb(session, ticket.id, at=later(seconds))
    assert [(step, name) for step, name, _ in pages(session, ticket)] == [(0, "王强"), (1, "赵刚")]


def test_a_call_without_a_key_is_made_again_as_often_as_the_ladder_says(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    climbs_by(app, written(tmp_path, ("no_answer: {again_s: 20, times: 1}", "no_answer: {again_s: 15, times: 2}")))
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    page = page_of(session, ticket, estate.first)
    for tries, ended_s in enumerate((10, 35, 60), start=1):
        has_left(session, estate.first)
        call_ended(session, estate.first, MessageState.NO_ANSWER, later(ended_s))
        actions.follow(session, page.id, at=later(ended_s))
        actions.follow(session, page.id, at=later(ended_s + 15))
        assert len(calls_to(session, estate.first)) == min(tries + 1, 3)
    assert page.state is PageState.MISSED
    assert timeline(session, ticket, EventType.PAGE_RESULT) == ["王强: 无人接听"] * 3


@pytest.fixture(autouse=True)
def read_anew() -> None:
    oncall.ladderbook._read.cache_clear()
