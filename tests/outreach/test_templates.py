"""The house's templates: complete, short enough, and what a text for many may not hold."""

import re
from datetime import datetime

import pytest

from base.errors import BadInput, HuiyinError
from directory.consent import Choice, read_choice
from hotline.menubook import book
from messages.lifecycle import MessageClass
from messages.lint import About, lint, lint_whole
from messages.wording import LANGUAGES, fill, placeholders, segments
from outreach.lifecycle import PAIR, CampaignKind, NoticeStep
from outreach.templates import (
    LONGEST,
    OF_PERSON,
    OPT_OUT_KEY,
    PLACEHOLDERS,
    SALUTATION,
    Template,
    check_text,
    footer,
    of_person,
    template,
    templates_of,
    when_words,
)
from tickets.lifecycle import IncidentKind

HOTLINE = "+864008001234"
SIGNATURE = {"zh": "【回音物业】", "en": "Huiyin Property: "}
VALUES = {
    "zh": {
        "places": "3号楼、5号楼", "cause": "供水管爆裂", "start": "11月25日19:00", "end": "11月25日21:30",
        "hotline": HOTLINE, "company": "回音物业", "salutation": SALUTATION["zh"], "homes": "3号楼2单元1502",
    },
    "en": {
        "places": "Buildings 3 and 5", "cause": "a burst main", "start": "9:00 on 25 November",
        "end": "18:00 on 25 November", "hotline": HOTLINE, "company": "Huiyin Property",
        "salutation": SALUTATION["en"], "homes": "Building 3, 1502",
    },
}  # fmt: skip
"""Two buildings and another day than today: the longest that a notice has to hold in one segment."""

ALL = [each for kind in CampaignKind for each in templates_of(kind)]
NOTICES = [each for each in ALL if each.kind is CampaignKind.NOTICE]
GREETINGS = [each for each in ALL if each.kind is CampaignKind.GREETING]
SERVICE_NOTICE = (CampaignKind.NOTICE, MessageClass.SERVICE)
EMERGENCY_NOTICE = (CampaignKind.NOTICE, MessageClass.EMERGENCY)
CARE = (CampaignKind.GREETING, MessageClass.CARE)


def whole(each: Template, language: str, *, is_two_way: bool = False) -> str:
    """A template as it leaves: signed, filled in, with the words on refusing it."""
    refusing = footer(each.message_class, language, is_two_way, HOTLINE)
    return SIGNATURE[language] + fill(each.text(language), VALUES[language]) + refusing


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.key)
def test_nothing_is_found_in_a_template_of_the_house(each: Template) -> None:
    about = About(each.message_class, is_mourning=each.key == "remembrance_safety")
    for language in LANGUAGES:
        assert lint(each.text(language), language, about) == []
        if language == "zh":
            assert lint_whole(whole(each, language), language, about) == []


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.key)
def test_every_template_may_be_sent_as_it_stands(each: Template) -> None:
    check_text(each.kind, each.message_class, each.zh, each.en)
    assert placeholders(each.zh) == placeholders(each.en)


def test_every_trouble_has_its_opening_its_delay_and_its_end() -> None:
    emergencies = {each.key for each in NOTICES if each.message_class is MessageClass.EMERGENCY}
    assert emergencies == {f"{kind}_{step}" for kind in IncidentKind for step in PAIR} | {NoticeStep.RELEASED}


def test_planned_work_a_drill_and_the_days_of_mourning_have_service_notices() -> None:
    services = {each.key for each in NOTICES if each.message_class is MessageClass.SERVICE}
    planned = {"water_planned", "power_planned", "lift_planned", "drill", "remembrance_safety"}
    assert services == planned | {f"{kind}_{NoticeStep.FOLLOW_UP}" for kind in IncidentKind}
    remembrance = template("remembrance_safety")
    assert not re.search("祝|快乐|喜", remembrance.zh)


