"""Rehearsals: when they are due, what they do, and how they end."""

import threading
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import oncall.jobs
import tickets.actions
from base import clock
from base.database import reading, transaction
from base.health import _numbers
from messages.models import Message
from oncall import actions, drill_command
from oncall.actions import drilling
from oncall.actions.drilling import NotNow, start_drill
from oncall.audit import Fault
from oncall.drills import last_due
from oncall.models import Drill, DrillOutcome
from tests.oncall.estate import AT, Estate, a_stuck_lift, an_estate, later, page_of, texts_to
from tests.oncall.test_two_clocks import at_once
from tickets.models import EventType, Ticket

MONTHLY, WEEKLY = "23 02:30", "mon 02:30"
"""AT is Monday the 23rd, 02:30 in Shanghai."""


@pytest.mark.parametrize(
    ("schedule", "seconds", "is_due"),
    [
        ("", 0, False),
        (MONTHLY, -1, False),
        (MONTHLY, 0, True),
        (MONTHLY, 29 * 60, True),
        (MONTHLY, 30 * 60, False),
        (WEEKLY, 0, True),
        ("tue 02:30", 0, False),
        ("22 02:30", 0, False),
        ("22 23:50", -2 * 3600 - 30 * 60, True),
    ],
)
def test_a_rehearsal_is_due_at_its_moment_and_for_half_an_hour(schedule: str, seconds: float, is_due: bool) -> None:
    due_at = last_due(schedule, at=later(seconds), zone="Asia/Shanghai")
    assert (due_at is not None) == is_due


def a_drill(session: Session, estate: Estate, at: datetime = AT, key: str = "k") -> Drill:
    drill = start_drill(session, estate.project, once_key=key, at=at)
    assert isinstance(drill, Drill)
    return drill


def ticket_of(session: Session, drill: Drill) -> Ticket:
    assert drill.ticket_id is not None
    return session.get_one(Ticket, drill.ticket_id)


def test_it_pages_the_real_ladder_and_every_word_says_that_it_is_a_drill(session: Session) -> None:
    estate = an_estate(session)
    estate.second.language = "en"
    ticket = ticket_of(session, a_drill(session, estate))
    actions.climb(session, ticket.id, at=AT)
    assert "【演练】" in texts_to(session, estate.first)[0]
    assert "[DRILL]" in texts_to(session, estate.second)[0]
    actions.acknowledge(session, page_of(session, ticket, estate.first).id, how="key", at=later(50))
    told = session.scalars(select(Message.body).where(Message.body != "")).all()
    assert all("演练" in body or "DRILL" in body for body in told)


def test_its_result_is_the_time_until_somebody_took_it_and_it_leaves_the_desk_by_itself(session: Session) -> None:
    estate = an_estate(session)
    drill = a_drill(session, estate)
    ticket = ticket_of(session, drill)
    actions.climb(session, ticket.id, at=AT)
    drilling.look_after_drill(session, drill.id, at=later(40))
    assert drill.outcome is DrillOutcome.RUNNING
    actions.acknowledge(session, page_of(session, ticket, estate.first).id, how="key", at=later(50))
    drilling.look_after_drill(session, drill.id, at=later(55))
    assert (drill.outcome, drill.taken_at, drill.taken_by) == (DrillOutcome.TAKEN, later(50), estate.first)
    session.refresh(ticket)
    assert ticket.status == "acknowledged"
    drilling.look_after_drill(session, drill.id, at=later(50 + 600))
    session.refresh(ticket)
    assert ticket.status == "cancelled"
    assert drilling.running_drills(session) == []


def test_nobody_after_twenty_minutes_is_a_result_and_those_who_were_woken_are_told(session: Session) -> None:
    estate = an_estate(session)
    drill = a_drill(session, estate)
    ticket = ticket_of(session, drill)
    actions.climb(session, ticket.id, at=AT)
    drilling.look_after_drill(session, drill.id, at=later(1199))
    assert drill.outcome is DrillOutcome.RUNNING
    drilling.look_after_drill(session, drill.id, at=later(1200))
    assert (drill.outcome, drill.taken_at) == (DrillOutcome.NOBODY, None)
    session.refresh(ticket)
    assert (ticket.status, ticket.page_due_at) == ("cancelled", None)


