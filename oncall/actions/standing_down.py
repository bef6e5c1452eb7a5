"""It is taken, or over: take back what has not left, stop the telephones, tell those already woken."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from directory.models import Staff
from messages import actions as messages
from messages.lifecycle import MessageClass, MessageState, Way
from messages.wording import say
from oncall import words
from oncall.actions.pagewords import place_of
from oncall.actions.paging import AFTER_PAGES, TEXT_VALID, sent, take_back
from oncall.actions.rounds import before_it_began_anew, first_step_climbed
from oncall.models import Page, PageKind, PageState
from tickets.models import Ticket

STILL_AWAKE = timedelta(hours=1)
"""Somebody rung live longer ago than this does not wait for an all-clear."""
NOT_LEFT = frozenset({
    MessageState.PLANNED, MessageState.CANCELLED, MessageState.SUPPRESSED, MessageState.EXPIRED,
})  # fmt: skip


def stand_down(session: Session, ticket: Ticket, *, by: Staff | None, at: datetime) -> None:
    """End every page of a ticket that somebody has taken (`by`) or that is over here (None). Twice changes nothing."""
    first_step = first_step_climbed(session, ticket.id)
    since = before_it_began_anew(session, ticket.id, first_step)
    pages = session.scalars(
        select(Page).where(
            Page.ticket_id == ticket.id, Page.kind != PageKind.HELP,
            (Page.step >= since) | ((Page.kind == PageKind.LIVE) & (Page.paged_at > at - STILL_AWAKE)),
        ).order_by(Page.id)
    ).all()  # fmt: skip
    end_pages(session, ticket, pages, by=by, at=at, occasion=f"stand-down/{ticket.id}/{first_step}")


def end_pages(
    session: Session, ticket: Ticket, pages: Sequence[Page], *, by: Staff | None, at: datetime, occasion: str
) -> None:
    """End these pages; whoever of them was woken, other than `by`, gets one text for the `occasion`."""
    woken: dict[int, Staff] = {}
    for page in pages:
        is_theirs = by is not None and page.staff_id == by.id
        if page.kind is not PageKind.LIVE:
            # a live ring goes on: a caller is on that line, and only the key pressed there says how it ended
            take_back(session, page, at=at)
            if page.state in {PageState.CALLING, PageState.TEXTED}:
                page.state = PageState.ACKNOWLEDGED if is_theirs else PageState.TAKEN_BY_OTHER
        if not is_theirs and _was_woken(session, page):
            woken[page.staff_id] = page.staff
    session.flush()
    for staff in woken.values():
        messages.plan_text(
            session, number=staff.number, message_class=MessageClass.STAFF, body=_body(ticket, staff, by),
            once_key=f"{occasion}/{staff.id}", about=f"ticket:{ticket.id}", at=at, language=staff.language,
            urgency=AFTER_PAGES, valid_until_at=at + TEXT_VALID, is_demo=staff.is_demo,
        )  # fmt: skip


def _was_woken(session: Session, page: Page) -> bool:
    """A routine page wakes nobody: whoever got one sees at the desk, or by the code, that somebody was first."""
    if page.kind is PageKind.LIVE:
        return True
    if page.kind is PageKind.ROUTINE:
        return False
    return any(m.state not in NOT_LEFT for way in Way for m in sent(session, page, way))


def _body(ticket: Ticket, staff: Staff, by: Staff | None) -> str:
    language = staff.language
    if by is None:
        return words.mark(language, is_drill=ticket.is_drill) + words.text("over", language, ref=ticket.ref)
    place = words.known_place(place_of(ticket, language), language)
    return say("stand_down", language, ref=ticket.ref, place=place, name=by.name)
