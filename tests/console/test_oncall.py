"""The page of who is on duty."""

from datetime import timedelta

from base.database import transaction
from console.words import say
from directory.models import Project, Staff
from oncall.ladder import Post
from oncall.models import Drill, DrillOutcome
from tests import make
from tests.console.conftest import EVENING, LogIn, later
from tests.console.evening import Evening


def section(page: str, project: int) -> str:
    return page.split(f'id="p-{project}"')[1].split("</article>", maxsplit=1)[0]


def test_each_project_names_its_first_and_second(logged_in: LogIn, evening: Evening) -> None:
    here = section(logged_in("agent").get("/oncall").text, evening.home_project)
    assert here.index("一值") < here.index("周建国") < here.index("二值") < here.index("何磊")


def test_a_post_that_nobody_holds_is_red_and_names_the_stand_in(logged_in: LogIn, evening: Evening) -> None:
    there = section(logged_in("admin").get("/oncall").text, evening.other_project)
    row = there.split('<tr class="is-gap">')[1].split("</tr>")[0]
    assert say("duty.nobody", "zh") in row
    assert say("duty.stand_in", "zh", who="陈刚") in row


def test_the_next_change_and_the_gaps_of_the_week(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        project = session.get(Project, evening.home_project)
        other = session.get(Staff, evening.staff["second"])
        make.a_shift(session, project, other, Post.FIRST, later(days=1), hours=12)
    later(days=-1)
    here = section(logged_in("agent").get("/oncall").text, evening.home_project)
    first = here.split("一值")[1].split("</tr>")[0]
    assert "11月23日 07:30" in first
    assert "何磊" in first
    gaps = here.split('class="gaps"')[1]
    assert say("oncall.gap", "zh", since="11月24日 07:30", until="11月29日 19:30") in gaps


def test_the_duty_changes_with_the_clock(logged_in: LogIn, evening: Evening) -> None:
    later(hours=13)
    here = section(logged_in("agent").get("/oncall").text, evening.home_project)
    assert '<tr class="is-gap">' in here
    assert EVENING.hour == 19


def test_staff_of_a_project_see_that_project(logged_in: LogIn, evening: Evening) -> None:
    page = logged_in("agent").get("/oncall").text
    assert f'id="p-{evening.home_project}"' in page
    assert f'id="p-{evening.other_project}"' not in page


def test_whoever_is_on_duty_is_so_until_a_moment_and_a_stand_in_until_nobody_knows_when(
    logged_in: LogIn, evening: Evening
) -> None:
    page = logged_in("admin").get("/oncall").text
    first = section(page, evening.home_project).split("一值")[1].split("</tr>")[0]
    assert say("oncall.until", "zh", at="11月23日 07:30") in first
    gap = section(page, evening.other_project).split('<tr class="is-gap">')[1].split("</tr>")[0]
    assert "到 " not in gap


def test_past_drills_stand_on_the_page_with_their_minutes_for_their_own_project(
    logged_in: LogIn, evening: Evening
) -> None:
    with transaction() as session:
        for project_id, minutes, key in ((evening.home_project, 2.5, "here"), (evening.other_project, 7, "there")):
            session.add(
                Drill(
                    project_id=project_id, once_key=key, outcome=DrillOutcome.TAKEN, started_at=EVENING,
                    taken_at=EVENING + timedelta(minutes=minutes), taken_by_id=evening.staff["technician"],
                )
            )  # fmt: skip
        session.add(
            Drill(
                project_id=evening.home_project, once_key="left out", outcome=DrillOutcome.SKIPPED, started_at=EVENING
            )
        )
    agent, admin = logged_in("agent").get("/oncall").text, logged_in("admin").get("/oncall").text
    assert "2.5 分钟" in agent
    assert say("drill.skipped", "zh") in agent
    assert "7.0 分钟" not in agent
    assert "7.0 分钟" in admin


def test_the_ladders_stand_there_as_a_picture_with_their_times(logged_in: LogIn, evening: Evening) -> None:
    for lang, words in (("zh", ("马上", "10分钟", "一值")), ("en", ("at once", "10 min", "First"))):
        page = logged_in("agent").get(f"/oncall?lang={lang}").text
        picture = page.split('id="ladders"')[1].split("<svg", maxsplit=1)[1].split("</svg>")[0]
        for said in words:
            assert said in picture, (lang, said)
