"""Everything we have of one person, as plain values: theirs to be given on their request."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import IO, Any, cast
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import ColumnElement, Select, Table, and_, false, or_, select, union
from sqlalchemy.orm import Session

from base.rows import table_of
from console.resident import about
from directory.actions import place_of
from directory.auditmodels import Audit
from directory.models import Consent, Contact, Number, Person, Staff, Vendor
from hotline import recordings
from hotline.actions.photos import SHOWN
from hotline.models import Call, CallEvent, Photo, Recording, RecordingState, RingBack, ThroughCall
from messages.ever import TABLES
from messages.lifecycle import MessageClass
from outreach.actions import entering
from outreach.actions.results import hidden
from outreach.entrymodels import EntryRequest
from outreach.models import ContactMade, LeftOut, Reply
from outreach.surveymodels import Answer, IncidentSample, Interview, InterviewAnswer, SpokenComment, Survey
from tickets.actions import recorded_at, recorded_by_others, without_others
from tickets.models import IncidentCaller, Ticket, TicketEvent

DATA = "data.json"
_OURS = frozenset({
    "once_key", "attempt_id", "lease_until_at", "answer_path", "sid", "menu_key", "intake", "answer", "version",
    "page_due_at", "page_step", "follow_up_at", "looks", "receipt_rank", "urgency", "lane", "path",
    "adopt_due_at",
})  # fmt: skip
"""How the house works, and nothing of the person."""


def numbers_of(person: Person) -> list[str]:
    """Their numbers, each once."""
    return list(dict.fromkeys(number.number for number in person.numbers))


def own_numbers(session: Session, person: Person) -> list[str]:
    """Those of their numbers that nobody else has. One who works here too is still called at theirs, as a colleague."""
    mine = numbers_of(person)
    others = union(
        select(Number.number).where(Number.number.in_(mine), Number.person_id != person.id),
        *(select(number).where(number.in_(mine)) for number in (Staff.number, Staff.second_number, Vendor.number)),
    )
    shared = set(session.scalars(others))
    return [number for number in mine if number not in shared]


def tickets_of(person_id: int, own: list[str]) -> ColumnElement[bool]:
    """Tickets about somebody, or that a number opened which is theirs alone."""
    nobody = and_(Ticket.person_id.is_(None), Ticket.caller_number.in_(own)) if own else false()
    return or_(Ticket.person_id == person_id, nobody)


def everything(session: Session, person: Person) -> dict[str, Any]:
    """By table, in the words of the tables; moments with their offset. Files are named in `recording` and `photo`."""
    numbers, own = numbers_of(person), own_numbers(session, person)
    tickets = select(Ticket.id).where(tickets_of(person.id, own))
    calls = select(Call.id).where(calls_of(person.id, own))
    surveys = select(Survey.id).where(or_(Survey.ticket_id.in_(tickets), Survey.number.in_(own)))
    interviews = select(Interview.id).where(Interview.person_id == person.id)
    return {
        "person": _rows(session, select(table_of(Person)).where(Person.id == person.id)),
        "number": _rows(session, select(table_of(Number)).where(Number.person_id == person.id)),
        "home": [_home(one) for one in person.contacts],
        "consent": _rows(session, select(table_of(Consent)).where(Consent.number.in_(numbers))),
        "ticket": _rows(session, select(table_of(Ticket)).where(Ticket.id.in_(tickets))),
        "ticket_event": [
            row | {"data": without_others(row["type"], row["data"], numbers)}
            for row in _rows(session, select(table_of(TicketEvent)).where(TicketEvent.ticket_id.in_(tickets)))
        ],
        "call": _rows(session, select(table_of(Call)).where(Call.id.in_(calls))),
        "call_event": _rows(session, select(table_of(CallEvent)).where(CallEvent.call_id.in_(calls))),
        "recording": [_sound(one) for one in _recordings(session, person, own)],
        "photo": [_picture(one) for one in _photos(session, tickets)],
        "through_call": _rows(session, select(table_of(ThroughCall)).where(ThroughCall.ticket_id.in_(tickets))),
        "ring_back": _rows(session, select(table_of(RingBack)).where(RingBack.ticket_id.in_(tickets))),
        "message": [
            row | {"body": hidden(row["body"])}
            for table in TABLES
            for row in _rows(session, select(table).where(table.c.number.in_(numbers), _to_owners(table)))
        ],
        "reply": _rows(session, select(table_of(Reply)).where(Reply.number.in_(numbers))),
        "survey": _rows(session, select(table_of(Survey)).where(Survey.id.in_(surveys))),
        "answer": _rows(session, select(table_of(Answer)).where(Answer.survey_id.in_(surveys))),
        "interview": _rows(session, select(table_of(Interview)).where(Interview.id.in_(interviews))),
        "interview_answer": _rows(
            session, select(table_of(InterviewAnswer)).where(InterviewAnswer.interview_id.in_(interviews))
        ),
        "spoken_comment": _rows(session, select(table_of(SpokenComment)).where(comments_of(person.id, own))),
        "incident_sample": _rows(session, select(table_of(IncidentSample)).where(IncidentSample.number.in_(own))),
        "incident_caller": _rows(session, select(table_of(IncidentCaller)).where(IncidentCaller.number.in_(own))),
        "entry_request": [_entry(one, person.id) for one in entering.asked_of(session, person.id)],
        "left_out": _rows(session, select(table_of(LeftOut)).where(LeftOut.person_id == person.id)),
        "contact_made": _rows(session, select(table_of(ContactMade)).where(ContactMade.person_id == person.id)),
        "looked_at": _rows(session, select(table_of(Audit)).where(Audit.about == about(person))),
    }


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is given: the data, and where each recording and photo that is kept stands, by its name in the archive."""

    data: dict[str, Any]
    files: dict[str, str]


