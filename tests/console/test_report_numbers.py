"""All reports of a month in which everything happened: each number leads to its rows, and says how it was counted."""

import html
import re
from datetime import timedelta

import pytest
from flask import Flask
from lxml import html as markup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from base.database import transaction
from console.reports.pages import REPORTS
from console.words import say
from directory.models import Home, Project, Staff
from hotline.waitingline import LeftHow
from messages.ledger.archive import archive
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import MESSAGE_ARCHIVE, Message
from oncall.ladder import Post
from oncall.models import PageState
from outreach.surveys import SurveyState
from tests import make
from tests.console.conftest import EVENING, LogIn
from tests.console.evening import OWNER, STRANGER, Evening, a_message
from tests.console.test_report_clocks import a_promise
from tests.console.test_reports import LONG_AGO, a_call, a_ticket, cells, leads_to_its_rows, number_of_rows, rows_behind
from tests.console.test_reports_further import DECEMBER, an_emergency, paged
from tests.console.test_satisfaction import a_result
from tickets.lifecycle import Kind, Level
from tickets.models import EventType

SATURDAY = LONG_AGO.replace(day=8, hour=22, minute=0)


@pytest.fixture
def august(app: Flask, evening: Evening) -> None:
    """Calls, tickets, promises, emergencies, turns and answers, in both projects; and messages of December."""
    prices = {"sms_cost": 0.05, "call_cost": 0.2}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=prices)
    with transaction() as session:
        _messages(session)
        _turns(session, evening)
        home_id = session.scalars(select(Home.id).order_by(Home.id)).first()
    a_call(evening, LONG_AGO, spoke_after_s=20)
    a_call(evening, LONG_AGO + timedelta(hours=1), how=LeftHow.HUNG_UP)
    a_call(evening, LONG_AGO, how=LeftHow.MESSAGE, project_id=evening.other_project)
    for days in (0, 3):
        a_ticket(evening, LONG_AGO + timedelta(days=days), kind=Kind.COMPLAINT, category="noise", home_id=home_id)
    a_ticket(evening, LONG_AGO, urged=1)
    first = an_emergency(evening, LONG_AGO, taken_after_s=60)
    an_emergency(evening, LONG_AGO, taken_after_s=400)
    an_emergency(evening, LONG_AGO, taken_after_s=None, level=Level.P1, project_id=evening.other_project)
    paged(evening, first, "technician", PageState.MISSED, PageState.ACKNOWLEDGED, PageState.TAKEN_BY_OTHER)
    a_promise(evening, (1, EventType.ACKNOWLEDGED, {}), (10, EventType.ARRIVED, {}), (60, EventType.RESOLVED, {}))
    for score in (5, 1):
        a_result(evening, score=score, at=LONG_AGO)
    a_result(evening, state=SurveyState.UNANSWERED, at=LONG_AGO, elsewhere=True, by="elsewhere")


def _messages(session: Session) -> None:
    for number, state, more in (
        (OWNER, MessageState.DELIVERED, {"segments": 2}), (OWNER, MessageState.UNDELIVERED, {"error_code": "30003"}),
        (OWNER, MessageState.SUPPRESSED, {"reason": "opted_out", "message_class": MessageClass.CARE}),
        (OWNER, MessageState.ANSWERED, {"way": Way.CALL}), (STRANGER, MessageState.DELIVERED, {}),
    ):  # fmt: skip
        a_message(session, number, DECEMBER, state=state, final_at=DECEMBER, **more)


def _turns(session: Session, evening: Evening) -> None:
    home, other = (session.get_one(Project, id) for id in (evening.home_project, evening.other_project))
    man = session.get_one(Staff, evening.staff["technician"])
    make.a_shift(session, home, man, Post.FIRST, SATURDAY, hours=12)
    make.a_shift(session, home, man, Post.SECOND, SATURDAY, hours=4)  # two posts at once: hours count once
    make.a_shift(session, other, man, Post.SECOND, SATURDAY - timedelta(days=3), hours=2)
    make.a_shift(session, other, session.get_one(Staff, evening.staff["elsewhere"]), Post.FIRST, SATURDAY, hours=90)


@pytest.mark.parametrize("who", ["director", "manager"])
@pytest.mark.parametrize("kind", REPORTS)
def test_every_number_of_every_report_leads_to_the_rows_it_counts(
    logged_in: LogIn, august: None, kind: str, who: str
) -> None:
    client = logged_in(who)
    for period in ("2026-12" if kind == "messages" else "2026-08", "2026"):
        leads_to_its_rows(client, f"/reports/{kind}?period={period}")


def test_the_page_for_printing_holds_the_same_links(logged_in: LogIn, august: None) -> None:
    page = markup.fromstring(logged_in("director").get("/reports/monthly?period=2026-08").text)
    said = [cell.text_content().strip() for cell in page.xpath("//table//td[not(a)]")]
    assert not [text for text in said if re.fullmatch(r"[\d:,.]*[1-9][\d:,.]*%?", text)]
    assert len(page.xpath("//table//td/a")) > 100


