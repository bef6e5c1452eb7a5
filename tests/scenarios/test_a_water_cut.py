"""Water is off in two buildings at night: who is told, by which way, once; and who hears that it is over."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from base.access import Role
from directory.actions import last_word, record_choice
from directory.consent import Choice
from directory.models import Building, Language
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from outreach.actions import campaigns, notices
from outreach.actions.campaigns import By, CampaignDraft
from outreach.audience import Filter
from outreach.lifecycle import CampaignKind
from outreach.models import Campaign, LeftOut
from tests import make
from tests.phone import Line, Phone
from tests.scenarios.conftest import Estate
from tests.town import Town
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import IncidentKind
from tickets.models import Ticket

SHARED, LANDLINE, ABROAD = "+8613800138001", "+862162345678", "+85291234567"
OPTED_OUT, ELSEWHERE, SHARED_COST = "+8613800138002", "+8613800138007", "+864008009999"


@dataclass
class Neighbours:
    """Buildings 3 and 5 with everybody in them, and one home of building 7."""

    estate: Estate
    owner: Phone
    shared: Phone
    landline: Phone
    abroad: Phone
    opted_out: Phone
    elsewhere: Phone
    building_ids: tuple[int, ...]
    supervisor: By

    def texted(self) -> list[Phone]:
        return [self.owner, self.shared, self.abroad, self.opted_out]


@pytest.fixture
def neighbours(town: Town, estate: Estate) -> Neighbours:
    with town.at_desk() as session:
        garden = session.get_one(make.Project, estate.project_id)
        places = ("3-1-101", "5-1-301", "5-1-302", "5-1-303", "7-1-101", "5-1-304")
        homes = {place: make.a_home(session, garden, place) for place in places}
        make.an_owner(session, [homes["3-1-101"], homes["5-1-301"]], SHARED, "王先生")
        make.an_owner(session, homes["5-1-301"], SHARED, "王太太")
        make.an_owner(session, homes["5-1-302"], LANDLINE, "陈老伯")
        make.an_owner(session, homes["5-1-303"], ABROAD, "Jane Smith", language=Language.EN)
        make.an_owner(session, homes["3-1-101"], OPTED_OUT, "周先生")
        make.an_owner(session, homes["7-1-101"], ELSEWHERE, "吴女士")
        office = make.an_owner(session, homes["5-1-304"], SHARED_COST, "某公司")
        office.numbers[0].kind = make.NumberKind.SHARED_COST
        make.a_consent(session, OPTED_OUT, "care", town.now, granted=False)
        names = select(Building.id).where(Building.name.in_(("3号楼", "5号楼"))).order_by(Building.id)
        building_ids = tuple(session.scalars(names))
        zhao = make.a_member_of_staff(session, "主管赵", "+8613900000033", Role.SUPERVISOR, garden)
        by = By(zhao.id, Role.SUPERVISOR, garden.id)
    phones = map(town.phone, ("+8613800138000", SHARED, LANDLINE, ABROAD, OPTED_OUT, ELSEWHERE))
    return Neighbours(estate, *phones, building_ids=building_ids, supervisor=by)


def writes(town: Town, here: Neighbours, kind: IncidentKind = IncidentKind.WATER) -> int:
    """The supervisor writes it; the campaign's id."""
    with town.at_desk() as session:
        campaign = campaigns.write(
            session,
            CampaignDraft(
                kind=CampaignKind.NOTICE,
                message_class=MessageClass.EMERGENCY,
                title="紧急停水",
                text_zh="紧急停水：供水管爆裂，{places}已停水，预计{end}恢复。咨询{hotline}",
                text_en="Water is off at {places} due to a burst main. Expected back {end}. Info {hotline}",
                audience=Filter(here.estate.project_id, here.building_ids),
                valid_until_at=town.now + timedelta(hours=8),
                trouble=IncidentDraft(
                    kind=kind,
                    project_id=here.estate.project_id,
                    building_ids=here.building_ids,
                    promised_end_at=town.now + timedelta(hours=10),
                ),
            ),
            here.supervisor,
            at=town.now,
        )
        id = campaign.id
    town.settle()
    return id


