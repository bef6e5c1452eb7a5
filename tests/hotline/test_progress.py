"""What became of it: by the caller's own number, or by number and four digits."""

from datetime import timedelta

from base import clock
from base.database import transaction
from console import facts
from tests.hotline.conftest import BY_DAY, BY_NIGHT, FIRST, OWNER, STRANGER
from tickets import actions
from tickets.models import EventType, Ticket


def test_the_callers_open_tickets_are_told_newest_first(dials, estate, every):
    for keys in ("12", "3", "4", "55"):
        dials(OWNER).presses("1", *keys).says()
    call = dials(OWNER).presses("5").hears("等待接单", "三十分钟内").never_hears("李", "王强", "1502")
    newest, oldest = every(Ticket)[-1].ref, every(Ticket)[0].ref
    assert call.ref == newest
    assert " ".join(oldest[-4:]) not in call.words, "three at most"


def test_by_number_and_the_last_four_digits(dials, estate, only):
    dials(OWNER).presses("1", "4").says()
    ref = only(Ticket).ref.replace("-", "")
    call = dials(STRANGER).presses("5").hears("没有处理中的工单", "十位工单号").presses(ref).hears("后四位")
    call.presses("8000").hears("等待接单").never_hears("李")


def test_three_wrong_guesses_lead_to_a_person(dials, estate, only):
    dials(OWNER).presses("1", "4").says()
    ref = only(Ticket).ref.replace("-", "")
    call = dials(STRANGER).presses("5")
    for wrong in ("1111", "2222"):
        call.presses(ref, wrong).hears("不对").never_hears("等待接单")
    assert call.presses(ref, "3333").rung == [FIRST]


def test_guessing_over_many_calls_is_throttled(dials, estate, every):
    dials(OWNER).presses("1", "4").says()
    ref = every(Ticket)[0].ref.replace("-", "")
    for _ in range(3):
        dials(STRANGER).presses("5", ref, "1111", ref, "2222")
    dials(STRANGER).presses("5", ref, "8000").hears("不对").never_hears("等待接单")


def test_what_a_withheld_caller_told_us_is_found_by_four_zeros(dials, estate, only):
    dials("anonymous").presses("3", "1").is_silent().says().hears("四个零")
    ref = only(Ticket).ref.replace("-", "")
    dials("anonymous").presses("5").hears("十位工单号").presses(ref, "0000").hears("咨询", "等待接单")


def test_what_has_a_code_is_not_found_by_four_zeros(dials, estate, only):
    dials(OWNER).presses("2", "1", "3").says()
    ref = only(Ticket).ref.replace("-", "")
    dials("anonymous").presses("5", ref, "0000").hears("不对").never_hears("等待接单")


def test_whose_ticket_was_merged_hears_so_while_the_original_goes_on(dials, estate, every):
    for key in ("3", "4"):
        dials(OWNER).presses("1", key).says()
    original, part = (one.id for one in every(Ticket))
    with transaction() as session:
        theirs = session.get_one(Ticket, original)
        theirs.caller_number = STRANGER
        session.flush()
        actions.merge(session, part, into=theirs, at=BY_DAY)
    dials(OWNER).presses("5").hears("已并入另一张工单").never_hears("三十分钟", "没有处理中的工单")
    with transaction() as session:
        actions.cancel(session, original, None, at=BY_DAY, text="x")
    dials(OWNER).presses("5").hears("没有处理中的工单")


def at(minutes):
    clock.stop_at(BY_DAY + timedelta(minutes=minutes))


def test_the_promise_that_was_given_is_told_again_and_not_a_new_one(dials, estate):
    dials(OWNER).presses("1", "4").says().hears("三十分钟内")
    at(20)
    dials(OWNER).presses("9", "5").hears("等待接单", "我们将在今日十点半前与您联系").never_hears("三十分钟")


def test_a_promise_for_the_morning_stays_one(dials, estate):
    clock.stop_at(BY_NIGHT)
    dials(OWNER).presses("1", "4").says().hears("今日九点前")
    at(16 * 60 + 6 * 60 + 45)
    dials(OWNER).presses("9", "5").hears("今日九点前")


def test_a_broken_promise_is_admitted_and_chased(dials, estate, only):
    dials(OWNER).presses("1", "4").says()
    at(5 * 60)
    dials(OWNER).presses("9", "5").hears("等待接单", "已超过约定时间", "我们已催办").never_hears(
        "三十分钟", "今日十点半"
    )
    ticket = only(Ticket)
    [urged] = [event for event in ticket.events if event.type == EventType.CALLED_AGAIN]
    assert (urged.at, urged.data["urged"]) == (BY_DAY + timedelta(hours=5), True)
    assert ticket.page_due_at <= BY_DAY + timedelta(hours=5), "the next of us is told now"


def test_a_broken_promise_at_night_is_chased_in_the_morning_and_that_is_said(dials, estate, only):
    dials(OWNER).presses("1", "4").says()
    ticket = only(Ticket)
    with transaction() as session:
        actions.set_page_due(session, ticket.id, due_at=None)
    at(12 * 60)
    dials(OWNER).presses("9", "5").hears("已超过约定时间", "一上班就处理").never_hears("次日", "九点前")
    assert only(Ticket).page_due_at == BY_DAY + timedelta(hours=22, minutes=30)


def test_late_is_said_in_english_too(dials, estate):
    dials(OWNER).presses("1", "4").says()
    at(45)
    dials(OWNER).presses("8", "9", "5").hears("later than we promised", "chasing it")


def test_a_promise_that_was_kept_is_not_given_again(dials, estate, only):
    dials(OWNER).presses("1", "4").says()
    ticket = only(Ticket)
    with transaction() as session:
        actions.acknowledge(session, ticket.id, estate["first"], at=BY_DAY, how="click")
    at(5 * 60)
    dials(OWNER).presses("9", "5").hears("已有人接单").never_hears("约定", "催办", "分钟内")
    assert not [event for event in only(Ticket).events if event.type == EventType.CALLED_AGAIN]


def test_an_enquiry_that_was_answered_is_not_chased(dials, estate, only):
    dials(OWNER).presses("3", "1").says()
    ticket = only(Ticket)
    with transaction() as session:
        actions.note(session, ticket.id, estate["first"], at=BY_DAY, text="已回电")
    at(5 * 60)
    dials(OWNER).presses("5").hears("咨询").never_hears("约定", "催办")


def test_what_is_said_and_what_the_desk_shows_are_one_clock(dials, estate, only):
    at(7 * 60 + 50)
    dials(OWNER).presses("1", "4").says().hears("次日八点五十分前")
    at(9 * 60)
    dials(OWNER).presses("9", "5").hears("次日八点五十分前")
    id_ = only(Ticket).id
    with transaction() as session:
        told = facts.events_of(session, [id_])[id_]
        ack = facts.standing(session, session.get(Ticket, id_), told, clock.now())[0]
    assert (ack.due_at, ack.is_broken) == (BY_DAY + timedelta(hours=22, minutes=50), False)


def test_then_it_goes_on_or_ends_politely(dials, estate):
    dials(OWNER).presses("1", "4").says()
    call = dials(OWNER).presses("5", "9").hears("报修请按1").presses("5").is_silent().is_silent().hears("再见")
    assert call.verb.tag == "Hangup"
