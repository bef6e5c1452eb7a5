"""The month of everything that goes to many: what each day is, what leaves on it, and another day for what waits."""

import re
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from base import clock
from base.database import reading, transaction
from console.words import say
from directory.models import Person
from messages.lifecycle import MessageClass
from outreach.lifecycle import CampaignKind, CampaignState
from outreach.models import Campaign, DayChange
from tests import make
from tests.console.conftest import EVENING, LogIn
from tests.console.evening import Evening
from tests.console.neighbours import a_notice, a_wave, an_outage, lets_go, neighbours
from tests.console.test_year_plan import a_greeting, wants_greetings
from tickets.almanac import lunar_day
from tickets.workdays import DayKind

THURSDAY = datetime.fromisoformat("2026-11-26T10:00:00+08:00")


@pytest.fixture
def street(app: Flask, evening: Evening) -> Evening:
    with transaction() as session:
        neighbours(session, evening)
    return evening


def cell(page: str, day: str) -> str:
    """What stands on a day, without markup."""
    html = page.split(f'id="day-{day}"')[1].split("</td>", maxsplit=1)[0].partition(">")[2]
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def form(campaign_id: int, **changes: str) -> dict[str, str]:
    """A notice of Thursday, as the page holds it."""
    with reading() as session:
        send_at = session.get_one(Campaign, campaign_id).send_at
    was = send_at.isoformat() if send_at else ""
    given = {"campaign": str(campaign_id), "was": was, "day": "2026-11-27", "time": "10:00", "month": "2026-11"}
    return given | changes


def goes(campaign_id: int) -> datetime | None:
    with reading() as session:
        return session.get_one(Campaign, campaign_id).send_at


@pytest.mark.parametrize(
    ("day", "zh", "month", "of_month", "is_leap"),
    [
        ("2026-11-22", "十四", 10, 14, False), ("2026-12-09", "冬月", 11, 1, False),
        ("2027-02-06", "正月", 1, 1, False),
        ("2025-07-25", "闰六月", 6, 1, True),
    ],
)  # fmt: skip
def test_a_day_is_called_by_the_moon_as_on_a_calendar(
    day: str, zh: str, month: int, of_month: int, is_leap: bool
) -> None:
    found = lunar_day(date.fromisoformat(day))
    assert (found.zh, found.month, found.day, found.is_leap) == (zh, month, of_month, is_leap)


def test_each_day_says_what_it_is_and_what_goes(app: Flask, logged_in: LogIn, street: Evening) -> None:
    wants_greetings()
    with transaction() as session:
        owner = session.get_one(Person, street.owner)
        owner.birth_month, owner.birth_day = 11, 25
    notice = a_notice(app, street, send_at=THURSDAY)
    manager = logged_in("manager")
    page = manager.get("/plan/month?month=2026-11&lang=zh").text
    assert cell(page, "2026-11-25") == "11/ 25 周三 十七 生日 1 人"
    assert 'href="/plan/birthdays?day=2026-11-25"' in page
    thursday = cell(page, "2026-11-26")
    assert "水箱清洗 10:00 服务 9 人 8 条 待批准 改日期" in thursday
    assert f'href="/campaigns/{notice}"' in page
    assert "小雪" not in page, "a term of the sun is no festival"
    december = manager.get("/plan/month?month=2026-12&lang=zh").text
    assert "国家公祭日 国家公祭日不发问候" in cell(december, "2026-12-13")
    assert "冬至" in cell(december, "2026-12-22")
    january = manager.get("/plan/month?month=2027-01&lang=en").text
    assert "New Year's Day wanted by about 1 Write this year's" in cell(january, "2027-01-01").replace("&#39;", "'")
    assert "template=new_year&amp;day=2027-01-01" in january
    assert "lunar 11/24" in cell(january, "2027-01-01")


def test_a_greeting_that_is_written_stands_there_instead_of_the_way_to_write_it(
    logged_in: LogIn, evening: Evening
) -> None:
    wants_greetings()
    a_greeting(evening, "2027-01-01")
    day = cell(logged_in("manager").get("/plan/month?month=2027-01&lang=zh").text, "2027-01-01")
    assert "元旦问候 10:00 祝福 1 人 1 条 待批准" in day
    assert "写今年的祝福" not in day