def approves(town: Town, here: Neighbours, campaign_id: int) -> None:
    with town.at_desk() as session:
        seen = session.get_one(Campaign, campaign_id).batch.hash
        campaigns.approve(
            session, campaign_id, here.supervisor, seen=seen, at=town.now, emergency_reason="夜间爆管，等不及第二人"
        )
    town.advance(5)


def test_everybody_of_the_two_buildings_is_told_once_in_their_language(town: Town, neighbours: Neighbours) -> None:
    opening = writes(town, neighbours)
    with town.at_desk() as session:
        campaign = session.get_one(Campaign, opening)
        assert (campaign.people, campaign.numbers, campaign.texts, campaign.calls) == (6, 5, 4, 1)
        assert campaign.left_out == {"not_a_mobile": 1}, "the 400 number"
        assert session.scalars(select(LeftOut.number)).all() == [SHARED_COST]
    for phone in neighbours.texted():
        phone.expect_nothing_more()
    approves(town, neighbours, opening)
    for phone in (neighbours.owner, neighbours.shared, neighbours.opted_out):
        phone.receives("【回音物业】紧急停水", "3、5号楼", "12:13")
    neighbours.abroad.receives("Huiyin Property: Water is off at Buildings 3 and 5")
    neighbours.elsewhere.expect_nothing_more()
    neighbours.landline.does_not_ring(for_s=30)


def test_the_landline_rings_in_the_morning_and_hears_it_twice_slowly(town: Town, neighbours: Neighbours) -> None:
    approves(town, neighbours, writes(town, neighbours))
    for phone in neighbours.texted():
        phone.receives()
    town.sleep_through(4.8 * 3600)
    call = neighbours.landline.rings().answers()
    call.hears("这里是回音物业", "3、5号楼", "听清楚了请按1").hears("这里是回音物业").is_over()
    town.advance(10)
    neighbours.landline.has_been_called(1)


def test_with_gas_the_landline_rings_at_night_and_a_key_is_noted(town: Town, neighbours: Neighbours) -> None:
    approves(town, neighbours, writes(town, neighbours, IncidentKind.GAS))
    for phone in neighbours.texted():
        phone.receives()
    neighbours.landline.rings().answers().hears("听清楚了").presses("*").hears("紧急停水").presses("1").hears(
        "谢谢"
    ).is_over()
    town.advance(5)


def wants_a_person(town: Town, neighbours: Neighbours) -> Line:
    """A gas leak is told; whoever is called about it presses 0 and hears those on duty being rung."""
    approves(town, neighbours, writes(town, neighbours, IncidentKind.GAS))
    for phone in neighbours.texted():
        phone.receives()
    return neighbours.landline.rings().answers().hears("听清楚了").presses("0").hears("值班人员")


def test_zero_during_the_notice_leads_to_a_person(town: Town, neighbours: Neighbours) -> None:
    landline = wants_a_person(town, neighbours)
    neighbours.estate.wang.rings().answers().hears("对方正在线上").presses("1")
    landline.is_joined()
    landline.hangs_up()
    town.advance(5)
    for colleague in (neighbours.estate.li, neighbours.estate.zhao, town.phone("+8613900000000")):
        colleague.has_been_called(1)


def test_after_zero_a_voicemail_picks_up_first_and_somebody_else_is_spoken_with(
    town: Town, neighbours: Neighbours
) -> None:
    estate = neighbours.estate
    estate.wang.will("voicemail")
    landline = wants_a_person(town, neighbours)
    landline.hears("正在为您接通下一位值班人员")
    estate.li.rings().answers().hears("对方正在线上").presses("1")
    landline.is_joined().hangs_up()
    town.advance(5)
    estate.wang.has_been_called(1)
    for colleague in (estate.li, estate.zhao, town.phone("+8613900000000")):
        colleague.has_been_called(2)


