"""Repair, complaint, enquiry, suggestion: asked by key, told by voice, read back, texted."""

from datetime import time, timedelta

import pytest

from base import clock
from base.access import Role
from base.database import transaction
from directory.models import Home, Project
from hotline.models import Call, CallEvent, Recording, RecordingState
from messages.models import Message
from tests.hotline.caller import HOTLINE
from tests.hotline.conftest import BY_DAY, BY_NIGHT, FIRST, OWNER, STRANGER
from tests.make import a_home, a_member_of_staff, a_project, an_owner
from tickets.lifecycle import HEADQUARTERS, Kind, Level
from tickets.models import EventType, Ticket

GARDEN = "+862155550100"


def test_a_repair_is_read_back_digit_by_digit_and_texted(dials, estate, only, texts_to):
    call = dials(OWNER).presses("1").hears("水电请按1", "电梯请按2", "门禁卡或对讲请按3", "管道堵塞请按4", "其他请按5")
    call.presses("4").hears("将被录音", "保存90天", "请在滴声后").says()
    call.hears("您的报修已受理", "2 6 1 1 2 0, 0 0 0 1", "三十分钟内", "短信")
    ticket = only(Ticket)
    assert (ticket.kind, ticket.category, ticket.level) == (Kind.REPAIR, "blockage", Level.P2)
    assert (ticket.home_id, ticket.person_id, ticket.caller_number) == (estate["home"], estate["owner"], OWNER)
    assert ticket.place == "3号楼2单元1502室"
    [text] = texts_to(OWNER)
    assert ticket.ref in text
    assert "30分钟内" in text


def test_the_recording_is_expected_from_the_carrier_and_stands_on_the_timeline(dials, estate, only):
    dials(OWNER).presses("1", "3").says(seconds=12)
    recording, ticket = only(Recording), only(Ticket)
    assert (recording.state, recording.duration_s, recording.ticket_id) == (RecordingState.AT_CARRIER, 12, ticket.id)
    assert [e.type for e in ticket.events if e.type == EventType.RECORDING] == [EventType.RECORDING]


def test_at_night_the_promise_is_for_the_morning(dials, estate, texts_to):
    clock.stop_at(BY_NIGHT)
    dials(OWNER).presses("1", "5", "5").says().hears("我们将在今日九点前与您联系")
    assert "今日九点前" in texts_to(OWNER)[0]


def test_before_midnight_the_morning_is_tomorrow(dials, estate, texts_to):
    clock.stop_at(BY_NIGHT - timedelta(hours=4))
    dials(OWNER).presses("1", "5", "5").says().hears("我们将在次日九点前与您联系")
    assert "次日九点前" in texts_to(OWNER)[0]


def test_just_before_closing_the_promise_reaches_into_the_morning(dials, estate, texts_to):
    clock.stop_at(BY_DAY.replace(hour=9, minute=50))
    dials(OWNER).presses("1", "5", "5").says().hears("我们将在次日八点五十分前与您联系")
    assert "次日8:50前" in texts_to(OWNER)[0]


def test_the_promise_follows_the_estates_own_hours(dials, estate):
    with transaction() as session:
        session.get(Project, estate["project"]).day_starts = time(9)
    clock.stop_at(BY_NIGHT)
    dials(OWNER).presses("1", "5", "5").says().hears("今日九点半前")


def test_in_english_too(dials, estate):
    clock.stop_at(BY_NIGHT)
    dials(OWNER).presses("8", "1", "5", "5").says().hears("We will contact you by 9 this morning.")


def test_a_burst_pipe_wakes_somebody(dials, estate, only):
    dials(OWNER).presses("1", "1").hears("爆管").presses("1").says().hears("三十分钟内到场")
    assert (only(Ticket).level, only(Ticket).page_due_at is not None) == (Level.P1, True)


def test_saying_nothing_twice_still_ends_with_a_ticket(dials, estate, only):
    call = dials(OWNER).presses("1", "3").says_nothing().hears("没有听到您的留言").says_nothing().hears("已受理")
    assert call.ref == only(Ticket).ref


def test_hanging_up_in_the_message_is_a_message(dials, estate, only):
    call = dials(OWNER).presses("1", "3")
    call.post(call.verb.get("action"), Digits="hangup", RecordingSid="RE" + "1" * 32, RecordingDuration="3")
    assert only(Ticket).category == "access"


def test_a_repeat_joins_the_open_ticket_and_hears_its_status(dials, estate, only, every, texts_to):
    dials(OWNER).presses("1", "4").says().hangs_up()
    dials(OWNER).presses("1", "4").hears("已有工单", "等待接单").says().hears("已有工单").hangs_up()
    ticket = only(Ticket)
    assert [e.type for e in ticket.events].count(EventType.CALLED_AGAIN) == 1
    assert {r.ticket_id for r in every(Recording)} == {ticket.id}
    assert len(texts_to(OWNER)) == 2


