"""Every process dies in the middle of an emergency and comes back after the next rung was due: it goes on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import select, update

import tickets.actions
from base.clock import now
from base.pulse import CARRIER, Pulse, last_beat
from messages.models import Attempt, Message
from oncall.ladder import Post
from oncall.models import Page
from tests import make
from tests.chaos.house import House, until
from tickets.actions import TicketDraft
from tickets.lifecycle import Channel, Kind
from tickets.models import Ticket

pytestmark = pytest.mark.chaos

EVERYTHING = ("clock", "urgent", "normal", "web")
DEAD_S = 90
MOMENTS = ("planned_at", "due_at", "accepted_at", "lease_until_at", "began_at", "ended_at")


@dataclass(frozen=True)
class Emergency:
    """Somebody is stuck in a lift; the telephones of the two people on duty are busy."""

    ticket_id: int
    on_duty: list[str]


@pytest.fixture(params=["the carrier's answer is written down", "the carrier's answer never comes"])
def emergency(house: House, people: Callable[[int], list[str]], request: pytest.FixtureRequest) -> Iterator[Emergency]:
    numbers = people(2)
    if "never" in request.param:
        house.faults({"kind": "timeout_after_accept"})
        house.kill("web")  # no receipt can say it either
    for number in numbers:
        house.network.ask("PUT", f"/phones/{quote(number)}", {"answers": "busy"})
    with house.app.app_context(), house.database.transaction() as session:
        estate = make.a_project(session, numbers[0])
        for number, post in zip(numbers, (Post.FIRST, Post.SECOND), strict=True):
            staff = make.a_member_of_staff(session, number, number, project=estate)
            make.a_shift(session, estate, staff, post, now())
        draft = TicketDraft(Kind.EMERGENCY, "lift_trapped", Channel.CALL, project_id=estate.id, place="3号楼")
        ticket_id = tickets.actions.open_ticket(session, draft, at=now()).id
    yield Emergency(ticket_id, numbers)
    with house.app.app_context(), house.database.transaction() as session:
        tickets.actions.set_page_due(session, ticket_id, due_at=None)


def test_the_next_rung_goes_and_nobody_is_paged_twice_for_one(house: House, emergency: Emergency) -> None:
    on_duty, ticket_id = emergency.on_duty, emergency.ticket_id
    until(lambda: all(house.taken(number) == 2 for number in on_duty), "both have a text and a call")
    house.kill(*(name for name in EVERYTHING if name in house.processes))
    died_at = now()
    assert pages(house, ticket_id) == [(number, 0) for number in on_duty]
    house.faults()
    the_time_passes(house, ticket_id)
    house.start(*EVERYTHING)
    until(lambda: all(house.taken(number) == 4 for number in on_duty), "both are paged once more")
    until(lambda: compared_at(house) > died_at, "the carrier was asked what came in meanwhile")
    assert pages(house, ticket_id) == [(number, step) for number in on_duty for step in (0, 1)]
    for number in on_duty:
        for sent in got(house, number):
            assert (len(sent), len(set(sent))) == (2, 2), "one for each rung"
    with house.database.reading() as session:
        ticket = session.get_one(Ticket, ticket_id)
        assert (ticket.page_step, ticket.page_due_at > died_at) == (2, True)  # type: ignore[operator]


def the_time_passes(house: House, ticket_id: int) -> None:
    """As far as the service can tell: its clock has long been silent, and the next rung fell due half a minute ago."""
    dead_for = timedelta(seconds=DEAD_S)
    with house.database.transaction() as session:
        ticket = session.get_one(Ticket, ticket_id)
        assert ticket.page_step == 1
        ticket.page_due_at = now() - dead_for / 3
        session.execute(update(Page).where(Page.ticket_id == ticket_id).values(paged_at=now() - dead_for))
        for row in (*session.scalars(select(Message)), *session.scalars(select(Attempt))):
            for name in MOMENTS:
                if moment := getattr(row, name, None):
                    setattr(row, name, moment - dead_for)
        session.execute(update(Pulse).where(Pulse.name == "clock").values(beat_at=now() - dead_for))


def pages(house: House, ticket_id: int) -> list[tuple[str, int]]:
    with house.database.reading() as session:
        found = session.scalars(select(Page).where(Page.ticket_id == ticket_id)).all()
        return sorted((page.staff.number, page.step) for page in found)


def compared_at(house: House) -> datetime:
    with house.database.reading() as session:
        return last_beat(session, CARRIER) or datetime.min.replace(tzinfo=UTC)


def got(house: House, number: str) -> tuple[list[str], list[str]]:
    """Of which message of ours each text to this number is, and of which page each call, as the carrier took them."""
    taken = [x for x in house.network.ask("GET", "/wire")["exchanges"] if ["To", number] in x["params"]]
    fields = [(x["url"].rpartition("/")[2], dict(x["params"])) for x in taken if x["method"] == "POST"]
    texts = [form["StatusCallback"].partition("&")[0] for resource, form in fields if resource == "Messages.json"]
    return texts, [form["Url"] for resource, form in fields if resource == "Calls.json"]
