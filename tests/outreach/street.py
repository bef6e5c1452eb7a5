"""Households that were told of a trouble and of its end, and what the tests about spot checks do with them."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from werkzeug.test import TestResponse

from base import clock
from base.database import reading, transaction
from directory.models import Building
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from outreach.actions import notices
from outreach.actions.campaigns import By
from outreach.actions.spotchecks import counts
from outreach.audience import Filter
from outreach.jobs import callbacks
from outreach.jobs import planning as jobs
from outreach.models import Campaign, Reply
from outreach.spotchecks import SpotState
from outreach.surveymodels import IncidentSample
from tests.outreach.scene import HOTLINE
from tests.outreach.stage import Stage
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import IncidentKind
from tickets.models import Ticket

_sids = itertools.count(1)


def a_sid() -> str:
    """What the carrier calls a text that nobody has sent before."""
    return f"SM{next(_sids):032x}"


@dataclass
class Street:
    """Twelve households that were told of a water cut and of its end, at noon and at one."""

    stage: Stage
    posts: Callable[..., TestResponse]
    incident_id: int = 0

    def has_trouble(self, kind: IncidentKind = IncidentKind.WATER, *, buildings: str = "", **words: str) -> None:
        with reading() as session:
            named = select(Building.id).where(Building.name == buildings, Building.project_id == self.stage.project_id)
            building_ids = tuple(session.scalars(named))
        trouble = IncidentDraft(
            kind=kind, project_id=self.stage.project_id, promised_end_at=clock.now() + timedelta(hours=2),
            building_ids=building_ids,
        )  # fmt: skip
        opening = self.stage.planned(
            self.stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=trouble,
            audience=Filter(self.stage.project_id, building_ids), **words,
        )  # fmt: skip
        self.stage.approve(opening)
        self.stage.work()
        with reading() as session:
            self.incident_id = session.get_one(Campaign, opening).incident_id or 0

    def is_over(self, by: By | None = None) -> int:
        with transaction() as session:
            written = notices.restore(session, self.incident_id, by or self.stage.supervisor, at=clock.now())
            assert written is not None
            id = written.id
        jobs.plan(id)
        self.stage.approve(id)
        self.stage.work()
        return id

    def goes_on(self, **by: float) -> None:
        clock.stop_at(clock.now() + timedelta(**by))
        callbacks.check_all_clears()

    def is_asked(self) -> list[IncidentSample]:
        self.has_trouble()
        self.is_over()
        self.goes_on(hours=3)
        return self.sample

    @property
    def sample(self) -> list[IncidentSample]:
        with reading() as session:
            found = list(session.scalars(select(IncidentSample).order_by(IncidentSample.id)))
            session.expunge_all()
            return found

    def questions(self, number: str | None = None) -> list[Message]:
        with reading() as session:
            query = select(Message).where(Message.message_class == MessageClass.SURVEY).order_by(Message.id)
            found = [one for one in session.scalars(query) if number in {None, one.number}]
            session.expunge_all()
            return found

    def questions_end(self, state: MessageState) -> None:
        with transaction() as session:
            for one in session.scalars(select(Message).where(Message.message_class == MessageClass.SURVEY)):
                if one.final_at is None:
                    one.state, one.final_at = state, clock.now()

    def texts(self, number: str, body: str, sid: str = "") -> str:
        sid = sid or a_sid()
        answer = self.posts("/sms/incoming", MessageSid=sid, From=number, To=HOTLINE, Body=body, NumMedia="0")
        assert answer.status_code == 204
        with reading() as session:
            return session.scalars(select(Reply.became).where(Reply.sid == sid)).one()

    def tickets(self) -> list[Ticket]:
        with reading() as session:
            found = list(session.scalars(select(Ticket).order_by(Ticket.id)))
            session.expunge_all()
            return found

    def counts(self) -> dict[SpotState, int]:
        with reading() as session:
            return dict(counts(session, self.incident_id))
