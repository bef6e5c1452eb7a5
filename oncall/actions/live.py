"""A caller on the line is put through: one telephone after the other or all at once, and only to staff."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import Session, joinedload

import tickets.actions
from directory.actions import transferable
from directory.models import Language, Staff
from oncall import transfer, words
from oncall.actions.answering import Answered, acknowledge
from oncall.actions.duty import Duty, duty_of, is_about_the_project
from oncall.actions.leave import leave_between
from oncall.actions.paging import put_calls_off, result, write_page
from oncall.ladder import ABOVE_THE_PROJECT, Post
from oncall.models import Page, PageKind, PageState
from oncall.skills import ENGLISH, skilled
from oncall.transfer import Acknowledged, next_to_ring, to_ring
from tickets.lifecycle import MOVING, Kind, Status
from tickets.models import EventType, Ticket

PICKED_UP = "picked_up"
"""How a live ring stands whose telephone was picked up, until 1 is pressed there; a voicemail never does."""


@dataclass(frozen=True, slots=True)
class LiveRing:
    """Ring this person now for `ring_s` seconds; `whisper_path` speaks to them before they are joined."""

    page_id: int
    staff_id: int
    name: str
    number: str
    whisper_path: str
    ring_s: int = transfer.RING_S


def ring_live(
    session: Session,
    ticket_id: int,
    *,
    at: datetime,
    after_page_id: int | None = None,
    caller_number: str | None = None,
    posts: Sequence[Post] = transfer.LIVE_POSTS,
    but: Collection[int] = (),
    last: Collection[int] = (),
) -> LiveRing | None:
    """The next person to ring for the caller who is on the line (and is not rung); None when nobody is left.

    `after_page_id`: the ring that has just ended without anybody; their page's call need not wait any longer.
    First on duty, second, supervisor, or the `posts` that are named, for an English caller those with whom we speak
    English before the others; whoever has taken the ticket meanwhile goes before all of them. `but` nobody of these,
    and those of `last` after everybody else.
    """
    ticket = tickets.actions.get(session, ticket_id)
    if after_page_id is not None:
        ring_over(session, after_page_id, at=at)
    rings = _rings_of(session, ticket_id, at)
    duty = duty_of(session, ticket, at=at)
    left_out, taken = {p.staff_id for p in rings}, _taken(session, ticket, rings, at)
    preferred = _preferred(duty, ticket, last)
    while (chosen := next_to_ring(duty.holders, left_out, taken, posts, preferred)) is not None:
        staff = _reachable(session, chosen, caller_number)
        if staff is not None and chosen not in but:
            rings_now = _ring(session, ticket, staff, at)
            if rings_now is not None:
                return rings_now
        left_out.add(chosen)
        taken = None if taken is not None and taken.staff_id == chosen else taken
    return None


def ring_together(
    session: Session, ticket_id: int, *, at: datetime, after: Sequence[int] = (), caller_number: str | None,
    but: Collection[int] = (),
) -> list[LiveRing]:  # fmt: skip
    """Everybody to ring at once for the caller who is on the line (`but` these), at most ten; none when nobody is left.

    `after`: the pages of the rings that have just ended without anybody. The first to pick up silences the others,
    also where that was a voicemail: then those others are rung again, without the one that picked up and took nothing.
    """
    ticket = tickets.actions.get(session, ticket_id)
    before = [page for id in after if (page := session.get(Page, id, populate_existing=True)) is not None]
    for page in before:
        ring_over(session, page.id, at=at)
    silenced = {page.staff_id for page in before if page.how != PICKED_UP}
    is_rung_again = len(silenced) < len(before)
    rings = _rings_of(session, ticket_id, at)
    left_out = {page.staff_id for page in rings} - (silenced if is_rung_again else set()) | set(but)
    duty, taken = duty_of(session, ticket, at=at), _taken(session, ticket, rings, at)
    if taken is not None and taken.staff_id in but:
        taken = None
    found = _ring_all(session, ticket, duty, left_out, taken, caller_number, at)
    if not found and taken is not None and not taken.was_rung:
        # whoever took it cannot be put through: then whoever is on duty
        found = _ring_all(session, ticket, duty, left_out | {taken.staff_id}, None, caller_number, at)
    return found


def _ring_all(
    session: Session, ticket: Ticket, duty: Duty, left_out: set[int], taken: Acknowledged | None,
    caller_number: str | None, at: datetime,
) -> list[LiveRing]:  # fmt: skip
    found: list[LiveRing] = []
    for chosen in to_ring(duty.holders, left_out, taken, preferred=_preferred(duty, ticket)):
        staff = _reachable(session, chosen, caller_number)
        if staff is not None:
            rings_now = _ring(session, ticket, staff, at)
            found += [rings_now] if rings_now is not None else []
        if len(found) == transfer.MOST_AT_ONCE:
            break
    return found


def ring_leader(
    session: Session, ticket_id: int, *, at: datetime, after_page_id: int | None = None, caller_number: str | None
) -> LiveRing | None:  # fmt: skip
    """The same for somebody who wants a supervisor, or, about what headquarters keeps, a director.

    Never whoever did what they say is not done.
    """
    ticket = tickets.actions.get(session, ticket_id)
    posts = ABOVE_THE_PROJECT if is_about_the_project(ticket) else transfer.LEADERS
    return ring_live(
        session, ticket_id, at=at, after_page_id=after_page_id, caller_number=caller_number, posts=posts,
        but=tickets.actions.handlers_of(session, ticket),
    )  # fmt: skip


def ring_of(session: Session, page_id: int) -> LiveRing | None:
    """A live ring that began before, as it was told then."""
    page = session.get(Page, page_id)
    return None if page is None else _live_ring(page)


def picked_up(session: Session, page_id: int, *, at: datetime) -> Page | None:
    """They hear the whisper: while they decide, no page's call comes on top. None for an unknown page."""
    page = session.get(Page, page_id)
    if page is not None and page.state is PageState.CALLING:
        page.rings_until_at, page.how = at + timedelta(seconds=transfer.WHISPER_S), PICKED_UP
    return page


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


