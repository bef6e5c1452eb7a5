"""What is wrong with a campaign is said where it was typed, in the reader's language, and nothing is lost."""

import pytest
from sqlalchemy import func, select

from base.database import reading
from console.words import say
from outreach.models import Campaign
from tests.console.conftest import LogIn
from tests.console.pages import NOTICE, TEXTS
from tests.messages.fake import FakeCarrier
from tickets.models import Incident


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"title": " "}, "title", "campaign.fault.title"),
        ({"send_at": "2026-11-22T18:00"}, "send_at", "campaign.fault.past"),
        ({"send_at": "tomorrow"}, "send_at", "campaign.fault.moment"),
        ({"valid_until": "2026-11-22T19:00"}, "valid_until", "campaign.fault.order"),
        ({"class": "emergency", "text_zh": "{end}恢复"}, "promised_end", "campaign.fault.end"),
        ({"class": "emergency", "promised_end": "2026-11-22T19:00"}, "promised_end", "campaign.fault.past"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    logged_in: LogIn, street: FakeCarrier, change: dict[str, str], field: str, words: str
) -> None:
    client = logged_in("agent")
    for language in ("zh", "en"):
        answer = client.sends(f"/campaigns?lang={language}", **NOTICE | change)
        assert answer.status_code == 422
        fault = answer.text.split(f'id="{field}-fault"')[1].split("</p>")[0]
        assert say(words, language) in fault
        assert TEXTS["text_en"] in answer.text
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Campaign)) == 0
        assert session.scalar(select(func.count()).select_from(Incident)) == 0, "no incident without its notice"


def test_a_text_at_fault_is_explained_in_the_readers_language_only(logged_in: LogIn, street: FakeCarrier) -> None:
    client = logged_in("agent")
    chinese = client.sends("/campaigns?lang=zh", **NOTICE | {"text_zh": "【物业】停水"}).text
    fault = chinese.split('id="text_zh-fault"')[1].split("</p>")[0]
    assert "请去掉【】" in fault
    assert "take out" not in fault
    english = client.sends("/campaigns?lang=en", **NOTICE | {"text_zh": "【物业】停水"}).text
    assert "Take out" in english.split('id="text_zh-fault"')[1].split("</p>")[0]


def test_on_a_day_of_mourning_no_greeting_is_submitted(logged_in: LogIn, street: FakeCarrier) -> None:
    answer = logged_in("agent").sends("/campaigns", kind="greeting", title="清明", **TEXTS, send_at="2027-04-05T10:00")
    assert answer.status_code == 422
    assert "清明" in answer.text.split('id="send_at-fault"')[1].split("</p>")[0]


def test_a_survey_is_neither_offered_nor_written(logged_in: LogIn, street: FakeCarrier) -> None:
    client = logged_in("agent")
    assert 'value="survey"' not in client.get("/campaigns/new").text
    answer = client.sends("/campaigns", **NOTICE | {"kind": "survey", "class": "survey"})
    assert answer.status_code == 422
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Campaign)) == 0


def test_what_only_the_writing_finds_is_said_above_the_form(logged_in: LogIn, street: FakeCarrier) -> None:
    answer = logged_in("agent").sends("/campaigns", **NOTICE | {"text_zh": "{start}停水", "text_en": "{start} off"})
    assert answer.status_code == 422
    assert "没有内容可填 {开始时间}" in answer.text.split('id="draft-fault"')[1].split("</div>")[0]


@pytest.mark.parametrize(
    "change", [{"send_at": "9999-12-31T10:00"}, {"send_at": "2062-11-27T10:00"}, {"valid_until": "9999-12-31T23:59"}]
)
def test_a_year_that_was_mistyped_is_said(logged_in: LogIn, street: FakeCarrier, change: dict[str, str]) -> None:
    client = logged_in("agent")
    assert client.sends("/campaigns/preview", **NOTICE | change).status_code == 200
    answer = client.sends("/campaigns", **NOTICE | change)
    assert answer.status_code == 422
    year = next(iter(change.values()))[:4]
    assert f"{year} 年）太远了" in answer.text.split('id="draft-fault"')[1].split("</div>")[0]


def test_what_is_found_in_the_words_stands_beside_them_while_they_are_written(
    logged_in: LogIn, street: FakeCarrier
) -> None:
    client = logged_in("agent")
    page = client.sends("/campaigns/preview", **NOTICE | {"text_zh": "明日下午停水"}).text
    assert "“明日下午”说不准，请写几点到几点" in page.split('id="warn-zh"')[1].split("</ul>")[0]
    assert 'id="warn-en"' not in page
    assert "text_zh-fault" not in page
    english = client.sends("/campaigns/preview?lang=en", **NOTICE | {"text_zh": "欠费停水"}).text
    assert "they may not be cut to collect fees" in english.split('id="text_zh-fault"')[1].split("</p>")[0]
    refused = client.sends("/campaigns?lang=zh", **NOTICE | {"text_zh": "欠费停水"})
    assert refused.status_code == 422
    assert "不能和停水停电写在一起" in refused.text.split('id="text_zh-fault"')[1].split("</p>")[0]


def test_a_cause_is_looked_at_with_the_text_that_names_it(logged_in: LogIn, street: FakeCarrier) -> None:
    client = logged_in("supervisor")
    urgent = NOTICE | {"class": "emergency", "trouble": "water", "text_zh": "因{cause}停水", "text_en": "{cause}: off"}
    page = client.sends("/campaigns/preview", **urgent, cause="三户欠费").text
    assert "“欠费”" in page.split('id="text_zh-fault"')[1].split("</p>")[0]
    assert client.sends("/campaigns", **urgent, cause="三户欠费").status_code == 422
    assert "fault" not in client.sends("/campaigns/preview", **urgent, cause="爆管").text.split('id="text_zh"')[1][:900]


def test_on_a_day_of_mourning_a_notice_is_looked_at_for_joy(logged_in: LogIn, street: FakeCarrier) -> None:
    page = logged_in("agent").sends(
        "/campaigns/preview", **NOTICE | {"text_zh": "物业祝您出行平安"}, send_at="2027-04-05T10:00"
    ).text  # fmt: skip
    assert "哀悼日不说“祝”" in page
    other = logged_in("agent").sends(
        "/campaigns/preview", **NOTICE | {"text_zh": "物业祝您出行平安"}, send_at="2027-04-07T10:00"
    ).text  # fmt: skip
    assert "哀悼日" not in other
