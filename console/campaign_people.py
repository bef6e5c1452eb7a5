"""What became of one person of a campaign: found by name or by the end of a number, with the reason and the moments."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from console.campaign_facts import why_words
from console.masks import masked
from console.search import is_called, is_number, number_or_tail
from console.words import say
from directory.models import Number, Person
from messages.ever import EVER
from messages.lifecycle import MessageState
from messages.models import Message
from outreach.models import Campaign, LeftOut

MOST_PEOPLE = 30
FEWEST = 2
"""Letters or digits of what is looked for: one finds too many."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a message, in words, and when."""

    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Fate:
    """A person, their number masked, and what became of the message to it; without a `state` there is none, and why."""

    name: str
    number: str
    way: str
    state: MessageState | None
    why: str
    message_id: int | None = None
    steps: tuple[Step, ...] = ()


def fates(session: Session, campaign: Campaign, asked: str, language: str) -> list[Fate]:
    """Everybody of it whose name holds `asked`, or who has that number, or one with those last four digits."""
    if len(asked) < FEWEST:
        return []
    number = number_or_tail(asked)
    wanted = is_number(Number.number, number) if number else is_called(asked)
    told = exists().where(EVER.batch_id == campaign.batch_id, EVER.number == Number.number)
    not_told = exists().where(LeftOut.campaign_id == campaign.id, LeftOut.person_id == Person.id)
    found = (
        select(Person.id, Person.name)
        .outerjoin(Number, Number.person_id == Person.id)
        .where(wanted, or_(told, not_told))
        .distinct()
        .order_by(Person.name, Person.id)
        .limit(MOST_PEOPLE)
    )
    names = dict(session.execute(found).all())
    without = select(LeftOut).where(LeftOut.campaign_id == campaign.id, LeftOut.person_id.in_(names))
    left_out = {one.person_id: one for one in session.scalars(without)}
    theirs = select(Number.person_id, EVER).join(EVER, EVER.number == Number.number)
    of_batch = theirs.where(EVER.batch_id == campaign.batch_id, Number.person_id.in_(names - left_out.keys()))
    sent = [(names[id], one) for id, one in session.execute(of_batch.order_by(EVER.id))]
    return [
        *(_without(names[id], one, language) for id, one in left_out.items()),
        *(_fate(name, one, language) for name, one in sent),
    ]


def _without(name: str, one: LeftOut, language: str) -> Fate:
    return Fate(name, masked(one.number), "", None, say(f"campaign.reason.{one.reason}", language))


def _fate(name: str, one: Message, language: str) -> Fate:
    why = one.error_code or one.reason
    moments = [
        ("message.planned", one.planned_at), ("message.accepted", one.accepted_at), ("message.heard", one.heard_at),
        ("message.final", one.final_at),
    ]  # fmt: skip
    steps = tuple(Step(say(key, language), at) for key, at in moments if at is not None)
    return Fate(
        name, masked(one.number), one.way.value, one.state, why_words(why, language) if why else "", one.id, steps
    )
