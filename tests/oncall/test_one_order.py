"""Whoever needs several tickets of a group waits for the oldest with empty hands: no two wait for each other."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from base import clock
from base.database import Database, reading, transaction
from directory.models import Staff
from oncall import actions
from oncall.actions import departing, holding
from tests.make import a_home
from tests.oncall.estate import AT, Estate, a_stuck_lift, an_estate, later, page_of
from tests.waits import until_somebody_waits
from tickets.actions import TicketDraft, proposing
from tickets.lifecycle import IncidentKind, Kind, Level
from tickets.models import Ticket
from tickets.proposalmodels import Proposal, ProposalTicket
from tickets.triagewords import UNSORTED, Suggestion

Does = Callable[[Session, Estate, Proposal], object]


def a_group_led_by_the_newer(session: Session, estate: Estate) -> tuple[Ticket, Ticket]:
    """Two burst pipes of a building: the one that called first is held for the other."""
    older, newer = (
        a_stuck_lift(
            session, estate, kind="repair", category="burst_pipe", caller_number=f"+861370000000{n}",
            home_id=a_home(session, estate.project, f"3-1-{n}01").id,
        )
        for n in (1, 2)
    )  # fmt: skip
    group = session.scalars(select(Proposal)).one()
    group.leader_id = newer.id
    session.get_one(ProposalTicket, older.id).held_at = AT
    session.get_one(ProposalTicket, newer.id).held_at = None
    session.flush()
    return older, newer


def is_waited_for(session: Session, estate: Estate) -> None:
    a_group_led_by_the_newer(session, estate)


def is_taken(session: Session, estate: Estate) -> None:
    """The first of the group is taken, what is held for it not yet."""
    _, newer = a_group_led_by_the_newer(session, estate)
    tickets.actions.acknowledge(session, newer.id, estate.first.id, at=later(10), how="key")


def is_theirs(session: Session, estate: Estate) -> None:
    is_taken(session, estate)
    tickets.actions.keep_group(session, session.scalars(select(Proposal.id)).one(), at=later(11))


def is_asked_about(session: Session, estate: Estate) -> None:
    """They have all of it, and did not answer yet whether they are still on it."""
    is_theirs(session, estate)
    leader = session.scalars(select(Proposal.leader_id)).one()
    holding.look_after_taken(session, leader, at=later(3700))


def keep(session: Session, estate: Estate, group: Proposal) -> None:
    tickets.actions.keep_group(session, group.id, at=later(20))


def accept(session: Session, estate: Estate, group: Proposal) -> None:
    proposing.accept(
        session, group.id, kind=IncidentKind.WATER, promised_end_at=None, by_id=estate.manager.id, at=later(20)
    )


def refuse(session: Session, estate: Estate, group: Proposal) -> None:
    proposing.refuse(session, group.id, reason="两根管子", by_id=estate.manager.id, at=later(20))


def release(session: Session, estate: Estate, group: Proposal) -> None:
    tickets.actions.release(session, group.leader_id, estate.first.id, at=later(20), text="来不了")


def give_back(session: Session, estate: Estate, group: Proposal) -> None:
    tickets.actions.give_back(session, group.leader_id, at=later(20))


def say_no(session: Session, estate: Estate, group: Proposal) -> None:
    page = page_of(session, session.get_one(Ticket, group.leader_id), estate.first)
    actions.pass_on(session, page.id, at=later(3710))


def say_nothing(session: Session, estate: Estate, group: Proposal) -> None:
    holding.look_after_taken(session, group.leader_id, at=later(7200))


def leave(session: Session, estate: Estate, group: Proposal) -> None:
    departing.leaves(session, estate.first, by_id=None, at=later(20))


def waits_with_empty_hands(
    app: Flask, ready: Callable[[Session, Estate], None], work: Callable[[Session, Estate], object]
) -> None:
    """While somebody has the first of two tickets, whoever does this work waits for it, the second not locked yet."""
    database: Database = app.extensions["database"]
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    clock.stop_at(AT)
    with transaction() as session:
        estate = an_estate(session)
        ready(session, estate)
        (older, newer), went = session.scalars(select(Ticket.id).order_by(Ticket.id)).all(), []

    def works() -> None:
        with app.app_context(), transaction() as session:
            work(session, estate)
        went.append(older)

    other = threading.Thread(target=works)
    with transaction() as session:
        tickets.actions.get(session, older)
        other.start()
        until_somebody_waits("it waits for the older ticket")
        session.execute(select(Ticket.id).where(Ticket.id == newer).with_for_update(nowait=True)).one()
    other.join()
    assert went == [older]


@pytest.mark.parametrize(
    ("ready", "does"),
    [
        (is_waited_for, accept), (is_waited_for, refuse), (is_taken, keep), (is_theirs, release),
        (is_theirs, give_back), (is_theirs, leave), (is_asked_about, say_no), (is_asked_about, say_nothing),
    ],
)  # fmt: skip
def test_while_somebody_has_an_older_ticket_of_a_group_no_newer_one_is_locked(
    app: Flask, ready: Callable[[Session, Estate], None], does: Does
) -> None:
    waits_with_empty_hands(
        app, ready, lambda session, estate: does(session, estate, session.scalars(select(Proposal)).one())
    )


PIPE = Suggestion(Kind.REPAIR, "burst_pipe", "爆管")


def a_pipe_and(kind: Kind, category: str) -> Callable[[Session, Estate], None]:
    """A burst pipe, and from another home of the building something that may be one."""

    def ready(session: Session, estate: Estate) -> None:
        for n, (of, sort) in enumerate(((PIPE.kind, PIPE.category), (kind, category)), start=1):
            a_stuck_lift(
                session, estate, kind=of, category=sort, caller_number=f"+861370000000{n}", told=PIPE.facts,
                home_id=a_home(session, estate.project, f"3-1-{n}01").id,
            )  # fmt: skip

    return ready


def know_better(session: Session, second: Ticket) -> None:
    tickets.actions.amend(session, second.id, at=AT, category=PIPE.category, level=Level.P1)


def become(session: Session, second: Ticket) -> None:
    draft = TicketDraft(
        kind=PIPE.kind, category=PIPE.category, channel=second.channel, project_id=second.project_id,
        home_id=second.home_id,
    )  # fmt: skip
    tickets.actions.become(session, second.id, draft, at=AT)


def say_it_is_so(session: Session, second: Ticket) -> None:
    tickets.actions.accept_suggestion(session, second.id, session.scalars(select(Staff.id)).all()[0], at=AT)


@pytest.mark.parametrize(
    ("second", "does"),
    [((Kind.REPAIR, "other_repair"), know_better), (UNSORTED, become), (UNSORTED, say_it_is_so)],
)
def test_so_it_is_where_the_second_turns_out_to_be_of_the_sort_that_makes_them_a_group(
    app: Flask, second: tuple[Kind, str], does: Callable[[Session, Ticket], None]
) -> None:
    def work(session: Session, estate: Estate) -> None:
        does(session, session.scalars(select(Ticket).order_by(Ticket.id)).all()[1])

    waits_with_empty_hands(app, a_pipe_and(*second), work)
    with reading() as session:
        assert len(session.scalars(select(ProposalTicket.ticket_id)).all()) == 2


def test_groups_of_several_buildings_are_looked_for_in_the_order_of_their_calls(app: Flask) -> None:
    database: Database = app.extensions["database"]
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    clock.stop_at(AT)
    with transaction() as session:
        estate = an_estate(session)
        ids = [
            a_stuck_lift(session, estate, kind="repair", category="other_repair", level=Level.P1,
                         caller_number=f"+861370000000{n}", home_id=a_home(session, estate.project, place).id).id
            for n, place in enumerate(("5-1-101", "3-1-101", "3-1-201", "5-1-201"))
        ]  # fmt: skip
        for ticket in session.scalars(select(Ticket)):
            ticket.category = "no_power"
    went: list[bool] = []

    def work() -> None:
        with app.app_context(), transaction() as session:
            tickets.actions.find_groups(session, at=later(60))
        went.append(True)

    other = threading.Thread(target=work)
    with transaction() as session:
        tickets.actions.get(session, ids[0])
        other.start()
        until_somebody_waits("it waits for the first call")
        session.execute(select(Ticket.id).where(Ticket.id.in_(ids[1:])).with_for_update(nowait=True)).all()
    other.join()
    with reading() as session:
        assert (went, len(session.scalars(select(Proposal)).all())) == ([True], 2)
