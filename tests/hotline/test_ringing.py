"""A caller dials 0 again, and telephones ring for an emergency that somebody has taken already."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from base import clock
from base.database import transaction
from directory.models import Project, Staff
from hotline.models import Recording
from oncall import actions as oncall
from oncall.actions import departing
from oncall.ladder import Post
from oncall.models import Page
from tests import make
from tests.hotline.caller import HOTLINE
from tests.hotline.conftest import BY_DAY, FIRST, OWNER, SECOND
from tickets import actions as tickets
from tickets.lifecycle import Kind, Level, Status
from tickets.models import Ticket


@pytest.fixture
def taken(dials, estate, only):
    """An emergency of the owner, rung for and hung up; the second took it by page. `taken(s)`: so long ago."""

    def take(seconds: float) -> int:
        dials(OWNER).presses("0").hangs_up()
        ticket_id = only(Ticket).id
        with transaction() as session:
            oncall.take_ticket(session, ticket_id, estate["second"], how="click", at=BY_DAY)
        clock.stop_at(BY_DAY + timedelta(seconds=seconds))
        return ticket_id

    return take


def follows(page_id: int, at) -> None:
    with transaction() as session:
        oncall.follow(session, page_id, at=at)


def test_the_clock_does_not_turn_a_ring_without_an_answer_into_a_talk(dials, taken, every):
    taken(30)
    call = dials(OWNER).presses("0")
    assert call.rung == [SECOND], "who has it goes before all others"
    follows(every(Page)[-1].id, BY_DAY + timedelta(seconds=31))
    call.nobody_answers().never_hears("已接单").never_hears("再见")
    assert call.verb.tag == "Gather"


def test_who_joined_what_was_taken_and_reaches_nobody_gets_a_ladder_and_leaves_a_message(dials, taken, every, only):
    first_id = taken(30)
    call = dials(OWNER).presses("0").nobody_answers().hears("继续呼叫", "火警请按2")
    call.presses("2").hears("走楼梯", "发生了什么").says().hears("不断呼叫").never_hears("已经接单")
    before, anew = every(Ticket)
    assert (before.id, before.status) == (first_id, Status.ACKNOWLEDGED)
    assert (anew.kind, anew.level, anew.category, anew.status) == (Kind.EMERGENCY, Level.P0, "fire", Status.OPEN)
    assert anew.page_due_at is not None
    assert anew.events[0].data["before"] == before.ref
    assert only(Recording).ticket_id == anew.id


def test_who_joined_what_was_taken_and_talks_needs_no_second_ticket(dials, taken, every, only):
    taken(30)
    call = dials(OWNER).presses("0")
    page_id = every(Page)[-1].id
    with transaction() as session:
        oncall.accept(session, page_id, at=BY_DAY + timedelta(seconds=40))
    call.talk_ends().hears("值班人员已接单")
    assert call.verb.tag == "Hangup"
    assert call.ref == only(Ticket).ref


def test_half_an_hour_later_it_is_an_emergency_of_its_own(dials, taken, every):
    taken(30 * 60)
    call = dials(OWNER).presses("0")
    assert call.rung == [FIRST]
    before, anew = every(Ticket)
    assert (anew.level, anew.status) == (Level.P0, Status.OPEN)
    assert anew.page_due_at is not None
    assert anew.events[0].data["before"] == before.ref
    call.nobody_answers().nobody_answers().presses("4")
    assert (every(Ticket)[1].category, every(Ticket)[1].summary) == ("burst_pipe", "")


def test_taken_by_another_way_while_being_rung_is_not_the_end_of_the_call(dials, estate, only):
    call = dials(OWNER).presses("0")
    ticket_id = only(Ticket).id
    clock.stop_at(BY_DAY + timedelta(seconds=5))
    with transaction() as session:
        oncall.take_ticket(session, ticket_id, estate["first"], how="reply", at=clock.now())
    call.nobody_answers().never_hears("已接单")
    assert call.rung == [FIRST], "they are rung once more for the caller"
    call.nobody_answers().hears("值班人员已经接单", "发生了什么")
    assert call.verb.tag == "Record"
    call.says()
    assert only(Recording).ticket_id == only(Ticket).id


def test_one_who_does_not_work_here_any_more_does_not_end_the_chain(dials, estate, monkeypatch):
    monkeypatch.setattr("oncall.actions.live.transferable", lambda _session, number: number != FIRST)
    assert dials(OWNER).presses("0").rung == [SECOND]


def test_an_emergency_is_joined_while_nobody_has_it(dials, estate, only):
    dials(OWNER).presses("0").hangs_up()
    clock.stop_at(BY_DAY + timedelta(minutes=30))
    dials(OWNER).presses("0")
    assert only(Ticket).status == Status.OPEN
    with transaction() as session:
        assert tickets.emergency_before(session, caller_number=OWNER, at=clock.now()) is None


@pytest.mark.parametrize("key", ["0", "9"])
def test_before_each_ring_there_are_words_and_it_is_heard_ringing_until_somebody_has_pressed_1(dials, estate, key):
    call, heard = dials(OWNER).presses(key), 0
    while call.verb.tag == "Dial":
        assert call.words
        assert (call.verb.get("answerOnBridge"), call.verb.get("ringTone")) == ("true", "cn")
        assert call.verb.get("callerId") == HOTLINE, "whoever is rung sees the hotline, and may ring it back"
        call.nobody_answers()
        heard += 1
    assert heard == 2


def test_of_whoever_leaves_while_it_rings_the_next_is_rung_and_they_are_not_joined(
    dials, estate, every, only, carrier_posts
):
    call = dials(OWNER).presses("0")
    page = only(Page)
    with transaction() as session:
        departing.leaves(session, session.get_one(Staff, estate["first"]), by_id=None, at=BY_DAY)
    for path in ("", "/key"):
        heard = carrier_posts(f"/voice/whisper/{page.id}{path}", CallSid="CA" + "e" * 32, Digits="1")
        assert "已经结束" in heard.get_data(as_text=True)
    assert only(Page).joined_at is None
    assert call.nobody_answers("completed").rung == [SECOND]
    call.nobody_answers().hears("继续呼叫", "火警请按2")
    assert (only(Ticket).status, only(Ticket).page_due_at is not None) == (Status.OPEN, True)


@pytest.mark.parametrize("rings_s", [20, 45])
@pytest.mark.parametrize(("key", "then"), [("0", "继续呼叫"), ("9", "值班人员正在忙")])
def test_however_many_are_on_duty_a_caller_does_not_hear_it_ring_for_ever(dials, estate, key, then, rings_s):
    """Nor where voicemails pick up and keep each of them for longer."""
    with transaction() as session:
        garden = session.scalars(select(Project).order_by(Project.id)).first()
        for n in range(8):
            colleague = make.a_member_of_staff(session, f"同事{n}", f"+86139001000{n:02}", project=garden)
            make.a_shift(session, garden, colleague, Post.SECOND, clock.now())
    call, rung = dials(OWNER).presses(key), []
    while call.verb.tag == "Dial":
        rung += call.rung
        clock.stop_at(BY_DAY + timedelta(seconds=rings_s * len(rung)))
        assert clock.now() < BY_DAY + timedelta(minutes=3)
        call.nobody_answers()
    assert len(set(rung)) == len(rung) > 2, "nobody is rung twice"
    call.hears(then)


def test_whoever_takes_it_while_the_caller_waits_is_rung_however_long_it_has_been_ringing(dials, estate, only):
    call, ticket_id = dials(OWNER).presses("0"), only(Ticket).id
    clock.stop_at(BY_DAY + timedelta(seconds=150))
    with transaction() as session:
        oncall.take_ticket(session, ticket_id, estate["second"], how="reply", at=clock.now())
    assert call.nobody_answers().rung == [SECOND]