def test_something_real_goes_first(session: Session) -> None:
    estate = an_estate(session)
    drill = a_drill(session, estate)
    a_stuck_lift(session, estate, at=later(20))
    drilling.look_after_drill(session, drill.id, at=later(21))
    assert drill.outcome is DrillOutcome.WITHDRAWN
    assert ticket_of(session, drill).status == "cancelled"
    assert start_drill(session, estate.project, once_key="another", at=later(30)) == NotNow(is_running=False)


def test_one_at_a_time_and_the_same_key_is_the_same_rehearsal(session: Session) -> None:
    estate = an_estate(session)
    drill = a_drill(session, estate)
    assert a_drill(session, estate).id == drill.id
    assert start_drill(session, estate.project, once_key="another", at=AT) == NotNow(is_running=True)


def test_no_owner_hears_of_it_and_it_counts_nowhere(session: Session, app: Flask) -> None:
    estate = an_estate(session)
    ticket = ticket_of(session, a_drill(session, estate))
    actions.take_ticket(session, ticket.id, estate.first.id, how="click", at=later(5))
    tickets.actions.resolve(session, ticket.id, estate.first.id, at=later(60), text="")
    assert ticket.follow_up_at is None
    session.commit()
    assert _numbers().get_sample_value("huiyin_tickets", {"level": "P0", "status": "resolved"}) is None


def test_the_auditor_minds_a_late_step_of_it_and_nobody_in_danger(session: Session) -> None:
    a_drill(session, an_estate(session))
    assert [one.fault for one in actions.audit(session, at=later(600))] == [Fault.LATE]


@pytest.fixture
def monthly(app: Flask) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"drills_at": MONTHLY})
    clock.stop_at(AT)


def test_racing_clocks_begin_one_by_the_schedule(app: Flask, monthly: None) -> None:
    with transaction() as session:
        an_estate(session)
    at_once(app, *[oncall.jobs.keep_drills] * 4)
    with reading() as session:
        assert session.scalar(select(func.count(Drill.id))) == 1
        assert session.scalar(select(func.count(Ticket.id)).where(Ticket.is_drill)) == 1
    oncall.jobs.climb_due()
    clock.stop_at(later(60))
    oncall.jobs.keep_drills()
    with reading() as session:
        assert session.scalar(select(func.count(Ticket.id))) == 1


def test_the_schedule_leaves_one_out_while_something_real_is_open_and_says_so(app: Flask, monthly: None) -> None:
    with transaction() as session:
        a_stuck_lift(session, an_estate(session))
    oncall.jobs.keep_drills()
    clock.stop_at(later(600))
    oncall.jobs.keep_drills()
    with reading() as session:
        (drill,) = session.scalars(select(Drill))
        assert (drill.outcome, drill.ticket_id) == (DrillOutcome.SKIPPED, None)


def run(app: Flask, *args: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["drill", *args])
    return result.exit_code, result.output


def test_the_command_waits_and_says_after_how_many_minutes(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drill_command, "LOOK_S", 0.01)
    clock.stop_at(AT)
    with transaction() as session:
        first = an_estate(session).first.id

    def somebody_takes_it() -> None:
        with app.app_context():
            ticket_id = None
            while ticket_id is None:
                with reading() as session:
                    ticket_id = session.scalar(select(Ticket.id).where(Ticket.is_drill))
                threading.Event().wait(0.01)
            with transaction() as session:
                actions.take_ticket(session, ticket_id, first, how="click", at=AT + timedelta(seconds=90))

    taker = threading.Thread(target=somebody_takes_it)
    taker.start()
    code, said = run(app, "start", "--project", "幸福花园")
    taker.join()
    assert code == 0, said
    assert "1.5 分钟" in said
    assert "王强" in said
    assert "1.5 分钟" in run(app, "report")[1]


def test_the_command_refuses_in_words(app: Flask) -> None:
    clock.stop_at(AT)
    assert run(app, "start")[0] == 1
    with transaction() as session:
        estate = an_estate(session)
    assert run(app, "report") == (0, "还没有演练过 / there has been no rehearsal yet\n")
    assert run(app, "start", "--project", "别处")[0] == 1
    assert run(app, "start", "--no-wait")[0] == 0
    assert "under way here" in run(app, "start", "--no-wait")[1]
    with transaction() as session:
        a_stuck_lift(session, estate)
    assert "a real emergency is open" in run(app, "start", "--no-wait")[1]


def test_its_opening_is_told_as_a_drill_on_the_timeline(session: Session) -> None:
    ticket = ticket_of(session, a_drill(session, an_estate(session)))
    opened = next(event for event in ticket.events if event.type is EventType.OPENED)
    assert opened.data["drill"] == "yes"
