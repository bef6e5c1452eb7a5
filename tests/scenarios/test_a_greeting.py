"""A Mid-Autumn greeting: who wants it, when it is their morning, and never twice."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from base.access import Role
from base.errors import BadInput
from directory.models import Language, Occupancy
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from outreach.actions import campaigns
from outreach.actions.campaigns import By, CampaignDraft
from outreach.audience import Filter
from outreach.lifecycle import CampaignKind
from outreach.models import Campaign
from tests import make
from tests.phone import Phone
from tests.scenarios.conftest import Estate
from tests.town import Town

MORNING = datetime(2026, 9, 25, 1, 30, tzinfo=UTC)
"""09:30 in Shanghai at Mid-Autumn 2026; 02:30 in London, where nobody is woken."""
WANTS, OPTED_OUT, NEVER_ASKED, LONDON = "+8613800138001", "+8613800138002", "+8613800138003", "+447400123456"
VANCOUVER = "+16045550100"


@pytest.fixture
def starts_at() -> datetime:
    return MORNING


@dataclass
class Absent:
    """Owners of empty homes, one of whom lives in London."""

    project_id: int
    wants: Phone
    opted_out: Phone
    never_asked: Phone
    london: Phone
    author: By
    approver: By


@pytest.fixture
def absent(town: Town, estate: Estate) -> Absent:
    with town.at_desk() as session:
        garden = session.get_one(make.Project, estate.project_id)
        owners = {WANTS: "钱女士", OPTED_OUT: "周先生", NEVER_ASKED: "吴先生", LONDON: "Jane Smith"}
        for room, (number, name) in enumerate(owners.items(), start=1):
            home = make.a_home(session, garden, f"9-1-{room}01", occupancy=Occupancy.VACANT)
            language = Language.EN if number == LONDON else Language.ZH
            make.an_owner(
                session, home, number, name, salutation="钱女士" if number == WANTS else "", language=language
            )
        for number, granted in ((WANTS, True), (LONDON, True), (OPTED_OUT, True), (OPTED_OUT, False)):
            make.a_consent(session, number, "care", town.now, granted=granted)
        agent = make.a_member_of_staff(session, "客服小周", "+8613900000031", Role.AGENT, garden)
        manager = make.a_member_of_staff(session, "经理钱", "+8613900000032", Role.MANAGER, garden)
        by = By(agent.id, agent.role, garden.id), By(manager.id, manager.role, garden.id)
    phones = map(town.phone, owners)
    return Absent(estate.project_id, *phones, author=by[0], approver=by[1])


def greets(
    town: Town, here: Absent, valid: timedelta | None = None,
    *, zh: str = "月满中秋，{company}祝您阖家团圆、中秋快乐！", en: str = "a happy Mid-Autumn Festival",
) -> int:  # fmt: skip
    """Write, look at and approve a greeting for now; answers the campaign's id."""
    with town.at_desk() as session:
        draft = CampaignDraft(
            kind=CampaignKind.GREETING, message_class=MessageClass.CARE, title="问候", text_zh="{salutation}，" + zh,
            text_en="{salutation}, {company} wishes you " + en + ".",
            audience=Filter(here.project_id, occupancy=(Occupancy.VACANT,)),
            valid_until_at=town.now + valid if valid else None,
        )  # fmt: skip
        campaign = campaigns.write(session, draft, here.author, at=town.now)
        id = campaign.id
    town.settle()
    with town.at_desk() as session:
        seen = session.get_one(Campaign, id).batch.hash
        campaigns.approve(session, id, here.approver, seen=seen, at=town.now)
    town.advance(5)
    return id


def test_it_goes_to_who_wants_it_and_waits_for_the_morning_abroad(town: Town, absent: Absent, mode: str) -> None:
    campaign_id = greets(town, absent)
    with town.at_desk() as session:
        campaign = session.get_one(Campaign, campaign_id)
        assert campaign.left_out == {"opted_out": 1, "no_consent": 1}
        assert campaign.occasion == "mid_autumn/2026"
    text = absent.wants.receives("【回音物业】钱女士，月满中秋", "中秋快乐")
    assert ("拒收请回复R" in text) is (mode == "two_way"), "where no answer comes through, the hotline is named"
    absent.london.expect_nothing_more()
    town.sleep_through(5.4 * 3600)
    town.advance(20)
    absent.london.expect_nothing_more()
    town.sleep_through(1.2 * 3600)
    town.advance(20)
    absent.london.receives("Huiyin Property:", "happy Mid-Autumn")
    for phone in (absent.opted_out, absent.never_asked):
        phone.expect_nothing_more()


