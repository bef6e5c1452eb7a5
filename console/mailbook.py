"""Reads the ledger for its page: newest first, a page at a time, never more of it than a person waits for."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from base.queue import Lane
from console.search import is_number
from console.staff import Me
from console.walls import Trace, readable
from messages.ever import EVER
from messages.lifecycle import ARRIVED, NOT_ARRIVED, NOT_SENT, MessageClass, MessageState, Way
from messages.models import IS_MOVING, Message

MOVING = {
    "planned": frozenset({MessageState.PLANNED, MessageState.CLAIMED}),
    "accepted": frozenset({MessageState.ACCEPTED}),
    "unknown": frozenset({MessageState.UNKNOWN}),
}
"""What still has somewhere to go stands in an index of its own, however long the history is."""
ENDED = {"arrived": ARRIVED, "not_arrived": NOT_ARRIVED, "not_sent": NOT_SENT}
TABS = ("all", *MOVING, *ENDED)
PAGE = 40
CHUNK = 400
LOOK = 20_000
"""So many rows of the history one request walks through; then it shows what it has, and goes on when asked."""
COUNTED = 2000
"""The newest rows of which the ended ones are counted."""
MOST_COUNTED = 999


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody wants to see; `number` whole (E.164) or, without a plus, its last four.

    `why` is a code of the carrier or, where there was none, a reason of the ledger. `also` is said of what it `is_of`.
    """

    tab: str = "all"
    message_class: MessageClass | None = None
    way: Way | None = None
    number: str = ""
    state: MessageState | None = None
    about: str = ""
    why: str = ""
    also: ColumnElement[bool] | None = None

    @property
    def is_of(self) -> type[Message]:
        """Where it is looked for: nothing that moves is in the archive."""
        return Message if self.tab in MOVING else EVER

    @property
    def clauses(self) -> list[ColumnElement[bool]]:
        """What a message must be, said of what it `is_of`."""
        of, states = self.is_of, (MOVING | ENDED).get(self.tab)
        wanted: list[ColumnElement[bool]] = [of.state.in_(states)] if states else []
        if self.tab in MOVING:
            wanted += [of.lane.in_(list(Lane)), IS_MOVING]  # type: ignore[list-item]  # the words of the index
        if self.message_class:
            wanted.append(of.message_class == self.message_class)
        if self.way:
            wanted.append(of.way == self.way)
        if self.state:
            wanted.append(of.state == self.state)
        if self.about:
            wanted.append(of.about == self.about)
        if self.why:
            of_ledger = (of.error_code == "") & (of.reason == self.why)
            wanted.append((of.error_code == self.why) | of_ledger)
        if self.also is not None:
            wanted.append(self.also)
        if self.number:
            wanted.append(is_number(of.number, self.number))
        return wanted

    @property
    def has_index(self) -> bool:
        """Whether what it asks for is found without walking through the history."""
        return self.tab in MOVING or self.number.startswith("+") or bool(self.about)


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of messages, newest first; `after` is where the next begins, None at the end of the ledger."""

    messages: tuple[Message, ...]
    after: int | None


def look(session: Session, me: Me, choice: Choice, *, after: int | None, most: int | None = None) -> Slice:
    """The page that begins below the id `after` (None: with the newest), of what `me` may read; `most` rows of it."""
    most = PAGE if most is None else most
    newest = session.scalar(select(func.max(Message.id))) or 0
    top = min(after, newest + 1) if after is not None else newest + 1
    floor = 0 if choice.has_index else max(0, top - 1 - LOOK)
    ids: list[int] = []
    for trace in _walk(session, me, choice, top, floor):
        if len(ids) == most:
            return Slice(_rows(session, ids), ids[-1])
        ids.append(trace.id)
    return Slice(_rows(session, ids), floor + 1 if floor else None)


def counts(session: Session, me: Me) -> dict[str, str]:
    """How many stand under each tab, at most `999+`: all that moves, and of the ended the newest few thousand."""
    found = {tab: _shown(_moving(session, me, tab)) for tab in MOVING}
    rows = session.execute(
        select(EVER.id, EVER.number, EVER.about, EVER.state).order_by(EVER.id.desc()).limit(COUNTED)
    ).all()
    mine = {trace.id for trace in readable(session, me, (Trace(r.id, r.number, r.about) for r in rows))}
    states = Counter(row.state for row in rows if row.id in mine)
    return found | {tab: _shown(sum(states[state] for state in ENDED[tab])) for tab in ENDED}


def _moving(session: Session, me: Me, tab: str) -> int:
    query = _traces(Message).where(*Choice(tab).clauses).limit(MOST_COUNTED + 1)
    return len(readable(session, me, (Trace(*row) for row in session.execute(query))))


def _shown(count: int) -> str:
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)


def _walk(session: Session, me: Me, choice: Choice, top: int, floor: int) -> Iterator[Trace]:
    """What `me` may read between two ids (neither included), newest first."""
    of = choice.is_of
    while True:
        between = and_(of.id < top, of.id > floor)
        rows = _traces(of).where(between, *choice.clauses).order_by(of.id.desc()).limit(CHUNK)
        traces = [Trace(*row) for row in session.execute(rows)]
        yield from readable(session, me, traces)
        if len(traces) < CHUNK:
            return
        top = traces[-1].id


def _traces(of: type[Message]) -> Select[int, str, str]:
    return select(of.id, of.number, of.about)


def _rows(session: Session, ids: list[int]) -> tuple[Message, ...]:
    return tuple(session.scalars(select(EVER).where(EVER.id.in_(ids)).order_by(EVER.id.desc())))
