"""What an inbound text is, as tables of values."""

import pytest

from directory.consent import Choice
from outreach.replies import (
    PageCode,
    SurveyAnswer,
    choice,
    danger,
    is_answered_by_the_carrier,
    is_auto_reply,
    is_no_matter,
    page_code,
    sign_off_code,
    survey_answer,
)
from tickets.triage import CATEGORIES, wakes


@pytest.mark.parametrize("text", ["٤٨٢١", "४८२१", "验收码：٤٨٢١"])
def test_digits_of_another_script_are_no_code(text: str) -> None:
    assert (page_code(text), sign_off_code(text)) == (None, None)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("4821", PageCode("4821", "1", is_bare=True)),
        (" 4821 \n", PageCode("4821", "1", is_bare=True)),
        ("４８２１", PageCode("4821", "1", is_bare=True)),
        ("4821 1", PageCode("4821", "1")),
        ("4821 2", PageCode("4821", "2")),
        ("4821　３", PageCode("4821", "3")),
        ("4821，2", PageCode("4821", "2")),
        ("4821-3", PageCode("4821", "3")),
        ("4821 4", PageCode("4821", "4")),
        ("4821 5", None),
        ("0000", None),
        ("48212", None),
        ("482", None),
        ("好的4821", None),
        ("4821 到了", None),
        ("", None),
    ],
)
def test_a_page_code_is_four_digits_and_perhaps_a_choice(text: str, meant: PageCode | None) -> None:
    assert page_code(text) == meant


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("3号楼2单元电梯困人，两个人", "lift_trapped"),
        ("我被困在电梯里了", "lift_trapped"),
        ("We are STUCK in the lift of building 3", "lift_trapped"),
        ("楼道起火了！", "fire"),
        ("there’s a fire in the garage", "fire"),
        ("厨房煤气味很重", "gas_leak"),
        ("I smell gas", "gas_leak"),
        ("老人晕倒了", "other_emergency"),
        ("地下室水管爆了", "burst_pipe"),
        ("电梯困人，还起火", "lift_trapped"),
        ("廚房著火了", "fire"),
        ("走廊煤氣洩漏", "gas_leak"),
        ("有人觸電", "other_emergency"),
        ("请问物业费怎么交", None),
        ("电梯有点响", None),
        ("電梯有點響", None),
        ("fire door is squeaking", None),
    ],
)
def test_words_of_danger_are_heard(text: str, category: str | None) -> None:
    assert danger(text) == category


def test_every_danger_wakes_somebody() -> None:
    for sign in ("困人", "起火", "漏气", "触电", "爆管"):
        category = danger(sign)
        assert category is not None
        assert wakes(CATEGORIES[category].level)


@pytest.mark.parametrize(
    ("text", "answered"),
    [("STOP", True), (" stop. ", True), ("Help", True), ("退订", False), ("please stop", False), ("", False)],
)
def test_the_carriers_own_words_are_known(text: str, answered: bool) -> None:
    assert is_answered_by_the_carrier(text) is answered


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("STOP", Choice.OPT_OUT), ("quit", Choice.OPT_OUT), ("退订", Choice.OPT_OUT), ("R", Choice.OPT_OUT),
        ("START", Choice.OPT_IN), ("yes", Choice.OPT_IN), ("HELP", None), ("我要退订金", None), ("the end", None),
    ],
)  # fmt: skip
def test_a_wish_counts_in_our_words_and_in_the_carriers(text: str, meant: Choice | None) -> None:
    assert choice(text) is meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1", SurveyAnswer("1")),
        ("４", SurveyAnswer("4")),
        (" 2 \n", SurveyAnswer("2")),
        ("③", SurveyAnswer("3")),
        ("5️⃣", SurveyAnswer("5")),
        ("二", SurveyAnswer("2")),
        ("1。", SurveyAnswer("1")),
        ("4 还是漏水", SurveyAnswer("4", "还是漏水")),
        ("4还是漏水", SurveyAnswer("4", "还是漏水")),
        ("４，还是漏水！", SurveyAnswer("4", "还是漏水!")),
        ("1非常满意", SurveyAnswer("1")),
        ("非常满意", SurveyAnswer("1")),
        ("不满意！", SurveyAnswer("4")),
        ("非常滿意", SurveyAnswer("1")),
        ("4 還是漏水", SurveyAnswer("4", "還是漏水")),
        ("3號樓漏水", None),
        ("Very dissatisfied", SurveyAnswer("5")),
        ("4 still dripping", SurveyAnswer("4", "still dripping")),
        ("5 非常满意", None),
        ("5分", None),
        ("3号楼漏水", None),
        ("2单元门禁坏了", None),
        ("4-2-1501漏水", None),
        ("1 2", None),
        ("3rd floor lights are out", None),
        ("6", None),
        ("0", None),
        ("12", None),
        ("R", None),
        ("还没修好", None),
        ("", None),
    ],
)
def test_an_answer_is_a_digit_perhaps_with_words(text: str, meant: SurveyAnswer | None) -> None:
    assert survey_answer(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "自动回复", "【自动回复】您好，我现在不在", "[自动回复]稍后联系", "自动回复：如遇火警请拨119",
        "我正在开会", "我正在开会，稍后联系您。", "抱歉，我正在开会", "我在开车，稍后回电", "现在不方便接电话",
        "抱歉，我现在无法接听电话。", "Auto-reply: I am away", "Automatic reply: Re: your ticket", "AUTO REPLY",
        "Out of office until Monday", "I'm in a meeting. I'll call you later.", "I’m driving right now",
        "Can't talk now. What's up?", "自動回覆", "我正在開會，稍後聯繫您。",
    ],
)  # fmt: skip
def test_what_a_telephone_sends_by_itself_is_known(text: str) -> None:
    assert is_auto_reply(text)


@pytest.mark.parametrize(
    "text",
    [
        "我正在开会，电梯坏了快来人", "我在开车，车库闸机抬不起来", "请问物业费怎么交", "自动门坏了", "",
        "I'm in the lift, stuck",
    ],
)  # fmt: skip
def test_somebody_who_says_more_is_heard(text: str) -> None:
    assert not is_auto_reply(text)


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        ("谢谢！", True),
        ("謝謝", True),
        ("好的，謝謝，廚房燈也壞了", False),
        ("OK", True),
        ("好的，谢谢", True),
        ("谢谢，厨房灯也坏了", False),
        ("", False),
    ],
)
def test_thanks_are_no_matter(text: str, nothing: bool) -> None:
    assert is_no_matter(text) is nothing
