"""An estate that is asked in survey waves, and what the tests about waves do with it."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

import tickets.actions
from base import clock
from base.access import Role
from base.database import reading, transaction
from base.queue import Lane
from messages import jobs as messages_jobs
from messages.lifecycle import MessageClass
from messages.models import Message
from outreach.actions import campaigns
from outreach.actions.campaigns import By, CampaignDraft
from outreach.audience import Filter
from outreach.jobs import callbacks, planning, waves
from outreach.lifecycle import CampaignKind
from outreach.models import Campaign, LeftOut, Reply
from outreach.surveymodels import Interview, InterviewAnswer, SpokenComment
from tests import make
from tests.messages.fake import FakeCarrier
from tests.outreach.scene import HOTLINE, Heard
from tickets.models import Ticket

DAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai."""
_sids = itertools.count(1)


def number_of(home: int) -> str:
    """The telephone of the owner of the home that was made as number `home`."""
    return f"+86138001{home:05d}"


@dataclass
class Waves:
    """An estate of `homes` homes with an owner each; whoever writes waves and whoever lets them go."""

    app: Flask
    posts: Callable[..., TestResponse]
    carrier: FakeCarrier
    project_id: int = 0
    author: By = field(default_factory=lambda: By(0, Role.QUALITY))
    approver: By = field(default_factory=lambda: By(0, Role.MANAGER))

    def has_homes(self, count: int) -> None:
        with transaction() as session:
            garden = make.a_project(session)
            for room in range(count):
                home = make.a_home(session, garden, f"{1 + room // 100}-1-{room}")
                make.an_owner(session, home, number_of(room), f"业主{room}")
            author = make.a_member_of_staff(session, "周品训", "+8613900000031", Role.QUALITY)
            approver = make.a_member_of_staff(session, "钱经理", "+8613900000033", Role.MANAGER, garden)
            self.project_id = garden.id
            self.author, self.approver = By(author.id, author.role), By(approver.id, approver.role, garden.id)

    def writes(self, *, questionnaire: str = "short", share: float = 1.0, **more: object) -> int:
        """A wave that is planned and not let go."""
        draft = CampaignDraft(
            kind=CampaignKind.SURVEY, message_class=MessageClass.SURVEY, title="满意度调查", text_zh="", text_en="",
            audience=Filter(self.project_id), questionnaire=questionnaire, share=share, **more,  # type: ignore[arg-type]
        )  # fmt: skip
        with transaction() as session:
            campaign_id = campaigns.write(session, draft, self.author, at=clock.now()).id
        planning.plan(campaign_id)
        return campaign_id

    def lets_go(self, campaign_id: int) -> None:
        with transaction() as session:
            seen = session.get_one(Campaign, campaign_id).batch.hash
            campaigns.approve(session, campaign_id, self.approver, seen=seen, at=clock.now())

    def asks(self, **more: object) -> int:
        """A wave whose first questions have left."""
        campaign_id = self.writes(**more)  # type: ignore[arg-type]
        self.lets_go(campaign_id)
        self.works()
        return campaign_id

    def works(self) -> None:
        """What is due leaves, and the clock looks after interviews and callbacks."""
        waves.look_due()
        callbacks.follow_due()
        self.sends()

    def sends(self) -> None:
        """What is due leaves."""
        for lane in Lane:
            messages_jobs.work_lane(lane.value)

    def goes_on(self, at: datetime | None = None, **by: float) -> None:
        clock.stop_at(at or clock.now() + timedelta(**by))
        self.works()

    def texts(self, body: str, *, home: int = 0, sid: str = "", is_quick: bool = False) -> str:
        """A text from the owner of a home, before what is due has left where they are quick; what it became."""
        if not is_quick:
            self.sends()
        sid = sid or f"SM{next(_sids):032x}"
        answer = self.posts("/sms/incoming", MessageSid=sid, From=number_of(home), To=HOTLINE, Body=body, NumMedia="0")
        assert (answer.status_code, answer.get_data()) == (204, b"")
        with reading() as session:
            return session.scalars(select(Reply.became).where(Reply.sid == sid)).one()

    def at(self, path: str, **form: str) -> Heard:
        """One step of a call; asked twice, as a carrier may, it is answered the same way and changes nothing."""
        form = {"CallSid": "CA" + "1" * 32, "CallStatus": "in-progress", "From": HOTLINE} | form
        first, before = Heard(self.posts(path, **form)), self.everything()
        again = Heard(self.posts(path, **form))
        assert again.response.get_data() == first.response.get_data(), path
        assert self.everything() == before, path
        return first

    def presses(self, heard: Heard, key: str) -> Heard:
        return self.at(heard.next, Digits=key)

    def sent(self, home: int = 0) -> list[Message]:
        """Everything planned to a home's telephone, oldest first."""
        return self._all(select(Message).where(Message.number == number_of(home)).order_by(Message.id))

    def bodies(self, home: int = 0) -> list[str]:
        return [message.body.removeprefix("【回音物业】") for message in self.sent(home)]

    def interviews(self) -> list[Interview]:
        return self._all(select(Interview).order_by(Interview.id))

    def interview(self, home: int = 0) -> Interview:
        """The newest of a home's telephone."""
        found: list[Interview] = self._all(select(Interview).where(Interview.number == number_of(home)))
        return found[-1]

    def answers(self) -> list[InterviewAnswer]:
        return self._all(select(InterviewAnswer).order_by(InterviewAnswer.id))

    def tickets(self) -> list[Ticket]:
        return self._all(select(Ticket).order_by(Ticket.id))

    def closes_tickets(self) -> None:
        """Somebody has dealt with all there are."""
        for ticket in self.tickets():
            with transaction() as session:
                tickets.actions.resolve(session, ticket.id, self.author.staff_id, at=clock.now(), text="已回电")

    def left_out(self, campaign_id: int) -> dict[str, int]:
        with reading() as session:
            return session.get_one(Campaign, campaign_id).left_out

    def everything(self) -> list[tuple[object, ...]]:
        """What a step of a call could have changed."""
        kinds = (
            select(Interview.id, Interview.state, Interview.question, Interview.ticket_id),
            select(SpokenComment.id, SpokenComment.sid),
            select(InterviewAnswer.id, InterviewAnswer.key), select(Ticket.id, Ticket.version),
            select(Message.id, Message.state, Message.heard_at), select(LeftOut.id),
        )  # fmt: skip
        with reading() as session:
            return [tuple(row) for kind in kinds for row in session.execute(kind.order_by(kind.selected_columns[0]))]

    def _all(self, query: object) -> list:  # type: ignore[type-arg]
        with reading() as session:
            found = list(session.scalars(query))  # type: ignore[call-overload]
            session.expunge_all()
            return found


def a_house(app: Flask, posts: Callable[..., TestResponse], *, two_way: str = "*") -> Waves:
    """The house by day with a carrier that takes everything at any rate; texts can be answered where `two_way` says."""
    carrier = FakeCarrier(clock=clock.now)
    app.extensions["carrier"] = carrier
    rates = dict.fromkeys(("sms_rate_emergency", "sms_rate_service", "sms_rate_care", "call_rate"), 0.0)
    changed = {**rates, "sms_two_way_countries": two_way}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=changed)
    clock.stop_at(DAY)
    return Waves(app, posts, carrier)
