"""A rung of the ladder of an emergency that is a campaign of its own: how it is written, and which there are."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from messages.lifecycle import Way
from messages.models import Batch
from outreach.actions.drafting import CALL_VALID
from outreach.actions.unheard import OF, is_rung_of, unheard_of
from outreach.audience import Audience
from outreach.ladders import Rung
from outreach.models import Campaign

RUNG = "rung"
"""In the audience of a campaign that is a rung: which it is."""
SAYS = "ladder_says"
"""In the audience of a rung: whose words it says, where that is not the emergency but a delay of it."""
WORDS = "ladder_words"
"""In the audience of an emergency or its delay: the words as they were approved."""


def all_of(session: Session, campaign: Campaign) -> list[Campaign]:
    """The rungs that were written for an emergency, in order."""
    return list(session.scalars(select(Campaign).where(is_rung_of(campaign)).order_by(Campaign.id)))


def saying(session: Session, word: Campaign) -> list[Campaign]:
    """The rungs that say the words of an emergency, or of a delay: with these they stop and go on."""
    says, of = Campaign.audience[SAYS].as_integer(), Campaign.audience[OF].as_integer()
    found = select(Campaign).where((says == word.id) | (says.is_(None) & (of == word.id)))
    return list(session.scalars(found.order_by(Campaign.id)))


def audience_of(session: Session, rung: Campaign) -> Audience | None:
    """Whom a campaign that is a rung goes to, as it stands now; None for one that is no rung."""
    if (first_id := rung.audience.get(OF)) is None:
        return None
    return unheard_of(session, session.get_one(Campaign, first_id), Rung(rung.audience[RUNG]))[1]


def write(session: Session, campaign: Campaign, word: Campaign, rung: Rung, at: datetime) -> int:
    """The campaign of a rung, to be planned: the very words of the emergency or its delay, under their approval."""
    words = word.audience.get(WORDS) or {"zh": word.text_zh, "en": word.text_en}
    says = {SAYS: word.id} if word is not campaign else {}
    batch = Batch(
        title=word.title, lane=campaign.batch.lane, message_class=campaign.message_class, planned_at=at,
    )  # fmt: skip  # each message has its own end: a call that waits for the morning has longer than a text
    session.add(batch)
    session.flush()
    written = Campaign(
        kind=campaign.kind, message_class=campaign.message_class, title=word.title, text_zh=words["zh"],
        text_en=words["en"], audience={OF: campaign.id, RUNG: rung.value} | says, project_id=campaign.project_id,
        incident_id=campaign.incident_id, step=campaign.step, batch_id=batch.id,
        valid_until_at=word.valid_until_at, author_id=word.author_id, written_at=at,
    )  # fmt: skip
    session.add(written)
    session.flush()
    return written.id


def longer(audience: Audience) -> timedelta:
    """How much longer than its words' time a rung makes sense: a call may have had to wait for the morning."""
    is_rung = any(one.way is Way.CALL for one in audience.recipients.values())
    return CALL_VALID if is_rung else timedelta(0)
