"""The moves of a ticket as the API is told them: one shape for each."""

from typing import Annotated, Literal

from pydantic import Field, RootModel, StringConstraints

from console.api.shapes import Body, Id, SaidMoment, Short, Text, Words
from outreach.actions.results import LONGEST_RESULT
from tickets.complaints import HopAnswer
from tickets.lifecycle import Kind, Level, ReferTo, WaitReason

Department = Literal["engineering", "security", "environment", "finance", "desk"]
Outside = Annotated[Short, StringConstraints(max_length=80)]


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
