"""Which sort of matter the words of a text point to."""

import pytest

from base.errors import SettingsError
from tickets.lifecycle import Kind
from tickets.triage import CATEGORIES
from tickets.triagewords import Suggestion, danger, decided, read_words, standing, suggest, words_of_the_house

GIVEN = """
version: 2026-11-26
repair:
  burst_pipe: {zh: [漏水], en: [leak]}
  water_power: {zh: [水龙头漏水], en: [tap]}
"""


@pytest.mark.parametrize(
    ("text", "kind", "category"),
    [
        ("家里卫生间天花板漏水", Kind.REPAIR, "burst_pipe"), ("厨房水龙头漏水", Kind.REPAIR, "water_power"),
        ("３号楼没水了", Kind.REPAIR, "water_power"), ("一开空调就跳闸", Kind.REPAIR, "water_power"),
        ("整层停电", Kind.REPAIR, "water_power"), ("电梯一直不来", Kind.REPAIR, "lift"),
        ("门禁卡刷不开", Kind.REPAIR, "access"), ("厨房下水道堵了", Kind.REPAIR, "blockage"),
        ("马桶冲不下去", Kind.REPAIR, "blockage"), ("楼上半夜噪音太大", Kind.COMPLAINT, "noise"),
        ("邻居周末装修", Kind.COMPLAINT, "noise"), ("门口垃圾没人清", Kind.COMPLAINT, "cleaning"),
        ("物业费怎么交", Kind.ENQUIRY, "enquiry"), ("能开发票吗", Kind.ENQUIRY, "enquiry"),
        ("前台态度很差", Kind.COMPLAINT, "attitude"), ("保安态度很好", Kind.PRAISE, "praise"),
        ("停车怎么办月卡", Kind.ENQUIRY, "enquiry"), ("有人乱停车", Kind.COMPLAINT, "complaint"),
        ("建议多装几个充电桩", Kind.SUGGESTION, "suggestion"), ("重复收费两次", Kind.COMPLAINT, "fees"),
        ("The LIFT is stuck again", Kind.REPAIR, "lift"), ("My toilet is  clogged", Kind.REPAIR, "blockage"),
        ("no water since noon", Kind.REPAIR, "water_power"), ("please send the invoice", Kind.ENQUIRY, "enquiry"),
    ],
)  # fmt: skip
def test_the_longest_word_decides(text: str, kind: Kind, category: str) -> None:
    found = suggest(text)
    assert found is not None
    assert (found.kind, found.category) == (kind, category)


@pytest.mark.parametrize("text", ["", "你好", "4", "👍", "在吗？", "shoplifting", "stapler", "a" * 1600])
def test_of_anything_else_nothing_is_said(text: str) -> None:
    assert suggest(text) is None


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("楼道冒烟了", "fire"), ("We are TRAPPED", "lift_trapped"), ("漏水，还触电了", "other_emergency"),
        ("漏水", None), ("", None),
    ],
)  # fmt: skip
def test_the_same_list_says_what_is_danger(text: str, category: str | None) -> None:
    found = danger(text)
    assert (found and found.category) == category


def test_of_several_dangers_the_first_of_the_list_is_the_gravest() -> None:
    words = read_words(
        "version: 2026-11-27\ndanger:\n  fire: {zh: [火], en: [fire]}\n  burst_pipe: {zh: [水], en: [flood]}"
    )
    assert danger("水火无情", words) == Suggestion(Kind.EMERGENCY, "fire", "火")
    assert suggest("水火无情", words) is None, "it wakes people, and waits for nobody's yes"


def test_an_english_word_is_a_whole_word() -> None:
    words = read_words(GIVEN)
    assert suggest("the pipe has a leak.", words) == Suggestion(Kind.REPAIR, "burst_pipe", "leak")
    assert suggest("leakage", words) is None


def test_the_list_of_the_house_is_dated_and_names_known_categories_only() -> None:
    words = words_of_the_house()
    assert words.version.isoformat() >= "2026-11-26"
    assert {one.category for one in words.words} <= set(CATEGORIES)
    assert not {one.kind for one in words.words} & {Kind.EMERGENCY}


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("", "write a day"), ("version: soon", "write a day"), (GIVEN.replace("repair", "moon"), "no kind"),
        (GIVEN.replace("repair", "emergency"), "no kind"), (GIVEN.replace("burst_pipe", "moon"), "no such category"),
        (GIVEN.replace("[tap]", "[leak]"), "written twice"), (GIVEN.replace(", en: [tap]", ""), "needs a line zh"),
        (GIVEN.replace("[tap]", "tap"), "list of words"), (GIVEN.replace("[tap]", "['']"), "list of words"),
    ],
)  # fmt: skip
def test_a_wrong_list_says_where_and_how_to_write_it(written: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as refused:
        read_words(written)
    assert "triagewords.yaml" in str(refused.value)


def test_a_suggestion_stands_until_somebody_answers_or_the_ticket_is_sorted() -> None:
    lift = Suggestion(Kind.REPAIR, "lift", "电梯")
    told = [{"channel": "text", **lift.facts}]
    assert standing(Kind.ENQUIRY, "text", told) == lift
    assert standing(Kind.REPAIR, "lift", told) is None
    assert standing(Kind.EMERGENCY, "lift_trapped", told) is None
    assert standing(Kind.ENQUIRY, "text", [*told, decided(is_so=False)]) is None
    noise = Suggestion(Kind.COMPLAINT, "noise", "吵")
    assert standing(Kind.ENQUIRY, "text", [*told, decided(is_so=False), noise.facts]) == noise
    assert standing(Kind.ENQUIRY, "text", [{"channel": "text"}]) is None
