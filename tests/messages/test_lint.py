"""What the linter finds, rule by rule, and what it leaves alone."""

from datetime import date
from unicodedata import normalize

import pytest

from messages.lifecycle import MessageClass
from messages.lint import About, Finding, Severity, Unfit, book, check, lint, lint_whole

SERVICE, EMERGENCY, CARE = MessageClass.SERVICE, MessageClass.EMERGENCY, MessageClass.CARE
SIGNED = "【回音物业】"

FOUND: list[tuple[str, str, About]] = [
    ("signature", "【某某物业】停水", About(SERVICE)),
    ("signature", "停水】", About(EMERGENCY)),
    ("footer_twice", "中秋快乐，拒收请回复R", About(CARE)),
    ("footer_twice", "Happy Mid-Autumn. Reply R to opt out.", About(CARE)),
    ("footer_forbidden", "明日停水。拒收 请 回复 Ｒ", About(SERVICE)),
    ("footer_forbidden", "Water is off. Unsubscribe by text", About(EMERGENCY)),
    ("mourning", "清明时节，祝您快乐", About(SERVICE)),
    ("mourning", "中元节到了，恭贺新禧", About(SERVICE)),
    ("mourning", "物业祝您出行平安", About(SERVICE, is_mourning=True)),
    ("mourning", "喜迎新装修的大堂", About(SERVICE, is_mourning=True)),
    ("mourning", "Happy Qingming to you", About(CARE)),
    ("mourning", "We wish you joy", About(CARE, is_mourning=True)),
    ("dragon_boat", "又到端午，祝您节日快乐", About(CARE)),
    ("dragon_boat", "Happy Dragon Boat Festival", About(CARE)),
    ("blame", "因业主使用不当，管道堵塞", About(SERVICE)),
    ("blame", "漏水是您的责任", About(SERVICE)),
    ("blame", "This was your own fault", About(SERVICE)),
    ("arrears", "您已欠费，明日停水", About(SERVICE)),
    ("arrears", "请尽快缴清物业费，以免停电", About(EMERGENCY)),
    ("arrears", "欠水费的住户将限水", About(SERVICE)),
    ("arrears", "Unpaid fees: your water goes off", About(SERVICE)),
    ("arrears", "物业费未交将停止用水用电", About(SERVICE)),
    ("arrears", "逾期未缴物业费将拉闸", About(SERVICE)),
    ("arrears", "逾期仍未交的，将切断水电", About(SERVICE)),
    ("arrears", "Pay your bill or utilities will be disconnected", About(SERVICE)),
    ("dunning", "请处理欠缴的物业费", About(SERVICE)),
    ("link", "详情见 https://example.com/a", About(SERVICE)),
    ("link", "详情见huiyin.cn", About(EMERGENCY)),
    ("link", "详情点bit.ly/abc", About(SERVICE)),
    ("link", "詳情見 https://example.com/a", About(CARE, is_mainland=False, is_taiwan=True)),
    ("link", "详情点 suo.im/a1 查看", About(SERVICE)),
    ("link", "See tinyurl.example/x2 for more", About(EMERGENCY)),
    ("private_number", "请联系13800138000", About(SERVICE)),
    ("private_number", "请联系 138 0013 8000", About(SERVICE)),
    ("private_number", "请联系１３８００１３８０００", About(SERVICE)),
    ("private_number", "QQ：12345678", About(SERVICE)),
    ("private_number", "请加微信", About(SERVICE)),
    ("private_number", "add us on WeChat", About(SERVICE)),
    ("characters", "停水★请储水", About(SERVICE)),
    ("characters", "面积80m²", About(SERVICE)),
    ("characters", "『停水』→5号楼", About(SERVICE)),
    ("characters", "费用¥5", About(SERVICE)),
    ("characters", "停水[3号楼]", About(SERVICE)),
    ("traditional", "電梯維修", About(SERVICE)),
    ("survey", "请参加满意度问卷", About(SERVICE)),
    ("survey", "请给我们好评", About(SERVICE)),
    ("marketing", "地下车位优惠", About(SERVICE)),
    ("dunning", "逾期将依法起诉", About(SERVICE)),
    ("topic", "新楼盘看房活动", About(SERVICE)),
    ("topic", "装修建材团购", About(CARE)),
    ("vague_time", "明日下午停水", About(SERVICE)),
    ("vague_time", "因抢修停电，稍后恢复", About(EMERGENCY)),
    ("vague_time", "Water is off this afternoon", About(SERVICE)),
    ("jargon", "因二供泵房DN100闸阀更换停水", About(SERVICE)),
    ("jargon", "SLA 内恢复", About(SERVICE)),
]  # fmt: skip

