"""The carrier's door: 0 was pressed on a spoken notice, and somebody is rung for whoever pressed it."""

from typing import Any

from base.access import Guard, guarded_by
from base.clock import now
from base.database import transaction
from base.rows import row_of
from messages.lifecycle import Way
from messages.models import Message
from messages.webhooks import SORRY
from messages.wording import say
from outreach.actions.puttingthrough import put_through
from outreach.actions.wanting import want_person
from telephony.door import voice_door
from telephony.speech import End, Say, Tongue

door = voice_door("notice_person", __name__, rings_duty=False, sorry_says=SORRY)


@door.post("/voice/notice/<int:message_id>/<language>/person")
@guarded_by(Guard.SIGNED)
def person_is_wanted(message_id: int, language: str) -> Any:
    """The ticket stands, and that is committed, before anybody is rung."""
    tongue: Tongue = "en" if language == "en" else "zh"
    with transaction() as session:
        message = row_of(session, Message, message_id)
        if message is None or message.way is not Way.CALL:
            return End((Say(say("notice_over", tongue), tongue),))
        ticket = want_person(session, message, tongue, at=now())
        return put_through(session, ticket.id, message.number, (Say(say("notice_person", tongue), tongue),), at=now())
