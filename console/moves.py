"""What staff do to a ticket from its page. Every refusal keeps the words that were written."""

from dataclasses import replace

from flask import flash, redirect, request, url_for

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import transaction
from base.errors import BadInput, Conflict, NotAllowed, Unavailable
from base.refusals import half
from console import acts
from console import moveforms as forms
from console.again import was_made
from console.both import is_written
from console.daypage import after_press
from console.door import Answer, door, language
from console.photos import brought
from console.result import too_long
from console.scope import DESK, WHO_MAY, may_make, may_see, ticket_for
from console.seen import is_changed, newest_seen
from console.staff import me
from console.ticket import LONGEST, Kept, show
from console.words import say
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from telephony.numbers import at_home
from tickets import actions
from tickets.lifecycle import Move
from tickets.models import EventType, Ticket

SAY_WHY = frozenset({
    Move.MERGE, Move.LEVEL, Move.DEPARTMENT, Move.EXTEND, Move.DECIDE, Move.SIGN_OFF, Move.ASK, Move.ANSWER, Move.SEND,
})  # fmt: skip
"""Moves that more can stand in the way of than a ticket that changed meanwhile."""


@door.post("/tickets/<ref>/acknowledge")
@guarded_by(*WHO_MAY[Move.ACKNOWLEDGE])
def acknowledge(ref: str) -> Answer:
    """Take it: the ladder stops, and those already woken are told."""
    return _move(ref, Move.ACKNOWLEDGE, forms.take)


@door.post("/tickets/<ref>/arrive")
@guarded_by(*WHO_MAY[Move.ARRIVE])
def arrive(ref: str) -> Answer:
    """On site."""
    return _move(ref, Move.ARRIVE, forms.arrive)


@door.post("/tickets/<ref>/resolve")
@guarded_by(*WHO_MAY[Move.RESOLVE])
def resolve(ref: str) -> Answer:
    """Done, with the result in words."""
    return _with_photos(ref, Move.RESOLVE, forms.resolve)


@door.post("/tickets/<ref>/note")
@guarded_by(*WHO_MAY[Move.NOTE])
def note(ref: str) -> Answer:
    """Something for colleagues to know; it conflicts with nothing."""
    return _with_photos(ref, Move.NOTE, forms.plain(actions.note, "done.note"))


@door.post("/tickets/<ref>/close")
@guarded_by(*WHO_MAY[Move.CLOSE])
def close(ref: str) -> Answer:
    """It has come to rest before its owner said so; why is asked."""
    return _move(ref, Move.CLOSE, forms.close, needs_text=True)


@door.post("/tickets/<ref>/reopen")
@guarded_by(*WHO_MAY[Move.REOPEN])
def reopen(ref: str) -> Answer:
    """It was not done after all; why is asked."""
    return _move(ref, Move.REOPEN, forms.reopen, needs_text=True)


@door.post("/tickets/<ref>/assign")
@guarded_by(*WHO_MAY[Move.ASSIGN])
def assign(ref: str) -> Answer:
    """Hand it to a colleague."""
    return _move(ref, Move.ASSIGN, forms.assign)


@door.post("/tickets/<ref>/wait")
@guarded_by(*WHO_MAY[Move.WAIT])
def wait(ref: str) -> Answer:
    """Stop its clocks for a reason outside."""
    return _move(ref, Move.WAIT, forms.wait)


@door.post("/tickets/<ref>/resume")
@guarded_by(*WHO_MAY[Move.RESUME])
def resume(ref: str) -> Answer:
    """Go on with it."""
    return _move(ref, Move.RESUME, forms.plain(actions.resume, "done.resume"))


@door.post("/tickets/<ref>/refer")
@guarded_by(*WHO_MAY[Move.REFER])
def refer(ref: str) -> Answer:
    """To a department, another desk, or somebody outside."""
    return _move(ref, Move.REFER, forms.refer, needs_text=True)


@door.post("/tickets/<ref>/cancel")
@guarded_by(*WHO_MAY[Move.CANCEL])
def cancel(ref: str) -> Answer:
    """It was no matter at all; why is asked."""
    return _move(ref, Move.CANCEL, forms.cancel, needs_text=True)


@door.post("/tickets/<ref>/merge")
@guarded_by(*WHO_MAY[Move.MERGE])
def merge(ref: str) -> Answer:
    """It is part of another ticket, the original."""
    return _move(ref, Move.MERGE, forms.merge)


@door.post("/tickets/<ref>/split")
@guarded_by(*WHO_MAY[Move.SPLIT])
def split(ref: str) -> Answer:
    """A second matter in it gets a ticket of its own; what that is about is asked."""
    return _move(ref, Move.SPLIT, forms.split, needs_text=True)


@door.post("/tickets/<ref>/level")
@guarded_by(*WHO_MAY[Move.LEVEL])
def level(ref: str) -> Answer:
    """Graver than it seemed, or less so; for a lower level why is asked."""
    return _move(ref, Move.LEVEL, forms.level)


