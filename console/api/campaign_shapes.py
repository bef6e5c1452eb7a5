"""A campaign as the API tells it, and as it is told to it."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from console.api.shapes import NO_NUL, Body, Id, Moment, Named, Page, SaidMoment, Shape, Short, Text, Words
from console.api.sheets import AnyList
from console.api.survey_shapes import SurveyTold
from directory.models import ContactRole, Language, Occupancy
from messages.lifecycle import MessageClass, MessageState, Way
from outreach.ladders import Rung
from outreach.lifecycle import CampaignKind, CampaignState, NoticeStep
from outreach.listing import MOST_LISTED
from tickets.lifecycle import IncidentKind

Building = Annotated[Short, StringConstraints(max_length=60)]
Buildings = Annotated[list[Building], Field(max_length=500)]
Wording = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000, pattern=NO_NUL)]
Reason = Annotated[Text, StringConstraints(max_length=200)]


Part = Annotated[Short, StringConstraints(max_length=60)]
Floor = Annotated[int, Field(ge=1, le=99)]


class Floors(Body):
    """From which floor to which, both included; one that is left out is not a limit."""

    lowest: Floor | None = None
    highest: Floor | None = None


class BothTexts(Body):
    """The words in both languages, without signature and footer, which are put round them."""

    zh: Wording
    en: Wording


class Who(Body):
    """People by their homes and by what is known of them; a filter that is left out or empty means everybody.

    `risers` are rooms over one another, by the end of their names (`02` of 1502). `special_care`, `abroad` (their
    main number is) and `owes_answer` (asked about a finished ticket, and silent) narrow it down where they are true.
    `listed`: rooms (`3-2-1502`) or numbers of people, and nobody else; one that means nobody is refused.
    """

    buildings: Buildings = Field([], description="楼栋名称 / names of buildings")
    units: list[Part] = Field([], max_length=100)
    floors: Floors | None = None
    risers: list[Part] = Field([], max_length=100)
    occupancy: list[Occupancy] = Field([])
    roles: list[ContactRole] = Field([])
    languages: list[Language] = Field([])
    special_care: bool = False
    abroad: bool = False
    owes_answer: bool = False
    listed: list[Part] | None = Field(None, max_length=MOST_LISTED)


class NewAudience(Who):
    """Whom it is for. Whoever is in one of `without` is left out; where it names no buildings, the same are meant."""

    project: Short | None = Field(None, description="项目名称 / name of a project")
    without: list[Who] = Field([], max_length=20)


class NewTrouble(Body):
    """The incident that an emergency notice opens."""

    kind: IncidentKind = IncidentKind.OTHER
    cause: Annotated[Text, StringConstraints(max_length=200)] = ""
    promised_end_at: SaidMoment | None = None


class NewCampaign(Body):
    """A campaign to be planned. Its moments are now, and as long as such a message makes sense, unless they are given.

    An emergency belongs to an `incident`, by its id; without one it opens a new one, as `trouble` says. A survey asks
    what its `questionnaire` does, in its words (`text` is left out), of a `share` of the households, drawn by lot.
    """

    kind: CampaignKind = Field(
        description="notice 通知、greeting 祝福、survey 调查 / a notice, a greeting, or a survey of households"
    )
    message_class: MessageClass = Field(alias="class")
    title: Short
    text: BothTexts | None = Field(None, description="survey 不用写 / left out by a survey, wanted by all others")
    audience: NewAudience = NewAudience()
    questionnaire: Part | None = Field(None, description="问卷，仅 survey / of a survey only: what it asks")
    share: float | None = Field(
        None, ge=0.01, le=1, description="抽取住户的比例，仅 survey / of a survey only: of how many households"
    )
    send_at: SaidMoment | None = None
    valid_until: SaidMoment | None = None
    incident: Id | None = None
    trouble: NewTrouble | None = None
    written_from: Id | None = Field(
        None, description="退回或撤回的那一次 / one taken or sent back that is written anew"
    )


class Approval(Body):
    """What was read, by its hash; the author of an emergency also says why nobody else approves it."""

    hash: Words
    emergency_reason: Reason = ""


class Returning(Body):
    """Why it is sent back, for its author to read."""

    reason: Annotated[Text, StringConstraints(min_length=1, max_length=500)]


class Reviewing(Body):
    """What a second person thinks of it."""

    note: Annotated[Text, StringConstraints(min_length=1, max_length=500)]


class Trying(Body):
    """In which language the test is; the reader's own unless given."""

    language: Language | None = None


