"""While a campaign is written its page shows the words as they arrive, their length and what they cost."""

import re

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from base.database import Database, reading, transaction
from console import campaign_preview
from console.words import say
from directory.models import Project
from outreach.models import Campaign
from tests import make
from tests.console.conftest import LogIn
from tests.console.evening import Evening
from tests.console.pages import NOTICE, TEXTS, number_of, written
from tests.messages.fake import FakeCarrier


def test_the_meter_counts_signature_and_footer_and_the_preview_is_a_real_persons_text(
    logged_in: LogIn, street: FakeCarrier
) -> None:
    client = logged_in("agent")
    page = client.sends("/campaigns/preview", **NOTICE).text
    whole = "【回音物业】" + TEXTS["text_zh"]
    assert f"{len(whole)} / 70" in page
    assert whole in page
    english = client.sends("/campaigns/preview", **NOTICE | {"text_en": "x" * 200}).text
    assert re.search(r"20\d / \d+</b> <span class=\"meta\">字，\d 条计费", english)
    greeting = client.sends(
        "/campaigns/preview", kind="greeting", title="新年", text_zh="新年好", text_en="Happy new year",
        send_at="2027-01-01T09:00",
    ).text  # fmt: skip
    assert "拒收" in greeting or "9 人不发" in greeting


def test_somebody_else_can_be_the_example(logged_in: LogIn, street: FakeCarrier) -> None:
    client = logged_in("agent")
    seen = set()
    for example in range(8):
        page = client.sends("/campaigns/new", **NOTICE, example=example, do="example").text
        seen.add(page.split('id="prev-who"')[1].split("</p>")[0])
        assert NOTICE["title"] in page
    assert len(seen) == 8
    assert not any("13700000" in one for one in seen), "numbers are masked"


def test_a_template_brings_its_words_and_keeps_the_rest(logged_in: LogIn, street: FakeCarrier) -> None:
    client = logged_in("agent")
    page = client.sends("/campaigns/new", **NOTICE, template="power_opening", do="template", cause="变压器").text
    assert "因{原因}停电" in page
    assert 'value="变压器"' in page
    assert re.search(r'<option value="power" selected>', page)
    assert client.get("/campaigns/new?kind=greeting&template=new_year&day=2027-01-01").text.count("2027-01-01T09:00")
    assert client.get("/campaigns/new?template=no_such").status_code == 422


def test_what_has_no_words_yet_is_named_while_writing(logged_in: LogIn, street: FakeCarrier) -> None:
    page = logged_in("agent").sends("/campaigns/preview", **NOTICE | {"text_zh": "{start}停水"}).text
    assert say("campaign.blanks", "zh", names="{开始时间}") in page


def test_the_preview_writes_nothing_and_asks_a_bounded_number_of_questions(
    app: Flask, logged_in: LogIn, street: FakeCarrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = logged_in("agent")
    client.sends("/campaigns/preview", **NOTICE)
    asked: list[str] = []
    database: Database = app.extensions["database"]
    event.listen(database.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    small = client.sends("/campaigns/preview", **NOTICE)
    few = len(asked)
    with transaction() as session:
        project = session.scalars(select(Project).order_by(Project.id)).first()
        for n in range(40):
            make.an_owner(session, make.a_home(session, project, f"9-1-{n}"), f"+86136000010{n:02}", f"邻居{n}")
    asked.clear()
    more = client.sends("/campaigns/preview", **NOTICE)
    assert number_of(more.text, "campaign.numbers") == number_of(small.text, "campaign.numbers") + 40
    assert len(asked) <= few, "not a question a person"
    assert few < 30
    assert not [one for one in asked if re.match(r"\s*(INSERT|UPDATE|DELETE)", one)]
    monkeypatch.setattr(campaign_preview, "SMALL", 20)
    asked.clear()
    large = client.sends("/campaigns/preview", **NOTICE).text
    assert number_of(large, "campaign.numbers") == 50, "nobody has been left out yet"
    assert say("campaign.large", "zh") in large
    assert say("campaign.do.write.about", "zh", n=50) in large
    assert '<p class="bub prev__bub"' in large
    assert len(asked) <= few + 3
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Campaign)) == 0


def test_what_it_costs_is_told_by_route_while_it_is_written(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_cost": 0.05, "call_cost": 0.3})
    with transaction() as session:
        home = make.a_home(session, session.get_one(Project, evening.home_project), "9-1-1")
        make.an_owner(session, home, "+85291234567")
    page = logged_in("supervisor").sends("/campaigns/preview", **NOTICE | {"class": "emergency"}).text
    told = page.split('id="draft-routes"')[1].split("</ul>")[0]
    assert say("campaign.route.text", "zh", place="中国香港", n=1, units=1) + ' <span class="num">0.05' in told
    assert say("campaign.route.call", "zh", place="内地", n=1) + ' <span class="num">0.30' in told
    numbers = number_of(page, "campaign.numbers")
    assert f'{say("campaign.cost", "zh")} <span class="num">{(numbers - 1) * 0.05 + 0.3:.2f}' in told


def test_a_country_with_a_price_of_its_own_has_its_line_before_and_after_it_is_written(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    prices = {"sms_cost": 0.05, "sms_cost_by_country": "HK:0.4 GB:0.3"}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=prices)
    with transaction() as session:
        home = make.a_home(session, session.get_one(Project, evening.home_project), "9-1-1")
        make.an_owner(session, home, "+85291234567")
        make.an_owner(session, home, "+12125550123")
    client = logged_in("supervisor")
    hong_kong = say("campaign.route.text", "zh", place="中国香港", n=1, units=1) + ' <span class="num">0.40'
    america = say("campaign.route.text", "zh", place="美国", n=1, units=1) + ' <span class="num">0.05'
    told = client.sends("/campaigns/preview", **NOTICE).text.split('id="draft-routes"')[1].split("</ul>")[0]
    assert hong_kong in told
    assert america in told
    monkeypatch.setattr(campaign_preview, "SMALL", 0)
    roughly = client.sends("/campaigns/preview", **NOTICE).text.split('id="draft-routes"')[1].split("</ul>")[0]
    assert hong_kong in roughly, "and where it is only counted"
    page = client.get(f"/campaigns/{written(client)}").text
    assert hong_kong in page.split('id="cp-routes"')[1].split("</ul>")[0]


def test_the_meter_says_the_longest_and_what_most_of_them_get(
    logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    with transaction() as session:
        first = session.get_one(Project, evening.home_project)
        owner = make.an_owner(session, make.a_home(session, first, "9-1-1"), "+8613600001001", "张三")
        owner.salutation = "尊敬的" + "长" * 30 + "先生"
    page = logged_in("agent").sends("/campaigns/preview", **NOTICE | {"text_zh": "{salutation}，" + "水" * 50}).text
    meter = page.split('id="meter-zh"')[1].split("</div>")[0]
    assert say("campaign.segments", "zh", n=2) + " " + say("campaign.segments.typical", "zh", n=1) in meter


def test_whoever_gets_nothing_is_named_under_the_reason_while_it_is_written(
    logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    page = logged_in("agent").sends("/campaigns/preview", **NOTICE).text
    check = page.split('id="out-number_needs_check"')[1].split("</details>")[0]
    assert say("campaign.reason.number_needs_check", "zh") in check
    assert re.search(r'<a href="/people/\d+"[^>]*>待\*\*</a>', check)
    assert "5号楼1单元0901室" in check
    assert "137****0007" in check
    assert "陈**" in page.split('id="out-not_a_mobile"')[1].split("</details>")[0]
