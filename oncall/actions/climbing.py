"""Climb one rung of a ticket's ladder: whoever claims it pages its people, once."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from directory.models import Staff
from oncall import words
from oncall.actions.duty import everybody, who_is_on_duty
from oncall.actions.paging import RING_S, first_step_of_round, page_somebody
from oncall.ladder import Rung, next_due_at, rung
from oncall.models import Page, PageKind, PageState
from tickets.lifecycle import Status
from tickets.models import EventType, Ticket

STILL_RINGING = timedelta(seconds=RING_S + 10)
"""Somebody paged this recently may be hearing the telephone ring: no second call on top of it."""


def climb(session: Session, ticket_id: int, *, at: datetime) -> None:
    """The rung that is due, if one is: its people are paged and the next one's moment is set.

    1. Claim the step (one conditional update: of two clocks one wins).
    2. Where the rung has nobody to page, claim the next one at once.
    3. Page each of its people; turn the desk red where the rung says so.
    """
    ticket = session.get(Ticket, ticket_id, with_for_update=True, populate_existing=True)
    while ticket is not None and _is_due(ticket, at):
        step, due_at, here = ticket.page_step, ticket.page_due_at, rung(ticket.level, ticket.page_step)
        assert due_at is not None  # _is_due
        people = _people(session, ticket, here, at=at) if here else []
        goes_on = here is not None and (bool(people) or here.everybody)
        on_time_at = next_due_at(ticket.level, step, due_at=due_at, at=at)
        next_at = on_time_at if goes_on or here is None else at
        if not tickets.actions.claim_page_step(session, ticket_id, step=step, next_due_at=next_at, at=at):
            return
        if here is not None:
            _page_all(session, ticket, here, step, people, at=at)
        if goes_on:
            return


def _is_due(ticket: Ticket, at: datetime) -> bool:
    return ticket.status == Status.OPEN and ticket.page_due_at is not None and ticket.page_due_at <= at


def _page_all(session: Session, ticket: Ticket, here: Rung, step: int, people: list[Staff], *, at: datetime) -> None:
    first_step = first_step_of_round(session, ticket.id)
    if here.alarms:
        tickets.actions.raise_alarm(session, ticket.id, at=at)
    for staff in people:
        page_somebody(session, ticket, staff, kind=PageKind.LADDER, step=first_step + step, at=at)
    if not people:
        key = "nobody_at_all" if here.everybody else "nobody"
        tickets.actions.add_event(
            session, ticket.id, EventType.PAGED, at=at, text=words.line(key),
            data={"step": step, "line": key}, once_key=f"nobody/{ticket.id}/{first_step + step}",
        )  # fmt: skip


def _people(session: Session, ticket: Ticket, here: Rung, *, at: datetime) -> list[Staff]:
    """Whom the rung means, without those who passed this ticket on and those whose telephone rings for it now."""
    if here.everybody:
        meant, spared = everybody(session, ticket.project_id), set[int]()
    else:
        duty = who_is_on_duty(session, ticket.project_id, at=at)
        meant = [staff for post in here.posts for staff in duty.of(post)]
        spared = _passed(session, ticket)
    spared |= _ringing(session, ticket, at)
    once = {staff.id: staff for staff in meant if staff.id not in spared}
    return list(once.values())


def _passed(session: Session, ticket: Ticket) -> set[int]:
    first_step = first_step_of_round(session, ticket.id)
    return set(session.scalars(
        select(Page.staff_id).where(
            Page.ticket_id == ticket.id, Page.kind == PageKind.LADDER, Page.step >= first_step,
            Page.state == PageState.PASSED,
        )
    ))  # fmt: skip


def _ringing(session: Session, ticket: Ticket, at: datetime) -> set[int]:
    return set(session.scalars(
        select(Page.staff_id).where(
            Page.ticket_id == ticket.id, Page.kind == PageKind.LADDER, Page.state == PageState.CALLING,
            Page.call_due_at.is_(None), Page.paged_at > at - STILL_RINGING,
        )
    ))  # fmt: skip