def test_another_matter_is_another_ticket(dials, estate, every):
    dials(OWNER).presses("1", "4").says()
    dials(OWNER).presses("1", "3").says()
    assert [t.category for t in every(Ticket)] == ["blockage", "access"]


def test_the_same_trouble_in_the_owners_other_home_is_another_ticket(dials, app, every):
    with transaction() as session:
        project = a_project(session)
        homes = [a_home(session, project, place) for place in ("3-2-1502", "5-1-301")]
        an_owner(session, homes, OWNER)
        ids = [home.id for home in homes]
    for key in ("1", "2"):
        dials(OWNER).presses("1", "4", key).never_hears("已有工单").says().hears("报修已受理").hangs_up()
    dials(OWNER).presses("1", "4", "2").hears("已有工单").hangs_up()
    assert [t.home_id for t in every(Ticket)] == ids


def test_another_of_the_same_home_joins(dials, estate, only):
    with transaction() as session:
        an_owner(session, session.get_one(Home, estate["home"]), STRANGER, name="李父")
    dials(OWNER).presses("1", "4").says().hangs_up()
    dials(STRANGER).presses("1", "4").hears("已有工单")
    assert only(Ticket).caller_number == OWNER


@pytest.fixture
def guard(estate):
    """The number of a guard, who is on no rota."""
    with transaction() as session:
        project = session.get_one(Project, estate["project"])
        return a_member_of_staff(session, "孙岗", "+8613900000003", Role.TECHNICIAN, project).number


def test_a_guard_reports_for_different_homes_and_each_has_a_ticket(dials, estate, guard, every):
    with transaction() as session:
        project = session.get_one(Project, estate["project"])
        ids = [estate["home"], a_home(session, project, "3-2-1601").id]
    for room in ("1502", "1601"):
        dials(guard).presses("1", "4", "3", "2", room, "1").never_hears("已有工单").says().hangs_up()
    assert [t.home_id for t in every(Ticket)] == ids


def test_a_guard_who_names_no_home_never_adds_to_a_ticket_of_another(dials, guard, every):
    for _ in range(2):
        dials(guard).presses("1", "4", "9", "9", "9").hears("转接").hangs_up()
    assert len(every(Ticket)) == 2


def test_a_complaint_is_taken_with_regret(dials, estate, only):
    call = dials(OWNER).presses("2").hears("深表歉意", "匿名投诉请按1", "公司总部投诉请按2")
    call.presses("3").hears("服务态度请按4").presses("4").says().hears("您的投诉已受理", "二十四小时内答复")
    ticket = only(Ticket)
    assert (ticket.kind, ticket.level, ticket.category) == (Kind.COMPLAINT, Level.C1, "attitude")
    assert (ticket.summary, ticket.events[0].text) == ("", ""), "nobody said a word of it: it was keyed"


def test_a_complaint_to_headquarters_bypasses_the_estate(dials, estate, only):
    dials(OWNER).presses("2", "2", "5").says()
    assert only(Ticket).owner_desk == "HQ"


def test_a_complaint_to_headquarters_joins_no_complaint_to_the_estate_nor_the_other_way_round(dials, estate, every):
    dials(OWNER).presses("2", "3", "4").says()
    dials(OWNER).presses("2", "2", "4").never_hears("已有").says()
    assert [t.owner_desk for t in every(Ticket)] == ["", "HQ"]
    dials(OWNER).presses("2", "3", "4").says()
    dials(OWNER).presses("2", "2", "4").says()
    to_estate, to_headquarters = every(Ticket)
    for ticket in (to_estate, to_headquarters):
        assert [e.type for e in ticket.events].count(EventType.CALLED_AGAIN) == 1


def test_an_unnamed_complaint_leaves_no_trace_of_who_called(dials, estate, only, every):
    call = (
        dials(OWNER)
        .presses("2", "1", "3")
        .hears("您的查询码是")
        .says()
        .hears("您的查询码是")
        .never_hears("短信", "四个零")
    )
    call.hangs_up()
    ticket, row = only(Ticket), only(Call)
    assert (ticket.caller_number, ticket.person_id, ticket.home_id, ticket.place) == (None, None, None, "")
    assert (row.from_number, row.person_id, row.home_id, row.ticket_id) == (None, None, None, ticket.id)
    told = "".join(e.answer + e.heard for e in every(CallEvent)) + str(row.intake)
    assert "李" not in told
    assert OWNER[3:] not in told
    assert every(Message) == []