@pytest.mark.parametrize(
    ("words", "of", "rows"),
    [
        ("zh", "nights", ["8月5日 周三 · 二值 22:00–00:00", "8月8日 周六 · 一值 22:00–06:00、二值 22:00–02:00"]),
        ("en", "nights", ["5 Aug Wednesday · ", "8 Aug Saturday · "]),
        ("zh", "weekends", ["8月8日 周六 · 一值 10:00–00:00、二值 18:00–00:00", "8月9日 周日 · 一值 00:00–10:00"]),
        ("zh", "hours", ["8月5日 周三 · 二值 20:00–00:00"]),
    ],
)
def test_what_somebody_carried_is_listed_with_posts_and_times(
    logged_in: LogIn, evening: Evening, august: None, words: str, of: str, rows: list[str]
) -> None:
    client, man = logged_in("director"), evening.staff["technician"]
    page = client.get("/reports/watch?period=2026-08").text
    assert cells(page, "load", "周建国") == ["3", "2", "28.0", "24.0"], "two posts at once are hours of one"
    listed = html.unescape(client.get(f"/reports/watch/rows?period=2026-08&of={of}&staff={man}&lang={words}").text)
    assert not [row for row in rows if row not in listed]


def test_a_hole_in_the_watch_is_a_row_with_its_hours(logged_in: LogIn, evening: Evening, august: None) -> None:
    client = logged_in("director")
    page = client.get("/reports/watch?period=2026-W32").text
    assert cells(page, "holes", "幸福里小区") == ["2", "144.0"]
    assert rows_behind(client, f"/reports/watch/rows?period=2026-W32&of=holes&of_project={evening.home_project}") == [
        "14.0 小时", "130.0 小时",
    ]  # fmt: skip


def test_a_month_of_messages_stays_what_it_was_when_they_move_to_the_archive(
    logged_in: LogIn, august: None
) -> None:  # fmt: skip
    client, address = logged_in("director"), "/reports/messages?period=2026-12"
    before = client.get(address).text
    assert cells(before, "reached", "合计") == ["5", "3", "1", "1", "0", "75%", "4", "1", "0.40"]
    with transaction() as session:
        # the newest stays: its number must not be given again
        a_message(session, STRANGER, EVENING, state=MessageState.DELIVERED)
        archive(session, at=DECEMBER + timedelta(days=500), keep=timedelta(days=400))
        moved = select(func.count()).select_from(MESSAGE_ARCHIVE).where(MESSAGE_ARCHIVE.c.planned_at >= DECEMBER)
        assert session.scalar(moved) == 5
        assert session.scalar(select(func.count()).select_from(Message).where(Message.planned_at >= DECEMBER)) == 0
    after = client.get(address).text
    for name in ("合计", "服务"):
        assert cells(after, "reached", name) == cells(before, "reached", name)
    leads_to_its_rows(client, address)
    leads_to_its_rows(logged_in("manager"), address)


def test_the_numbers_of_a_night_lead_to_its_calls_and_tickets(logged_in: LogIn, evening: Evening) -> None:
    a_ticket(evening, EVENING - timedelta(days=3), kind=Kind.ENQUIRY)
    for who in ("manager", "director"):
        client = logged_in(who)
        for day in (EVENING.date() + timedelta(days=1), EVENING.date()):
            page = client.get(f"/reports/night?day={day}").text
            calls, tickets = re.findall(r"来电 (\d+) 个，受理 (\d+) 件", page)[0]
            links = dict(re.findall(r'href="(/reports/(?:calls|tickets)/rows[^"]*)">(看来电|看工单)', page))
            told = {words: number_of_rows(client, html.unescape(link)) for link, words in links.items()}
            assert told == {name: int(n) for name, n in (("看来电", calls), ("看工单", tickets)) if n != "0"}
    assert "看全部" in logged_in("manager").get("/reports/night").text, "who is owed a word stands on a page of its own"
    assert logged_in("manager").get("/reports/calls/rows?of=all&night=never").status_code == 422


NAMED = {
    "calls": {
        "answered": ("calls.rate", "calls.abandoned", "calls.lost", "calls.wait"), "hours": (),
    },
    "tickets": {
        "category": ("tickets.all", "tickets.first_contact"), "building": ("tickets.all",),
        "again": ("tickets.repeated", "tickets.repeated.rate"),
    },
    "clocks": {"by_clock": ("clocks.kept", "clocks.broken", "clocks.rate")},
    "watch": {
        "human": ("watch.middle", "watch.slow"), "pages": ("watch.missed", "watch.reached"),
        "load": ("watch.turns", "watch.nights", "watch.hours"),
    },
    "messages": {"reached": ("messages.arrived", "messages.rate", "messages.cost"), "reasons": ("messages.n",)},
    "surveys": {"trend": (), "by_category": (), "by_project": (), "by_staff": ()},
    "coverage": {"coverage": ("coverage.heard", "coverage.rate")},
}  # fmt: skip
"""What managers were promised, by report, section and the heads of its columns."""


@pytest.mark.parametrize("words", ["zh", "en"])
@pytest.mark.parametrize("kind", REPORTS)
def test_each_promised_number_is_there_and_says_how_it_is_counted(
    logged_in: LogIn, august: None, kind: str, words: str
) -> None:
    page = markup.fromstring(logged_in("director").get(f"/reports/{kind}?period=2026&lang={words}").text)
    for section, heads in NAMED[kind].items():
        there = page.get_element_by_id(section)
        shown = [head.text_content().strip() for head in there.xpath(".//th[@scope='col']")]
        wanted = {say(f"report.{head}", words) for head in heads}
        if kind == "surveys":
            wanted |= {say(f"results.{one}", words) for one in ("rate", "satisfaction")}
        assert wanted <= set(shown), section
        # said once for neighbours that are counted alike
        its = "p[contains(@class, 'rp__how')]"
        (how,) = (each.text_content() for each in there.xpath(f".//{its}") or there.xpath(f"preceding::{its}[1]"))
        assert len(how) > 8
        has_shares = any(cell.text_content().strip().endswith("%") for cell in there.xpath(".//td"))
        assert not has_shares or "÷" in how, "a share says of what"
