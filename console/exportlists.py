"""The lists that can be taken out of the house, row by row: what the pages show, behind the same walls."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, selectinload

from base.clock import local, now
from base.errors import BadInput
from base.log import mask, mask_name, mask_text
from base.wiring import settings
from console.facts import project_name, what
from console.finding import MOST_PEOPLE, people_like
from console.ledger import why
from console.mailbook import Choice
from console.scope import project_of, visible
from console.search import is_number, number_or_tail, spells
from console.staff import Me
from console.walls import Trace, known_people, readable
from console.words import say
from directory.actions import place_of
from directory.models import Building, Contact, Home, Person
from directory.places import in_language
from hotline.models import Call
from messages.ever import SLACK, id_about
from messages.models import Message
from outreach.actions.results import hidden
from outreach.surveymodels import Answer, Interview, InterviewAnswer, Survey
from tickets.lifecycle import MOVING
from tickets.models import Ticket

AT_ONCE = 500
"""Rows held in memory."""
MOST_LOOKED_AT = 100_000
"""So many messages are looked at for those that somebody may read; to look at all of a city's would take minutes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants: of which days, found by what, and whether with whole numbers and names."""

    me: Me
    language: str
    from_at: datetime
    until_at: datetime
    words: str = ""
    show: str = ""
    messages: Choice = field(default_factory=Choice)
    is_whole: bool = False

    def number(self, number: str | None) -> str:
        """A number as this reader gets it."""
        return (number or "") if self.is_whole else mask(number)

    def name(self, name: str) -> str:
        """A name of an owner."""
        return name if self.is_whole else mask_name(name)

    def text(self, words: str) -> str:
        """What somebody said or wrote."""
        return words if self.is_whole else mask_text(words)

    def moment(self, at: datetime | None) -> str:
        """On the company's wall clock; empty for none."""
        return f"{local(at, settings().timezone):%Y-%m-%d %H:%M}" if at else ""

    def say(self, key: str) -> str:
        """A word of ours."""
        return say(key, self.language)


Rows = Iterator[list[str]]


@dataclass(frozen=True, slots=True)
class Listing:
    """One list: the keys of its heads (`export.head.…`), where its rows come from, and what it can be sifted by."""

    heads: tuple[str, ...]
    rows: Callable[[Session, Asked], Rows]
    has_days: bool = True
    has_words: bool = False
    shows: tuple[str, ...] = ()


def tickets(session: Session, asked: Asked) -> Rows:
    """Tickets that were opened in these days, newest first."""
    sift = {"moving": Ticket.status.in_(MOVING), "ended": Ticket.status.not_in(MOVING)}.get(asked.show, true())
    query = select(Ticket).where(visible(asked.me), sift, *_days(Ticket.opened_at, asked), _meant(session, asked))
    for one in _by_id(session, query.options(*map(joinedload, _OF_TICKET)), Ticket.id):
        yield [
            one.ref, asked.say(f"kind.{one.kind.value}"), what(one, asked.language), one.level.value,
            asked.say(f"status.{one.status.value}"), asked.say(f"channel.{one.channel.value}"),
            project_name(one.project, asked.language) if one.project else "",
            in_language(one.place, asked.language),
            asked.name(one.person.name if one.person else ""), asked.number(one.caller_number),
            asked.text(one.summary), one.assignee.name if one.assignee else "", asked.moment(one.opened_at),
            asked.moment(one.acknowledged_at), asked.moment(one.resolved_at), asked.moment(one.closed_at),
            "" if one.score is None else str(one.score),
        ]  # fmt: skip


