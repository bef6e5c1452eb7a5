"""What the dialogs of a ticket say, read and done: one function a move, refused where a field says nothing of use."""

from collections.abc import Callable
from datetime import datetime

from flask import request
from sqlalchemy.orm import Session

from base.errors import BadInput
from base.refusals import half
from base.wiring import settings
from console import acts
from console.again import waited_minutes
from console.campaign_form import moment
from console.choices import DEPARTMENTS, Fault, colleague_for, original_for, read_referral, sort_of
from console.door import language
from console.result import too_long
from console.staff import me
from console.words import say
from tickets import actions
from tickets.complaints import HopAnswer
from tickets.lifecycle import Level, Move, WaitReason, is_lower
from tickets.models import Ticket

Act = Callable[[Session, Ticket, str, datetime], str]
"""Does the move with its text and answers the key of what to say afterwards.

Raises `Conflict`, and `Unusable` before anything is changed.
"""


class Unusable(Exception):
    """A field of the dialog does not say what to do."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.field)
        self.fault = fault


def others(session: Session, move: Move) -> tuple[int, ...]:
    """The ids of other tickets that a move changes too: they are locked together with its own."""
    original = original_for(session, me(), request.form) if move is Move.MERGE else None
    return () if original is None else (original.id,)


def plain(action: Callable[..., object], outcome: str) -> Act:
    """A move that has nothing but its text."""

    def act(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
        action(session, ticket.id, me().id, at=at, text=text)
        return outcome

    return act


def take(session: Session, ticket: Ticket, _text: str, at: datetime) -> str:
    """It is theirs."""
    acts.take(session, ticket, me().id, at=at)
    return "done.acknowledge"


def arrive(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    """They are on site; a press that waited for a network says how long ago."""
    if minutes := waited_minutes():
        text = " ".join(filter(None, (text, say("press.waited", language(), n=minutes))))
    acts.arrive(session, ticket, me().id, text=text, at=at)
    return "done.arrive"


def resolve(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    """It is done."""
    acts.resolve(session, ticket, me().id, text=text, at=at)
    return "done.resolve"


def close(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    """It is over, whatever its owner says."""
    acts.close(session, ticket, me().id, text=text, at=at)
    return "done.close"


def reopen(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    """It was not done."""
    acts.reopen(session, ticket, me().id, text=text, at=at)
    return "done.reopen"


def assign(session: Session, ticket: Ticket, _text: str, at: datetime) -> str:
    """A colleague's."""
    colleague = colleague_for(session, ticket, request.form.get("to", ""))
    if colleague is None:
        raise Unusable(Fault("to", say("fault.assign", language())))
    acts.assign(session, ticket, me().id, to=colleague, at=at)
    return "done.assign"


def wait(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    """It waits: for what, and until when."""
    reason = request.form.get("reason", "")
    if reason not in set(WaitReason):
        raise Unusable(Fault("reason", say("fault.wait", language())))
    try:
        until_at = moment(request.form.get("until", ""), settings().timezone)
        actions.wait(session, ticket.id, me().id, at=at, text=text, reason=WaitReason(reason), until_at=until_at)
    except (ValueError, BadInput):
        raise Unusable(Fault("until", say("fault.wait.until", language()))) from None
    return "done.wait"


def refer(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    """Elsewhere: to which desk, department or outsider."""
    to = read_referral(request.form, language())
    if isinstance(to, Fault):
        raise Unusable(to)
    moves = acts.refer(session, ticket, me().id, to=to, text=text, at=at)
    return "done.refer.moved" if moves else "done.refer"


def merge(session: Session, ticket: Ticket, _text: str, at: datetime) -> str:
    """A part of which ticket."""
    original = original_for(session, me(), request.form)
    if original is None:
        raise Unusable(Fault("into", say("fault.merge", language())))
    acts.merge(session, ticket, me().id, into=original, at=at)
    return "done.merge"


def split(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    """About what its second matter is."""
    what = sort_of(request.form)
    if what is None:
        raise Unusable(Fault("category", say("fault.split.category", language())))
    kind, category = what
    acts.split(session, ticket, me().id, kind=kind, category=category, text=text, at=at)
    return "done.split"


def level(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    """How grave it is, and why it is less so."""
    chosen = request.form.get("level", "")
    if chosen not in set(Level):
        raise Unusable(Fault("level", say("fault.level.choose", language())))
    if is_lower(Level(chosen), than=ticket.level) and not text:
        raise Unusable(Fault("", say("fault.level", language())))
    acts.set_level(session, ticket, me().id, level=Level(chosen), text=text, at=at)
    return "done.level"


def department(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    """Which department sees to it."""
    chosen = _department()
    actions.set_department(session, ticket.id, me().id, chosen, at=at, text=text)
    return "done.department"


def extend(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    """Until when, and why."""
    try:
        until_at = moment(request.form.get("until", ""), settings().timezone)
    except ValueError:
        until_at = None
    if until_at is None:
        raise Unusable(Fault("until", say("fault.extend.until", language())))
    try:
        acts.extend(session, ticket, me().id, until_at=until_at, text=text, at=at)
    except BadInput as wrong:
        raise Unusable(Fault("until", half(wrong.message, language()))) from None
    return "done.extend"


def decide(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    """Whether more time is allowed; why not."""
    given = request.form.get("answer", "")
    if given not in {"yes", "no"}:
        raise Unusable(Fault("answer", say("fault.decide.choose", language())))
    if given == "no" and not text:
        raise Unusable(Fault("", say("fault.decide", language())))
    acts.decide(session, ticket, me().id, is_granted=given == "yes", text=text, at=at)
    return f"done.decide.{given}"


def sign_off(session: Session, ticket: Ticket, _text: str, at: datetime) -> str:
    """The code that its owner was told; a wrong one is counted."""
    code = request.form.get("code", "").strip()
    if not acts.sign_off(session, ticket, me().id, code=code, at=at):
        raise Unusable(Fault("code", say("fault.sign_off", language())))
    return "done.sign_off"


def ask(session: Session, ticket: Ticket, _text: str, at: datetime) -> str:
    """Put to a supervisor."""
    acts.ask(session, ticket, me().id, at=at)
    return "done.ask"


def answer(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    """Whose it is, and why it is not theirs."""
    what = request.form.get("answer", "")
    if what not in set(HopAnswer) - {HopAnswer.SENT}:
        raise Unusable(Fault("answer", say("fault.answer.choose", language())))
    if what != HopAnswer.OURS and not text:
        raise Unusable(Fault("", say("fault.answer", language())))
    if what == HopAnswer.OUTSIDE and (wrong := too_long(text, language())):
        raise Unusable(Fault("", wrong))
    acts.answer(session, ticket, me().id, what=HopAnswer(what), text=text, at=at)
    return f"done.answer.{what}"


def send(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    """Which department."""
    acts.send(session, ticket, me().id, department=_department(), text=text, at=at)
    return "done.send"


def cancel(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
    """No matter at all, or not ours; and what its owner is told of that."""
    told = request.form.get("told", "").strip()
    if wrong := too_long(told, language()):
        raise Unusable(Fault("told", wrong))
    acts.cancel(session, ticket, me().id, text=text, told=told, at=at)
    return "done.cancel"


def _department() -> str:
    chosen = request.form.get("department", "")
    if chosen not in DEPARTMENTS:
        raise Unusable(Fault("department", say("fault.send", language())))
    return chosen
