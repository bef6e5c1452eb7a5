"""A ticket as the API tells it, and as it is told to it."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, RootModel, StringConstraints

from console.api.campaign_shapes import Warned
from console.api.problems import Problem
from console.api.shapes import Body, Id, Moment, Named, Page, SaidMoment, Shape, Short, Text, Words
from console.api.sheets import AnyList
from directory.models import Language
from outreach.actions.results import LONGEST_RESULT
from tickets.complaints import HopAnswer
from tickets.lifecycle import Channel, Kind, Level, ReferTo, Status, WaitReason
from tickets.models import EventType
from tickets.running import ClockName

ByHand = Literal[Channel.CALL, Channel.WEB, Channel.DESK, Channel.WALK_IN, Channel.PAPER, Channel.GROUP, Channel.EMAIL]
"""Channels through which somebody writes a ticket down; texts and surveys open theirs by themselves."""
Department = Literal["engineering", "security", "environment", "finance", "desk"]
Outside = Annotated[Short, StringConstraints(max_length=80)]


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


class Acknowledge(Body):
    """I take it."""

    type: Literal["acknowledge"]


class Assign(Body):
    """A colleague shall do it."""

    type: Literal["assign"]
    to: Id = Field(description="员工 id / id of a member of staff")


class Arrive(Body):
    """I am on site."""

    type: Literal["arrive"]
    text: Text = ""


class Note(Body):
    """Something for colleagues to know."""

    type: Literal["note"]
    text: Words


class Resolve(Body):
    """It is done; `text` is the result as the owner is told it, by text: no longer than the carrier takes."""

    type: Literal["resolve"]
    text: Annotated[Words, StringConstraints(max_length=LONGEST_RESULT)]


class Wait(Body):
    """Clocks stand while somebody else has to do something: which, follows from the reason; at most `until`."""

    type: Literal["wait"]
    reason: WaitReason
    until: SaidMoment | None = None
    text: Text = ""


class Resume(Body):
    """It goes on."""

    type: Literal["resume"]
    text: Text = ""


class Close(Body):
    """It has come to rest before its owner said so; `text` says why."""

    type: Literal["close"]
    text: Words


class Reopen(Body):
    """It was not done after all; `text` says why."""

    type: Literal["reopen"]
    text: Words


class Refer(Body):
    """Another department, another desk of ours or somebody outside has to see to it; `text` says why.

    A `department` and a `project` are named for these, a `name` and a `contact` for somebody outside.
    """

    type: Literal["refer"]
    to: ReferTo
    text: Words
    department: Department | None = None
    project: Short | None = Field(None, description="项目名称 / name of a project")
    name: Outside | None = None
    contact: Outside | None = None


class Cancel(Body):
    """It was no matter at all, or not ours; `text` says why, `told` what its owner is told: why, and who can help."""

    type: Literal["cancel"]
    text: Words
    told: Annotated[Text, StringConstraints(max_length=LONGEST_RESULT)] = ""


class Merge(Body):
    """It is part of another ticket, the original, which goes on; `into` is its number."""

    type: Literal["merge"]
    into: Annotated[Short, StringConstraints(max_length=20)]


class Split(Body):
    """A second matter in it gets a ticket of its own; `text` says which part of the words it is about."""

    type: Literal["split"]
    kind: Kind
    category: Annotated[Text, StringConstraints(max_length=30)] = ""
    text: Words


class SetLevel(Body):
    """Another level; `text` says why, and has to where it is a lower one."""

    type: Literal["level"]
    level: Level
    text: Text = ""


class SetDepartment(Body):
    """Another department sees to it; `text` says why."""

    type: Literal["department"]
    department: Department
    text: Words


class Extend(Body):
    """More time is asked for: until when, and why. The clock moves only when a second person allows it."""

    type: Literal["extend"]
    until: SaidMoment
    text: Words


class Decide(Body):
    """More time is allowed, and the owner told; or refused, and `text` says why."""

    type: Literal["decide"]
    approved: bool
    text: Text = ""


class EnterCode(Body):
    """Its owner says that the repair is done, by a code that only they were told.

    A wrong code is taken down as well: look at `sign_off` for whether it was right, and how many tries are left.
    """

    type: Literal["sign_off"]
    code: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{4}$")]


class Ask(Body):
    """A complaint is put to the supervisor who has to say whose it is."""

    type: Literal["ask"]


class Answer(Body):
    """Whose a complaint is; `text` is the reason, for `outside` the words that its owner is told."""

    type: Literal["answer"]
    answer: Literal[HopAnswer.OURS, HopAnswer.NOT_OURS, HopAnswer.OUTSIDE]
    text: Annotated[Text, StringConstraints(max_length=LONGEST_RESULT)] = ""


class Send(Body):
    """The manager names the department of a complaint."""

    type: Literal["send"]
    department: Department
    text: Text = ""


class TicketMove(
    RootModel[
        Annotated[
            Acknowledge
            | Assign
            | Arrive
            | Note
            | Wait
            | Resume
            | Resolve
            | Close
            | Reopen
            | Refer
            | Cancel
            | Merge
            | Split
            | SetLevel
            | SetDepartment
            | Extend
            | Decide
            | EnterCode
            | Ask
            | Answer
            | Send,
            Field(discriminator="type"),
        ]
    ]
):
    """One step of a ticket, by its `type`."""
