"""Whoever reached nobody is owed a call: written down once, by when, taken by one of us, settled by a talk."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from base import clock
from base.access import Role
from base.database import reading, transaction
from directory.models import Project, Staff
from hotline import jobs
from hotline.actions import returning, ringbacks
from hotline.intake import RINGING, Intake
from hotline.models import RingBack
from hotline.ringback import RingBackState, RingBackWhy, why_owed
from messages.lifecycle import MessageState
from messages.models import Message
from oncall import actions as oncall
from oncall.actions import departing
from oncall.ladder import Post
from oncall.models import Page
from tests.hotline.conftest import BY_DAY, BY_NIGHT, FIRST, OWNER, SECOND, STRANGER
from tests.make import a_member_of_staff, a_shift
from tickets import actions as tickets
from tickets.models import Ticket

BOSS = "+8613900000003"


@pytest.mark.parametrize(
    ("intake", "had_ticket", "leaves_ticket", "has_spoken", "why"),
    [
        (Intake(), False, True, False, RingBackWhy.MISSED),
        (Intake(purpose="complaint"), False, True, False, RingBackWhy.BROKEN_OFF),
        (Intake(purpose="complaint", is_anonymous=True), False, True, False, None),
        (Intake(purpose="repair"), True, False, False, RingBackWhy.BROKEN_OFF),
        (Intake(purpose="repair", messages=1), True, False, False, None),
        (Intake(purpose="repair", has_joined=True), True, False, False, None),
        (Intake(is_answered=True), True, False, False, None),
        (Intake(place=RINGING), True, False, False, RingBackWhy.WAITING),
        (Intake(place=RINGING), True, False, True, None),
        (Intake(nobody_came=True, messages=1, is_answered=True), True, False, False, RingBackWhy.NOBODY),
        (Intake(nobody_came=True, was_told_taken=True), True, False, False, None),
        (Intake(), False, False, False, None),
    ],
)
def test_who_is_owed_a_call(intake, had_ticket, leaves_ticket, has_spoken, why):
    found = why_owed(intake, had_ticket=had_ticket, leaves_ticket=leaves_ticket, has_spoken=has_spoken)
    assert found is why


def test_a_missed_call_is_owed_within_the_time_we_give_ourselves(dials, estate, only):
    dials(OWNER).hangs_up()
    row = only(RingBack)
    assert (row.number, row.why, row.state, row.ticket_id) == (OWNER, "missed", "owed", only(Ticket).id)
    assert row.due_at == BY_DAY + timedelta(minutes=30)


def test_the_time_we_give_ourselves_is_the_companys_to_set(app, dials, estate, only):
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"ring_back_minutes": 10})
    dials(OWNER).hangs_up()
    assert only(RingBack).due_at == BY_DAY + timedelta(minutes=10)


def test_at_night_it_is_due_once_the_desk_is_open(dials, estate, only):
    clock.stop_at(BY_NIGHT)
    dials(OWNER).hangs_up()
    assert only(RingBack).due_at > BY_NIGHT + timedelta(hours=3)


def test_the_end_told_twice_owes_one_call(dials, estate, only):
    call = dials(OWNER)
    call.hangs_up()
    call.hangs_up()
    assert only(RingBack).calls == 1


def test_who_calls_in_vain_three_times_is_rung_once_by_the_first_promise(dials, estate, only):
    for minutes in range(3):
        clock.stop_at(BY_DAY + timedelta(minutes=minutes))
        dials(OWNER).hangs_up()
    assert (only(RingBack).calls, only(RingBack).due_at) == (3, BY_DAY + timedelta(minutes=30))


def test_whose_matter_is_done_is_owed_nothing(dials, estate, every):
    dials(OWNER).presses("1", "4").says().hangs_up()
    dials(OWNER).presses("5").hangs_up()
    dials(FIRST).hangs_up()
    assert every(RingBack) == []


def test_who_hangs_up_while_a_telephone_rings_is_owed_a_call(dials, estate, only):
    dials(OWNER).presses("9").hangs_up()
    assert only(RingBack).why is RingBackWhy.WAITING


def test_a_message_left_because_nobody_came_is_no_talk(dials, estate, only):
    call = dials(OWNER).presses("9")
    while call.verb.tag == "Dial":
        call.nobody_answers()
    call.says().hangs_up()
    assert (only(RingBack).why, only(RingBack).settled_at) == (RingBackWhy.NOBODY, None)


def test_after_a_talk_nothing_is_owed(dials, estate, every, only):
    call = dials(OWNER).presses("9")
    with transaction() as session:
        oncall.accept(session, session.scalars(select(Page.id)).one(), at=clock.now())
    call.talk_ends().hangs_up()
    assert every(RingBack) == []


def test_a_later_call_that_gets_through_settles_what_was_owed(dials, estate, only):
    dials(OWNER).hangs_up()
    dials(OWNER).presses("5").hangs_up()
    assert only(RingBack).state is RingBackState.OWED, "to hear the progress is no talk"
    dials(OWNER).presses("1", "4").says().hangs_up()
    assert only(RingBack).state is RingBackState.CALLED_AGAIN


def test_a_message_that_ends_after_its_call_settles_it(dials, estate, only):
    call = dials(OWNER).presses("1", "4")
    call.hangs_up()
    assert only(RingBack).why is RingBackWhy.BROKEN_OFF
    call.says()
    assert only(RingBack).settled_at is not None


def test_who_stays_unnamed_is_on_no_list(dials, estate, every):
    dials(OWNER).presses("2", "1").hangs_up()
    call = dials(STRANGER).presses("2")
    call.hangs_up()
    assert [row.number for row in every(RingBack)] == [STRANGER]
    call.presses("1")
    assert every(RingBack) == []


@pytest.mark.parametrize("number", ["+8610690000001", "+864008001235", "+12025550143", "+266696687"])
def test_whom_we_do_not_ring(dials, estate, every, number):
    dials(number).hangs_up()
    assert every(RingBack) == []


def test_a_port_that_only_sends_texts_leaves_no_ticket(dials, estate, every):
    dials("+8610690000001").hangs_up()
    assert every(Ticket) == []


def _owed(dials, only) -> int:
    dials(OWNER).hangs_up()
    return only(RingBack).id


def test_of_two_who_press_at_once_one_has_it(app, dials, estate, only):
    id, start, has_it = _owed(dials, only), threading.Barrier(2), {}

    def press(staff_id: int) -> None:
        start.wait()
        with app.app_context(), transaction() as session:
            has_it[staff_id] = returning.take(session, id, staff_id)

    threads = [threading.Thread(target=press, args=(estate[who],)) for who in ("first", "second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(has_it.values()) == [False, True]
    assert has_it[only(RingBack).taken_by_id]


def test_only_who_has_it_rings_and_two_presses_ring_once(dials, estate, only, every):
    id = _owed(dials, only)
    with transaction() as session:
        first, second = session.get(Staff, estate["first"]), session.get(Staff, estate["second"])
        assert not returning.ring(session, id, first, at=clock.now()), "nobody has taken it"
        assert returning.take(session, id, first.id)
        assert not returning.ring(session, id, second, at=clock.now())
        for _ in range(2):
            assert returning.ring(session, id, first, at=clock.now())
    calls = [one for one in every(Message) if one.way == "call"]
    assert [(one.number, one.answer_path) for one in calls] == [(FIRST, f"/voice/ring-back/{id}/1")]


def _takes_and_rings(id: int, staff_id: int) -> None:
    with transaction() as session:
        assert returning.take(session, id, staff_id)
        assert returning.ring(session, id, session.get(Staff, staff_id), at=clock.now())


def _of_tries(texts_to) -> list[str]:
    return [text for text in texts_to(OWNER) if "没有联系上" in text]


def _ringing(dials, estate, only, carrier_posts):
    """The first has taken it and their telephone rings; what to post to a step of that call."""
    id = _owed(dials, only)
    with transaction() as session:
        returning.take(session, id, estate["first"])
        returning.ring(session, id, session.get(Staff, estate["first"]), at=clock.now())
    sid = "CA" + "e" * 32
    return lambda step="", **form: carrier_posts(
        f"/voice/ring-back/{id}/1{step}", CallSid=sid, From="+864008001234", To=FIRST, **form
    ).get_data(as_text=True)


def test_the_colleague_is_rung_first_and_the_caller_sees_the_hotline(dials, estate, only, carrier_posts):
    posts = _ringing(dials, estate, only, carrier_posts)
    assert "接通请按1" in posts()
    assert "接通请按1" in posts("/key", Digits="")
    joined = posts("/key", Digits="1")
    assert f">{OWNER}<" in joined
    assert 'callerId="+864008001234"' in joined
    assert FIRST not in joined
    assert posts("/key", Digits="1") == joined, "the same webhook twice"


def test_the_caller_sees_the_number_that_they_had_dialled(dials, estate, only, carrier_posts):
    own = "+862112340001"
    with transaction() as session:
        session.get_one(Project, estate["project"]).number = own
    posts = _ringing(lambda number: dials(number, own), estate, only, carrier_posts)
    assert f'callerId="{own}"' in posts("/key", Digits="1")


def test_a_voicemail_is_no_talk_only_the_colleague_says_so(dials, estate, only, carrier_posts):
    posts = _ringing(dials, estate, only, carrier_posts)
    posts("/key", Digits="1")
    assert "请按1" in posts("/after", DialCallStatus="completed", DialBridged="true")
    assert only(RingBack).state is RingBackState.TAKEN
    for _ in range(2):
        assert "已放回" in posts("/result", Digits="2")
    assert (only(RingBack).state, only(RingBack).tried) == (RingBackState.OWED, 1)


def test_a_talk_settles_it_and_stands_on_the_timeline_once(dials, estate, only, carrier_posts):
    posts = _ringing(dials, estate, only, carrier_posts)
    for _ in range(2):
        assert "已记下" in posts("/result", Digits="1")
    assert only(RingBack).state is RingBackState.SPOKEN
    assert [e.data["result"] for e in only(Ticket).events if e.type == "rang_back"] == ["spoken"]
    assert "已经有人处理" in posts(), "a telephone that rings late"


def test_three_times_in_vain_is_told_by_text_and_the_ticket_goes_on(dials, estate, only, texts_to):
    id = _owed(dials, only)
    for ring in (1, 2, 3):
        assert _of_tries(texts_to) == []
        _takes_and_rings(id, estate["first"])
        for _ in range(2):
            with transaction() as session:
                returning.owner_rung(session, id, ring, at=clock.now())
                returning.not_reached(session, id, ring, at=clock.now())
    assert only(RingBack).state is RingBackState.NOT_REACHED
    assert len(_of_tries(texts_to)) == 1
    assert only(Ticket).status == "open"


def test_a_colleague_who_does_not_pick_up_is_no_try_of_the_caller(dials, estate, only, texts_to):
    id = _owed(dials, only)
    for ring in (1, 2, 3, 4):
        _takes_and_rings(id, estate["first"])
        with transaction() as session:
            returning.not_reached(session, id, ring, at=clock.now())
    assert (only(RingBack).state, only(RingBack).owner_rings) == (RingBackState.OWED, 0)
    assert _of_tries(texts_to) == []


def test_what_was_handed_on_is_no_longer_of_whose_telephone_rings_late(dials, estate, only, every, carrier_posts):
    posts = _ringing(dials, estate, only, carrier_posts)
    id = only(RingBack).id
    with transaction() as session:
        returning.hand_back(session, id, estate["first"], at=clock.now())
    assert "已经有人处理" in posts(), "nobody has it"
    with transaction() as session:
        assert returning.take(session, id, estate["second"])
    assert "已经有人处理" in posts("/key", Digits="1"), "it is another's, who has not rung yet"
    posts("/result", Digits="2")
    assert (only(RingBack).state, only(RingBack).taken_by_id) == (RingBackState.TAKEN, estate["second"])
    _takes_and_rings(id, estate["second"])
    assert [one.number for one in every(Message) if one.answer_path == f"/voice/ring-back/{id}/2"] == [SECOND]


def test_what_somebody_had_taken_who_leaves_is_anybodys_again(dials, estate, only, every, carrier_posts):
    posts = _ringing(dials, estate, only, carrier_posts)
    with transaction() as session:
        departing.leaves(session, session.get_one(Staff, estate["first"]), by_id=None, at=clock.now())
    assert "已经有人处理" in posts("/key", Digits="1"), "their telephone rings still"
    jobs.ring_backs_due()
    assert only(RingBack).state is RingBackState.OWED
    assert [one.state for one in every(Message) if one.answer_path] == [MessageState.CANCELLED]
    _takes_and_rings(only(RingBack).id, estate["second"])
    jobs.ring_backs_due()
    assert (only(RingBack).state, only(RingBack).taken_by_id) == (RingBackState.TAKEN, estate["second"])


def test_a_withheld_caller_who_keyed_a_number_is_on_the_list_with_it(dials, estate, only, every, texts_to):
    call = dials("anonymous").presses("9").nobody_answers().nobody_answers().hears("联系电话")
    call.presses("13700137000", "1").hears("我们会给您回电").says().hangs_up()
    assert (only(RingBack).number, only(RingBack).why) == (STRANGER, RingBackWhy.NOBODY)


def test_whoever_keys_the_number_of_another_changes_nothing_that_is_owed_to_them(dials, estate, only):
    dials(STRANGER).hangs_up()
    owed = only(RingBack)
    dials("anonymous").presses("3", "1", "13700137000", "1").says().hangs_up()
    assert only(RingBack).state is RingBackState.OWED
    dials("anonymous").presses("3", "1", "13700137000", "1").hangs_up()
    assert (only(RingBack).ticket_id, only(RingBack).calls) == (owed.ticket_id, 2)


def _a_supervisor() -> None:
    with transaction() as session:
        project = session.scalars(select(Ticket)).one().project
        boss = a_member_of_staff(session, "赵刚", BOSS, Role.SUPERVISOR, project)
        a_shift(session, project, boss, Post.SUPERVISOR, BY_DAY)


def test_the_clock_tells_a_supervisor_of_what_is_late(dials, estate, only, texts_to):
    _owed(dials, only)
    _a_supervisor()
    clock.stop_at(BY_DAY + timedelta(minutes=31))
    jobs.ring_backs_due()
    assert "回电超时" in texts_to(BOSS)[0]


def test_what_was_rung_in_vain_and_is_late_once_more_is_told_once_more(dials, estate, only, texts_to):
    id = _owed(dials, only)
    _a_supervisor()
    clock.stop_at(BY_DAY + timedelta(minutes=31))
    jobs.ring_backs_due()
    _takes_and_rings(id, estate["first"])
    with transaction() as session:
        returning.not_reached(session, id, 1, at=clock.now())
    jobs.ring_backs_due()
    assert len(texts_to(BOSS)) == 1, "it has its time again"
    clock.stop_at(BY_DAY + timedelta(minutes=62))
    jobs.ring_backs_due()
    assert len(texts_to(BOSS)) == 2


def test_of_two_who_tell_a_supervisor_one_does(app, dials, estate, only, texts_to):
    id = _owed(dials, only)
    _a_supervisor()
    jobs.ring_backs_due()
    assert texts_to(BOSS) == []
    clock.stop_at(BY_DAY + timedelta(minutes=31))
    start = threading.Barrier(2)

    def tell() -> None:
        start.wait()
        with app.app_context(), transaction() as session:
            ringbacks.tell_supervisor(session, id, at=clock.now())

    threads = [threading.Thread(target=tell) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    jobs.ring_backs_due()
    (told,) = texts_to(BOSS)
    assert "回电超时" in told
    assert OWNER not in told


def test_nobody_is_rung_about_what_is_over_or_an_emergency_that_somebody_has(dials, estate, every):
    dials(OWNER).hangs_up()
    dials(STRANGER).presses("0").hangs_up()
    with transaction() as session:
        missed, emergency = session.scalars(select(Ticket).order_by(Ticket.id)).all()
        tickets.cancel(session, missed.id, estate["first"], at=clock.now(), text="误拨")
        oncall.take_ticket(session, emergency.id, estate["second"], how="click", at=clock.now())
        assert ringbacks.open_rows(session) == []
    jobs.ring_backs_due()
    assert {row.state for row in every(RingBack)} == {RingBackState.DROPPED}


def test_emergencies_come_first_and_late_ones_are_counted(dials, estate):
    dials(OWNER).hangs_up()
    dials(STRANGER).presses("0").hangs_up()
    with reading() as session:
        assert [row.number for row in ringbacks.open_rows(session)] == [STRANGER, OWNER]
        assert ringbacks.counts(session, at=BY_DAY) == (2, 0)
        assert ringbacks.counts(session, at=BY_DAY + timedelta(hours=1)) == (2, 2)