LEFT_ALONE: list[tuple[str, str, About]] = [
    ("signature", "停水（3号楼）", About(SERVICE)),
    ("footer_forbidden", "快递被拒收的请到前台领取", About(SERVICE)),
    ("footer_forbidden", "参加请回复1，不参加请回复2", About(SERVICE)),
    ("mourning", "中秋快乐", About(CARE)),
    ("mourning", "清明期间请文明祭扫", About(SERVICE, is_mourning=True)),
    ("mourning", "国庆节，重庆路停水", About(SERVICE, is_mourning=True)),
    ("dragon_boat", "端午安康", About(CARE)),
    ("blame", "管道堵塞，正在疏通", About(SERVICE)),
    ("arrears", "物业费账单已放在前台", About(SERVICE)),
    ("arrears", "因水箱清洗停水，请储水", About(SERVICE)),
    ("arrears", "未交房的楼栋停水", About(SERVICE)),
    ("arrears", "物业费账单已放在前台，电梯明日停用半天", About(SERVICE)),
    ("link", "详情见 https://example.com/a", About(SERVICE, is_mainland=False)),
    ("link", "9.30-17.00停水", About(SERVICE)),
    ("link", "3.1/3.2号楼停水", About(SERVICE)),
    ("link", "From 9 a.m./10 a.m. to 5 p.m., floors 1/2 of Bldg.3/4", About(SERVICE)),
    ("private_number", "咨询4008001234、021-62345678、+864008001234", About(SERVICE)),
    ("private_number", "请联系13800138000", About(SERVICE, is_mainland=False)),
    ("private_number", "单号261122-0034", About(SERVICE)),
    ("characters", "费用5元，80平方米，“停水”", About(SERVICE)),
    ("traditional", "电梯维修，请关好门窗", About(SERVICE)),
    ("traditional", "電梯維修", About(SERVICE, is_mainland=False)),
    ("traditional", "電梯明日檢查", About(SERVICE, is_mainland=False, is_taiwan=True)),
    ("marketing", "优惠", About(CARE)),
    ("topic", "新楼盘看房活动", About(SERVICE, is_mainland=False)),
    ("topic", "请勿在楼道堆放建材，装修请先登记", About(SERVICE)),
    ("vague_time", "明日下午3点至5点停水", About(SERVICE)),
    ("vague_time", "明日下午15:00停水", About(SERVICE)),
    ("vague_time", "晚上好，读书会在会所二楼举行", About(SERVICE)),
    ("vague_time", "Water is back by midnight tonight", About(SERVICE)),
    ("jargon", "水泵要换", About(SERVICE)),
]  # fmt: skip


def rules(found: list[Finding]) -> set[str]:
    return {one.rule for one in found}


@pytest.mark.parametrize(("rule", "text", "about"), FOUND, ids=lambda each: str(each)[:20])
def test_a_rule_finds_what_it_is_for_and_names_it(rule: str, text: str, about: About) -> None:
    (found,) = [one for one in lint(text, "zh", about) if one.rule == rule]
    assert found.words
    assert all(word in text + normalize("NFKC", text) for word in found.words.split("、")), found.words
    assert "{" not in (found.zh + found.en).replace("{hotline}", "")
    assert (found.told("zh"), found.told("en").lower()) == (found.zh, found.en.lower())


@pytest.mark.parametrize(("rule", "text", "about"), LEFT_ALONE, ids=lambda each: str(each)[:20])
def test_a_rule_leaves_alone_what_is_like_it(rule: str, text: str, about: About) -> None:
    assert rule not in rules(lint(text, "zh", about))


