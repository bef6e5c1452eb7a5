"""Water runs out of a flat in which nobody lives: those who belong to it are asked whether we may enter."""

from sqlalchemy import select

from directory.models import ContactRole, Home, Language, Occupancy, Staff
from outreach.actions import entering
from outreach.entries import EntryState
from outreach.entrymodels import EntryRequest
from tests import make
from tests.scenarios.conftest import Estate
from tests.town import Town
from tickets import actions
from tickets.actions import TicketDraft
from tickets.lifecycle import Channel, Kind, Status
from tickets.models import Ticket, TicketEvent

KEEPER = "+8613800138077"


def asks(town: Town, estate: Estate) -> None:
    """Wang has taken a burst pipe above 3-2-1502, whose owner speaks English and whose keys somebody keeps."""
    with town.at_desk() as session:
        home = session.scalars(select(Home).where(Home.name == "1502")).one()
        home.occupancy = Occupancy.VACANT
        owner = session.scalars(select(make.Person).where(make.Person.name == "李梅")).one()
        owner.language = Language.EN
        make.an_owner(session, home, KEEPER, "王阿姨", role=ContactRole.KEEPER)
        wang = session.scalars(select(Staff).where(Staff.name == "王强")).one()
        draft = TicketDraft(
            Kind.REPAIR, "burst_pipe", Channel.DESK, project_id=estate.project_id, home_id=home.id, place="3-2-1502"
        )
        ticket = actions.open_ticket(session, draft, at=town.now)
        actions.acknowledge(session, ticket.id, wang.id, at=town.now, how="click")
        entering.ask_for_entry(session, ticket, home, by=wang, at=town.now)
    town.settle()


def told(town: Town) -> dict[str, str]:
    """What the timeline says of it: the newest words of each sort."""
    with town.at_desk() as session:
        events = session.scalars(select(TicketEvent).order_by(TicketEvent.id))
        return {event.data["what"]: event.text for event in events if "entry" in event.data}


def test_the_owner_is_asked_in_their_language_and_the_keeper_says_yes(town: Town, estate: Estate) -> None:
    asks(town, estate)
    estate.owner.rings().answers().hears("Water is running from your flat", "Press 1").hangs_up()
    town.advance(15)
    keeper = town.phone(KEEPER).rings().answers().hears("3号楼2单元1502室正在往外漏水", "请按1", "请按2", "请按0")
    keeper.presses("7").hears("没有这个选项").presses("1").hears("已记下您同意入户").is_over()
    assert told(town)["entry_permitted"] == "王阿姨 138****8077"
    with town.at_desk() as session:
        assert session.scalars(select(EntryRequest.state)).one() is EntryState.PERMITTED
    town.advance(120)


def test_a_no_is_kept_and_nobody_else_is_rung(town: Town, estate: Estate) -> None:
    asks(town, estate)
    estate.owner.rings().answers().hears("2 to refuse").presses("2").hears("we may not enter").is_over()
    assert told(town)["entry_refused"] == "李梅 138****8000"
    town.advance(120)


def test_zero_speaks_with_whoever_is_on_duty(town: Town, estate: Estate) -> None:
    asks(town, estate)
    call = estate.owner.rings().answers().hears("0 to speak").presses("0").hears("connecting you")
    estate.wang.rings().answers().hears("对方正在线上").presses("1")
    call.is_joined().hangs_up()
    town.advance(5)
    for colleague in (estate.li, estate.zhao, town.phone("+8613900000000")):
        colleague.has_been_called(1)
    assert "entry_person" in told(town)


def test_star_hears_the_question_again_and_forgets_wrong_keys(town: Town, estate: Estate) -> None:
    asks(town, estate)
    call = estate.owner.rings().answers().hears("Water is running")
    for _ in range(2):
        call.presses("7").hears("not one of the choices").presses("7").hears("not one of the choices")
        call.presses("*").hears("Hello, this is", "Water is running")
    call.presses("1").hears("we may enter").is_over()
    assert "entry_permitted" in told(town)


def test_where_nobody_is_reached_the_supervisor_is_woken(town: Town, estate: Estate) -> None:
    asks(town, estate)
    estate.owner.rings().declines()
    town.advance(15)
    town.phone(KEEPER).rings().declines()
    town.advance(15)
    assert told(town)["entry_nobody"] == "3号楼2单元1502室"
    estate.zhao.receives("支援请求")
    estate.zhao.rings().answers().hears("前往请按1").presses("1").hears("已告知").is_over()
    estate.wang.receives("前往支援")
    with town.at_desk() as session:
        assert session.scalars(select(Ticket.status)).one() is Status.ACKNOWLEDGED
