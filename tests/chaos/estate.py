"""An estate with an owner in every home, and notices to all of them that the house's processes plan."""

from collections.abc import Callable

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


class Estate:
    """One home and one owner for each of these numbers, and a supervisor who writes notices."""

    def __init__(self, house: House, numbers: list[str]) -> None:
        self.house, self.numbers = house, numbers
        with house.app.app_context(), house.database.transaction() as session:
            garden = make.a_project(session, f"小区{numbers[0]}")
            for place, number in enumerate(numbers):
                make.an_owner(session, make.a_home(session, garden, f"3-1-{place}"), number)
            zhao = make.a_member_of_staff(
                session, f"赵{numbers[0]}", f"+86139{numbers[0][-8:]}", Role.SUPERVISOR, garden
            )
            self.by, self.project_id = By(zhao.id, zhao.role, garden.id), garden.id


class Notice:
    """An emergency notice to an estate, written; the house's processes plan it."""

    def __init__(self, estate: Estate, words: str = "紧急停水") -> None:
        self.house, self.by = estate.house, estate.by
        draft = CampaignDraft(
            kind=CampaignKind.NOTICE, message_class=MessageClass.EMERGENCY, title=words,
            text_zh=f"{words}：{{places}}", text_en=f"{words}: {{places}}", audience=Filter(estate.project_id),
        )  # fmt: skip
        with self.house.app.app_context(), self.house.database.transaction() as session:
            self.id = campaigns.write(session, draft, self.by, at=now()).id

    def is_planned(self) -> bool:
        return self._campaign().state is CampaignState.PLANNED

    def goes(self) -> None:
        """Let it go; from now on `ids` are its messages."""
        with self.house.database.reading() as session:
            self.ids = list(session.scalars(select(Message.id).where(Message.about == f"campaign:{self.id}")))
        seen = self._campaign().batch.hash
        self._do(lambda session: campaigns.approve(
            session, self.id, self.by, seen=seen, at=now(), emergency_reason="演练"
        ))  # fmt: skip

    def stops(self) -> None:
        self._do(lambda session: campaigns.stop(session, self.id, self.by, at=now()))

    def goes_on(self) -> None:
        self._do(lambda session: campaigns.resume(session, self.id, self.by, at=now()))

    def sent(self) -> int:
        """How many of its messages have been claimed, or more."""
        return len(self.ids) - self.house.states(self.ids).get(MessageState.PLANNED, 0)

    def _do(self, act: Callable[..., object]) -> None:
        with self.house.app.app_context(), self.house.database.transaction() as session:
            act(session)

    def _campaign(self) -> Campaign:
        with self.house.database.reading() as session:
            campaign = session.get_one(Campaign, self.id)
            assert campaign.batch is not None
            return campaign


def a_notice(house: House, numbers: list[str]) -> Notice:
    """A notice to an estate of its own, planned and approved."""
    notice = Notice(Estate(house, numbers))
    until(notice.is_planned, "the notice is planned")
    notice.goes()
    return notice
