"""A step raises, or a release comes in the middle of a call: words all the same, and a person or a ticket at the end.

The others of their kind: the database and Redis gone in test_the_house_is_dark and in tests/scenarios/
test_things_go_wrong, the carrier's retries (one token, twice) there, webhooks that race in test_told_once.
"""

import pytest
from sqlalchemy import update

from base.database import transaction
from base.wiring import settings as here
from hotline.actions import acts
from hotline.models import Call, Recording
from tests.hotline.conftest import FIRST, OWNER, STRANGER
from tickets.lifecycle import Kind, Level
from tickets.models import Ticket


@pytest.fixture
def breaks(monkeypatch):
    """`breaks(act)`: from now on it raises what nobody thought of."""

    def break_it(act: str) -> None:
        def fails(_turn: object) -> str:
            raise ZeroDivisionError(act)

        monkeypatch.setitem(acts.ACTS, act, fails)

    return break_it


@pytest.fixture
def new_release(app):
    """The menus have changed: the question that every call stands at is called otherwise now."""

    def change(place: str) -> None:
        with transaction() as session:
            for call in session.query(Call):
                session.execute(update(Call).where(Call.id == call.id).values(intake={**call.intake, "place": place}))

    return change


@pytest.mark.parametrize(
    ("act", "keys", "kind", "category"),
    [
        ("@report", ("1", "4"), Kind.REPAIR, ""),
        ("@emergency", ("0",), Kind.HELP, "missed_call"),
        ("@person", ("9",), Kind.HELP, "missed_call"),
        ("@progress", ("5",), Kind.HELP, "missed_call"),
    ],
)
def test_a_step_that_raises_rings_the_duty_phone_and_leaves_a_ticket(
    dials, estate, only, breaks, act, keys, kind, category
):
    breaks(act)
    call = dials(OWNER).presses(*keys).hears("非常抱歉", "一一九", "We are sorry")
    assert call.rung == [here().duty_phone]
    call.nobody_answers().hears("请在滴声后").says_nothing()
    call.hangs_up()
    assert (only(Ticket).kind, only(Ticket).category) == (kind, category)
    assert only(Ticket).caller_number == OWNER


def test_a_step_that_raises_once_goes_on_where_it_stood_when_the_carrier_asks_again(
    dials, estate, only, breaks, monkeypatch
):
    call = dials(OWNER).presses("1")
    path = call.verb.get("action")
    with monkeypatch.context():
        breaks("@report")
        call.presses("4").hears("非常抱歉")
        monkeypatch.undo()
    call.post(path, Digits="4").hears("请在滴声后").says().hears("已受理")
    assert only(Ticket).category == "blockage"


def test_a_question_of_the_release_before_leads_to_the_menu_with_what_was_told(dials, estate, only, new_release):
    call = dials(OWNER).presses("1")
    new_release("repair.of_yesterday")
    call.presses("4").hears("语音菜单刚刚更新", "报修请按1").presses("1", "4").says().hears("已受理")
    assert only(Ticket).category == "blockage"


def test_a_menu_of_the_release_before_is_no_error_either(dials, estate, only, new_release):
    call = dials(STRANGER)
    new_release("yesterday.top")
    call.is_silent().hears("直接按0").presses("0")
    assert call.rung == [FIRST]
    assert only(Ticket).level is Level.P0


@pytest.mark.parametrize(("before", "kind", "level"), [((), Kind.EMERGENCY, Level.P0), (("1",), Kind.REPAIR, Level.P2)])
def test_zero_is_a_person_at_a_question_that_is_no_more(dials, estate, only, new_release, before, kind, level):
    call = dials(OWNER).presses(*before)
    new_release("yesterday.top")
    assert call.presses("0").rung == [FIRST]
    assert (only(Ticket).kind, only(Ticket).level) == (kind, level)


def test_a_message_left_at_a_question_of_the_release_before_is_kept_and_confirmed(dials, estate, only, new_release):
    call = dials(OWNER).presses("1", "4")
    new_release("repair.word")
    call.says().hears("已受理", only_digits(only(Ticket).ref))
    assert only(Recording).ticket_id == only(Ticket).id


def test_whoever_has_a_ticket_when_the_menus_change_gets_a_person(dials, estate, only, new_release):
    call = dials(OWNER).presses("1", "4")
    new_release("repair.word")
    call.says_nothing().hears("正在为您转接人工服务")
    assert call.rung == [FIRST]
    assert only(Ticket).category == "blockage"


def only_digits(ref: str) -> str:
    return " ".join(ref.partition("-")[0])
