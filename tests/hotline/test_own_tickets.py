"""Somebody calls about what they have reported: it is named by its everyday word and day, and 1 asks after it."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from base import clock
from base.access import Role
from base.database import transaction
from directory.models import Home, Project
from messages.models import Message
from oncall.ladder import Post
from tests.conftest import SigningCarrier
from tests.hotline.caller import HOTLINE
from tests.hotline.conftest import BY_DAY, FIRST, OWNER, STRANGER
from tests.make import a_member_of_staff, a_shift, an_owner
from tickets import actions
from tickets.lifecycle import Kind, WaitReason
from tickets.models import EventType, Ticket

SUPERVISOR = "+8613900000003"
OFFERED = "催办或补充请按1"


@pytest.fixture
def supervisor(estate):
    """Zhao is the supervisor on duty."""
    with transaction() as session:
        project = session.get(Project, estate["project"])
        zhao = a_member_of_staff(session, "赵刚", SUPERVISOR, Role.SUPERVISOR, project)
        a_shift(session, project, zhao, Post.SUPERVISOR, BY_DAY, hours=300)


@pytest.fixture
def leak(dials, estate, only):
    """The owner reported a leak on Friday at ten, and somebody has taken it; its id."""
    dials(OWNER).presses("1", "1", "1").says()
    ticket = only(Ticket)
    with transaction() as session:
        actions.acknowledge(session, ticket.id, estate["first"], at=BY_DAY, how="click")
    return ticket.id


def later(**by):
    clock.stop_at(BY_DAY + timedelta(**by))


def urges(ticket):
    return [event for event in ticket.events if event.type == EventType.CALLED_AGAIN]


@pytest.mark.parametrize(("by", "named"), [
    ({"hours": 2}, "您今天报的漏水"), ({"days": 1}, "您昨天报的漏水"), ({"days": 4}, "您周五报的漏水"),
    ({"days": 8}, "您十一月二十日报的漏水"),
])  # fmt: skip
def test_it_is_named_by_its_everyday_word_and_day(dials, leak, by, named):
    later(**by)
    dials(OWNER).hears(f"{named}，{OFFERED}", "请直接按0", "其他事项请稍候").never_hears("报修请按1", "1502")


def test_one_key_asks_after_it_and_adds_a_message_and_there_is_no_second_ticket(dials, leak, only, texts_to):
    later(minutes=25)
    call = dials(OWNER).presses("1").hears("已有人接单", "已为您催办", "如要补充说明").says(9)
    call.hears("已记下您再次来电").hangs_up()
    ticket = only(Ticket)
    [urged] = urges(ticket)
    assert (ticket.urged, urged.data["urged"], urged.data["late"]) == (1, True, False)
    assert [event.data["seconds"] for event in ticket.events if event.type == EventType.RECORDING] == [7, 9]
    assert sum(ticket.ref in text for text in texts_to(OWNER)) == 2, "the receipt, and that it was noted"
    [text] = [text for text in texts_to(FIRST) if "催办" in text]
    assert "第1次" in text


def test_hanging_up_after_the_key_leaves_nothing_else(dials, leak, only):
    later(hours=1)
    dials(OWNER).presses("1").hangs_up()
    assert only(Ticket).urged == 1


def test_what_is_late_goes_to_the_supervisor_too(dials, leak, supervisor, texts_to, only):
    later(hours=30)
    dials(OWNER).presses("1").hears("已超过约定时间", "主管也会知道", "维修人员最短时间内到场")
    for number in (FIRST, SUPERVISOR):
        assert [text for text in texts_to(number) if "超时催办" in text]
    assert urges(only(Ticket))[0].data["late"] is True


def test_what_nobody_has_taken_goes_to_the_next_of_its_ladder(dials, estate, only):
    dials(OWNER).presses("1", "4").says()
    id = only(Ticket).id
    with transaction() as session:
        actions.set_page_due(session, id, due_at=BY_DAY + timedelta(hours=3))
    later(minutes=20)
    dials(OWNER).hears("管道堵塞").presses("1").hears("等待接单", "已为您催办", "今日十点半前")
    assert only(Ticket).page_due_at == BY_DAY + timedelta(minutes=20)


@pytest.mark.parametrize(
    ("keys", "done", "zh", "en"),
    [
        ("11", (), "维修人员今日十点半前到场。", "Somebody will be with you by 10:30 this morning."),
        ("11", ("acknowledge",), "维修人员今日十点半前到场。", "Somebody will be with you by 10:30 this morning."),
        (
            "11",
            ("acknowledge", "arrive"),
            "我们今日十二点前控制住情况。",
            "We will have it under control by noon today.",
        ),
        ("4", (), "我们将在今日十点半前与您联系。", "We will contact you by 10:30 this morning."),
        ("4", ("acknowledge",), "我们次日十点前办完。", "It will be done by 10 tomorrow morning."),
        ("4", ("acknowledge", "wait"), "一有进展，我们马上告诉您。", "We will tell you as soon as there is news."),
    ],
)
def test_whoever_asks_hears_by_when_the_next_comes_to_pass(dials, estate, only, keys, done, zh, en):
    dials(OWNER).presses("1", *keys).says()
    id = only(Ticket).id
    with transaction() as session:
        for move in done:
            how = {"acknowledge": {"how": "click"}, "wait": {"reason": WaitReason.PARTS}}.get(move, {})
            getattr(actions, move)(session, id, estate["first"], at=BY_DAY, **how)
    later(minutes=20)
    dials(OWNER).presses("1").hears(zh, "如要补充说明").hangs_up()
    dials(OWNER).presses("8").presses("1").hears(en, "To add anything").hangs_up()


def test_asking_five_times_is_counted_five_times_and_told_once(dials, leak, only, texts_to):
    for minute in range(5):
        later(minutes=60 + minute)
        dials(OWNER).presses("1").hangs_up()
    assert only(Ticket).urged == 5
    assert len([text for text in texts_to(FIRST) if "催办" in text]) == 1


def test_another_key_or_silence_is_a_new_matter(dials, leak, every):
    later(hours=1)
    dials(OWNER).presses("9").hears("报修请按1").presses("1", "3").says()
    dials(OWNER).is_silent().hears("报修请按1")
    assert [(ticket.category, ticket.urged) for ticket in every(Ticket)] == [("burst_pipe", 0), ("access", 0)]


def test_the_same_matter_reported_again_joins_it_and_counts(dials, leak, only):
    later(hours=1)
    dials(OWNER).presses("9", "1", "1", "1").hears("已有工单").says()
    assert only(Ticket).urged == 1


def test_zero_is_the_emergency(dials, leak, every):
    later(hours=1)
    dials(OWNER).presses("0").hears("紧急服务")
    assert [ticket.kind for ticket in every(Ticket)] == [Kind.REPAIR, Kind.EMERGENCY]


def test_in_english(dials, leak):
    later(days=4)
    call = dials(OWNER).presses("8").hears("For the leak you reported on Friday, press 1.")
    call.presses("1").hears("We are chasing it for you")


def test_several_are_offered_newest_first(dials, estate, every):
    for keys in ("4", "55"):
        dials(OWNER).presses("1", *keys).says()
    later(hours=1)
    call = dials(OWNER).hears("维修，催办或补充请按1", "管道堵塞，催办或补充请按2").presses("2").hears("催办")
    call.hangs_up()
    assert [ticket.urged for ticket in every(Ticket)] == [1, 0]


def test_what_was_just_reported_is_not_named(dials, leak):
    later(minutes=5)
    dials(OWNER).hears("报修请按1")


def test_what_is_done_is_not_named_and_done_meanwhile_is_said(dials, leak, estate, only):
    later(hours=1)
    call = dials(OWNER).hears(OFFERED)
    with transaction() as session:
        actions.resolve(session, leak, estate["first"], at=clock.now(), text="已修好")
    call.presses("1").hears("刚刚已经办结", "报修请按1")
    assert only(Ticket).urged == 0
    dials(OWNER).never_hears(OFFERED)


def test_on_a_line_of_several_nothing_is_named(dials, leak, estate):
    with transaction() as session:
        an_owner(session, session.get(Home, estate["home"]), OWNER, "王先生")
    later(hours=1)
    dials(OWNER).never_hears(OFFERED, "漏水").hears("报修请按1")


def test_nor_is_what_was_reported_there_by_nobody_knows_whom(dials, estate, only):
    with transaction() as session:
        an_owner(session, session.get(Home, estate["home"]), OWNER, "王先生")
    dials(OWNER).presses("1", "1", "1").says()
    assert only(Ticket).person_id is None
    later(hours=1)
    dials(OWNER).never_hears(OFFERED, "漏水").hears("报修请按1")


def test_what_somebody_else_reported_from_this_number_is_not_named(dials, leak, estate):
    with transaction() as session:
        other = an_owner(session, session.get(Home, estate["home"]), "+8613800138009", "从前的号主")
        session.execute(update(Ticket).values(person_id=other.id))
    later(hours=1)
    dials(OWNER).never_hears(OFFERED).hears("报修请按1")
    dials("+8613800138009").hears("您今天报的漏水"), "and is theirs wherever they call from"


def test_an_unnamed_complaint_is_never_named(dials, estate):
    dials(OWNER).presses("2", "1", "3").says()
    later(hours=1)
    dials(OWNER).never_hears(OFFERED).hears("报修请按1")


def test_a_strangers_mobile_is_asked_and_a_withheld_number_is_not(dials, estate, every):
    dials(STRANGER).presses("3", "1").says()
    later(hours=1)
    dials(STRANGER).hears("您今天反映的咨询")
    dials("anonymous").never_hears(OFFERED)


def test_the_key_raced_is_counted_once(app, settings, dials, leak, only, every):
    later(hours=1)
    call = dials(OWNER)
    before, start, bodies = len(every(Message)), threading.Barrier(4), []
    form, path = {"CallSid": call.sid, "From": OWNER, "To": HOTLINE, "Digits": "1"}, call.verb.get("action")

    def press():
        start.wait()
        bodies.append(SigningCarrier(app.test_client(), settings)(path, **form).get_data())

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(bodies)) == 1
    assert (only(Ticket).urged, len(every(Message))) == (1, before + 1)
