"""What headquarters took in and others handle (跟进): followed, with clocks and last word, until its end is seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import Conflict
from console.board import Row
from console.door import Answer, door, language
from console.facts import newest_rows, rows
from console.happened import told
from console.only import given_id
from console.scope import DESK, READERS, ticket_for, visible
from console.staff import Me, me
from console.timeline import Entry, timeline
from directory.models import Staff
from tickets import actions
from tickets.lifecycle import HEADQUARTERS, MOVING
from tickets.models import EventType, Ticket, TicketEvent

NO_WORDS = frozenset({
    EventType.PAGED, EventType.PAGE_RESULT, EventType.REVEALED, EventType.RECORDING, EventType.ALARM,
})  # fmt: skip
"""What our machines did, and who looked: no word about the matter."""
PARTS = {"ended": Ticket.status.not_in(MOVING), "going": Ticket.status.in_(MOVING)}
PAGE = 100


@dataclass(frozen=True, slots=True)
class Followed:
    """A ticket with the last that was said of it."""

    row: Row
    last: Entry | None


@dataclass(frozen=True, slots=True)
class Part:
    """What is over, or what goes on: how many there are, and those shown; before `next_id` the next page begins."""

    name: str
    count: int
    shown: list[Followed]
    next_id: int | None = None


@door.get("/following")
@guarded_by(*READERS)
def following() -> Answer:
    """What is to be looked at first, then what goes on; with `of` in the address all of one of them, page by page."""
    who, words, at, of, before_id = me(), language(), now(), request.args.get("of", ""), given_id("before")
    with reading() as session:
        parts = followed(session, who, of if of in PARTS else "", before_id=before_id, at=at, language=words)
    return render_template(
        "following.html", found=parts, of=of if of in PARTS else "", is_first=before_id is None,
        is_theirs=follows(who), at=at,
    )  # fmt: skip


@door.post("/tickets/<ref>/end-seen")
@guarded_by(*DESK)
def see_end(ref: str) -> Answer:
    """Its end has been seen: it is followed no longer."""
    with transaction() as session:
        found = ticket_for(session, me(), ref)
        if not follows(me()):
            raise Conflict("由总部过目。Headquarters look at this.")
        actions.see_end(session, found.id, me().id, at=now())
    flash("done.end_seen")
    return redirect(url_for("console.following"), 303)


def follows(who: Me) -> bool:
    """Whether somebody is of headquarters: they have no project of their own."""
    return who.project_id is None


def may_see_end(who: Me, ticket: Ticket) -> bool:
    """Whether `who` is to see the end of this ticket."""
    is_over = ticket.status not in MOVING and ticket.end_seen_at is None
    return follows(who) and who.role in DESK and ticket.followed_by == HEADQUARTERS and is_over


def elsewhere(who: Me) -> ColumnElement[bool]:
    """What headquarters took in, others handle, and whose end nobody of theirs has seen."""
    ours = select(Staff.id).where(Staff.project_id.is_(None))
    return and_(
        visible(who), Ticket.followed_by == HEADQUARTERS, Ticket.end_seen_at.is_(None), Ticket.owner_desk == "",
        Ticket.project_id.is_not(None), or_(Ticket.assignee_id.is_(None), Ticket.assignee_id.not_in(ours)),
    )  # fmt: skip


def count_followed(session: Session, who: Me) -> int | None:
    """How many there are; None for whoever is not of headquarters."""
    if not follows(who):
        return None
    return _count(session, elsewhere(who))


def followed(session: Session, who: Me, of: str, *, before_id: int | None, at: datetime, language: str) -> list[Part]:
    """Each with its clocks and its last word; nothing for whoever is not of headquarters.

    Of both parts the first, or of the part `of` a page of all there is, older than `before_id`.
    """
    if not follows(who):
        return []
    how: dict[str, Any] = {"at": at, "language": language, "many_projects": True}
    found = []
    for name, clause in PARTS.items():
        if of in {"", name} and (count := _count(session, elsewhere(who), clause)):
            shown, next_id = (
                newest_rows(session, elsewhere(who), clause, before_id=before_id, most=PAGE, **how)
                if of else (rows(session, elsewhere(who), clause, **how), None)
            )  # fmt: skip
            last = _last_words(session, [row.ref for row in shown], language)
            found.append(Part(name, count, [Followed(row, last.get(row.ref)) for row in shown], next_id))
    return found


def _count(session: Session, *where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count(Ticket.id)).where(*where)) or 0


def _last_words(session: Session, refs: Sequence[str], language: str) -> dict[str, Entry]:
    """The newest event of each ticket that says something about the matter."""
    ids = {id: ref for ref, id in session.execute(select(Ticket.ref, Ticket.id).where(Ticket.ref.in_(refs)))}
    newest = (
        select(func.max(TicketEvent.id))
        .where(TicketEvent.ticket_id.in_(ids), TicketEvent.type.not_in(NO_WORDS))
        .group_by(TicketEvent.ticket_id)
    )
    events = told(session, TicketEvent.id.in_(newest), language)
    return {
        ids[id]: entry
        for id, event in events
        for entry in timeline([event], opened_at=event.at, language=language)
    }  # fmt: skip
