"""What of people and messages somebody may see: those of their project, and nothing said to headquarters."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, CompoundSelect, Select, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from base.errors import NotFound
from console.scope import project_of, visible
from console.staff import Me
from directory.models import Building, Contact, Home, Number, Person, Staff
from hotline.models import RingBack, ThroughCall
from oncall.models import Page, Reminder, VendorCall
from outreach.models import Campaign, Reply
from outreach.surveymodels import IncidentSample, Interview, Survey
from tickets.complaintmodels import ComplaintHop
from tickets.models import Incident, Ticket, TicketEvent

OF_TICKETS: dict[str, tuple[InstrumentedAttribute[int], Select[int]]] = {
    "ticket": (Ticket.id, select(Ticket.id)),
    "page": (Page.id, select(Page.id).join(Ticket, Ticket.id == Page.ticket_id)),
    "hop": (ComplaintHop.id, select(ComplaintHop.id).join(Ticket, Ticket.id == ComplaintHop.ticket_id)),
    "vendor": (VendorCall.id, select(VendorCall.id).join(Ticket, Ticket.id == VendorCall.ticket_id)),
    "result": (TicketEvent.id, select(TicketEvent.id).join(Ticket, Ticket.id == TicketEvent.ticket_id)),
    "survey": (Survey.id, select(Survey.id).join(Ticket, Ticket.id == Survey.ticket_id)),
    "ringback": (RingBack.id, select(RingBack.id).join(Ticket, Ticket.id == RingBack.ticket_id)),
    "through": (ThroughCall.id, select(ThroughCall.id).join(Ticket, Ticket.id == ThroughCall.ticket_id)),
    "reply": (Reply.id, select(Reply.id).join(Ticket, Ticket.id == Reply.ticket_id)),
}
"""What a message may be about that belongs to a ticket: its key, and its ids joined to the ticket."""
_NAMED = re.compile(r"([a-z]+):(\d+)")
PIECE = 500
"""As many numbers or tickets one question asks about."""


@dataclass(frozen=True, slots=True)
class Trace:
    """As much of a message as says whose it is."""

    id: int
    number: str
    about: str


def people_of(project_id: int) -> Select[int]:
    """Those who have a home of this project now."""
    return people_ever_of(project_id).where(Contact.ended_at.is_(None))


def people_ever_of(project_id: int) -> Select[int]:
    """Those who have, or had, a home of this project."""
    return select(Contact.person_id).join(Contact.home).join(Home.building).where(Building.project_id == project_id)


def numbers_of(project_id: int) -> CompoundSelect[str]:
    """The numbers of the people of a project, of its staff and of the company's."""
    of_people = select(Number.number).where(Number.person_id.in_(people_of(project_id)))
    return of_people.union(select(Staff.number).where(or_(Staff.project_id == project_id, Staff.project_id.is_(None))))


def known_people(me: Me) -> ColumnElement[bool]:
    """The people this member of staff may look up."""
    project_id = project_of(me)
    return true() if project_id is None else Person.id.in_(people_of(project_id))


def person_for(session: Session, me: Me, id: int) -> Person:
    """The person `id`, if `me` may look them up. Raises `NotFound` otherwise: whether they exist is not told."""
    person = session.scalar(select(Person).where(Person.id == id, known_people(me)))
    if person is None:
        raise NotFound("没有这个人，或者不归您看。There is no such person, or they are not yours to see.")
    return person


def readable(session: Session, me: Me, found: Iterable[Trace]) -> list[Trace]:
    """Which of these messages `me` may read.

    What is about a ticket is read by whoever sees the ticket; what is about a campaign or an incident of a project, or
    asks a household of it, by those of that project; what is about nothing, or goes to all projects, by whoever has the
    recipient. What nobody can place, no project reads.
    """
    found = list(found)
    if me.project_id is None:
        return found
    names = {trace.id: name for trace in found if (name := named(trace.about))}
    unwalled = _of_all_projects(session, set(names.values()))
    names = {id: name for id, name in names.items() if name not in unwalled}
    seen = _seen(session, me, set(names.values()))
    theirs = _theirs(session, me, {trace.number for trace in found if trace.id not in names})
    return [trace for trace in found if (names[trace.id] in seen if trace.id in names else trace.number in theirs)]