class VerdictTold(Shape):
    """What a second person said of it."""

    by: Named | None
    at: Moment
    words: str


class SampleTold(Shape):
    """A message exactly as it shall leave."""

    number: str
    way: Way
    segments: int
    body: str


class Tried(Shape):
    """The test that is on its way to the one who asked: what it says, and how many segments it costs."""

    number: str
    body: str
    segments: int


class TextsTold(Shape):
    """The words in both languages."""

    zh: str
    en: str


class Warned(Shape):
    """Something in the words that does not refuse them: by which rule, in the text of which language, at which words.

    `detail` says in both languages what is wrong and what to do.
    """

    rule: str
    language: str
    words: str
    detail: str


class FloorsTold(Shape):
    """From which floor to which, both included; null where there is no limit."""

    lowest: int | None
    highest: int | None


class WhoTold(Shape):
    """People as they were asked for; an empty filter means everybody. `listed` counts the people of a list."""

    buildings: list[str]
    units: list[str]
    floors: FloorsTold
    risers: list[str]
    occupancy: list[Occupancy]
    roles: list[ContactRole]
    languages: list[Language]
    special_care: bool
    abroad: bool
    owes_answer: bool
    listed: int | None


class AudienceTold(WhoTold):
    """Whom it was asked for, and who of them was left out. `again_of`: those whom that campaign did not reach.

    `ladder_of`: those who have not heard of that emergency, tried in another way (`rung`).
    """

    project: str | None
    without: list[WhoTold]
    again_of: int | None
    ladder_of: int | None
    rung: Rung | None


class RouteTold(Shape):
    """What goes to one country (`HK`, empty where nobody knows) one way: numbers, segments or calls, and their cost."""

    country: str
    way: Way
    numbers: int
    units: int
    cost: float | None


class CampaignLine(Shape):
    """A campaign and what planning found. While it is being planned `hash` is null and the numbers are nought.

    `audience_size` are the people asked for: `people` it reaches, and those in `exclusions`, counted by reason. `cost`
    is in the company's money, null where no prices are set; `routes` say it by country.
    """

    kept_as: ClassVar[str] = "campaign"
    id: int
    kind: CampaignKind
    message_class: MessageClass = Field(alias="class")
    state: CampaignState
    title: str
    text: TextsTold
    audience: AudienceTold
    incident: int | None
    step: NoticeStep | None
    hash: str | None
    audience_size: int
    people: int
    homes: int
    numbers: int
    texts: int
    calls: int
    segments: int
    cost: float | None
    routes: list[RouteTold]
    exclusions: dict[str, int]
    send_at: Moment | None
    valid_until: Moment | None
    written_by: Named | None
    written_at: Moment
    approved_by: Named | None
    approved_at: Moment | None
    emergency_reason: str
    needs_review: bool


class Campaign(CampaignLine):
    """One campaign. `counts` are its messages by state; `reasons` why some failed or stay unsent.

    `expected_finish` is when the last leaves at the rate of its sender, were it approved now: quiet hours are
    waited for by the company's clock. Null where nothing waits. `warnings` are what is found in its words.
    `samples` are at most ten messages of every sort, as they shall leave. `returned` is why it was sent back,
    `reviewed` what a second person said of an emergency that its author let go, which `needs_review` until then.
    `survey` is null for what is none.
    """

    expected_finish: Moment | None
    counts: dict[MessageState, int]
    reasons: dict[str, int]
    warnings: list[Warned]
    samples: list[SampleTold]
    returned: VerdictTold | None
    reviewed: VerdictTold | None
    written_from: int | None
    survey: SurveyTold | None


class CampaignPage(Page[CampaignLine]):
    """A page of campaigns, newest first."""


class CampaignQuery(AnyList):
    """Which campaigns."""

    needs_review: bool | None = Field(
        None, description="没有第二人批准、还没复核的 / went without a second person, and not reviewed"
    )

    kind: CampaignKind | None = None
    state: CampaignState | None = None
    project: Short | None = Field(None, description="项目名称 / name of a project")
