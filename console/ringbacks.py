"""The page of the calls we owe: take one, ring through the hotline, say how it went."""

from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import NotFound
from console.door import Answer, door, language
from console.facts import what
from console.masks import masked
from console.scope import DESK, READERS, visible
from console.staff import Me, me
from directory.models import Staff
from hotline.actions import returning, ringbacks
from hotline.models import RingBack
from hotline.ringback import RingBackState
from oncall import actions as oncall
from tickets.lifecycle import Level
from tickets.models import Ticket

FIRST = 3
"""So many stand on the desk itself."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One call to return, in plain values. `is_mine`: the reader has it; `taken_by` is empty while nobody has.

    `left_s` of `total_s` until it is due, negative once it is late.
    """

    id: int
    number: str
    ref: str
    what: str
    where: str
    why: str
    calls: int
    tries: int
    owed_at: datetime
    due_at: datetime
    is_late: bool
    level: Level
    taken_by: str
    is_mine: bool
    was_rung: bool
    left_s: float
    total_s: float


@door.get("/ring-backs")
@guarded_by(*READERS)
def ring_backs() -> Answer:
    """What is owed, the gravest and the latest first."""
    at, who, words = now(), me(), language()
    with reading() as session:
        owed = [_owed(row, who, at, words) for row in ringbacks.open_rows(session, visible(who))]
    return render_template(
        "ring_backs.html", owed=owed, late=sum(one.is_late for one in owed), may_ring=who.role in DESK, at=at,
        minutes=round(ringbacks.within().total_seconds() / 60),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Owing:
    """The calls we owe as the desk shows them: how many, how many of them late, and the first."""

    count: int
    late: int
    first: tuple[Owed, ...]

    @property
    def tag(self) -> str:
        """Changes when one comes, goes, is taken or late; not while time passes."""
        rows = ".".join(f"{one.id}{one.taken_by}{one.calls}" for one in self.first)
        return f"{self.count}-{self.late}-{rows}"


def read_owing(session: Session, who: Me, *, at: datetime, language: str) -> Owing:
    """What is owed where `who` may see it at `at`, the gravest and the latest first."""
    count, late = ringbacks.counts(session, visible(who), at=at)
    rows = ringbacks.open_rows(session, visible(who), most=FIRST) if count and who.role in READERS else ()
    return Owing(count, late, tuple(_owed(row, who, at, language) for row in rows))


@door.post("/ring-backs/<id:id>/take")
@guarded_by(*DESK)
def take_ring_back(id: int) -> Answer:
    """Take it; whoever was quicker has it."""
    with transaction() as session:
        _for(session, me(), id)
        has_it = returning.take(session, id, me().id)
    return _back("ringback.done.take" if has_it else "ringback.not_yours")


@door.post("/ring-backs/<id:id>/leave")
@guarded_by(*DESK)
def leave_ring_back(id: int) -> Answer:
    """It is anybody's again."""
    with transaction() as session:
        _for(session, me(), id)
        returning.hand_back(session, id, me().id, at=now())
    return _back("ringback.done.leave")


@door.post("/ring-backs/<id:id>/ring")
@guarded_by(*DESK)
def ring_ring_back(id: int) -> Answer:
    """One's own telephone rings; key 1 there puts one through."""
    with transaction() as session:
        _for(session, me(), id)
        rings = returning.ring(session, id, session.get_one(Staff, me().id), at=now())
    return _back("ringback.done.ring" if rings else "ringback.not_yours")


@door.post("/ring-backs/<id:id>/result")
@guarded_by(*DESK)
def end_ring_back(id: int) -> Answer:
    """How it went, from whoever has it: they have talked, or nobody was reached."""
    with transaction() as session:
        row = _for(session, me(), id)
        if row.state is not RingBackState.TAKEN or row.taken_by_id != me().id:
            return _back("ringback.not_yours")
        if request.form.get("result") == "spoken":
            returning.spoken(session, id, at=now())
            return _back("ringback.done.spoken")
        returning.not_reached(session, id, row.rings, at=now())
    return _back("ringback.done.not_reached")


def _for(session: Session, who: Me, id: int) -> RingBack:
    """The call to return, if its ticket is `who`'s to see. Raises `NotFound` otherwise."""
    seen = select(RingBack).join(Ticket, Ticket.id == RingBack.ticket_id).where(RingBack.id == id, visible(who))
    row = session.scalar(seen)
    if row is None:
        raise NotFound("没有这个回电，或者不归您看。There is no such call to return, or it is not yours to see.")
    return row


def _back(said: str) -> Answer:
    flash(said)
    return redirect(url_for("console.ring_backs"), 303)


def _owed(row: RingBack, who: Me, at: datetime, words: str) -> Owed:
    is_taken = row.state is RingBackState.TAKEN
    return Owed(
        id=row.id, number=masked(row.number), ref=row.ticket.ref, what=what(row.ticket, words),
        where=oncall.place_of(row.ticket, words), why=row.why.value, calls=row.calls, tries=row.owner_rings,
        owed_at=row.owed_at, due_at=row.due_at, is_late=row.due_at <= at,
        level=row.ticket.level,
        taken_by=row.taken_by.name if is_taken and row.taken_by else "",
        is_mine=is_taken and row.taken_by_id == who.id, was_rung=row.rings > row.tried,
        left_s=(row.due_at - at).total_seconds(), total_s=max(1.0, (row.due_at - row.owed_at).total_seconds()),
    )  # fmt: skip
