"""A roster goes in once: again changes nothing, changes are seen, nobody vanishes by accident."""

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from base.database import Database
from directory import actions
from directory.consent import Choice
from directory.importing import Report, Wish, import_roster, quoted
from directory.models import Consent, Contact, Home, Number, Occupancy, Person, Project
from directory.roster import Rules
from tests.directory.sheets import CHEN, HEADS, LI, write_csv

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
RULES = Rules(date(2026, 11, 22), area_code="021", own_numbers=frozenset({"+864008001234"}))

FOR_REAL = Wish()

Import = Callable[..., Report]


@pytest.fixture
def database(app: Flask) -> Database:
    return app.extensions["database"]


@pytest.fixture
def imports(database: Database, tmp_path: Path) -> Import:
    """Writes the rows to a file and imports it."""

    def run(*rows: list[Any], wish: Wish = FOR_REAL, at: datetime = AT) -> Report:
        return import_roster(database, write_csv(tmp_path / "roster.csv", *rows), RULES, wish, at=at)

    return run


def told(report: Report) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, report.refused


def count(database: Database, table: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_same_file_again_changes_nothing(database: Database, imports: Import) -> None:
    assert told(imports(HEADS, LI, CHEN)) == (2, 0, 0, 0)
    before = [count(database, table) for table in (Project, Home, Person, Number, Contact)]
    assert told(imports(HEADS, LI, CHEN)) == (0, 0, 2, 0)
    assert [count(database, table) for table in (Project, Home, Person, Number, Contact)] == before == [1, 2, 2, 2, 2]


def test_an_imported_owner_is_recognised(database: Database, imports: Import) -> None:
    imports(HEADS, [*LI[:5], "13800138000；62345678"])
    with database.reading() as session:
        caller = actions.who_calls(session, "+862162345678")
        assert [person.name for person in caller.people] == ["李芳"]
        assert actions.place_of(caller.homes[0]) == "3号楼2单元1502室"
        assert actions.find_home(session, caller.homes[0].building.project_id, "3", "2", "1502") is caller.homes[0]
        assert caller.homes[0].building.project.area_code == ""


def test_a_changed_row_updates(database: Database, imports: Import) -> None:
    heads = [*HEADS, "称呼", "入住状态", "角色", "语言", "生日", "特别关怀", "联系顺序"]
    imports(heads, [*LI, "", "自住", "", "", "", "", ""])
    changed = [*LI, "李女士", "空置", "共有人", "英文", "8月15日", "需电话确认安全", "2"]
    assert told(imports(heads, changed)) == (0, 1, 0, 0)
    assert told(imports(heads, changed)) == (0, 0, 1, 0)
    with database.reading() as session:
        (contact,) = actions.who_calls(session, "+8613800138000").contacts
        person = contact.person
        assert (contact.role, contact.place, contact.home.occupancy) == ("co_owner", 2, Occupancy.VACANT)
        assert (person.salutation, person.language, person.birth_month) == ("李女士", "en", 8)
        assert person.special_care == "需电话确认安全"


def test_a_column_that_is_not_there_changes_nothing(database: Database, imports: Import) -> None:
    imports([*HEADS, "称呼", "角色", "联系顺序"], [*LI, "李女士", "代管人", "3"])
    assert told(imports(HEADS, LI)) == (0, 0, 1, 0)


def test_a_new_number_is_a_change_not_a_new_person(database: Database, imports: Import) -> None:
    imports(HEADS, LI)
    assert told(imports(HEADS, [*LI[:5], "13700137000；13800138000"])) == (0, 1, 0, 0)
    assert told(imports(HEADS, [*LI[:5], "13700137000"])) == (0, 1, 0, 0)
    assert count(database, Person) == 1
    with database.reading() as session:
        assert actions.who_calls(session, "+8613800138000").is_unknown
        assert not actions.who_calls(session, "+8613700137000").is_unknown


def test_one_person_in_several_homes_is_one_person(database: Database, imports: Import) -> None:
    second = [*LI[:3], "1702", *LI[4:]]
    assert told(imports(HEADS, LI, second)) == (2, 0, 0, 0)
    assert (count(database, Person), count(database, Contact)) == (1, 2)
    assert told(imports(HEADS, second, LI)) == (0, 0, 2, 0)


def test_one_number_may_belong_to_several_people(database: Database, imports: Import) -> None:
    imports(HEADS, LI, [*LI[:4], "李军", LI[5]])
    with database.reading() as session:
        assert len(actions.who_calls(session, "+8613800138000").people) == 2


def test_namesakes_without_a_number_are_different_people(database: Database, imports: Import) -> None:
    rows = ([*LI[:5], ""], [*CHEN[:4], "李芳", ""])
    imports(HEADS, *rows)
    assert count(database, Person) == 2
    assert told(imports(HEADS, *rows)) == (0, 0, 2, 0)


@pytest.mark.parametrize(("only", "taken"), [("", 2), ("幸福花园", 1), ("滨江花园", 1), ("别处", 0)])
def test_rows_of_other_projects_are_refused_where_only_one_is_served(
    database: Database, tmp_path: Path, only: str, taken: int
) -> None:
    path = write_csv(tmp_path / "roster.csv", HEADS, LI, ["滨江花园", *CHEN[1:]])
    report = import_roster(database, path, replace(RULES, only=only), FOR_REAL, at=AT)
    assert (report.new, report.refused) == (taken, 2 - taken)
    assert {one.column for one in report.refusals} <= {"项目"}
    assert count(database, Project) == taken


def test_what_other_projects_have_does_not_vanish_when_one_imports(database: Database, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "roster.csv", HEADS, LI, ["滨江花园", *CHEN[1:]])
    import_roster(database, path, RULES, FOR_REAL, at=AT)
    path = write_csv(tmp_path / "roster.csv", HEADS, LI)
    ours, theirs = (
        import_roster(database, path, replace(RULES, only=name), Wish(ends_missing=True), at=AT)
        for name in ("幸福花园", "滨江花园")
    )
    assert (ours.vanished, theirs.vanished) == ([], [])


def test_a_project_that_was_not_there_is_named(imports: Import) -> None:
    assert imports(HEADS, LI, wish=Wish(is_dry_run=True)).new_projects == ("幸福花园",)
    assert imports(HEADS, LI).new_projects == ("幸福花园",)
    assert imports(HEADS, LI).new_projects == ()


def test_a_tried_import_stores_nothing(database: Database, imports: Import) -> None:
    assert told(imports(HEADS, LI, CHEN, wish=Wish(is_dry_run=True))) == (2, 0, 0, 0)
    assert count(database, Project) == count(database, Person) == 0


def test_who_vanished_is_listed_and_ended_only_on_request(database: Database, imports: Import) -> None:
    imports(HEADS, LI, CHEN)
    report = imports(HEADS, LI)
    assert [contact.name for contact in report.vanished] == ["陈明"]
    assert report.ended == 0
    report = imports(HEADS, LI, wish=Wish(is_dry_run=True, ends_missing=True))
    assert report.ended == 0
    assert imports(HEADS, LI, wish=Wish(ends_missing=True)).ended == 1
    with database.reading() as session:
        assert actions.who_calls(session, "+8613900139000").is_unknown
    assert imports(HEADS, LI, wish=Wish(ends_missing=True)).vanished == []
    assert told(imports(HEADS, LI, CHEN)) == (0, 1, 1, 0)
    with database.reading() as session:
        assert not actions.who_calls(session, "+8613900139000").is_unknown


def test_another_project_is_none_of_this_file(imports: Import) -> None:
    imports(HEADS, LI, ["江湾一号", *CHEN[1:]])
    assert imports(HEADS, LI).vanished == []


def test_a_refused_row_does_not_make_anybody_vanish(imports: Import) -> None:
    imports(HEADS, LI, CHEN)
    report = imports(HEADS, LI, [*CHEN[:5], "123"], wish=Wish(ends_missing=True))
    assert (report.refused, report.ended, report.vanished) == (1, 0, [])
    report = imports(HEADS, LI, [*CHEN[:3], "", *CHEN[4:]], wish=Wish(ends_missing=True))
    assert (report.refused, report.ended, report.unsafe_projects) == (1, 0, ("幸福花园",))


def test_refused_rows_say_row_column_what_was_read_and_what_to_do(database: Database, imports: Import) -> None:
    heads = [*HEADS, "生日"]
    report = imports(
        heads, [*LI, ""], [*CHEN[:5], "=cmd|'/c calc'!A0", "02-30"], ["幸福花园", "", "", "", "@SUM(1)", "", ""]
    )
    assert told(report) == (1, 0, 0, 2)
    assert report.errors_path is not None
    with report.errors_path.open(encoding="utf-8-sig", newline="") as file:
        head, *lines = csv.reader(file)
    assert len(head) == 5
    assert [line[:3] for line in lines] == [
        ["3", "电话", "'=cmd|'/c calc'!A0"],
        ["3", "生日", "02-30"],
        ["4", "楼栋", ""],
        ["4", "房号", ""],
    ]
    assert all(line[3] and line[4] for line in lines)
    assert told(imports(HEADS, LI)) == (0, 0, 1, 0)
    assert not report.errors_path.exists()


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_cells_a_spreadsheet_would_run_are_quoted(cell: str) -> None:
    assert quoted(cell) == "'" + cell


def test_plain_cells_are_left_alone() -> None:
    assert [quoted(cell) for cell in ("", "138", "李芳", "a=b")] == ["", "138", "李芳", "a=b"]


def test_rows_that_disagree_are_refused(imports: Import) -> None:
    heads = [*HEADS, "称呼", "入住状态"]
    report = imports(
        heads,
        [*LI, "李女士", "自住"],
        [*LI, "李女士", "自住"],
        [*LI[:3], "1702", *LI[4:], "李先生", "自住"],
        [*LI[:4], "李军", "13700137000", "", "空置"],
    )
    assert told(report) == (1, 0, 0, 3)


def test_ours_and_withheld_numbers_are_refused(database: Database, imports: Import) -> None:
    for number in ("400-800-1234", "+266696687", "+86282452253", "119", "12345"):
        assert told(imports(HEADS, [*LI[:5], number])) == (0, 0, 0, 1)
    assert count(database, Person) == 0


def wants(database: Database) -> bool:
    with database.reading() as session:
        return not actions.refused(session, "+8613800138000", "care")


def test_a_list_gives_and_takes_back_consent_to_greetings(database: Database, imports: Import) -> None:
    heads = [*HEADS, "节日祝福"]
    imports(heads, [*LI, "是"])
    assert wants(database)
    imports(heads, [*LI, "是"])
    imports(HEADS, LI)
    assert count(database, Consent) == 1
    imports(heads, [*LI, ""], at=AT + timedelta(days=1))
    assert not wants(database)
    imports(heads, [*LI, "否"], at=AT + timedelta(days=2))
    assert count(database, Consent) == 2
    imports(heads, [*LI, "是"], at=AT + timedelta(days=3))
    assert wants(database)


def test_a_list_never_overrides_a_persons_own_word(database: Database, imports: Import) -> None:
    heads = [*HEADS, "节日祝福"]
    imports(heads, [*LI, "是"])
    with database.transaction() as session:
        actions.record_choice(
            session, "+8613800138000", Choice.OPT_OUT, at=AT + timedelta(days=1), channel="text", words="R"
        )
    for day, word in enumerate(("是", "否", "是"), 2):
        imports(heads, [*LI, word], at=AT + timedelta(days=day))
        assert not wants(database)


def test_a_family_that_shares_a_phone_and_disagrees_is_left_in_peace(database: Database, imports: Import) -> None:
    heads = [*HEADS, "节日祝福"]
    rows = ([*LI, "是"], [*LI[:4], "李军", LI[5], "否"])
    imports(heads, *rows)
    assert not wants(database)
    imports(heads, *rows)
    assert count(database, Consent) == 0


def test_many_rows_go_in_in_pieces(database: Database, imports: Import) -> None:
    rows = [[*LI[:3], str(1000 + n), f"业主{n}", str(13800000000 + n)] for n in range(1100)]
    assert told(imports(HEADS, *rows)) == (1100, 0, 0, 0)
    assert told(imports(HEADS, *reversed(rows))) == (0, 0, 1100, 0)
