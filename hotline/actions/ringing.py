"""A caller is put through: the ticket first, then telephones ring in turn or together, and what is said meanwhile."""

from dataclasses import replace
from datetime import datetime

from base.wiring import settings
from directory.models import Home
from hotline.actions import waiting
from hotline.actions.callback import then_message
from hotline.actions.reports import hint_ladder, open_for, open_or_join, same_matter
from hotline.actions.telling import receipt_of, text_caller
from hotline.actions.turn import CommitFirst, Next, Turn, spoken_ref
from hotline.intake import RINGING, TO_RING, Report, report
from hotline.menu import MenuStep
from hotline.waitingline import LeftHow
from oncall import actions as oncall
from oncall.actions import LiveRing
from telephony.speech import End, Ring, Transfer
from tickets import actions as tickets
from tickets.lifecycle import Kind, Level, Status
from tickets.models import EventType, Ticket

UNKNOWN_EMERGENCY = "emergency"
DANGERS = frozenset({"lift_trapped", "fire", "gas_leak", "other_emergency"})
"""What a key or words may have said before the telephones ring."""


def emergency(turn: Turn) -> Next:
    """0: the ticket stands first, then telephones ring; nothing is asked before."""
    told = turn.intake.said_category if turn.intake.spoke_of_danger else turn.intake.category
    category = told if told in DANGERS else UNKNOWN_EMERGENCY
    turn.remember(purpose=Kind.EMERGENCY.value, category=category, is_answered=False, said_kind="", said_category="")
    _guess_project(turn)
    own = turn.ticket
    if own is None or own.kind != Kind.EMERGENCY:
        if (same := same_matter(turn, report(turn.intake))) is not None:
            _join(turn, same)
        else:
            _open_emergency(turn)
    turn.say("emergency.ringing")
    return _begin_ringing(turn)


def person(turn: Turn) -> Next:
    """To a person, asked for or not: what is known becomes the ticket, then telephones ring."""
    turn.say("main.to_a_person")
    turn.remember(is_answered=False)  # what they heard before was about something else
    if not turn.intake.category and not turn.intake.purpose:
        turn.remember(category="person")
    if turn.ticket is None:
        if turn.intake.purpose:
            open_or_join(turn)
        else:
            what = replace(report(turn.intake), reason=turn.given_up)
            open_for(turn.session, turn.call, turn.intake, what, at=turn.at)
    return _begin_ringing(turn)


def ring(turn: Turn) -> Next:
    """The next telephone, or what is left to do when there is none, or nobody to ring it for."""
    ticket = _ticket(turn)
    if turn.call.ended_at is not None:
        # a ring that nobody hears would keep the page of the same person waiting for its end
        hint_ladder(turn.session, ticket)
        return End(tuple(turn.says))
    before = turn.intake.live_pages
    if not before:
        turn.remember(rung_since=turn.at.isoformat())
    rings, may_wait = _rings(turn, ticket, before)
    if not rings:
        return "@wait" if may_wait else "@nobody"
    if ticket.kind != Kind.EMERGENCY and waiting.is_rung(turn):
        turn.say("person.your_turn")
    elif before:
        turn.say("main.next_is_rung" if turn.heard.was_busy else "main.next_person")
    else:
        hint_ladder(turn.session, ticket)
    first, *others = (one.page_id for one in rings)
    turn.remember(place=RINGING, live_page_id=first, rung_with_it=tuple(others))
    return Transfer(
        tuple(turn.says), tuple(Ring(one.number, one.whisper_path) for one in rings), turn.path,
        caller_id=turn.call.to_number, ring_s=rings[0].ring_s,
    )  # fmt: skip


def after_ring(turn: Turn) -> Next:
    """Telephones have stopped ringing: was it a talk? Only the key pressed there says so, never the carrier."""
    if turn.call.ticket_id:
        # before their pages, as whoever presses a key there does: else the two could wait for each other
        tickets.get(turn.session, turn.call.ticket_id)
    for page_id in turn.intake.live_pages:
        oncall.part(turn.session, page_id, at=turn.at)
    if not any(oncall.has_joined(turn.session, page_id) for page_id in turn.intake.live_pages):
        return ring(turn)
    ticket = _ticket(turn)
    waiting.leave(turn.session, turn.call.id, LeftHow.SPOKEN, at=turn.at)
    turn.remember(is_answered=True, nobody_came=False)
    turn.say("main.after_talk", ref=spoken_ref(ticket))
    key = receipt_of(turn.intake, ticket, has_spoken=True)
    text_caller(turn.session, turn.call, turn.intake, ticket, at=turn.at, key=key)
    return End(tuple(turn.says))


def nobody(turn: Turn) -> Next:
    """Nobody is left to ring: for an emergency the ladder goes on and we ask what happened."""
    ticket = _ticket(turn)
    is_anew = _was_taken_before(turn, ticket)
    if is_anew:
        # whoever took the earlier one has not come to the telephone: this may be another, so a ladder of its own
        turn.remember(purpose=Kind.EMERGENCY.value, category=UNKNOWN_EMERGENCY, has_joined=False)
        ticket = _open_emergency(turn)
    if is_anew or not turn.intake.live_page_id:
        hint_ladder(turn.session, ticket)
    turn.remember(live_page_id=0, rung_with_it=(), nobody_came=True)
    waiting.leave(turn.session, turn.call.id, LeftHow.MESSAGE, at=turn.at)
    if ticket.kind != Kind.EMERGENCY:
        turn.say("main.nobody_free")
        return then_message(turn, "person.message")
    if ticket.category != UNKNOWN_EMERGENCY or ticket.status != Status.OPEN:
        return "@emergency_kind"
    return "emergency.kind"


