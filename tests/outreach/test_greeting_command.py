"""`flask greeting preview`: what would be wished on a day and at what price, or why nothing."""

import re

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from base.access import Role
from base.clock import now
from base.database import reading, transaction
from base.wiring import settings
from messages.models import Message
from messages.wording import segments
from outreach.actions import wordings
from outreach.actions.campaigns import By
from tests.make import a_member_of_staff


def lines(output: str) -> list[tuple[str, int, int, str]]:
    """Every text that was shown: language, segments, units, the whole of it."""
    found = re.findall(r"(zh|en): (\d+) 段 segments \((\d+) [A-Z0-9-]+\)  (.+)", output)
    return [(language, int(count), int(units), text) for language, count, units, text in found]


def test_a_festival_is_shown_in_both_languages_with_its_price(runner: FlaskCliRunner) -> None:
    done = runner.invoke(args=["greeting", "preview", "2026-09-25"])
    assert (done.exit_code, done.stderr) == (0, "")
    assert "中秋节 the Mid-Autumn Festival" in done.stdout
    assert "09:00–20:00" in done.stdout
    assert "mid_autumn/2026" in done.stdout
    shown = lines(done.stdout)
    assert [language for language, *_ in shown] == ["zh", "en"] * 2
    for _, count, units, text in shown:
        assert (segments(text).count, segments(text).units) == (count, units)
    mainland_zh, mainland_en, _, abroad_en = (text for *_, text in shown)
    assert mainland_zh.startswith("【回音物业】尊敬的业主，")
    assert mainland_zh.endswith("拒收请回复R")
    assert mainland_en.startswith("【回音物业】Dear resident, ")
    assert abroad_en.startswith("Huiyin Property: Dear resident, ")
    assert abroad_en.endswith("Reply R to opt out.")


def test_the_words_are_those_that_somebody_has_written_since(runner: FlaskCliRunner) -> None:
    with transaction() as session:
        director = a_member_of_staff(session, role=Role.DIRECTOR)
        words = {"zh": "{salutation}，{company}祝您中秋团圆！", "en": "{salutation}, a happy festival from {company}."}
        wordings.write_version(session, "mid_autumn", By(director.id, director.role), **words, read=1, at=now())
    texts = [text for *_, text in lines(runner.invoke(args=["greeting", "preview", "2026-09-25"]).stdout)]
    assert "祝您中秋团圆！" in texts[0]
    assert "a happy festival from" in texts[3]


def test_where_a_text_cannot_be_answered_the_hotline_is_named(
    runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings().__dict__, "two_way_countries", "HK")
    shown = [text for *_, text in lines(runner.invoke(args=["greeting", "preview", "2026-09-25"]).stdout)]
    assert shown[0].endswith("拒收请拨4008001234按9")
    assert shown[1].endswith("To opt out call 4008001234, key 9.")
    assert shown[2].endswith("拒收请回复R")


def test_two_wordings_are_shown_where_elders_get_their_own(runner: FlaskCliRunner) -> None:
    done = runner.invoke(args=["greeting", "preview", "2033-10-01"])
    assert done.exit_code == 0
    assert "those of them on the care list" in done.stdout
    assert "the others who want greetings" in done.stdout
    assert done.stdout.count("once each: national_day/2033") == 2
    assert len(lines(done.stdout)) == 8


@pytest.mark.parametrize(
    ("day", "shown", "why"),
    [
        ("2026-04-05", "清明节 the Qingming Festival", "only a safety notice"),
        ("2023-10-01", "国庆节 National Day", "together with the Mid-Autumn Festival, on 2023-09-29"),
        ("2026-03-08", "妇女节 Women's Day", "by default"),
        ("2026-11-24", "不是节日 no festival", "2026-11-24"),
        ("2057-09-13", "", "1905"),
    ],
)
def test_a_day_without_a_greeting_says_why_in_one_line_and_exits_1(
    runner: FlaskCliRunner, day: str, shown: str, why: str
) -> None:
    done = runner.invoke(args=["greeting", "preview", day])
    assert done.exit_code == 1
    assert shown in done.stdout
    (line,) = done.stderr.splitlines()
    assert why in line
    assert re.search(r"[\u4e00-\u9fff]", line)
    assert lines(done.stdout) == []


@pytest.mark.parametrize("args", [["preview", "2026-02-30"], ["preview", "中秋"], ["preview"], ["previews"]])
def test_what_is_no_date_is_wrong_usage(runner: FlaskCliRunner, args: list[str]) -> None:
    assert runner.invoke(args=["greeting", *args]).exit_code == 2


def test_a_preview_sends_nothing(runner: FlaskCliRunner) -> None:
    assert runner.invoke(args=["greeting", "preview", "2026-10-01"]).exit_code == 0
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 0
