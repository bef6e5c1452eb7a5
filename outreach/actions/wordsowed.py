"""When an owner last heard from us about their ticket: by a text that may have arrived, or by somebody who noted it."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from messages.lifecycle import NOT_ARRIVED, NOT_SENT, MessageClass
from messages.models import Message
from tickets.models import EventType
from tickets.running import Fact

TO_OWNERS = (MessageClass.EMERGENCY, MessageClass.SERVICE)
LATE_WORD = "late-word/"
"""How the keys of what we say by ourselves begin: that we are late is not the word that is owed."""


def last_texts(session: Session, ids: Collection[int]) -> dict[int, datetime]:
    """When the newest message about each of these tickets was to go to its owner, of those that may have arrived."""
    names = {f"ticket:{id}": id for id in ids}
    query = (
        select(Message.about, func.max(Message.due_at))
        .where(
            Message.about.in_(names), Message.message_class.in_(TO_OWNERS),
            Message.state.not_in(NOT_ARRIVED | NOT_SENT), ~Message.once_key.startswith(LATE_WORD),
        )
        .group_by(Message.about)
    )  # fmt: skip
    return {names[about]: planned_at for about, planned_at in session.execute(query)}


def heard_at(text_at: datetime | None, facts: Iterable[Fact]) -> datetime | None:
    """The newest of a text and of what somebody noted: whoever rings an owner writes down what was said."""
    noted_at = max((fact.at for fact in facts if fact.type == EventType.NOTED.value), default=None)
    return max((moment for moment in (text_at, noted_at) if moment is not None), default=None)
