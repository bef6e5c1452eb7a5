"""Who called about a ticket and whom we called, and whom its reader may be put through to now."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.masks import masked
from console.scope import may_call
from console.staff import Me
from directory.models import Staff
from hotline.actions import through
from hotline.models import Call, ThroughCall
from hotline.through import RINGS, ThroughState
from outreach.models import Reply
from tickets.models import Ticket

MOST = 20


@dataclass(frozen=True, slots=True)
class Lines:
    """Whom the reader may call through the hotline. `own` is their telephone, masked, which rings first.

    `asks_why`: at this hour its owner is rung for a reason only. `firms`: the firms that see to it, by their id.
    """

    has_owner: bool = False
    asks_why: bool = False
    firms: tuple[tuple[int, str], ...] = ()
    own: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """A call or text of somebody's about the ticket, the number masked: `way` is in, out or text.

    `who` is which of us called out, `whom` the firm they called; `state` is empty for what came in.
    """

    key: str
    at: datetime
    way: str
    number: str
    who: str = ""
    whom: str = ""
    state: str = ""
    seconds: float = 0.0
    words: str = ""


def lines_of(session: Session, ticket: Ticket, me: Me, *, at: datetime) -> Lines:
    """Whom `me` may be put through to about `ticket` at `at`."""
    if not may_call(me, ticket) or not through.is_open_to_calls(ticket):
        return Lines()
    return Lines(
        has_owner=through.can_be_rung(session, ticket), asks_why=through.asks_why(ticket, at=at),
        firms=tuple((firm.id, firm.name) for firm in through.firms_for(session, ticket)),
        own=masked(session.get_one(Staff, me.id).number),
    )  # fmt: skip


def talks_about(session: Session, ticket_id: int, *, at: datetime) -> tuple[Talk, ...]:
    """The calls that came in and those we made through the hotline, and the texts that came in; the newest first."""
    calls = select(Call).where(Call.ticket_id == ticket_id).order_by(Call.id.desc()).limit(MOST)
    texts = select(Reply).where(Reply.ticket_id == ticket_id).order_by(Reply.id.desc()).limit(MOST)
    found = [
        *(_came_in(call) for call in session.scalars(calls)),
        *(_went_out(call, at) for call in through.calls_about(session, ticket_id)),
        *(
            Talk(f"text-{text.id}", text.received_at, "text", masked(text.number), words=text.body)
            for text in session.scalars(texts)
        ),
    ]
    return tuple(sorted(found, key=lambda talk: talk.at, reverse=True)[:MOST])


def state_of_calls(session: Session, ticket_id: int, *, at: datetime) -> str:
    """A short name of how the calls we made stand: it changes when any of them does."""
    return "-".join(f"{call.id}{_state(call, at)}" for call in through.calls_about(session, ticket_id))


def _came_in(call: Call) -> Talk:
    seconds = (call.ended_at - call.began_at).total_seconds() if call.ended_at else 0.0
    return Talk(f"in-{call.id}", call.began_at, "in", masked(call.from_number), seconds=seconds)


def _went_out(call: ThroughCall, at: datetime) -> Talk:
    return Talk(
        f"out-{call.id}", call.asked_at, "out", masked(call.number), who=call.staff.name, whom=call.firm,
        state=_state(call, at), seconds=call.talked_s, words=call.reason,
    )  # fmt: skip


def _state(call: ThroughCall, at: datetime) -> str:
    """As it stands at `at`: our own telephone does not ring for ever."""
    is_missed = call.state is ThroughState.ASKED and call.asked_at <= at - 2 * RINGS
    return "missed" if is_missed else call.state.value
