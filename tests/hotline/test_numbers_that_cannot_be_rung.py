"""What a caller's number allows, end to end: what is said, what is asked by keys, what is sent, what the ticket has."""

import pytest
from sqlalchemy import select

from base.database import transaction
from directory.models import Project
from hotline.models import Call, CallEvent
from messages.models import Message
from tests.hotline.conftest import FIRST, OWNER, STRANGER
from tickets import actions as tickets
from tickets.models import EventType, Ticket

LANDLINE = "+862162345678"
ASKED = "请输入您的联系电话"


@pytest.mark.parametrize(
    ("shown", "kept", "unnamed"),
    [
        ("+8656696", None, "withheld"),
        ("+86282452253", None, "withheld"),
        ("anonymous", None, "withheld"),
        ("+8610690123456", None, "machine"),
        ("1069012345678", None, "machine"),
        ("+8695588", None, "short"),
        ("95588", None, "short"),
        ("10086", None, "short"),
        ("+8612345", None, "short"),
        ("+864008208888", None, "service"),
        ("4008208888", None, "service"),
        ("+868008208888", None, "service"),
        (STRANGER, STRANGER, ""),
        (LANDLINE, LANDLINE, ""),
        ("+447911123456", "+447911123456", ""),
        ("+85291234567", "+85291234567", ""),
        ("+14155550123", "+14155550123", ""),
    ],
)
def test_whoever_shows_no_number_to_ring_back_is_asked_for_one(dials, estate, only, shown, kept, unnamed):
    call = dials(shown).presses("3", "1")
    can_be_rung = kept is not None
    (call.never_hears if can_be_rung else call.hears)(ASKED)
    if not can_be_rung:
        call.is_silent().hears("不留号码", "请一并说出您的联系电话")
    call.hears("请在滴声后").says().hears("咨询已受理")
    (call.hears if can_be_rung else call.never_hears)("答复您")
    assert (only(Call).from_number, only(Ticket).caller_number) == (kept, kept)
    assert only(Ticket).events[0].data.get("unnamed", "") == unnamed


@pytest.mark.parametrize(
    ("shown", "is_texted"),
    [(STRANGER, True), (LANDLINE, False), ("+447911123456", False), ("+864008208888", False), ("95588", False)],
)
def test_a_text_is_promised_to_whom_it_reaches_and_to_nobody_else(dials, estate, every, shown, is_texted):
    call = dials(shown).presses("4", "1")
    if ASKED in call.words:
        call.is_silent()
    call.says().hears("短信发给您" if is_texted else "请记下单号").hangs_up()
    assert len(every(Message)) == is_texted


@pytest.mark.parametrize(
    ("keyed", "read_back", "number", "is_texted"),
    [
        ("13700137000", "1 3 7 0 0 1 3 7 0 0 0", STRANGER, True),
        ("02162345678", "0 2 1 6 2 3 4 5 6 7 8", LANDLINE, False),
        ("62345678", "0 2 1 6 2 3 4 5 6 7 8", LANDLINE, False),
        ("0085291234567", "8 5 2 9 1 2 3 4 5 6 7", "+85291234567", True),
    ],
)
def test_a_keyed_number_is_read_back_and_stands_on_the_ticket(
    dials, estate, only, every, keyed, read_back, number, is_texted
):
    with transaction() as session:
        session.get_one(Project, estate["project"]).area_code = "021"
    call = dials("anonymous").presses("3", "1").presses(keyed).hears(read_back, "正确请按1").presses("1")
    call.never_hears("联系电话").hears("请在滴声后").says().hears("答复您", "短信" if is_texted else "请记下单号")
    ticket = only(Ticket)
    assert ticket.caller_number == number
    assert [e.data for e in ticket.events if e.type == EventType.AMENDED] == [{"callback": "keyed"}]
    assert [m.number for m in every(Message)] == [number] * is_texted
    assert number[3:] not in "".join(e.heard for e in every(CallEvent)), "the list of events shows no number"


@pytest.mark.parametrize("keyed", ["12345", "4008208888", "1069012345678", "13700", "86282452253"])
def test_what_cannot_be_rung_back_is_refused_and_the_third_time_let_go(dials, estate, only, keyed):
    call = dials("anonymous").presses("3", "1").presses(keyed).hears("无法回拨", ASKED).presses(keyed)
    call.presses(keyed).hears("请一并说出您的联系电话", "请在滴声后").says().hears("请凭单号来电查询")
    assert only(Ticket).caller_number is None


def test_a_wrong_number_is_keyed_again(dials, estate, only):
    call = dials("anonymous").presses("3", "1", "13700137001", "2").hears(ASKED).presses("13700137000", "1").says()
    assert only(Ticket).caller_number == STRANGER
    call.never_hears("四个零")


def test_a_keyed_number_names_nobody_and_joins_nothing(dials, estate, every):
    dials(OWNER).presses("3", "1").says().hangs_up()
    call = dials("anonymous").presses("3", "1", OWNER[3:]).never_hears("李", "1502")
    call.presses("1").never_hears("已有工单").says().never_hears("李", "1502")
    first, second = every(Ticket)
    assert (first.person_id, second.person_id, second.home_id) == (estate["owner"], None, None)


def test_a_number_keyed_about_a_ticket_that_has_another_is_kept_beside_it(dials, estate, only):
    dials(OWNER).presses("1", "4").says().hangs_up()
    call = dials("anonymous").presses("1", "4", "3", "2", "1502", "1").hears("已有工单", ASKED)
    call.presses("13700137000", "1").says().hangs_up()
    ticket = only(Ticket)
    assert (ticket.caller_number, tickets.contacts_of(ticket)) == (OWNER, [STRANGER])


def test_whoever_keys_other_peoples_numbers_sends_them_three_texts_at_most(dials, estate, texts_to):
    for _ in range(5):
        dials("anonymous").presses("3", "1", OWNER[3:], "1").says().hangs_up()
    assert len(texts_to(OWNER)) == 3


def test_nobody_is_promised_a_call_back_that_cannot_be_made(dials, estate):
    call = dials("+8695588").presses("9").nobody_answers().nobody_answers().hears("值班人员正在忙", ASKED)
    call.is_silent().never_hears("给您回电")
    dials(STRANGER).presses("9").nobody_answers().nobody_answers().hears("我们会给您回电")


def test_a_zero_is_a_person_here_too_and_an_emergency_is_asked_no_digits(dials, estate, every):
    assert dials("anonymous").presses("3", "0").rung == [FIRST]
    call = dials("+864008208888").presses("0").never_hears(ASKED).nobody_answers().nobody_answers().presses("4")
    call.never_hears(ASKED).hears("联系电话")


def test_two_strangers_behind_one_service_number_share_nothing(dials, estate, every):
    for _ in range(2):
        dials("+864008208888").presses("3", "1").is_silent().never_hears("已有工单").says().hangs_up()
    assert len(every(Ticket)) == 2
    dials("+864008208888").presses("5").hears("十位工单号")


def test_the_same_webhook_twice_asks_the_same_and_keeps_one_number(dials, estate, only, carrier_posts):
    call = dials("anonymous").presses("3", "1", "13700137000")
    path, before = call.verb.get("action"), call.answer
    call.presses("1")
    first = call.answer
    assert call.post(path, Digits="1").answer == first != before
    with transaction() as session:
        kept = session.scalars(select(Ticket)).one()
        assert [e.type for e in kept.events].count(EventType.AMENDED) == 1
