"""What those say who were asked after an all-clear whether it is true, counted for the page of the incident."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from outreach.actions import spotchecks
from outreach.models import Campaign
from outreach.spotchecks import SpotState
from tickets.models import Incident


@dataclass(frozen=True, slots=True)
class Check:
    """What a sample of those who got the all-clear say; `due_at` while it is still to be drawn."""

    due_at: datetime | None
    asked: int
    yes: int
    no: int
    silent: int
    waiting: int


def check_of(session: Session, incident: Incident, written: Iterable[Campaign]) -> Check:
    """How it stands with the sample of an incident, about which these words were `written`."""
    found = spotchecks.counts(session, incident.id)
    yes, no, silent, opened = (
        found[state] for state in (SpotState.YES, SpotState.NO, SpotState.UNANSWERED, SpotState.OPEN)
    )
    due_at = next((one.sample_due_at for one in written if one.sample_due_at is not None), None)
    return Check(due_at, yes + no + silent + opened, yes, no, silent, opened + found[SpotState.PLANNED])
