from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from base import clock
from base.access import Role
from base.database import transaction
from hotline.models import Call
from messages.models import Message
from oncall.ladder import Post
from tests.hotline.caller import HOTLINE, CallInProgress
from tests.make import a_home, a_member_of_staff, a_project, a_shift, an_owner
from tickets.models import Ticket

BY_DAY = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
BY_NIGHT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
OWNER = "+8613800138000"
STRANGER = "+8613700137000"
FIRST, SECOND = "+8613900000001", "+8613900000002"


@pytest.fixture(autouse=True)
def by_day(request):
    """Ten in the morning, a working Friday."""
    if "app" in request.fixturenames:
        request.getfixturevalue("app")
        clock.stop_at(BY_DAY)


@pytest.fixture
def dials(carrier_posts):
    """`dials(number)`: the hotline is rung from it, and has answered."""

    def dial(number: str, called: str = HOTLINE) -> CallInProgress:
        return CallInProgress(carrier_posts, number, called).rings()

    return dial


@pytest.fixture
def estate(app):
    """One estate with one owner in 3号楼2单元1502室 and two people on duty; answers their ids."""
    with transaction() as session:
        project = a_project(session)
        home = a_home(session, project)
        owner = an_owner(session, home, OWNER)
        first = a_member_of_staff(session, "王强", FIRST, Role.TECHNICIAN, project)
        second = a_member_of_staff(session, "赵敏", SECOND, Role.TECHNICIAN, project)
        a_shift(session, project, first, Post.FIRST, BY_DAY, hours=100)
        a_shift(session, project, second, Post.SECOND, BY_DAY, hours=100)
        return {"project": project.id, "home": home.id, "owner": owner.id, "first": first.id, "second": second.id}


@pytest.fixture
def every(app):
    """`every(Ticket)`: all rows of a table, oldest first."""

    def read(table):
        with transaction() as session:
            rows = list(session.scalars(select(table).order_by(table.id)))
            if table is Ticket:
                for row in rows:
                    _ = row.events
            session.expunge_all()
            return rows

    return read


@pytest.fixture
def only(every):
    """`only(Ticket)`: the one row there is."""

    def read(table):
        rows = every(table)
        assert len(rows) == 1, rows
        return rows[0]

    return read


@pytest.fixture
def texts_to(every):
    """`texts_to(number)`: the bodies planned to a number."""
    return lambda number: [m.body for m in every(Message) if m.number == number and m.way == "text"]


__all__ = ["Call"]
