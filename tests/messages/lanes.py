"""What one claim takes from a lane, and whom the carrier was asked to reach."""

from datetime import timedelta

from sqlalchemy.orm import Session

from base.database import transaction
from base.queue import Lane
from base.wiring import settings
from directory.models import Consent
from messages.ledger.claim import claim
from messages.ledger.paces import terms
from messages.ledger.taking import Claimed
from messages.lifecycle import MessageClass
from tests.messages.conftest import Ledger
from tests.messages.fake import AT

STAFF, EMERGENCY, SERVICE, CARE = (
    MessageClass.STAFF, MessageClass.EMERGENCY, MessageClass.SERVICE, MessageClass.CARE,
)  # fmt: skip


def numbers_asked(ledger: Ledger) -> list[str]:
    return [asked.number for asked in ledger.carrier.asked]


def claim_ids(ledger: Ledger, lane: Lane, room: int) -> list[int]:
    return [row.id for row in claim_rows(ledger, lane, room)]


def claim_rows(ledger: Ledger, lane: Lane, room: int = 100) -> list[Claimed]:
    with transaction() as session:
        return claim(session, lane, at=ledger.at, room=room, under=terms(settings())).rows


def agrees(session: Session, number: str) -> None:
    """Whoever has this number wanted greetings, since yesterday."""
    said = Consent(number=number, message_class="care", granted=True, said_at=AT - timedelta(days=1), channel="call")
    session.add(said)
