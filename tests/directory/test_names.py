"""Names as they are typed: written, in pinyin, by initials."""

import pytest

from directory.names import as_keys, keys_of_name, spelt


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("林婷", ("林婷", "林", "婷", "linting", "Lin Ting", "lint", "ting", "lt", "LT", "t", "ｌｉｎ", "lin'ting")),
        ("王秀兰", ("秀兰", "wangxiulan", "xiulan", "wxl", "xl", "wangxiu")),
        ("单雪", ("shanxue", "danxue", "sx")),
        ("曾绿", ("zenglv", "zenglu", "cenglv", "zl")),
        ("尉迟恭", ("yuchigong", "weichi", "ycg")),
        ("吕布", ("lvbu", "lubu", "lyubu", "lb")),
        ("欧阳Ａ锋", ("欧阳a", "ouyangafeng", "oyaf")),
        ("Jane Smith", ("jane", "Smith", "jane smith", "JaneSmith", "js")),
        ("O'Neil", ("oneil", "o'neil")),
    ],
)
def test_whoever_looks_for_somebody_types_it_so(name: str, typed: tuple[str, ...]) -> None:
    keys = keys_of_name(name)
    assert [one for one in typed if as_keys(one) not in keys] == []


@pytest.mark.parametrize(
    ("name", "typed"), [("林婷", ("in", "ing", "inting", "婷林", "wt")), ("Jane Smith", ("ane", "mith"))]
)
def test_and_not_so(name: str, typed: tuple[str, ...]) -> None:
    keys = keys_of_name(name)
    assert [one for one in typed if as_keys(one) in keys] == []


def test_a_name_with_many_readings_stays_short_and_one_without_any_is_kept() -> None:
    assert len(keys_of_name("单" * 80)) < 2000
    assert as_keys(" ") == ""
    assert keys_of_name("☆") == " ☆"


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("工单", ["工单", "gongdan", "gd"]),
        ("90 天值班", ["90", "天值班", "90tianzhiban", "9tzb"]),
        ("Call back", ["call", "back", "callback", "cb"]),
        ("Log-in", ["log-in", "l"]),
    ],
)
def test_the_title_of_a_page_is_typed_from_its_beginning(title: str, words: list[str]) -> None:
    assert set(words) <= set(spelt(title).split())
    assert "dan" not in spelt(title).split()