def people(session: Session, asked: Asked) -> Rows:
    """Those found by the words, or all whom this reader may look up; a line for each."""
    if asked.words:
        found = people_like(session, asked.me, asked.words)
        if len(found) >= MOST_PEOPLE:
            raise BadInput(
                f"找到的人不少于 {MOST_PEOPLE} 个，没有导出。请写得更准，或不填这一栏。"
                f"{MOST_PEOPLE} people or more are found; nothing was exported. Say it more closely, or leave it empty."
            )
        yield from (_person(one, asked) for one in found)
        return
    query = select(Person).where(known_people(asked.me))
    for one in _by_id(session, query.options(*_OF_PERSON), Person.id):
        yield _person(one, asked)


def messages(session: Session, asked: Asked) -> Rows:
    """Messages planned in these days, newest first, with what became of them."""
    of = asked.messages.is_of
    first, last = (id_about(session, of, at) for at in (asked.from_at - SLACK, asked.until_at + SLACK))
    query = select(of).where(
        *_days(of.planned_at, asked), of.id >= first, of.id <= last, *asked.messages.clauses
    )  # fmt: skip
    looked_at = 0

    def mine(found: list[Message]) -> list[Message]:
        nonlocal looked_at
        looked_at += len(found)
        if looked_at > MOST_LOOKED_AT:
            raise BadInput(
                "这段时间的消息太多，没有导出。请缩短日期范围，分几次导出。"
                "There are too many messages in these days; nothing was exported. Choose a shorter period."
            )
        return _readable(session, asked.me, found)

    for one in _by_id(session, query, of.id, mine):
        yield [
            asked.moment(one.planned_at), asked.say(f"class.{one.message_class.value}"),
            asked.say(f"way.{one.way.value}"), asked.number(one.number), asked.text(hidden(one.body)),
            asked.say(f"sent.{one.state.value}"), why(one, asked.language), str(one.attempts), str(one.segments),
            asked.moment(one.accepted_at), asked.moment(one.final_at),
        ]  # fmt: skip


def calls(session: Session, asked: Asked) -> Rows:
    """Calls to the hotline that began in these days, newest first: of tickets this reader sees, or of their project."""
    here = project_of(asked.me)
    bare = and_(Call.ticket_id.is_(None), true() if here is None else Call.project_id == here)
    query = select(Call).where(
        *_days(Call.began_at, asked), or_(bare, Call.ticket_id.in_(select(Ticket.id).where(visible(asked.me))))
    )
    for one in _by_id(session, query.options(*map(joinedload, _OF_CALL)), Call.id):
        yield [
            asked.moment(one.began_at), asked.moment(one.ended_at), asked.number(one.from_number),
            project_name(one.project, asked.language) if one.project else "",
            place_of(one.home, asked.language) if one.home else "",
            asked.name(one.person.name if one.person else ""), one.ticket.ref if one.ticket else "", one.language,
        ]  # fmt: skip


def answers(session: Session, asked: Asked) -> Rows:
    """What owners answered in these days: about results of tickets, then in waves."""
    about = select(Answer).join(Survey, Survey.id == Answer.survey_id).join(Ticket, Ticket.id == Survey.ticket_id)
    about = about.where(visible(asked.me), *_days(Answer.answered_at, asked))
    for answer in _by_id(session, about.options(_OF_ANSWER), Answer.id):
        survey = answer.survey
        yield _answer(
            answer, asked, survey.ticket.ref, "", in_language(survey.ticket.place, asked.language), survey.number
        )
    here = project_of(asked.me)
    walled = true() if here is None else Building.project_id == here
    said = select(InterviewAnswer).join(Interview, Interview.id == InterviewAnswer.interview_id)
    said = said.join(Interview.home).join(Home.building).where(walled, *_days(InterviewAnswer.answered_at, asked))
    for answer in _by_id(session, said.options(*_OF_SAID), InterviewAnswer.id):
        one = answer.interview
        place = place_of(one.home, asked.language)
        yield _answer(answer, asked, one.campaign.title, answer.question, place, one.number)


