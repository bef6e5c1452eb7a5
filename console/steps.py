"""The usual way of a ticket, from taken to closed: where it stands, and the next right thing. Pure."""

from dataclasses import dataclass

from tickets.lifecycle import Kind, Move, Status

STEPS = (
    (Move.ACKNOWLEDGE, "acknowledged"),
    (Move.ARRIVE, "arrived"),
    (Move.RESOLVE, "resolved"),
    (Move.CLOSE, "closed"),
)
_NEXT = {
    Status.OPEN: Move.ACKNOWLEDGE,
    Status.ACKNOWLEDGED: Move.ARRIVE,
    Status.IN_PROGRESS: Move.RESOLVE,
    Status.WAITING: Move.ARRIVE,
    Status.RESOLVED: Move.CLOSE,
}
_GONE_TO = frozenset({Kind.REPAIR, Kind.EMERGENCY, Kind.HELP})
"""Kinds for which somebody goes there; what else came in wants an answer."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the usual way; `next` is where the ticket stands."""

    move: Move
    state: str


def next_of(status: Status, kind: Kind) -> Move | None:
    """The next right thing: the one filled button of the page."""
    move = _NEXT.get(status)
    if move is not Move.ARRIVE or kind in _GONE_TO:
        return move
    return Move.RESUME if status == Status.WAITING else Move.RESOLVE


def steps_of(status: Status, kind: Kind, done: set[str]) -> tuple[Step, ...]:
    """The steps, of which `done` are told on the timeline; none of what was cancelled or merged. To be there is one
    where somebody goes there, or went.
    """
    if status in {Status.CANCELLED, Status.MERGED}:
        return ()
    next_move = next_of(status, kind)
    return tuple(
        Step(move, "next" if move == next_move else "done" if fact in done and not _undone(move, status) else "open")
        for move, fact in STEPS if move is not Move.ARRIVE or kind in _GONE_TO or fact in done
    )  # fmt: skip


def _undone(move: Move, status: Status) -> bool:
    """A reopened ticket has its old facts, but has to go the way again."""
    order = [Status.OPEN, Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.RESOLVED, Status.CLOSED]
    stands = order.index(Status.IN_PROGRESS if status == Status.WAITING else status)
    return [step for step, _ in STEPS].index(move) >= stands
