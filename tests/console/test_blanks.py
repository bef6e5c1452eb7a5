"""The blanks of a text: in Chinese words they have Chinese names, and are kept under the same ones as ever."""

import re

from base.database import reading
from console.blanks import CHINESE, as_kept, as_written
from outreach.actions import wordings
from outreach.models import Campaign
from outreach.templates import PLACEHOLDERS
from tests.console.conftest import LogIn
from tests.console.pages import written
from tests.messages.fake import FakeCarrier


def test_every_blank_has_a_chinese_name_of_its_own() -> None:
    assert set().union(*PLACEHOLDERS.values()) <= set(CHINESE)
    assert len(set(CHINESE.values())) == len(CHINESE)


def test_a_chinese_text_is_written_with_chinese_blanks_and_kept_as_before() -> None:
    kept = "紧急停水：{places}因{cause}停水，预计{end}恢复。咨询{hotline}{其他}"
    shown = "紧急停水：{地点}因{原因}停水，预计{结束时间}恢复。咨询{热线}{其他}"
    assert (as_written(kept, "zh"), as_kept(shown), as_kept(kept)) == (shown, kept, kept)
    assert as_written("Water is off in {places}", "en") == "Water is off in {places}"


def test_a_campaign_and_a_template_keep_what_was_written_by_chinese_names(
    logged_in: LogIn, street: FakeCarrier
) -> None:
    id = written(logged_in("agent"), text_zh="{地点}明日停水，请储水。{公司}")
    with reading() as session:
        assert session.get_one(Campaign, id).text_zh == "{places}明日停水，请储水。{company}"
    director = logged_in("director")
    page = director.get("/templates/water_opening").text
    assert "紧急停水：{地点}因{原因}停水" in page
    assert "Water is off in {places}" in page
    words = {"text_zh": "停水了：{地点}，{结束时间}恢复。{hour}", "text_en": "Water is off in {places} until {end}."}
    refused = director.sends("/templates/water_opening", **words, read=1)
    assert refused.status_code == 422
    assert re.search(r"不认识 {hour}，可用的有 [^<]*{原因}", refused.text)
    words["text_zh"] = "停水了：{地点}，{结束时间}恢复。"
    again = director.sends("/templates/water_opening", **words, read=1)
    assert again.status_code == 303
    with reading() as session:
        assert wordings.wording(session, "water_opening").template.zh == "停水了：{places}，{end}恢复。"