def kind_told(turn: Turn) -> Next:
    """What sort of emergency it is, if they said; how to stay safe; then the message."""
    ticket = _ticket(turn)
    category = turn.intake.category
    if category not in {"", UNKNOWN_EMERGENCY} and ticket.category != category:
        tickets.amend(turn.session, ticket.id, at=turn.at, category=category)
    calm = f"emergency.calm_{ticket.category}"
    turn.say(calm if turn.book.says(calm) else "emergency.calm_other_emergency")
    return "emergency.message"


def told(turn: Turn) -> Next:
    """The message is in: what happens now, and the number."""
    ticket = _ticket(turn)
    if not _tell_if_taken(turn, ticket):
        withheld = ticket.caller_number is None
        turn.say("emergency.what_now_withheld" if withheld else "emergency.what_now", ref=spoken_ref(ticket))
    text_caller(turn.session, turn.call, turn.intake, ticket, at=turn.at, key="receipt_emergency")
    turn.say("main.goodbye")
    return End(tuple(turn.says))


def before_question(turn: Turn, step: MenuStep) -> None:
    """Somebody may have taken it by another way while the caller was still speaking with us."""
    if step.name.startswith("emergency.") and (ticket := turn.ticket) is not None:
        _tell_if_taken(turn, ticket)


def _tell_if_taken(turn: Turn, ticket: Ticket) -> bool:
    turn.session.refresh(ticket)
    if ticket.acknowledged_at is None or ticket.status == Status.OPEN:
        return False
    if not turn.intake.was_told_taken:
        turn.remember(was_told_taken=True)
        turn.say("emergency.taken", ref=spoken_ref(ticket))
    return True


def _rings(turn: Turn, ticket: Ticket, before: tuple[int, ...]) -> tuple[list[LiveRing], bool]:
    """Whom to ring now: the next, or everybody who is left, as the company has set it; and if there is nobody,

    whether waiting helps: everybody is engaged, or somebody else's who came before. An emergency waits for nobody,
    and rings those who are engaged last.
    """
    session, number = turn.session, turn.call.from_number
    # a call that began on an earlier release does not know it
    began_at = datetime.fromisoformat(turn.intake.rung_since) if turn.intake.rung_since else None
    last: set[int] = set()
    if ticket.kind == Kind.EMERGENCY:
        waiting.goes_ahead(turn, ticket)
        not_now, is_hopeful, last = set(), False, waiting.busy(session, at=turn.at)
    else:
        chances = waiting.chances(turn, ticket)
        not_now, is_hopeful = chances.not_now, chances.is_hopeful
    if settings().live_hunt == "at_once":
        found = oncall.ring_together(
            session, ticket.id, at=turn.at, after=before, caller_number=number, began_at=began_at, but=not_now
        )  # fmt: skip
        return found, is_hopeful
    one = oncall.ring_live(
        session, ticket.id, at=turn.at, after_page_id=before[0] if before else None, caller_number=number,
        began_at=began_at, but=not_now, last=last,
    )  # fmt: skip
    return [one] if one is not None else [], is_hopeful


def _begin_ringing(turn: Turn) -> Next:
    turn.remember(place=TO_RING, live_page_id=0, rung_with_it=())
    return CommitFirst()


def _guess_project(turn: Turn) -> None:
    """Before any question: the estate of the first of their homes is a better guess than none."""
    if turn.call.project_id is None and turn.intake.homes:
        home = turn.session.get(Home, turn.intake.homes[0])
        if home is not None:
            turn.call.project_id, turn.call.project = home.building.project_id, home.building.project


def _open_emergency(turn: Turn) -> Ticket:
    return open_for(turn.session, turn.call, turn.intake, _emergency_report(turn), at=turn.at, level=Level.P0)


def _emergency_report(turn: Turn) -> Report:
    """What the call says, and which emergency of the same caller somebody has in hand already."""
    before = tickets.emergency_before(turn.session, caller_number=turn.call.from_number, at=turn.at)
    return replace(report(turn.intake), before=before.ref if before else "")


def _was_taken_before(turn: Turn, ticket: Ticket) -> bool:
    """Whether this call joined an emergency that somebody had taken before it began."""
    taken_at = ticket.acknowledged_at
    is_taken = taken_at is not None and ticket.status != Status.OPEN and taken_at <= turn.call.began_at
    return is_taken and turn.intake.has_joined and ticket.kind == Kind.EMERGENCY


def _join(turn: Turn, ticket: Ticket) -> None:
    tickets.add_event(
        turn.session, ticket.id, EventType.CALLED_AGAIN, at=turn.at, text="来电人再次紧急来电",
        data={"call": turn.call.id}, once_key=f"call/{turn.call.id}/again",
    )  # fmt: skip
    turn.call.ticket_id, turn.call.ticket = ticket.id, ticket
    turn.intake = turn.intake.having(has_joined=True, category=ticket.category)


def _ticket(turn: Turn) -> Ticket:
    return turn.ticket or open_or_join(turn)
