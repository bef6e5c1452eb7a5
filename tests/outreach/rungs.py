"""An emergency whose ladder climbs, and what the tests about it ask."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from base import clock
from base.database import reading, transaction
from directory.models import Building, ContactRole, Number, Project
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Message
from outreach.audience import Filter
from outreach.jobs import laddering as jobs
from telephony.numbers import NumberKind
from tests import make
from tests.messages.fake import AT
from tests.outreach.stage import Stage
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import IncidentKind
from tickets.models import EventType, TicketEvent

FIRST, SECOND, KEEPER, LANDLINE = "+8613800138091", "+8613800138092", "+8613800138093", "+862162345678"


@pytest.fixture
def home(stage: Stage) -> Iterator[int]:
    """3号楼2单元1502室: an owner with two numbers, and a keeper, who is in no audience of owners."""
    with transaction() as session:
        garden = session.get_one(Project, stage.project_id)
        here = make.a_home(session, garden, "3-2-1502")
        owner = make.an_owner(session, here, FIRST, "王芳")
        owner.numbers.append(Number(number=SECOND, raw=SECOND, region="CN", kind=NumberKind.MOBILE, place=2))
        make.an_owner(session, here, KEEPER, "代管人", role=ContactRole.KEEPER)
        home_id = here.id
    yield home_id
    clock.stop_at(None)


def opening(
    stage: Stage, kind: IncidentKind = IncidentKind.WATER, *, text_zh: str = "紧急停水", text_en: str = "Water is off",
    ends_in: timedelta | None = None, valid_for: timedelta = timedelta(hours=20), **audience: object,
) -> int:  # fmt: skip
    """An emergency to the owners of building 3, let go, sent, and delivered to all but the owner of that home."""
    with reading() as session:
        three = session.scalars(select(Building.id).where(Building.name == "3号楼")).one()
    id = stage.planned(
        message_class=MessageClass.EMERGENCY, text_zh=text_zh, text_en=text_en,
        trouble=IncidentDraft(
            kind=kind, project_id=stage.project_id, building_ids=(three,),
            promised_end_at=clock.now() + ends_in if ends_in else None,
        ),
        audience=Filter(stage.project_id, (three,), roles=("owner",), **audience),  # type: ignore[arg-type]
        valid_until_at=clock.now() + valid_for,
    )  # fmt: skip
    stage.approve(id)
    stage.work()
    ends(MessageState.DELIVERED, Message.number != FIRST)
    ends(MessageState.UNDELIVERED, Message.number == FIRST)
    return id


def ends(state: MessageState, *which: object, **more: object) -> None:
    """What is with the carrier ends so."""
    final = update(Message).where(Message.state == MessageState.ACCEPTED, *which)  # type: ignore[arg-type]
    with transaction() as session:
        session.execute(final.values(state=state, final_at=clock.now(), **more))


def minutes_later(stage: Stage, minutes: float) -> None:
    clock.stop_at(AT + timedelta(minutes=minutes))
    jobs.climb_due()
    stage.work()


def went(since: int = 0) -> list[tuple[str, Way]]:
    """Number and way of what left, by id, after the message `since`."""
    with reading() as session:
        rows = select(Message.number, Message.way).where(Message.id > since, Message.attempts > 0)
        return [(number, way) for number, way in session.execute(rows.order_by(Message.id))]


def newest() -> int:
    with reading() as session:
        return session.scalars(select(Message.id).order_by(Message.id.desc())).first() or 0


def visits() -> list[str]:
    """The homes that the tickets name whose doors somebody is to knock at, ticket by ticket."""
    with reading() as session:
        notes = select(TicketEvent.text).where(TicketEvent.type == EventType.NOTED).order_by(TicketEvent.id)
        return list(session.scalars(notes))
