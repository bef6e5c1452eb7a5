"""What places are called, and which keys mean them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.places import in_language, in_order, keys_of, place_text, same_keys


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("3号楼", "3"),
        ("2单元", "2"),
        ("1502", "1502"),
        ("1502室", "1502"),
        ("A1502", "1502"),
        ("一号楼", "1"),
        ("十二栋", "12"),
        ("二十栋", "20"),
        ("一百零三栋", "103"),
        ("一五零二", "1502"),
        ("A座", "1"),
        ("c座", "3"),
        ("会所", ""),
        ("", ""),
    ],
)
def test_the_keys_of_a_place_are_its_digits(name: str, keys: str) -> None:
    assert keys_of(name) == keys


@given(st.text())
def test_keys_can_always_be_typed(name: str) -> None:
    assert keys_of(name) == "" or (keys_of(name).isascii() and keys_of(name).isdigit())


def test_leading_zeros_do_not_count() -> None:
    assert same_keys("0301", "301")
    assert not same_keys("3010", "301")


@pytest.mark.parametrize(
    ("parts", "zh", "en"),
    [
        (("3号楼", "2单元", "1502"), "3号楼2单元1502室", "Building 3, Unit 2, Room 1502"),
        (("3", "2", "1502室"), "3号楼2单元1502室", "Building 3, Unit 2, Room 1502"),
        (("A座", "", "801"), "A座801室", "Building A, Room 801"),
        (("1幢", "", "302"), "1幢302室", "Building 1, Room 302"),
        (("12栋", "", "302"), "12栋302室", "Building 12, Room 302"),
        (("会所", "", "前台"), "会所前台", "会所, 前台"),
    ],
)
def test_a_place_is_said_in_both_languages(parts: tuple[str, str, str], zh: str, en: str) -> None:
    assert place_text(*parts) == zh
    assert place_text(*parts, language="en") == en


@pytest.mark.parametrize(
    ("place", "en"),
    [
        ("3号楼2单元1502室", "Building 3, Unit 2, Room 1502"),
        ("A座801室", "Building A, Room 801"),
        ("12栋", "Building 12"),
        ("3楼大厅", "3楼大厅"),
        ("3楼", "3楼"),
        ("3号楼2单元东侧", "3号楼2单元东侧"),
        ("东门岗亭", "东门岗亭"),
        ("", ""),
    ],
)
def test_a_place_that_a_ticket_keeps_is_read_in_english_where_it_is_plain(place: str, en: str) -> None:
    assert in_language(place, "en") == en
    assert in_language(place, "zh") == place


def test_names_stand_in_the_order_people_count_them() -> None:
    names = ["10号楼", "2号楼", "十一栋", "三栋", "A座", "1号楼", "B座"]
    assert sorted(names, key=in_order) == ["1号楼", "2号楼", "三栋", "10号楼", "十一栋", "A座", "B座"]
    assert sorted(["1502", "902", "0301"], key=in_order) == ["0301", "902", "1502"]
