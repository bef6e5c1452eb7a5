"""Which ladder a ticket climbs at a moment."""

from datetime import datetime
from zoneinfo import ZoneInfo

from base.wiring import settings
from oncall.ladder import Ladder
from oncall.ladderbook import ladders_of
from tickets.models import Ticket


def ladder_of(ticket: Ticket, *, at: datetime) -> Ladder:
    """By its level, category and kind, and by the hour; another one once its owner said that it is not done."""
    known = settings()
    return ladders_of(known.ladders_file, known.clocks_file).of(
        ticket.level, is_refused=ticket.refused_at is not None, also=(ticket.category, ticket.kind.value),
        at_time=at.astimezone(ZoneInfo(known.timezone)).time(),
    )  # fmt: skip
