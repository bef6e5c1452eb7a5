"""Everybody on duty is speaking: a caller waits in line, in order, is put through, called back or leaves a message."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from base import clock
from base.database import transaction
from directory.models import Person, Staff
from hotline.actions import returning
from hotline.intake import RINGING
from hotline.menuwords import LINE
from hotline.models import Call, RingBack, Waiting
from hotline.ringback import RingBackState, RingBackWhy
from hotline.waitingline import LeftHow
from oncall import actions as oncall
from oncall.models import Page
from tests.conftest import SigningCarrier
from tests.hotline.caller import CallInProgress
from tests.hotline.conftest import BY_DAY, FIRST, OWNER, SECOND, STRANGER
from tickets.models import Ticket

THIRD, FOURTH = "+8613700137003", "+8613700137004"


def talks(call: CallInProgress) -> CallInProgress:
    """Whoever was rung last presses 1, and the two are speaking."""
    with transaction() as session:
        page_id = session.scalars(select(Page.id).order_by(Page.id.desc())).first()
        oncall.accept(session, page_id, at=clock.now())
    return call


def after(seconds: float) -> None:
    clock.stop_at(BY_DAY + timedelta(seconds=seconds))


def hears_place(call: CallInProgress, place: str) -> CallInProgress:
    """They wait on until their place is said again."""
    for _ in LINE:
        call.is_silent()
        if "排在" in call.words:
            break
    return call.hears(place)


@pytest.fixture
def engaged(dials, estate) -> list[CallInProgress]:
    """Both who are on duty are speaking with somebody."""
    first = talks(dials("+8613700137011").presses("9"))
    second = talks(dials("+8613700137012").presses("9"))
    assert (first.rung, second.rung) == ([FIRST], [SECOND])
    return [first, second]


def test_nobody_is_rung_who_is_speaking_and_the_caller_hears_their_place(dials, engaged):
    call = dials(OWNER).presses("9").hears("都在接听其他来电", "第1位", "大约还要等2分钟")
    assert (call.verb.tag, call.verb.get("timeout")) == ("Gather", "3")
    dials(STRANGER).presses("9").hears("第2位", "大约还要等3分钟")


def test_silence_is_answered_with_words_each_time_and_the_choices_come_round(dials, engaged):
    call = dials(OWNER).presses("9")
    for _ in range(2):
        call.is_silent().hears("感谢您耐心等候", "给您回电请按1", "留言请按2").never_hears("都在接听")
        call.is_silent().hears("请稍候", "马上为您接通")
        call.is_silent().hears("感谢您耐心等候", "第1位")
    call.presses("7").hears("没有这个选项", "给您回电请按1")


def test_who_has_the_choices_said_again_and_again_keeps_their_place(dials, engaged):
    call = dials(OWNER).presses("9").is_silent()
    for n in range(1, 6):
        after(30 * n)
        call.presses("*").hears("给您回电请按1")
    dials(STRANGER).presses("9").hears("第2位")


@pytest.mark.parametrize("turns", range(3))
def test_the_choices_hold_whatever_is_being_said(dials, engaged, turns):
    call = dials(OWNER).presses("9")
    for _ in range(turns):
        call.is_silent()
    call.presses("1").hears("不用再等")


def test_who_is_first_in_line_is_put_through_as_soon_as_somebody_is_free(dials, engaged):
    first, second = dials(OWNER).presses("9"), dials(STRANGER).presses("9")
    after(30)
    engaged[1].talk_ends()
    assert second.is_silent().verb.tag == "Gather", "the one ahead has whoever is free"
    assert dials(THIRD).presses("9").hears("第3位").rung == [], "who comes new does not pass those who wait"
    assert first.is_silent().hears("轮到您了").rung == [SECOND]
    hears_place(second, "第1位")


def test_who_is_rung_for_them_and_does_not_come_costs_them_nothing_of_their_place(dials, engaged):
    first, second = dials(OWNER).presses("9"), dials(STRANGER).presses("9")
    engaged[1].talk_ends()
    first.is_silent().nobody_answers().hears("第1位")
    second.is_silent()
    assert second.rung == [SECOND], "whom the first had rung in vain may come for the next"


def test_an_agent_who_hangs_up_is_free_although_the_caller_stays_on(dials, engaged, every):
    waiting = dials(OWNER).presses("9")
    engaged[0].hangs_up()
    assert waiting.is_silent().rung == [FIRST]
    talks(waiting).talk_ends().hangs_up()
    assert [row.how for row in every(Waiting)] == [LeftHow.SPOKEN]


def test_special_care_goes_before_those_who_came_earlier(dials, engaged, estate):
    usual = dials(STRANGER).presses("9").hears("第1位")
    with transaction() as session:
        session.get_one(Person, estate["owner"]).special_care = True
    call = dials(OWNER)
    while call.verb.tag == "Gather" and "排在" not in call.words:
        call.presses("9")
    call.hears("第1位")
    hears_place(usual, "第2位")


def test_an_emergency_waits_for_nobody_and_has_the_next_who_is_free(dials, engaged):
    waiting = dials(STRANGER).presses("9")
    emergency = dials(OWNER).presses("0")
    assert emergency.rung == [FIRST], "engaged or not"
    engaged[1].talk_ends()
    assert waiting.is_silent().verb.tag == "Gather"
    assert emergency.nobody_answers("busy").hears("正在通话").rung == [SECOND]
    emergency.nobody_answers().hears("什么情况")
    assert waiting.is_silent().rung == [SECOND]


def test_an_emergency_rings_whoever_is_free_first(dials, estate):
    talks(dials(STRANGER).presses("9"))
    assert dials(OWNER).presses("0").rung == [SECOND]


def test_they_would_rather_be_called_back(dials, engaged, only, every):
    call = dials(OWNER).presses("9", "1").hears("不用再等", "给您回电")
    assert call.verb.tag == "Hangup"
    for _ in range(2):
        row = only(RingBack)
        assert (row.number, row.why, row.state, row.calls) == (OWNER, RingBackWhy.ASKED, RingBackState.OWED, 1)
        call.hangs_up()
    assert every(Waiting)[0].how is LeftHow.CALL


def test_a_withheld_caller_is_asked_where_and_one_whom_we_cannot_ring_leaves_a_message(dials, engaged, only):
    call = (
        dials("anonymous").presses("9", "1").hears("请输入您的联系电话").presses("13700137000", "1").hears("不用再等")
    )
    call.hangs_up()
    assert (only(RingBack).number, only(RingBack).calls) == (STRANGER, 1)
    call = dials("anonymous").presses("9", "1").is_silent().hears("无法回拨", "请在滴声后")
    assert call.verb.tag == "Record"


def test_a_stranger_abroad_is_not_promised_a_call_that_we_do_not_make(dials, engaged, every):
    call = dials("+12025550143").presses("9", "1").hears("无法回拨", "请在滴声后").never_hears("给您回电")
    assert call.verb.tag == "Record"
    assert every(RingBack) == []


def test_a_message_instead_is_a_ticket_and_a_call_is_owed_all_the_same(dials, engaged, only):
    dials(OWNER).presses("9", "2").hears("我们会给您回电", "请在滴声后").says().hangs_up()
    assert only(RingBack).why is RingBackWhy.NOBODY


def test_who_hangs_up_in_line_is_owed_a_call_and_stands_in_nobodys_way(dials, engaged, only, every):
    dials(OWNER).presses("9").hangs_up()
    assert only(RingBack).why is RingBackWhy.WAITING
    dials(STRANGER).presses("9").hears("第1位")
    assert [row.how for row in every(Waiting)] == [LeftHow.HUNG_UP, None]


def test_whose_end_never_reached_us_is_not_waited_for(dials, engaged):
    dials(OWNER).presses("9")
    after(91)
    dials(STRANGER).presses("9").hears("第1位")


def test_nobody_waits_for_ever(app, dials, engaged, only):
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"queue_rounds": 2})
    call = dials(OWNER).presses("9")
    for _ in range(2 * len(LINE) - 1):
        call.is_silent().never_hears("让您久等了")
    call.is_silent().hears("让您久等了", "请在滴声后")
    call.says().hangs_up()
    assert only(Waiting).how is LeftHow.TOO_LONG
    assert only(RingBack).why is RingBackWhy.NOBODY


def test_without_a_line_they_are_asked_for_a_message_at_once(app, dials, engaged):
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"queue_rounds": 0})
    dials(OWNER).presses("9").hears("值班人员正在忙", "请在滴声后")


def test_where_nobody_is_speaking_and_nobody_comes_nobody_waits(dials, estate, every):
    dials(OWNER).presses("9").nobody_answers().nobody_answers().hears("值班人员正在忙", "请在滴声后")
    assert every(Waiting) == []


def test_the_wait_is_told_from_the_latest_talks(dials, estate, engaged):
    with transaction() as session:
        ticket_id = session.scalars(select(Ticket.id)).first()
        for step in (-11, -12, -13):
            session.add(Page(
                ticket_id=ticket_id, staff_id=estate["first"], kind="live", step=step, state="acknowledged",
                paged_at=BY_DAY - timedelta(hours=1), joined_at=BY_DAY - timedelta(hours=1),
                parted_at=BY_DAY - timedelta(minutes=50),
            ))  # fmt: skip
    dials(OWNER).presses("9").hears("大约还要等5分钟")


def test_in_english(dials, engaged):
    dials(STRANGER).presses("8", "9").hears("number 1 in the line", "about 2 minutes").is_silent().hears(
        "Thank you for waiting", "being called back, press 1"
    )


def test_the_same_webhook_twice_is_one_round(dials, engaged, every):
    call = dials(OWNER).presses("9")
    path = call.verb.get("action")
    first = call.is_silent().answer
    assert call.post(path, Digits="").answer == first
    assert [row.rounds for row in every(Waiting)] == [2]


def test_a_colleague_who_returns_a_call_is_engaged(dials, estate, only):
    dials(OWNER).hangs_up()
    row = only(RingBack)
    with transaction() as session:
        assert returning.take(session, row.id, estate["first"])
        returning.ring(session, row.id, session.get_one(Staff, estate["first"]), at=clock.now())
    assert dials(STRANGER).presses("9").rung == [SECOND]
    after(120)
    assert dials(THIRD).presses("9").rung == [FIRST], "they did not pick up"
    after(240)
    with transaction() as session:
        returning.owner_rung(session, row.id, 1, at=clock.now())
    assert dials(FOURTH).presses("9").rung == [SECOND], "the first is speaking"


def test_all_who_are_free_ring_together_but_for_one_each_for_those_ahead(app, dials, estate, engaged):
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"live_hunt": "at_once"})
    first, second = dials(OWNER).presses("9"), dials(STRANGER).presses("9")
    for call in engaged:
        call.talk_ends()
    assert len(second.is_silent().rung) == 1
    assert first.is_silent().rung != second.rung


def test_of_two_who_ask_in_one_moment_each_gets_another_or_waits(app, settings, dials, engaged, every):
    calls = [dials(number).presses("9") for number in (OWNER, STRANGER)]
    engaged[0].talk_ends()
    start, heard = threading.Barrier(2), {}

    def asks(call: CallInProgress) -> None:
        start.wait()
        posts = SigningCarrier(app.test_client(), settings)
        path = call.verb.get("action")
        answer = posts(path, CallSid=call.sid, From=call.number, To=call.called, Digits="", CallStatus="in-progress")
        heard[call.number] = answer.get_data(as_text=True)

    threads = [threading.Thread(target=asks, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert FIRST in heard[OWNER], "the first in line, whichever webhook came first"
    assert "<Dial" not in heard[STRANGER]
    ringing = [call for call in every(Call) if call.intake.get("place") == RINGING and call.from_number == OWNER]
    assert len(ringing) == 1


def test_a_burst_pipe_goes_before_a_question(dials, engaged):
    question = dials(STRANGER).presses("9").hears("第1位")
    dials(THIRD).presses("1", "1", "1", "0").hears("第1位")
    hears_place(question, "第2位")
