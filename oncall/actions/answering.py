"""A paged person answers: takes it, passes it on, or asks for help."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

import tickets.actions
from base.queue import Lane, enqueue
from directory.models import Staff
from oncall.actions.help import call_for_help, go_to_help, pass_help_on
from oncall.actions.holding import give_back, still_on_it
from oncall.actions.mirroring import mirror_taken
from oncall.actions.paging import CODE_LIVES, code_lives, result, take_back
from oncall.actions.rounds import is_of_present_rung
from oncall.actions.standing_down import stand_down
from oncall.models import Page, PageKind, PageState
from tickets.actions.leading import lock_led
from tickets.lifecycle import MOVING, Status
from tickets.models import Ticket, TicketEvent

LADDERS = (PageKind.LADDER, PageKind.ROUTINE)
ON_THE_WAY = (Status.ACKNOWLEDGED, Status.WAITING)


@dataclass(frozen=True, slots=True)
class Taken:
    """The ticket is theirs (also when they had taken it before)."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class TakenBefore:
    """Somebody else was first."""

    by: Staff | None
    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Gone:
    """The page is unknown, or the matter is over."""


@dataclass(frozen=True, slots=True)
class PassedOn:
    """The next rung is due now; `is_late`: it was at work already, and goes on as it would have."""

    ticket: Ticket
    is_late: bool = False


Answered = Taken | TakenBefore | Gone


def _page(session: Session, page_id: int) -> Page | None:
    """The page, while whoever was paged works here: a telephone of somebody who has left may still ring."""
    page = session.get(Page, page_id)
    return page if page is not None and page.staff.is_active else None


def acknowledge(session: Session, page_id: int, *, how: str, at: datetime) -> Answered:
    """The paged person takes it, by `how` (key, reply, whisper, called_in, click). The first one counts.

    The ladder stops, planned pages are taken back, ringing ones end, and those already woken are told.
    """
    page = _page(session, page_id)
    if page is None:
        return Gone()
    if page.kind is PageKind.HELP:
        by = go_to_help(session, page, how=how, at=at)
        return Taken(page.ticket) if by is None else TakenBefore(by, page.ticket)
    if page.kind is PageKind.REMINDER and still_on_it(session, page, how=how, at=at):
        return Taken(page.ticket)
    return _take(session, page.ticket_id, page.staff_id, page, PageState.ACKNOWLEDGED, how=how, at=at)


def take_ticket(session: Session, ticket_id: int, staff_id: int, *, how: str, at: datetime) -> Answered:
    """Somebody takes a ticket without having been paged for it, or without saying by which page (a click)."""
    page = session.scalar(
        select(Page)
        .where(Page.ticket_id == ticket_id, Page.staff_id == staff_id, Page.kind.in_(LADDERS))
        .order_by(Page.id.desc())
        .limit(1)
    )
    return _take(session, ticket_id, staff_id, page, PageState.ACKNOWLEDGED, how=how, at=at)


def pass_on(session: Session, page_id: int, *, at: datetime, how: str = "key") -> PassedOn | Answered:
    """The paged person passes: the next rung is due at once, and does not page them again for this ticket.

    On a page of a rung that the ladder has left, nothing is brought forward: whoever is paged now keeps their time.
    """
    page = _page(session, page_id)
    if page is None:
        return Gone()
    ticket = lock_led(session, page.ticket_id)[page.ticket_id]
    session.refresh(page)
    if page.state is PageState.PASSED:
        return PassedOn(ticket, is_late=_passed_late(session, page))
    if page.kind is PageKind.HELP and page.state is PageState.ACKNOWLEDGED:
        return Taken(ticket)
    if page.kind is PageKind.HELP:
        pass_help_on(session, page, how=how, at=at)
        return PassedOn(ticket)
    if ticket.status != Status.OPEN:
        is_given_back = page.kind is PageKind.REMINDER and give_back(session, page, how=how, at=at)
        return PassedOn(ticket) if is_given_back else _who_has(session, ticket, page.staff_id)
    _answered(page, PageState.PASSED, how, at)
    take_back(session, page, at=at)
    is_late = _went_on_before(session, ticket, page)
    result(session, page, "passed", at=at, data={"how": how} | ({"late": True} if is_late else {}))
    if not is_late:
        if ticket.page_due_at is None or ticket.page_due_at > at:
            tickets.actions.set_page_due(session, ticket.id, due_at=at)
        enqueue(session, Lane.URGENT, "oncall.jobs.climb", ticket.id)
    return PassedOn(ticket, is_late=is_late)


def arrive(session: Session, page_id: int, *, at: datetime, how: str) -> Answered:
    """The paged person is on site, and says so by `how`; it is theirs then, if nobody was first."""
    page = _page(session, page_id)
    if page is None or page.kind is PageKind.HELP:
        return Gone()
    taken = _take(session, page.ticket_id, page.staff_id, page, PageState.ACKNOWLEDGED, how=how, at=at)
    if isinstance(taken, Taken) and taken.ticket.status in ON_THE_WAY:
        return Taken(tickets.actions.arrive(session, taken.ticket.id, page.staff_id, at=at, how=how))
    return taken


