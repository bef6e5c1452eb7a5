"""What staff do to tickets, whatever door they come through: each act with all that follows from it."""

from datetime import datetime

from sqlalchemy.orm import Session

from base.errors import Conflict, NotAllowed
from base.queue import Lane, enqueue
from console.receipts import tell_reporter
from console.words import say
from directory.models import Staff
from oncall import actions as oncall
from outreach.actions.changes import tell_merged, tell_referred
from outreach.actions.extending import tell_extended
from tickets import actions
from tickets.actions import Referral, TicketDraft
from tickets.complaints import HopAnswer
from tickets.lifecycle import ANOTHER_DESK, HEADQUARTERS, MOVING, Kind, Level, Move, ReferTo, Status, may
from tickets.models import Ticket


def open_ticket(
    session: Session, draft: TicketDraft, staff_id: int, *, at: datetime, once_key: str | None = None
) -> Ticket:
    """A matter that somebody wrote down becomes a ticket: whoever reported it is told, and its ladder begins."""
    ticket = actions.open_ticket(session, draft, at=at, once_key=once_key, staff_id=staff_id)
    tell_reporter(session, ticket, at=at)
    if ticket.page_due_at is not None:
        _climb(session, ticket)
    return ticket


def refusal(ticket: Ticket, move: Move, language: str) -> str:
    """Why a ticket cannot be moved so, in one sentence; empty if nothing is in the way."""
    if may(move, ticket.status):
        return ""
    status = say(f"status.{ticket.status.value}", language)
    who = ticket.assignee.name if ticket.assignee else say("somebody", language)
    key = "conflict.taken" if move == Move.ACKNOWLEDGE and ticket.assignee else "conflict.illegal"
    return say(key, language, who=who, status=status, move=say(f"move.{move.value}", language))


def answer_suggestion(session: Session, ticket: Ticket, staff_id: int, *, is_so: bool, at: datetime) -> None:
    """What a text may be about is confirmed, and whoever that concerns is woken; or it is not. Raises `Conflict`."""
    if not is_so:
        actions.refuse_suggestion(session, ticket.id, staff_id, at=at)
        return
    changed = actions.accept_suggestion(session, ticket.id, staff_id, at=at)
    if changed.page_due_at is not None:
        _climb(session, changed)


def take(session: Session, ticket: Ticket, staff_id: int, *, at: datetime) -> None:
    """Take it: the ladder stops, and those already woken are told. Raises `Conflict` when somebody else was first."""
    if not isinstance(oncall.take_ticket(session, ticket.id, staff_id, how="click", at=at), oncall.Taken):
        raise Conflict("别人先接了。Somebody else was first.")


def assign(session: Session, ticket: Ticket, staff_id: int, *, to: Staff, at: datetime) -> None:
    """Hand it to a colleague, who is told of it by text; to whom it belongs already that is no news."""
    is_news = ticket.assignee_id != to.id
    actions.assign(session, ticket.id, staff_id, to_staff_id=to.id, at=at)
    session.refresh(ticket, ["assignee"])
    if is_news:
        oncall.tell_assignee(session, ticket, by=session.get_one(Staff, staff_id), at=at)


def arrive(session: Session, ticket: Ticket, staff_id: int, *, text: str, at: datetime) -> None:
    """Whoever is on site has taken it."""
    if ticket.status == Status.OPEN:
        take(session, ticket, staff_id, at=at)
    actions.arrive(session, ticket.id, staff_id, at=at, text=text)


def resolve(session: Session, ticket: Ticket, staff_id: int, *, text: str, at: datetime) -> None:
    """Its owner is told and asked. Nobody has to come any more: whoever was woken is told too."""
    was_open = ticket.status == Status.OPEN
    actions.resolve(session, ticket.id, staff_id, at=at, text=text)
    enqueue(session, Lane.NORMAL, "outreach.jobs.callbacks.follow_up", ticket.id)
    if was_open:
        oncall.stand_down(session, ticket, by=None, at=at)


