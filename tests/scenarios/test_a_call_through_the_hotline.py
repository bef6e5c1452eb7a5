"""Whoever works on a ticket calls its owner, or a firm, through the hotline: neither side sees the other's number."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from base import clock
from base.errors import Conflict
from directory.models import Staff
from hotline.actions import through, waiting
from hotline.models import ThroughCall
from oncall.actions import departing
from tests.phone import Phone
from tests.scenarios.conftest import DAY, GARDEN_NUMBER, Estate
from tests.town import Town
from tickets import actions
from tickets.actions import TicketDraft
from tickets.lifecycle import Channel, Kind
from tickets.models import EventType, Ticket


@pytest.fixture
def starts_at() -> datetime:
    return DAY


def a_repair_of_wangs(town: Town, estate: Estate) -> None:
    """A burst pipe that its owner reported and Wang has taken."""
    draft = TicketDraft(
        kind=Kind.REPAIR, category="burst_pipe", channel=Channel.DESK, project_id=estate.project_id,
        place="3号楼2单元1502室", caller_number=estate.owner.number,
    )  # fmt: skip
    with town.at_desk() as session:
        wang = session.scalars(select(Staff).where(Staff.number == estate.wang.number)).one()
        ticket = actions.open_ticket(session, draft, at=clock.now())
        actions.acknowledge(session, ticket.id, wang.id, at=clock.now(), how="click")


def wang_presses(town: Town, estate: Estate, *, firm: bool = False) -> Phone:
    with town.at_desk() as session:
        wang = session.scalars(select(Staff).where(Staff.number == estate.wang.number)).one()
        ticket = actions.tickets_of(session, wang.id)[0]
        to = through.firms_for(session, ticket)[0] if firm else None
        through.ask_call(session, ticket, wang, firm=to, at=clock.now())
    return estate.wang


def how_it_went(town: Town) -> list[tuple[str, str]]:
    with town.ticket() as ticket:
        told = [event for event in ticket.events if event.type is EventType.CALLED_OUT]
        return [(event.data["whom"], event.data["result"]) for event in told]


def forget(estate: Estate) -> None:
    """Texts and pages of the matter itself are told elsewhere."""
    for phone in (estate.owner, *estate.duty()):
        phone.forget_calls()
        for text in phone._texts():
            phone._read.add(text["sid"])


def test_ones_own_telephone_rings_first_then_the_owners_who_sees_the_hotline(town: Town, estate: Estate) -> None:
    a_repair_of_wangs(town, estate)
    wang = wang_presses(town, estate).rings()
    assert wang._call()["from"] in {GARDEN_NUMBER, town.hotline}, "staff see a number of the house"
    wang.answers().hears("您要打给来电人", "接通请按1").presses("1")
    owner = estate.owner.rings()
    assert owner._call()["from"] == GARDEN_NUMBER, "the number they dialled, never a colleague's"
    owner.answers().is_joined()
    with town.at_desk() as session:
        assert len(waiting.busy(session, at=clock.now())) == 1, "nobody is put through to who speaks"
    owner.waits(40)
    owner.hangs_up().is_over()
    wang.hears("通话结束").is_over()
    assert how_it_went(town) == [("owner", "talked")]
    with town.at_desk() as session:
        call = session.scalars(select(ThroughCall)).one()
        assert call.talked_s >= 40
        assert waiting.busy(session, at=clock.now()) == set()
    forget(estate)


@pytest.mark.parametrize(
    ("answers", "says", "result"), [("busy", "正在通话", "busy"), ("no_answer", "没有接听", "no_answer")]
)
def test_an_owner_who_does_not_come_stands_on_the_ticket(
    town: Town, estate: Estate, answers: str, says: str, result: str
) -> None:
    a_repair_of_wangs(town, estate)
    estate.owner.will(answers)
    wang_presses(town, estate).rings().answers().hears("接通请按1").presses("1").hears(says, within_s=60).is_over()
    assert how_it_went(town) == [("owner", result)]
    forget(estate)


def test_a_colleague_who_does_not_pick_up_rings_no_owner(town: Town, estate: Estate) -> None:
    a_repair_of_wangs(town, estate)
    estate.wang.will("no_answer")
    wang_presses(town, estate)
    town.advance(90)
    estate.owner.does_not_ring(5)
    assert how_it_went(town) == []
    forget(estate)


def test_a_voicemail_of_ours_presses_no_key_and_rings_nobody(town: Town, estate: Estate) -> None:
    a_repair_of_wangs(town, estate)
    wang_presses(town, estate).rings().answers().hears("接通请按1").waits(40).hears("没有按键").is_over()
    estate.owner.does_not_ring(5)
    forget(estate)


def test_whoever_leaves_while_their_telephone_rings_is_put_through_to_nobody(town: Town, estate: Estate) -> None:
    a_repair_of_wangs(town, estate)
    wang = wang_presses(town, estate).rings().answers().hears("接通请按1")
    with town.at_desk() as session:
        leaver = session.scalars(select(Staff).where(Staff.number == estate.wang.number)).one()
        departing.leaves(session, leaver, by_id=None, at=clock.now())
    wang.presses("1").hears("已经不用打了").is_over()
    estate.owner.does_not_ring(5)
    with town.ticket() as ticket:
        assert (ticket.status, ticket.assignee) == ("open", None), "the next is paged for it"
    forget(estate)


def test_the_firm_is_rung_the_same_way(town: Town, estate: Estate) -> None:
    a_repair_of_wangs(town, estate)
    with town.at_desk() as session:
        number = through.firms_for(session, session.scalars(select(Ticket)).one())[0].number
    wang = wang_presses(town, estate, firm=True).rings().answers().hears("接通请按1").presses("1")
    firm = town.phone(number).rings()
    assert firm._call()["from"] == GARDEN_NUMBER
    firm.answers().is_joined()
    wang.hangs_up()
    assert how_it_went(town) == [("firm", "talked")]
    forget(estate)


def test_two_presses_ring_once_and_another_waits_for_the_first(town: Town, estate: Estate) -> None:
    a_repair_of_wangs(town, estate)
    for _ in range(2):
        wang_presses(town, estate)
    estate.wang.rings().answers().hears("接通请按1").hangs_up()
    with town.at_desk() as session:
        assert len(session.scalars(select(ThroughCall)).all()) == 1
        wang = session.scalars(select(Staff).where(Staff.number == estate.wang.number)).one()
        ticket = actions.tickets_of(session, wang.id)[0]
        with pytest.raises(Conflict, match="busy with another"):
            through.ask_call(session, ticket, wang, firm=through.firms_for(session, ticket)[0], at=clock.now())
        later = clock.now() + timedelta(minutes=2)
        assert through.ask_call(session, ticket, wang, at=later).id != session.scalars(select(ThroughCall.id)).first()
    forget(estate)
