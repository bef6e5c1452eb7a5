"""The list of whom we owe a word: a promise has passed and nothing was said since."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

import console.jobs
from base import clock
from base.access import Role
from base.database import reading, transaction
from console import mornings
from console.staff import as_me
from console.unanswered import owed_words
from console.words import say
from directory.models import Staff
from messages.lifecycle import MessageState
from messages.models import Message
from outreach.jobs import lateness
from tests.console.conftest import EVENING, LogIn
from tests.console.evening import Evening, a_message
from tests.console.test_desk import refs_in
from tickets import actions
from tickets.lifecycle import WaitReason
from tickets.models import EventType, Ticket

MINUTE = timedelta(minutes=1)


def id_of(session: object, ref: str) -> int:
    return session.scalars(select(Ticket.id).where(Ticket.ref == ref)).one()  # type: ignore[attr-defined, no-any-return]


def test_whoever_waits_past_a_promise_stands_there_until_somebody_spoke_to_them(
    app: Flask, logged_in: LogIn, evening: Evening
) -> None:
    browser, late = logged_in("supervisor"), evening.refs["late"]
    seen = browser.get("/unanswered").text
    assert set(refs_in(seen)) == {late, evening.refs["alarm"]}, "of the lift a text was sent; what waits was said to"
    assert say("clock.ack.long", "zh") in seen
    with app.app_context(), transaction() as session:
        actions.note(session, id_of(session, late), evening.staff["agent"], at=EVENING, text="已电话说明，师傅在路上")
    assert refs_in(browser.get("/unanswered").text) == [evening.refs["alarm"]]


def test_a_rehearsal_owes_nobody_a_word(app: Flask, logged_in: LogIn, evening: Evening) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Ticket, id_of(session, evening.refs["late"])).is_drill = True
    assert evening.refs["late"] not in refs_in(logged_in("supervisor").get("/unanswered").text)


def test_of_more_than_are_shown_the_longest_silence_stands_and_all_are_counted(
    app: Flask, logged_in: LogIn, evening: Evening
) -> None:
    with app.app_context(), reading() as session:
        who = as_me(session.get_one(Staff, evening.staff["supervisor"]))
        every, count = owed_words(session, who, at=EVENING, language="zh")
        assert (len(every), count) == (2, 2)
        assert owed_words(session, who, at=EVENING, language="zh", at_most=1) == (every[:1], 2)
        assert every[0].since_at <= every[1].since_at


def test_a_text_that_did_not_arrive_is_no_word(app: Flask, logged_in: LogIn, evening: Evening) -> None:
    browser, late = logged_in("supervisor"), evening.refs["late"]
    for state, is_owed in ((MessageState.FAILED, True), (MessageState.DELIVERED, False)):
        with app.app_context(), transaction() as session:
            a_message(session, "+8613900000001", EVENING, about=f"ticket:{id_of(session, late)}", state=state)
        assert (late in refs_in(browser.get("/unanswered").text)) is is_owed, state


def test_a_word_before_the_promise_passed_counts_for_nothing(app: Flask, logged_in: LogIn, evening: Evening) -> None:
    late = evening.refs["late"]
    with app.app_context(), transaction() as session:
        id = id_of(session, late)
        a_message(session, "+8613900000001", EVENING - 44 * MINUTE, about=f"ticket:{id}", state=MessageState.DELIVERED)
    assert late in refs_in(logged_in("supervisor").get("/unanswered").text)


def test_another_project_sees_nothing_of_it_and_an_empty_list_says_so(
    app: Flask, logged_in: LogIn, evening: Evening
) -> None:
    with app.app_context(), transaction() as session:
        theirs = session.get_one(Staff, evening.staff["abroad"])
        theirs.role = Role.SUPERVISOR
    seen = logged_in("abroad").get("/unanswered").text
    assert refs_in(seen) == []
    assert say("unanswered.none", "zh") in seen


def test_in_the_morning_a_supervisor_is_told_once(app: Flask, logged_in: LogIn, evening: Evening) -> None:
    def texts() -> list[str]:
        with reading() as session:
            found = select(Message.body).where(Message.once_key.startswith("unanswered/")).order_by(Message.id)
            return list(session.scalars(found))

    with app.app_context():
        console.jobs.tell_unanswered()
        assert texts() == [], "in the evening"
        clock.stop_at(EVENING + timedelta(hours=13))
        console.jobs.tell_unanswered()
        clock.stop_at(EVENING + timedelta(hours=14))
        console.jobs.tell_unanswered()
        [text] = texts()
        assert evening.refs["mine"] in text or evening.refs["late"] in text
        clock.stop_at(EVENING + timedelta(hours=37))
        console.jobs.tell_unanswered()
        assert len(texts()) == 2, "another day"


def test_who_was_told_today_is_not_looked_at_again(app: Flask, logged_in: LogIn, evening: Evening) -> None:
    with app.app_context():
        clock.stop_at(EVENING + timedelta(hours=13))
        with reading() as session:
            assert evening.staff["supervisor"] in mornings.to_be_told(session, at=clock.now())
        console.jobs.tell_unanswered()
        with reading() as session:
            assert evening.staff["supervisor"] not in mornings.to_be_told(session, at=clock.now())


def test_who_was_told_by_ourselves_that_we_are_late_still_stands_there_and_is_marked(
    app: Flask, logged_in: LogIn, evening: Evening
) -> None:
    browser, late = logged_in("supervisor"), evening.refs["late"]
    with app.app_context():
        lateness.tell_late()
        with reading() as session:
            told = set(session.scalars(select(Message.about).where(Message.once_key.startswith("late-word/"))))
            assert f"ticket:{id_of(session, late)}" in told
    seen = browser.get("/unanswered").text
    assert set(refs_in(seen)) == {late, evening.refs["alarm"]}
    row = seen.split(f'id="tk-{late}"')[1].split("</li>")[0]
    assert say("unanswered.told", "zh", at="")[:5] in row
    assert say("event.message.late_word", "zh") in browser.get(f"/tickets/{late}").text


def test_that_we_were_late_once_before_is_not_said_of_what_is_late_now(
    app: Flask, logged_in: LogIn, evening: Evening
) -> None:
    late = evening.refs["late"]
    with app.app_context(), transaction() as session:
        actions.add_event(
            session,
            id_of(session, late),
            EventType.MESSAGE,
            at=EVENING - 44 * MINUTE,
            text="",
            data={"what": "late_word"},
        )
    row = logged_in("supervisor").get("/unanswered").text.split(f'id="tk-{late}"')[1].split("</li>")[0]
    assert say("unanswered.told", "zh", at="")[:5] not in row


def test_whoever_was_never_asked_how_it_was_waits_for_a_word_too(
    app: Flask, logged_in: LogIn, evening: Evening
) -> None:
    done = evening.refs["done"]
    assert done not in refs_in(logged_in("supervisor").get("/unanswered").text)
    clock.stop_at(EVENING + timedelta(days=1))
    seen = logged_in("supervisor").get("/unanswered").text
    assert done in refs_in(seen)
    assert say("clock.callback.long", "zh") in seen.split(f'id="tk-{done}"')[1].split("</li>")[0]


def test_what_was_late_before_it_had_to_wait_stands_nowhere_while_it_waits(
    app: Flask, logged_in: LogIn, evening: Evening
) -> None:
    mine, man = evening.refs["mine"], evening.staff["technician"]
    clock.stop_at(EVENING + timedelta(days=2))
    browser = logged_in("supervisor")
    assert mine in refs_in(browser.get("/unanswered").text)
    with app.app_context(), transaction() as session:
        actions.wait(session, id_of(session, mine), man, at=clock.now(), reason=WaitReason.PARTS)
    seen = refs_in(browser.get("/unanswered").text)
    assert evening.refs["late"] in seen
    assert mine not in seen
