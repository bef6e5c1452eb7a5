"""Everything with one person in one line, newest first: calls, texts, tickets, answers and visits; a page at a time."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar, TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from console.callbook import calls
from console.campaign_titles import title_of
from console.facts import what
from console.ledger import Sent, sent
from console.scope import project_of, visible
from console.staff import Me
from console.walls import Trace, readable
from directory.models import Building, Home, Person, Staff
from directory.places import in_language
from hotline.models import Call
from messages.ever import EVER
from messages.models import Message
from outreach.models import ContactMade, Reply
from outreach.surveymodels import Answer, Interview, Survey
from outreach.surveys import is_low, is_satisfied, words_of
from tickets.models import EventType, Ticket, TicketEvent

PAGE = 30
CHUNKS = 40
"""So many times a page of messages or replies is looked through for those that may be read; further back nothing is
told."""
Columns = TypeVarTuple("Columns")
Written = TypeVar("Written", Message, Reply)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"(\d{1,17})\.([a-z]{1,10})\.(\d{1,10})", re.ASCII)


class What(StrEnum):
    """What a line tells of; of those at one moment, what comes later in this order stands above."""

    CALL = "call"
    TICKET = "ticket"
    SENT = "sent"
    REPLY = "reply"
    VISIT = "visit"
    SPOKEN = "spoken"
    ANSWER = "answer"
    WAVE = "wave"


_RANK = {what: rank for rank, what in enumerate(What)}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened with them: `words` in the reader's language, `quote` as somebody said or wrote it.

    `ref` is the ticket it belongs to, `tone` how it went (ok, bad or nothing), `sent` the message it is.
    """

    at: datetime
    what: What
    id: int
    words: str = ""
    where: str = ""
    quote: str = ""
    ref: str = ""
    tone: str = ""
    seconds: int | None = None
    sent: Sent | None = None

    @property
    def key(self) -> tuple[datetime, int, int]:
        """Its place in the line."""
        return self.at, _RANK[self.what], self.id


@dataclass(frozen=True, slots=True)
class Lifeline:
    """A page of it; `before` is where older ones go on, empty at the end."""

    lines: tuple[Line, ...]
    before: str


