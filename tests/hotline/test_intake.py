"""What a call has told us, and what it becomes."""

import json

import pytest

from hotline.intake import Intake, Reason, leaves_ticket, missed_report, report
from tickets.lifecycle import Kind


def test_an_intake_survives_the_row():
    intake = Intake(place="repair.category", purpose="repair", homes=(3, 4), passed=(9,), is_shared=True, wrongs=2)
    assert Intake.from_json(json.loads(json.dumps(intake.to_json()))) == intake


def test_fields_of_another_release_are_left_out():
    assert Intake.from_json({"place": "main.top", "of_tomorrow": 1}) == Intake(place="main.top")
    assert Intake.from_json({}) == Intake()


@pytest.mark.parametrize(
    ("intake", "kind", "category", "desk", "is_anonymous"),
    [
        (Intake(), Kind.HELP, "", "", False),
        (Intake(purpose="repair", category="access"), Kind.REPAIR, "access", "", False),
        (Intake(purpose="complaint", to_headquarters=True), Kind.COMPLAINT, "", "HQ", False),
        (Intake(purpose="emergency", to_headquarters=True), Kind.EMERGENCY, "", "", False),
        (Intake(purpose="repair", to_headquarters=True), Kind.REPAIR, "", "", False),
        (Intake(purpose="complaint", is_anonymous=True, category="fees"), Kind.COMPLAINT, "fees", "", True),
        (Intake(purpose="emergency", category="fire"), Kind.EMERGENCY, "fire", "", False),
        (Intake(purpose="nonsense"), Kind.HELP, "", "", False),
    ],
)
def test_what_it_becomes(intake, kind, category, desk, is_anonymous):
    became = report(intake)
    assert (became.kind, became.category, became.owner_desk, became.is_anonymous) == (
        kind,
        category,
        desk,
        is_anonymous,
    )


def test_a_broken_off_call_says_so_and_asks_for_a_call_back():
    assert report(Intake(purpose="repair")).reason is None
    assert missed_report(Intake(purpose="repair")).reason is Reason.BROKEN_OFF
    assert missed_report(Intake()).reason is Reason.MISSED


@pytest.mark.parametrize(
    ("intake", "has_ticket", "is_staff", "leaves"),
    [
        (Intake(), False, False, True),
        (Intake(purpose="repair"), False, False, True),
        (Intake(), True, False, False),
        (Intake(), False, True, False),
        (Intake(purpose="repair"), False, True, True),
        (Intake(purpose="repair"), True, True, False),
        (Intake(is_answered=True), False, False, False),
        (Intake(has_joined=True), False, False, False),
    ],
)
def test_what_leaves_a_ticket(intake, has_ticket, is_staff, leaves):
    assert leaves_ticket(intake, has_ticket=has_ticket, is_staff=is_staff) is leaves


def test_a_fact_is_told_to_a_copy_and_only_where_there_is_room_for_it() -> None:
    before = Intake(purpose="repair", homes=(1,))
    after = before.having(category="leak")
    assert (before.category, after.category, after.purpose, after.homes) == ("", "leak", "repair", (1,))
    with pytest.raises(TypeError, match="categry"):
        before.having(categry="leak")
