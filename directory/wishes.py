"""Who wants greetings, as a roster has it, against what people said themselves."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from directory.forgotten import refused_before
from directory.models import Consent
from directory.residents import insert_rows

CONSENT_CHANNEL, FORGOTTEN = "roster", "forgotten"


def record_wishes(session: Session, wishes: Sequence[tuple[str, bool]], *, at: datetime) -> int:
    """Greetings wanted or no longer wanted, as the list has them; answers how many words were written down.

    A person's own opt-out stands whatever a list says, and a list takes back only what a list has said.
    """
    said: dict[str, list[tuple[bool, str]]] = {}
    query = (
        select(Consent.number, Consent.granted, Consent.channel)
        .where(Consent.message_class == "care", Consent.number.in_([number for number, _ in wishes]))
        .order_by(Consent.said_at, Consent.id)
    )
    for number, granted, channel in session.execute(query):
        said.setdefault(number, []).append((granted, channel))
    for number, _ in refused_before(session, [number for number, _ in wishes if number not in said], "care"):
        said[number] = [(False, FORGOTTEN)]
    new = [
        {"number": number, "message_class": "care", "granted": wish, "said_at": at, "channel": CONSENT_CHANNEL}
        for number, wish in wishes
        if _is_news(wish, said.get(number, []))
    ]
    insert_rows(session, Consent, new)
    return len(new)


def _is_news(wish: bool, said: list[tuple[bool, str]]) -> bool:
    own = next((granted for granted, channel in reversed(said) if channel != CONSENT_CHANNEL), None)
    newest, channel = said[-1] if said else (False, CONSENT_CHANNEL)
    if wish:
        return not newest and own is not False
    return newest and channel == CONSENT_CHANNEL
