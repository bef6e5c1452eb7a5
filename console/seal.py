"""Whether the owner of a finished repair has signed it off (验收), as page and API show it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from directory.models import Staff
from tickets import actions
from tickets.lifecycle import Status
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Seal:
    """`no_code`: its owner was sent none, so nobody can enter one. `tries_left`: before no code is taken any more.

    `entered_by` None of what is signed: its owner texted the code.
    """

    state: Literal["signed", "missing", "no_code"]
    signed_at: datetime | None = None
    entered_by: Staff | None = None
    tries_left: int = 0

    @property
    def can_be(self) -> bool:
        """Whether a code may be entered."""
        return self.state == "missing" and self.tries_left > 0


def seal_of(session: Session, ticket: Ticket) -> Seal | None:
    """None for what is not over, and what nobody signs."""
    if ticket.status not in {Status.RESOLVED, Status.CLOSED} or not actions.is_signed_off(ticket):
        return None
    signing = actions.sign_off_of(session, ticket)
    if signing is None:
        return Seal("no_code")
    if signing.signed_at is not None:
        return Seal("signed", signing.signed_at, signing.entered_by)
    return Seal("missing", tries_left=max(actions.MOST_WRONG - signing.wrong, 0))
