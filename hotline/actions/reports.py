"""What a call becomes: a ticket opened or joined, its message, its read-back and its text."""

from datetime import datetime
from xml.sax.saxutils import escape

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.queue import Lane, enqueue
from base.wiring import settings
from hotline.actions.callback import then_message
from hotline.actions.codes import code_of, spelled
from hotline.actions.editions import book_of
from hotline.actions.homes import ask_home
from hotline.actions.ringbacks import may_be_rung
from hotline.actions.telling import kind_words, number_of, promised_words, receipt_of, status_words, text_caller
from hotline.actions.turn import Next, Turn, spoken_ref
from hotline.intake import Intake, Report, report
from hotline.menu import MenuStep
from hotline.models import Call, CallEvent
from telephony.speech import End, Say
from tickets import actions as tickets
from tickets import triage
from tickets.actions import TicketDraft
from tickets.lifecycle import HEADQUARTERS, Channel, Kind, Level
from tickets.models import Ticket
from tickets.promises import Promise

CATEGORY_OF = {"enquiry": "enquiry", "suggestion": "suggestion"}
NEED_HOME = frozenset({Kind.REPAIR.value, Kind.COMPLAINT.value})


def report_it(turn: Turn) -> Next:
    """Everything asked: find the home if it matters, then the ticket stands before the message is spoken."""
    here = turn.intake
    turn.remember(category=here.category or CATEGORY_OF.get(here.purpose, ""))
    turn.remember(after_home="")
    if _wants_home(turn):
        return ask_home(turn)
    ticket = open_or_join(turn)
    hint_ladder(turn.session, ticket)
    if turn.intake.has_joined:
        turn.say("main.joined", ref=spoken_ref(ticket), status=status_words(turn, ticket))
    return then_message(turn, _message_of(turn))


def _message_of(turn: Turn) -> str:
    """The question that asks for the message, by what it is about."""
    if turn.intake.category in triage.EMPTY_HOME:
        return "empty.message"
    own = f"{turn.intake.purpose}.message"
    return own if turn.book.find(own) else "person.message"


def open_or_join(turn: Turn) -> Ticket:
    """The ticket of this call: the one it has, the open one about the same matter, or a new one."""
    if (known := turn.ticket) is not None:
        return known
    what = report(turn.intake)
    if not what.is_anonymous and (same := same_matter(turn, what)):
        tickets.count_urge(turn.session, same.id, call_id=turn.call.id, at=turn.at, text="来电人再次来电", data={})
        turn.call.ticket_id, turn.call.ticket = same.id, same
        turn.remember(has_joined=True)
        return same
    ticket = open_for(turn.session, turn.call, turn.intake, what, at=turn.at)
    if what.is_anonymous:
        turn.intake = forget_caller(turn.session, turn.call, turn.intake)
    return ticket


def open_for(
    session: Session, call: Call, intake: Intake, what: Report, *, at: datetime, level: Level | None = None
) -> Ticket:
    """Open a call's ticket. One call has one, and an emergency one of its own if it already had another.

    What the end of the call left, because it overtook the key that opens this, becomes this.
    """
    home_id = None if what.is_anonymous else call.home_id
    draft = TicketDraft(
        kind=what.kind, category=what.category, channel=Channel.CALL, project_id=call.project_id,
        home_id=home_id, person_id=None if what.is_anonymous else call.person_id,
        place=intake.home_place if home_id else "",
        caller_number=None if what.is_anonymous else number_of(call, intake),
        language=call.language, level=level, owner_desk=what.owner_desk, followed_by=_taken_in_by(call, intake),
        told=_told(call, intake, what),
    )  # fmt: skip
    if intake.missed_id:
        ticket = tickets.become(session, intake.missed_id, draft, at=at)
    else:
        own = "/emergency" if what.kind == Kind.EMERGENCY else ""
        ticket = tickets.open_ticket(session, draft, at=at, once_key=f"call/{call.id}{own}")
    call.ticket_id, call.ticket = ticket.id, ticket
    return ticket


def _taken_in_by(call: Call, intake: Intake) -> str:
    """The company's own number is headquarters' desk, whichever project it is about; a colleague takes in nothing."""
    return HEADQUARTERS if call.staff_id is None and intake.is_past_projects else ""


def forget_caller(session: Session, call: Call, intake: Intake) -> Intake:
    """An unnamed complaint: whoever may read calls must not learn from them who complained."""
    call.from_number = call.person_id = call.person = call.home_id = call.home = None
    if intake.salutation:
        everybody = book_of(session, call.menu_key).words("main.everybody").spoken(call.language)
        for event in session.scalars(select(CallEvent).where(CallEvent.call_id == call.id)):
            event.answer = event.answer.replace(escape(intake.salutation), everybody)
    return intake.having(salutation="", homes=(), home_place="", listed=(), offered=(), is_withheld=True, callback="")


