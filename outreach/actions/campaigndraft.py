"""A campaign before it is written down, and who writes it."""

from dataclasses import dataclass
from datetime import datetime

from base.access import Role
from messages.lifecycle import MessageClass
from outreach.audience import EVERYBODY, Filter
from outreach.lifecycle import CampaignKind, NoticeStep
from outreach.waves import USUAL_SHARE
from tickets.actions.incidents import IncidentDraft


@dataclass(frozen=True, slots=True)
class By:
    """Who does it: a member of staff, with a role and, unless they serve all, a project."""

    staff_id: int
    role: Role
    project_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDraft:
    """A campaign before it is written down; the texts without 【signature】 and footer, which are ours to add.

    An emergency belongs to an incident: `incident_id`, or `trouble` that is opened with it, or one of no known kind.
    `again_of` names a campaign whose recipients this goes to (its failures, or those who got it), whatever `audience`.
    `written_from_id` is one that was taken or sent back, and is written anew; `template` the key and version of the
    template whose words it began with. A survey wave names its `questionnaire`, whose words it has, and of how many
    households it asks (`share`).
    """

    kind: CampaignKind
    message_class: MessageClass
    title: str
    text_zh: str
    text_en: str
    audience: Filter = EVERYBODY
    send_at: datetime | None = None
    valid_until_at: datetime | None = None
    incident_id: int | None = None
    trouble: IncidentDraft | None = None
    step: NoticeStep | None = None
    again_of: int | None = None
    written_from_id: int | None = None
    template: tuple[str, int] | None = None
    questionnaire: str = ""
    share: float = USUAL_SHARE
