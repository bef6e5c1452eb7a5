"""What staff do to a ticket from its page. Every refusal keeps the words that were written."""

from collections.abc import Callable
from datetime import datetime

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import transaction
from base.errors import Conflict
from base.queue import Lane, enqueue
from console.case import seen_of
from console.door import Answer, door, language
from console.scope import WHO_MAY, ticket_for
from console.staff import me
from console.ticket import Kept, show
from console.words import say
from oncall import actions as oncall
from tickets import actions
from tickets.lifecycle import Move, Status, may
from tickets.models import EventType, Ticket

LONGEST = 2000
Act = Callable[[Session, Ticket, str, datetime], str]
"""Does the move with its text and answers the key of what to say afterwards. Raises `Conflict`."""


@door.post("/tickets/<ref>/acknowledge")
@guarded_by(*WHO_MAY[Move.ACKNOWLEDGE])
def acknowledge(ref: str) -> Answer:
    """Take it: the ladder stops, and those already woken are told."""
    return _move(ref, Move.ACKNOWLEDGE, _take)


@door.post("/tickets/<ref>/arrive")
@guarded_by(*WHO_MAY[Move.ARRIVE])
def arrive(ref: str) -> Answer:
    """On site."""
    return _move(ref, Move.ARRIVE, _arrive)


@door.post("/tickets/<ref>/resolve")
@guarded_by(*WHO_MAY[Move.RESOLVE])
def resolve(ref: str) -> Answer:
    """Done, with the result in words."""
    return _move(ref, Move.RESOLVE, _resolve, needs_text=True)


@door.post("/tickets/<ref>/note")
@guarded_by(*WHO_MAY[Move.NOTE])
def note(ref: str) -> Answer:
    """Something for colleagues to know; it conflicts with nothing."""
    return _move(ref, Move.NOTE, _act(actions.note, "done.note"), needs_text=True)


@door.post("/tickets/<ref>/close")
@guarded_by(*WHO_MAY[Move.CLOSE])
def close(ref: str) -> Answer:
    """It has come to rest before its owner said so; why is asked."""
    return _move(ref, Move.CLOSE, _act(actions.close, "done.close"), needs_text=True)


@door.post("/tickets/<ref>/reopen")
@guarded_by(*WHO_MAY[Move.REOPEN])
def reopen(ref: str) -> Answer:
    """It was not done after all; why is asked."""
    return _move(ref, Move.REOPEN, _reopen, needs_text=True)


@door.post("/tickets/<ref>/reveal")
@guarded_by(*EVERYBODY_ON_STAFF)
def reveal(ref: str) -> Answer:
    """Show the whole number once, for a reason that stays on the timeline."""
    reason = request.form.get("text", "").strip()[:LONGEST]
    if not reason:
        return show(ref, Kept("reveal", fault=say("fault.reason", language())), 422)
    with transaction() as session:
        found = ticket_for(session, me(), ref)
        number = found.caller_number or ""
        actions.add_event(session, found.id, EventType.REVEALED, at=now(), staff_id=me().id, text=reason)
    return show(ref, Kept(number=number))


def _move(ref: str, move: Move, act: Act, *, needs_text: bool = False) -> Answer:
    words, text = language(), request.form.get("text", "").strip()[:LONGEST]
    if needs_text and not text:
        return show(ref, Kept(move.value, fault=say(f"fault.{move.value}", words)), 422)
    with transaction() as session:
        ticket = actions.get(session, ticket_for(session, me(), ref).id)
        refusal = _refusal(ticket, move, words)
        if not refusal:
            try:
                outcome = act(session, ticket, text, now())
            except Conflict:
                refusal = say("conflict.changed", words)
    if refusal:
        return show(ref, Kept(move.value, text, notice=refusal), 409)
    flash(outcome)
    return redirect(url_for("console.ticket", ref=ref), 303)


def _refusal(ticket: Ticket, move: Move, words: str) -> str:
    """Why not, in one sentence; empty if nothing is in the way."""
    status = say(f"status.{ticket.status.value}", words)
    if not may(move, ticket.status):
        who = ticket.assignee.name if ticket.assignee else say("somebody", words)
        key = "conflict.taken" if move == Move.ACKNOWLEDGE and ticket.assignee else "conflict.illegal"
        return say(key, words, who=who, status=status, move=say(f"move.{move.value}", words))
    seen = request.form.get("seen", "")
    if move != Move.NOTE and seen and seen != seen_of(ticket):
        return say("conflict.changed", words)
    return ""


def _act(action: Callable[..., object], outcome: str) -> Act:
    def act(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
        action(session, ticket.id, me().id, at=at, text=text)
        return outcome

    return act


def _take(session: Session, ticket: Ticket, _text: str, at: datetime) -> str:
    if not isinstance(oncall.take_ticket(session, ticket.id, me().id, how="click", at=at), oncall.Taken):
        raise Conflict("somebody else was first")
    return "done.acknowledge"


def _arrive(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    """Whoever is on site has taken it."""
    if ticket.status == Status.OPEN:
        _take(session, ticket, "", at)
    actions.arrive(session, ticket.id, me().id, at=at, text=text)
    return "done.arrive"


def _resolve(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    """Nobody has to come any more: whoever was woken is told."""
    was_open = ticket.status == Status.OPEN
    actions.resolve(session, ticket.id, me().id, at=at, text=text)
    enqueue(session, Lane.NORMAL, "outreach.jobs.callbacks.follow_up", ticket.id)
    if was_open:
        oncall.stand_down(session, ticket, by=None, at=at)
    return "done.resolve"


def _reopen(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    actions.reopen(session, ticket.id, me().id, at=at, text=text)
    enqueue(session, Lane.URGENT, "oncall.jobs.climb", ticket.id)
    return "done.reopen"
