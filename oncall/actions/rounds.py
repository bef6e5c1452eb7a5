"""Rounds: how often a ticket began its ladder anew, and where the steps of each begin."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oncall.models import Page, PageKind
from tickets.lifecycle import ANOTHER_DESK
from tickets.models import EventType, Ticket, TicketEvent

ROUND = 1000
"""Steps a ticket can climb before it is opened once more or goes to another desk."""
BEGIN_ROUNDS = (EventType.REOPENED, EventType.RELEASED)


def first_step_of_round(session: Session, ticket_id: int) -> int:
    """0, or 1000 for each time it was reopened or taken back, went to another desk or began its ladder anew.

    Its pages are new ones then.
    """
    return ROUND * len(_rounds(session, ticket_id))


def first_step_climbed(session: Session, ticket_id: int) -> int:
    """The same of the round whose people may have been woken: until a new desk is paged, those of the one before it.

    What was out when a ticket was done is settled: reopened, it goes on from its new round.
    """
    newest = session.scalar(
        select(func.max(Page.step)).where(
            Page.ticket_id == ticket_id, Page.kind.in_((PageKind.LADDER, PageKind.ROUTINE))
        )
    )
    rounds = _rounds(session, ticket_id)
    reopened = max((place for place, how in enumerate(rounds, start=1) if how is EventType.REOPENED), default=0)
    return ROUND * max((newest or 0) // ROUND, reopened)


def is_of_present_rung(session: Session, ticket: Ticket, page: Page) -> bool:
    """Whether the ladder still stands on the rung for which this page was made."""
    return page.step == first_step_of_round(session, ticket.id) + ticket.page_step - 1


def before_it_began_anew(session: Session, ticket_id: int, first_step: int) -> int:
    """The first step of the round before, while a ladder only began anew: its people were woken by the same desk."""
    rounds, place = _rounds(session, ticket_id), first_step // ROUND
    while place and rounds[place - 1] is EventType.AMENDED:
        place -= 1
    return ROUND * place


def _rounds(session: Session, ticket_id: int) -> Sequence[EventType]:
    """What each further round began with, in order."""
    anew = (TicketEvent.type == EventType.AMENDED) & (TicketEvent.data["ladder"].as_string() == "anew")
    moved = (TicketEvent.type == EventType.REFERRED) & TicketEvent.data["to"].as_string().in_(
        [to.value for to in ANOTHER_DESK]
    )
    return session.scalars(
        select(TicketEvent.type)
        .where(TicketEvent.ticket_id == ticket_id, TicketEvent.type.in_(BEGIN_ROUNDS) | moved | anew)
        .order_by(TicketEvent.id)
    ).all()
