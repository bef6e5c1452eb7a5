"""Ten messages of a campaign for somebody to read: of every sort that there is, and always the same ones."""

import re
from dataclasses import dataclass
from itertools import chain, zip_longest

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from messages.ever import EVER
from messages.lifecycle import Way
from messages.models import Message
from outreach.models import Campaign
from telephony.capabilities import MAINLAND

MOST = 10
LOOKED_AT = 20_000
"""Messages among which they are looked for: planning a million is no slower for it."""
_BRACES = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Wording:
    """One of the texts of a campaign: somebody who gets it, and how many do; 0: too many to be gone through."""

    message: Message
    count: int


def chosen(session: Session, campaign: Campaign) -> list[int]:
    """The ids of at most ten, in turn from each sort: text or call, at home or abroad, in Chinese or English."""
    # known by the longest piece of the English words that is the same for everybody
    english = max(_BRACES.split(campaign.text_en), key=len)
    sorts: dict[tuple[Way, bool, bool], list[int]] = {}
    rows = select(Message.id, Message.way, Message.number, Message.body).where(Message.batch_id == campaign.batch_id)
    for id, way, number, body in session.connection().execute(rows.order_by(Message.id).limit(LOOKED_AT)):
        of_sort = sorts.setdefault((way, number.startswith(MAINLAND), english in body), [])
        if len(of_sort) < MOST:
            of_sort.append(id)
    in_turn = (id for id in chain.from_iterable(zip_longest(*sorts.values())) if id is not None)
    return [id for id, _ in zip(in_turn, range(MOST), strict=False)]


def samples(session: Session, campaign: Campaign) -> list[Message]:
    """The messages themselves, exactly as they shall leave."""
    some = campaign.samples or []
    found = session.scalars(select(EVER).where(EVER.batch_id == campaign.batch_id, EVER.id.in_(some)))
    return sorted(found, key=lambda one: some.index(one.id))


def wordings(session: Session, campaign: Campaign) -> list[Wording]:
    """The same, each text once: what all get alike is read once, with how many get it."""
    firsts: dict[tuple[Way, str], Message] = {}
    for one in samples(session, campaign):
        firsts.setdefault((one.way, one.body), one)
    counts = _counts(session, campaign, {body for _, body in firsts}) if campaign.numbers <= LOOKED_AT else {}
    return [Wording(one, counts.get(key, 0)) for key, one in firsts.items()]


def _counts(session: Session, campaign: Campaign, bodies: set[str]) -> dict[tuple[Way, str], int]:
    query = (
        select(EVER.way, EVER.body, func.count())
        .where(EVER.batch_id == campaign.batch_id, EVER.body.in_(bodies))
        .group_by(EVER.way, EVER.body)
    )
    return {(way, body): count for way, body, count in session.execute(query)}
