"""Who of an emergency's audience has heard of it, and which homes have not: what its ladder goes by. Reads only."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, not_, select
from sqlalchemy.orm import Session

from directory.models import Number
from messages.lifecycle import BatchState, MessageState, Way
from messages.models import Batch, Message
from messages.pacing import CALM_URGENCY
from outreach import ladders
from outreach.actions import people, sequence
from outreach.audience import Audience, Filter
from outreach.ladders import Household, Rung, Tried
from outreach.models import Campaign, Reply
from tickets.actions.incidents import buildings_touched
from tickets.lifecycle import ENDANGERS_LIFE
from tickets.models import Ticket

OF = "ladder_of"
"""In the audience of a campaign that is a rung: whose ladder it is of."""
AUTO_REPLY = "auto_reply"


def unheard_of(session: Session, campaign: Campaign, rung: Rung) -> tuple[list[Household], Audience]:
    """The homes that have not heard, and whom of them a rung tries."""
    tried, endangers_life = _tried(session, campaign), endangers_life_of(campaign)
    spoke = spoke_since(session, begun_at(campaign, campaign.written_at))
    homes = _homes(session, campaign, ladders.heard(tried, spoke, endangers_life=endangers_life))
    silent = ladders.unheard(homes, tried, spoke, endangers_life=endangers_life)
    found = ladders.recipients(rung, silent, tried)
    return silent, Audience(recipients=found)


def heard_since(session: Session, campaign: Campaign, failed: Select[str]) -> set[str]:
    """Of the numbers of an emergency at which it `failed`, those all of whose people have heard it since, there or at
    another of theirs.
    """
    told = ladders.heard(_tried(session, campaign), (), endangers_life=endangers_life_of(campaign))
    behind = select(Number.person_id).where(Number.number.in_(failed), Number.extension == "")
    lines = select(Number.person_id, Number.number).where(Number.person_id.in_(behind), Number.extension == "")
    numbers: defaultdict[int, set[str]] = defaultdict(set)
    for person_id, number in session.execute(lines):
        numbers[person_id].add(number)
    waiting = {number for theirs in numbers.values() if told.isdisjoint(theirs) for number in theirs}
    return told.union(*numbers.values()) - waiting


def messages_about(session: Session, campaign: Campaign, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Its messages; what waits in a batch that was stopped or taken back tries nobody."""
    rungs = select(Campaign.batch_id).where(is_rung_of(campaign))
    its = Message.batch_id.in_(sequence.words_since(session, campaign)) | Message.batch_id.in_(rungs)
    left = Message.state.not_in((MessageState.PLANNED, MessageState.CANCELLED))
    goes = left | (Batch.state == BatchState.APPROVED)
    return select(*columns).join(Batch, Batch.id == Message.batch_id).where(its, goes)


def is_rung_of(campaign: Campaign) -> ColumnElement[bool]:
    """Of a campaign: whether it is a rung of this one's ladder."""
    is_of: ColumnElement[bool] = Campaign.audience[OF].as_integer() == campaign.id
    return is_of


def begun_at(campaign: Campaign, at: datetime) -> datetime:
    """When an emergency began to leave."""
    approved_at = campaign.approved_at or at
    return max(campaign.send_at or approved_at, approved_at)


def endangers_life_of(campaign: Campaign) -> bool:
    """Whether its trouble may cost a life."""
    return campaign.incident is not None and campaign.incident.kind in ENDANGERS_LIFE


def _touched(session: Session, campaign: Campaign) -> Filter:
    """Its audience, as far as the trouble still touches its buildings."""
    chosen = Filter.of(campaign.audience)
    if campaign.incident is None:
        return chosen
    touched = buildings_touched(session, campaign.incident)
    return replace(chosen, building_ids=tuple(sorted(touched.intersection(chosen.building_ids or touched))) or (0,))


def _tried(session: Session, campaign: Campaign) -> list[Tried]:
    """Everything about this emergency, of its own, of its rungs so far and of its delays.

    Where life is in danger a call that waits for the morning has tried nobody yet: it keeps no other from ringing.
    """
    rows = messages_about(session, campaign, Message.number, Message.way, Message.state, Message.heard_at)
    if endangers_life_of(campaign):
        waits = and_(Message.way == Way.CALL, Message.state == MessageState.PLANNED, Message.urgency == CALM_URGENCY)
        rows = rows.where(not_(waits))
    return [Tried(number, way, state, heard_at is not None) for number, way, state, heard_at in session.execute(rows)]


def spoke_since(session: Session, since_at: datetime, numbers: Collection[str] | None = None) -> set[str]:
    """Who has texted us or opened a ticket since then, of these `numbers` or of all; a machine's answer is nobody's
    word.
    """
    texted = select(Reply.number).where(
        Reply.received_at >= since_at, Reply.number.is_not(None), Reply.became != AUTO_REPLY
    )
    called = select(Ticket.caller_number).where(Ticket.opened_at >= since_at, Ticket.caller_number.is_not(None))
    if numbers is not None:
        texted, called = texted.where(Reply.number.in_(numbers)), called.where(Ticket.caller_number.in_(numbers))
    return {number for number in (*session.scalars(texted), *session.scalars(called)) if number is not None}


def _homes(session: Session, campaign: Campaign, heard: Collection[str]) -> dict[int, Household]:
    """The homes of its audience where nobody `heard`, with whoever else belongs to them.

    Who was taken out on purpose is no part of it. Nearly all have heard: the others are found by ids alone, and only
    they are read with their people.
    """
    chosen = _touched(session, campaign)
    whole = Filter(chosen.project_id, chosen.building_ids)
    have = people.who_has(session, whole, heard)
    theirs = list(people.contacts(session, chosen))
    known = {person_id for person_id, _, _ in theirs}
    counted = [(person_id, home_id) for person_id, home_id, is_out in theirs if not is_out]
    silent = {home_id for _, home_id in counted}
    counted += [
        (person_id, home_id) for person_id, home_id, _ in people.contacts(session, whole) if person_id not in known
    ]
    silent -= {home_id for person_id, home_id in counted if person_id in have}
    found = ladders.households(people.of_homes(session, chosen, silent))
    homes = {home_id: home for home_id, home in found.items() if home_id in silent}
    for one in people.of_homes(session, whole, silent):
        if one.person_id not in known:
            for home_id, _ in one.homes:
                if home_id in homes:
                    homes[home_id].others.append(one)
    return homes
