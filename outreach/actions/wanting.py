"""Whoever was told something by a call and wants a person: that is a ticket, before anybody is rung."""

from collections.abc import Collection
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

import tickets.actions
from base.queue import Lane, enqueue
from base.rows import row_of
from directory import actions as directory
from messages.models import Message
from outreach.models import Campaign
from tickets.actions import TicketDraft
from tickets.lifecycle import Channel, Kind
from tickets.models import Ticket

One = TypeVar("One")
WANTS_PERSON = "notice_person"


def want_person(session: Session, message: Message, language: str, *, at: datetime) -> Ticket:
    """The ticket of a wish for a person after a spoken notice; the same one if asked again.

    It is of the estate that the notice was about, else of that of their home; of several estates, or of several homes
    there, none is guessed.
    """
    _, _, id = message.about.partition("campaign:")
    campaign = row_of(session, Campaign, int(id)) if id.isdecimal() else None
    homes = directory.who_calls(session, message.number).homes
    project_id = campaign.project_id if campaign is not None else None
    if project_id is None:
        project_id = _only({home.building.project_id for home in homes})
    home = _only([home for home in homes if home.building.project_id == project_id])
    draft = TicketDraft(
        kind=Kind.HELP, category="person", channel=Channel.CALL, project_id=project_id,
        home_id=home.id if home is not None else None, place=directory.place_of(home) if home is not None else "",
        caller_number=message.number, language=language, told={"reason": WANTS_PERSON},
    )  # fmt: skip
    ticket = tickets.actions.open_ticket(session, draft, at=at, once_key=f"message/{message.id}/person")
    if ticket.page_due_at is not None:
        enqueue(session, Lane.URGENT, "oncall.jobs.climb", ticket.id)
    session.flush()
    return ticket


def _only(those: Collection[One]) -> One | None:
    return next(iter(those)) if len(those) == 1 else None
