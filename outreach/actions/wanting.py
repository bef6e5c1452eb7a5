"""Whoever was told something by a call and wants a person: that is a ticket, before anybody is rung."""

from collections.abc import Collection
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from base.rows import row_of
from directory import actions as directory
from messages.models import Message
from outreach.actions.opening import open_wish
from outreach.models import Campaign
from tickets.lifecycle import Channel
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
    return open_wish(
        session, number=message.number, language=language, channel=Channel.CALL, project_id=project_id, home=home,
        reason=WANTS_PERSON, once_key=f"message/{message.id}/person", at=at,
    )  # fmt: skip


def _only(those: Collection[One]) -> One | None:
    return next(iter(those)) if len(those) == 1 else None
