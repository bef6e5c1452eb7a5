"""The night: what it was like, as a page and as a mail that goes once."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from pydantic import ValidationError

import clockwork
from base import clock
from base.database import reading, transaction
from base.mailing import server_of
from base.queue import Lane, hints
from base.settings import Settings
from console.jobs import mail_the_night
from console.reports.measures.night import night_before, ran_out
from console.reports.models import MailState, MorningMail
from console.reports.morning import claim, due_day
from console.words import say
from tests.console.conftest import LogIn, later
from tests.console.evening import Evening
from tests.console.letterbox import Letterbox, a_letterbox
from tests.console.test_reports import a_ticket
from tests.console.test_reports_further import an_emergency
from tickets.clocks import Clock
from tickets.lifecycle import Level
from tickets.models import Ticket
from tickets.running import ClockName

DAY = date(2026, 11, 23)
MORNING = datetime.fromisoformat("2026-11-23T08:06:00+08:00")
NIGHT = datetime.fromisoformat("2026-11-23T02:00:00+08:00")


def test_a_night_is_from_six_in_the_evening_to_eight() -> None:
    from_at, until_at = night_before(DAY, "Asia/Shanghai")
    assert (f"{from_at:%d %H:%M %z}", f"{until_at:%d %H:%M}") == ("22 18:00 +0800", "23 08:00")


@pytest.mark.parametrize(
    ("left_s", "due", "met", "ran"), [(-60, 0, None, 0), (60, 0, None, None), (-60, None, 5, 4), (60, None, 5, None)]
)
def test_a_clock_ran_out_when_it_was_due_or_as_long_before_it_was_met_as_it_was_late(
    left_s: float, due: int | None, met: int | None, ran: int | None
) -> None:
    def at(minutes: int | None) -> datetime | None:
        return None if minutes is None else NIGHT + timedelta(minutes=minutes)

    assert ran_out(Clock(ClockName.ACK, NIGHT, 300, left_s, at(due), at(met))) == at(ran)


def ref_of(ticket_id: int) -> str:
    with reading() as session:
        return str(session.get_one(Ticket, ticket_id).ref)


@pytest.fixture
def night(app: Flask, evening: Evening) -> dict[str, str]:
    """A night after the evening, and the morning after it: its tickets by name."""
    found = {
        "quick": an_emergency(evening, NIGHT, taken_after_s=60),
        "slow": an_emergency(evening, NIGHT, taken_after_s=600),
        "never": an_emergency(evening, NIGHT, taken_after_s=None, level=Level.P1),
        "elsewhere": an_emergency(evening, NIGHT, taken_after_s=120, project_id=evening.other_project),
        "before": an_emergency(evening, NIGHT - timedelta(days=2), taken_after_s=60),
        "drill": an_emergency(evening, NIGHT, taken_after_s=5, is_drill=True),
    }
    a_ticket(evening, NIGHT)
    clock.stop_at(MORNING)
    return {name: ref_of(id) for name, id in found.items()}


def told(page: str) -> str:
    return page.split('id="night-h"')[1].split("</section>", maxsplit=1)[0]


def test_the_page_says_who_came_how_soon(logged_in: LogIn, evening: Evening, night: dict[str, str]) -> None:
    page = told(logged_in("manager").get("/reports/night").text)
    words = dict(re.findall(r">([\d-]+)</a> <span>(.*?)</span>", page.split("</ul>")[0]))
    assert words[night["quick"]].endswith("· 1 分钟后有人接")
    assert words[night["slow"]].endswith("· 10 分钟后有人接，超时")
    assert words[night["never"]].endswith("还没有人接")
    assert not {night["elsewhere"], night["before"], night["drill"]} & set(words)
    assert evening.refs["lift"] in words, "it was opened after six in the evening"
    assert "最慢的过了 10 分钟有人接" in page
    assert night["elsewhere"] in told(logged_in("director").get("/reports/night").text)


def test_broken_promises_and_holes_of_the_rota_are_told(
    logged_in: LogIn, evening: Evening, night: dict[str, str]
) -> None:  # fmt: skip
    page = told(logged_in("manager").get("/reports/night").text)
    broken = page.split("约定的时间夜里过了没有做到")[1].split("</ul>")[0]
    assert night["slow"] in broken
    assert night["quick"] not in broken
    assert "07:30–08:00" in page, "the shifts of the evening end at half past seven"


def test_who_waits_for_a_word_is_told_with_what_it_is_about(
    logged_in: LogIn, evening: Evening, night: dict[str, str]
) -> None:  # fmt: skip
    owed = told(logged_in("manager").get("/reports/night").text).split("还在等我们的一句话")[1]
    words = dict(re.findall(r">([\d-]+)</a> <span>(.*?)</span>", owed))
    assert words[evening.refs["alarm"]].startswith("燃气泄漏 · 5号楼1单元0301室")


def test_another_night_and_one_that_is_not_over(logged_in: LogIn, evening: Evening, night: dict[str, str]) -> None:
    client = logged_in("manager")
    page = client.get("/reports/night?day=2026-11-21")
    assert night["before"] in told(page.text)
    assert night["quick"] not in told(page.text)
    coming = client.get("/reports/night?day=2026-11-24").text
    assert night["quick"] not in told(coming)
    assert 'href="/reports/night?day=2026-11-25"' not in coming, "nothing is known of the night after it"
    for no_day in ("2026-11-99", "0001-01-01", "9999-12-31"):
        assert client.get(f"/reports/night?day={no_day}").status_code == 422, no_day
    assert client.get("/reports/night?day=2026-11-24&lang=en").status_code == 200


@pytest.fixture
def letterbox(app: Flask, night: dict[str, str]) -> Iterator[Letterbox]:
    with a_letterbox() as box:
        app.extensions["settings"] = Settings(
            **{
                **app.extensions["settings"].model_dump(), "smtp_url": box.url,
                "morning_mail_to": "director@example.com, quality@example.com",
            }
        )  # fmt: skip
        yield box


def state() -> tuple[MailState, int]:
    with reading() as session:
        row = session.get_one(MorningMail, DAY)
        return row.state, row.tries


def test_the_mail_goes_once(letterbox: Letterbox, evening: Evening, night: dict[str, str]) -> None:
    for _ in range(3):
        mail_the_night()
        later(minutes=10)
    (letter,) = letterbox.letters
    body = letter.get_content()
    assert letter["To"] == "director@example.com, quality@example.com"
    assert letter["Subject"] == say("report.night.subject", "zh", day="2026-11-23")
    assert all(night[name] in body for name in ("quick", "slow", "never", "elsewhere"))
    assert "/reports/night?day=2026-11-23" in body
    assert "+86" not in body
    owed = body.split("还在等我们的一句话")[1]
    assert f"{evening.refs['alarm']} 燃气泄漏 · 幸福里小区\r\n" in owed
    assert "0301室" not in body, "where somebody lives stands on the page alone"
    assert all(line.endswith(b"\r\n") and line.isascii() for line in letterbox.lines), "as every server takes it"
    assert letter["Date"].datetime == MORNING
    assert state() == (MailState.SENT, 1)


@pytest.mark.parametrize("word", ["MAIL", "RCPT", "DATA", "."])
def test_what_was_refused_goes_again(letterbox: Letterbox, word: str) -> None:
    letterbox.refuses = word
    mail_the_night()
    assert state() == (MailState.REFUSED, 1)
    letterbox.refuses = ""
    mail_the_night()
    assert letterbox.letters == [], "not at once"
    later(minutes=6)
    mail_the_night()
    assert len(letterbox.letters) == 1
    assert state() == (MailState.SENT, 2)


def test_one_address_that_is_refused_keeps_it_from_nobody_else_and_they_do_not_get_it_twice(
    letterbox: Letterbox, logged_in: LogIn
) -> None:
    letterbox.knows_no = "quality@"
    for _ in range(2):
        mail_the_night()
        later(minutes=6)
    assert len(letterbox.letters) == 1, "who has it gets it once, however often the other is tried"
    assert state() == (MailState.REFUSED, 2)
    assert say("concern.mail.one", "zh") in logged_in("director").get("/").text
    letterbox.knows_no = ""
    letterbox.envelopes.clear()
    mail_the_night()
    assert letterbox.envelopes == ["rcpt TO:<quality@example.com>"]
    assert letterbox.letters[1]["To"] == "quality@example.com"
    assert state() == (MailState.SENT, 3)
    with reading() as session:
        assert "example.com" not in str(session.get_one(MorningMail, DAY).told)


def test_what_may_have_gone_never_goes_again_and_that_is_told(
    letterbox: Letterbox, logged_in: LogIn, runner: FlaskCliRunner
) -> None:
    letterbox.goes_silent = True
    mail_the_night()
    assert state() == (MailState.UNSURE, 1)
    letterbox.goes_silent = False
    for _ in range(3):
        later(minutes=10)
        mail_the_night()
    assert letterbox.letters == []
    assert say("concern.mail.one", "zh") in logged_in("director").get("/").text
    assert say("concern.mail.one", "zh") not in logged_in("manager").get("/").text, "it is not their house's"
    assert "may have gone" in runner.invoke(args=["doctor"]).output


def test_one_that_somebody_began_and_did_not_end_is_not_sent_again(letterbox: Letterbox) -> None:
    with transaction() as session:
        assert claim(session, DAY, at=MORNING)
        assert not claim(session, DAY, at=MORNING), "of two clocks one sends it"
    later(minutes=3)
    mail_the_night()
    assert letterbox.letters == []
    assert state() == (MailState.UNSURE, 1)


@pytest.mark.parametrize("user", ["", "desk:%E5%AF%86%E7%A0%81@"])
def test_without_a_server_that_lets_us_in_nobody_has_it(app: Flask, letterbox: Letterbox, user: str) -> None:
    url = f"smtp://{user}127.0.0.1:1?from=desk@example.com" if not user else letterbox.url.replace("//", f"//{user}")
    app.extensions["settings"] = Settings(**app.extensions["settings"].model_dump() | {"smtp_url": url})
    mail_the_night()
    assert state() == (MailState.REFUSED, 1)


@pytest.mark.parametrize(
    ("at", "is_due"),
    [("07:59", False), ("08:04", False), ("08:05", True), ("11:04", True), ("11:05", False), ("23:00", False)],
)
def test_it_goes_at_its_hour_or_not_much_later(letterbox: Letterbox, at: str, is_due: bool) -> None:
    assert due_day(datetime.fromisoformat(f"2026-11-23T{at}:00+08:00")) == (DAY if is_due else None)


def test_the_clock_asks_for_it_only_where_somebody_wants_it(app: Flask, letterbox: Letterbox) -> None:
    clockwork.mail_the_night()
    assert hints().waiting(Lane.BULK) == 1
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"smtp_url": None})
    app.extensions["settings"].__dict__.pop("mail_server", None)
    app.extensions["settings"].__dict__.pop("morning_readers", None)
    clockwork.mail_the_night()
    assert hints().waiting(Lane.BULK) == 1


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com",
        "smtp://mail.example.com",
        "http://mail.example.com?from=a@b.c",
        "smtp://h:x?from=a@b.c",
        "smtp:",
    ],
)
def test_an_address_that_is_no_mail_server_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, smtp_url=url)  # type: ignore[arg-type]
    assert "smtps://" in str(refused.value.errors()[0]["ctx"]["error"])


def test_a_mail_server_is_read_with_its_secrets() -> None:
    server = server_of("smtps://me%40x:s%3Acret@mail.example.com?from=desk@example.com")
    assert server is not None
    assert (server.host, server.port, server.is_tls, server.user, server.password) == (
        "mail.example.com", 465, True, "me@x", "s:cret",
    )  # fmt: skip
    assert "s:cret" not in repr(server)
    with pytest.raises(ValidationError):
        Settings(_env_file=None, morning_mail_to="nobody")
    with pytest.raises(ValidationError):
        Settings(_env_file=None, morning_mail_to="张@example.com")
