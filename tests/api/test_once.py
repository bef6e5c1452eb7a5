"""A write with a key happens once, whatever is repeated, at whatever time, by however many at once."""

import threading
from collections.abc import Callable
from contextvars import Context

from flask import Flask
from sqlalchemy import func, select, update

import clockwork
import console.jobs
from base.database import database, reading, transaction
from base.queue import Lane
from console.api.models import ApiAnswer
from tests.api.conftest import Program
from tests.console.conftest import later
from tests.console.evening import Evening
from tickets.models import Ticket, TicketDay, TicketEvent

Programs = Callable[..., Program]


def tickets() -> int:
    with reading() as session:
        return session.scalar(select(func.count(Ticket.id)))


def test_the_same_request_again_gets_the_same_answer_and_happens_once(program: Programs, evening: Evening) -> None:
    who, before = program("agent"), tickets()
    first = who.posts("/tickets", "one", kind="repair", summary="灯坏了")
    later(hours=3)
    again = who.posts("/tickets", "one", summary=" 灯坏了", kind="repair")
    assert (again.status_code, again.data, again.headers["Location"]) == (201, first.data, first.headers["Location"])
    assert tickets() == before + 1
    assert who.posts("/tickets", kind="repair", summary="灯坏了").json["ref"] != first.json["ref"], "without a key"


def test_a_key_that_came_with_something_else_is_refused(program: Programs, evening: Evening) -> None:
    who = program("agent")
    who.posts("/tickets", "one", kind="repair", summary="灯坏了")
    before = tickets()
    refused = who.posts("/tickets", "one", kind="repair", summary="门坏了")
    assert (refused.status_code, refused.json["errors"][0]["header"]) == (422, "Idempotency-Key")
    assert who.posts(f"/tickets/{evening.refs['lift']}/events", "one", type="acknowledge").status_code == 422
    assert tickets() == before
    assert program("agent").posts("/tickets", "one", kind="praise").status_code == 201, "another token's key"


def test_a_refusal_is_the_answer_too_and_what_it_undid_stays_undone(program: Programs, evening: Evening) -> None:
    who, path = program("supervisor"), f"/tickets/{evening.refs['soon']}/events"
    first = who.posts(path, "close", type="close", text="业主已确认")
    assert first.status_code == 409
    who.posts(path, type="resolve", text="好了")
    again = who.posts(path, "close", type="close", text="业主已确认")
    assert (again.status_code, again.data, again.mimetype) == (409, first.data, "application/problem+json")
    assert who.posts(path, "close again", type="close", text="业主已确认").status_code == 200


def test_what_could_not_be_read_uses_up_no_key(program: Programs, evening: Evening) -> None:
    who = program("agent")
    assert who.posts("/tickets", "one", kind="dragon").status_code == 422
    assert who.posts("/tickets", "one", kind="praise").status_code == 201


def test_a_key_that_cannot_be_kept_is_refused(program: Programs, evening: Evening) -> None:
    before, who = tickets(), program("agent")
    for key in ("", "x" * 201, "ключ", "a\tb"):
        headers = {"Idempotency-Key": key.encode().decode("latin-1")}
        refused = who.asks("POST", "/tickets", json={"kind": "praise"}, headers=headers)
        assert (refused.status_code, refused.json["errors"][0]["header"]) == (422, "Idempotency-Key"), key
    assert tickets() == before


def test_two_at_once_are_one(app: Flask, program: Programs, evening: Evening) -> None:
    """Whoever comes while the first is still at work waits for it, and gets its answer."""
    who, before = program("agent"), tickets()
    answers = []
    start = threading.Barrier(4)

    def go() -> None:
        start.wait()
        answers.append(who.posts("/tickets", "one", kind="repair", summary="灯坏了"))

    threads = [threading.Thread(target=Context().run, args=(go,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert tickets() == before + 1


def test_what_broke_may_come_again(program: Programs, evening: Evening) -> None:
    who = program("agent")
    with transaction() as session:  # a number given out before it was counted: the next ticket cannot be written
        session.execute(update(TicketDay).values(last=TicketDay.last - 1))
    assert who.posts("/tickets", "one", kind="praise").status_code == 500
    with reading() as session:
        assert session.scalar(select(func.count(ApiAnswer.id))) == 0
    with transaction() as session:
        session.execute(update(TicketDay).values(last=TicketDay.last + 1))
    assert who.posts("/tickets", "one", kind="praise").status_code == 201


def test_a_key_is_free_again_after_a_day(program: Programs, evening: Evening) -> None:
    who = program("agent")
    first = who.posts("/tickets", "one", kind="praise").json
    later(hours=23, minutes=59)
    console.jobs.forget_answers()
    assert who.posts("/tickets", "one", kind="praise").json["ref"] == first["ref"]
    later(minutes=1)
    console.jobs.forget_answers()
    assert who.posts("/tickets", "one", kind="praise").json["ref"] != first["ref"]


def test_the_clock_has_old_keys_forgotten(app: Flask, evening: Evening) -> None:
    bulk, hinted = app.extensions["hints"].queue(Lane.BULK), set()
    for _, work in clockwork.PERIODS:
        clockwork.tick(work)
        hinted |= {job.func_name for job in bulk.get_jobs()}
        bulk.empty()
    assert "console.jobs.forget_answers" in hinted


def test_a_move_with_a_key_is_told_once(program: Programs, evening: Evening) -> None:
    who, path = program("agent"), f"/tickets/{evening.refs['done']}/events"
    answers = [who.posts(path, "note", type="note", text="已回访") for _ in range(3)]
    assert len({answer.data for answer in answers}) == 1
    with database().reading() as session:
        noted = session.scalars(select(TicketEvent.id).where(TicketEvent.text == "已回访")).all()
    assert len(noted) == 1