def hint_ladder(session: Session, ticket: Ticket) -> None:
    """After the commit, wake the ladder if it wakes people; the clock, a second later, sees what is due anyway."""
    if ticket.page_due_at is not None and ticket.page_step == 0 and triage.wakes(ticket.level):
        enqueue(session, Lane.URGENT, "oncall.jobs.climb", ticket.id)


def received(turn: Turn) -> Next:
    """The message is over: read the ticket back, send its number by text, say goodbye."""
    ticket = turn.ticket or open_or_join(turn)
    if ticket.kind == Kind.EMERGENCY:
        return "@emergency_told"
    ref = spoken_ref(ticket)
    promise = tickets.promise_of(turn.session, ticket, at=turn.at)
    if turn.intake.has_joined:
        turn.say("main.joined", ref=ref, status=status_words(turn, ticket))
    else:
        promised = promised_words(turn, ticket, promise)
        turn.say("main.accepted", kind=kind_words(turn, ticket), ref=ref, promise=promised)
        if not turn.intake.is_anonymous:
            turn.say("main.once_more", ref=ref)
    _tell_how_to_ask(turn, ticket, promise)
    turn.remember(is_answered=True)  # they have the number: the end of the call need not send it again
    turn.say("main.goodbye")
    return End(tuple(turn.says))


def _tell_how_to_ask(turn: Turn, ticket: Ticket, promise: Promise) -> None:
    """The number by text, or to write down; whoever stays unnamed has nothing but a code."""
    if turn.intake.is_anonymous:
        _tell_code(turn, ticket)
        return
    key = receipt_of(turn.intake, ticket)
    told = text_caller(turn.session, turn.call, turn.intake, ticket, at=turn.at, key=key, promise=promise)
    turn.say("main.by_text" if told else "main.no_text")
    if ticket.caller_number is None:
        turn.say("main.code_of_unnamed")


def _tell_code(turn: Turn, ticket: Ticket) -> None:
    """How whoever stays unnamed hears the answer: slowly, digit by digit, twice."""
    code = code_of(turn.session, ticket.id, at=turn.at)
    turn.told_code = (ticket.id, code)
    turn.says.append(Say(turn.words("boxes.your_code", code=spelled(code)), language=turn.language, is_slow=True))


def before_message(turn: Turn, step: MenuStep) -> None:
    """Before a message: that it is recorded and how long it is kept, and whose number we lack."""
    if step.asks != "message":
        return
    if step.name != "emergency.message":
        turn.say("main.keep_message", days=settings().recordings_kept_days)
    if (ticket := turn.ticket) is not None and turn.intake.is_anonymous and not turn.intake.claimed_id:
        # said before the tone as well: many hang up once they have spoken
        _tell_code(turn, ticket)
    number = number_of(turn.call, turn.intake) if step.name == "person.message" else None
    if number is not None and may_be_rung(turn.session, number):  # whom we do not ring is not promised it
        turn.say("person.call_back")
    if turn.intake.is_withheld and not turn.intake.is_anonymous:
        turn.say("main.leave_number")


def _told(call: Call, intake: Intake, what: Report) -> dict[str, str]:
    """What else the call said, by the keys under which the desk has words for it.

    That somebody needs care would tell who an unnamed caller is.
    """
    unnamed = "anonymous" if what.is_anonymous else "" if call.from_number else intake.shown or "withheld"
    callback = "keyed" if not what.is_anonymous and number_of(call, intake) != call.from_number else ""
    care = "special" if intake.needs_care and not what.is_anonymous else ""
    # keys and a change of address are for whoever the home belongs to
    is_unverified = what.category in triage.EMPTY_HOME and call.home_id is not None and call.home_id not in intake.homes
    told = {
        "reason": what.reason or "", "before": what.before, "unnamed": unnamed, "callback": callback, "care": care,
        "home": "unverified" if is_unverified else "", "said": intake.said_category,
    }  # fmt: skip
    return {name: str(value) for name, value in told.items() if value}


def same_matter(turn: Turn, what: Report) -> Ticket | None:
    """The open ticket this call is about once more. A colleague's number speaks for many homes, and for none."""
    call = turn.call
    return tickets.open_matter(
        turn.session, caller_number=None if call.staff_id else call.from_number, home_id=call.home_id,
        project_id=call.project_id, category=what.category, kind=what.kind, at=turn.at, owner_desk=what.owner_desk,
        but_id=turn.intake.missed_id,
    )  # fmt: skip


def _wants_home(turn: Turn) -> bool:
    here = turn.intake
    if here.category in triage.QUIET_LINES and turn.call.project_id is not None:
        return False
    return (
        (here.purpose in NEED_HOME or here.category in triage.EMPTY_HOME)
        and turn.call.home_id is None
        and turn.call.ticket_id is None
        and not here.has_no_home
        and not here.is_anonymous
    )
