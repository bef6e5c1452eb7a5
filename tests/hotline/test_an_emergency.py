"""0: the ticket first, telephones at once, and nobody is left alone when nobody answers."""

from base.access import Role
from base.database import transaction
from directory.models import Contact, ContactRole, Person, Project
from hotline.models import Call, Recording
from messages.models import Message
from oncall import actions as oncall
from oncall.models import Page, PageState
from tests.hotline.conftest import BY_DAY, FIRST, OWNER, SECOND, STRANGER
from tests.make import a_home, a_member_of_staff, a_project
from tickets import actions as tickets
from tickets.lifecycle import Kind, Level
from tickets.models import Ticket


def accepts(page_id: int, at) -> None:
    with transaction() as session:
        oncall.accept(session, page_id, at=at)


def test_zero_rings_the_first_on_duty_before_anything_is_asked(dials, estate, only):
    call = dials(OWNER).presses("0").hears("119", "120", "110", "请不要挂机")
    assert call.rung == [FIRST]
    assert call.verb.get("timeout") == "20"
    ticket = only(Ticket)
    assert (ticket.kind, ticket.level, ticket.home_id) == (Kind.EMERGENCY, Level.P0, estate["home"])
    assert ticket.page_due_at is not None, "the ladder is due although somebody is being rung"
    assert only(Page).kind == "live"


def test_the_ticket_stands_even_if_ringing_fails(dials, estate, only, monkeypatch):
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("no rota")

    monkeypatch.setattr(oncall, "ring_live", fails)
    call = dials(OWNER).presses("0").hears("非常抱歉")
    assert call.rung == ["+8613900000000"], "the duty phone"
    assert only(Ticket).page_due_at is not None


def test_whoever_presses_one_gets_the_caller_and_the_call_ends_with_the_number(dials, estate, only, texts_to):
    call = dials(OWNER).presses("0")
    accepts(only(Page).id, BY_DAY)
    call.talk_ends().hears("值班人员已接单")
    assert call.verb.tag == "Hangup"
    assert call.ref == only(Ticket).ref
    assert len(texts_to(OWNER)) == 1


def test_a_voicemail_that_completes_the_dial_is_not_a_person(dials, estate):
    call = dials(OWNER).presses("0").talk_ends().hears("下一位")
    assert call.rung == [SECOND]


def test_nobody_answers_so_we_ask_what_happened_and_the_ladder_goes_on(dials, estate, only, every, texts_to):
    call = dials(OWNER).presses("0").nobody_answers().nobody_answers()
    call.hears("继续呼叫", "电梯困人请按1", "火警请按2", "燃气泄漏请按3", "漏水爆管请按4", "其他请按5")
    call.presses("1").hears("不要扒门", "发生了什么", "几个人").says().hears("不断呼叫", "119", "会给您回电")
    ticket = only(Ticket)
    assert call.ref == ticket.ref
    assert (ticket.category, ticket.level) == ("lift_trapped", Level.P0)
    assert ticket.page_due_at is not None
    assert [page.state for page in every(Page)] == [PageState.MISSED, PageState.MISSED]
    assert only(Recording).ticket_id == ticket.id
    assert ticket.ref in texts_to(OWNER)[0]


def test_who_cannot_press_a_key_still_leaves_a_message(dials, estate):
    call = dials(OWNER).presses("0").nobody_answers().nobody_answers().is_silent().is_silent()
    call.hears("请在滴声后说明")
    assert call.verb.tag == "Record"


def test_somebody_takes_it_by_page_meanwhile_and_the_caller_is_told(dials, estate, only):
    call = dials(OWNER).presses("0").nobody_answers().nobody_answers()
    ticket_id = only(Ticket).id
    with transaction() as session:
        tickets.acknowledge(session, ticket_id, estate["first"], at=BY_DAY, how="key")
    call.presses("2").hears("值班人员已经接单", "走楼梯").says().never_hears("不断呼叫")
    assert call.verb.tag == "Hangup"


def test_calling_again_joins_the_same_emergency_and_rings_again(dials, estate, only, every):
    dials(OWNER).presses("0").hangs_up()
    call = dials(OWNER).presses("0")
    assert call.rung == [SECOND], "the first was rung a moment ago"
    assert len(only(Ticket).events) >= 2
    assert {c.ticket_id for c in every(Call)} == {only(Ticket).id}


def test_an_emergency_in_the_callers_home_in_another_estate_is_one_of_its_own(dials, estate, every):
    with transaction() as session:
        own = [session.get_one(Project, estate["project"]), a_project(session, "阳光花园", "+862155550200")]
        own[0].number = "+862155550100"
        there = a_home(session, own[1], "1-1-101")
        person = session.get_one(Person, estate["owner"])
        session.add(Contact(person_id=person.id, home_id=there.id, role=ContactRole.OWNER))
        numbers, homes = [project.number for project in own], [estate["home"], there.id]
    for number in numbers:
        dials(OWNER, number).presses("0").hangs_up()
    assert [t.home_id for t in every(Ticket)] == homes


def test_a_stranger_in_danger_at_two_estates_wakes_both(dials, estate, every):
    with transaction() as session:
        session.get_one(Project, estate["project"]).number = "+862155550100"
        a_project(session, "阳光花园", "+862155550200")
    for number in ("+862155550100", "+862155550200"):
        dials(STRANGER, number).presses("0").hangs_up()
    assert len({t.project_id for t in every(Ticket)}) == 2


def test_a_guards_second_emergency_is_never_taken_for_the_first(dials, estate, every):
    guard = "+8613900000003"
    with transaction() as session:
        a_member_of_staff(session, "孙岗", guard, Role.TECHNICIAN, session.get_one(Project, estate["project"]))
    for _ in range(2):
        dials(guard).presses("0").hangs_up()
    assert [(t.level, t.page_due_at) for t in every(Ticket)] == [(Level.P0, BY_DAY)] * 2


def test_a_stranger_and_a_withheld_caller_are_rung_for_too(dials, estate, every):
    for number in (STRANGER, "+8656696"):
        assert dials(number).presses("0").rung, number
    assert [t.caller_number for t in every(Ticket)] == [STRANGER, None]


def test_a_withheld_caller_is_not_promised_a_call_back(dials, estate, every):
    call = (
        dials("+266696687").presses("0").nobody_answers().nobody_answers().presses("5").hears("请一并说出您的联系电话")
    )
    call.says().hears("不断呼叫").never_hears("回电")
    assert [m for m in every(Message) if m.number == "+266696687"] == []


def test_without_anybody_on_the_rota_the_caller_is_not_left_alone(dials, app, only):
    dials(STRANGER).presses("0").hears("继续呼叫", "电梯困人请按1")
    assert only(Ticket).page_due_at is not None


def test_somebody_trapped_under_repairs_is_an_emergency_at_once(dials, estate, only):
    call = dials(OWNER).presses("1", "2").hears("有人被困请按1").presses("1").hears("119")
    assert call.rung == [FIRST]
    ticket = only(Ticket)
    assert (ticket.kind, ticket.category, ticket.level) == (Kind.EMERGENCY, "lift_trapped", Level.P0)


def test_an_emergency_in_the_middle_of_an_english_call_is_spoken_in_english(dials, estate):
    call = dials(OWNER).presses("8", "0").hears("call 1 1 9").nobody_answers().nobody_answers()
    call.hears("For a fire, press 2").presses("2").hears("leave by the stairs").says().hears("We keep calling")
