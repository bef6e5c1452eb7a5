"""The usual way of a ticket, from taken to closed: where it stands, and the next right thing. Pure."""

from dataclasses import dataclass

from tickets.lifecycle import Move, Status

STEPS = (
    (Move.ACKNOWLEDGE, "acknowledged"),
    (Move.ARRIVE, "arrived"),
    (Move.RESOLVE, "resolved"),
    (Move.CLOSE, "closed"),
)
NEXT = {
    Status.OPEN: Move.ACKNOWLEDGE,
    Status.ACKNOWLEDGED: Move.ARRIVE,
    Status.IN_PROGRESS: Move.RESOLVE,
    Status.WAITING: Move.ARRIVE,
    Status.RESOLVED: Move.CLOSE,
}
"""The next right thing: the one filled button of the page."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the usual way; `next` is where the ticket stands."""

    move: Move
    state: str


def steps_of(status: Status, done: set[str], next_move: Move | None) -> tuple[Step, ...]:
    """The steps, of which `done` are told on the timeline; none of what was cancelled or merged."""
    if status in {Status.CANCELLED, Status.MERGED}:
        return ()
    return tuple(
        Step(move, "next" if move == next_move else "done" if fact in done and not _undone(move, status) else "open")
        for move, fact in STEPS
    )


def _undone(move: Move, status: Status) -> bool:
    """A reopened ticket has its old facts, but has to go the way again."""
    order = [Status.OPEN, Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.RESOLVED, Status.CLOSED]
    stands = order.index(Status.IN_PROGRESS if status == Status.WAITING else status)
    return [step for step, _ in STEPS].index(move) >= stands