def test_days_off_and_make_up_days_are_marked_and_a_year_nobody_knows(logged_in: LogIn, evening: Evening) -> None:
    manager = logged_in("manager")
    february = manager.get("/plan/month?month=2026-02&lang=zh").text
    assert "班" in cell(february, "2026-02-14")
    assert "休" in cell(february, "2026-02-16")
    assert "待公布" not in february
    with transaction() as session:
        make.a_special_day(session, "2028-05-12", DayKind.MOURNING, "哀悼日")
    unknown = manager.get("/plan/month?month=2028-05&lang=zh").text
    assert 'id="provisional"' in unknown
    assert "休 · 待公布" in cell(unknown, "2028-05-01")
    assert "哀悼日 哀悼日，不发祝福" in cell(unknown, "2028-05-12")


def test_what_was_let_go_waits_or_went_stands_on_the_day_it_leaves(
    app: Flask, logged_in: LogIn, street: Evening
) -> None:
    waiting, outage, wave = a_notice(app, street), an_outage(app, street), a_wave(app, street)
    lets_go(app, street, outage)
    page = logged_in("manager").get("/plan/month?lang=zh").text
    today = page.split('id="day-2026-11-22"')[1].split("</td>", maxsplit=1)[0]
    assert all(f'data-goes="{id}"' in today for id in (waiting, outage)), "what has no moment stands on today"
    assert say("plan.days.no_wave", "zh") not in page, "a wave is among it"
    assert f'data-goes="{wave}"' in page
    with transaction() as session:
        session.get_one(Campaign, waiting).state = CampaignState.WITHDRAWN
    assert f'data-goes="{waiting}"' not in logged_in("manager").get("/plan/month?lang=zh").text


def test_a_campaign_is_given_another_day_and_that_is_taken_back(app: Flask, logged_in: LogIn, street: Evening) -> None:
    notice, manager = a_notice(app, street, send_at=THURSDAY), logged_in("manager")
    done = manager.sends("/plan/month", **form(notice))
    assert (done.status_code, done.headers["Location"]) == (303, "/plan/month?month=2026-11")
    page = manager.get("/plan/month?month=2026-11&lang=zh").text
    assert "从 11月26日 10:00 改到 11月27日 10:00" in page
    assert f'data-goes="{notice}"' not in page.split('id="day-2026-11-26"')[1].split("</td>")[0]
    assert "水箱清洗" in cell(page, "2026-11-27")
    seen = manager.get(f"/campaigns/{notice}?lang=zh").text
    assert "把时间从 11月26日 10:00 改到 11月27日 10:00" in seen
    assert say("campaign.why_not.day", "zh") in seen
    assert 'id="do-approve"' in logged_in("supervisor").get(f"/campaigns/{notice}").text
    with reading() as session:
        change_id = session.scalars(select(DayChange.id)).one()
    assert manager.sends(f"/plan/month/{change_id}/take-back").status_code == 303
    assert goes(notice) == THURSDAY
    assert 'id="changed"' not in manager.get("/plan/month").text
    assert 'id="do-approve"' in manager.get(f"/campaigns/{notice}").text


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"day": "2026-11-21"}, "发送时间已经过去"), ({"time": "22:30"}, "22:30 是休息时间"),
        ({"day": ""}, "请填日期和时间"),
        ({"campaign": "x"}, "请填日期和时间"), ({"was": "2026-11-25T02:00:00+00:00"}, "刚刚有人改过日期"),
        ({"day": "2026-11-26"}, "本来就在这个时间"), ({"was": "2026-11-25T02:00:00"}, "请填日期和时间"),
    ],
)  # fmt: skip
def test_what_is_refused_is_said_in_the_dialog_and_nothing_typed_is_lost(
    app: Flask, logged_in: LogIn, street: Evening, changes: dict[str, str], says: str
) -> None:
    notice = a_notice(app, street, send_at=THURSDAY)
    refused = logged_in("manager").sends("/plan/month?lang=zh", **form(notice, **changes))
    assert refused.status_code in {409, 422}
    dialog = refused.text.split('<dialog class="sheet sheet--s" id="shift"')[1].split("</dialog>")[0]
    assert "data-show" in dialog
    assert says in dialog
    assert f'value="{form(notice, **changes)["time"]}"' in dialog
    assert goes(notice) == THURSDAY


