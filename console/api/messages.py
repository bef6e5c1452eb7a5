"""What left the house, or is about to: the ledger as the API tells it."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.wiring import settings
from console.api.cursor import cursor
from console.api.door import Bearer, bearer, door
from console.api.operation import reads
from console.api.paging import place_of
from console.api.problems import in_query
from console.api.shapes import Id, Moment, Page, Shape
from console.api.sheets import AnyList
from console.mailbook import Choice, look
from console.scope import READERS
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Message
from outreach.actions.results import hidden
from telephony.numbers import read_number
from telephony.unreadable import Unreadable


class MessageLine(Shape):
    """One text or placed call. `about` names what it is for; `reason` is why it did not go, `error_code` the carrier's.

    `heard_at`: a person pressed a key. `is_doubtful`: it may have gone twice.
    """

    kept_as: ClassVar[str] = "message"
    id: int
    about: str
    campaign: int | None
    message_class: MessageClass = Field(alias="class")
    way: Way
    number: str
    text: str
    segments: int
    state: MessageState
    reason: str
    error_code: str
    attempts: int
    is_doubtful: bool
    planned_at: Moment
    accepted_at: Moment | None
    heard_at: Moment | None
    final_at: Moment | None


class MessagePage(Page[MessageLine]):
    """A page of messages, newest first."""


class MessageQuery(AnyList):
    """Which messages. A number does not belong in an address: post it to /search instead."""

    campaign: Id | None = None
    number: Annotated[str, StringConstraints(max_length=60)] | None = Field(
        None, description="号码会留在访问记录里，请改用 POST /search / addresses are logged: better POST /search"
    )
    state: MessageState | None = None


@door.get("/messages")
@guarded_by(*READERS)
@reads(MessagePage, query=MessageQuery)
def messages(session: Session, asked: MessageQuery) -> MessagePage:
    """The messages somebody may see, newest first, also those in the archive.

    Where few of many fit, a page may be short or empty: the list ends where `next` is null, and nowhere else.
    """
    who = bearer()
    choice = Choice(
        number=_number(asked.number), state=asked.state,
        about=f"{CAMPAIGN}{asked.campaign}" if asked.campaign is not None else "",
    )  # fmt: skip
    after = None if asked.after is None else place_of("messages", asked.after)
    found = look(session, who.me, choice, after=after, most=asked.limit)
    return MessagePage(
        items=[message_line(who, message) for message in found.messages],
        next=None if found.after is None else cursor("messages", found.after),
    )


def _number(asked: str | None) -> str:
    """The number of an address, where a plus has become a blank. Raises `Faulty`."""
    if asked is None:
        return ""
    read = read_number(asked.strip(), region=settings().default_region)
    if isinstance(read, Unreadable):
        raise in_query("number", f"{read.why_zh}{read.why_en}")
    return read.number


CAMPAIGN = "campaign:"
"""How the ledger names what belongs to a campaign."""


def message_line(who: Bearer, message: Message) -> MessageLine:
    """A message as the API tells it."""
    of_campaign = message.about.removeprefix(CAMPAIGN) if message.about.startswith(CAMPAIGN) else ""
    return MessageLine(
        id=message.id, about=message.about, campaign=int(of_campaign) if of_campaign.isdecimal() else None,
        message_class=message.message_class, way=message.way, number=who.number(message.number) or "",
        text=who.text(hidden(message.body)), segments=message.segments, state=message.state, reason=message.reason,
        error_code=message.error_code, attempts=message.attempts, is_doubtful=message.is_doubtful,
        planned_at=message.planned_at, accepted_at=message.accepted_at, heard_at=message.heard_at,
        final_at=message.final_at,
    )  # fmt: skip
