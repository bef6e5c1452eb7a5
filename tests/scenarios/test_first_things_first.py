"""Every path that makes messages is walked: each row lies in its lane at its urgency, and pages and emergencies pass
five thousand of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import delete, func, insert, select, update
from werkzeug.test import TestResponse

import console.jobs
import hotline.jobs
import oncall.jobs
from base import clock
from base.access import Role
from base.database import reading, transaction
from base.queue import Lane
from directory.models import Consent, Person, Staff
from directory.trades import Trade
from directory.vendors import write_vendor
from hotline.models import RingBack
from messages import jobs
from messages.lifecycle import MessageState, Way
from messages.models import Batch, Message
from oncall.ladder import Post
from oncall.models import PageKind, Shift
from outreach.actions import birthdaywords
from outreach.actions.campaigns import By
from outreach.jobs import birthdays as birthday_jobs
from outreach.jobs import callbacks, changes, laddering, lateness, planning, waves
from outreach.models import Campaign
from outreach.surveymodels import IncidentSample
from telephony.breaker import OPENS_AFTER
from telephony.carrier import Rejected, Unknown
from tests.api.conftest import Program, document, program  # noqa: F401  fixtures
from tests.api.test_campaigns import notice
from tests.console.conftest import Browser, beginning, browser, evening, logged_in, street  # noqa: F401  fixtures
from tests.console.evening import OWNER, Evening
from tests.console.neighbours import a_notice, an_outage, lets_go, works
from tests.console.pages import NOTICE, written
from tests.console.test_new_ticket import opened
from tests.console.test_proposals import three_calls
from tests.console.test_ticket import ticket
from tests.hotline.caller import HOTLINE, CallInProgress
from tests.messages.fake import FakeCarrier
from tests.scenarios.everydoor import House
from tests.scenarios.overtaking import Kind, five_thousand_of, kind_of, passes
from tests.scenarios.writers import callers, who_writes
from tickets.models import Ticket

PAGE_CALL, PAGE_TEXT = ("urgent", "staff", "call", 0), ("urgent", "staff", "text", 1)
DANGER, CALM_CALL = ("urgent", "emergency", "text", 3), ("urgent", "emergency", "call", 4)
AFTER_PAGES, CALL_OF_OURS = ("urgent", "staff", "text", 4), ("urgent", "staff", "call", 4)
SERVICE = ("normal", "service", "text", 5)
QUESTION, QUESTION_CALL = ("bulk", "survey", "text", 7), ("bulk", "survey", "call", 7)
NEXT_QUESTION = ("bulk", "survey", "text", 6)
CARE = ("bulk", "care", "text", 8)
NEIGHBOUR = "+8613700000001"


Walk = Callable[[House], None]


@pytest.fixture
def house(
    app: Flask, evening: Evening, logged_in: Callable[[str], Browser], program: Callable[..., Program],  # noqa: F811
    runner: FlaskCliRunner, carrier_posts: Callable[..., TestResponse], street: FakeCarrier,  # noqa: F811
) -> House:  # fmt: skip
    """The evening with its neighbours. All texts go by one sender at one rate: nothing is hidden by a second one."""
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_rate_emergency": 10.0})
    house = House(app, evening, logged_in, program, runner, carrier_posts, street)
    with transaction() as session:
        session.execute(update(Ticket).values(page_due_at=None, follow_up_at=None))  # the evening's own are over
    house.forgets()
    return house


# -- the paths, by door -------------------------------------------------------------------------------------


def the_desk_opens_a_ticket(house: House) -> None:
    opened(house.desk("agent"), level="P1", number=OWNER)
    house.sweeps()


def the_desk_hands_a_ticket_on(house: House) -> None:
    to = str(house.evening.staff["second"])
    house.desk("supervisor").sends(f"/tickets/{house.evening.refs['mine']}/assign", to=to)


def the_desk_puts_a_complaint_to_a_supervisor(house: House) -> None:
    with transaction() as session:
        session.get_one(Staff, house.evening.staff["supervisor"]).department = "security"
    house.desk("agent").sends(f"/tickets/{house.evening.refs['half_way']}/ask")


def the_desk_asks_for_more_time(house: House) -> None:
    asked = {"until": "2026-11-25T18:00", "text": "等配件"}
    assert house.desk("technician").sends(f"/tickets/{house.evening.refs['mine']}/extend", **asked).status_code == 303


def the_desk_allows_more_time(house: House) -> None:
    the_desk_asks_for_more_time(house)
    house.forgets()
    path = f"/tickets/{house.evening.refs['mine']}/decide"
    assert house.desk("supervisor").sends(path, answer="yes").status_code == 303


def nobody_says_whose_a_complaint_is(house: House) -> None:
    the_desk_puts_a_complaint_to_a_supervisor(house)
    house.later(days=2)
    oncall.jobs.alarm_due()


def one_of_us_calls_an_owner_through_the_hotline(house: House) -> None:
    assert house.desk("technician").sends(f"/tickets/{house.evening.refs['mine']}/call_owner").status_code == 303


def the_desk_tells_a_result(house: House) -> None:
    house.is_resolved()


def an_owner_texts_the_code_of_a_repair(house: House) -> None:
    house.is_resolved()
    house.forgets()
    house.texts(OWNER, "验收码0000")


def the_desk_writes_a_notice(house: House) -> None:
    written(house.desk("agent"), **NOTICE)


def the_desk_writes_a_greeting(house: House) -> None:
    house.later(days=40, hours=-9)  # the morning of the first of January
    with transaction() as session:
        said = {"number": OWNER, "message_class": "care", "granted": True, "channel": "call"}
        session.execute(insert(Consent).values(**said, said_at=clock.now()))
    text = {"title": "新年", "text_zh": "新年好", "text_en": "Happy new year"}
    assert house.desk("agent").sends("/campaigns", kind="greeting", **text).status_code == 303


def the_desk_tries_a_text_on_itself(house: House) -> None:
    id = a_notice(house.app, house.evening)
    house.forgets()
    assert house.program("agent").posts(f"/campaigns/{id}/test").status_code in {200, 201}


def the_desk_tries_a_questionnaire_on_itself(house: House) -> None:
    for by in ("text", "call"):
        assert house.desk("director").sends("/questionnaires/of/short/try", by=by).status_code == 303


def the_clock_wishes_a_happy_birthday(house: House) -> None:
    house.later(hours=14)  # half past nine on the next morning
    with transaction() as session:
        said = {"number": OWNER, "message_class": "care", "granted": True, "channel": "call"}
        session.execute(insert(Consent).values(**said, said_at=clock.now()))
        session.execute(update(Person).values(birth_month=11, birth_day=23))
        by = By(house.evening.staff["director"], Role.DIRECTOR), By(house.evening.staff["admin"], Role.ADMIN)
        wish = birthdaywords.write(session, "祝您生日快乐！", "A happy birthday.", by[0], at=clock.now())
        birthdaywords.approve(session, wish.id, by[1], at=clock.now())
    birthday_jobs.greet_due()


def a_program_writes_a_notice(house: House) -> None:
    assert house.program("agent").posts("/campaigns", **notice()).status_code == 201


def a_program_puts_an_outage_off(house: House) -> None:
    incident = house.outage()
    told = house.program("agent").posts(f"/incidents/{incident}/delay", promised_end_at="2026-11-22T23:30:00+08:00")
    assert told.status_code == 200


def a_program_says_it_is_over(house: House) -> None:
    assert house.program("agent").posts(f"/incidents/{house.outage()}/restore").status_code == 200


def a_program_opens_a_ticket(house: House) -> None:
    asked = {"kind": "emergency", "category": "lift_trapped", "caller_number": OWNER, "channel": "walk_in"}
    assert house.program("agent").posts("/tickets", **asked).status_code == 201
    house.sweeps()


def a_program_hands_a_ticket_on(house: House) -> None:
    path = f"/tickets/{house.evening.refs['mine']}/events"
    told = house.program("supervisor").posts(path, type="assign", to=house.evening.staff["second"])
    assert told.status_code == 200, told.json


def a_command_sends_a_notice(house: House) -> None:
    words = (
        "--title",
        "停水",
        "--zh",
        "紧急停水：{places}预计{end}恢复",
        "--en",
        "Water is off in {places} until {end}",
    )
    trouble = ("--class", "emergency", "--trouble", "water", "--ends", "2026-11-22T22:00")
    whom = ("--author", "supervisor", "--project", "幸福里小区", "--approver", "manager")
    done = house.runner.invoke(args=["notice", "send", *whom, *words, *trouble])
    assert done.exit_code == 0, done.output


def a_command_previews_a_greeting(house: House) -> None:
    assert house.runner.invoke(args=["greeting", "preview", "2026-09-25"]).exit_code == 0


def an_owner_calls(house: House) -> None:
    call = CallInProgress(house.posts, NEIGHBOUR, HOTLINE, "CA" + "f" * 32).rings().presses("0")
    while call.verb.tag == "Dial":
        call.nobody_answers()
    call.presses("1").says().hangs_up()
    house.sweeps()


def a_call_back_is_rung_and_one_is_late(house: House) -> None:
    for number in (NEIGHBOUR, OWNER):
        CallInProgress(house.posts, number, HOTLINE, "CA" + number[1:].rjust(32, "0")).rings().hangs_up()
    house.forgets()
    with reading() as session:
        id = session.scalars(select(func.min(RingBack.id))).one()
    for act in ("take", "ring"):
        assert house.desk("agent").sends(f"/ring-backs/{id}/{act}").status_code == 303
    house.later(hours=24)
    hotline.jobs.ring_backs_due()


def an_owner_asks_after_a_ticket(house: House) -> None:
    ref = opened(house.desk("agent"), level="P2", number=OWNER, title="水龙头")
    assert house.desk("supervisor").sends(f"/tickets/{ref}/acknowledge").status_code == 303
    house.forgets()
    house.later(hours=1)
    call = CallInProgress(house.posts, OWNER, HOTLINE, "CA" + "e" * 32).rings().hears("催办或补充请按1").presses("1")
    call.hears("已为您催办")


def an_owner_texts_what_endangers(house: House) -> None:
    house.texts(NEIGHBOUR, "电梯困人了，快来")
    house.sweeps()


def an_owner_texts_anything_else(house: House) -> None:
    house.texts(NEIGHBOUR, "请问物业费怎么交")


def whoever_is_paged_texts_the_code(house: House) -> None:
    ref = house.wakes_somebody()
    house.forgets()
    page = house.page(ref)
    house.texts(page.staff.number, page.code or "")


def several_homes_call_about_a_burst_pipe(house: House) -> None:
    three_calls(house.evening, "burst_pipe", house.sweeps)
    oncall.jobs.mind_groups()


def the_desk_asks_for_entry(house: House) -> None:
    ref = opened(house.desk("agent"), level="P1", category="burst_pipe", number=OWNER)
    house.forgets()
    home = str(ticket(ref).home_id)
    assert house.desk("agent").sends(f"/tickets/{ref}/entry", home=home).status_code == 303


def whoever_is_paged_wants_help_and_gets_it(house: House) -> None:
    ref = house.wakes_somebody()
    house.presses(house.page(ref), "3")
    jobs.work_lane(Lane.URGENT.value)
    house.forgets()
    house.presses(house.page(ref, PageKind.HELP), "1")


def one_of_two_takes_it(house: House) -> None:
    ref = house.wakes_somebody()
    house.forgets()
    house.presses(house.page(ref), "1")


def a_firm_outside_is_rung(house: House) -> None:
    house.wakes_somebody()
    house.forgets()
    with transaction() as session:
        write_vendor(session, name="申菱维保", number="+862155550001", trade=Trade.LIFT, project=None)
    house.later(minutes=4)
    house.sweeps()


def nobody_hears_of_whoever_took_it(house: House) -> None:
    ref = house.wakes_somebody()
    house.presses(house.page(ref), "1")
    house.later(minutes=21)
    oncall.jobs.look_after_taken()
    house.forgets()
    house.later(minutes=6)
    oncall.jobs.look_after_taken()


def nobody_takes_it(house: House) -> None:
    house.wakes_somebody()
    house.forgets()
    house.later(minutes=4)
    house.sweeps()


def an_owner_is_asked_by_text(house: House) -> None:
    house.asks()


def _lets_a_wave_go(house: House) -> None:
    """Its first questions have left; on the next morning those of them that came too late."""
    assert house.desk("supervisor").sends("/waves", questionnaire="short", percent="100").status_code == 303
    with reading() as session:
        id = session.scalars(select(func.max(Campaign.id))).one()
    lets_go(house.app, house.evening, id)
    for _ in range(8):
        works(house.app)
        house.later(seconds=2)
    waves.look_due()
    house.forgets()


def the_desk_writes_a_wave(house: House) -> None:
    assert house.desk("supervisor").sends("/waves", questionnaire="short", percent="100").status_code == 303


def a_household_answers_a_wave(house: House) -> None:
    _lets_a_wave_go(house)
    house.texts(OWNER, "1")


def a_household_answers_the_last_question(house: House) -> None:
    _lets_a_wave_go(house)
    house.texts(OWNER, "1")
    jobs.work_lane(Lane.BULK.value)  # only what has left is answered
    house.forgets()
    house.texts(OWNER, "1")


def a_household_is_reminded_of_a_wave(house: House) -> None:
    _lets_a_wave_go(house)
    house.later(minutes=6)
    waves.look_due()
    with transaction() as session:  # whoever was rung did not pick up
        rung = update(Message).where(Message.way == Way.CALL, Message.state == MessageState.ACCEPTED)
        session.execute(rung.values(state=MessageState.NO_ANSWER, final_at=clock.now()))
    house.later(days=2, hours=14)  # a morning
    waves.look_due()


def an_owner_says_not_which_question_they_answer(house: House) -> None:
    _lets_a_wave_go(house)
    house.asks()
    house.forgets()
    house.texts(OWNER, "1")


def an_owner_is_reminded(house: House) -> None:
    house.asks()
    jobs.work_lane(Lane.BULK.value)
    house.forgets()
    for hours in (36, 12):  # past the quiet hours
        house.later(hours=hours)
        house.sweeps()


def an_owner_is_asked_by_call(house: House) -> None:
    one_way = {"sms_two_way_countries": "HK"}
    house.app.extensions["settings"] = house.app.extensions["settings"].model_copy(update=one_way)
    house.asks()


def some_are_asked_whether_it_is_over(house: House) -> None:
    incident_id = house.outage()
    assert house.program("agent").posts(f"/incidents/{incident_id}/restore").status_code == 200
    with reading() as session:
        found = select(Campaign.id).where(Campaign.incident_id == incident_id).order_by(Campaign.id.desc())
        all_clear = session.scalars(found.limit(1)).one()
    lets_go(house.app, house.evening, all_clear)
    works(house.app)
    house.forgets()
    for hours in (3, 12):  # past the night
        house.later(hours=hours)
        callbacks.check_all_clears()


def some_are_rung_whether_it_is_over(house: House) -> None:
    one_way = {"two_way_countries": "HK"}
    house.app.extensions["settings"] = house.app.extensions["settings"].model_copy(update=one_way)
    some_are_asked_whether_it_is_over(house)


def it_is_not_over(house: House) -> None:
    some_are_asked_whether_it_is_over(house)
    with reading() as session:
        number = session.scalars(select(IncidentSample.number).limit(1)).one()
    jobs.work_lane(Lane.BULK.value)
    house.forgets()
    house.texts(number, "2")


def an_owner_answers(house: House) -> None:
    house.asks()
    jobs.work_lane(Lane.BULK.value)
    house.forgets()
    house.texts(OWNER, "1")


def what_was_refused_goes_again(house: House) -> None:
    house.carrier.answers = [Rejected("30008", is_permanent=False)] * 20
    lets_go(house.app, house.evening, a_notice(house.app, house.evening))
    works(house.app)
    assert len(house.carrier.asked) == 8


def what_nobody_could_say_goes_again(house: House) -> None:
    house.carrier.answers = [Unknown("TimeoutError")] * (OPENS_AFTER - 1)  # the carrier is not left alone for it
    lets_go(house.app, house.evening, an_outage(house.app, house.evening))
    works(house.app)
    for _ in range(30):
        house.later(seconds=1)
        jobs.settle_unknown()


def what_did_not_arrive_is_sent_again(house: House) -> None:
    house.carrier.answers = [Rejected("30004", is_permanent=True)] * 20
    first = an_outage(house.app, house.evening)
    lets_go(house.app, house.evening, first)
    works(house.app)
    house.forgets()
    assert house.program("manager").posts(f"/campaigns/{first}/resend").status_code == 201


def the_clock_climbs_the_ladder_of_an_emergency(house: House) -> None:
    house.carrier.answers = [Rejected("30004", is_permanent=True)] * 20
    lets_go(house.app, house.evening, an_outage(house.app, house.evening))
    works(house.app)
    house.forgets()
    for _ in range(2):  # a second number, which nobody has, then a call
        house.later(minutes=10)
        laddering.climb_due()


def a_promise_passes_without_a_word(house: House) -> None:
    house.outage()
    house.later(minutes=121)
    oncall.jobs.alarm_due()


def a_deadline_passes(house: House) -> None:
    assert house.desk("technician").sends(f"/tickets/{house.evening.refs['late']}/acknowledge").status_code == 303
    house.forgets()
    house.later(hours=1)
    oncall.jobs.tell_overruns()


def a_promise_to_an_owner_passes(house: House) -> None:
    house.later(minutes=30)
    lateness.tell_late()


def a_ticket_is_taken_and_its_owner_told(house: House) -> None:
    assert house.desk("technician").sends(f"/tickets/{house.evening.refs['late']}/acknowledge").status_code == 303
    house.forgets()
    house.later(minutes=2)
    changes.tell_changes()


def a_ticket_is_cancelled_and_its_owner_told(house: House) -> None:
    assert house.desk("agent").sends(f"/tickets/{house.evening.refs['late']}/cancel", text="误报").status_code == 303
    house.forgets()
    callbacks.follow_due()


def a_ticket_is_referred_outside_and_its_owner_told(house: House) -> None:
    to = {"to": "outside", "name": "自来水公司", "contact": "962740", "text": "表前管"}
    assert house.desk("agent").sends(f"/tickets/{house.evening.refs['late']}/refer", **to).status_code == 303


def an_owner_has_no_word_in_the_morning(house: House) -> None:
    house.later(hours=14)
    console.jobs.tell_unanswered()


def _a_turn_begins_soon(house: House) -> None:
    with transaction() as session:
        at = clock.now()
        who = {"project_id": house.evening.home_project, "staff_id": house.evening.staff["abroad"]}
        session.add(
            Shift(**who, post=Post.SECOND, starts_at=at + timedelta(minutes=60), ends_at=at + timedelta(hours=9))
        )
    oncall.jobs.remind_due()


def whoever_is_on_duty_soon_is_asked(house: House) -> None:
    _a_turn_begins_soon(house)
    house.later(minutes=30)
    oncall.jobs.remind_due()


def whoever_is_on_duty_soon_does_not_answer(house: House) -> None:
    whoever_is_on_duty_soon_is_asked(house)
    house.forgets()
    house.later(minutes=15)
    oncall.jobs.remind_due()


def whoever_is_on_duty_soon_texts_a_yes(house: House) -> None:
    _a_turn_begins_soon(house)
    with reading() as session:
        number = session.get_one(Staff, house.evening.staff["abroad"]).number
    house.forgets()
    house.texts(number, "1")


def a_shift_changes(house: House) -> None:
    with transaction() as session:
        at = clock.now()
        session.execute(update(Shift).where(Shift.post == Post.FIRST).values(ends_at=at))
        who = {"project_id": house.evening.home_project, "staff_id": house.evening.staff["second"]}
        session.add(Shift(**who, post=Post.FIRST, starts_at=at, ends_at=at + timedelta(hours=9)))
    console.jobs.hand_over()


def a_turn_is_swapped(house: House) -> None:
    with transaction() as session:
        at = clock.now()
        who = {"project_id": house.evening.home_project, "staff_id": house.evening.staff["technician"]}
        turn = Shift(**who, post=Post.FIRST, starts_at=at + timedelta(days=3), ends_at=at + timedelta(days=3, hours=9))
        session.add(turn)
        key = f"{turn.project_id}/first/{turn.starts_at.isoformat()}"
    taker = str(house.evening.staff["second"])
    assert house.desk("technician").sends("/oncall/swaps", turn=key, taker=taker).status_code == 303


def the_clock_plans_what_a_dead_process_left(house: House) -> None:
    client = house.desk("agent")
    written(client, **NOTICE)
    with transaction() as session:
        session.execute(delete(Message).where(Message.batch_id.is_not(None)))
        session.execute(update(Campaign).values(state="planning", planner_until_at=None))
        session.execute(update(Batch).values(hash=""))
    planning.plan_unfinished()


DESK, OUTREACH, PAGING = (
    "console.receipts.tell_reporter",
    "outreach.actions.planning.write_piece",
    "oncall.actions.paging",
)
WAVES = "outreach.actions.askingon"
REMINDING = "oncall.actions.reminding"
PAGES = {f"{PAGING}.page_somebody", f"{PAGING}.call"}
WALKS: dict[Walk, tuple[set[Kind], set[str]]] = {
    the_desk_opens_a_ticket: ({SERVICE, PAGE_TEXT, PAGE_CALL}, {DESK, *PAGES}),
    the_desk_hands_a_ticket_on: ({AFTER_PAGES}, {"oncall.actions.handing.tell_assignee"}),
    the_desk_puts_a_complaint_to_a_supervisor: ({AFTER_PAGES}, {"oncall.actions.complaints._tell"}),
    the_desk_asks_for_more_time: ({AFTER_PAGES}, {"oncall.actions.extending._tell"}),
    the_desk_allows_more_time: (
        {AFTER_PAGES, SERVICE},
        {"oncall.actions.extending._tell", "outreach.actions.extending._tell"},
    ),
    nobody_says_whose_a_complaint_is: ({AFTER_PAGES}, {"oncall.actions.complaints._tell"}),
    one_of_us_calls_an_owner_through_the_hotline: ({CALL_OF_OURS}, {"hotline.actions.through.ask_call"}),
    the_desk_tells_a_result: ({SERVICE}, {"outreach.actions.results.tell_result"}),
    an_owner_texts_the_code_of_a_repair: ({SERVICE}, {"outreach.actions.signingoff.take_sign_off"}),
    the_desk_writes_a_notice: ({SERVICE}, {OUTREACH}),
    the_desk_tries_a_text_on_itself: ({SERVICE}, {"outreach.actions.trying.try_out"}),
    the_desk_tries_a_questionnaire_on_itself: (
        {AFTER_PAGES, CALL_OF_OURS},
        {"outreach.actions.surveytrials._text", "outreach.actions.surveytrials._ring"},
    ),
    the_clock_wishes_a_happy_birthday: ({CARE}, {"outreach.actions.birthdays.greet_due"}),
    the_desk_writes_a_greeting: ({CARE}, {OUTREACH}),
    a_program_writes_a_notice: ({SERVICE}, {OUTREACH}),
    a_program_puts_an_outage_off: ({DANGER, CALM_CALL}, {OUTREACH}),
    a_program_says_it_is_over: ({DANGER, CALM_CALL}, {OUTREACH}),
    a_program_opens_a_ticket: ({SERVICE, PAGE_TEXT, PAGE_CALL}, {DESK, *PAGES}),
    a_program_hands_a_ticket_on: ({AFTER_PAGES}, {"oncall.actions.handing.tell_assignee"}),
    a_command_sends_a_notice: ({DANGER, CALM_CALL}, {OUTREACH}),
    a_command_previews_a_greeting: (set(), set()),
    an_owner_calls: ({SERVICE, PAGE_TEXT, PAGE_CALL}, {"hotline.actions.telling.text_caller", *PAGES}),
    a_call_back_is_rung_and_one_is_late: (
        {CALL_OF_OURS, AFTER_PAGES},
        {"hotline.actions.returning.ring", "hotline.actions.ringbacks.tell_supervisor"},
    ),
    an_owner_asks_after_a_ticket: ({AFTER_PAGES}, {"oncall.actions.urging._tell"}),
    an_owner_texts_what_endangers: ({DANGER, PAGE_TEXT, PAGE_CALL}, {"outreach.actions.texts._confirm", *PAGES}),
    an_owner_texts_anything_else: ({SERVICE}, {"outreach.actions.texts._confirm"}),
    whoever_is_paged_texts_the_code: ({AFTER_PAGES}, {"outreach.actions.texts._answer_page"}),
    several_homes_call_about_a_burst_pipe: (
        {AFTER_PAGES, PAGE_TEXT, PAGE_CALL},
        {"oncall.actions.grouping._tell", *PAGES},
    ),
    the_desk_asks_for_entry: ({("urgent", "emergency", "call", 2)}, {"outreach.actions.entering._ring"}),
    whoever_is_paged_wants_help_and_gets_it: ({AFTER_PAGES}, {"oncall.actions.help._tell_asker"}),
    one_of_two_takes_it: ({AFTER_PAGES}, {"oncall.actions.standing_down.end_pages"}),
    a_firm_outside_is_rung: (
        {PAGE_TEXT, PAGE_CALL, CALL_OF_OURS},
        {*PAGES, "oncall.actions.vendors._call"},
    ),
    nobody_hears_of_whoever_took_it: ({AFTER_PAGES}, {"oncall.actions.holding._release"}),
    nobody_takes_it: ({PAGE_TEXT, PAGE_CALL}, PAGES),
    an_owner_is_asked_by_text: ({QUESTION}, {"outreach.actions.asking._ask_by_text"}),
    an_owner_is_reminded: ({QUESTION}, {"outreach.actions.asking._remind_by_text"}),
    an_owner_is_asked_by_call: ({QUESTION_CALL}, {"outreach.actions.asking._ask_by_call"}),
    some_are_asked_whether_it_is_over: ({QUESTION}, {"outreach.actions.spotasking._ask_by_text"}),
    some_are_rung_whether_it_is_over: ({QUESTION_CALL}, {"outreach.actions.spotasking._ask_by_call"}),
    it_is_not_over: ({SERVICE}, {"outreach.actions.spotanswers._receipt"}),
    an_owner_answers: ({SERVICE}, {"outreach.actions.textanswers._thank"}),
    the_desk_writes_a_wave: ({QUESTION, QUESTION_CALL}, {OUTREACH}),
    a_household_answers_a_wave: ({NEXT_QUESTION}, {f"{WAVES}._put_by_text"}),
    a_household_answers_the_last_question: ({SERVICE}, {f"{WAVES}._thank"}),
    a_household_is_reminded_of_a_wave: (
        {QUESTION, QUESTION_CALL},
        {f"{WAVES}._put_by_text", f"{WAVES}._put_by_call"},
    ),
    an_owner_says_not_which_question_they_answer: ({SERVICE}, {"outreach.actions.whichquestion.ask_back"}),
    what_was_refused_goes_again: ({SERVICE}, {OUTREACH}),
    what_nobody_could_say_goes_again: ({DANGER}, {OUTREACH}),
    what_did_not_arrive_is_sent_again: ({DANGER, CALM_CALL}, {OUTREACH}),
    the_clock_climbs_the_ladder_of_an_emergency: ({CALM_CALL}, {OUTREACH}),
    a_promise_passes_without_a_word: ({AFTER_PAGES}, {"oncall.actions.promises.alarm"}),
    a_deadline_passes: ({AFTER_PAGES}, {"oncall.actions.overrunning._tell"}),
    a_promise_to_an_owner_passes: ({SERVICE}, {"outreach.actions.lateness._text"}),
    a_ticket_is_taken_and_its_owner_told: ({SERVICE}, {"outreach.actions.changes._plan"}),
    a_ticket_is_cancelled_and_its_owner_told: ({SERVICE}, {"outreach.actions.changes._plan"}),
    a_ticket_is_referred_outside_and_its_owner_told: ({SERVICE}, {"outreach.actions.changes._plan"}),
    an_owner_has_no_word_in_the_morning: ({AFTER_PAGES}, {"console.mornings.tell"}),
    whoever_is_on_duty_soon_is_asked: ({AFTER_PAGES, CALL_OF_OURS}, {f"{REMINDING}._send"}),
    whoever_is_on_duty_soon_does_not_answer: ({AFTER_PAGES}, {f"{REMINDING}._tell_above"}),
    whoever_is_on_duty_soon_texts_a_yes: ({AFTER_PAGES}, {"outreach.actions.texts._say_back"}),
    a_shift_changes: ({AFTER_PAGES}, {"console.handingover.tell"}),
    a_turn_is_swapped: ({AFTER_PAGES}, {"oncall.actions.swapping._tell"}),
    the_clock_plans_what_a_dead_process_left: ({SERVICE}, {OUTREACH}),
}
"""Each path, the kinds of rows it makes (lane, class, way, urgency), and who in the code writes them."""


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
def test_pages_and_emergencies_pass_five_thousand_of_what_a_path_makes(walk: Walk, house: House) -> None:
    kinds, expected = WALKS[walk]
    with who_writes() as seen:
        walk(house)
    made = {kind_of(row): row for row in house.made()}
    assert made.keys() == kinds, "each lies in its lane, at its urgency"
    assert expected <= seen
    for row in made.values():
        house.forgets()
        passes(five_thousand_of(row), row)


def test_every_caller_that_makes_messages_is_on_a_path() -> None:
    """Who fails here has written a new one: give it a walk above."""
    assert callers() == set().union(*(expected for _, expected in WALKS.values()))
