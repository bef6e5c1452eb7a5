"""Every door of the service in one hand, to walk the paths that make messages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import delete, func, select, update
from werkzeug.test import TestResponse

import oncall.jobs
from base import clock
from base.database import reading, transaction
from base.queue import Lane
from messages import jobs
from messages.lifecycle import MessageState
from messages.models import Message, Pace
from oncall.models import Page, PageKind
from outreach.jobs import callbacks
from tests.api.conftest import Program
from tests.console.conftest import Browser
from tests.console.evening import Evening
from tests.console.neighbours import an_outage, incident_of, lets_go, works
from tests.console.test_new_ticket import opened
from tests.console.test_ticket import ticket
from tests.hotline.caller import HOTLINE
from tests.messages.fake import FakeCarrier

_sids = count(1)


@dataclass
class House:
    """Every door of the service in one hand."""

    app: Flask
    evening: Evening
    desk: Callable[[str], Browser]
    program: Callable[..., Program]
    runner: FlaskCliRunner
    posts: Callable[..., TestResponse]
    carrier: FakeCarrier
    known: int = 0

    def forgets(self) -> None:
        """What is planned by now never leaves, and is not looked at."""
        with transaction() as session:
            session.execute(update(Message).where(Message.state == MessageState.PLANNED).values(state="cancelled"))
            session.execute(delete(Pace))
            self.known = session.scalar(select(func.max(Message.id))) or 0

    def made(self) -> list[Message]:
        """What waits to leave, of what nobody knew."""
        with reading() as session:
            waits = select(Message).where(Message.id > self.known, Message.state == MessageState.PLANNED)
            rows = list(session.scalars(waits))
            session.expunge_all()
            return rows

    def outage(self) -> int:
        """An outage that ten numbers were told about; the incident."""
        opening = an_outage(self.app, self.evening)
        lets_go(self.app, self.evening, opening)
        works(self.app)
        self.forgets()
        return incident_of(self.app, opening)

    def sweeps(self) -> None:
        """What the clock starts when it finds something due."""
        oncall.jobs.climb_due()
        callbacks.follow_due()

    def later(self, **by: float) -> None:
        clock.stop_at(clock.now() + timedelta(**by))

    def texts(self, number: str, body: str) -> None:
        sid = f"SM{next(_sids):032x}"
        answer = self.posts("/sms/incoming", MessageSid=sid, From=number, To=HOTLINE, Body=body, NumMedia="0")
        assert answer.status_code == 204

    def page(self, ref: str, kind: PageKind = PageKind.LADDER) -> Page:
        """The newest page about a ticket."""
        with reading() as session:
            found = select(Page).where(Page.ticket_id == ticket(ref).id, Page.kind == kind).order_by(Page.id.desc())
            page = session.scalars(found.limit(1)).one()
            _ = page.staff.number
            session.expunge_all()
            return page

    def wakes_somebody(self) -> str:
        """An emergency at the desk, and its first page at the carrier; the ticket."""
        ref = opened(self.desk("agent"), level="P0", kind="emergency", category="lift_trapped")
        self.sweeps()
        jobs.work_lane(Lane.URGENT.value)
        return ref

    def presses(self, page: Page, key: str) -> None:
        sid = f"CA{page.id:032x}"
        answer = self.posts(f"/voice/page/{page.id}/key?n=1", CallSid=sid, CallStatus="in-progress", Digits=key)
        assert answer.status_code == 200

    def is_resolved(self, name: str = "mine") -> str:
        ref = self.evening.refs[name]
        assert self.desk("technician").sends(f"/tickets/{ref}/resolve", text="换了水阀").status_code == 303
        self.sweeps()
        return ref

    def asks(self) -> None:
        """A ticket is resolved, and half a minute later its owner is asked."""
        self.is_resolved()
        self.forgets()
        self.later(seconds=30)
        self.sweeps()
