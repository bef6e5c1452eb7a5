"""Somebody who is called about whatever concerns every estate presses 0: whose matter that is."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from base import clock
from base.database import reading, transaction
from base.queue import Lane
from messages import pacing
from messages.ledger.plan import Draft, plan
from messages.lifecycle import MessageClass, Way
from outreach.models import Campaign
from tests import make
from tests.outreach.stage import Stage
from tickets.models import Ticket

LANDLINE = "+862162345678"


@pytest.mark.parametrize(
    ("lives", "place"),
    [
        ([], ("", "")),
        ([("幸福花园", "9-1-101")], ("幸福花园", "101")),
        ([("幸福花园", "9-1-101"), ("幸福花园", "9-1-102")], ("幸福花园", "")),
        ([("幸福花园", "9-1-101"), ("清风苑", "1-1-101")], ("", "")),
    ],
)
def test_it_is_of_the_one_estate_and_home_they_have_and_of_several_none_is_guessed(
    stage: Stage, carrier_posts: Callable[..., TestResponse], lives: list[tuple[str, str]], place: tuple[str, str]
) -> None:
    campaign_id = stage.write()
    with transaction() as session:
        session.get_one(Campaign, campaign_id).project_id = None
        for name, room in lives:
            found = session.scalars(select(make.Project).where(make.Project.name == name)).first()
            make.an_owner(session, make.a_home(session, found or make.a_project(session, name), room), LANDLINE)
        draft = Draft(
            once_key="to-all/landline", about=f"campaign:{campaign_id}", lane=Lane.NORMAL,
            message_class=MessageClass.SERVICE, urgency=pacing.URGENCY[MessageClass.SERVICE, Way.CALL], way=Way.CALL,
            number=LANDLINE, sender="+864008001234", due_at=clock.now(), valid_until_at=None, body="全公司通知",
            answer_path="/voice/notice/{id}/zh",
        )  # fmt: skip
        message_id = plan(session, [draft], at=clock.now())[0]
    for _ in range(2):
        carrier_posts(f"/voice/notice/{message_id}/zh/person", CallSid="CA1")
    with reading() as session:
        ticket = session.scalars(select(Ticket)).one()
        project, home = ticket.project, ticket.home
        assert (project.name if project else "", home.name if home else "") == place
