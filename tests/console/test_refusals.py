"""What the rooms below refuse is read in one language."""

import pytest

from base.refusals import half


@pytest.mark.parametrize(
    ("message", "zh", "en"),
    [
        ("请改晚。Give a later one.", "请改晚。", "Give a later one."),
        ("一句。又一句。One. Another one.", "一句。又一句。", "One. Another one."),
        ("没有楼栋 3号楼。There is no building 3号楼.", "没有楼栋 3号楼。", "There is no building 3号楼."),
        ("请去掉【】 / take out 【】", "请去掉【】", "take out 【】"),
        ("only English", "only English", "only English"),
    ],
)
def test_a_message_in_both_languages_is_read_in_one(message: str, zh: str, en: str) -> None:
    assert (half(message, "zh"), half(message, "en")) == (zh, en)
