"""What the auditor finds stands red on the desk, with what to do, for whoever may see it."""

from datetime import timedelta

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import delete

from base.database import transaction
from base.pulse import beat
from console.watching import faults
from console.words import say
from directory.models import Project
from messages.lifecycle import Way
from oncall.audit import AUDITOR, Fault
from oncall.ladder import Post
from oncall.models import Reminder, ReminderState, Shift
from tests.console.conftest import EVENING, LogIn
from tests.console.evening import Evening


def test_an_emergency_past_its_limit_stands_red_with_what_to_do(logged_in: LogIn, evening: Evening) -> None:
    ref = evening.refs["lift"]
    html = logged_in("agent").get("/").text
    assert f'data-alarm="nobody-{ref}"' in html or f'data-alarm="late-{ref}"' in html
    assert say("watch.duty", "zh") in html or say("alarm.open", "zh") in html
    english = logged_in("agent")
    english.get("/?lang=en")
    assert "nobody has taken it in time" in english.get("/?lang=en").text


def test_an_alarm_that_stands_already_is_not_said_twice(logged_in: LogIn, evening: Evening) -> None:
    html = logged_in("agent").get("/").text
    assert f'data-alarm="{evening.refs["alarm"]}"' in html
    assert f'nobody-{evening.refs["alarm"]}"' not in html


def test_what_a_desk_found_a_moment_before_somebody_came_is_not_said_of_what_was_taken(
    logged_in: LogIn, evening: Evening
) -> None:
    desk, ref = logged_in("agent"), evening.refs["alarm"]
    tag = desk.get("/").headers["HX-PTag"]
    desk.sends(f"/tickets/{evening.refs['lift']}/acknowledge")
    tag = desk.get("/board", headers={"HX-PTag": tag}).headers["HX-PTag"]  # it found the alarm, and holds what it found
    assert desk.sends(f"/tickets/{ref}/acknowledge").status_code == 303
    after = desk.get("/board", headers={"HX-PTag": tag})
    assert after.status_code == 200
    assert f'data-alarm="nobody-{ref}"' not in after.text
    assert f'data-alarm="late-{ref}"' not in after.text


def test_a_gap_of_tonight_is_told_to_its_own_project_and_shouts_at_nobody(
    app: Flask, logged_in: LogIn, evening: Evening
) -> None:
    with transaction() as session:
        session.execute(delete(Shift))
        names = {id: session.get_one(Project, id).name for id in (evening.home_project, evening.other_project)}
    here = say("watch.gap", "zh", where=names[evening.home_project])
    there = say("watch.gap", "zh", where=names[evening.other_project])
    agent, admin = logged_in("agent").get("/").text, logged_in("admin").get("/").text
    assert here in agent
    assert there not in agent
    assert here in admin
    assert there in admin
    assert 'data-alarm="gap' not in admin


def test_what_is_another_projects_is_not_told(logged_in: LogIn, evening: Evening) -> None:
    html = logged_in("elsewhere").get("/").text
    assert evening.refs["lift"] not in html


def test_a_step_of_another_sort_says_in_both_languages_where_it_stands_and_what_to_do(
    app: Flask, logged_in: LogIn, evening: Evening
) -> None:
    with transaction() as session:
        project = session.get_one(Project, evening.home_project)
        where = {"zh": project.name, "en": project.name_en or project.name}
        session.add(
            Reminder(
                project_id=project.id, post=Post.FIRST, staff_id=evening.staff["agent"],
                starts_at=EVENING + timedelta(hours=1), ends_at=EVENING + timedelta(hours=2),
                state=ReminderState.AGAIN, way=Way.TEXT, asked_at=EVENING - timedelta(hours=1),
                due_at=EVENING - timedelta(minutes=5), alarm_at=EVENING,
            )
        )  # fmt: skip
    agent = logged_in("agent")
    for language in ("zh", "en"):
        html = agent.get(f"/?lang={language}").text
        assert escape(say("watch.late_reminder", language, where=where[language])) in html
        assert "worker normal" in html
    assert say("watch.late_reminder", "zh", where=where["zh"]) not in logged_in("elsewhere").get("/?lang=zh").text
    [said] = [line for line in faults() if say("watch.late_reminder", "zh", where="")[:4] in line]
    assert "请直接打电话确认" in said
    assert "ring them yourself" in said


@pytest.mark.parametrize("fault", Fault)
def test_whatever_can_be_found_has_its_words(fault: Fault) -> None:
    for key in ("", ".do", ".line", ".many"):
        for language in ("zh", "en"):
            said = say(
                f"watch.{fault.value}{key}", language, where="这里", ref="这里", since="08:00", until="09:00", n=2
            )
            assert said
            assert "{" not in said


def test_a_clock_that_has_stopped_is_said(app: Flask, logged_in: LogIn, evening: Evening) -> None:
    agent = logged_in("agent")
    with transaction() as session:
        beat(session, AUDITOR, at=EVENING - timedelta(minutes=3))
    assert say("watch.silent", "zh") not in agent.get("/").text
    with transaction() as session:
        beat(session, AUDITOR, at=EVENING - timedelta(minutes=3, seconds=1))
    assert say("watch.silent", "zh") in agent.get("/").text


def test_equal_alerts_are_one_card_that_names_each(app: Flask, logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        session.execute(delete(Shift))
        names = [session.get_one(Project, id).name for id in (evening.home_project, evening.other_project)]
    html = logged_in("admin").get("/").text
    assert html.count('id="watch-gap"') == 1
    card = html.split('id="watch-gap"')[1].split("</section>")[0]
    assert say("watch.gap.many", "zh", n=2) in card
    for name in names:
        assert say("watch.gap", "zh", where=name) in card
    assert say("watch.gap.many", "zh", n=2) not in logged_in("agent").get("/").text
