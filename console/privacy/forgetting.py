"""One person is forgotten: nothing names them any more, what is counted stays, and nobody writes to their numbers."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, not_, or_, select, update
from sqlalchemy.orm import Session

from base.errors import Conflict
from console.privacy import shelves
from console.privacy.person import calls_of, comments_of, own_numbers, tickets_of
from console.privacy.shelves import DONE, ENDED
from console.scope import project_of, visible
from console.staff import Me
from directory.forgotten import refuse_for_ever
from directory.models import Building, Consent, Contact, Home, Number, Person
from hotline.models import Call, Recording, RingBack, ThroughCall
from messages.ledger import forgotten
from outreach.actions import entering
from outreach.models import ContactDue, ContactMade, LeftOut, Reply
from outreach.surveymodels import IncidentSample, Interview, SpokenComment, Survey
from tickets.actions import GONE, forget_contacts, recorded_at, with_contact
from tickets.lifecycle import Status
from tickets.models import IncidentCaller, Ticket, TicketEvent

MOST_NAMED = 5
NOT_ENDED = tuple(one for one in Status if one not in ENDED)


def forget(session: Session, person: Person, *, at: datetime) -> None:
    """Forget them for good. Raises `Conflict` while a ticket of theirs stands, or a message to them is on its way.

    1. Numbers that are theirs alone are refused for ever, kept as fingerprints; one that others share stays theirs.
    2. Tickets, calls, messages, texts, answers: names, numbers and words go, rows and moments stay. What was spoken is
       deleted within the hour, here and at the carrier.
    3. The person is a row without a name, with no number and no home of today.
    """
    own = own_numbers(session, person)
    _must_be_over(session, person, own)
    for number in own:
        refuse_for_ever(session, number, at=at)
    session.execute(delete(Consent).where(Consent.number.in_(own)).execution_options(**DONE))
    tickets = list(session.scalars(select(Ticket.id).where(tickets_of(person.id, own))))
    calls = list(session.scalars(select(Call.id).where(calls_of(person.id, own))))
    shelves.drop_recordings(session, Recording.call_id.in_(calls))
    spoken = comments_of(person.id, own)
    shelves.drop_comments(session, spoken)
    shelves.drop_recordings(session, Recording.sid.in_(select(SpokenComment.sid).where(spoken)))
    shelves.drop_recordings(session, Recording.id.in_(recorded_at(own)))
    shelves.erase_tickets(session, tickets)
    shelves.forget_calls(session, calls)
    _forget_numbers(session, own, at)
    forget_outreach(session, person.id)
    forget_row(session, person.id, at)


def standing(session: Session, person: Person) -> list[str]:
    """The numbers of their tickets that still stand, and of those of others where they are called back, have spoken, or
    are asked whether we may enter.
    """
    own = own_numbers(session, person)
    joined = exists().where(TicketEvent.ticket_id == Ticket.id, with_contact(own))
    asked = Ticket.id.in_([one.ticket_id for one in entering.asked_of(session, person.id)])
    theirs = or_(tickets_of(person.id, own), Ticket.caller_number.in_(own), joined, asked)
    # what is not over is found by its index, and is little, however many tickets there have been
    query = select(Ticket.ref).where(theirs, Ticket.status.in_(NOT_ENDED)).order_by(Ticket.id.desc())
    return list(session.scalars(query.limit(MOST_NAMED)))


def is_elsewhere(session: Session, person: Person, me: Me) -> bool:
    """Whether not all of theirs is `me`'s to see: a home they have or had, a ticket or a call of another project, or
    what they said to headquarters.
    """
    own = own_numbers(session, person)
    theirs = or_(tickets_of(person.id, own), Ticket.caller_number.in_(own))
    if session.scalar(select(Ticket.id).where(theirs, not_(visible(me))).limit(1)) is not None:
        return True
    project_id = project_of(me)
    if project_id is None:
        return False
    homes = select(Contact.id).join(Contact.home).join(Home.building).where(Contact.person_id == person.id)
    calls = select(Call.id).where(calls_of(person.id, own), Call.project_id != project_id)
    return any(
        session.scalar(query.limit(1)) is not None for query in (homes.where(Building.project_id != project_id), calls)
    )


def _must_be_over(session: Session, person: Person, own: Sequence[str]) -> None:
    if refs := standing(session, person):
        named = "、".join(refs)
        raise Conflict(
            f"还有没关闭的工单：{named}。请先办完并关闭，再删除。"
            f"There are tickets that are not closed: {named}. Finish and close them first."
        )
    if forgotten.under_way(session, own):
        raise Conflict(
            "有消息正在发给对方，结果还没回来。请过一会儿再删除。"
            "A message to them is on its way and its receipt has not come. Try again in a while."
        )


def _forget_numbers(session: Session, own: Sequence[str], at: datetime) -> None:
    forgotten.forget(session, own, at=at)
    replies = session.scalars(select(Reply.id).where(Reply.number.in_(own))).all()
    shelves.forget_replies(session, replies)
    for kind in (IncidentSample, IncidentCaller):
        ids = session.scalars(select(kind.id).where(kind.number.in_(own))).all()
        shelves.unnumber(session, kind, ids)
    # tickets about somebody else whom they called for: their number was all of them in it
    called = update(Ticket).where(Ticket.caller_number.in_(own)).values(caller_number=None, version=Ticket.version + 1)
    for emptied in (
        called,
        update(RingBack).where(RingBack.number.in_(own)).values(number=""),
        update(ThroughCall).where(ThroughCall.number.in_(own)).values(number=""),
        update(Survey).where(Survey.number.in_(own)).values(number=None),
    ):
        session.execute(emptied.execution_options(**DONE))
    # calls and tickets of others on which their number was keyed: they stay, and say nobody's number any more
    forget_contacts(session, own)
    keyed = select(Call).where(Call.intake["callback"].as_string().in_(own))
    for call in session.scalars(keyed):
        call.intake = {**call.intake, "callback": ""}


def forget_outreach(session: Session, person_id: int) -> None:
    """The numbers and words of what we wanted of them; that they were asked, tried or left out stays."""
    interviews = session.scalars(select(Interview.id).where(Interview.person_id == person_id)).all()
    shelves.forget_interviews(session, interviews)
    entering.forget(session, person_id)
    for statement in (
        update(LeftOut).where(LeftOut.person_id == person_id).values(number=""),
        update(ContactMade).where(ContactMade.person_id == person_id, ContactMade.note != "").values(note=GONE),
        delete(ContactDue).where(ContactDue.person_id == person_id),
    ):
        session.execute(statement.execution_options(**DONE))


def forget_row(session: Session, person_id: int, at: datetime) -> None:
    """The person is a row without a name, with no number and, from `at` on, no home."""
    session.execute(delete(Number).where(Number.person_id == person_id).execution_options(**DONE))
    ties = update(Contact).where(Contact.person_id == person_id, Contact.ended_at.is_(None)).values(ended_at=at)
    session.execute(ties.execution_options(**DONE))
    bare = update(Person).where(Person.id == person_id)
    session.execute(
        bare.values(
            name=GONE, keys="", salutation="", birth_year=None, birth_month=None, birth_day=None, birth_is_lunar=False,
            birth_is_leap=None, special_care="", email="", bereaved_at=None,
        ).execution_options(**DONE)
    )  # fmt: skip
    session.expire_all()
