"""What staff do to a ticket from its page. Every refusal keeps the words that were written."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import transaction
from base.errors import BadInput, Conflict, NotAllowed
from base.wiring import settings
from console import acts
from console.campaign_form import moment
from console.case import seen_of
from console.choices import DEPARTMENTS, Fault, colleague_for, original_for, read_referral, sort_of
from console.door import Answer, door, language
from console.refusals import half
from console.result import too_long
from console.scope import DESK, WHO_MAY, may_make, may_see, ticket_for
from console.staff import me
from console.ticket import LONGEST, Kept, show
from console.words import say
from tickets import actions
from tickets.complaints import HopAnswer
from tickets.lifecycle import Level, Move, WaitReason, is_lower
from tickets.models import EventType, Ticket

Act = Callable[[Session, Ticket, str, datetime], str]
"""Does the move with its text and answers the key of what to say afterwards.

Raises `Conflict`, and `_Unusable` before anything is changed.
"""


class _Unusable(Exception):
    """A field of the dialog does not say what to do."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.field)
        self.fault = fault


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


@door.post("/tickets/<ref>/assign")
@guarded_by(*WHO_MAY[Move.ASSIGN])
def assign(ref: str) -> Answer:
    """Hand it to a colleague."""
    return _move(ref, Move.ASSIGN, _assign)


@door.post("/tickets/<ref>/wait")
@guarded_by(*WHO_MAY[Move.WAIT])
def wait(ref: str) -> Answer:
    """Stop its clocks for a reason outside."""
    return _move(ref, Move.WAIT, _wait)


@door.post("/tickets/<ref>/resume")
@guarded_by(*WHO_MAY[Move.RESUME])
def resume(ref: str) -> Answer:
    """Go on with it."""
    return _move(ref, Move.RESUME, _act(actions.resume, "done.resume"))


@door.post("/tickets/<ref>/refer")
@guarded_by(*WHO_MAY[Move.REFER])
def refer(ref: str) -> Answer:
    """To a department, another desk, or somebody outside."""
    return _move(ref, Move.REFER, _refer, needs_text=True)


@door.post("/tickets/<ref>/cancel")
@guarded_by(*WHO_MAY[Move.CANCEL])
def cancel(ref: str) -> Answer:
    """It was no matter at all; why is asked."""
    return _move(ref, Move.CANCEL, _cancel, needs_text=True)


@door.post("/tickets/<ref>/merge")
@guarded_by(*WHO_MAY[Move.MERGE])
def merge(ref: str) -> Answer:
    """It is part of another ticket, the original."""
    return _move(ref, Move.MERGE, _merge)


@door.post("/tickets/<ref>/split")
@guarded_by(*WHO_MAY[Move.SPLIT])
def split(ref: str) -> Answer:
    """A second matter in it gets a ticket of its own; what that is about is asked."""
    return _move(ref, Move.SPLIT, _split, needs_text=True)


@door.post("/tickets/<ref>/level")
@guarded_by(*WHO_MAY[Move.LEVEL])
def level(ref: str) -> Answer:
    """Graver than it seemed, or less so; for a lower level why is asked."""
    return _move(ref, Move.LEVEL, _level)


@door.post("/tickets/<ref>/ask")
@guarded_by(*WHO_MAY[Move.ASK])
def ask(ref: str) -> Answer:
    """Put a complaint to the supervisor who has to say whose it is."""
    return _move(ref, Move.ASK, _ask)


@door.post("/tickets/<ref>/answer")
@guarded_by(*WHO_MAY[Move.ANSWER])
def answer(ref: str) -> Answer:
    """Whether a complaint is ours; if not, why is asked."""
    return _move(ref, Move.ANSWER, _answer)


@door.post("/tickets/<ref>/send")
@guarded_by(*WHO_MAY[Move.SEND])
def send(ref: str) -> Answer:
    """The manager names the department of a complaint."""
    return _move(ref, Move.SEND, _send)


@door.post("/tickets/<ref>/suggestion")
@guarded_by(*DESK)
def answer_suggestion(ref: str) -> Answer:
    """Whether a text is about what its words suggest; with yes it becomes that."""
    is_so = request.form.get("answer") == "yes"
    try:
        with transaction() as session:
            acts.answer_suggestion(session, ticket_for(session, me(), ref), me().id, is_so=is_so, at=now())
    except Conflict:
        return show(ref, Kept(notice=say("suggestion.gone", language())), 409)
    flash("done.suggestion.yes" if is_so else "done.suggestion.no")
    return redirect(url_for("console.ticket", ref=ref), 303)


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
    kept = Kept(move.value, text, fields=request.form)
    if needs_text and (wrong := _text_fault(move, text, words)):
        return show(ref, replace(kept, fault=wrong), 422)
    with transaction() as session:
        ticket = actions.get(session, ticket_for(session, me(), ref).id)
        if not may_make(me(), move, ticket.kind):
            raise NotAllowed("您的岗位不能做这一步。Your role may not do this.")
        refusal, fault = _refusal(ticket, move, words), None
        if not refusal:
            try:
                outcome = act(session, ticket, text, now())
            except Conflict as conflict:
                says_why = move in {Move.MERGE, Move.LEVEL, Move.ASK, Move.ANSWER, Move.SEND}
                refusal = half(conflict.message, words) if says_why else say("conflict.changed", words)
            except _Unusable as unusable:
                fault = unusable.fault
        is_still_mine = may_see(session, me(), ref)
    if fault is not None:
        return show(ref, replace(kept, fault=fault.words, at=fault.field), 422)
    if refusal:
        return show(ref, replace(kept, notice=refusal), 409)
    flash(outcome)
    return redirect(url_for("console.ticket", ref=ref) if is_still_mine else url_for("console.desk"), 303)


