"""An estate for campaigns and its street, with a carrier in memory and a clock in the hand."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from base import clock
from base.access import Role
from base.database import transaction
from outreach.actions.campaigns import By
from tests import make
from tests.messages.fake import AT, FakeCarrier
from tests.outreach.rungs import home  # noqa: F401  a fixture
from tests.outreach.stage import Stage
from tests.outreach.street import Street


@pytest.fixture
def stage(app: Flask) -> Iterator[Stage]:
    carrier = FakeCarrier(clock=clock.now)
    app.extensions["carrier"] = carrier
    # two claimers may share what is due, and while the clock stands still no pace opens for the second
    unlimited = {"sms_rate_emergency": 0.0, "sms_rate_service": 0.0, "sms_rate_care": 0.0, "call_rate": 0.0}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=unlimited)
    clock.stop_at(AT)
    with transaction() as session:
        garden = make.a_project(session)
        for room in range(12):
            home = make.a_home(session, garden, f"{3 + room // 6}-1-{room}01")
            make.an_owner(session, home, f"+86138001380{room:02d}", f"业主{room}")
        agent = make.a_member_of_staff(session, "小周", "+8613900000031", Role.AGENT, garden)
        supervisor = make.a_member_of_staff(session, "赵主管", "+8613900000032", Role.SUPERVISOR, garden)
        manager = make.a_member_of_staff(session, "钱经理", "+8613900000033", Role.MANAGER, garden)
        by = [By(one.id, one.role, garden.id) for one in (agent, supervisor, manager)]
        project_id = garden.id
    yield Stage(carrier, project_id, *by)
    clock.stop_at(None)


@pytest.fixture
def street(stage: Stage, carrier_posts: Callable[..., TestResponse]) -> Iterator[Street]:
    yield Street(stage, carrier_posts)
    clock.stop_at(None)
