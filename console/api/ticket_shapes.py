"""A ticket as the API tells it, and as a new one is told to it."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints

from console.api.campaign_shapes import Warned
from console.api.problems import Problem
from console.api.shapes import Body, Id, Moment, Named, Page, Shape, Short, Text
from console.api.sheets import AnyList
from directory.models import Language
from tickets.lifecycle import Channel, Kind, Level, Status
from tickets.models import EventType
from tickets.running import ClockName

ByHand = Literal[Channel.CALL, Channel.WEB, Channel.DESK, Channel.WALK_IN, Channel.PAPER, Channel.GROUP, Channel.EMAIL]
"""Channels through which somebody writes a ticket down; texts and surveys open theirs by themselves."""


class ClockInterval(Shape):
    """From when until when a clock ran without a pause."""

    from_at: Moment
    until_at: Moment


class TicketClock(Shape):
    """One deadline as it stands now. `due_at` is null when it is met, and while it is paused.

    `ran`: all intervals in which it ran, also before the ticket was opened again; `broken_before`: how often it was
    broken by then, or before it was extended (`is_extended`). `resumes_at`: when a pause ends by itself.
    `is_provisional`: nobody knows yet which days of the year of its end are worked.
    """

    name: ClockName
    began_at: Moment
    due_at: Moment | None
    met_at: Moment | None
    total_s: float
    left_s: float
    is_paused: bool
    is_broken: bool
    is_provisional: bool
    is_extended: bool
    resumes_at: Moment | None
    broken_before: int
    ran: list[ClockInterval]


class TicketFact(Shape):
    """One thing that happened. What was said with it is in `text`; `data` has its particulars by type."""

    id: int
    type: EventType
    at: Moment
    by: Named | None
    text: str
    data: dict[str, Any]


class TicketLine(Shape):
    """A ticket as lists show it. `home` is the id of a home; `place` says in words where it is."""

    kept_as: ClassVar[str] = "ticket"
    ref: str
    kind: Kind
    category: str
    level: Level
    status: Status
    channel: Channel
    project: str | None
    owner_desk: str
    followed_by: str = Field(description="受理并跟进的部门，HQ：总部 / the desk that took it in and follows it")
    department: str = Field(description="负责部门 / who sees to it")
    home: int | None
    place: str
    caller_number: str | None
    language: Language
    summary: str
    assignee: Named | None
    incident: int | None
    is_alarming: bool
    is_drill: bool
    urged: int = Field(description="来电催办的次数 / how often its caller asked after it")
    reworked: int = Field(description="返修的次数 / how often its owner said that it was not done")
    clocks: list[TicketClock]
    opened_at: Moment
    resolved_at: Moment | None
    closed_at: Moment | None
    score: int | None


class Signing(Shape):
    """Whether the owner of a finished repair has signed it off: `signed`, `missing`, or `no_code` was sent to them.

    `entered_by` is null of what is signed where its owner texted the code.
    """

    state: Literal["signed", "missing", "no_code"]
    signed_at: Moment | None
    entered_by: Named | None
    tries_left: int


class Ticket(TicketLine):
    """A ticket with everything that happened to it, oldest first. `sign_off` is null where there is nothing to sign.

    `warnings` are what its owner had better not read in the newest result; they refuse nothing.
    """

    version: str = Field(description="ETag 里的版本，有事就变 / what its ETag names: every event changes it")
    sign_off: Signing | None
    warnings: list[Warned]
    timeline: list[TicketFact]


class TicketChanged(Problem):
    """The ticket is not as `If-Match` says: both versions, and what happened since yours, oldest first."""

    yours: str = Field(description="If-Match 里写的 / what If-Match said")
    current: str = Field(description="现在的 ETag / its ETag now")
    since: list[TicketFact]


class TicketPage(Page[TicketLine]):
    """A page of tickets, newest first."""


class TicketQuery(AnyList):
    """Which tickets. `q` looks at number, place, words, category and name; for a telephone number post to /search."""

    status: Status | None = None
    kind: Kind | None = None
    level: Level | None = None
    project: Short | None = Field(None, description="项目名称 / name of a project")
    home: Id | None = Field(None, description="房屋 id / id of a home")
    followed: bool | None = Field(None, description="总部受理并跟进的 / whether headquarters took it in and follow it")
    reworked: bool | None = Field(None, description="返修过的 / whether its owner said once that it was not done")
    q: Annotated[Short, StringConstraints(max_length=60)] | None = None


class NewTicket(Body):
    """A matter to be written down. Its level follows from kind and category unless it is given.

    The project of a home need not be named.
    """

    kind: Kind
    category: Annotated[Text, StringConstraints(max_length=30)] = ""
    level: Level | None = None
    channel: ByHand = Channel.WEB
    project: Short | None = None
    home: Id | None = None
    place: Annotated[Text, StringConstraints(max_length=120)] = ""
    caller_number: Annotated[Text, StringConstraints(max_length=60)] | None = None
    language: Language = Language.ZH
    summary: Text = ""
    owner_desk: Literal["", "HQ"] = Field("", description="HQ：由公司总部处理 / HQ: for headquarters, past the project")