def close(session: Session, ticket: Ticket, staff_id: int, *, text: str, at: datetime) -> None:
    """It has come to rest before its owner said so. Raises `NotAllowed` for what headquarters took in and follow."""
    by = session.get_one(Staff, staff_id)
    if by.project_id is not None and ticket.followed_by == HEADQUARTERS:
        raise NotAllowed(
            "总部受理的工单由总部过目后关闭。Headquarters took this one in: they look at it, and close it."
        )
    actions.close(session, ticket.id, staff_id, at=at, text=text)
    if by.project_id is None and ticket.followed_by == HEADQUARTERS:
        actions.see_end(session, ticket.id, staff_id, at=at)


def reopen(session: Session, ticket: Ticket, staff_id: int, *, text: str, at: datetime) -> None:
    """It was not done after all; the ladder begins again."""
    actions.reopen(session, ticket.id, staff_id, at=at, text=text)
    _climb(session, ticket)


def refer(session: Session, ticket: Ticket, staff_id: int, *, to: Referral, text: str, at: datetime) -> bool:
    """Whether it went to another desk: then those woken at this one are told, and somebody there is.

    Of somebody outside its owner is told who that is, and how to reach them.
    """
    was_open, moves = ticket.status == Status.OPEN, to.to in ANOTHER_DESK
    actions.refer(session, ticket.id, staff_id, to=to, at=at, text=text)
    if moves:
        if was_open:
            oncall.stand_down(session, ticket, by=None, at=at)
        _climb(session, ticket)
    elif to.to is ReferTo.OUTSIDE:
        tell_referred(session, ticket, name=to.name, contact=to.contact, at=at)
    return moves


def merge(session: Session, ticket: Ticket, staff_id: int, *, into: Ticket, at: datetime) -> None:
    """It goes on as part of another, as its owner is told.

    Whoever was woken for it is told too, and whoever that other one wakes now is woken.
    """
    was_open = ticket.status == Status.OPEN
    actions.merge(session, ticket.id, into=into, at=at, staff_id=staff_id)
    tell_merged(session, ticket, into, at=at)
    if was_open:
        oncall.stand_down(session, ticket, by=None, at=at)
    if into.page_due_at is not None:
        _climb(session, into)


def split(
    session: Session, ticket: Ticket, staff_id: int, *, kind: Kind, category: str, text: str, at: datetime
) -> Ticket:
    """A second matter gets its own number, of which its owner is told, and its own ladder."""
    second = actions.split(session, ticket.id, staff_id, kind=kind, category=category, at=at, text=text)
    tell_reporter(session, second, at=at, is_there=False)
    if second.page_due_at is not None:
        _climb(session, second)
    return second


def set_level(session: Session, ticket: Ticket, staff_id: int, *, level: Level, text: str, at: datetime) -> None:
    """Another level, with the ladder of that. Raises `Conflict`, and `BadInput` for a lower one without a reason."""
    actions.set_level(session, ticket.id, staff_id, level, at=at, text=text)
    if ticket.page_due_at is not None:
        _climb(session, ticket)


def ask(session: Session, ticket: Ticket, staff_id: int, *, at: datetime) -> None:
    """Whose a complaint is is put to a supervisor, who is told. Raises `Conflict`."""
    oncall.tell_asked(session, actions.ask(session, ticket.id, session.get_one(Staff, staff_id), at=at), at=at)


def answer(session: Session, ticket: Ticket, staff_id: int, *, what: HopAnswer, text: str, at: datetime) -> None:
    """Ours: it is taken; not ours: the manager is asked; nobody's here: its owner is told `text`, and asked about it.

    Raises `Conflict`, `NotAllowed`, and `BadInput` without a reason.
    """
    asked = actions.answer(session, ticket.id, session.get_one(Staff, staff_id), what=what, reason=text, at=at)
    oncall.question_over(session, ticket.id, at=at)
    if asked is not None:
        oncall.tell_asked(session, asked, at=at)
    elif what is HopAnswer.OUTSIDE:
        resolve(session, ticket, staff_id, text=text, at=at)
    elif ticket.status == Status.OPEN:
        take(session, ticket, staff_id, at=at)


