"""A ladder is due because the ticket says so: every door, with its hint lost."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

import oncall.jobs
import tickets.actions
from base import clock
from base.database import reading, transaction
from base.queue import Hints, connect
from oncall.models import Page
from telephony.dark import duty_numbers
from tests.hotline.caller import HOTLINE, CallInProgress
from tests.oncall.estate import AT, an_estate, later
from tickets.actions import TicketDraft
from tickets.lifecycle import Channel, Kind, Level
from tickets.models import Ticket
from tickets.triage import CATEGORIES, wakes

Posts = Callable[..., TestResponse]
STRANGER = "+8613711112222"


def by_call(posts: Posts) -> None:
    """A stranger dials, presses 0 and hangs up."""
    CallInProgress(posts, STRANGER, HOTLINE).rings().presses("0")


def by_text(posts: Posts) -> None:
    """A stranger texts that somebody is trapped."""
    posts("/sms/incoming", MessageSid="SM" + "7" * 32, From=STRANGER, To=HOTLINE, Body="3号楼电梯困人，快来")


def by_desk(category: str, channel: Channel) -> Callable[[Posts], None]:
    """Somebody at a desk, on the web or on paper writes it down."""

    def door(_posts: Posts) -> None:
        known = CATEGORIES[category]
        kind = Kind.EMERGENCY if known.level is Level.P0 else Kind.COMPLAINT if known.level is Level.C2 else Kind.REPAIR
        with transaction() as session:
            tickets.actions.open_ticket(session, TicketDraft(kind, category, channel), at=AT)

    return door


def by_raising(_posts: Posts) -> None:
    """A quiet ticket turns out to be grave."""
    with transaction() as session:
        quiet = TicketDraft(Kind.REPAIR, "lift", Channel.WEB, level=Level.P2)
        ticket = tickets.actions.open_ticket(session, quiet, at=AT)
        tickets.actions.amend(session, ticket.id, at=AT, category="lift_trapped", level=Level.P0)


def by_reopening(_posts: Posts) -> None:
    """It was not done after all."""
    with transaction() as session:
        staff = an_estate(session).manager
        ticket = tickets.actions.open_ticket(session, TicketDraft(Kind.EMERGENCY, "fire", Channel.DESK), at=AT)
        tickets.actions.acknowledge(session, ticket.id, staff.id, at=AT, how="click")
        tickets.actions.resolve(session, ticket.id, staff.id, at=AT, text="已扑灭")
        tickets.actions.reopen(session, ticket.id, staff.id, at=AT, text="复燃")


DOORS = {
    "a call": by_call,
    "a text": by_text,
    "raising a level": by_raising,
    "reopening": by_reopening,
    **{
        f"{channel.value}: {code}": by_desk(code, channel)
        for code, known in CATEGORIES.items()
        if wakes(known.level)
        for channel in (Channel.DESK, Channel.WEB)
    },
}


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS.keys())
def test_the_clock_finds_it_without_any_hint(app: Flask, carrier_posts: Posts, door: Callable[[Posts], None]) -> None:
    clock.stop_at(AT)
    app.extensions["hints"] = Hints(connect("redis://127.0.0.1:1/0"))
    if door is not by_reopening:
        with transaction() as session:
            an_estate(session)
    door(carrier_posts)
    with reading() as session:
        assert session.scalars(select(Page)).all() == [] or door is by_call
    clock.stop_at(later(1))
    oncall.jobs.climb_due()
    with reading() as session:
        ticket = session.scalars(select(Ticket)).one()
        paged = session.scalars(select(Page).where(Page.step >= 0)).all()
        assert paged, f"{ticket.level} came in and nobody was paged"
        assert ticket.page_due_at is not None
        assert ticket.page_due_at > later(1)


def test_tonights_numbers_are_written_down_for_when_the_house_is_dark(app: Flask) -> None:
    clock.stop_at(AT)
    with transaction() as session:
        estate = an_estate(session)
        estate.project.number = "+862155550100"
    oncall.jobs.refresh_tonight()
    here = app.extensions["settings"]
    numbers = ["+8613900000001", "+8613900000002", "+8613900000003", here.duty_phone]
    assert duty_numbers(here, "+862155550100") == numbers
    assert duty_numbers(here, "+8640012345") == numbers
