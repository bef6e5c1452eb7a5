"""What became of it: by the caller's own number, or by number and four digits."""

from tests.hotline.conftest import FIRST, OWNER, STRANGER
from tickets.models import Ticket


def test_the_callers_open_tickets_are_told_newest_first(dials, estate, every):
    for key in ("1", "3", "4", "5"):
        dials(OWNER).presses("1", key, *(("2",) if key == "1" else ())).says()
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


def test_an_unnamed_complaint_is_found_by_four_zeros(dials, estate, only):
    dials(OWNER).presses("2", "1", "3").says()
    ref = only(Ticket).ref.replace("-", "")
    dials("anonymous").presses("5").hears("十位工单号").presses(ref, "0000").hears("投诉", "等待接单")


def test_then_it_goes_on_or_ends_politely(dials, estate):
    dials(OWNER).presses("1", "4").says()
    call = dials(OWNER).presses("5", "9").hears("报修请按1").presses("5").is_silent().is_silent().hears("再见")
    assert call.verb.tag == "Hangup"
