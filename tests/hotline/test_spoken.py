"""What callers say means what texts mean: danger first, then the longest word."""

import pytest

from hotline.spoken import Matter, hints, understood
from tickets.lifecycle import Kind, Level


@pytest.mark.parametrize(
    ("words", "kind", "category", "level"),
    [
        ("我家厨房漏水", Kind.REPAIR, "burst_pipe", Level.P1), ("There is a leak", Kind.REPAIR, "burst_pipe", Level.P1),
        ("电梯困人了", Kind.EMERGENCY, "lift_trapped", Level.P0), ("楼道冒烟", Kind.EMERGENCY, "fire", Level.P0),
        ("there's smoke in the hall", Kind.EMERGENCY, "fire", Level.P0),
        ("水管爆了", Kind.REPAIR, "burst_pipe", Level.P1),
        ("电梯坏了", Kind.REPAIR, "lift", Level.P1), ("楼上装修太吵", Kind.COMPLAINT, "noise", Level.C1),
        ("我要投诉保安态度", Kind.COMPLAINT, "attitude", Level.C1), ("物业费多少", Kind.ENQUIRY, "enquiry", Level.P3),
        ("漏水漏得厉害，老人触电了", Kind.EMERGENCY, "other_emergency", Level.P0),
    ],
)  # fmt: skip
def test_danger_comes_before_all_else(words: str, kind: Kind, category: str, level: Level) -> None:
    found = understood(words)
    assert found == Matter(kind, category)
    assert found.level is level


@pytest.mark.parametrize("words", ["", "喂，你好", "hello?", "嗯", "那个"])
def test_words_that_mean_nothing_to_us_are_not_guessed_at(words: str) -> None:
    assert understood(words) is None


def test_what_is_likely_is_told_in_its_language_danger_first_and_not_more_than_the_carrier_takes() -> None:
    for language, first, later in (("zh", "困人", "漏水"), ("en", "trapped", "leak")):
        likely = hints(language)
        assert likely[0] == first
        assert later in likely
        assert len(likely) <= 500
        assert all(word.isascii() is (language == "en") and "," not in word for word in likely)
