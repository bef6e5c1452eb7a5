"""Whoever locks a word about a trouble has locked the trouble first: no two wait for each other for ever."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from base import clock
from base.database import Database, reading, transaction
from messages.lifecycle import MessageClass
from outreach.actions import campaigns, notices, planning, spotchecks
from outreach.jobs import planning as jobs
from outreach.models import Campaign
from tests.outreach.stage import Stage, a_water_cut
from tests.waits import until_somebody_waits
from tickets.actions.incidents import incident_by_id


def written(stage: Stage) -> int:
    """An opening that nobody has planned."""
    return stage.write(message_class=MessageClass.EMERGENCY, trouble=a_water_cut(stage))


def planned(stage: Stage) -> int:
    id = written(stage)
    jobs.plan(id)
    return id


def let_go(stage: Stage) -> int:
    id = planned(stage)
    stage.approve(id)
    stage.work()
    return id


def stopped(stage: Stage) -> int:
    id = let_go(stage)
    with transaction() as session:
        campaigns.stop(session, id, stage.manager, at=clock.now())
    return id


def over(stage: Stage) -> int:
    """The all-clear of a trouble, three hours after it was let go."""
    opening = let_go(stage)
    with transaction() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
        assert incident_id is not None
        all_clear = notices.restore(session, incident_id, stage.supervisor, at=clock.now())
        assert all_clear is not None
        id = all_clear.id
    jobs.plan(id)
    stage.approve(id)
    stage.work()
    clock.stop_at(clock.now() + timedelta(hours=3))
    return id


def freeze(session: Session, id: int, stage: Stage) -> None:
    plan = planning.work_out(session, id, at=clock.now())
    assert plan is not None
    planning.freeze(session, id, plan)


def approve(session: Session, id: int, stage: Stage) -> None:
    with reading() as looking:
        seen = looking.get_one(Campaign, id).batch.hash
    campaigns.approve(session, id, stage.manager, seen=seen, at=clock.now())


def stop(session: Session, id: int, stage: Stage) -> None:
    campaigns.stop(session, id, stage.manager, at=clock.now())


def resume(session: Session, id: int, stage: Stage) -> None:
    campaigns.resume(session, id, stage.manager, at=clock.now())


def withdraw(session: Session, id: int, stage: Stage) -> None:
    campaigns.withdraw(session, id, stage.manager, at=clock.now())


def draw(session: Session, id: int, stage: Stage) -> None:
    spotchecks.draw(session, id, at=clock.now())


@pytest.mark.parametrize(
    ("ready", "does"),
    [(written, freeze), (planned, approve), (planned, withdraw), (let_go, stop), (stopped, resume), (over, draw)],
)
def test_while_somebody_has_the_trouble_no_word_about_it_is_locked(
    app: Flask, stage: Stage, ready: Callable[[Stage], int], does: Callable[[Session, int, Stage], None]
) -> None:
    database: Database = app.extensions["database"]
    if database.is_sqlite:
        return  # it has one writer
    id, went = ready(stage), []

    def work() -> None:
        with app.app_context(), transaction() as session:
            does(session, id, stage)
        went.append(id)

    other = threading.Thread(target=work)
    with transaction() as session:
        incident_by_id(session, session.scalars(select(Campaign.incident_id).where(Campaign.id == id)).one() or 0)
        other.start()
        until_somebody_waits("it waits for the trouble")
        session.scalars(select(Campaign.id).where(Campaign.id == id).with_for_update(nowait=True)).one()
    other.join()
    assert went == [id]
