"""An empty roster sheet with the columns, an example, and drop-downs."""

from pathlib import Path

import xlsxwriter

from directory.columns import CHINESE, LANGUAGES, NEEDED, OCCUPANCIES, ROLES, Field, Words

_EXAMPLE = {
    Field.PROJECT: "幸福花园",
    Field.BUILDING: "3号楼",
    Field.UNIT: "2单元",
    Field.HOME: "1502",
    Field.OCCUPANCY: "自住",
    Field.NAME: "李芳（示例，请删去本行）",
    Field.SALUTATION: "李女士",
    Field.ROLE: "业主",
    Field.NUMBERS: "13800138000；021-62345678",
    Field.LANGUAGE: "中文",
    Field.BIRTHDAY: "1975-08-15",
    Field.LUNAR: "否",
    Field.SPECIAL_CARE: "",
    Field.CARE_CONSENT: "是",
    Field.EMAIL: "lifang@example.com",
    Field.CONTACT_ORDER: "1",
}
_LAST_ROW = 100_000


def write_template(path: Path) -> None:
    """Write the sheet to `path` (.xlsx). Every column is text: no number loses its digits. Raises `OSError`."""
    with path.open("wb") as file, xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("名册 roster")
        text = book.add_format({"num_format": "@"})
        needed = book.add_format({"bold": True, "bg_color": "#FCE4D6", "border": 1})
        optional = book.add_format({"bold": True, "bg_color": "#E2EFDA", "border": 1})
        for place, column in enumerate(Field):
            star = "*" if column in NEEDED else ""
            sheet.set_column(place, place, 16, text)
            sheet.write_string(0, place, CHINESE[column] + star, needed if star else optional)
            sheet.write_string(1, place, _EXAMPLE[column], text)
            if choices := _choices(column):
                sheet.data_validation(1, place, _LAST_ROW, place, {"validate": "list", "source": choices})
        sheet.freeze_panes(1, 0)


def _choices(column: Field) -> list[str]:
    words: dict[Field, Words] = {Field.OCCUPANCY: OCCUPANCIES, Field.ROLE: ROLES, Field.LANGUAGE: LANGUAGES}
    if column in (Field.LUNAR, Field.CARE_CONSENT):
        return ["是", "否"]
    return [word.split()[0] for word in words[column].shown] if column in words else []
