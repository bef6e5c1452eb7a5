"""What was sent stays told when its messages move to the archive: on the pages, in files and by the API."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select, update

from base import clock
from base.database import reading, transaction
from console.words import say
from messages.ever import EVER
from messages.ledger.archive import archive
from messages.lifecycle import MessageState
from messages.models import MESSAGE_ARCHIVE, Message
from outreach.actions.samples import wordings
from outreach.models import Campaign
from telephony.carrier import Rejected
from tests.api.conftest import Program
from tests.console.conftest import Browser, browser, logged_in  # noqa: F401  fixtures
from tests.console.evening import OWNER, STRANGER, Evening, a_message
from tests.console.neighbours import a_notice, an_outage, lets_go, works
from tests.console.test_exports import listed
from tests.messages.fake import FakeCarrier


def put_into_the_archive() -> None:
    """All that was sent, but for one young message: the newest always stays."""
    with transaction() as session:
        end = {"state": MessageState.DELIVERED, "final_at": clock.now()}
        moving = Message.state.in_((MessageState.ACCEPTED, MessageState.CLAIMED, MessageState.PLANNED))
        session.execute(update(Message).where(moving).values(end))
        session.execute(update(Message).where(Message.final_at.is_(None)).values(final_at=clock.now()))
        a_message(session, STRANGER, clock.now())


def moves_to_the_archive() -> None:
    with transaction() as session:
        left = archive(session, at=clock.now() + timedelta(days=500), keep=timedelta(days=400), piece=10_000)
        assert left is None
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(MESSAGE_ARCHIVE)) > 0
        assert session.scalar(select(func.count()).select_from(Message)) == 1


def part(page: str, begins: str, ends: str) -> str:
    """What stands there, without what differs from one look to the next."""
    assert begins in page
    found = page.split(begins)[1].split(ends, maxsplit=1)[0]
    return re.sub(r'name="csrf_token" value="[^"]*"', "", found)


def test_nothing_that_is_told_of_what_was_sent_shrinks_in_the_archive(
    app: Flask, program: Callable[..., Program], logged_in: Callable[[str], Browser],  # noqa: F811
    street: FakeCarrier, evening: Evening,
) -> None:  # fmt: skip
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_rate_service": 0.0})
    street.answers = [Rejected("21211", is_permanent=True)]
    id = a_notice(app, evening)
    lets_go(app, evening, id)
    works(app)
    outage = an_outage(app, evening)
    lets_go(app, evening, outage)
    works(app)
    put_into_the_archive()
    script, client = program("manager"), logged_in("manager")

    def told() -> dict[str, Any]:
        campaign = script.gets(f"/campaigns/{id}").get_json()
        with reading() as session:
            texts = [(one.message.body, one.count) for one in wordings(session, session.get_one(Campaign, id))]
            trouble = session.get_one(Campaign, outage).incident_id
        ticket, person = evening.refs["lift"], evening.owner
        return {
            "counts": campaign["counts"],
            "reasons": campaign["reasons"],
            "samples": campaign["samples"],
            "texts": texts,
            "progress": part(client.get(f"/campaigns/{id}").text, 'id="cp-prog"', "</dl>"),
            "list": part(client.get("/campaigns").text, f'href="/campaigns/{id}"', "</li>"),
            "person": part(client.sends(f"/campaigns/{id}/people", q="业主3").text, 'id="who-h"', "</section>"),
            "incident": part(client.get(f"/incidents/{trouble}").text, 'id="i-opening"', "</li>"),
            "api": script.gets("/messages", campaign=id).get_json()["items"],
            "number": script.gets("/messages", number=OWNER).get_json()["items"],
            "found": script.posts("/search", number=OWNER).get_json()["messages"],
            "desk": re.findall(r'id="bk-(\d+)"', client.get(f"/messages?campaign={id}").text),
            "ticket": re.findall(r'href="(/messages/\d+)"', client.get(f"/tickets/{ticket}").text),
            "life": re.findall(r'id="line-(sent-\d+)"', client.get(f"/people/{person}").text),
            "export": listed(logged_in("supervisor"), "messages", campaign=str(id)),
        }  # fmt: skip

    before = told()
    assert before["counts"] == {"delivered": 7, "failed": 1}
    for name, found in before.items():
        assert found, name
    moves_to_the_archive()
    for name, found in told().items():
        assert found == before[name], name
    page = client.get(f"/campaigns/{id}").text
    assert say("campaign.archived", "zh") not in page


def test_a_message_stands_in_one_place_and_is_read_as_it_was(app: Flask, evening: Evening) -> None:
    with reading() as session:
        before = list(session.execute(select(EVER.id, EVER.number, EVER.state, EVER.about).order_by(EVER.id)))
    put_into_the_archive()
    moves_to_the_archive()
    with reading() as session:
        after = {one.id: one for one in session.scalars(select(EVER))}
        assert len(after) == len(before) + 1
        for id, number, _state, about in before:
            assert (after[id].number, after[id].about) == (number, about)
