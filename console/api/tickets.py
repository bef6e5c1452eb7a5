"""Tickets: listed, opened, read with their timeline, and moved."""

import re
from collections.abc import Sequence
from datetime import datetime

from flask import url_for
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.errors import Conflict, NotAllowed, NotFound
from console import acts
from console.api import ticket_shapes as shapes
from console.api.campaign_shapes import Warned
from console.api.door import Bearer, bearer, door
from console.api.drafts import draft_of
from console.api.move_shapes import TicketMove
from console.api.operation import reads, writes
from console.api.paging import page
from console.api.places import narrowed
from console.api.problems import both
from console.api.seen import refuse_unseen
from console.api.shapes import Named
from console.api.ticket_moves import make, others
from console.api.ticket_shapes import (
    ClockInterval,
    NewTicket,
    Signing,
    TicketClock,
    TicketFact,
    TicketLine,
    TicketPage,
    TicketQuery,
)
from console.facts import events_of, standing
from console.scope import WORKERS, may_make, ticket_for, visible
from console.seal import seal_of
from console.search import spells
from console.versions import version_of
from directory.models import Staff
from outreach.actions.results import result_findings
from tickets import actions
from tickets.clocks import Clock
from tickets.lifecycle import Move
from tickets.models import Ticket, TicketEvent
from tickets.triage import department_of

REF = re.compile(r"\d{6}-\d{4,8}", re.ASCII)


@door.get("/tickets")
@guarded_by(*EVERYBODY_ON_STAFF)
@reads(TicketPage, query=TicketQuery)
def tickets(session: Session, asked: TicketQuery) -> TicketPage:
    """The tickets somebody may see, newest first."""
    who = bearer()
    query = select(Ticket).where(visible(who.me), *_wanted(session, who, asked))
    found, after = page(session, query, Ticket.id, asked, "tickets", newest_first=True)
    return TicketPage(items=lines(session, who, found, at=now()), next=after)


@door.post("/tickets")
@guarded_by(*WORKERS)
@writes(
    shapes.Ticket, body=NewTicket, status=201, location=lambda made: url_for("api.ticket", ref=made.ref),
    is_versioned=True,
)  # fmt: skip
def open_ticket(session: Session, asked: NewTicket) -> shapes.Ticket:
    """Write a matter down; whoever has to be woken for it is."""
    who, at = bearer(), now()
    opened = acts.open_ticket(session, draft_of(session, who.me, asked), who.me.id, at=at)
    return _whole(session, who, opened, at)


@door.get("/tickets/<ref>")
@guarded_by(*EVERYBODY_ON_STAFF)
@reads(shapes.Ticket, refuses=(404,), is_versioned=True)
def ticket(session: Session, ref: str) -> shapes.Ticket:
    """One ticket with its timeline."""
    who = bearer()
    return _whole(session, who, _find(session, who, ref), now())


@door.post("/tickets/<ref>/events")
@guarded_by(*EVERYBODY_ON_STAFF)
@writes(shapes.Ticket, body=TicketMove, refuses=(404, 409, 412), is_versioned=True)
def move_ticket(session: Session, asked: TicketMove, ref: str) -> shapes.Ticket:
    """One step of a ticket, with all that follows from it at the desk."""
    who, at, step = bearer(), now(), asked.root
    found = _find(session, who, ref)
    moved = actions.lock(session, found.id, *others(session, who, step))[found.id]
    move = Move(step.type)
    if not may_make(who.me, move, moved.kind):
        raise NotAllowed(both("problem.not_allowed.text"))
    if refusal := acts.refusal(moved, move, "zh"):
        raise Conflict(f"{refusal}。{acts.refusal(moved, move, 'en')}.")
    if move is not Move.NOTE:  # which conflicts with nothing
        refuse_unseen(session, moved, lambda event: fact(who, event))
    make(session, moved, step, who.me.id, at)
    session.flush()
    session.refresh(moved)
    return _whole(session, who, moved, at)


def lines(session: Session, who: Bearer, found: Sequence[Ticket], *, at: datetime) -> list[TicketLine]:
    """Tickets as lists tell them, with their clocks at `at`."""
    happened = events_of(session, [one.id for one in found])
    return [TicketLine(**_told(who, one, standing(session, one, happened.get(one.id, []), at))) for one in found]


