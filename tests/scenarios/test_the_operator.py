"""The operator asks the installation how it is."""

import re

from rq import Worker
from rq.serializers import JSONSerializer
from sqlalchemy import select

from base import clock
from base.access import Role
from base.queue import Lane
from directory.models import Staff
from hotline.actions import editions
from hotline.menubook import MENUS
from hotline.models import MenuPublication
from tests.make import a_member_of_staff
from tests.scenarios.conftest import GARDEN_NUMBER, Estate
from tests.town import Town


def doctor(town: Town) -> tuple[int, list[str]]:
    """The exit code, and a line for each thing looked at."""
    with town.app.app_context():
        result = town.app.test_cli_runner().invoke(args=["doctor"])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result.exit_code, [line for line in result.stdout.splitlines() if line[:2] in {"ok", "!!"}]


def test_the_doctor_says_of_each_thing_whether_it_is_well(town: Town, estate: Estate) -> None:
    town.advance(20)
    code, lines = doctor(town)
    assert code == 1, "no worker process works in this town"
    assert [line for line in lines if line.startswith("!!")] == [line for line in lines if "worker" in line]
    assert len(lines) == 15
    hints = town.app.extensions["hints"]
    for lane in Lane:
        Worker([hints.queue(lane)], connection=hints.connection, serializer=JSONSerializer).register_birth()
    assert doctor(town)[0] == 0
    with town.at_desk() as session:
        for above in session.scalars(select(Staff).where(Staff.project_id.is_(None))):
            above.is_active = False
    assert [line for line in doctor(town)[1] if line.startswith("!!")] == [
        "!!  headquarters 总部: 没有人看得到直达总部的投诉，请添加不属于任何项目的员工 / "
        "nobody would see a complaint to headquarters; add staff without a project"
    ]


def test_the_doctor_finds_what_is_broken(town: Town, estate: Estate) -> None:
    town.advance(20)
    town.sandbox.ask("DELETE", "")
    with town.queue_away():
        _code, lines = doctor(town)
    broken = {line.split("  ", 1)[1] for line in lines if line.startswith("!!")}
    assert any("queue" in line and "does not answer" in line for line in broken)
    assert any(GARDEN_NUMBER in line for line in broken)
    with town.database_away():
        code, lines = doctor(town)
    assert code == 1
    assert any("database" in line and line.startswith("!!") for line in lines)
    for line in [*broken, *(line for line in lines if line.startswith("!!"))]:
        fault = line.split(": ", 1)[1]
        assert re.search(r"[\u3400-\u9fff].* / .*[a-z]{3}", fault), "every fault is told in both languages"


def test_the_doctor_names_the_line_of_published_menus_that_this_release_cannot_follow(
    town: Town, estate: Estate
) -> None:
    old = (MENUS / "repair.yaml").read_text("utf-8").replace("@report", "@old")
    with town.at_desk() as session:
        director = a_member_of_staff(session, "周总", "+8613900000077", Role.DIRECTOR)
        made = editions.write_draft(session, {"repair.yaml": old}, director, at=clock.now())
        session.add(MenuPublication(edition_id=made.id, after_id=0, publisher_id=director.id, published_at=clock.now()))
    line = next(line for line in doctor(town)[1] if "menus" in line)
    assert line.startswith("!!  menus 语音菜单: ")
    assert "cannot follow" in line
    at = old[: old.index("@old")].count("\n") + 1
    assert re.search(rf"repair\.yaml:{at}: .* / dead end", line)
