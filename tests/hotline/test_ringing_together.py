"""Everybody on duty rings at once: one has the call, a voicemail only costs its time, the late hear who was quicker."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from base import clock
from base.database import transaction
from directory.models import Project, Staff
from oncall.actions import departing
from oncall.ladder import Post
from oncall.models import Page, PageState
from tests import make
from tests.conftest import SigningCarrier
from tests.hotline.conftest import FIRST, OWNER, SECOND, STRANGER
from tickets.models import Ticket


@pytest.fixture(autouse=True)
def at_once(app):
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"live_hunt": "at_once"})


@pytest.fixture
def picks_up(carrier_posts):
    """The telephone of this page is picked up, and `key` pressed; what is heard there."""

    def post(page: Page, key: str | None = None) -> str:
        path = f"/voice/whisper/{page.id}" + ("" if key is None else "/key")
        form = {} if key is None else {"Digits": key}
        return carrier_posts(path, CallSid="CA" + f"{page.id:032x}", **form).get_data(as_text=True)

    return post


def test_all_ring_together_and_when_it_has_rung_out_nobody_is_left(dials, estate, every):
    call = dials(OWNER).presses("9")
    assert call.rung == [FIRST, SECOND]
    assert {number.get("url") for number in call.document.iter("Number")} == {
        f"/voice/whisper/{page.id}" for page in every(Page)
    }
    call.nobody_answers().hears("值班人员正在忙")
    assert {page.state for page in every(Page)} == {PageState.MISSED}


def test_the_carrier_rings_ten_together_and_no_more(dials, estate):
    with transaction() as session:
        garden = session.scalars(select(Project).order_by(Project.id)).first()
        for n in range(12):
            colleague = make.a_member_of_staff(session, f"同事{n}", f"+86139001000{n:02}", project=garden)
            make.a_shift(session, garden, colleague, Post.SECOND, clock.now())
    assert len(set(dials(OWNER).presses("9").rung)) == 10


def test_voicemails_that_pick_up_one_after_the_other_do_not_keep_a_caller_for_ever(dials, estate, every, picks_up):
    began_at = clock.now()
    with transaction() as session:
        garden = session.scalars(select(Project).order_by(Project.id)).first()
        for n in range(6):
            colleague = make.a_member_of_staff(session, f"同事{n}", f"+86139001000{n:02}", project=garden)
            make.a_shift(session, garden, colleague, Post.SECOND, began_at)
    call, picked_up = dials(OWNER).presses("9"), 0
    while call.verb.tag == "Dial":
        picks_up(every(Page)[-len(call.rung)])
        picked_up += 1
        clock.stop_at(began_at + timedelta(seconds=45 * picked_up))
        assert picked_up < 4
        call.nobody_answers("completed")
    call.hears("值班人员正在忙")


def test_a_voicemail_that_picks_up_first_costs_its_time_and_the_others_ring_again(dials, estate, every, picks_up):
    call = dials(OWNER).presses("9")
    picks_up(every(Page)[0])
    assert call.nobody_answers("completed").rung == [SECOND]
    call.nobody_answers().hears("值班人员正在忙")
    assert [page.staff_id for page in every(Page)] == [estate["first"], estate["second"], estate["second"]]


def test_whoever_leaves_while_it_rings_is_not_joined_and_the_others_ring_again(dials, estate, every, picks_up):
    call = dials(OWNER).presses("9")
    first, _ = every(Page)
    with transaction() as session:
        departing.leaves(session, session.get_one(Staff, first.staff_id), by_id=None, at=clock.now())
    for key in (None, "1"):
        assert "已经结束" in picks_up(first, key)
    assert call.nobody_answers("completed").rung == [SECOND]
    assert "接听请按1" in picks_up(every(Page)[-1])
    assert "Hangup" not in picks_up(every(Page)[-1], "1")
    call.talk_ends().hears("值班人员已接单")


def test_one_takes_the_call_and_the_late_one_hears_who(dials, estate, every, picks_up):
    call = dials(OWNER).presses("9")
    first, second = every(Page)
    for page in (first, second):
        assert "接听请按1" in picks_up(page)
    assert "Hangup" not in picks_up(second, "1")
    late = picks_up(first, "1")
    assert "已由赵敏接单" in late
    assert "Hangup" in late
    assert picks_up(first, "1") == late
    assert "Hangup" not in picks_up(second, "1"), "whoever has the call hears the same again"
    call.talk_ends().hears("值班人员已接单")


def test_of_two_who_press_in_one_moment_one_has_the_call(app, settings, dials, estate, every, picks_up):
    dials(OWNER).presses("9")
    pages, start, heard = every(Page), threading.Barrier(2), []
    for page in pages:
        picks_up(page)

    def press(page: Page) -> None:
        start.wait()
        posts = SigningCarrier(app.test_client(), settings)
        answer = posts(f"/voice/whisper/{page.id}/key", CallSid="CA" + f"{page.id:032x}", Digits="1")
        heard.append("Hangup" in answer.get_data(as_text=True))

    threads = [threading.Thread(target=press, args=(page,)) for page in pages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(heard) == [False, True]
    assert len([page for page in every(Page) if page.joined_at is not None]) == 1


def test_who_hangs_up_while_all_ring_ends_every_ring(dials, estate, every):
    dials(OWNER).presses("9").hangs_up()
    assert {page.state for page in every(Page)} == {PageState.MISSED}


def test_who_presses_after_the_caller_has_hung_up_hears_so_and_is_not_taken_for_talking(
    dials, estate, every, only, picks_up
):
    dials(OWNER).presses("9").hangs_up()
    first, second = every(Page)
    assert "来不及了" in picks_up(first, "1")
    assert "来不及了" in picks_up(second), "nor is anybody whispered to about them"
    assert {page.joined_at for page in every(Page)} == {None}
    assert only(Ticket).acknowledged_at is None
    assert dials(STRANGER).presses("9").rung == [FIRST, SECOND], "both are free"


def test_who_presses_when_the_next_is_being_rung_hears_that_it_is_too_late(app, dials, estate, every, picks_up):
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"live_hunt": "in_order"})
    call = dials(OWNER).presses("9").nobody_answers()
    assert call.rung == [SECOND]
    assert "来不及了" in picks_up(every(Page)[0], "1")
    assert "Hangup" not in picks_up(every(Page)[1], "1")
    call.talk_ends().hears("值班人员已接单")