def test_what_would_come_too_late_is_not_sent_at_all(town: Town, absent: Absent) -> None:
    greets(town, absent, valid=timedelta(hours=4))
    absent.wants.receives("中秋快乐")
    town.sleep_through(7 * 3600)
    town.advance(20)
    absent.london.expect_nothing_more()
    with town.at_desk() as session:
        held = session.scalars(select(Message).where(Message.number == LONDON)).one()
        assert (held.state, held.reason) == (MessageState.EXPIRED, "valid_until")


def test_an_opt_out_while_it_is_held_counts(town: Town, absent: Absent, mode: str) -> None:
    greets(town, absent)
    absent.wants.receives("中秋快乐")
    absent.london.texts("Ｒ")
    town.sleep_through(7 * 3600)
    town.advance(20)
    absent.london.expect_nothing_more()
    with town.at_desk() as session:
        held = session.scalars(select(Message).where(Message.number == LONDON)).one()
        assert (held.state, held.reason) == (MessageState.SUPPRESSED, "opted_out")


def test_nobody_is_greeted_twice_for_the_same_occasion(town: Town, absent: Absent) -> None:
    greets(town, absent)
    absent.wants.receives("中秋快乐")
    with town.at_desk() as session:
        draft = CampaignDraft(
            kind=CampaignKind.GREETING, message_class=MessageClass.CARE, title="再次问候", text_zh="中秋快乐",
            text_en="Happy Mid-Autumn", audience=Filter(absent.project_id),
        )  # fmt: skip
        second = campaigns.write(session, draft, absent.author, at=town.now).id
    town.settle()
    with town.at_desk() as session:
        campaign = session.get_one(Campaign, second)
        assert (campaign.numbers, campaign.left_out["already"]) == (0, 2)


@pytest.mark.parametrize("starts_at", [MORNING - timedelta(hours=16, minutes=30)])
def test_another_occasion_on_the_same_day_of_the_number_is_one_too_many(town: Town, absent: Absent) -> None:
    """Yesterday's greeting came at nine in the morning in Vancouver, today's would come at half past six there."""
    vancouver = town.phone(VANCOUVER)
    with town.at_desk() as session:
        home = make.a_home(session, session.get_one(make.Project, absent.project_id), "9-1-901")
        home.occupancy = Occupancy.VACANT
        make.an_owner(session, home, VANCOUVER, "Ann Lee", language=Language.EN)
        make.a_consent(session, VANCOUVER, "care", town.now, granted=True)
    first = greets(town, absent, zh="小区十周年，感谢有您", en="a good tenth year in your home")
    absent.wants.receives("小区十周年")
    absent.london.receives("a good tenth year")
    town.sleep_through(7 * 3600)
    town.advance(20)
    vancouver.receives("a good tenth year")
    town.sleep_through((MORNING - town.now).total_seconds())
    second = greets(town, absent)
    absent.wants.receives("中秋快乐")
    vancouver.expect_nothing_more()
    with town.at_desk() as session:
        occasions = [session.get_one(Campaign, id).occasion for id in (first, second)]
        assert occasions == ["day/2026-09-24", "mid_autumn/2026"]
        left = session.scalars(select(Message).where(Message.number == VANCOUVER).order_by(Message.id)).all()[-1]
        assert (left.state, left.reason) == (MessageState.SUPPRESSED, "one_a_day")


def test_on_a_day_of_mourning_nobody_is_greeted(town: Town, absent: Absent) -> None:
    draft = CampaignDraft(
        kind=CampaignKind.GREETING, message_class=MessageClass.CARE, title="清明", text_zh="清明安康", text_en="Hello",
        audience=Filter(absent.project_id), send_at=datetime(2027, 4, 5, 2, 0, tzinfo=UTC),
    )  # fmt: skip
    with pytest.raises(BadInput, match="清明"), town.at_desk() as session:
        campaigns.write(session, draft, absent.author, at=town.now)