@pytest.mark.parametrize("step", PAIR)
def test_a_notice_says_where_and_how_to_reach_us_and_a_follow_up_says_when(step: NoticeStep) -> None:
    for kind in IncidentKind:
        wanted = placeholders(template(f"{kind}_{step}").zh)
        assert {"places", "hotline"} <= wanted
        assert step is NoticeStep.OPENING or "end" in wanted


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("each", ALL, ids=lambda each: each.key)
def test_a_template_fits_one_segment(each: Template, language: str) -> None:
    text = whole(each, language)
    cost = segments(text)
    assert cost.count == 1, f"{cost.units}: {text}"
    assert cost.encoding == ("UCS-2" if language == "zh" else "GSM-7")


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.key)
def test_a_template_names_no_mobile_and_no_link_and_guesses_nobody_s_age_or_title(each: Template) -> None:
    for text in (each.zh, each.en):
        assert not re.search(r"1[3-9]\d{9}|https?:|www\.|微信|【|】", text)
        assert not re.search(r"先生|女士|太太|小姐|长辈|老人家|团圆|\b(?:Mr|Mrs|Ms)\b", text)


@pytest.mark.parametrize("each", GREETINGS, ids=lambda each: each.key)
def test_a_greeting_begins_with_the_form_of_address_and_says_who_speaks(each: Template) -> None:
    for text in (each.zh, each.en):
        assert text.startswith("{salutation}")
        assert "{company}" in text


def test_the_dragon_boat_festival_is_wished_in_health() -> None:
    assert "端午安康" in template("dragon_boat").zh
    assert "快乐" not in template("dragon_boat").zh


def test_templates_are_found_by_key_and_by_kind() -> None:
    assert [each.key for each in templates_of(CampaignKind.NOTICE)][:3] == [
        "water_opening",
        "water_delay",
        "water_restored",
    ]
    assert template("birthday").kind is CampaignKind.GREETING
    with pytest.raises(BadInput, match=r"没有名为 christmas 的模板.*no template called christmas"):
        template("christmas")


def test_only_the_address_and_the_homes_differ_from_person_to_person() -> None:
    assert of_person("{salutation}，{company}祝您快乐") == {"salutation"}
    assert of_person("{places}停水，{homes}") == {"homes"}
    assert of_person("停水") == set()
    assert all(known >= OF_PERSON for known in PLACEHOLDERS.values())
    assert {name for each in NOTICES for name in of_person(each.zh)} == set()


@pytest.mark.parametrize(
    ("pair", "text", "says"),
    [
        (SERVICE_NOTICE, "{places}停水，{colour}", "{colour}"),
        (SERVICE_NOTICE, "{places}停水，{end", "花括号"),
        (SERVICE_NOTICE, "{{places}}停水", "花括号"),
        (SERVICE_NOTICE, "{}停水", "花括号"),
        (SERVICE_NOTICE, "", "没有文字"),
        (SERVICE_NOTICE, " \n", "没有文字"),
        (SERVICE_NOTICE, "水" * (LONGEST + 1), "1201"),
        (SERVICE_NOTICE, "【某某物业】停水", "【】"),
        (SERVICE_NOTICE, "停水】", "【】"),
        (SERVICE_NOTICE, "停水。拒收请回复R", "service 类不能写"),
        (SERVICE_NOTICE, "停水。拒收 请 回复 Ｒ", "service 类不能写"),
        (SERVICE_NOTICE, "停水，回T退订", "service 类不能写"),
        (SERVICE_NOTICE, "Water is off. Reply R to opt out", "service 类不能写"),
        (EMERGENCY_NOTICE, "停水。退订回复TD", "emergency 类不能写"),
        (CARE, "中秋快乐，拒收请回复R", "由系统加上"),
        (CARE, "{salutation}，{places}快乐", "{places}"),
    ],
)  # fmt: skip
def test_a_text_that_cannot_go_is_refused_in_either_language_and_says_why(
    pair: tuple[CampaignKind, MessageClass], text: str, says: str
) -> None:
    good = "好的 / all right"
    check_text(*pair, good, good)
    for texts, language in ((text, good), "Chinese"), ((good, text), "English"):
        with pytest.raises(BadInput) as refusal:
            check_text(*pair, *texts)
        assert refusal.value.message.split(":")[0].endswith(language)
        assert says in refusal.value.message


def test_every_fault_of_a_text_is_named_at_once() -> None:
    with pytest.raises(BadInput) as refusal:
        check_text(*SERVICE_NOTICE, "【某某】{colour}停水，拒收请回复R", "Water is off")
    assert all(word in refusal.value.message for word in ("【】", "{colour}", "拒收请回复R"))


