"""What a message may be about: everything that follows from a ticket, a campaign, a text that came in."""

from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.clock import now
from base.queue import Lane
from messages.lifecycle import MessageClass
from messages.models import Batch
from oncall.models import Page, PageKind, PageState
from outreach.lifecycle import CampaignKind
from outreach.models import Campaign, Reply
from outreach.surveymodels import Survey
from outreach.surveys import SurveyState
from tests.console.evening import OWNER
from tickets.models import EventType, Ticket, TicketEvent

_sids = count()


def abouts_of(session: Session, ref: str, staff_id: int) -> dict[str, str]:
    """The names, by kind, of all that messages about the ticket `ref` may be about."""
    ticket = session.scalars(select(Ticket).where(Ticket.ref == ref)).one()
    result = TicketEvent(ticket_id=ticket.id, at=now(), type=EventType.RESOLVED)
    page = Page(
        ticket_id=ticket.id, staff_id=staff_id, kind=PageKind.ROUTINE, step=7, state=PageState.TEXTED, paged_at=now()
    )  # fmt: skip
    session.add_all([result, page])
    session.flush()
    survey = Survey(ticket_id=ticket.id, result_id=result.id, state=SurveyState.PLANNED)
    session.add(survey)
    session.flush()
    return {
        "ticket": f"ticket:{ticket.id}",
        "page": f"page:{page.id}:text",
        "result": f"result:{result.id}",
        "survey": f"survey:{survey.id}",
        "reply": f"reply:{a_reply(session, OWNER, ticket.id)}",
    }


def a_reply(session: Session, number: str | None, ticket_id: int | None) -> int:
    """A text from `number`, by its id."""
    reply = Reply(
        sid=f"SM-about-{next(_sids)}", number=number, to_number="+864008001234", body="1", received_at=now(),
        ticket_id=ticket_id,
    )  # fmt: skip
    session.add(reply)
    session.flush()
    return reply.id


def a_campaign(session: Session, project_id: int | None) -> int:
    """A greeting to a project or to all, by its id."""
    batch = Batch(title="中秋", lane=Lane.BULK, message_class=MessageClass.CARE, planned_at=now())
    session.add(batch)
    session.flush()
    campaign = Campaign(
        kind=CampaignKind.GREETING, message_class=MessageClass.CARE, title="中秋", text_zh="好", text_en="Hi",
        project_id=project_id, batch_id=batch.id, written_at=now(),
    )  # fmt: skip
    session.add(campaign)
    session.flush()
    return campaign.id