def ref_of(session: Session, about: str) -> str:
    """The ticket a message is about, by its number; empty where it is about none."""
    name = named(about)
    if name is None or name[0] not in OF_TICKETS:
        return ""
    key, query = OF_TICKETS[name[0]]
    return session.scalar(query.with_only_columns(Ticket.ref).where(key == name[1])) or ""


def named(about: str) -> tuple[str, int] | None:
    """What a message is about, and its id: `ticket:12`, `page:34:text`. None: it is about nothing."""
    if not about:
        return None
    name = _NAMED.match(about)
    return (name[1], int(name[2])) if name else (about, 0)


def _seen(session: Session, me: Me, names: Collection[tuple[str, int]]) -> set[tuple[str, int]]:
    seen = set()
    for kind, (key, query) in OF_TICKETS.items():
        for piece in _pieces(_ids(kind, names)):
            seen |= {(kind, id) for id in session.scalars(query.where(key.in_(piece), visible(me)))}
    project_id = project_of(me)
    here = true() if project_id is None else Campaign.project_id == project_id
    for piece in _pieces(_ids("campaign", names)):
        seen |= {("campaign", id) for id in session.scalars(select(Campaign.id).where(Campaign.id.in_(piece), here))}
    return seen | _seen_questions(session, project_id, names) | _seen_replies(session, me, names)


def _seen_questions(
    session: Session, project_id: int | None, names: Collection[tuple[str, int]]
) -> set[tuple[str, int]]:  # fmt: skip
    """What a household is asked, in a wave or after an all-clear, is read by those of its project; so is what one of us
    is asked about their turn.
    """
    seen: set[tuple[str, int]] = set()
    here = true() if project_id is None else Building.project_id == project_id
    for piece in _pieces(_ids("interview", names)):
        query = select(Interview.id).join(Interview.home).join(Home.building).where(Interview.id.in_(piece), here)
        seen |= {("interview", id) for id in session.scalars(query)}
    here = true() if project_id is None else Reminder.project_id == project_id
    for piece in _pieces(_ids("reminder", names)):
        reminded = select(Reminder.id).where(Reminder.id.in_(piece), here)
        seen |= {("reminder", id) for id in session.scalars(reminded)}
    here = true() if project_id is None else Incident.project_id == project_id
    for piece in _pieces(_ids("sample", names)):
        asked = select(IncidentSample.id).join(IncidentSample.incident).where(IncidentSample.id.in_(piece), here)
        seen |= {("sample", id) for id in session.scalars(asked)}
    return seen


def _seen_replies(session: Session, me: Me, names: Collection[tuple[str, int]]) -> set[tuple[str, int]]:
    """A text that came in and belongs to no ticket is read by whoever has its sender."""
    senders: dict[int, str] = {}
    for piece in _pieces(_ids("reply", names)):
        query = select(Reply.id, Reply.number).where(Reply.id.in_(piece), Reply.ticket_id.is_(None))
        senders |= {id: number for id, number in session.execute(query) if number is not None}
    theirs = _theirs(session, me, set(senders.values()))
    return {("reply", id) for id, number in senders.items() if number in theirs}


def _of_all_projects(session: Session, names: Collection[tuple[str, int]]) -> set[tuple[str, int]]:
    """The campaigns that go to everybody, and the wishes on birthdays."""
    found = {name for name in names if name[0] == "birthday"}
    for piece in _pieces(_ids("campaign", names)):
        query = select(Campaign.id).where(Campaign.id.in_(piece), Campaign.project_id.is_(None))
        found |= {("campaign", id) for id in session.scalars(query)}
    return found


def _ids(kind: str, names: Collection[tuple[str, int]]) -> list[int]:
    return [id for of_kind, id in names if of_kind == kind]


def _theirs(session: Session, me: Me, numbers: Collection[str]) -> set[str]:
    project_id = project_of(me)
    if project_id is None:
        return set(numbers)
    theirs: set[str] = set()
    ours = or_(Staff.project_id == project_id, Staff.project_id.is_(None))
    for piece in _pieces(sorted(numbers)):
        of_people = select(Number.number).where(Number.number.in_(piece), Number.person_id.in_(people_of(project_id)))
        theirs.update(session.scalars(of_people))
        theirs.update(session.scalars(select(Staff.number).where(Staff.number.in_(piece), ours)))
    return theirs


def _pieces(all_of: Sequence[int] | Sequence[str]) -> Iterable[Sequence[int] | Sequence[str]]:
    return (all_of[start : start + PIECE] for start in range(0, len(all_of), PIECE))
