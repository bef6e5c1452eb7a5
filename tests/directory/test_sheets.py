"""Files that are no roster are refused with one sentence and unpack nothing that could burst."""

from datetime import date
from pathlib import Path

import pytest

from base.errors import BadInput
from directory.importing import read_file
from directory.roster import Roster, Rules
from tests.directory.sheets import CHEN, HEADS, LI, repacked, write_csv, write_xlsx

RULES = Rules(date(2026, 11, 22))
SHEET = "xl/worksheets/sheet1.xml"


def read(path: Path) -> Roster:
    return read_file(path, RULES)


def names(roster: Roster) -> list[str]:
    return [person.name for person in roster.people.values()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_any_encoding_offices_use(tmp_path: Path, encoding: str) -> None:
    assert names(read(write_csv(tmp_path / "a.csv", HEADS, LI, CHEN, encoding=encoding))) == ["李芳", "陈明"]


def test_semicolons_and_tabs_separate_too(tmp_path: Path) -> None:
    for separator in ";\t":
        path = tmp_path / "a.csv"
        path.write_text("\n".join(separator.join(row) for row in (HEADS, LI)), encoding="utf-8")
        assert names(read(path)) == ["李芳"]


def test_heads_are_found_below_titles_blank_rows_and_merged_cells(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "a.xlsx",
        [],
        [],
        ["制表人", "办公室"],
        [],
        HEADS,
        LI,
        ["", "", "2单元", "1602", "陈明", "13900139000"],
        [],
        ["", "", "2单元", "1702", "周敏", "13700137000"],
        merges=[(0, 0, 0, 5, "业主名册"), (5, 0, 8, 0, "幸福花园"), (5, 1, 8, 1, "3号楼")],
    )
    roster = read(path)
    assert not roster.refusals
    assert [home[:2] for home in roster.homes] == [("幸福花园", "3号楼")] * 3
    assert [contact.row for contact in roster.contacts] == [6, 7, 9]


def test_two_rows_of_heads_merged_downwards_are_one(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "a.xlsx",
        ["房屋", "", "", "", "姓名", "电话"],
        ["项目", "楼栋", "单元", "房号", "", ""],
        LI,
        merges=[(0, 0, 0, 3, "房屋"), (0, 4, 1, 4, "姓名"), (0, 5, 1, 5, "电话")],
    )
    assert names(read(path)) == ["李芳"]


def test_a_sheet_may_begin_anywhere_and_heads_may_repeat_on_each_page(tmp_path: Path) -> None:
    pad = [None, None]
    path = write_xlsx(tmp_path / "a.xlsx", [], [*pad, *HEADS], [*pad, *LI], [*pad, *HEADS], [*pad, *CHEN])
    roster = read(path)
    assert not roster.refusals
    assert names(roster) == ["李芳", "陈明"]


def test_columns_come_in_any_order_and_either_language(tmp_path: Path) -> None:
    heads = ["Name *", "ROOM", "Numbers（电话）", "备注", "building", "Project", "unit"]
    roster = read(write_csv(tmp_path / "a.csv", heads, ["Li", "1502", "13800138000", "x", "3", "Garden", ""]))
    assert list(roster.homes) == [("Garden", "3", "", "1502")]
    assert roster.heads.unknown == ("备注",)


def refusal(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        read(path)
    message = caught.value.message
    assert "\n" not in message
    assert " / " in message
    return message


def test_an_empty_file(tmp_path: Path) -> None:
    for content in (b"", b"\xef\xbb\xbf", b"\r\n\r\n"):
        (tmp_path / "a.csv").write_bytes(content)
        assert "空" in refusal(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "PNG"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, ".xls"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (b"\0\1\2\3" * 100, "二进制"),
        (b"PK\3\4 this is no zip", "损坏"),
        ("项目,姓名\n".encode() + b"\xff\xfe\xfd\xff", "编码"),
    ],
    ids=["pdf", "png", "old xls", "password", "binary", "broken zip", "no encoding"],
)
def test_files_that_are_something_else(tmp_path: Path, content: bytes, word: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    assert word in refusal(tmp_path / "a.xlsx")


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    source = write_xlsx(tmp_path / "a.xlsx", HEADS)
    path = tmp_path / "b.xlsx"
    path.write_bytes(source.read_bytes().replace(b"xl/workbook.xml", b"xl/workbonk.xml"))
    assert ".xlsx" in refusal(path)


def test_wrong_columns_are_named(tmp_path: Path) -> None:
    assert "房号、姓名" in refusal(write_csv(tmp_path / "a.csv", ["项目", "楼栋", "备注"], ["幸福花园", "3号楼", ""]))
    assert "表头" in refusal(write_csv(tmp_path / "a.csv", ["a", "b"], ["1", "2"]))
    assert "重复" in refusal(write_csv(tmp_path / "a.csv", [*HEADS, "手机"], [*LI, ""]))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_thousand_columns(tmp_path: Path, kind: str) -> None:
    write = write_csv if kind == "csv" else write_xlsx
    assert "1000" in refusal(write(tmp_path / f"a.{kind}", [*HEADS, *(f"列{n}" for n in range(994))], LI))


def test_more_rows_than_anybody_has(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(",".join(HEADS) + "\n" + (",".join(LI) + "\n") * 300_001, encoding="utf-8")
    assert "300000" in refusal(path)


def test_a_cell_in_the_far_corner_is_not_laid_out(tmp_path: Path) -> None:
    source = write_xlsx(tmp_path / "a.xlsx", HEADS)
    xml = b'<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    refusal(repacked(source, tmp_path / "b.xlsx", SHEET, xml))
    xml = b'<worksheet><sheetData><row><c r="A1"/><c r="B1048576"><v>1</v></c></row></sheetData></worksheet>'
    refusal(repacked(source, tmp_path / "c.xlsx", SHEET, xml))


def test_a_zip_that_unpacks_without_end(tmp_path: Path) -> None:
    source = write_xlsx(tmp_path / "a.xlsx", HEADS)
    bomb = b"<worksheet>" + b" " * (64 * 1024 * 1024)
    honest = repacked(source, tmp_path / "b.xlsx", SHEET, bomb)
    assert honest.stat().st_size < 200_000
    assert "解压" in refusal(honest)
    lying = repacked(source, tmp_path / "c.xlsx", SHEET, bomb, declared=1000)
    assert "解压" in refusal(lying)