def test_what_keeps_its_day_says_why(app: Flask, logged_in: LogIn, street: Evening) -> None:
    notice, outage = a_notice(app, street, send_at=THURSDAY), an_outage(app, street)
    lets_go(app, street, notice)
    page = logged_in("director").get("/plan/month?lang=zh").text
    for id, why in ((notice, "已经批准"), (outage, "事件的通知跟着事件走")):
        assert why in page.split(f'data-goes="{id}"')[1].split(">")[0]
    refused = logged_in("director").sends("/plan/month?lang=zh", **form(notice))
    assert refused.status_code == 409
    assert "批准的就是这个时间" in refused.text


def test_it_is_too_late_to_take_it_back(app: Flask, logged_in: LogIn, street: Evening) -> None:
    notice, manager = a_notice(app, street, send_at=THURSDAY), logged_in("manager")
    manager.sends("/plan/month", **form(notice))
    with reading() as session:
        change_id = session.scalars(select(DayChange.id)).one()
    clock.stop_at(EVENING + timedelta(minutes=16))
    late = manager.sends(f"/plan/month/{change_id}/take-back?lang=zh", month="2026-11")
    assert late.status_code == 409
    assert "不能撤销" in late.text


def test_a_project_sees_and_moves_its_own_only(app: Flask, logged_in: LogIn, street: Evening) -> None:
    notice = a_notice(app, street, send_at=THURSDAY)
    with transaction() as session:
        session.get_one(Campaign, notice).project_id = street.other_project
    assert f'data-goes="{notice}"' not in logged_in("manager").get("/plan/month").text
    assert logged_in("manager").sends("/plan/month", **form(notice)).status_code == 404
    assert f'data-goes="{notice}"' in logged_in("director").get("/plan/month").text


def test_the_sum_counts_what_goes_in_the_month(app: Flask, logged_in: LogIn, street: Evening) -> None:
    a_notice(app, street, send_at=THURSDAY)
    a_notice(app, street, send_at=datetime.fromisoformat("2026-12-01T10:00:00+08:00"))
    page = logged_in("manager").get("/plan/month?month=2026-11&lang=zh").text
    with reading() as session:
        numbers = session.scalars(select(Campaign.numbers)).first()
    assert f"这个月群发 1 次，共 {numbers} 个号码" in page
    assert say("plan.days.no_wave", "zh") in page
    past = logged_in("manager").get("/plan/month?month=2026-10&lang=zh").text
    assert say("plan.days.no_wave", "zh") not in past, "nobody plans one for a month that is over"


@pytest.mark.parametrize(("month", "status"), [("2026-13", 422), ("x", 422), ("1999-12", 422), ("2054-12", 200)])
def test_no_month_breaks_the_page(logged_in: LogIn, evening: Evening, month: str, status: int) -> None:
    assert logged_in("admin").get(f"/plan/month?month={month}").status_code == status


def test_the_year_and_the_campaigns_lead_to_the_month(app: Flask, logged_in: LogIn, street: Evening) -> None:
    notice, manager = a_notice(app, street, send_at=THURSDAY), logged_in("manager")
    assert 'href="/plan/month?month=2026-02"' in manager.get("/plan").text
    assert 'href="/plan/month"' in manager.get("/campaigns").text
    assert f'href="/plan/month?month=2026-11#goes-{notice}"' in manager.get(f"/campaigns/{notice}").text
    assert "/plan/month" not in logged_in("agent").get(f"/campaigns/{notice}").text


def test_a_survey_wave_keeps_its_month(app: Flask, logged_in: LogIn, street: Evening) -> None:
    asks = {"questionnaire": "yearly", "share": 1.0, "text_zh": "", "text_en": ""}
    kind = {"kind": CampaignKind.SURVEY, "message_class": MessageClass.SURVEY}
    wave = a_notice(app, street, title="年度满意度", send_at=THURSDAY, **kind, **asks)
    refused = logged_in("manager").sends("/plan/month?lang=zh", **form(wave))
    assert refused.status_code == 409
    assert "回访抽的是当月的人" in refused.text


def test_a_day_of_a_mistyped_year_is_refused_in_the_dialog(app: Flask, logged_in: LogIn, street: Evening) -> None:
    notice = a_notice(app, street, send_at=THURSDAY)
    manager = logged_in("manager")
    for day in ("9999-12-31", "2062-11-27"):
        answer = manager.sends("/plan/month?lang=zh", **form(notice, day=day))
        assert answer.status_code == 422
        assert "太远了" in answer.text.split('id="shift-fault"')[1].split("</p>")[0]
    assert manager.sends("/plan/month", **form(notice, day="0001-01-01")).status_code == 422
    assert goes(notice) == THURSDAY