_OF_PERSON: tuple[Any, ...] = (
    selectinload(Person.numbers),
    selectinload(Person.contacts).joinedload(Contact.home).joinedload(Home.building).joinedload(Building.project),
)
_OF_TICKET: tuple[Any, ...] = (Ticket.project, Ticket.person, Ticket.assignee)
_OF_CALL: tuple[Any, ...] = (Call.project, Call.person, Call.home, Call.ticket)
_OF_ANSWER: Any = joinedload(Answer.survey).joinedload(Survey.ticket)
_OF_SAID: tuple[Any, ...] = (
    joinedload(InterviewAnswer.interview).joinedload(Interview.campaign),
    joinedload(InterviewAnswer.interview).joinedload(Interview.home).joinedload(Home.building),
)
LISTS: Mapping[str, Listing] = {
    "tickets": Listing(
        ("ref", "kind", "what", "level", "status", "channel", "project", "place", "name", "number", "words", "assignee",
         "opened", "acknowledged", "resolved", "closed", "score"),
        tickets, has_words=True, shows=("all", "moving", "ended"),
    ),
    "people": Listing(
        ("name", "salutation", "homes", "numbers", "language", "needs_check"), people, has_days=False, has_words=True
    ),
    "messages": Listing(
        ("planned", "class", "way", "number", "words", "state", "why", "tries", "segments", "accepted", "final"),
        messages,
    ),
    "calls": Listing(("began", "ended", "number", "project", "place", "name", "ref", "language"), calls),
    "answers": Listing(
        ("answered", "about", "question", "place", "number", "key", "score", "via", "comment"), answers
    ),
}  # fmt: skip


def _meant(session: Session, asked: Asked) -> ColumnElement[bool]:
    """The tickets that the box of the desk finds by these words, or by a number."""
    if not asked.words:
        return true()
    found, number = spells(session, asked.me, asked.words, at=now()), number_or_tail(asked.words)
    return or_(found, is_number(Ticket.caller_number, number)) if number else found


def _days(column: Any, asked: Asked) -> tuple[Any, Any]:
    return column >= asked.from_at, column < asked.until_at


def _by_id(
    session: Session, query: Select[Any], key: InstrumentedAttribute[int],
    sift: Callable[[list[Any]], list[Any]] = lambda found: found,
) -> Iterator[Any]:  # fmt: skip
    """The rows of a query from the newest, a few hundred at a time; what was read is forgotten again."""
    below: int | None = None
    while True:
        piece = query if below is None else query.where(key < below)
        found = list(session.scalars(piece.order_by(key.desc()).limit(AT_ONCE)).unique())
        yield from sift(found)
        if len(found) < AT_ONCE:
            return
        below = found[-1].id
        session.expunge_all()


def _readable(session: Session, me: Me, found: list[Message]) -> list[Message]:
    mine = {trace.id for trace in readable(session, me, (Trace(one.id, one.number, one.about) for one in found))}
    return [one for one in found if one.id in mine]


def _person(one: Person, asked: Asked) -> list[str]:
    here = project_of(asked.me)
    homes = [
        f"{project_name(tie.home.building.project, asked.language)} {place_of(tie.home, asked.language)} "
        f"({asked.say(f'tie.{tie.role.value}')})"
        for tie in sorted(one.contacts, key=lambda tie: (tie.place, tie.id))
        if tie.ended_at is None and here in {None, tie.home.building.project_id}
    ]
    numbers = "、".join(asked.number(number.number) for number in one.numbers)
    check = asked.say("number.check") if any(number.needs_check for number in one.numbers) else ""
    salutation = asked.name(one.salutation)
    return [asked.name(one.name), salutation, "；".join(homes), numbers, one.language.value, check]


def _answer(
    answer: Answer | InterviewAnswer, asked: Asked, about: str, question: str, place: str, number: str | None
) -> list[str]:  # fmt: skip
    return [
        asked.moment(answer.answered_at), about, question, place, asked.number(number), answer.key,
        "" if answer.score is None else str(answer.score), answer.via.value, asked.text(answer.comment),
    ]  # fmt: skip
