"""What people are good at, as tables of values."""

import pytest
from flask.testing import FlaskCliRunner

from oncall.skills import skilled, unknown, wanted
from tickets.lifecycle import Kind

WANG, ZHAO, SUN, LI = 1, 2, 3, 4
PEOPLE = {WANG: ["english"], ZHAO: ["engineering"], SUN: ["lift", "security"], LI: []}


@pytest.mark.parametrize(
    ("kind", "category", "skills"),
    [
        (Kind.REPAIR, "lift", ("lift", "engineering")),
        (Kind.REPAIR, "", ("", "engineering")),
        (Kind.REPAIR, "access", ("access", "security")),
        (Kind.COMPLAINT, "fees", ("fees", "finance")),
        (Kind.COMPLAINT, "", ("", "desk")),
        (Kind.HELP, "person", ("person", "desk")),
        (Kind.HELP, "what no menu of ours says", ("what no menu of ours says", "desk")),
    ],
)
def test_the_branch_of_the_menu_asks_for_a_category_and_its_department(kind, category, skills):
    assert wanted(kind, category) == skills


def test_who_knows_just_that_weighs_more_than_who_knows_its_sort():
    assert skilled(PEOPLE, Kind.REPAIR, "lift") == [{SUN}, {ZHAO}]
    assert skilled(PEOPLE, Kind.COMPLAINT, "fees") == [set(), set()]


def test_a_word_that_means_nothing_is_named():
    assert unknown(["desk", "english", "fire", "juggling"]) == ["juggling"]


def test_skills_are_told_set_and_refused_by_name(runner: FlaskCliRunner) -> None:
    runner.invoke(args=["staff", "add", "张敏", "--number", "13900000001", "--role", "agent"])
    assert "没有" in runner.invoke(args=["staff", "skills", "张敏"]).output
    assert "desk, english" in runner.invoke(args=["staff", "skills", "张敏", "english", "desk"]).output
    assert "desk, english" in runner.invoke(args=["staff", "skills", "张敏"]).output
    refused = runner.invoke(args=["staff", "skills", "张敏", "juggling"])
    assert (refused.exit_code, "juggling" in refused.output) == (1, True)
    assert "没有" in runner.invoke(args=["staff", "skills", "张敏", "--none"]).output
