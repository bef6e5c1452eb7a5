"""Somebody calls about a trouble that is known: it is said before the menu, and 1 has them told when it is over."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from base import clock
from base.access import Role
from base.database import transaction
from directory.models import Home, Project
from hotline.models import Call
from messages.models import Message
from outreach.actions import campaigns, notices
from outreach.actions.campaigndraft import By
from outreach.jobs import planning as jobs
from outreach.models import Campaign
from tests.conftest import SigningCarrier
from tests.hotline.caller import HOTLINE
from tests.hotline.conftest import BY_DAY, FIRST, OWNER, STRANGER
from tests.make import a_home, a_member_of_staff, a_project, an_owner
from tickets.actions import askers, incidents
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import IncidentKind
from tickets.models import IncidentCaller, Ticket

LANDLINE, SHARED_COST, ABROAD = "+862162345678", "+864008009999", "+447700900123"


@pytest.fixture
def trouble(estate):
    """`trouble(kind, …)`: something is wrong in building 3, promised to be over in two hours; its id."""

    def open_one(kind=IncidentKind.WATER, *, ends_in_h=2.0, everywhere=False, cause="供水管抢修"):
        with transaction() as session:
            three = session.get(Home, estate["home"]).building_id
            end_at = None if ends_in_h is None else BY_DAY + timedelta(hours=ends_in_h)
            draft = IncidentDraft(
                kind=kind, project_id=estate["project"], building_ids=() if everywhere else (three,), cause=cause,
                promised_end_at=end_at,
            )  # fmt: skip
            return incidents.open_incident(session, draft, by_id=None, at=BY_DAY).id

    return open_one


def test_it_is_said_before_the_menu_with_its_end(dials, trouble):
    trouble()
    call = dials(OWNER).hears(
        "您好", "3号楼因供水管抢修正在停水，预计今日十二点前恢复。", "收到通知，请按1", "请直接按0"
    )
    call.never_hears("报修请按1")


def test_in_english_without_a_chinese_cause(dials, trouble):
    trouble()
    call = dials(OWNER).presses("8").hears("The water is off at Building 3; we expect it to be over by noon today.")
    call.presses("1").hears("We will send you a text when it is over.")


def test_an_end_that_has_passed_is_not_said(dials, trouble):
    trouble(ends_in_h=1)
    clock.stop_at(BY_DAY + timedelta(hours=1, minutes=5))
    dials(OWNER).hears("正在停水", "比原来预计的要久").never_hears("十一点", "预计今日")


def test_without_a_promised_end_none_is_said(dials, trouble):
    trouble(ends_in_h=None)
    dials(OWNER).hears("正在停水，我们正在全力处理。")


def test_a_delay_is_said_once_it_was_let_go(dials, trouble):
    manager = _manager()
    id = trouble()
    with transaction() as session:
        askers.join(session, id, number=OWNER, language="zh", call_id=None, at=BY_DAY)
        delay = notices.delay(session, id, manager, promised_end_at=BY_DAY + timedelta(hours=5), at=BY_DAY)
        assert delay is not None
        delay_id = delay.id
    jobs.plan(delay_id)
    dials(OWNER).hears("预计今日十二点前恢复").never_hears("十五点")
    with transaction() as session:
        seen = session.get_one(Campaign, delay_id).batch.hash
        campaigns.approve(session, delay_id, manager, seen=seen, at=BY_DAY, emergency_reason="抢修延长")
    dials(OWNER).hears("预计今日十五点前恢复").never_hears("十二点")


def test_several_are_each_said_shortly_what_endangers_life_first(dials, trouble, every):
    trouble()
    trouble(IncidentKind.GAS, cause="")
    trouble(IncidentKind.LIFT, everywhere=True, cause="")
    call = dials(OWNER).hears("停水", "燃气有险情", "电梯停运")
    assert call.words.index("燃气有险情") < call.words.index("电梯停运") < call.words.index("停水")
    call.presses("1")
    assert len(every(IncidentCaller)) == 3


def test_of_many_the_three_that_matter_most_are_said_and_the_key_is_about_those(dials, trouble, every):
    trouble()
    trouble(IncidentKind.GAS, cause="")
    trouble(IncidentKind.LIFT, everywhere=True, cause="")
    trouble(IncidentKind.POWER, cause="")
    dials(OWNER).hears("燃气有险情", "电梯停运", "停电").never_hears("停水").presses("1")
    assert len(every(IncidentCaller)) == 3


def test_a_rehearsal_is_no_trouble(dials, trouble):
    trouble(IncidentKind.DRILL)
    dials(OWNER).hears("报修请按1")


def test_other_buildings_and_what_is_over_are_not_spoken_of(dials, trouble, estate):
    with transaction() as session:
        project = session.get(Project, estate["project"])
        an_owner(session, a_home(session, project, "5-1-201"), "+8613800138005")
    id = trouble()
    dials("+8613800138005").hears("报修请按1").never_hears("停水")
    with transaction() as session:
        incidents.restore(session, id, at=BY_DAY)
    dials(OWNER).hears("报修请按1").never_hears("停水")


def test_a_stranger_hears_what_touches_the_whole_estate_and_nothing_else(dials, trouble):
    trouble()
    dials(STRANGER).never_hears("停水").hears("报修请按1")
    trouble(IncidentKind.POWER, everywhere=True)
    dials(STRANGER).hears("停电").never_hears("停水")
    dials("anonymous").hears("停电")


def test_of_two_estates_it_is_said_once_theirs_is_chosen(dials, trouble, estate):
    with transaction() as session:
        a_project(session, "另一小区")
    trouble(IncidentKind.POWER, everywhere=True)
    dials(STRANGER).hears("幸福花园请按1").presses("1").hears("幸福花园因供水管抢修正在停电").presses("9").hears(
        "报修请按1"
    )


def test_one_key_and_they_are_told_when_it_is_over_and_no_ticket_is_opened(dials, trouble, only, every):
    id = trouble()
    call = dials(OWNER).presses("1").hears("恢复时将短信通知您", "请挂机")
    asked = only(IncidentCaller)
    assert (asked.incident_id, asked.number, asked.language, asked.call_id) == (id, OWNER, "zh", only(Call).id)
    call.is_silent().hears("再见").hangs_up()
    dials(OWNER).presses("1").hears("恢复时将短信通知您").hangs_up()
    assert len(every(IncidentCaller)) == 1, "asked twice is told once"
    assert (every(Ticket), every(Message)) == ([], [])


def test_whoever_hangs_up_after_hearing_it_has_missed_nothing(dials, trouble, every):
    trouble()
    dials(OWNER).hangs_up()
    assert every(Ticket) == []


def test_zero_rings_a_person_at_once(dials, trouble, only):
    trouble()
    assert dials(OWNER).presses("0").hears("紧急服务").rung == [FIRST]
    assert only(Ticket).kind == "emergency"


@pytest.mark.parametrize("key", ["9", "5", "7", ""])
def test_any_other_key_and_silence_lead_to_the_menu_and_hanging_up_there_is_a_missed_call(dials, trouble, only, key):
    trouble()
    call = dials(OWNER)
    call = call.presses(key) if key else call.is_silent()
    call.hears("报修请按1").hangs_up()
    assert only(Ticket).category == "missed_call"


def test_after_asking_another_matter_is_a_ticket_of_its_own(dials, trouble, only):
    trouble()
    dials(OWNER).presses("1", "9", "1", "3").says().hears("已受理")
    assert (only(Ticket).category, only(Ticket).incident_id) == ("access", None)


def test_star_says_it_again(dials, trouble):
    trouble()
    dials(OWNER).presses("*").hears("正在停水", "收到通知，请按1")


def test_a_landline_will_be_rung(dials, trouble, estate, only):
    with transaction() as session:
        an_owner(session, session.get(Home, estate["home"]), LANDLINE, "陈老伯")
    trouble()
    dials(LANDLINE).hears("3号楼").presses("1").hears("打这个电话通知您")
    assert only(IncidentCaller).number == LANDLINE


@pytest.mark.parametrize(("number", "said"), [
    ("anonymous", "看不到可以回拨的号码"), (SHARED_COST, "看不到可以回拨的号码"), (ABROAD, "收不到我们的通知"),
])  # fmt: skip
def test_who_cannot_be_told_hears_so_and_how_to_stay_informed(dials, trouble, every, number, said):
    trouble(everywhere=True)
    dials(number).presses("1").hears(said, "再拨打本热线").never_hears("短信通知您")
    assert every(IncidentCaller) == []


def test_what_is_over_meanwhile_is_said_to_be(dials, trouble, every):
    id = trouble()
    call = dials(OWNER)
    with transaction() as session:
        incidents.restore(session, id, at=BY_DAY)
    call.presses("1").hears("刚刚已经恢复").never_hears("通知您")
    assert every(IncidentCaller) == []


def test_a_colleague_comes_for_what_waits_for_them(dials, trouble):
    trouble(everywhere=True)
    dials(FIRST).never_hears("停水").hears("报修请按1")


def test_the_key_told_four_times_at_once_is_one_row_and_one_answer(app, settings, dials, trouble, every):
    trouble()
    call = dials(OWNER)
    form = {"CallSid": call.sid, "From": OWNER, "To": HOTLINE, "CallStatus": "in-progress", "Digits": "1"}
    bodies = _at_once(app, settings, [(call.verb.get("action"), form)] * 4)
    assert len(set(bodies)) == 1
    assert len(every(IncidentCaller)) == 1


def test_two_calls_of_one_number_that_ask_at_once_are_told_once(app, settings, dials, trouble, every):
    trouble()
    for _ in range(3):
        calls = [dials(OWNER), dials(OWNER)]
        posts = [
            (one.verb.get("action"), {"CallSid": one.sid, "From": OWNER, "To": HOTLINE, "Digits": "1"})
            for one in calls
        ]  # fmt: skip
        assert all("短信通知您".encode() in body for body in _at_once(app, settings, posts))
        assert len(every(IncidentCaller)) == 1


def test_asking_while_it_ends_is_heard_in_the_all_clear_or_told_that_it_is_over(app, settings, dials, trouble, every):
    manager = _manager()
    for number in range(3):
        id = trouble(IncidentKind.POWER, everywhere=True)
        call = dials(f"+861370013700{number}")
        start, written, bodies = threading.Barrier(2), [], []
        form = {"CallSid": call.sid, "From": call.number, "To": HOTLINE, "Digits": "1"}
        path = call.verb.get("action")

        def press(path=path, form=form, start=start, bodies=bodies):
            start.wait()
            bodies.append(SigningCarrier(app.test_client(), settings)(path, **form).get_data())

        def end(id=id, start=start, written=written):
            start.wait()
            with app.app_context(), transaction() as session:
                campaign = notices.restore(session, id, manager, at=BY_DAY)
                written.append(campaign.id if campaign else None)

        threads = [threading.Thread(target=press), threading.Thread(target=end)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        is_asked = any(one.incident_id == id for one in every(IncidentCaller))
        assert is_asked is (written[0] is not None) is ("短信通知您".encode() in bodies[0])
        assert ("刚刚已经恢复".encode() in bodies[0]) is not is_asked


def test_the_all_clear_and_a_delay_reach_whoever_asked_though_nobody_else_was_told(dials, trouble, every):
    manager = _manager()
    id = trouble()
    dials(OWNER).presses("8", "1")
    with transaction() as session:
        delay = notices.delay(session, id, manager, promised_end_at=BY_DAY + timedelta(hours=5), at=BY_DAY)
        assert delay is not None
        delay_id = delay.id
    jobs.plan(delay_id)
    with transaction() as session:
        over = notices.restore(session, id, manager, at=BY_DAY)
        assert over is not None
        over_id = over.id
    jobs.plan(over_id)
    bodies = [message.body for message in every(Message)]
    assert len(bodies) == 2
    assert "15:00" in bodies[0]
    assert "Water is back" in bodies[1], "in the language they asked in"


def _manager():
    with transaction() as session:
        project = session.scalars(select(Project).order_by(Project.id)).first()
        manager = a_member_of_staff(session, "钱进", "+8613900000044", Role.MANAGER, project)
        return By(manager.id, Role.MANAGER, project.id)


def _at_once(app, settings, posts):
    start, bodies = threading.Barrier(len(posts)), []

    def post(path, form):
        start.wait()
        bodies.append(SigningCarrier(app.test_client(), settings)(path, **form).get_data())

    threads = [threading.Thread(target=post, args=one) for one in posts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return bodies
