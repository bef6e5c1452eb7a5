"""Hash goes back a question, and what was told since is taken back with it."""

import pytest

from base.database import transaction
from hotline.intake import Intake
from hotline.models import Call
from tests.hotline.conftest import OWNER, STRANGER
from tests.make import a_home, a_project
from tickets.lifecycle import Kind, Level
from tickets.models import Ticket


def test_hash_goes_back_a_question(dials, estate):
    call = dials(OWNER).presses("1", "2").hears("有人被困", "返回上一步请按井号")
    call.presses("#").hears("报修服务", "返回上一步请按井号")
    call.presses("#").hears("投诉请按2").never_hears("返回上一步")
    call.presses("2").hears("匿名投诉")


def test_at_the_first_question_it_is_asked_again_and_costs_no_patience(dials, estate, only):
    call = dials(OWNER).presses("7", "7", "#").hears("投诉请按2")
    call.presses("7", "7").hears("没有这个选项", "投诉请按2")
    assert only(Call).intake["wrongs"] == 2


def test_who_goes_back_from_an_unnamed_complaint_is_not_unnamed(dials, estate, only):
    dials(OWNER).presses("2", "1", "#", "3", "2").says()
    ticket = only(Ticket)
    assert (ticket.kind, ticket.category, ticket.caller_number) == (Kind.COMPLAINT, "cleaning", OWNER)


def test_who_goes_back_to_the_first_menu_wants_what_they_choose_then(dials, estate, only):
    dials(OWNER).presses("2", "2", "#", "#", "1", "5", "5").says()
    ticket = only(Ticket)
    assert (ticket.kind, ticket.category, ticket.owner_desk) == (Kind.REPAIR, "other_repair", "")


def test_a_hang_up_after_going_back_is_a_missed_call_and_no_complaint(dials, estate, only):
    dials(OWNER).presses("2", "#").hangs_up()
    assert only(Ticket).kind == Kind.HELP


def test_who_heard_their_progress_has_been_answered_wherever_they_go_back_to(dials, estate, every):
    dials(OWNER).presses("1", "5", "5").says()
    dials(OWNER).presses("5").hears("工单").presses("#").hears("投诉请按2").hangs_up()
    assert len(every(Ticket)) == 1


def test_from_an_emergency_no_key_leads_back(dials, estate, only):
    call = dials(OWNER).presses("0")
    while call.verb.tag == "Dial":
        call.nobody_answers()
    call.hears("电梯困人").never_hears("返回上一步")
    call.presses("#").hears("电梯困人").never_hears("投诉请按2")
    assert (only(Ticket).kind, only(Ticket).level) == (Kind.EMERGENCY, Level.P0)


def test_after_digits_hash_ends_what_is_keyed(dials, estate):
    call = dials(STRANGER).presses("1", "5", "5").hears("楼栋号").never_hears("返回上一步")
    call.presses("3").hears("单元号").presses("2").hears("房号").presses("1502").hears("1502")
    call.presses("#").hears("房号").presses("1502").hears("1502")


def test_the_estate_can_be_chosen_again(dials, estate):
    with transaction() as session:
        a_home(session, a_project(session, "湖畔居"))
    call = dials(STRANGER).hears("请先选择").presses("1").hears("投诉请按2", "返回上一步请按井号")
    call.presses("#").hears("请先选择").never_hears("返回上一步")


def test_english_is_kept_on_the_way_back(dials, estate):
    dials(OWNER).presses("8", "1").hears("To go back, press hash").presses("#").hears("For complaints, press 2")


HERE = Intake(place="c.d", purpose="complaint", is_anonymous=True, silences=1)


@pytest.mark.parametrize(
    ("way", "place", "then"),
    [
        ([], "c.d", []),
        ([], "x.y", []),
        (["a.b", "c.d"], "x.y", ["a.b", "c.d"]),
        (["a.b", "c.d"], "a.b", []),
        (["a.b", "c.d", "e.f"], "c.d", ["a.b"]),
    ],
)
def test_a_way_that_was_here_before_is_cut_short(way, place, then):
    came = Intake(place="c.d", way=tuple({"place": name} for name in way)).comes_to(place)
    assert (came.place, [passed["place"] for passed in came.way]) == (place, then)


def test_back_and_forth_is_as_before():
    there = HERE.passes().comes_to("e.f")
    assert Intake.from_json(there.to_json()) == there
    assert there.goes_back() == Intake(place="c.d", purpose="complaint", is_anonymous=True)
    assert Intake(place="a.b").goes_back() == Intake(place="a.b")
