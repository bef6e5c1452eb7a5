"""Where no telephone reached anybody: somebody is asked to knock at the doors."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from directory.models import Building, Home
from directory.places import place_text
from outreach.actions.unheard import endangers_life_of
from outreach.ladders import Household
from outreach.models import Campaign
from tickets.actions import TicketDraft
from tickets.actions.incidents import attach
from tickets.lifecycle import Channel, Kind, Level
from tickets.models import EventType

AT_ONCE = 500
NAMED = 60
"""Homes that the ticket of a visit names one by one."""


def ask_for_visits(
    session: Session, campaign: Campaign, homes: Sequence[Household], once: str, *, at: datetime
) -> None:  # fmt: skip
    """One ticket a building: its homes that nobody has reached, for somebody to knock at their doors."""
    by_building: dict[str, list[str]] = {}
    ids = sorted(home.home_id for home in homes)
    for few in (ids[i : i + AT_ONCE] for i in range(0, len(ids), AT_ONCE)):
        named = select(Building.name, Home.unit, Home.name).join(Building, Building.id == Home.building_id)
        for building, unit, room in session.execute(named.where(Home.id.in_(few)).order_by(Home.id)):
            by_building.setdefault(building, []).append(place_text(building, unit, room))
    level = Level.P1 if endangers_life_of(campaign) else Level.P2
    for building, places in sorted(by_building.items()):
        draft = TicketDraft(
            Kind.HELP, "visit", Channel.DESK, project_id=campaign.project_id, place=building, level=level
        )
        ticket = tickets.actions.open_ticket(session, draft, at=at, once_key=f"visit/{campaign.id}/{building}{once}")
        if campaign.incident_id is not None:
            attach(session, campaign.incident_id, ticket.id, by_id=None, at=at)
        more = f" …({len(places)})" if len(places) > NAMED else ""
        tickets.actions.add_event(
            session, ticket.id, EventType.NOTED, at=at, text="、".join(places[:NAMED]) + more,
            once_key=f"visit/{campaign.id}/{ticket.id}{once}",
        )  # fmt: skip
