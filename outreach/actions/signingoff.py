"""An owner texts the code of a finished repair: it is signed off, or they are told that it is another."""

from datetime import datetime

from sqlalchemy.orm import Session

import tickets.actions
from base.wiring import settings
from directory import actions as directory
from messages import actions as messages
from messages.lifecycle import MessageClass
from messages.wording import say
from outreach.models import Reply
from outreach.replies import sign_off_code

SIGN_OFF = "sign_off"
"""What such a text became."""


def take_sign_off(session: Session, reply: Reply, *, at: datetime) -> bool:
    """Whether the text was a code, right or wrong, for a repair of theirs; then they are told which, once.

    After the last try no code is taken any more: what they text then a person reads.
    """
    assert reply.number is not None  # only somebody's text comes this far
    said = sign_off_code(reply.body)
    if said is None:
        return False
    taken = tickets.actions.sign_off_by_owner(session, reply.number, said.code, at=at, is_named=said.is_named)
    if taken is None:
        return False
    ticket = taken.ticket
    reply.ticket_id = ticket.id
    key = "signed_off" if taken.is_signed else "sign_off_wrong" if taken.tries_left else "sign_off_locked"
    known = {"ref": ticket.ref, "hotline": settings().hotline_said}
    if key == "sign_off_wrong":
        known["n"] = str(taken.tries_left)
    messages.plan_text(
        session, number=reply.number, message_class=MessageClass.SERVICE, body=say(key, ticket.language, **known),
        once_key=f"reply/{reply.sid}", about=f"reply:{reply.id}", at=at, language=ticket.language,
        is_demo=directory.whose_number(session, reply.number).is_demo,
    )  # fmt: skip
    return True
