"""Beside keys a caller may speak: read back, done only once a key says so, and never less than an emergency."""

import pytest

from base import clock
from base.access import Role
from base.database import transaction
from directory.models import Person
from hotline.actions import editions
from hotline.menubook import MENUS
from hotline.models import CallEvent
from tests.hotline.conftest import BY_NIGHT, FIRST, OWNER, STRANGER
from tests.make import a_member_of_staff
from tickets.lifecycle import Kind, Level
from tickets.models import Ticket

UNHEARD, SILENT, WRONG = "没有听懂您说的话", "没有收到您的按键", "没有这个选项"


@pytest.fixture
def house(app, estate):
    """The estate, where words are understood."""
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"speech_menus": True})
    return estate


def test_nobody_is_listened_to_unless_the_company_wants_it(dials, estate):
    call = dials(OWNER).never_hears("直接说出")
    assert (call.verb.get("input"), call.verb.get("hints")) == ("dtmf", None)


def test_the_first_menu_listens_and_says_so_by_day_and_by_night(dials, house):
    for at in (None, BY_NIGHT):
        clock.stop_at(at or clock.now())
        call = dials(OWNER).hears("也可以直接说出您的事项")
        assert (call.verb.get("input"), call.verb.get("language")) == ("dtmf speech", "cmn-Hans-CN")
        assert {"困人", "漏水", "冒烟"} <= set(call.verb.get("hints").split(","))
    call = dials(OWNER).presses("8").hears("Or say what it is about")
    assert call.verb.get("language") == "en-US"
    assert "leak" in call.verb.get("hints").split(",")


def test_what_was_said_is_done_once_a_key_says_yes(dials, house, only, every):
    call = dials(OWNER).speaks("厨房漏水了").hears("您说的是：漏水爆管", "正确请按1", "紧急情况请按0")
    assert every(Ticket) == []
    call.presses("1").hears("请在滴声后").says().hears("已受理")
    ticket = only(Ticket)
    assert (ticket.kind, ticket.category, ticket.level) == (Kind.REPAIR, "burst_pipe", Level.P1)
    assert ticket.home_id == house["home"]
    assert "漏水了" not in "".join(event.heard for event in every(CallEvent)), "the words themselves are not kept"


def test_in_english(dials, house, only):
    call = dials(OWNER).presses("8").speaks("There is a leak in my kitchen").hears("You said: burst pipe")
    call.presses("1").says()
    assert only(Ticket).category == "burst_pipe"


def test_a_stranger_who_speaks_is_asked_where_it_is(dials, house, only):
    call = dials(STRANGER).speaks("楼上装修太吵了").hears("噪音").presses("1").hears("楼栋号")
    call.presses("3", "2", "1502", "1").says()
    assert (only(Ticket).kind, only(Ticket).category) == (Kind.COMPLAINT, "noise")


def test_below_the_top_too(dials, house, only):
    dials(OWNER).presses("1").speaks("门禁刷不开").hears("门禁对讲").presses("1").says()
    assert only(Ticket).category == "access"


def test_keys_always_work(dials, house, only, carrier_posts):
    call = dials(OWNER)
    call.post(call.verb.get("action"), Digits="1", SpeechResult="我要投诉").hears("报修服务")
    call.presses("4").says()
    assert only(Ticket).category == "blockage"


def test_a_no_asks_again_and_the_third_leads_to_a_person(dials, house, only):
    call = dials(OWNER).speaks("漏水").presses("2").hears("报修请按1").never_hears(UNHEARD)
    call.speaks("电梯").hears("电梯故障").presses("2").speaks("停电").presses("2").hears("没能听懂")
    assert call.rung == [FIRST]
    assert (only(Ticket).kind, only(Ticket).category) == (Kind.HELP, "person")
    assert "said" not in only(Ticket).events[0].data, "they said that it was not so"


def test_hash_takes_back_what_was_said(dials, house, every):
    dials(OWNER).speaks("着火了").presses("#").hears("报修请按1").presses("1", "4").says().hangs_up()
    assert [ticket.kind for ticket in every(Ticket)] == [Kind.REPAIR]


def test_what_is_not_understood_has_its_own_words_and_patience_beside_silence_and_wrong_keys(dials, house):
    call = dials(OWNER).speaks("喂喂").hears(UNHEARD).never_hears(SILENT, WRONG)
    call.is_silent().hears(SILENT).never_hears(UNHEARD).presses("7").hears(WRONG).presses("7").hears(WRONG)
    assert call.speaks("喂喂").hears(UNHEARD).rung == [FIRST]
    call.hangs_up()
    assert dials(OWNER).is_silent().is_silent().rung == [FIRST]


def test_who_is_not_understood_is_put_through_and_the_ticket_says_why(dials, house, only):
    assert dials(OWNER).speaks("那个什么").speaks("就是那个").rung == [FIRST]
    assert only(Ticket).events[0].data["reason"] == "lost"


def test_danger_rings_the_people_on_duty_once_a_key_says_so(dials, house, only):
    call = dials(OWNER).speaks("电梯困人了，还漏水").hears("您说的是：电梯困人").presses("1").hears("紧急服务")
    assert call.rung == [FIRST]
    ticket = only(Ticket)
    assert (ticket.kind, ticket.category, ticket.level) == (Kind.EMERGENCY, "lift_trapped", Level.P0)
    call.nobody_answers().nobody_answers().hears("不要扒门")