def _find(session: Session, who: Bearer, ref: str) -> Ticket:
    if not REF.fullmatch(ref):
        raise NotFound(both("problem.not_found.text"))
    return ticket_for(session, who.me, ref)


def _wanted(session: Session, who: Bearer, asked: TicketQuery) -> list[ColumnElement[bool]]:
    plain = (
        (Ticket.status, asked.status), (Ticket.kind, asked.kind), (Ticket.level, asked.level),
        (Ticket.home_id, asked.home),
    )  # fmt: skip
    wanted = narrowed(session, who.me, asked.project, Ticket.project_id, *plain)
    if asked.reworked is not None:
        wanted.append(Ticket.reworked > 0 if asked.reworked else Ticket.reworked == 0)
    if asked.followed is not None:
        wanted.append(Ticket.followed_by != "" if asked.followed else Ticket.followed_by == "")
    if asked.q is not None:
        wanted.append(spells(session, who.me, asked.q, at=now()))
    return wanted


def _whole(session: Session, who: Bearer, ticket: Ticket, at: datetime) -> shapes.Ticket:
    version = version_of(session, ticket)  # first: it never stands for what is not in the answer
    clocks = standing(session, ticket, events_of(session, [ticket.id]).get(ticket.id, []), at)
    query = (
        select(TicketEvent)
        .where(TicketEvent.ticket_id == ticket.id)
        .options(joinedload(TicketEvent.staff))
        .order_by(TicketEvent.at, TicketEvent.id)
    )
    timeline = [fact(who, event) for event in session.scalars(query)]
    return shapes.Ticket(
        **_told(who, ticket, clocks), version=version, timeline=timeline,
        sign_off=_signing(session, ticket), warnings=_warnings(session, who, ticket),
    )  # fmt: skip


def fact(who: Bearer, event: TicketEvent) -> TicketFact:
    """One line of a timeline as the API tells it."""
    return TicketFact(
        id=event.id, type=event.type, at=event.at, by=named(event.staff), text=who.text(event.text),
        data=who.data(event.data),
    )  # fmt: skip


def _warnings(session: Session, who: Bearer, ticket: Ticket) -> list[Warned]:
    result = actions.resolution_of(session, ticket.id)
    return [] if result is None else [
        Warned(rule=one.rule, language=one.language, words=who.text(one.words), detail=who.text(f"{one.zh} / {one.en}"))
        for one in result_findings(ticket, result.text)
    ]  # fmt: skip


def _signing(session: Session, ticket: Ticket) -> Signing | None:
    seal = seal_of(session, ticket)
    if seal is None:
        return None
    return Signing(
        state=seal.state, signed_at=seal.signed_at, entered_by=named(seal.entered_by), tries_left=seal.tries_left
    )


def named(staff: Staff | None) -> Named | None:
    """A member of staff by id and name."""
    return Named(id=staff.id, name=staff.name) if staff else None


def _told(who: Bearer, ticket: Ticket, clocks: Sequence[Clock]) -> dict[str, object]:
    plain = (
        "ref", "kind", "category", "level", "status", "channel", "owner_desk", "followed_by", "language", "is_alarming",
        "is_drill", "urged", "reworked", "opened_at", "resolved_at", "closed_at", "score",
    )  # fmt: skip
    return {name: getattr(ticket, name) for name in plain} | {
        "project": ticket.project.name if ticket.project else None,
        "home": ticket.home_id,
        "incident": ticket.incident_id,
        "department": department_of(ticket.category, ticket.department),
        "place": who.text(ticket.place),
        "summary": who.text(ticket.summary),
        "caller_number": who.number(ticket.caller_number),
        "assignee": named(ticket.assignee),
        "clocks": [_clock(clock) for clock in clocks],
    }


def _clock(clock: Clock) -> TicketClock:
    return TicketClock(
        name=clock.name, began_at=clock.began_at, due_at=clock.due_at, met_at=clock.met_at, total_s=clock.total_s,
        left_s=clock.left_s, is_paused=clock.is_paused, is_broken=clock.is_broken,
        is_provisional=clock.is_provisional, is_extended=clock.is_extended, resumes_at=clock.resumes_at,
        broken_before=clock.broken_before,
        ran=[ClockInterval(from_at=one.from_at, until_at=one.until_at) for one in clock.ran],
    )  # fmt: skip
