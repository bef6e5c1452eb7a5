"""What differs between two wordings is found by the character in Chinese and by the word in English."""

import pytest

from console.worddiff import Piece, pieces


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("停水到18:00", "停水到20:00", [("same", "停水到"), ("gone", "18:00"), ("new", "20:00")]),
        ("{places}停水", "{places}今晚停水", [("same", "{places}"), ("new", "今晚"), ("same", "停水")]),
        ("请咨询{hotline}", "请咨询", [("same", "请咨询"), ("gone", "{hotline}")]),
        (
            "Water is off today", "Water was off today",
            [("same", "Water "), ("gone", "is"), ("new", "was"), ("same", " off today")],
        ),
        ("一样", "一样", [("same", "一样")]),
        ("", "新的", [("new", "新的")]),
    ],
)  # fmt: skip
def test_what_became_of_a_wording(before: str, after: str, expected: list[tuple[str, str]]) -> None:
    found = pieces(before, after)
    assert [(one.kind, one.text) for one in found] == expected
    assert "".join(one.text for one in found if one.kind != "new") == before
    assert "".join(one.text for one in found if one.kind != "gone") == after


def test_what_is_longer_than_any_text_is_compared_as_a_whole() -> None:
    before, after = "的" * 300 + "是" * 300, "是的" * 300
    assert pieces(before, after) == [Piece("gone", before), Piece("new", after)]
    assert pieces(before, before) == [Piece("same", before)]
