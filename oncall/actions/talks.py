"""What becomes of the ring of a colleague for a caller on the line: picked up, taken, missed, talked, parted."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session, joinedload

import tickets.actions
from directory.models import Staff
from oncall import transfer, words
from oncall.actions.answering import Answered, acknowledge
from oncall.actions.paging import result
from oncall.models import Page, PageKind, PageState
from tickets.models import EventType, Ticket, TicketEvent

PICKED_UP = "picked_up"
"""How a live ring stands whose telephone was picked up, until 1 is pressed there; a voicemail never does."""


def picked_up(session: Session, page_id: int, *, at: datetime) -> Page | None:
    """They hear the whisper: while they decide, no page's call comes on top. None for an unknown page.

    Who has left meanwhile takes nothing any more, but has silenced those who rang with them.
    """
    page = session.get(Page, page_id)
    if page is not None and (page.state is PageState.CALLING or not page.staff.is_active):
        page.rings_until_at, page.how = at + timedelta(seconds=transfer.WHISPER_S), PICKED_UP
    return page


def picked_up_ours(session: Session, ticket: Ticket, staff: Staff, leg_sid: str, *, at: datetime) -> None:
    """The same where several rang for somebody whom we called, and no page is written: the timeline keeps who it was,
    once for each leg (the carrier's id of the call to that telephone); of a leg without an id nothing.
    """
    if not leg_sid:
        return
    tickets.actions.add_event(
        session, ticket.id, EventType.PAGED, at=at, staff_id=staff.id, text=words.line(PICKED_UP, who=staff.name),
        data={"line": PICKED_UP}, once_key=_leg(leg_sid),
    )  # fmt: skip


def who_picked_up(session: Session, leg_sid: str) -> int | None:
    """Whose telephone was picked up on this leg, for somebody whom we called; None: nobody's that we know."""
    return session.scalar(select(TicketEvent.staff_id).where(TicketEvent.once_key == _leg(leg_sid)))


def _leg(sid: str) -> str:
    return f"{PICKED_UP}/{sid[:40]}"


def speaks_with(session: Session, page_id: int) -> Staff | None:
    """Who pressed 1 for the same caller before this one of several telephones that rang together did; None: nobody."""
    page = session.get(Page, page_id)
    if page is None or page.kind is not PageKind.LIVE or page.joined_at is not None:
        return None
    quicker = select(Page).where(
        Page.ticket_id == page.ticket_id, Page.kind == PageKind.LIVE, Page.id != page.id,
        Page.paged_at == page.paged_at, Page.joined_at.is_not(None),
    )  # fmt: skip
    other = session.scalar(quicker.limit(1))
    return other.staff if other is not None else None


def is_too_late(session: Session, page_id: int) -> bool:
    """Whether the caller was gone, or rung the next for, before 1 was pressed here: nobody is taken for talking."""
    page = session.get(Page, page_id, populate_existing=True)
    return page is not None and page.parted_at is not None and page.joined_at is None


def accept(session: Session, page_id: int, *, at: datetime) -> Answered:
    """They pressed 1: the ticket is theirs unless somebody was first; the caller is joined in any case."""
    taken = acknowledge(session, page_id, how="whisper", at=at)
    page = session.get(Page, page_id)
    if page is not None and page.kind is PageKind.LIVE and page.joined_at is None:
        # also when the ticket was theirs, or somebody else's, or over before: these two are going to talk
        page.state, page.how = PageState.ACKNOWLEDGED, "whisper"
        page.answered_at = page.joined_at = at
        result(session, page, "joined", at=at)
    return taken


def ring_over(session: Session, page_id: int, *, at: datetime) -> None:
    """A live ring ended without anybody pressing 1. Twice changes nothing."""
    page = session.get(Page, page_id)
    if page is None or page.kind is not PageKind.LIVE:
        return
    tickets.actions.get(session, page.ticket_id)
    session.refresh(page)
    if page.state is not PageState.CALLING:
        return
    page.state, page.rings_until_at = PageState.MISSED, at
    result(session, page, "live_missed", at=at)


def engaged(session: Session, *, at: datetime) -> set[int]:
    """Whose telephone rings for a caller on the line now, or who is speaking with one."""
    return set(session.scalars(select(Page.staff_id).where(_is_under_way(at))))


def under_way(session: Session, *where: ColumnElement[bool], at: datetime) -> Sequence[Page]:
    """The rings of our telephones at `at`, and the talks, about tickets that fulfil `where`, oldest first."""
    # asked for first by themselves: SQLite would go through every ticket of the project for the few there are
    ids = session.scalars(select(Page.id).where(_is_under_way(at))).all()
    if not ids:
        return ()
    query = select(Page).join(Page.ticket).where(Page.id.in_(ids), *where)
    return session.scalars(query.options(joinedload(Page.staff)).order_by(Page.paged_at, Page.id)).all()


def part(session: Session, page_id: int, *, at: datetime) -> None:
    """The line of the caller to this telephone is closed, after a talk or without one. Twice changes nothing."""
    session.execute(
        update(Page)
        .where(Page.id == page_id, Page.parted_at.is_(None))
        .values(parted_at=at)
        .execution_options(synchronize_session=False)
    )


def latest_talks(session: Session, *, at: datetime, most: int) -> list[float]:
    """How long the latest talks with callers lasted, in seconds, of the last day."""
    query = (
        select(Page.joined_at, Page.parted_at)
        .where(Page.joined_at > at - timedelta(days=1), Page.parted_at.is_not(None))
        .order_by(Page.joined_at.desc())
        .limit(most)
    )
    return [(parted - joined).total_seconds() for joined, parted in session.execute(query) if joined and parted]


def has_joined(session: Session, page_id: int) -> bool:
    """Whether somebody pressed 1 at the end of this ring, and spoke with the caller."""
    page = session.get(Page, page_id, populate_existing=True)
    return page is not None and page.joined_at is not None


def _is_under_way(at: datetime) -> ColumnElement[bool]:
    """Of a live ring: a telephone rings, or two are speaking."""
    rings = (Page.state == PageState.CALLING) & (Page.rings_until_at > at)
    talks = Page.parted_at.is_(None) & (Page.joined_at > at - transfer.TALKS_AT_MOST)
    return and_(Page.kind == PageKind.LIVE, Page.paged_at > at - transfer.TALKS_AT_MOST, rings | talks)
