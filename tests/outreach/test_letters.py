"""The letters that tell questions apart."""

import pytest

from directory.consent import read_choice
from outreach.letters import FIRST, LETTERS, coded, free, is_glued, shown
from outreach.replies import page_code


@pytest.mark.parametrize(
    ("text", "letter", "answer"),
    [
        ("B4", "B", "4"), ("b 4", "B", "4"), ("Ｂ４", "B", "4"), ("ｂ，４", "B", "4"),
        ("B4 还是漏水", "B", "4 还是漏水"),
        ("B 很好", "B", "很好"), ("b非常满意", "B", "非常满意"), ("C0", "C", "0"),
    ],
)  # fmt: skip
def test_a_letter_leads_the_answer_in_any_width_and_case(text: str, letter: str, answer: str) -> None:
    assert coded(text) == (letter, answer)


@pytest.mark.parametrize("text", ["4", "B", "Best wishes", "Dear all", "R", "T", "4B", "", "请看B4"])
def test_no_other_text_has_one(text: str) -> None:
    assert coded(text) is None


@pytest.mark.parametrize("text", ["B座电梯坏了", "A栋门禁", "c区的灯", "Ｂ楼漏水", "B门口有积水", "b单元停电"])
def test_a_letter_that_names_a_place_leads_no_answer(text: str) -> None:
    assert coded(text) is None


@pytest.mark.parametrize(
    ("answer", "is_it"),
    [
        ("1车库漏水了", True), ("1门口", True), ("1非常满意", True), ("12", True), ("2F车库", True), ("2单元", True),
        ("1", False), ("1 车库漏水了", False), ("4，还是漏水", False), ("4-还是", False),
        ("1👍", False), ("很好", False),
    ],
)  # fmt: skip
def test_words_stand_apart_from_a_key_or_are_written_into_it(answer: str, is_it: bool) -> None:
    assert is_glued(answer) is is_it


def test_the_first_letter_is_not_shown_and_the_next_free_one_is_given() -> None:
    assert free(()) == FIRST
    assert (shown(FIRST), shown("")) == ("", "")
    assert shown(free({FIRST})) == "B"
    assert free(set(LETTERS)) == LETTERS[-1]


def test_no_letter_alone_means_anything_else_to_us() -> None:
    assert all(read_choice(letter) is None and page_code(f"{letter}1234") is None for letter in LETTERS)
