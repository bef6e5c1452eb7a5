"""A notice to many while its processes die, and while it is stopped: everybody once, and nobody after the stop."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from base.access import Role
from base.clock import now
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from outreach.actions import campaigns
from outreach.actions.campaigns import By, CampaignDraft
from outreach.audience import Filter
from outreach.lifecycle import CampaignKind, CampaignState
from outreach.models import Campaign
from tests import make
from tests.chaos.house import House, until

pytestmark = pytest.mark.chaos

People = Callable[[int], list[str]]
PEOPLE = 300


class Notice:
    """An emergency notice to an estate of its own, planned by the house's processes and approved."""

    def __init__(self, house: House, numbers: list[str]) -> None:
        self.house = house
        with house.app.app_context(), house.database.transaction() as session:
            garden = make.a_project(session, f"小区{numbers[0]}")
            for place, number in enumerate(numbers):
                make.an_owner(session, make.a_home(session, garden, f"3-1-{place}"), number)
            zhao = make.a_member_of_staff(
                session, f"赵{numbers[0]}", f"+86139{numbers[0][-8:]}", Role.SUPERVISOR, garden
            )
            self.by = By(zhao.id, zhao.role, garden.id)
            draft = CampaignDraft(
                kind=CampaignKind.NOTICE, message_class=MessageClass.EMERGENCY, title="紧急停水",
                text_zh="紧急停水：{places}", text_en="Water is off at {places}", audience=Filter(garden.id),
            )  # fmt: skip
            self.id = campaigns.write(session, draft, self.by, at=now()).id
        until(lambda: self._campaign().state is CampaignState.PLANNED, "the notice is planned")
        with house.database.reading() as session:
            self.ids = list(session.scalars(select(Message.id).where(Message.about == f"campaign:{self.id}")))
        seen = self._campaign().batch.hash
        self._do(lambda session: campaigns.approve(
            session, self.id, self.by, seen=seen, at=now(), emergency_reason="演练"
        ))  # fmt: skip

    def stops(self) -> None:
        self._do(lambda session: campaigns.stop(session, self.id, self.by))

    def goes_on(self) -> None:
        self._do(lambda session: campaigns.resume(session, self.id, self.by, at=now()))

    def sent(self) -> int:
        return len(self.ids) - self.house.states(self.ids).get(MessageState.PLANNED, 0)

    def _do(self, act: Callable[..., object]) -> None:
        with self.house.app.app_context(), self.house.database.transaction() as session:
            act(session)

    def _campaign(self) -> Campaign:
        with self.house.database.reading() as session:
            campaign = session.get_one(Campaign, self.id)
            assert campaign.batch is not None
            return campaign


def test_its_worker_dies_twice_and_everybody_has_it_once(house: House, people: People) -> None:
    house.faults({"kind": "latency", "on": "messages", "seconds": 0.4, "rate": 0.4})
    numbers = people(PEOPLE)
    notice = Notice(house, numbers)
    for share in (0.2, 0.6):
        until(lambda share=share: notice.sent() >= share * PEOPLE, f"{share:.0%} have been claimed")
        house.kill("urgent")
        house.start("urgent")
    house.faults()
    until(lambda: house.are_settled(notice.ids), f"everything is settled: {house.states(notice.ids)}")
    house.everybody_once(numbers)


def test_stopped_half_way_nobody_else_gets_it_until_it_goes_on(house: House, people: People) -> None:
    house.faults({"kind": "latency", "on": "messages", "seconds": 1.0})
    numbers = people(PEOPLE)
    notice = Notice(house, numbers)
    until(lambda: notice.sent() > 0, "the first have been claimed")
    notice.stops()
    until(lambda: not house.has_a_child("urgent"), "what was under way has ended")
    told = sum(house.taken(number) for number in numbers)
    assert 0 < told == notice.sent() < PEOPLE
    house.kill("urgent", "clock")
    house.start("urgent", "clock")
    house.faults()
    notice.goes_on()
    until(lambda: house.are_settled(notice.ids), f"everything is settled: {house.states(notice.ids)}")
    house.everybody_once(numbers)
