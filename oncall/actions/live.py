"""A caller on the line is put through: one telephone after the other or all at once, and only to staff."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import tickets.actions
from directory.actions import transferable
from directory.models import Language, Staff
from oncall import transfer, words
from oncall.actions.duty import Duty, duty_of, is_about_the_project
from oncall.actions.leave import leave_between
from oncall.actions.paging import put_calls_off, write_page
from oncall.actions.talks import PICKED_UP, ring_over
from oncall.ladder import ABOVE_THE_PROJECT, Post
from oncall.models import Page, PageKind
from oncall.skills import ENGLISH, skilled
from oncall.transfer import Acknowledged, next_to_ring, to_ring
from telephony.speech import Ring
from tickets.lifecycle import MOVING, Kind, Status
from tickets.models import EventType, Ticket


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
    began_at: datetime | None = None,
    posts: Sequence[Post] = transfer.LIVE_POSTS,
    but: Collection[int] = (),
    last: Collection[int] = (),
) -> LiveRing | None:
    """The next person to ring for the caller who is on the line (and is not rung); None when nobody is left.

    `after_page_id`: the ring that has just ended without anybody; their page's call need not wait any longer.
    `began_at`: when the first one rang for this caller, after which it is not rung for ever.
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
    if transfer.is_over(began_at, taken, at=at):
        return None
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
    began_at: datetime | None = None, but: Collection[int] = (),
) -> list[LiveRing]:  # fmt: skip
    """Everybody to ring at once for the caller who is on the line (`but` these), at most ten; none when nobody is left,
    or when it has been ringing for long enough since `began_at`.

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
    if transfer.is_over(began_at, taken, at=at):
        return []
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
    session: Session, ticket_id: int, *, at: datetime, after: Sequence[int] = (), caller_number: str | None
) -> LiveRing | None:  # fmt: skip
    """The same for somebody who wants a supervisor, or, about what headquarters keeps, a director.

    `after`: the pages of all the rings for them that have ended without anybody, the first one first. Never whoever did
    what they say is not done.
    """
    first = session.get(Page, after[0]) if after else None
    ticket = tickets.actions.get(session, ticket_id)
    posts = ABOVE_THE_PROJECT if is_about_the_project(ticket) else transfer.LEADERS
    return ring_live(
        session, ticket_id, at=at, after_page_id=after[-1] if after else None, caller_number=caller_number,
        began_at=first.paged_at if first else None, posts=posts, but=tickets.actions.handlers_of(session, ticket),
    )  # fmt: skip


def ring_of(session: Session, page_id: int) -> LiveRing | None:
    """A live ring that began before, as it was told then."""
    page = session.get(Page, page_id)
    return None if page is None else _live_ring(page)


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


def rings_together(
    session: Session, ticket_id: int, *, at: datetime, caller_number: str | None, language: str
) -> list[Ring]:  # fmt: skip
    """The telephones of the same people: for where all ring at once and nobody's page is written. `language` is that
    of whoever wants them.
    """
    ids = may_ring(session, ticket_id, at=at, caller_number=caller_number)
    return [
        Ring(session.get_one(Staff, id).number, f"/voice/put-through/{ticket_id}/{id}?lang={language}") for id in ids
    ]


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
