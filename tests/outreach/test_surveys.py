"""Whom we ask, when, how often, and what an answer means, as tables of values."""

from datetime import UTC, datetime

import pytest

from hotline.menubook import book
from messages.wording import say, segments
from outreach.surveys import (
    MAPPINGS,
    ONE_IS_BEST,
    WORDS,
    is_low,
    is_satisfied,
    next_try_at,
    score_of,
    words_of,
)
from outreach.words import SPOKEN, matter_of, question
from tickets.lifecycle import Kind
from tickets.triage import CATEGORIES

SHANGHAI = "Asia/Shanghai"


def here(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 on Shanghai's clocks."""
    return datetime(2026, 11, day, hour - 8, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("key", "score", "zh", "low", "satisfied"),
    [
        ("1", 5, "非常满意", False, True),
        ("2", 4, "满意", False, True),
        ("3", 3, "一般", False, False),
        ("4", 2, "不满意", True, False),
        ("5", 1, "非常不满意", True, False),
    ],
)
def test_the_first_key_is_the_best_and_five_is_the_best_score(
    key: str, score: int, zh: str, low: bool, satisfied: bool
) -> None:
    assert score_of(key) == score
    assert words_of(score, "zh") == zh
    assert (is_low(score), is_satisfied(score)) == (low, satisfied)


@pytest.mark.parametrize("key", ["0", "6", "", "*", "11", "１"])
def test_any_other_key_is_no_answer(key: str) -> None:
    assert score_of(key) is None


@pytest.mark.parametrize(
    ("tried", "at", "then"),
    [
        ([here(23, 10)], here(23, 10, 1), here(23, 14, 30)),
        ([here(23, 9, 5)], here(23, 9, 6), here(23, 14, 30)),
        ([here(23, 15)], here(23, 15, 1), here(23, 18)),
        ([here(23, 19)], here(23, 19, 1), here(24, 9, 30)),
        ([here(23, 10), here(23, 14, 30)], here(23, 14, 35), here(23, 18)),
        ([here(23, 10), here(23, 14, 30)], here(23, 17), here(24, 18)),
        ([here(23, 15), here(23, 18)], here(23, 18, 5), here(24, 9, 30)),
        ([here(23, 11, 30)], here(23, 13), here(23, 18)),
    ],
)
def test_each_try_is_at_another_time_of_day(tried: list[datetime], at: datetime, then: datetime) -> None:
    assert next_try_at(tried, at=at, zone=SHANGHAI) == then


def test_a_try_is_never_in_quiet_hours() -> None:
    from messages.lifecycle import MessageClass  # noqa: PLC0415
    from messages.pacing import quiet_until  # noqa: PLC0415

    for hour in range(8, 24):
        at = next_try_at([here(23, hour)], at=here(23, hour), zone=SHANGHAI)
        assert quiet_until(MessageClass.SURVEY, at, (SHANGHAI,)) is None


def test_a_matter_of_no_category_is_named_by_how_it_came() -> None:
    assert (matter_of("repair", "", "zh"), matter_of("praise", "", "zh")) == ("报修的事项", "反映的事项")
    assert matter_of("repair", "", "en") == "request"


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("code", CATEGORIES)
@pytest.mark.parametrize(("language", "before"), [("zh", "【回音物业】"), ("en", "Huiyin Property: ")])
def test_the_question_fits_one_segment_whatever_it_is_about(kind: Kind, code: str, language: str, before: str) -> None:
    known = CATEGORIES[code]
    what = known.en if language == "en" else known.zh
    for key, more in (("survey", {}), ("survey_reminder", {"letter": ""})):
        text = before + say(key, language, what=matter_of(kind.value, what, language), ref="261122-0034", **more)
        assert segments(text).count == 1, (segments(text), text)


@pytest.mark.parametrize("key", ["survey_thanks", "survey_sorry"])
@pytest.mark.parametrize(("language", "before"), [("zh", "【回音物业】"), ("en", "Huiyin Property: ")])
def test_what_follows_an_answer_fits_one_segment(key: str, language: str, before: str) -> None:
    text = before + say(key, language, ref="261122-0034", hotline="+864008001234")
    assert segments(text).count == 1, (segments(text), text)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_question_is_spoken_with_the_words_beside_each_key(language: str) -> None:
    said = "".join(one.words for one in question(language))
    for key, score in MAPPINGS[ONE_IS_BEST].items():
        words = WORDS[score][language == "en"]
        for_words = "For" if key == min(MAPPINGS[ONE_IS_BEST]) else "; for"
        assert (f"{for_words} {words}, press {key}" if language == "en" else f"{words}请按{key}") in said
    assert ("press 0" if language == "en" else "请按0") in said


def test_everything_spoken_is_there_in_both_languages() -> None:
    for key, (zh, en) in SPOKEN.items():
        assert zh.strip(), key
        assert en.isascii(), key


def test_the_hotline_asks_with_the_same_keys_and_words() -> None:
    choices = {choice.key: choice.label for choice in book().step("rating.rate").choices if choice.key != "0"}
    assert choices.keys() == MAPPINGS[ONE_IS_BEST].keys()
    for key, label in choices.items():
        assert label is not None
        assert (label.zh, label.en) == WORDS[MAPPINGS[ONE_IS_BEST][key]]