@door.post("/tickets/<ref>/department")
@guarded_by(*WHO_MAY[Move.DEPARTMENT])
def department(ref: str) -> Answer:
    """Another department sees to it; why is asked."""
    return _move(ref, Move.DEPARTMENT, forms.department, needs_text=True)


@door.post("/tickets/<ref>/extend")
@guarded_by(*WHO_MAY[Move.EXTEND])
def extend(ref: str) -> Answer:
    """Ask for more time; until when, and why, is asked."""
    return _move(ref, Move.EXTEND, forms.extend, needs_text=True)


@door.post("/tickets/<ref>/decide")
@guarded_by(*WHO_MAY[Move.DECIDE])
def decide(ref: str) -> Answer:
    """Allow more time, or refuse it with a reason."""
    return _move(ref, Move.DECIDE, forms.decide)


@door.post("/tickets/<ref>/sign_off")
@guarded_by(*WHO_MAY[Move.SIGN_OFF])
def sign_off(ref: str) -> Answer:
    """Its owner says, by a code that only they were told, that it is done."""
    return _move(ref, Move.SIGN_OFF, forms.sign_off)


@door.post("/tickets/<ref>/ask")
@guarded_by(*WHO_MAY[Move.ASK])
def ask(ref: str) -> Answer:
    """Put a complaint to the supervisor who has to say whose it is."""
    return _move(ref, Move.ASK, forms.ask)


@door.post("/tickets/<ref>/answer")
@guarded_by(*WHO_MAY[Move.ANSWER])
def answer(ref: str) -> Answer:
    """Whether a complaint is ours; if not, why is asked."""
    return _move(ref, Move.ANSWER, forms.answer)


@door.post("/tickets/<ref>/send")
@guarded_by(*WHO_MAY[Move.SEND])
def send(ref: str) -> Answer:
    """The manager names the department of a complaint."""
    return _move(ref, Move.SEND, forms.send)


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
        number = " · ".join(map(at_home, filter(None, (found.caller_number, *actions.contacts_of(found)))))
        actions.add_event(session, found.id, EventType.REVEALED, at=now(), staff_id=me().id, text=reason)
        write_down(
            session, staff_id=me().id, what=AuditWhat.REVEAL, about=f"ticket:{ref}", reason=reason, at=now(),
            project_id=found.project_id,
        )  # fmt: skip
    return show(ref, Kept(number=number))


def _with_photos(ref: str, move: Move, act: forms.Act) -> Answer:
    """The same with photos, which may be all there is to note; where nothing comes of it, none is kept."""
    try:
        with brought() as photos:
            needs_text = move is not Move.NOTE or not photos.pictures
            return _move(ref, move, photos.after(act), needs_text=needs_text)
    except (BadInput, Unavailable) as refused:
        words, text = language(), request.form.get("text", "").strip()[:LONGEST]
        said = half(refused.message, words)
        return show(ref, Kept(move.value, text, notice=said, fields=request.form), int(refused.status))


def _move(ref: str, move: Move, act: forms.Act, *, needs_text: bool = False) -> Answer:
    words, text = language(), request.form.get("text", "").strip()[:LONGEST]
    kept = Kept(move.value, text, fields=request.form)
    if needs_text and (wrong := _text_fault(move, text, words)):
        return show(ref, replace(kept, fault=wrong), 422)
    with transaction() as session:
        found = ticket_for(session, me(), ref)
        ticket = actions.lock(session, found.id, *forms.others(session, move))[found.id]
        if not may_make(me(), move, ticket.kind):
            raise NotAllowed("您的岗位不能做这一步。Your role may not do this.")
        is_made = was_made(session, ticket, move, me(), text)
        refusal, fault, outcome = "" if is_made else _refusal(ticket, move, words), None, f"done.{move.value}"
        if not (is_made or refusal):
            try:
                outcome = act(session, ticket, text, now())
            except Conflict as conflict:
                says_why = move in SAY_WHY
                refusal = half(conflict.message, words) if says_why else say("conflict.changed", words)
            except forms.Unusable as unusable:
                fault = unusable.fault
        is_still_mine = may_see(session, me(), ref)
    if fault is not None:
        return show(ref, replace(kept, fault=fault.words, at=fault.field), 422)
    if refusal:
        since = newest_seen(request.form.get("seen", "")) if is_written(text, request.form) else None
        return show(ref, replace(kept, notice=refusal, since=since), 409)
    flash(outcome)
    return redirect(after_press(ref, is_over=move is Move.RESOLVE) if is_still_mine else url_for("console.desk"), 303)


def _text_fault(move: Move, text: str, words: str) -> str:
    if not text:
        return say(f"fault.{move.value}", words)
    return too_long(text, words) if move is Move.RESOLVE else ""


def _refusal(ticket: Ticket, move: Move, words: str) -> str:
    """Why not, in one sentence; empty if nothing is in the way."""
    changed = say("conflict.changed", words) if is_changed(request.form.get("seen", ""), ticket, move) else ""
    return acts.refusal(ticket, move, words) or changed
