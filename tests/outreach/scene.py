"""A resolved repair by day, and what the tests about callbacks do with it."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from lxml import etree
from sqlalchemy import select
from werkzeug.test import TestResponse

import tickets.actions
from base import clock
from base.database import reading, transaction
from messages.lifecycle import MessageState, Way
from messages.models import Message
from outreach.jobs import callbacks
from outreach.models import Reply
from outreach.surveymodels import Answer, SpokenComment, Survey
from tests.make import a_home, an_owner
from tests.oncall.estate import Estate, a_stuck_lift, an_estate
from tickets.lifecycle import Kind
from tickets.models import Ticket, TicketEvent

DAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai."""
HOTLINE, OWNER, LANDLINE = "+864008001234", "+8613800138000", "+862155551234"
DELAY_S = 20
_sids = itertools.count(1)


@dataclass
class Heard:
    """One answer to the carrier, as whoever holds the telephone hears it."""

    response: TestResponse

    @property
    def root(self) -> etree._Element:
        assert self.response.status_code == 200
        return etree.fromstring(self.response.get_data())

    @property
    def words(self) -> str:
        return "".join(say.text or "" for say in self.root.iter("Say"))

    @property
    def verbs(self) -> list[str]:
        return [element.tag for element in self.root]

    @property
    def next(self) -> str:
        """Where the keys, the end of a message or of a ring are posted."""
        return next(e.get("action", "") for e in self.root if e.tag in {"Gather", "Record", "Dial"})


@dataclass
class Scene:
    """An estate by day, and one ticket whose owner is asked."""

    posts: Callable[..., TestResponse]
    estate: Estate
    ticket_id: int = 0

    def a_ticket(self, *, number: str | None = OWNER, at: datetime = DAY, **more: object) -> int:
        """A repair that this number asked for; the other actions are about it."""
        given = {"kind": Kind.REPAIR, "category": "water_power"} | more
        with transaction() as session:
            self.ticket_id = a_stuck_lift(session, self.estate, caller_number=number, at=at, **given).id
        return self.ticket_id

    def is_resolved(self, *, at: datetime = DAY, text: str = "已更换龙头") -> None:
        """It is done, and everything due at that moment happens."""
        clock.stop_at(at)
        with transaction() as session:
            tickets.actions.resolve(session, self.ticket_id, self.estate.first.id, at=at, text=text)
        self.goes_on()

    def goes_on(self, seconds: float = 0, *, at: datetime | None = None) -> None:
        """So much later (or at a moment) the clock looks at what is due."""
        clock.stop_at(at or clock.now() + timedelta(seconds=seconds))
        callbacks.follow_due()

    def is_asked(self, **more: object) -> None:
        """A ticket is resolved and its owner asked."""
        self.a_ticket(**more)  # type: ignore[arg-type]
        self.is_resolved()
        self.goes_on(DELAY_S)

    def texts(self, body: str, *, sender: str = OWNER, sid: str = "") -> None:
        sid = sid or f"SM{next(_sids):032x}"
        answer = self.posts("/sms/incoming", MessageSid=sid, From=sender, To=HOTLINE, Body=body, NumMedia="0")
        assert (answer.status_code, answer.get_data()) == (204, b"")

    def at(self, path: str, **form: str) -> Heard:
        """One step of a call to the owner; asked twice, as a carrier may, it is answered the same way."""
        form = {"CallSid": "CA" + "1" * 32, "CallStatus": "in-progress", "To": LANDLINE, "From": HOTLINE} | form
        first, before = Heard(self.posts(path, **form)), everything()
        again = Heard(self.posts(path, **form))
        assert again.response.get_data() == first.response.get_data(), path
        assert everything() == before, path
        return first

    def picks_up(self) -> Heard:
        return self.at(f"/voice/survey/{self.survey.id}")

    def presses(self, heard: Heard, key: str) -> Heard:
        return self.at(heard.next, Digits=key)

    def calls_ended(self, state: MessageState) -> None:
        """Whatever call is planned to an owner came to this end."""
        with transaction() as session:
            for call in session.scalars(select(Message).where(Message.answer_path.like("/voice/survey/%"))):
                if call.final_at is None:
                    call.state, call.final_at = state, clock.now()

    def texts_ended(self, state: MessageState = MessageState.DELIVERED, *, like: str = "%") -> None:
        """Whatever text is under way about (`result:…`, `survey:…`) came to this end."""
        with transaction() as session:
            of_ours = select(Message).where(Message.way == Way.TEXT, Message.about.like(like))
            for text in session.scalars(of_ours.where(Message.final_at.is_(None))):
                text.state, text.final_at = state, clock.now()

    @property
    def ticket(self) -> Ticket:
        with reading() as session:
            ticket = session.get_one(Ticket, self.ticket_id)
            session.expunge(ticket)
            return ticket

    @property
    def survey(self) -> Survey:
        """The newest of the ticket."""
        with reading() as session:
            found = select(Survey).where(Survey.ticket_id == self.ticket_id).order_by(Survey.id.desc()).limit(1)
            survey = session.scalars(found).one()
            session.expunge(survey)
            return survey

    @property
    def answer(self) -> Answer | None:
        with reading() as session:
            answer = session.scalars(select(Answer)).one_or_none()
            if answer is not None:
                session.expunge(answer)
            return answer

    def events(self, *kinds: str) -> list[TicketEvent]:
        with reading() as session:
            found = select(TicketEvent).where(TicketEvent.ticket_id == self.ticket_id).order_by(TicketEvent.id)
            events = [event for event in session.scalars(found) if not kinds or event.type.value in kinds]
            session.expunge_all()
            return events

    def sent(self, number: str | None = OWNER) -> list[Message]:
        """Everything planned to a number, oldest first."""
        with reading() as session:
            messages = list(session.scalars(select(Message).where(Message.number == number).order_by(Message.id)))
            session.expunge_all()
            return messages

    def tickets(self) -> list[Ticket]:
        with reading() as session:
            found = list(session.scalars(select(Ticket).order_by(Ticket.id)))
            session.expunge_all()
            return found

    def became(self) -> str:
        """What was made of the newest text."""
        with reading() as session:
            return session.scalars(select(Reply.became).order_by(Reply.id.desc()).limit(1)).one()


@pytest.fixture
def scene(app: Flask, carrier_posts: Callable[..., TestResponse]) -> Iterator[Scene]:
    """By day, with an owner who has a mobile and one who has a landline."""
    clock.stop_at(DAY)
    with transaction() as session:
        estate = an_estate(session)
        home = a_home(session, estate.project)
        an_owner(session, home, OWNER)
        an_owner(session, home, LANDLINE, name="李伯", salutation="李先生")
    return Scene(carrier_posts, estate)


def everything() -> list[tuple[object, ...]]:
    """What a step of a call could have changed."""
    with reading() as session:
        tickets = session.execute(select(Ticket.id, Ticket.status, Ticket.score, Ticket.version).order_by(Ticket.id))
        surveys = session.execute(select(Survey.id, Survey.state, Survey.tries).order_by(Survey.id))
        events = session.execute(select(TicketEvent.id, TicketEvent.type).order_by(TicketEvent.id))
        answers = session.execute(select(Answer.id, Answer.score, Answer.comment).order_by(Answer.id))
        messages = session.execute(select(Message.id, Message.state).order_by(Message.id))
        comments = session.execute(select(SpokenComment.id, SpokenComment.sid).order_by(SpokenComment.id))
        return [tuple(row) for rows in (tickets, surveys, events, answers, messages, comments) for row in rows]