@pytest.mark.parametrize(
    "text",
    [
        "请勿返回A座取物",
        "快递被拒收的请到前台领取",
        "参加请回复1，不参加请回复2",
        "Reply 1 to come, 2 if you cannot",
        "Reply ready",
        "水" * LONGEST,
        "{places}、{start}、{end}、{cause}、{hotline}、{company}、{salutation}、{homes}",
    ],
)
def test_what_is_harmless_may_be_said(text: str) -> None:
    check_text(*SERVICE_NOTICE, text, text)


def test_a_class_that_does_not_go_with_the_kind_is_refused() -> None:
    with pytest.raises(BadInput, match="care"):
        check_text(CampaignKind.NOTICE, MessageClass.CARE, "停水", "Water is off")


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_a_greeting_tells_how_to_refuse_the_next(language: str) -> None:
    for message_class in MessageClass:
        for is_two_way in (True, False):
            told = footer(message_class, language, is_two_way, HOTLINE)
            assert bool(told) == (message_class is MessageClass.CARE)


def test_the_footer_is_what_we_understand_as_a_refusal() -> None:
    assert footer(MessageClass.CARE, "zh", True, HOTLINE) == "拒收请回复R"
    assert footer(MessageClass.CARE, "en", True, HOTLINE) == " Reply R to opt out."
    assert footer(MessageClass.CARE, "fr", True, HOTLINE) == "拒收请回复R"
    assert read_choice("R") is Choice.OPT_OUT


def test_where_no_reply_can_come_the_footer_names_the_hotline_and_a_key_that_reaches_a_person() -> None:
    assert footer(MessageClass.CARE, "zh", False, HOTLINE) == f"拒收请拨{HOTLINE}按{OPT_OUT_KEY}"
    assert footer(MessageClass.CARE, "en", False, HOTLINE) == f" To opt out call {HOTLINE}, key {OPT_OUT_KEY}."
    for name in ("main", "night"):
        (top,) = (step for step in book().menus[name].steps if step.name == f"{name}.top")
        assert {choice.key: choice.to for choice in top.choices}[OPT_OUT_KEY] == "@person"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_greeting_with_either_footer_is_one_segment(language: str) -> None:
    for each in GREETINGS:
        for is_two_way in (True, False):
            assert segments(whole(each, language, is_two_way=is_two_way)).count == 1, each.key


@pytest.mark.parametrize(
    ("moment", "zh", "en"),
    [
        ("2026-11-25T18:00+08:00", "今日18:00", "18:00 today"),
        ("2026-11-25T09:05+08:00", "今日9:05", "9:05 today"),
        ("2026-11-25T10:00+00:00", "今日18:00", "18:00 today"),
        ("2026-11-25T17:19:01+08:00", "今日17:20", "17:20 today"),
        ("2026-11-25T07:58:59+08:00", "今日7:58", "7:58 today"),
        ("2026-11-26T09:00+08:00", "11月26日9:00", "9:00 on 26 November"),
        ("2026-11-26T00:00+08:00", "今日24:00", "midnight tonight"),
        ("2026-11-25T23:59:30+08:00", "今日24:00", "midnight tonight"),
        ("2026-11-27T00:00+08:00", "11月26日24:00", "midnight at the end of 26 November"),
        ("2026-11-24T17:20+08:00", "11月24日17:20", "17:20 on 24 November"),
        ("2027-01-01T00:30+08:00", "1月1日0:30", "0:30 on 1 January"),
    ],
)
def test_a_moment_is_named_so_that_it_is_still_right_in_the_morning(moment: str, zh: str, en: str) -> None:
    at, zone = datetime.fromisoformat("2026-11-25T08:00+08:00"), "Asia/Shanghai"
    told = datetime.fromisoformat(moment)
    assert when_words(told, "zh", at=at, zone=zone) == zh
    assert when_words(told, "en", at=at, zone=zone) == en


def test_what_is_refused_is_an_error_of_the_house() -> None:
    with pytest.raises(HuiyinError) as refusal:
        check_text(*SERVICE_NOTICE, "", "")
    assert refusal.value.status == 422
