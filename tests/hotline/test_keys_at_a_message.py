"""Keys while a message is asked for and spoken, and the hash that ends no digits: none is lost, nor is a word."""

from datetime import timedelta

import pytest

from base import clock
from hotline.menubook import read_edition, release_files
from hotline.models import CallEvent, Recording
from tests.hotline.conftest import BY_DAY, FIRST, OWNER, STRANGER
from tickets.lifecycle import Kind
from tickets.models import EventType, Ticket


@pytest.mark.parametrize("key", ["#", "1", "5"])
def test_a_key_during_the_words_starts_the_message_at_once(dials, estate, only, key):
    call = dials(OWNER).presses("1", "3").hears("请在滴声后").presses(key).hears("请讲").never_hears("请在滴声后")
    assert (call.verb.tag, call.document.find("Gather")) == ("Record", None)
    call.says().hears("您的报修已受理").hangs_up()
    assert only(Recording).ticket_id == only(Ticket).id


def test_silence_after_the_words_comes_to_the_tone_and_the_keys_of_the_message_are_named_to_the_carrier(dials, estate):
    call = dials(OWNER).presses("1", "3")
    gather, record = call.document.find("Gather"), call.document.find("Record")
    assert (gather.get("numDigits"), gather.get("actionOnEmptyResult")) == ("1", None)
    assert gather.get("action") == record.get("action"), "one step of the call, whichever comes first"
    assert record.get("finishOnKey") == "#*0"


def test_0_during_the_words_is_a_person_and_the_ticket_stays(dials, estate, only):
    call = dials(OWNER).presses("1", "3").hears("人工服务请按0").presses("0").hears("正在为您转接人工服务")
    assert call.rung == [FIRST]
    assert (only(Ticket).kind, only(Ticket).category) == (Kind.REPAIR, "access")


def test_0_in_the_middle_of_a_message_is_a_person_and_what_was_said_stands_on_the_ticket(dials, estate, only):
    call = dials(OWNER).presses("1", "3").says(seconds=4, ended_by="0").hears("正在为您转接人工服务")
    assert call.rung == [FIRST]
    ticket, recording = only(Ticket), only(Recording)
    assert (recording.ticket_id, recording.duration_s) == (ticket.id, 4)
    assert [e.type for e in ticket.events].count(EventType.RECORDING) == 1
    call.nobody_answers().nobody_answers().hears("值班人员正在忙", "请在滴声后")
    call.says_nothing().never_hears("没有听到").hears("已受理")


def test_each_message_of_a_call_is_kept_whichever_keys_end_them(dials, estate, every, only):
    call = dials(OWNER).presses("1", "3").says(sid="RE" + "1" * 32, ended_by="*").hears("请在滴声后")
    call.says(sid="RE" + "2" * 32, ended_by="0").nobody_answers().nobody_answers().hears("请在滴声后")
    call.says(sid="RE" + "3" * 32).hears("已受理")
    assert {r.ticket_id for r in every(Recording)} == {only(Ticket).id}
    assert len(every(Recording)) == 3


def test_star_repeats_the_words_and_forgets_silence(dials, estate):
    call = dials(OWNER).presses("1", "3").says_nothing().hears("没有听到").presses("*").never_hears("没有听到")
    call.hears("请在滴声后").says_nothing().hears("没有听到", "请在滴声后").says_nothing().hears("已受理")


def test_after_a_message_silence_at_the_repeated_words_is_no_complaint(dials, estate):
    dials(OWNER).presses("1", "3").says(ended_by="*").says_nothing().never_hears("没有听到").hears("已受理")


def test_a_0_that_met_no_word_is_silence_to_the_carrier_and_is_asked_again_with_0(dials, estate):
    """An empty recording asks nobody, so its key is lost: wherever a message is asked for there is a second time."""
    call = dials(OWNER).presses("1", "3").says_nothing().hears("没有听到", "人工服务请按0")
    assert call.presses("0").rung == [FIRST]


def test_in_an_emergency_0_rings_the_people_on_duty_again(dials, estate, only):
    call = dials(OWNER).presses("0").nobody_answers().nobody_answers().presses("1").hears("再次呼叫值班人员请按0")
    for minutes in (5, 10):
        clock.stop_at(BY_DAY + timedelta(minutes=minutes))
        assert call.says(sid=f"RE{minutes:032}", ended_by="0").rung == [FIRST]
        call.nobody_answers().nobody_answers().hears("发生了什么")
    assert only(Ticket).kind == Kind.EMERGENCY


def test_an_unnamed_complaint_stays_unnamed_whoever_is_rung(dials, estate, only):
    call = dials(OWNER).presses("2", "1", "3").says(ended_by="0")
    assert call.rung
    assert (only(Ticket).caller_number, only(Recording).ticket_id) == (None, only(Ticket).id)


def test_a_key_is_written_down_beside_the_message_that_it_ended(dials, estate, every):
    dials(OWNER).presses("1", "3").says(seconds=4, ended_by="0")
    assert "recording 4 s 0" in [event.heard for event in every(CallEvent)]


def test_hanging_up_in_the_message_that_a_key_began_is_a_message(dials, estate, only):
    call = dials(OWNER).presses("1", "3", "#")
    call.post(call.verb.get("action"), Digits="hangup", RecordingSid="RE" + "1" * 32, RecordingDuration="3")
    assert only(Ticket).category == "access"


def test_the_same_key_told_twice_has_the_same_answer(dials, estate, only):
    call = dials(OWNER).presses("1", "3")
    path = call.document.find("Gather").get("action")
    assert call.post(path, Digits="#").answer == call.post(path, Digits="#").answer
    call.says()
    assert only(Recording)


def test_menus_that_were_written_when_no_key_worked_here_have_0_all_the_same(dials, estate, monkeypatch):
    told, keys = (
        release_files()["repair.yaml"],
        '    keys:\n      "0": {to: "@person", label: {zh: 人工服务, en: a person}}\n',
    )
    before, message = told[: told.index("  message:")], told[told.index("  message:") :]
    assert keys in message
    old = read_edition({"repair.yaml": before + message.replace(keys, "")})
    monkeypatch.setattr("hotline.actions.conversation.book_of", lambda *_: old)
    call = dials(OWNER).presses("1", "3").hears("请在滴声后").never_hears("请按0")
    assert call.presses("0").rung == [FIRST]


def test_a_hash_alone_goes_back_from_digits_and_is_no_silence(dials, estate):
    call = dials(STRANGER).presses("1", "3").hears("请输入楼栋号").presses("3").hears("请输入单元号")
    call.presses_hash_alone().hears("请输入楼栋号").never_hears("没有收到").presses_hash_alone().hears("报修服务")
    call.presses("3").is_silent().hears("没有收到您的输入")


def test_a_carrier_that_does_not_name_the_key_has_told_silence(dials, estate):
    call = dials(STRANGER).presses("1", "3").hears("请输入楼栋号")
    call.post(call.verb.get("action"), Digits="").hears("没有收到您的输入")
    call.post(call.verb.get("action")).hears("转接")


def test_a_hash_alone_goes_on_without_a_number_where_none_need_be_left(dials, estate):
    call = dials("anonymous").presses("3", "1").hears("不留号码请直接按井号键")
    call.presses_hash_alone().hears("好的，不留号码", "请在滴声后")