def test_where_nobody_comes_after_zero_the_wish_is_a_ticket_with_what_they_say(
    town: Town, neighbours: Neighbours
) -> None:
    landline = wants_a_person(town, neighbours)
    town.advance(26)
    landline.hears("正在忙", "请在滴声后留言").hears_the_beep().says("我这里还有煤气味").presses("#")
    ref = landline.hears("工单号", "尽快给您回电").is_over().heard_ref()
    estate = neighbours.estate
    for colleague in (estate.wang, estate.li, estate.zhao, town.phone("+8613900000000")):
        colleague.has_been_called(1)
    with town.at_desk() as session:
        wish = session.scalars(select(Ticket).where(Ticket.category == "person")).one()
        assert (wish.ref, wish.project_id) == (ref, estate.project_id)
        assert "recording" in town.timeline(wish)


def test_restored_goes_to_exactly_those_who_got_the_opening(town: Town, neighbours: Neighbours) -> None:
    town.fault(kind="refuse", code=21211, number=SHARED)
    approves(town, neighbours, writes(town, neighbours))
    got = [neighbours.owner, neighbours.abroad, neighbours.opted_out]
    for phone in got:
        phone.receives()
    with town.at_desk() as session:
        incident_id = session.scalars(select(Campaign.incident_id)).one()
        campaign = notices.restore(session, incident_id, neighbours.supervisor, at=town.now)
        assert campaign is not None
        restored = campaign.id
    town.settle()
    with town.at_desk() as session:
        assert session.get_one(Campaign, restored).numbers == 3, "not who was not told, nor who was not yet rung"
    approves(town, neighbours, restored)
    for phone in got:
        phone.receives("恢复" if phone is not neighbours.abroad else "back")
    town.sleep_through(5 * 3600)
    town.advance(30)
    neighbours.landline.has_been_called(0)


def test_with_every_webhook_twice_everybody_is_told_once_and_heard_once(town: Town, neighbours: Neighbours) -> None:
    town.fault(kind="webhook_twice")
    approves(town, neighbours, writes(town, neighbours, IncidentKind.GAS))
    for phone in neighbours.texted():
        phone.receives()
    landline = neighbours.landline.rings().answers().hears("听清楚了").presses("1").hears("谢谢")
    with town.at_desk() as session:
        heard_at = session.scalars(select(Message.heard_at).where(Message.number == LANDLINE)).one()
    landline.is_over()
    town.advance(60)
    with town.at_desk() as session:
        notices = session.scalars(select(Message).order_by(Message.id)).all()
        assert [message.number for message in notices if message.number == LANDLINE] == [LANDLINE]
        assert len(notices) == len({message.number for message in notices}) == 5
        assert [message.heard_at for message in notices if message.heard_at] == [heard_at]
        assert {message.state for message in notices} <= {MessageState.DELIVERED, MessageState.ANSWERED}
    assert any(exchange["repeat"] for exchange in town.wire() if exchange["direction"] == "webhook")


@pytest.mark.parametrize("word", ["Ｒ", "ｓｔｏｐ"])
def test_an_emergency_reaches_an_owner_who_wants_to_be_left_alone(
    town: Town, neighbours: Neighbours, mode: str, word: str
) -> None:
    owner = neighbours.owner.number
    if mode == "two_way":
        neighbours.owner.texts(word)
    else:  # nothing they text arrives: they said it on the telephone
        with town.at_desk() as session:
            record_choice(session, owner, Choice.OPT_OUT, at=town.now, channel="phone", words=word)
    with town.at_desk() as session:
        assert last_word(session, owner, "care") is False
    approves(town, neighbours, writes(town, neighbours))
    neighbours.owner.receives("紧急停水")
    for phone in neighbours.texted()[1:]:
        phone.receives()
