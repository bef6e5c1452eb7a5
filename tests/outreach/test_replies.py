"""What an inbound text is, as tables of values."""

import pytest

from directory.consent import Choice
from outreach.replies import PageCode, choice, danger, is_answered_by_the_carrier, page_code
from tickets.triage import CATEGORIES, wakes


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("4821", PageCode("4821", "1")),
        (" 4821 \n", PageCode("4821", "1")),
        ("４８２１", PageCode("4821", "1")),
        ("4821 1", PageCode("4821", "1")),
        ("4821 2", PageCode("4821", "2")),
        ("4821　３", PageCode("4821", "3")),
        ("4821，2", PageCode("4821", "2")),
        ("4821-3", PageCode("4821", "3")),
        ("4821 4", None),
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
        ("请问物业费怎么交", None),
        ("电梯有点响", None),
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
