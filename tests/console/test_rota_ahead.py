"""The next ninety days of the rota: holes are red, everybody sees what they carry."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from base.database import transaction
from console.rota_ahead import hours
from console.words import say
from directory.models import Project, Staff
from oncall.actions.leave import write_leave
from oncall.ladder import Post
from oncall.models import LeaveKind, Shift
from tests import make
from tests.console.conftest import EVENING, LogIn
from tests.console.evening import Evening


def section(page: str, project: int) -> str:
    return page.split(f'id="p-{project}"')[1].split("</article>", maxsplit=1)[0]


def test_ninety_days_show_their_holes_and_who_carries_what(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        project = session.get(Project, evening.home_project)
        second = session.get(Staff, evening.staff["second"])
        make.a_shift(session, project, second, Post.FIRST, EVENING + timedelta(days=46), hours=24 * 45)
    here = section(logged_in("agent").get("/oncall/ahead").text, evening.home_project)
    assert here.count('<td class="num is-gap">') == 2, "the morning before the first, and the morning after"
    assert "1/1" in here
    assert say("ahead.holiday", "zh") in here
    row = here.split(f'<th scope="row">{second.name}</th>')[1].split("</tr>")[0]
    assert 'value="100"' in row
    assert here.index(second.name) < here.index("周建国"), "the heaviest load first"


def test_two_at_once_are_named(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        project = session.get(Project, evening.home_project)
        second = session.get(Staff, evening.staff["second"])
        make.a_shift(session, project, second, Post.FIRST, EVENING, hours=1)
    here = section(logged_in("admin").get("/oncall/ahead").text, evening.home_project)
    assert f"周建国 和 {second.name} 同时是一值" in here
    assert f"{second.name} 同时是二值和一值" in here


def test_a_project_without_a_rota_is_worth_nothing_and_says_so(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        session.execute(delete(Shift).where(Shift.project_id == evening.other_project))
    there = section(logged_in("admin").get("/oncall/ahead").text, evening.other_project)
    assert say("ahead.none", "zh") in there
    assert say("ahead.score", "zh", n=0) in there


def test_staff_of_a_project_see_that_project(logged_in: LogIn, evening: Evening) -> None:
    page = logged_in("agent").get("/oncall/ahead").text
    assert f'id="p-{evening.home_project}"' in page
    assert f'id="p-{evening.other_project}"' not in page


def test_the_map_shows_each_persons_days_their_nights_and_their_leave(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        project = session.get(Project, evening.home_project)
        second = session.get(Staff, evening.staff["second"])
        make.a_shift(session, project, second, Post.FIRST, EVENING + timedelta(days=3), hours=4)
        write_leave(
            session, staff_id=second.id, kind=LeaveKind.ANNUAL, starts_at=EVENING + timedelta(days=5),
            ends_at=EVENING + timedelta(days=8), note="", by_id=None, at=EVENING,
        )  # fmt: skip
    here = section(logged_in("agent").get("/oncall/ahead").text, evening.home_project)
    row = here.split('class="loadmap"')[1].split(f'<th scope="row">{second.name}</th>')[1].split("</tr>")[0]
    cells = [cell.split('"')[0] for cell in row.split('<td class="')[1:]]
    assert len(cells) == 90
    assert cells[3] == "load load--2 load--night"
    assert cells[4] == "load load--0"
    assert [place for place, cell in enumerate(cells) if cell.endswith("load--away")] == [6, 7, 8]


@pytest.mark.parametrize(("missing", "said"), [(24.0, "24"), (7.5, "7.5"), (16.55, "16.5"), (0.02, "0.1")])
def test_missing_hours_are_said_without_idle_digits(missing: float, said: str) -> None:
    assert hours(missing) == said