def test_every_rule_has_a_case_a_source_and_words_in_both_languages() -> None:
    assert {rule.name for rule in book().rules} == {rule for rule, _, _ in FOUND}
    for rule in book().rules:
        assert rule.source, rule.name
        assert rule.zh, rule.name
        assert rule.en, rule.name
    assert date(2026, 1, 1) <= book().dated


@pytest.mark.parametrize(
    "rule", ["dragon_boat", "dunning", "survey", "marketing", "vague_time", "jargon"]
)  # fmt: skip
def test_what_is_a_matter_of_taste_or_of_a_vendors_mood_only_warns(rule: str) -> None:
    (known,) = [one for one in book().rules if one.name == rule]
    assert (known.severity, known.in_emergency) == (Severity.WARNING, Severity.WARNING)


def test_in_danger_a_word_does_not_hold_up_a_text_but_the_law_and_the_route_do() -> None:
    text = "因使用不当，清明节快乐，★电梯停"
    by_class = {
        message_class: {one.rule for one in lint(text, "zh", About(message_class)) if one.is_error}
        for message_class in (SERVICE, EMERGENCY)
    }
    assert by_class == {SERVICE: {"blame", "mourning", "characters"}, EMERGENCY: set()}
    assert rules(lint(text, "zh", About(EMERGENCY))) >= {"blame", "mourning", "characters"}
    for refused in ("欠费停水", "见www.example.com", "请拨13800138000", "【某某】停水"):
        assert any(one.is_error for one in lint(refused, "zh", About(EMERGENCY))), refused


def test_the_traditional_characters_of_the_list_are_no_simplified_ones() -> None:
    (rule,) = [one for one in book().rules if one.name == "traditional"]
    listed = rule.find.pattern.strip("[]")
    assert len(listed) > 60
    for character in listed:
        with pytest.raises(UnicodeEncodeError):
            character.encode("gb2312")


@pytest.mark.parametrize(
    ("body", "about", "rule", "severity"),
    [
        (SIGNED + "水" * 140, About(SERVICE), "segments", Severity.WARNING),
        (SIGNED + "水" * 495, About(SERVICE), "long", Severity.WARNING),
        (SIGNED + "水" * 1595, About(EMERGENCY), "too_long", Severity.ERROR),
        ("停水", About(SERVICE), "unsigned", Severity.WARNING),
        (SIGNED + "中秋快乐", About(CARE), "footer_missing", Severity.ERROR),
        (SIGNED + "停水，拒收请回复R", About(SERVICE), "footer_forbidden", Severity.ERROR),
        (SIGNED + "【某某】停水", About(SERVICE), "signature", Severity.ERROR),
    ],
)
def test_a_text_as_it_leaves_has_its_length_its_signature_and_its_footer(
    body: str, about: About, rule: str, severity: Severity
) -> None:
    assert [(one.rule, one.severity) for one in lint_whole(body, "zh", about)] == [(rule, severity)]


@pytest.mark.parametrize(
    ("body", "about"),
    [
        (SIGNED + "水" * 120, About(SERVICE)),
        (SIGNED + "中秋快乐，拒收请拨4008001234按9", About(CARE)),
        ("Huiyin Property: a happy New Year. Reply R to opt out.", About(CARE, is_mainland=False)),
        ("Huiyin Property: water is off.", About(SERVICE, is_mainland=False)),
    ],
)
def test_a_text_that_leaves_as_it_should_has_nothing_to_find(body: str, about: About) -> None:
    assert lint_whole(body, "zh", about) == []


def test_errors_refuse_with_everything_that_was_found_and_warnings_do_not() -> None:
    warned = lint("明日下午停水", "zh", About(SERVICE))
    check(warned)
    found = [*warned, *lint("欠费停水", "zh", About(SERVICE)), *lint("your own fault", "en", About(SERVICE))]
    with pytest.raises(Unfit) as refusal:
        check(found)
    assert refusal.value.findings == tuple(found)
    assert refusal.value.status == 422
    chinese, _, english = refusal.value.message.partition(" 英文 / ")
    assert chinese.startswith("中文 / Chinese: “欠费”不能和停水停电写在一起")
    assert english.startswith("English: “your own fault”像在责怪业主")
