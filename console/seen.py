"""What whoever writes on a ticket has seen of it, as their form carries it; and what would overwrite a colleague."""

from tickets.lifecycle import Move
from tickets.models import Ticket

STATUS, ASSIGNEE, LEVEL, DEPARTMENT, EVENT = range(5)
ALWAYS = (STATUS, ASSIGNEE)
"""Where it stands and whose it is: whoever decides anything has to know that. A step of the ladder is no conflict."""
OVERWRITES = {
    Move.LEVEL: (LEVEL,), Move.DEPARTMENT: (DEPARTMENT,), Move.REFER: (DEPARTMENT,), Move.SEND: (DEPARTMENT,),
}  # fmt: skip
"""What else a move replaces."""


def seen_of(ticket: Ticket, event_id: int) -> str:
    """What a form carries: status, assignee, level, department, and the newest event on the page."""
    return f"{ticket.status.value}.{ticket.assignee_id or 0}.{ticket.level.value}.{ticket.department}.{event_id}"


def is_changed(word: str, ticket: Ticket, move: Move) -> bool:
    """Whether `move` would be made on something else than was seen; a note conflicts with nothing."""
    seen, now = word.split("."), seen_of(ticket, 0).split(".")
    parts = [part for part in (*ALWAYS, *OVERWRITES.get(move, ())) if part < len(seen)]
    return bool(word) and move is not Move.NOTE and any(seen[part] != now[part] for part in parts)


def newest_seen(word: str) -> int | None:
    """The id of the newest event that was on the page; None where the form does not say."""
    parts = word.split(".")
    is_told = len(parts) > EVENT and parts[EVENT].isascii() and parts[EVENT].isdecimal() and len(parts[EVENT]) < 19
    return int(parts[EVENT]) if is_told else None
