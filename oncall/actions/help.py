"""Help for the person on the spot: the next post is asked, then the one above it."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

import tickets.actions
from directory.models import Staff
from messages import actions as messages
from messages.lifecycle import MessageClass
from oncall import words
from oncall.actions.duty import duty_of, everybody_of
from oncall.actions.paging import AFTER_PAGES, TEXT_VALID, page_somebody, result, take_back
from oncall.actions.rounds import first_step_of_round
from oncall.actions.standing_down import end_pages
from oncall.ladder import HELP_POSTS
from oncall.models import Page, PageKind, PageState
from tickets.lifecycle import MOVING
from tickets.models import EventType, Ticket


def call_for_help(session: Session, ticket: Ticket, asker: Staff, *, after: int, at: datetime) -> None:
    """Page whoever holds the first post above `after` (-1: none asked yet); past the last, everybody once."""
    first_step = first_step_of_round(session, ticket.id)
    duty = duty_of(session, ticket, at=at)
    asked = set(session.scalars(_help_pages(ticket.id, first_step).with_only_columns(Page.staff_id)))
    for count in range(after + 1, len(HELP_POSTS) + 1):
        meant = everybody_of(session, ticket, at=at) if count == len(HELP_POSTS) else duty.of(HELP_POSTS[count])
        people = [s for s in meant if s.id != asker.id and (s.id not in asked or count == len(HELP_POSTS))]
        for staff in people:
            page_somebody(session, ticket, staff, kind=PageKind.HELP, step=first_step + count, at=at, asker=asker.name)
        if people:
            return
    tickets.actions.add_event(
        session, ticket.id, EventType.PAGE_RESULT, at=at, text=words.line("help_nobody"),
        data={"result": "help_nobody"}, once_key=f"help-nobody/{ticket.id}/{first_step}",
    )  # fmt: skip


def ask_help(session: Session, ticket: Ticket, asker: Staff, *, at: datetime) -> bool:
    """Whoever has it asks for help without having been paged for it.

    False, and nobody is paged, while those who were asked have not answered yet, or somebody is coming.
    """
    first_step = first_step_of_round(session, ticket.id)
    pages = session.scalars(_help_pages(ticket.id, first_step)).all()
    if any(page.state not in (PageState.MISSED, PageState.PASSED) for page in pages):
        return False
    last = max((page.step for page in pages), default=first_step - 1)
    tickets.actions.add_event(
        session, ticket.id, EventType.PAGE_RESULT, at=at, staff_id=asker.id, text=words.line("asks_help"),
        data={"result": "asks_help"}, once_key=f"help-asked/{ticket.id}/{last + 1}",
    )  # fmt: skip
    call_for_help(session, ticket, asker, after=last - first_step, at=at)
    return True


def go_to_help(session: Session, page: Page, *, how: str, at: datetime) -> Staff | None:
    """They are coming; whoever asked is told. None, or the colleague who said so before them."""
    ticket = tickets.actions.get(session, page.ticket_id)
    session.refresh(page)
    if page.state is PageState.ACKNOWLEDGED:
        return None
    pages = session.scalars(_help_pages(ticket.id, first_step_of_round(session, ticket.id))).all()
    before = next((p for p in pages if p.state is PageState.ACKNOWLEDGED), None)
    if before is not None:
        return before.staff
    page.state, page.how, page.answered_at, page.call_due_at = PageState.ACKNOWLEDGED, how, at, None
    result(session, page, "help_comes", at=at, data={"how": how})
    end_pages(session, ticket, pages, by=page.staff, at=at, occasion=f"help-stand-down/{page.id}")
    _tell_asker(session, ticket, page, at)
    return None


def pass_help_on(session: Session, page: Page, *, how: str, at: datetime) -> None:
    """They cannot come: the next post is asked now."""
    page.state, page.how, page.answered_at, page.call_due_at = PageState.PASSED, how, at, None
    take_back(session, page, at=at)
    result(session, page, "passed", at=at, data={"how": how})
    ask_further(session, page, at=at)


def ask_further(session: Session, page: Page, *, at: datetime) -> None:
    """A call for help found nobody here: ask the next post, if it was the last one asked and all have answered."""
    ticket = page.ticket
    first_step = first_step_of_round(session, ticket.id)
    pages = session.scalars(_help_pages(ticket.id, first_step)).all()
    settled = (PageState.MISSED, PageState.PASSED)
    if not pages:  # it went to another desk, or was reopened, since this one was asked
        return
    last = max(p.step for p in pages)
    if ticket.status not in MOVING or any(p.state not in settled for p in pages) or page.step < last:
        return
    if ticket.assignee is not None:
        call_for_help(session, ticket, ticket.assignee, after=last - first_step, at=at)


def _help_pages(ticket_id: int, first_step: int) -> Select[Page]:
    return select(Page).where(Page.ticket_id == ticket_id, Page.kind == PageKind.HELP, Page.step >= first_step)


def _tell_asker(session: Session, ticket: Ticket, page: Page, at: datetime) -> None:
    asker = ticket.assignee
    if asker is None:
        return
    messages.plan_text(
        session, number=asker.number, message_class=MessageClass.STAFF,
        body=words.mark(asker.language, is_drill=ticket.is_drill)
        + words.text("help_comes", asker.language, ref=ticket.ref, by=page.staff.name),
        once_key=f"help-comes/{page.id}", about=f"ticket:{ticket.id}", at=at, language=asker.language,
        urgency=AFTER_PAGES, valid_until_at=at + TEXT_VALID, is_demo=asker.is_demo,
    )  # fmt: skip
