"""Ask those who belong to an empty home, one telephone after the other, whether we may enter: water is running."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from base.errors import BadInput, Conflict
from base.log import mask
from directory.actions import place_of
from directory.models import Contact, Home, Person, Staff
from messages import actions as messages
from messages.lifecycle import MessageClass, Way
from oncall.actions.help import call_for_help
from outreach.actions.reach import reach_of
from outreach.entries import (
    ANSWERS,
    CALL_LIVES,
    LOOK_AGAIN,
    LOST,
    UNDECIDED,
    Candidate,
    EntryState,
    in_order,
    may_ask,
)  # fmt: skip
from outreach.entrymodels import EntryRequest
from telephony.numbers import at_home
from tickets.lifecycle import MOVING
from tickets.models import EventType, Ticket, TicketEvent

RING_S = 30
_WAKES = ("entry_nobody", "entry_unanswered")
"""What is told of a question when one of us is woken for it."""


def ask_for_entry(session: Session, ticket: Ticket, home: Home, *, by: Staff, at: datetime) -> EntryRequest:
    """Begin to ring them. Raises `BadInput` for a home elsewhere, `Conflict` where that may not be asked, or is.

    Where nobody can be rung it ends at once, and somebody of us is woken to decide.
    """
    ticket = tickets.actions.get(session, ticket.id)
    if ticket.is_drill or ticket.status not in MOVING or not may_ask(ticket.category, ticket.level):
        raise Conflict(
            "只有还没办结的特急、紧急漏水工单可以请求入户。Entry is asked for only while a P0 or P1 leak is under way."
        )
    if ticket.project_id != home.building.project_id:
        raise BadInput("这套房不在工单所在的项目。That home is not in the project of the ticket.")
    if request_of(session, ticket.id, state=EntryState.ASKING) is not None:
        raise Conflict("正在联系住户，请等结果。They are being rung already; wait for what they say.")
    request = EntryRequest(
        ticket_id=ticket.id, home_id=home.id, asked_by_id=by.id, asked_at=at, whom=_whom(session, home, at), due_at=at
    )
    session.add(request)
    session.flush()
    _tell(session, request, "entry_asked", place_of(home), at=at, staff_id=by.id)
    look(session, request.id, at=at)
    return request


def look(session: Session, request_id: int, *, at: datetime) -> None:
    """Whether the telephone that rings still does; else the next rings, or nobody is left and one of us is woken.

    Also where somebody wanted a person and we did not speak with them; not of a question that was put anew since.
    """
    request = lock(session, request_id)
    if request is None or request.state not in UNDECIDED or request.due_at is None or request.due_at > at:
        return
    ended = EntryState.NOBODY if request.state is EntryState.ASKING else request.state
    if request.ticket.status not in MOVING or request_of(session, request.ticket_id) is not request:
        request.state, request.due_at = ended, None
        return
    calls = messages.messages_about(session, about(request))
    if calls and calls[-1].final_at is None:
        request.due_at = at + LOOK_AGAIN
        return
    if request.place < len(request.whom):
        _ring(session, request, at)
        return
    request.state, request.due_at = ended, None
    session.flush()
    _wake(session, request, "entry_nobody", at=at)


def answer(session: Session, request_id: int, place: int, key: str, *, at: datetime) -> EntryState | None:
    """Whoever was rung as number `place` pressed a key, or is `LOST`; the first yes or no counts, and that they are put
    through to a person is told whenever it comes. None where that is no answer.

    Until a talk with that person is over (`person_came`) the question goes on behind it.
    """
    request = lock(session, request_id)
    if request is None or not 0 <= place < len(request.whom) or key not in ANSWERS:
        return None
    who, said = request.whom[place], ANSWERS[key]
    told = f"entry_{LOST if key == LOST else said.value}"
    for message in messages.messages_about(session, about(request)):
        if message.number == who["number"]:
            messages.heard(session, message.id, at=at)
    if request.state in UNDECIDED:
        request.due_at = at + CALL_LIVES if said is EntryState.PERSON else None
    if request.state in UNDECIDED and request.state is not said:
        request.state = said
        request.answered_by_id, request.answered_number, request.answered_at = who["person"], who["number"], at
        session.flush()
        _tell_who(session, request, place, told, at)
    elif said is EntryState.PERSON:
        _tell_who(session, request, place, told, at)
    return request.state


def person_did_not_come(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """Whoever was asked pressed 0, and nobody came to the telephone: somebody of us is woken, once, to call them."""
    request = request_of(session, ticket.id)
    if request is None:
        return
    _wake(session, lock(session, request.id) or request, "entry_unanswered", at=at)


def person_came(session: Session, ticket: Ticket) -> None:
    """One of us has spoken with whoever was asked: what follows from it is theirs to say, and nobody else is rung."""
    request = request_of(session, ticket.id, state=EntryState.PERSON)
    request = None if request is None else lock(session, request.id)
    if request is not None and request.state is EntryState.PERSON:
        request.due_at = None


def due(session: Session, *, at: datetime) -> Sequence[int]:
    """Questions that have to be looked at now. One look at a small partial index."""
    return session.scalars(select(EntryRequest.id).where(EntryRequest.due_at <= at).order_by(EntryRequest.due_at)).all()


def request_of(session: Session, ticket_id: int, *, state: EntryState | None = None) -> EntryRequest | None:
    """The newest question for a ticket, in this state if one is named."""
    found = select(EntryRequest).where(EntryRequest.ticket_id == ticket_id)
    if state is not None:
        found = found.where(EntryRequest.state == state)
    return session.scalar(found.order_by(EntryRequest.id.desc()).limit(1))


def asked_of(session: Session, person_id: int) -> list[EntryRequest]:
    """The questions for which a telephone of this person was to be rung, oldest first."""
    homes = select(Contact.home_id).where(Contact.person_id == person_id)
    found = session.scalars(select(EntryRequest).where(EntryRequest.home_id.in_(homes)).order_by(EntryRequest.id))
    return [one for one in found if any(who["person"] == person_id for who in one.whom)]


def forget(session: Session, person_id: int) -> None:
    """The numbers at which this person was asked, and what timelines say of them there; what they answered stays."""
    for request in asked_of(session, person_id):
        masked = {mask(who["number"]) for who in request.whom if who["person"] == person_id and who["number"]}
        masked |= {at_home(number) for number in masked}  # older rows have it as it is written abroad
        said = select(TicketEvent).where(
            TicketEvent.ticket_id == request.ticket_id, TicketEvent.data["entry"].as_integer() == request.id
        )
        named = [one for one in session.scalars(said) if one.text.rpartition(" ")[2] in masked]
        tickets.actions.forget_words(session, named)
        request.whom = [who | {"number": ""} if who["person"] == person_id else who for who in request.whom]
        if request.answered_by_id == person_id:
            request.answered_by_id, request.answered_number = None, ""
    session.flush()


def lock(session: Session, request_id: int) -> EntryRequest | None:
    """A question, locked until the end of the transaction after its ticket."""
    ticket_id = session.scalar(select(EntryRequest.ticket_id).where(EntryRequest.id == request_id))
    if ticket_id is None:
        return None
    tickets.actions.get(session, ticket_id)
    return session.get(EntryRequest, request_id, with_for_update=True, populate_existing=True)


def about(request: EntryRequest) -> str:
    """The name under which the ledger keeps the calls of a question."""
    return f"entry:{request.id}"


def _whom(session: Session, home: Home, at: datetime) -> list[dict[str, Any]]:
    contacts = session.scalars(select(Contact).where(Contact.home_id == home.id, Contact.ended_at.is_(None)))
    found = []
    for contact in contacts:
        for number in contact.person.numbers:
            reach = None if number.extension else reach_of(session, number.number, at=at, looks_only=True)
            if reach is not None and Way.CALL in reach.ways:
                found.append(
                    Candidate(
                        contact.person_id, contact.role.value, contact.place, number.number, number.place,
                        contact.person.language.value, contact.person.is_demo,
                    )
                )  # fmt: skip
    return [
        {"person": one.person_id, "role": one.role, "number": one.number, "language": one.language,
         "demo": one.is_demo}
        for one in in_order(found)
    ]  # fmt: skip


def _ring(session: Session, request: EntryRequest, at: datetime) -> None:
    who, place = request.whom[request.place], request.place
    request.place, request.due_at = place + 1, at + LOOK_AGAIN
    session.flush()
    messages.plan_call(
        session, number=who["number"], message_class=MessageClass.EMERGENCY, about=about(request), at=at, ring_s=RING_S,
        answer_path=f"/voice/entry/{request.id}/{place}", once_key=f"entry/{request.id}/{place}",
        valid_until_at=at + CALL_LIVES, is_demo=who["demo"],
    )  # fmt: skip
    name = session.get_one(Person, who["person"]).name
    _tell(session, request, "entry_rung", f"{name} {at_home(mask(who['number']))}", at=at)


def _wake(session: Session, request: EntryRequest, what: str, *, at: datetime) -> None:
    """One of us is woken, once for one question however it fails; that it did is told of each telephone."""
    woken = select(TicketEvent.id).where(
        TicketEvent.ticket_id == request.ticket_id, TicketEvent.data["entry"].as_integer() == request.id,
        TicketEvent.data["what"].as_string().in_(_WAKES),
    )  # fmt: skip
    is_first = session.scalar(woken.limit(1)) is None
    _tell(session, request, what, place_of(request.home), at=at)
    if is_first:
        call_for_help(session, request.ticket, request.asked_by, after=-1, at=at)


def _tell_who(session: Session, request: EntryRequest, place: int, what: str, at: datetime) -> None:
    who = request.whom[place]
    text = f"{session.get_one(Person, who['person']).name} {at_home(mask(who['number']))}"
    _tell(session, request, what, text, at=at, once=f"by/{place}")


def _tell(
    session: Session, request: EntryRequest, what: str, text: str, *, at: datetime, staff_id: int | None = None,
    once: str = "",
) -> None:  # fmt: skip
    tickets.actions.add_event(
        session, request.ticket_id, EventType.MESSAGE, at=at, staff_id=staff_id, text=text,
        data={"what": what, "entry": request.id}, once_key=f"{what}/{request.id}/{once or request.place}",
    )  # fmt: skip