def gather(session: Session, person: Person) -> Gathered:
    """All that the database has of them; the files are fetched when it waits for nobody any more."""
    own = own_numbers(session, person)
    tickets = select(Ticket.id).where(tickets_of(person.id, own))
    kept = [one for one in _recordings(session, person, own) if one.state is RecordingState.KEPT]
    files = {_name(one): one.path for one in kept} | {_photo_name(one): one.path for one in _photos(session, tickets)}
    return Gathered(everything(session, person), files)


def write_archive(gathered: Gathered, file: IO[bytes]) -> None:
    """A ZIP of `data.json` and the recordings and photos still kept, named as the data names them. Raises `Unavailable`
    while the place of recordings does not answer.
    """
    shelf = recordings.shelf()
    with ZipFile(file, "w", ZIP_DEFLATED) as parts:
        parts.writestr(DATA, json.dumps(gathered.data, ensure_ascii=False, indent=1, default=_plain))
        for name, path in gathered.files.items():
            if (file_there := shelf.read(path)) is not None:
                parts.writestr(name, file_there)


def _to_owners(table: Table) -> ColumnElement[bool]:
    """What went to somebody as our colleague is about others."""
    return table.c.message_class != MessageClass.STAFF


def calls_of(person_id: int, own: list[str]) -> ColumnElement[bool]:
    """Calls of somebody, or from a number that is theirs alone."""
    return or_(Call.person_id == person_id, Call.from_number.in_(own) if own else false())


def comments_of(person_id: int, own: list[str]) -> ColumnElement[bool]:
    """What was spoken to a question: about their tickets, at a number that is theirs alone, or in a wave to them."""
    tickets = select(Ticket.id).where(tickets_of(person_id, own))
    surveys = select(Survey.id).where(or_(Survey.ticket_id.in_(tickets), Survey.number.in_(own)))
    interviews = select(Interview.id).where(Interview.person_id == person_id)
    return or_(SpokenComment.survey_id.in_(surveys), SpokenComment.interview_id.in_(interviews))


def _recordings(session: Session, person: Person, own: list[str]) -> Iterable[Recording]:
    tickets = select(Ticket.id).where(tickets_of(person.id, own))
    theirs = or_(
        Recording.ticket_id.in_(tickets),
        Recording.call_id.in_(select(Call.id).where(calls_of(person.id, own))),
        Recording.sid.in_(select(SpokenComment.sid).where(comments_of(person.id, own))),
        Recording.id.in_(recorded_at(own)),
    )
    of_others = Recording.id.in_(recorded_by_others(tickets, numbers_of(person)))
    return session.scalars(select(Recording).where(theirs, ~of_others).order_by(Recording.id)).all()


def _photos(session: Session, tickets: Select[int]) -> Iterable[Photo]:
    kept = select(Photo).where(Photo.ticket_id.in_(tickets), SHOWN)
    return session.scalars(kept.order_by(Photo.id)).all()


def _rows(session: Session, query: Select[Any]) -> list[dict[str, Any]]:
    table = cast(Table, query.get_final_froms()[0])
    ordered = query.order_by(*table.primary_key.columns) if table.primary_key.columns else query
    return [
        {name: value for name, value in row.items() if name not in _OURS} for row in session.execute(ordered).mappings()
    ]


def _home(tie: Contact) -> dict[str, Any]:
    home = tie.home
    return {
        "project": home.building.project.name, "place": place_of(home), "role": tie.role, "order": tie.place,
        "ended_at": tie.ended_at,
    }  # fmt: skip


def _entry(one: EntryRequest, person_id: int) -> dict[str, Any]:
    numbers = [who["number"] for who in one.whom if who["person"] == person_id]
    theirs = one.answered_by_id == person_id
    return {
        "asked_at": one.asked_at, "place": place_of(one.home), "numbers": numbers,
        "answer": one.state if theirs else None, "answered_at": one.answered_at if theirs else None,
    }  # fmt: skip


def _sound(one: Recording) -> dict[str, Any]:
    return {
        "id": one.id, "made_at": one.made_at, "duration_s": one.duration_s, "state": one.state,
        "transcript": one.transcript, "file": _name(one) if one.state is RecordingState.KEPT else "",
    }  # fmt: skip


def _picture(one: Photo) -> dict[str, Any]:
    return {"id": one.id, "ticket_id": one.ticket_id, "taken_in_at": one.taken_in_at, "file": _photo_name(one)}


def _photo_name(one: Photo) -> str:
    return f"photos/{one.id}.{one.kind}"


def _name(one: Recording) -> str:
    return f"recordings/{one.id}.wav"


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value.value) if isinstance(value, Enum) else str(value)
