"""Two clocks, two pressers: real threads on a real database, one outcome."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

import oncall.jobs
import tickets.actions
from base import clock
from base.database import reading, transaction
from base.inturn import in_turn
from messages.models import Message
from oncall import actions
from oncall.models import Page
from tests.oncall.estate import AT, a_stuck_lift, an_estate, later, page_of
from tickets.models import Ticket

ROUNDS = 5


def at_once(app: Flask, *works: Callable[[], object]) -> None:
    """Every piece of work in a thread of its own, all starting at the same moment; fails if one of them fails."""
    gate = threading.Barrier(len(works))
    failed: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        with app.app_context():
            gate.wait()
            try:
                work()
            except BaseException as error:
                failed.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


@pytest.mark.parametrize("clocks", [2, 4])
def test_racing_clocks_make_one_set_of_pages(app: Flask, clocks: int) -> None:
    clock.stop_at(AT)
    with transaction() as session:
        estate = an_estate(session)
        for _ in range(ROUNDS):
            a_stuck_lift(session, estate)
    at_once(app, *[oncall.jobs.climb_due] * clocks)
    with reading() as session:
        assert len(session.scalars(select(Page)).all()) == 2 * ROUNDS
        assert len(session.scalars(select(Message)).all()) == 4 * ROUNDS
        assert {ticket.page_step for ticket in session.scalars(select(Ticket))} == {1}


def test_of_two_who_press_at_the_same_moment_one_has_it(app: Flask) -> None:
    clock.stop_at(AT)
    with transaction() as session:
        estate = an_estate(session)
        opened = [a_stuck_lift(session, estate).id for _ in range(ROUNDS)]
        for ticket_id in opened:
            actions.climb(session, ticket_id, at=AT)
        both = [
            [page_of(session, session.get_one(Ticket, ticket_id), staff).id for staff in (estate.first, estate.second)]
            for ticket_id in opened
        ]

    def press(page_id: int) -> Callable[[], None]:
        def work() -> None:
            with transaction() as session:
                actions.acknowledge(session, page_id, how="key", at=later(5))

        return work

    at_once(app, *[press(page_id) for pair in both for page_id in pair])
    with reading() as session:
        for ticket_id in opened:
            pages = session.scalars(select(Page).where(Page.ticket_id == ticket_id)).all()
            assert sorted(page.state.value for page in pages) == ["acknowledged", "taken_by_other"]
            taken = next(page for page in pages if page.state.value == "acknowledged")
            assert session.get_one(Ticket, ticket_id).assignee_id == taken.staff_id


def test_climbing_passing_taking_and_following_at_once_never_block_each_other(app: Flask) -> None:
    clock.stop_at(AT)
    with transaction() as session:
        estate = an_estate(session)
        ticket_id = a_stuck_lift(session, estate).id
        actions.climb(session, ticket_id, at=AT)
        first, second = (
            page_of(session, session.get_one(Ticket, ticket_id), staff).id for staff in (estate.first, estate.second)
        )
    clock.stop_at(later(121))

    def press(act: Callable[..., object], *given: object, **more: object) -> Callable[[], None]:
        def work() -> None:
            with transaction() as session:
                act(session, *given, at=later(121), **more)

        return work

    at_once(
        app, oncall.jobs.climb_due, oncall.jobs.close_calls, press(actions.pass_on, first),
        press(actions.need_help, second), press(actions.ring_live, ticket_id),
        press(actions.acknowledge, first, how="key"), press(tickets.actions.note, ticket_id, None, text="…"),
    )  # fmt: skip
    oncall.jobs.close_calls()
    with reading() as session:
        assert session.get_one(Ticket, ticket_id).assignee_id is not None
        left = session.scalars(select(Page).where(Page.ticket_id == ticket_id, Page.step >= 0)).all()
        assert not [page for page in left if page.state.value == "calling" and page.kind.value == "ladder"]


def test_a_late_key_and_the_ladder_at_once_skip_no_rung(app: Flask) -> None:
    clock.stop_at(AT)
    with transaction() as session:
        estate = an_estate(session)
        opened = [a_stuck_lift(session, estate).id for _ in range(ROUNDS)]
        for ticket_id in opened:
            actions.climb(session, ticket_id, at=AT)
        old = [page_of(session, session.get_one(Ticket, each), estate.first).id for each in opened]
        for ticket_id in opened:
            actions.climb(session, ticket_id, at=later(120))
    clock.stop_at(later(240))

    def press(page_id: int) -> Callable[[], None]:
        def work() -> None:
            with transaction() as session:
                actions.pass_on(session, page_id, at=later(240))

        return work

    at_once(app, oncall.jobs.climb_due, *map(press, old))
    oncall.jobs.climb_due()
    with reading() as session:
        assert {ticket.page_step for ticket in session.scalars(select(Ticket))} == {3}


def test_one_that_fails_in_whatever_way_keeps_none_of_the_others_waiting(app: Flask) -> None:
    done: list[int] = []

    def act(_session: object, each: int, *, at: object) -> None:
        if each == 1:
            raise ValueError(each)
        done.append(each)

    with app.app_context():
        in_turn([1, 2], act)
    assert done == [2]
