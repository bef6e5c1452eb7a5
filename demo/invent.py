"""Invents the demo estate's residents and writes their rosters: `python -m demo.invent`. Always the same people."""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter

from directory.columns import CHINESE, Field

ROSTERS = Path(__file__).parent / "rosters"
HAPPINESS, RIVERSIDE = "幸福花园", "江湾一号"
HEADS = [CHINESE[column] for column in Field]

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英建华文玲志红玉兰"
_FLOORS = (2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16)

Row = dict[Field, str]
Place = tuple[str, str, str, str]


@dataclass
class _Invention:
    """Hands out names and numbers in a fixed order."""

    chance: random.Random = field(default_factory=lambda: random.Random(20260101))  # noqa: S311  the same every time
    mobiles: int = 0
    landlines: int = 0

    def name(self) -> str:
        return self.chance.choice(_SURNAMES) + "".join(self.chance.sample(_GIVEN, self.chance.choice((1, 2, 2))))

    def mobile(self) -> str:
        self.mobiles += 1
        return f"1380000{1000 + self.mobiles}"

    def landline(self, project: str) -> str:
        self.landlines += 1
        area = "021" if project == HAPPINESS else "0571"
        return f"{area}-5555{1000 + self.landlines}"


def homes() -> Iterator[Place]:
    """All homes: three buildings of two units by the garden, three towers without units by the river."""
    for building in (1, 2, 3):
        for unit in (1, 2):
            for floor in _FLOORS:
                for door in (1, 2):
                    yield HAPPINESS, f"{building}号楼", f"{unit}单元", f"{floor}{door:02d}"
    for building in (1, 2, 3):
        for floor in range(1, 13):
            for door in (1, 2, 3, 4):
                yield RIVERSIDE, f"{building}幢", "", f"{floor}{door:02d}"


def residents() -> list[Row]:
    """One row for each person in each home; the hand-made cases first, in the homes the guides speak of."""
    invention = _Invention()
    cases = _cases()
    taken = {_place_of(row) for row in cases}
    rows = list(cases)
    for place in homes():
        if place not in taken:
            rows += _household(place, invention)
    order = {place: number for number, place in enumerate(homes())}
    return sorted(rows, key=lambda row: order[_place_of(row)])


def _place_of(row: Row) -> Place:
    return row[Field.PROJECT], row[Field.BUILDING], row.get(Field.UNIT, ""), row[Field.HOME]


def _household(place: Place, invention: _Invention) -> list[Row]:
    chance = invention.chance
    occupancy = chance.choices(("自住", "出租", "空置", "未收楼"), (62, 14, 16, 8))[0]
    name = invention.name()
    owner = _row(place, name, "业主", invention.mobile(), occupancy)
    if chance.random() < 0.4:
        owner[Field.SALUTATION] = name[0] + chance.choice(("女士", "先生"))
    if chance.random() < 0.6:
        owner[Field.BIRTHDAY] = f"{chance.randint(1945, 2000)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        owner[Field.LUNAR] = "是" if chance.random() < 0.3 else "否"
        owner[Field.CARE_CONSENT] = "是" if chance.random() < 0.7 else "否"
    if chance.random() < 0.15:
        owner[Field.NUMBERS] += "；" + invention.landline(place[0])
    rows = [owner]
    if occupancy == "自住" and chance.random() < 0.35:
        rows.append(_row(place, invention.name(), chance.choice(("家属", "共有人")), invention.mobile(), occupancy, 2))
    if occupancy == "出租":
        rows.append(_row(place, invention.name(), "租户", invention.mobile(), occupancy))
        owner[Field.CONTACT_ORDER] = "2"
    return rows


def _row(place: Place, name: str, role: str, numbers: str, occupancy: str, order: int = 1, **more: str) -> Row:
    project, building, unit, home = place
    row = {
        Field.PROJECT: project,
        Field.BUILDING: building,
        Field.UNIT: unit,
        Field.HOME: home,
        Field.OCCUPANCY: occupancy,
        Field.NAME: name,
        Field.ROLE: role,
        Field.NUMBERS: numbers,
        Field.CONTACT_ORDER: str(order),
    }
    return row | {Field(column): value for column, value in more.items()}