def send(session: Session, ticket: Ticket, staff_id: int, *, department: str, text: str, at: datetime) -> None:
    """To the right department: its supervisor is asked, or, where that is the last word, handed it."""
    by = session.get_one(Staff, staff_id)
    asked = actions.send(session, ticket.id, by, department=department, reason=text, at=at)
    oncall.question_over(session, ticket.id, at=at)
    if asked is not None:
        oncall.tell_asked(session, asked, at=at)
    elif ticket.assignee is not None:
        oncall.tell_assignee(session, ticket, by=by, at=at)


def extend(session: Session, ticket: Ticket, staff_id: int, *, until_at: datetime, text: str, at: datetime) -> None:
    """More time is asked for, and a supervisor told. Raises `Conflict`, and `BadInput` for a reason or moment."""
    by = session.get_one(Staff, staff_id)
    asked = actions.ask_extension(session, ticket.id, by, until_at=until_at, reason=text, at=at)
    oncall.tell_extension_asked(session, asked, at=at)


def decide(session: Session, ticket: Ticket, staff_id: int, *, is_granted: bool, text: str, at: datetime) -> None:
    """More time is allowed, and the owner told by when it is done now; or it is not. Whoever asked hears of it.

    Raises `Conflict`, `NotAllowed`, and `BadInput` for a refusal without a reason.
    """
    by = session.get_one(Staff, staff_id)
    asked = actions.answer_extension(session, ticket.id, by, is_granted=is_granted, words=text, at=at)
    oncall.tell_extension_answered(session, asked, at=at)
    if is_granted:
        tell_extended(session, asked, at=at)


def sign_off(session: Session, ticket: Ticket, staff_id: int, *, code: str, at: datetime) -> bool:
    """Whether the code is the one its owner was told; a wrong one is counted. Raises `Conflict`."""
    return actions.sign_off(session, ticket.id, session.get_one(Staff, staff_id), code, at=at, how="click")


def urge(session: Session, ticket: Ticket, *, call_id: int, at: datetime) -> None:
    """Its caller asks after it: counted once a call, and whoever has it, or is next on its ladder, is told.

    Raises `Conflict` for one that is over.
    """
    if ticket.status not in MOVING:
        raise Conflict("这张工单已经了结，不用再催。This ticket is over; there is nothing to chase.")
    oncall.urge(session, ticket, call_id=call_id, at=at)


def cancel(session: Session, ticket: Ticket, staff_id: int, *, text: str, told: str, at: datetime) -> None:
    """Nobody has to come: whoever was woken is told, and its owner, in the words of `told` where there are any."""
    was_open = ticket.status == Status.OPEN
    actions.cancel(session, ticket.id, staff_id, at=at, text=text, told=told)
    if was_open:
        oncall.stand_down(session, ticket, by=None, at=at)


def ask_help(session: Session, ticket: Ticket, staff_id: int, *, at: datetime) -> bool:
    """Whoever has it, or takes it now, asks for help; False where it was asked for already.

    Raises `Conflict` where it is another's, or over.
    """
    if ticket.status == Status.OPEN:
        take(session, ticket, staff_id, at=at)
    if ticket.status not in MOVING or ticket.assignee_id != staff_id:
        raise Conflict("这张工单不在您手上，不能请求支援。This ticket is not yours: only whoever has it asks for help.")
    return oncall.ask_help(session, ticket, session.get_one(Staff, staff_id), at=at)


def _climb(session: Session, ticket: Ticket) -> None:
    enqueue(session, Lane.URGENT, "oncall.jobs.climb", ticket.id)
