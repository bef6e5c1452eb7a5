"""The caller's own open tickets: named by their everyday word and day, asked after, and added to."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import DateTime, Integer, and_, bindparam, or_, select

from base.rows import written_out
from base.wiring import settings
from hotline.actions import greeting
from hotline.actions.telling import kind_words, status_words
from hotline.actions.turn import Next, Turn, spoken_ref
from oncall import actions as oncall
from telephony.numbers import NumberKind, ReadNumber, read_number
from tickets import actions as tickets
from tickets.lifecycle import MOVING, Kind
from tickets.models import Ticket
from tickets.promises import by, sentence, since
from tickets.running import ClockName
from tickets.triage import category_words

TICKETS = "known.tickets"
AT_MOST = 3
RECENT = timedelta(days=30)
JUST_REPORTED = timedelta(minutes=10)
"""Whoever calls again so soon has something else to say, or says the same once more and joins it."""
ASKED_AFTER = (Kind.REPAIR, Kind.COMPLAINT, Kind.ENQUIRY, Kind.HELP)
"""Kinds that are named: an emergency has its key, and nobody waits for a suggestion to be repaired."""
TOLD_NEXT = frozenset({ClockName.ARRIVE, ClockName.CONTROL, ClockName.FIRST_REPLY, ClockName.FINISH})
"""Clocks that say something to whoever waits, after the one of which they were told is met."""

_PERSON = bindparam("person_id", type_=Integer)
_THEIRS = or_(Ticket.person_id.is_(None), Ticket.person_id == _PERSON)
OWN = (
    select(Ticket)
    .where(
        or_(and_(Ticket.caller_number == bindparam("number"), _THEIRS), Ticket.person_id == _PERSON),
        Ticket.status.in_(written_out(MOVING)), Ticket.kind.in_(written_out(ASKED_AFTER)),
        Ticket.opened_at > bindparam("since_at", type_=DateTime(timezone=True)),
        Ticket.opened_at <= bindparam("until_at", type_=DateTime(timezone=True)),
    )
    .order_by(Ticket.id.desc())
    .limit(AT_MOST)
)  # fmt: skip
"""What is open of a `number` and `person_id`, opened between `since_at` and `until_at`."""


def offer_of(turn: Turn) -> str:
    """The menu that names what is open of the caller's. Empty: nothing is, or the line may be somebody else's."""
    return TICKETS if _own(turn) else ""


def listed(turn: Turn) -> list[tuple[int, str]]:
    """Each of them, newest first, as it is offered."""
    return [(ticket.id, _named(turn, ticket)) for ticket in _own(turn)]


def change_language(turn: Turn) -> Next:
    """The same in the other language; what was done meanwhile is not named any more."""
    top = greeting.change_language(turn)
    return offer_of(turn) or top


def chosen(turn: Turn) -> Next:
    """It is asked after: counted, chased, and a message is added to it. No second ticket."""
    ticket = tickets.get(turn.session, turn.picked)
    if ticket.status not in MOVING:
        turn.say("known.done_now")
        return greeting.top(turn)
    turn.call.ticket_id, turn.call.ticket = ticket.id, ticket
    turn.remember(has_joined=True)
    told_at = oncall.urge(turn.session, ticket, call_id=turn.call.id, at=turn.at)
    said = "known.chased" if told_at <= turn.at else "known.chased_at_night"
    turn.say(said, ref=spoken_ref(ticket), status=status_words(turn, ticket))
    if tickets.is_late(turn.session, ticket, at=turn.at):
        turn.say("known.chased_late")
    turn.speak(_to_come(turn, ticket))
    return "known.message"


def _to_come(turn: Turn, ticket: Ticket) -> str:
    """What was promised; once that is done, by when the next comes to pass that has a clock of its own."""
    zone = settings().timezone
    promise = tickets.promise_of(turn.session, ticket, at=turn.at)
    if not promise.is_met:
        return sentence(promise, turn.language, at=turn.at, zone=zone)
    ends = {
        clock.due_at: clock.name
        for clock in tickets.standing_clocks(turn.session, ticket, at=turn.at)
        if clock.name in TOLD_NEXT and clock.due_at is not None and clock.due_at > turn.at
    }
    if not ends:
        return turn.words("known.next_nothing")
    due_at = min(ends)
    when = by(due_at, turn.language, at=turn.at, zone=zone, in_figures=False)
    return turn.words(f"known.next_{ends[due_at].value}", when=when)


def caller_of(turn: Turn) -> dict[str, object]:
    """What `OWN` is asked with."""
    who = {"number": turn.call.from_number, "person_id": turn.call.person_id}
    return {**who, "since_at": turn.at - RECENT, "until_at": turn.at - JUST_REPORTED}


def _own(turn: Turn) -> Sequence[Ticket]:
    """Those of this number's only person, or of a mobile that nobody is known by; of a shared line none is named."""
    call = turn.call
    if call.from_number is None or turn.intake.is_shared or not (call.person_id or _is_mobile(call.from_number)):
        return ()
    found = turn.session.scalars(OWN, caller_of(turn))
    # the trouble they were told of says more about its tickets than they do
    return [one for one in found if one.incident_id is None or one.incident_id not in turn.intake.trouble_ids]


def _named(turn: Turn, ticket: Ticket) -> str:
    """`您周二报的漏水`, `the leak you reported on Tuesday`."""
    key = f"known.matter_{ticket.category}"
    known = turn.words(key) if turn.book.says(key) else ""
    matter = known or category_words(ticket.category, turn.language) or kind_words(turn, ticket)
    day = since(ticket.opened_at, turn.language, at=turn.at, zone=settings().timezone)
    return turn.words(
        "known.your_repair" if ticket.kind is Kind.REPAIR else "known.your_matter", day=day, matter=matter
    )


def _is_mobile(number: str) -> bool:
    read = read_number(number)
    return isinstance(read, ReadNumber) and read.kind == NumberKind.MOBILE
