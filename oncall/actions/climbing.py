"""Climb one rung of a ticket's ladder: whoever claims it pages its people, once."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import tickets.actions
from directory.models import Staff
from messages.lifecycle import Way
from messages.models import Message
from oncall import words
from oncall.actions.duty import duty_of, everybody_of, is_about_the_project
from oncall.actions.ladders import ladder_of
from oncall.actions.mirroring import mirror_nobody, mirror_page
from oncall.actions.paging import RING_S, give_way, page_somebody, sent
from oncall.actions.rounds import first_step_of_round
from oncall.actions.vendors import call_vendors
from oncall.ladder import (
    ABOVE_THE_PROJECT,
    AT_ONCE,
    QUIET,
    Rung,
    is_quiet,
    next_due_at,
    next_quiet_at,
    posts_above,
    rung,
)
from oncall.models import Page, PageKind, PageState
from tickets.lifecycle import Level, Status
from tickets.models import EventType, Ticket

STILL_RINGING = timedelta(seconds=RING_S + 10)
"""A call planned, or taken by the carrier, this recently may be ringing: no second one on top of it."""


def climb(session: Session, ticket_id: int, *, at: datetime) -> None:
    """The rung that is due, if one is: its people are paged and the next one's moment is set.

    1. A quiet ladder waits for the desk to open, and while the caller is being put through.
    2. Claim the step (one conditional update: of two clocks one wins).
    3. Where the rung has nobody to page, claim the next one at once. Past the last rung there is none: where those whom
       `again` names are nobody, everybody is meant.
    4. Page each of its people; turn the desk red where the rung says so.
    """
    ticket = session.get(Ticket, ticket_id, with_for_update=True, populate_existing=True)
    while ticket is not None and _is_due(ticket, at):
        ladder = ladder_of(ticket, at=at)
        if is_quiet(ladder) and (later_at := _waits_until(session, ticket, at)) > at:
            tickets.actions.set_page_due(session, ticket_id, due_at=later_at)
            return
        step, here = ticket.page_step, rung(ladder, ticket.page_step)
        people = _meant(session, ticket, here, at=at)
        if not people and not is_quiet(ladder) and step >= len(ladder.rungs):
            here = replace(here, everybody=True)
            people = _meant(session, ticket, here, at=at)
        goes_on = bool(people) or here.everybody
        on_time_at = _next_at(session, ticket, at)
        next_at = on_time_at if goes_on or on_time_at is None else at
        if not tickets.actions.claim_page_step(session, ticket_id, step=step, next_due_at=next_at, at=at):
            return
        _page_all(session, ticket, here, step, people, at=at)
        if goes_on:
            return


def _meant(session: Session, ticket: Ticket, here: Rung, *, at: datetime) -> list[Staff]:
    is_last = ticket.page_step >= len(ladder_of(ticket, at=at).rungs) - 1
    return _but_handlers(session, ticket, _people(session, ticket, here, at=at), is_last=is_last, at=at)


def _waits_until(session: Session, ticket: Ticket, at: datetime) -> datetime:
    """`at` where a quiet rung may be climbed now."""
    opens_at = tickets.actions.telling_hours(session, ticket).opens_at(at)
    rings_until_at = session.scalar(
        select(func.max(Page.rings_until_at)).where(
            Page.ticket_id == ticket.id, Page.kind == PageKind.LIVE, Page.state == PageState.CALLING
        )
    )
    return max(opens_at, rings_until_at or at)


def _next_at(session: Session, ticket: Ticket, at: datetime) -> datetime | None:
    """When the rung after the present one is due; None where the ladder ends here."""
    ladder = ladder_of(ticket, at=at)
    if not is_quiet(ladder):
        return next_due_at(ladder, ticket.page_step, due_at=ticket.page_due_at or at, at=at)
    promised_at = tickets.actions.promise_of(session, ticket, at=at).due_at
    hours = tickets.actions.telling_hours(session, ticket)
    return next_quiet_at(ladder, ticket.page_step, promised_at=promised_at, hours=hours, at=at)


def _is_due(ticket: Ticket, at: datetime) -> bool:
    return ticket.status == Status.OPEN and ticket.page_due_at is not None and ticket.page_due_at <= at


def _page_all(session: Session, ticket: Ticket, here: Rung, step: int, people: list[Staff], *, at: datetime) -> None:
    first_step = first_step_of_round(session, ticket.id)
    if here.alarms:
        tickets.actions.raise_alarm(session, ticket.id, at=at)
    if _kind(here) is PageKind.LADDER:
        give_way(session, ticket, people, at=at)
    for staff in people:
        page_somebody(session, ticket, staff, kind=_kind(here), step=first_step + step, at=at)
    _mirror(session, ticket, here, people, first_step=first_step, step=step, at=at)
    rung_firms = call_vendors(session, ticket, step=first_step + step, at=at) if here.vendor else []
    if not people and not rung_firms:
        key = "nobody_at_all" if here.everybody else "nobody"
        tickets.actions.add_event(
            session, ticket.id, EventType.PAGED, at=at, text=words.line(key),
            data={"step": step, "line": key}, once_key=f"nobody/{ticket.id}/{first_step + step}",
        )  # fmt: skip


def _mirror(
    session: Session, ticket: Ticket, here: Rung, people: list[Staff], *, first_step: int, step: int, at: datetime
) -> None:
    """What wakes people is told in the group channels, and that a ladder is used up; of the quiet ones nothing."""
    if _kind(here) is not PageKind.LADDER:
        return
    if step >= len(ladder_of(ticket, at=at).rungs) - 1 and step > 0:
        mirror_nobody(session, ticket, first_step=first_step, at=at)
    if people:
        mirror_page(session, ticket, people, step=first_step + step, at=at)


def _people(session: Session, ticket: Ticket, here: Rung, *, at: datetime) -> list[Staff]:
    """Whom the rung means, without those who passed this ticket on and those whose telephone rings for it now."""
    if here.everybody:
        meant, spared = everybody_of(session, ticket, at=at), set[int]()
    else:
        duty = duty_of(session, ticket, at=at)
        posts = ABOVE_THE_PROJECT if is_about_the_project(ticket) else here.posts
        meant = [staff for post in posts for staff in duty.of(post)]
        spared = _passed(session, ticket, _kind(here))
    ringing = _ringing(session, ticket, at)
    spared |= ringing
    if is_about_the_project(ticket) and spared.issuperset(staff.id for staff in meant):
        # one person is the whole ladder there: without them it goes to the rest
        meant = everybody_of(session, ticket, at=at)
    once = {staff.id: staff for staff in meant if staff.id not in spared}
    people = _first(session, ticket, list(once.values()), here)
    if ticket.level is Level.P0 and ticket.page_step == 0 and not is_about_the_project(ticket):
        people = people + _also_at_once(session, ticket, ringing | {one.id for one in people}, spared, at=at)
    return people


def _also_at_once(
    session: Session, ticket: Ticket, rung_now: set[int], spared: set[int], *, at: datetime
) -> list[Staff]:  # fmt: skip
    """Whoever comes next on the ladder, until two different people are rung: life is in danger.

    A post that nobody holds, or one person at both, must not leave it to a single telephone.
    """
    if len(rung_now) >= AT_ONCE:
        return []
    duty = duty_of(session, ticket, at=at)
    above = [staff for post in posts_above(ladder_of(ticket, at=at), 0) for staff in duty.of(post)]
    others = {staff.id: staff for staff in (*above, *everybody_of(session, ticket, at=at))}
    return [staff for id, staff in others.items() if id not in rung_now | spared][: AT_ONCE - len(rung_now)]


def _but_handlers(
    session: Session, ticket: Ticket, people: list[Staff], *, is_last: bool, at: datetime
) -> list[Staff]:  # fmt: skip
    """Without those who did what its owner refused. On the last rung anybody else of the project, else even they."""
    handlers = tickets.actions.handlers_of(session, ticket)
    others = [staff for staff in people if staff.id not in handlers]
    if others or not people or not is_last:
        return others
    ringing = _ringing(session, ticket, at)
    others = [one for one in everybody_of(session, ticket, at=at) if one.id not in handlers | ringing]
    return others or people


def _first(session: Session, ticket: Ticket, people: list[Staff], here: Rung) -> list[Staff]:
    """As many of these as the rung pages at once: who was not paged in this round comes first."""
    if here.parallel is None or len(people) <= here.parallel:
        return people
    first_step = first_step_of_round(session, ticket.id)
    paged = set(session.scalars(
        select(Page.staff_id).where(
            Page.ticket_id == ticket.id, Page.kind == _kind(here), Page.step >= first_step,
        )
    ))  # fmt: skip
    return sorted(people, key=lambda staff: staff.id in paged)[: here.parallel]


def _kind(here: Rung) -> PageKind:
    return PageKind.ROUTINE if here.ways == QUIET else PageKind.LADDER


def _passed(session: Session, ticket: Ticket, kind: PageKind) -> set[int]:
    first_step = first_step_of_round(session, ticket.id)
    return set(session.scalars(
        select(Page.staff_id).where(
            Page.ticket_id == ticket.id, Page.state == PageState.PASSED,
            ((Page.kind == kind) & (Page.step >= first_step)) | (Page.kind == PageKind.REMINDER),
        )
    ))  # fmt: skip


def _ringing(session: Session, ticket: Ticket, at: datetime) -> set[int]:
    """Whose telephone rings. One whose call waits for something is not spared: the next page takes its place."""
    pages = session.scalars(
        select(Page).where(
            Page.ticket_id == ticket.id, Page.kind == PageKind.LADDER, Page.state == PageState.CALLING,
            Page.call_due_at.is_(None),
        )
    )  # fmt: skip
    return {page.staff_id for page in pages if any(_rings(call, at) for call in sent(session, page, Way.CALL))}


def _rings(call: Message, at: datetime) -> bool:
    is_being_placed = call.lease_until_at is not None and call.lease_until_at > at
    is_new = (call.accepted_at or call.planned_at) > at - STILL_RINGING
    return call.final_at is None and (is_being_placed or is_new)