def test_what_words_call_a_false_alarm_is_a_fire_until_keys_say_otherwise(dials, house, every):
    dials(OWNER).speaks("火警误报").hears("您说的是：火警").hangs_up()
    dials(STRANGER).speaks("火警误报").hears("您说的是：火警").presses("2").hangs_up()
    call = dials(OWNER).speaks("火警误报").presses("2").presses("1").presses("5").hears("消防误报请按2").presses("2")
    call.hangs_up()
    assert {(one.caller_number, one.category, one.level) for one in every(Ticket)} >= {
        (OWNER, "fire", Level.P0), (OWNER, "false_alarm", Level.P1),
    }  # fmt: skip
    assert (STRANGER, "fire") not in {(one.caller_number, one.category) for one in every(Ticket)}


def test_words_make_no_less_of_an_emergency_where_a_menu_of_the_house_hears_them_there(dials, house, only):
    menu = (MENUS / "emergency.yaml").read_text("utf-8")
    unheard = "    unheard: {zh: 没听懂, en: not understood, times: 2, to: '@emergency_kind'}\n"
    hears = menu.replace("    asks: key\n", f"    asks: key\n    speech: true\n{unheard}", 1)
    with transaction() as session:
        boss = a_member_of_staff(session, "周总", "+8613900000077", Role.MANAGER)
        edition = editions.write_draft(session, {"emergency.yaml": hears}, boss, at=clock.now())
        editions.publish(session, edition.id, boss, at=clock.now())
    call = dials(OWNER).presses("0")
    while call.rung:
        call.nobody_answers()
    call.speaks("下水道堵了").hears("管道堵塞", "正确请按1").presses("1").hears("紧急服务")
    ticket = only(Ticket)
    assert (ticket.kind, ticket.level) == (Kind.EMERGENCY, Level.P0)


def test_whoever_wanted_to_stay_unnamed_and_speaks_of_danger_can_be_rung(dials, house, only):
    menu = (MENUS / "complaint.yaml").read_text("utf-8")
    unheard = "    unheard: {zh: 没听懂, en: not understood, times: 2, to: '@person'}\n"
    asks = "  category:\n    asks: key\n"
    with transaction() as session:
        boss = a_member_of_staff(session, "周总", "+8613900000077", Role.MANAGER)
        hears = menu.replace(asks, f"{asks}    speech: true\n{unheard}")
        edition = editions.write_draft(session, {"complaint.yaml": hears}, boss, at=clock.now())
        editions.publish(session, edition.id, boss, at=clock.now())
    assert dials(OWNER).presses("2", "1").speaks("楼道冒烟了").presses("1").rung == [FIRST]
    assert (only(Ticket).category, only(Ticket).caller_number) == ("fire", OWNER)


@pytest.mark.parametrize("key", ["0", "1"])
def test_zero_is_the_emergency_there_as_well(dials, house, only, key):
    assert dials(OWNER).speaks("家里着火了").presses(key).rung == [FIRST]
    assert (only(Ticket).kind, only(Ticket).category) == (Kind.EMERGENCY, "fire")


def test_danger_that_was_spoken_of_is_believed_where_no_key_comes(dials, house, only):
    call = dials(OWNER).speaks("厨房煤气味很重").is_silent().hears(SILENT).is_silent().hears("紧急服务")
    assert call.rung == [FIRST]
    assert (only(Ticket).kind, only(Ticket).category) == (Kind.EMERGENCY, "gas_leak")


def test_whoever_speaks_of_danger_and_hangs_up_has_called_for_help(dials, house, only):
    dials(OWNER).speaks("楼道冒烟了").hangs_up()
    ticket = only(Ticket)
    assert (ticket.kind, ticket.category, ticket.level) == (Kind.EMERGENCY, "fire", Level.P0)
    assert ticket.page_due_at is not None


def test_so_has_a_colleague(dials, house, only):
    dials(FIRST).speaks("楼道着火了").hangs_up()
    assert only(Ticket).kind == Kind.EMERGENCY


def test_without_danger_whoever_says_no_more_comes_to_a_person_who_sees_what_it_seemed_to_be(dials, house, only):
    assert dials(OWNER).speaks("下水道堵了").is_silent().is_silent().rung == [FIRST]
    assert (only(Ticket).kind, only(Ticket).events[0].data["said"]) == (Kind.HELP, "blockage")


def test_words_after_the_end_of_the_call_make_one_ticket(dials, house, only):
    call = dials(OWNER)
    call.hangs_up()
    call.speaks("着火了").presses("1")
    assert (only(Ticket).kind, only(Ticket).category) == (Kind.EMERGENCY, "fire")


def test_the_same_words_twice_get_the_same_answer(dials, house):
    call = dials(OWNER)
    path = call.verb.get("action")
    first = call.post(path, SpeechResult="漏水").answer
    assert call.post(path, SpeechResult="着火").answer == first, "what was answered stays so"


def test_words_where_none_are_heard_are_silence(dials, house, only):
    call = dials(OWNER).presses("2")
    assert call.verb.get("input") == "dtmf"
    call.post(call.verb.get("action"), SpeechResult="着火").hears(SILENT)


def test_a_language_that_a_person_speaks_is_heard(dials, house):
    with transaction() as session:
        session.get_one(Person, house["owner"]).language = "en"
    assert dials(OWNER).verb.get("language") == "en-US"