def need_help(session: Session, page_id: int, *, at: datetime, how: str = "key") -> Answered:
    """The paged person takes it and the next post is paged to help them."""
    page = _page(session, page_id)
    if page is None:
        return Gone()
    if page.kind is PageKind.HELP:
        return acknowledge(session, page_id, how=how, at=at)
    if page.kind is PageKind.REMINDER:
        still_on_it(session, page, how=how, at=at)
    taken = _take(session, page.ticket_id, page.staff_id, page, PageState.NEEDS_HELP, how=how, at=at)
    if isinstance(taken, Taken) and result(session, page, "needs_help", at=at):
        call_for_help(session, taken.ticket, page.staff, after=-1, at=at)
    return taken


def open_page_of(session: Session, staff_id: int, *, at: datetime, but: Collection[int] = ()) -> Page | None:
    """The gravest, newest page this person has not answered and that still matters: what they hear calling in.

    Not about the tickets `but`, nor about one they passed on or a colleague went to help with: until they are paged
    for it again, their earlier unanswered pages for it are answered as well.
    """
    unanswered = Page.state.in_((PageState.CALLING, PageState.TEXTED, PageState.MISSED))
    is_open = (Page.kind != PageKind.HELP) & (Ticket.status == Status.OPEN)
    is_asked = (
        (Page.kind == PageKind.REMINDER) & (Ticket.status == Status.ACKNOWLEDGED) & (Ticket.assignee_id == staff_id)
    )
    wants_help = (Page.kind == PageKind.HELP) & Ticket.status.in_(MOVING)
    since = aliased(Page)
    they_passed = (since.staff_id == Page.staff_id) & (since.state == PageState.PASSED)
    help_comes = (Page.kind == PageKind.HELP) & (since.kind == PageKind.HELP) & (since.state == PageState.ACKNOWLEDGED)
    answered_since = exists().where(
        since.ticket_id == Page.ticket_id, since.answered_at >= Page.paged_at, they_passed | help_comes
    )
    return session.scalar(
        select(Page)
        .join(Page.ticket)
        .where(
            Page.staff_id == staff_id, unanswered, is_open | is_asked | wants_help, Page.paged_at > at - CODE_LIVES,
            Page.ticket_id.not_in(but), ~answered_since,
        )
        .order_by(tickets.actions.gravest_first(), Page.kind == PageKind.LIVE, Page.id.desc())
        .limit(1)
    )  # fmt: skip


def page_by_code(session: Session, staff_id: int, code: str, *, at: datetime) -> Page | None:
    """The newest page with this code to this person; a code means nothing from anybody else.

    It lives as long as its ticket moves, and some days longer.
    """
    if not code:
        return None
    return session.scalar(
        select(Page)
        .join(Page.ticket)
        .where(Page.staff_id == staff_id, Page.code == code, code_lives(at))
        .order_by(Page.id.desc())
        .limit(1)
    )


def _went_on_before(session: Session, ticket: Ticket, page: Page) -> bool:
    """Whether the ladder has left the rung of this page: a key pressed late skips nobody and tells nobody twice."""
    return page.kind in LADDERS and not is_of_present_rung(session, ticket, page)


def _passed_late(session: Session, page: Page) -> bool:
    """What was said of it then: the same key again gets the same answer, however far the ladder has come."""
    told = select(TicketEvent.data).where(TicketEvent.once_key == f"page-result/{page.id}/passed")
    return bool((session.scalar(told) or {}).get("late"))


def _take(
    session: Session, ticket_id: int, staff_id: int, page: Page | None, state: PageState, *, how: str,
    at: datetime,
) -> Answered:  # fmt: skip
    # the ticket's row first, then its pages: two people pressing 1 at once must not wait for each other in a ring
    is_first = tickets.actions.acknowledge(session, ticket_id, staff_id, at=at, how=how)
    ticket = session.get(Ticket, ticket_id)
    if ticket is None:
        return Gone()
    if not is_first:
        return _who_has(session, ticket, staff_id)
    if page is not None and page.kind is not PageKind.LIVE:
        # how a live ring ends is told by the key pressed in it alone
        session.refresh(page)
        _answered(page, state, how, at)
    by = session.get(Staff, staff_id)
    stand_down(session, ticket, by=by, at=at)
    mirror_taken(session, ticket, by, at=at)
    return Taken(ticket)


def _who_has(session: Session, ticket: Ticket, staff_id: int) -> Answered:
    session.refresh(ticket)
    if ticket.assignee_id == staff_id and ticket.status in MOVING:
        return Taken(ticket)
    if ticket.assignee_id is None or ticket.status not in MOVING:
        return Gone()
    return TakenBefore(ticket.assignee, ticket)


def _answered(page: Page, state: PageState, how: str, at: datetime) -> None:
    page.state, page.how, page.answered_at, page.call_due_at = state, how, at, None
