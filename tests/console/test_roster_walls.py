"""A list of residents stays within the project of whoever brought it."""

import csv
import io

from sqlalchemy import select

from base.database import reading, transaction
from console.roster import jobs
from directory.models import Person, Project
from tests import make
from tests.console.conftest import LogIn
from tests.console.evening import Evening
from tests.console.rosters import (
    CHEN,
    HERE,
    LI,
    WANG,
    brings,
    count_of,
    names_of,
    sends,
)
from tests.directory.sheets import HEADS


def test_a_project_brings_its_own_rows_only(logged_in: LogIn, evening: Evening) -> None:
    client = logged_in("manager")
    elsewhere = ["滨江花园", *LI[1:]]
    where = brings(client, elsewhere, CHEN, ["从未有过的小区", *WANG[1:]])
    jobs.work()
    page = client.get(where).text
    assert (count_of(page, "new"), count_of(page, "refused")) == (1, 2)
    assert "您只负责“幸福里小区”" in page
    client.sends(f"{where}/start")
    jobs.work()
    assert names_of(LI, CHEN, WANG) == {"陈明"}
    with reading() as session:
        assert session.scalar(select(Project.id).where(Project.name == "从未有过的小区")) is None


def test_a_project_is_called_by_its_name_in_the_language_of_the_reader(logged_in: LogIn, evening: Evening) -> None:
    client = logged_in("manager")
    brings(client, LI)
    for words, name, other in (("en", "Happiness Garden", HERE), ("zh", HERE, "Happiness Garden")):
        page = client.get(f"/roster?lang={words}").text
        assert page.count(name) == 2, "above the form and in the list"
        assert other not in page
    assert "Happiness Garden" in logged_in("director").get("/oncall/skills?lang=en").text


def test_who_lives_elsewhere_too_is_tied_but_not_changed(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        other = session.get_one(Project, evening.other_project)
        make.an_owner(session, make.a_home(session, other, "1-1-0101"), "+8613800138001", "李芳", "李博士")
    heads = [*HEADS, "称呼", "节日祝福"]
    text = io.StringIO()
    csv.writer(text).writerows([heads, [*LI[:5], "13800138001；13800138009", "李女士", "是"]])
    client = logged_in("manager")
    where = str(sends(client, text.getvalue().encode()).location)
    jobs.work()
    client.sends(f"{where}/start")
    jobs.work()
    assert "1 人在别的项目也有房屋" in client.get(where).text
    with reading() as session:
        person = session.scalars(select(Person).where(Person.name == "李芳")).one()
        assert person.salutation == "李博士"
        assert [number.number for number in person.numbers] == ["+8613800138001"]
        assert {contact.home.building.project.name for contact in person.contacts} == {HERE, "滨江花园"}


def test_nobody_sees_or_moves_the_import_of_others(logged_in: LogIn, evening: Evening) -> None:
    admin, manager = logged_in("admin"), logged_in("manager")
    where = brings(admin, LI)
    jobs.work()
    for answer in (manager.get(where), manager.get(f"{where}/state"), *(
        manager.sends(f"{where}/{press}") for press in ("start", "retry", "drop", "refused")
    )):  # fmt: skip
        assert answer.status_code == 404
    assert f'href="{where}"' not in manager.get("/roster").text
    assert f'href="{where}"' in admin.get("/roster").text
    assert logged_in("director").get("/roster").status_code == 403


def test_a_new_project_is_told_before_it_is_made(logged_in: LogIn, evening: Evening) -> None:
    client = logged_in("admin")
    where = brings(client, ["幸福里小曲", *LI[1:]])
    jobs.work()
    assert "会新建项目：幸福里小曲" in client.get(where).text