def may_ring(session: Session, ticket_id: int, *, at: datetime, caller_number: str | None) -> list[int]:
    """Everybody who could be rung for the caller one after the other, first to ring first, engaged or not."""
    ticket = tickets.actions.get(session, ticket_id)
    rings, duty = _rings_of(session, ticket_id, at), duty_of(session, ticket, at=at)
    rung, taken, preferred = (
        {page.staff_id for page in rings},
        _taken(session, ticket, rings, at),
        _preferred(duty, ticket),
    )
    found = to_ring(duty.holders, rung, taken, preferred=preferred)
    if taken is not None and not taken.was_rung:
        found += to_ring(duty.holders, {*rung, *found}, None, preferred=preferred)
    return [staff_id for staff_id in found if _reachable(session, staff_id, caller_number) is not None]


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


def _rings_of(session: Session, ticket_id: int, at: datetime) -> Sequence[Page]:
    """The live rings of a ticket that are so fresh that the same person is not rung again."""
    since_at = at - timedelta(seconds=transfer.AGAIN_S)
    query = select(Page).where(Page.ticket_id == ticket_id, Page.kind == PageKind.LIVE, Page.paged_at > since_at)
    return session.scalars(query).all()


def _taken(session: Session, ticket: Ticket, rings: Sequence[Page], at: datetime) -> Acknowledged | None:
    who, since_at = ticket.assignee_id, ticket.acknowledged_at
    if who is None or since_at is None or ticket.status not in MOVING - {Status.OPEN}:
        return None
    if leave_between(session, at, at, of=[who]):
        return None
    was_rung = any(page.staff_id == who and page.paged_at >= since_at for page in rings)
    return Acknowledged(who, was_rung, is_fresh=since_at > at - timedelta(seconds=transfer.AGAIN_S))


def _preferred(duty: Duty, ticket: Ticket, last: Collection[int] = ()) -> list[set[int]]:
    """Who goes before the others on duty: whoever is not to be `last`, who speaks a foreign caller's language, and who

    is good at what it is about. Chinese is what the house speaks; an emergency goes by the rota, whoever is good at it.
    """
    people = [staff for post in Post for staff in duty.of(post)]
    free = {staff.id for staff in people if staff.id not in last}
    speaking = {staff.id for staff in people if ticket.language != Language.EN or _speaks_english(staff)}
    if ticket.kind is Kind.EMERGENCY:
        return [free, speaking]
    return [free, speaking, *skilled({staff.id: staff.skills for staff in people}, ticket.kind, ticket.category)]


def _speaks_english(staff: Staff) -> bool:
    return staff.language is Language.EN or ENGLISH in staff.skills


def _reachable(session: Session, staff_id: int, caller_number: str | None) -> Staff | None:
    """The person, if their telephone can be rung: the gate against a record that would have us dial abroad, or nobody,

    or the caller themselves.
    """
    staff = session.get(Staff, staff_id)
    is_there = staff is not None and staff.is_active and staff.number != caller_number
    return staff if staff is not None and is_there and transferable(session, staff.number) else None


def _ring(session: Session, ticket: Ticket, staff: Staff, at: datetime) -> LiveRing | None:
    rung_before = session.scalars(
        select(func.count()).where(Page.ticket_id == ticket.id, Page.kind == PageKind.LIVE)
    ).one()
    until_at = at + transfer.RINGS_FOR
    page = write_page(session, ticket, staff, kind=PageKind.LIVE, step=-1 - rung_before, at=at, rings_until_at=until_at)
    if page is None:
        return None
    put_calls_off(session, staff, until_at=until_at, at=at)
    tickets.actions.add_event(
        session, ticket.id, EventType.PAGED, at=at, staff_id=staff.id,
        text=words.line("paged_live", who=staff.name), data={"page": page.id, "line": "paged_live"},
        once_key=f"paged/{page.id}",
    )  # fmt: skip
    return _live_ring(page)


def _live_ring(page: Page) -> LiveRing:
    return LiveRing(page.id, page.staff_id, page.staff.name, page.staff.number, f"/voice/whisper/{page.id}")