@dataclass(frozen=True, slots=True)
class _Place:
    at: datetime
    rank: int
    id: int

    def below(self, what: What, at: InstrumentedAttribute[Any], id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
        """The rows of one kind that stand below it."""
        rank = _RANK[what]
        if rank == self.rank:
            return or_(at < self.at, and_(at == self.at, id < self.id))
        return at <= self.at if rank < self.rank else at < self.at


@dataclass(frozen=True, slots=True)
class _Ask:
    session: Session
    person: Person
    numbers: Sequence[str]
    me: Me
    language: str
    place: _Place | None

    def newest(
        self, query: Select[*Columns], what: What, at: InstrumentedAttribute[Any], id: InstrumentedAttribute[int]
    ) -> Select[*Columns]:  # fmt: skip
        """As much of one kind as a page can hold, and one more."""
        if self.place is not None:
            query = query.where(self.place.below(what, at, id))
        return query.order_by(at.desc(), id.desc()).limit(PAGE + 1)


def lifeline(session: Session, person: Person, me: Me, *, before: str, language: str) -> Lifeline:
    """The page below `before`, of what `me` may see; the newest where that is empty, or was never given out."""
    numbers = list(dict.fromkeys(number.number for number in person.numbers))
    ask = _Ask(session, person, numbers, me, language, _read(before))
    found: dict[tuple[datetime, int, int], Line] = {}
    for source in _SOURCES:
        found |= {line.key: line for line in source(ask)}
    lines = [found[key] for key in sorted(found, reverse=True)]
    return Lifeline(tuple(lines[:PAGE]), _written(lines[PAGE - 1]) if len(lines) > PAGE else "")


def _read(before: str) -> _Place | None:
    told = _CURSOR.fullmatch(before)
    if told is None or told[2] not in set(What) or int(told[3]) >= 2**31:
        return None
    return _Place(_EPOCH + timedelta(microseconds=int(told[1])), _RANK[What(told[2])], int(told[3]))


def _written(line: Line) -> str:
    return f"{(line.at - _EPOCH) // timedelta(microseconds=1)}.{line.what}.{line.id}"


def _calls(ask: _Ask) -> Iterator[Line]:
    for number in ask.numbers:
        query = calls(ask.me).where(Call.from_number == number)
        for call in ask.session.scalars(ask.newest(query, What.CALL, Call.began_at, Call.id)):
            seconds = round((call.ended_at - call.began_at).total_seconds()) if call.ended_at else None
            yield Line(call.began_at, What.CALL, call.id, ref=call.ticket.ref if call.ticket else "", seconds=seconds)


def _tickets(ask: _Ask) -> Iterator[Line]:
    for theirs in _theirs(ask):
        query = select(Ticket).where(theirs, visible(ask.me)).options(joinedload(Ticket.project))
        for one in ask.session.scalars(ask.newest(query, What.TICKET, Ticket.opened_at, Ticket.id)):
            yield Line(
                one.opened_at, What.TICKET, one.id, what(one, ask.language), in_language(one.place, ask.language),
                one.summary, one.ref,
            )  # fmt: skip


def _visits(ask: _Ask) -> Iterator[Line]:
    for theirs in _theirs(ask):
        query = (
            select(TicketEvent, Ticket.ref, Ticket.place, Staff.name)
            .join(Ticket, Ticket.id == TicketEvent.ticket_id)
            .outerjoin(Staff, Staff.id == TicketEvent.staff_id)
            .where(theirs, visible(ask.me), TicketEvent.type == EventType.ARRIVED)
        )
        for event, ref, place, name in ask.session.execute(
            ask.newest(query, What.VISIT, TicketEvent.at, TicketEvent.id)
        ):
            yield Line(event.at, What.VISIT, event.id, name or "", in_language(place, ask.language), event.text, ref)


def _theirs(ask: _Ask) -> Iterable[ColumnElement[bool]]:
    """Their tickets, by who they are and by each number: asked one by one, each is found by an index."""
    yield Ticket.person_id == ask.person.id
    for number in ask.numbers:
        yield Ticket.caller_number == number


def _messages(ask: _Ask) -> Iterator[Line]:
    for number in ask.numbers:
        query = select(EVER).where(EVER.number == number)
        for one in _readable(ask, query, What.SENT, EVER.planned_at, EVER.id, _trace_of_sent):
            yield Line(one.planned_at, What.SENT, one.id, sent=sent(one, ask.language))


def _trace_of_sent(one: Message) -> Trace:
    return Trace(one.id, one.number, one.about)


def _readable(
    ask: _Ask, query: Select[Written], what: What, at: InstrumentedAttribute[datetime], id: InstrumentedAttribute[int],
    trace: Callable[[Written], Trace],
) -> Iterator[Written]:  # fmt: skip
    """The newest of a number that may be read, as many as a page can hold and one more."""
    left, place = PAGE + 1, ask.place
    for _ in range(CHUNKS):
        below = [] if place is None else [place.below(what, at, id)]
        piece = query.where(*below).order_by(at.desc(), id.desc()).limit(PAGE + 1)
        found = {trace(one): one for one in ask.session.scalars(piece)}
        for seen in readable(ask.session, ask.me, found)[:left]:
            left -= 1
            yield found[seen]
        if not left or len(found) <= PAGE:
            return
        last, one = list(found.items())[-1]
        place = _Place(getattr(one, at.key), _RANK[what], last.id)


def _replies(ask: _Ask) -> Iterator[Line]:
    for number in ask.numbers:
        query = select(Reply).where(Reply.number == number)
        for one in _readable(ask, query, What.REPLY, Reply.received_at, Reply.id, _trace_of_reply):
            yield Line(one.received_at, What.REPLY, one.id, quote=one.body)


def _trace_of_reply(one: Reply) -> Trace:
    return Trace(one.id, one.number or "", f"reply:{one.id}")


def _answers(ask: _Ask) -> Iterator[Line]:
    for theirs in _theirs(ask):
        query = (
            select(Answer, Ticket.ref)
            .join(Survey, Survey.id == Answer.survey_id)
            .join(Ticket, Ticket.id == Survey.ticket_id)
            .where(theirs, visible(ask.me))
        )
        for one, ref in ask.session.execute(ask.newest(query, What.ANSWER, Answer.answered_at, Answer.id)):
            tone = "bad" if is_low(one.score) else "ok" if is_satisfied(one.score) else ""
            yield Line(
                one.answered_at, What.ANSWER, one.id, words_of(one.score, ask.language), "", one.comment, ref, tone
            )  # fmt: skip


def _waves(ask: _Ask) -> Iterator[Line]:
    project_id = project_of(ask.me)
    here = true() if project_id is None else Building.project_id == project_id
    for number in ask.numbers:
        query = (
            select(Interview)
            .join(Interview.home)
            .join(Home.building)
            .where(Interview.number == number, Interview.person_id == ask.person.id, Interview.answers.any(), here)
            .options(joinedload(Interview.campaign))
        )
        for one in ask.session.scalars(ask.newest(query, What.WAVE, Interview.written_at, Interview.id)):
            said = " · ".join(answer.comment for answer in one.answers if answer.comment)
            yield Line(one.written_at, What.WAVE, one.id, title_of(one.campaign, ask.language), quote=said)


def _spoken(ask: _Ask) -> Iterator[Line]:
    query = select(ContactMade).where(ContactMade.person_id == ask.person.id).options(joinedload(ContactMade.staff))
    for one in ask.session.scalars(ask.newest(query, What.SPOKEN, ContactMade.at, ContactMade.id)):
        tone = "ok" if one.is_reached else "bad"
        yield Line(one.at, What.SPOKEN, one.id, one.staff.name, quote=one.note, tone=tone)


_SOURCES: tuple[Callable[[_Ask], Iterable[Line]], ...] = (
    _calls, _tickets, _messages, _replies, _visits, _answers, _waves, _spoken
)  # fmt: skip