def _cases() -> list[Row]:
    """People who show what a hotline has to cope with."""
    garden, river = HAPPINESS, RIVERSIDE
    li = (garden, "3号楼", "2单元", "1502")
    shared = (garden, "3号楼", "2单元", "1501")
    let = (garden, "2号楼", "1单元", "801")
    kept = (garden, "1号楼", "2单元", "602")
    many = "13800000006"
    return [
        _row(li, "李芳", "业主", "13800000001；021-55550001", "自住", salutation="李女士", birthday="1975-08-15",
             lunar="否", care_consent="是", email="lifang@example.com"),
        _row((garden, "3号楼", "1单元", "502"), "陈建华", "业主", "13800000002", "空置", salutation="陈先生"),
        _row((garden, "2号楼", "2单元", "1601"), "何婉仪", "业主", "+852 9123 4567", "未收楼", salutation="何小姐"),
        _row((river, "1幢", "", "1201"), "Emily Carter", "业主", "+1 212 555 0142", "空置", language="英文",
             salutation="Ms Carter", email="emily@example.com"),
        _row((garden, "1号楼", "1单元", "202"), "王桂英", "业主", "55550002", "自住", salutation="王奶奶",
             special_care="独居，需电话确认安全", birthday="1941-12-08", lunar="是", care_consent="是"),
        _row(shared, "张磊", "业主", "13800000003", "自住", salutation="张先生"),
        _row(shared, "周静", "家属", "13800000003", "自住", 2, salutation="周女士"),
        _row((garden, "1号楼", "1单元", "1001"), "赵志强", "业主", many, "出租", 2, salutation="赵先生"),
        _row((garden, "1号楼", "1单元", "1001"), "孙悦", "租户", "13800000007", "出租"),
        _row((garden, "1号楼", "1单元", "1002"), "赵志强", "业主", many, "空置", salutation="赵先生"),
        _row((river, "2幢", "", "803"), "赵志强", "业主", many, "未收楼", salutation="赵先生"),
        _row(let, "郭文", "业主", "+44 7400 123456", "出租", 2),
        _row(let, "Daniel Meyer", "租户", "13800000004", "出租", language="英文", salutation="Mr Meyer"),
        _row(kept, "林玉兰", "业主", "+886 912 345 678", "空置", 2, salutation="林女士"),
        _row(kept, "林国栋", "代管人", "13800000005", "空置"),
        _row((river, "3幢", "", "101"), "徐明", "业主", "0571-55550003转801", "自住", salutation="徐先生"),
        _row((river, "1幢", "", "302"), "马红", "业主", "13800000008", "自住", special_care="行动不便，需上门",
             salutation="马女士", birthday="8月15日", lunar="是", care_consent="是"),
        _row((river, "2幢", "", "1004"), "吴洋", "业主", "+61 412 345 678", "空置",
             birthday="1983-02-20", care_consent="是"),
    ]  # fmt: skip


def write_rosters() -> None:
    """One as an office keeps it (.xlsx with a title and merged cells), one as another system writes it (.csv)."""
    rows = residents()
    ROSTERS.mkdir(exist_ok=True)
    with (ROSTERS / "riverside_one.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADS)
        writer.writerows([row.get(column, "") for column in Field] for row in rows if row[Field.PROJECT] == RIVERSIDE)
    with xlsxwriter.Workbook(str(ROSTERS / "happiness_garden.xlsx")) as book:
        sheet = book.add_worksheet("业主名册")
        bold = book.add_format({"bold": True})
        sheet.merge_range(0, 0, 0, len(HEADS) - 1, "幸福花园业主名册（演示数据，人物均为虚构）", bold)
        sheet.write_row(2, 0, HEADS, bold)
        garden = [row for row in rows if row[Field.PROJECT] == HAPPINESS]
        sheet.merge_range(3, 0, 2 + len(garden), 0, HAPPINESS)
        for number, row in enumerate(garden, 3):
            sheet.write_row(number, 1, [row.get(column, "") for column in list(Field)[1:]])


if __name__ == "__main__":
    write_rosters()