@pytest.mark.parametrize(
    ("keys", "kind", "words"), [("31", Kind.ENQUIRY, "您的咨询已受理"), ("41", Kind.SUGGESTION, "您的建议已受理")]
)
def test_enquiry_and_suggestion_are_messages(dials, estate, only, keys, kind, words):
    dials(OWNER).presses(*keys).hears("请在滴声后").says().hears(words)
    assert (only(Ticket).kind, only(Ticket).level) == (kind, Level.P3)


def test_a_caller_with_several_homes_chooses_by_key(dials, app, only):
    with transaction() as session:
        project = a_project(session)
        a_home(session, project, "1-1-101")
        homes = [a_home(session, project, "3-2-1502"), a_home(session, project, "5-1-301")]
        an_owner(session, homes, OWNER)
        second = homes[1].id
    call = dials(OWNER).presses("1", "3").hears("3号楼2单元1502室请按1", "5号楼1单元301室请按2").presses("2")
    call.says()
    assert only(Ticket).home_id == second


def test_a_stranger_keys_building_unit_and_home(dials, estate, only, texts_to):
    call = dials(STRANGER).presses("1", "3").hears("楼栋号").presses("3").hears("单元号").presses("2").hears("房号")
    call.presses("1502").hears("3号楼2单元1502室", "正确请按1").presses("1").says().hears("您的报修已受理")
    ticket = only(Ticket)
    assert (ticket.home_id, ticket.person_id, ticket.caller_number) == (estate["home"], None, STRANGER)
    assert len(texts_to(STRANGER)) == 1


def test_a_building_with_one_entrance_asks_for_no_unit(dials, app):
    with transaction() as session:
        a_home(session, a_project(session), "7--201")
    dials(STRANGER).presses("1", "3").presses("7").hears("房号").presses("201").hears("7号楼201室")


def test_three_failures_lead_to_a_person_never_to_a_hang_up(dials, estate, only):
    call = dials(STRANGER).presses("1", "3").presses("99").hears("没有找到这个楼栋")
    call.presses("3", "2", "9999").hears("没有找到这个房号").presses("3", "2", "1502").presses("2")
    call.hears("正在为您转接人工服务")
    assert call.rung == [FIRST]
    assert (only(Ticket).kind, only(Ticket).category) == (Kind.REPAIR, "access")


def test_zero_while_keying_the_home_is_a_person(dials, estate):
    assert dials(STRANGER).presses("1", "3", "0").rung == [FIRST]


def test_a_shared_landline_with_two_homes_names_neither(dials, app):
    with transaction() as session:
        project = a_project(session)
        an_owner(session, a_home(session, project, "3-2-1502"), "+862155556666")
        an_owner(session, a_home(session, project, "5-1-301"), "+862155556666", "张伟", "张先生")
    dials("+862155556666").presses("1", "3").hears("请输入楼栋号").never_hears("1502", "301")


def test_landlines_withheld_and_foreign_strangers_get_no_text(dials, estate, every):
    for number in ("+862155556666", "anonymous", "+447911123456", "+864001112222"):
        call = dials(number).presses("3", "1")
        if "请输入您的联系电话" in call.words:
            call.is_silent()
        call.says().hears("请记下单号").hangs_up()
    assert every(Message) == []


def test_a_stranger_gets_three_texts_a_day_at_most(dials, estate, texts_to):
    for _ in range(5):
        dials(STRANGER).presses("4", "1").says().hangs_up()
        dials(STRANGER).presses("3", "1").says().hangs_up()
    assert len(texts_to(STRANGER)) == 3


def test_nine_is_a_person_and_without_one_a_message(dials, estate, only):
    call = dials(OWNER).presses("9").hears("正在为您转接人工服务")
    assert call.rung == [FIRST]
    call.nobody_answers().nobody_answers().hears("值班人员正在忙", "请在滴声后").says().hears("您的求助已受理")
    ticket = only(Ticket)
    assert (ticket.kind, ticket.category, ticket.level) == (Kind.HELP, "person", Level.P2)


@pytest.mark.parametrize(("own", "called", "caller", "followed_by"), [
    (GARDEN, HOTLINE, OWNER, HEADQUARTERS), (GARDEN, GARDEN, OWNER, ""), (None, HOTLINE, OWNER, ""),
    (GARDEN, HOTLINE, FIRST, ""),
])  # fmt: skip
def test_headquarters_follow_what_came_in_on_the_companys_own_number(
    dials, estate, only, own, called, caller, followed_by
):
    """Where no project has a number of its own, the company's is that of all of them; a colleague takes in nothing."""
    with transaction() as session:
        session.get(Project, estate["project"]).number = own
    which_home = ("3", "2", "1502", "1") if caller == FIRST else ()
    dials(caller, called).presses("1", "4", *which_home).says().hangs_up()
    ticket = only(Ticket)
    assert (ticket.followed_by, ticket.owner_desk, ticket.project_id) == (followed_by, "", estate["project"])