def _text_fault(move: Move, text: str, words: str) -> str:
    if not text:
        return say(f"fault.{move.value}", words)
    return too_long(text, words) if move is Move.RESOLVE else ""


def _refusal(ticket: Ticket, move: Move, words: str) -> str:
    """Why not, in one sentence; empty if nothing is in the way."""
    seen = request.form.get("seen", "")
    is_changed = move != Move.NOTE and seen and seen != seen_of(ticket)
    return acts.refusal(ticket, move, words) or (say("conflict.changed", words) if is_changed else "")


def _act(action: Callable[..., object], outcome: str) -> Act:
    def act(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
        action(session, ticket.id, me().id, at=at, text=text)
        return outcome

    return act


def _take(session: Session, ticket: Ticket, _text: str, at: datetime) -> str:
    acts.take(session, ticket, me().id, at=at)
    return "done.acknowledge"


def _arrive(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    acts.arrive(session, ticket, me().id, text=text, at=at)
    return "done.arrive"


def _resolve(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    acts.resolve(session, ticket, me().id, text=text, at=at)
    return "done.resolve"


def _reopen(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    acts.reopen(session, ticket, me().id, text=text, at=at)
    return "done.reopen"


def _assign(session: Session, ticket: Ticket, _text: str, at: datetime) -> str:
    colleague = colleague_for(session, ticket, request.form.get("to", ""))
    if colleague is None:
        raise _Unusable(Fault("to", say("fault.assign", language())))
    acts.assign(session, ticket, me().id, to=colleague, at=at)
    return "done.assign"


def _wait(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    reason = request.form.get("reason", "")
    if reason not in set(WaitReason):
        raise _Unusable(Fault("reason", say("fault.wait", language())))
    try:
        until_at = moment(request.form.get("until", ""), settings().timezone)
        actions.wait(session, ticket.id, me().id, at=at, text=text, reason=WaitReason(reason), until_at=until_at)
    except (ValueError, BadInput):
        raise _Unusable(Fault("until", say("fault.wait.until", language()))) from None
    return "done.wait"


def _refer(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    to = read_referral(request.form, language())
    if isinstance(to, Fault):
        raise _Unusable(to)
    moves = acts.refer(session, ticket, me().id, to=to, text=text, at=at)
    return "done.refer.moved" if moves else "done.refer"


def _merge(session: Session, ticket: Ticket, _text: str, at: datetime) -> str:
    original = original_for(session, me(), request.form)
    if original is None:
        raise _Unusable(Fault("into", say("fault.merge", language())))
    acts.merge(session, ticket, me().id, into=original, at=at)
    return "done.merge"


def _split(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    what = sort_of(request.form)
    if what is None:
        raise _Unusable(Fault("category", say("fault.split.category", language())))
    kind, category = what
    acts.split(session, ticket, me().id, kind=kind, category=category, text=text, at=at)
    return "done.split"


def _level(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    chosen = request.form.get("level", "")
    if chosen not in set(Level):
        raise _Unusable(Fault("level", say("fault.level.choose", language())))
    if is_lower(Level(chosen), than=ticket.level) and not text:
        raise _Unusable(Fault("", say("fault.level", language())))
    acts.set_level(session, ticket, me().id, level=Level(chosen), text=text, at=at)
    return "done.level"


def _ask(session: Session, ticket: Ticket, _text: str, at: datetime) -> str:
    acts.ask(session, ticket, me().id, at=at)
    return "done.ask"


def _answer(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    what = request.form.get("answer", "")
    if what not in set(HopAnswer) - {HopAnswer.SENT}:
        raise _Unusable(Fault("answer", say("fault.answer.choose", language())))
    if what != HopAnswer.OURS and not text:
        raise _Unusable(Fault("", say("fault.answer", language())))
    if what == HopAnswer.OUTSIDE and (wrong := too_long(text, language())):
        raise _Unusable(Fault("", wrong))
    acts.answer(session, ticket, me().id, what=HopAnswer(what), text=text, at=at)
    return f"done.answer.{what}"


def _send(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    department = request.form.get("department", "")
    if department not in DEPARTMENTS:
        raise _Unusable(Fault("department", say("fault.send", language())))
    acts.send(session, ticket, me().id, department=department, text=text, at=at)
    return "done.send"


def _cancel(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    acts.cancel(session, ticket, me().id, text=text, at=at)
    return "done.cancel"
