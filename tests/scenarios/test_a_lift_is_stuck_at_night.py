"""02:13, somebody is trapped in a lift; the first technician is asleep."""

from tests.scenarios.conftest import Estate
from tests.town import Town


def test_the_second_technician_takes_it_by_page_while_the_first_sleeps(town: Town, estate: Estate) -> None:
    estate.wang.will("no_answer")
    call = estate.owner.dials().hears("您好", "For English, press 8", "录音", "紧急").presses("0")
    call.hears("119")
    page = estate.li.rings().answers().hears("紧急", "接单请按1")
    page.presses("1").hears("已接单")
    estate.li.receives("紧急")
    estate.wang.receives("紧急")
    estate.wang.receives("李明", "接单")
    call.hears("已接单")
    call.hangs_up()
    with town.at_desk() as session:
        from tickets.models import Ticket  # noqa: PLC0415

        (ticket,) = session.query(Ticket).all()
        assert (ticket.level, ticket.status, ticket.assignee.name) == ("P0", "acknowledged", "李明")
