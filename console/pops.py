"""Who is on the line now, at the top of the desk: whose telephone rings for whom, and what helps to speak with them."""

from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, url_for
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import now
from base.database import transaction
from base.errors import NotFound
from console import acts
from console.callers import Known, call_for, is_theirs, known_of
from console.door import Answer, door
from console.facts import what
from console.scope import WORKERS, ticket_for
from console.staff import Me, me
from directory.places import in_language
from hotline.actions.online import OnLine, on_line
from hotline.actions.own import ASKED_AFTER
from tickets.lifecycle import IncidentState, Level
from tickets.models import Incident

MOST_SHOWN = 6
"""So many are shown one by one; more are only counted."""


@dataclass(frozen=True, slots=True)
class Pop:
    """One call on the line. `is_talk`: somebody of ours speaks with them, `since_s` seconds by now; else it rings.

    `is_mine`: the telephone is that of the reader. `people` are those whose telephones ring, or who speaks.
    """

    call_id: int
    ref: str
    what: str
    where: str
    level: Level
    is_talk: bool
    is_mine: bool
    people: tuple[str, ...]
    since_s: float
    known: Known


@dataclass(frozen=True, slots=True)
class Pops:
    """Everybody on the line where the reader may see it; the first of them, the reader's own before the others.

    `ringing` is for how many of them a telephone still rings: nobody speaks with them yet.
    """

    count: int
    ringing: int
    first: tuple[Pop, ...]

    @property
    def more(self) -> int:
        """How many are not shown one by one."""
        return self.count - len(self.first)


def pops_tag(session: Session, where: ColumnElement[bool], *, at: datetime) -> str:
    """Changes whenever a telephone begins to ring, is picked up or put down, and when what is shown beside it does."""
    found = on_line(session, where, at=at)
    if not found:
        return ""
    troubles = select(func.coalesce(func.sum(Incident.version), 0)).where(Incident.state == IncidentState.OPEN)
    return f"{'-'.join(one.tag for one in found)}-{session.scalar(troubles)}"


def read_pops(session: Session, where: ColumnElement[bool], who: Me, *, at: datetime, language: str) -> Pops:
    """Who is on the line about tickets that fulfil `where`, as `who` may see them at `at`."""
    found = sorted(on_line(session, where, at=at), key=lambda one: (not _is_of(one, who), one.talk is not None))
    first = tuple(_pop(session, one, who, at, language) for one in found[:MOST_SHOWN])
    return Pops(len(found), sum(one.talk is None for one in found), first)


@door.post("/calls/<id:id>/urge/<ref>")
@guarded_by(*WORKERS)
def urge_for_caller(id: int, ref: str) -> Answer:
    """Whoever is on the line asks after a ticket of theirs: the same as if they had pressed its key themselves."""
    with transaction() as session:
        call, ticket = call_for(session, me(), id), ticket_for(session, me(), ref)
        if not is_theirs(session, call, ticket) or ticket.kind not in ASKED_AFTER:
            raise NotFound("这张工单不是这位来电人的。This ticket is not that caller's.")
        acts.urge(session, ticket, call_id=call.id, at=now())
    flash("pop.done.urge")
    return redirect(url_for("console.ticket", ref=ref), 303)


def _is_of(one: OnLine, who: Me) -> bool:
    return any(page.staff_id == who.id for page in one.pages)


def _pop(session: Session, one: OnLine, who: Me, at: datetime, language: str) -> Pop:
    talk, ticket = one.talk, one.ticket
    rings = (talk,) if talk is not None else one.pages
    since_at = talk.joined_at if talk is not None and talk.joined_at is not None else one.call.began_at
    return Pop(
        call_id=one.call.id, ref=ticket.ref, what=what(ticket, language), where=in_language(ticket.place, language),
        level=ticket.level, is_talk=talk is not None, is_mine=_is_of(one, who),
        people=tuple(dict.fromkeys(page.staff.name for page in rings)), since_s=(at - since_at).total_seconds(),
        known=known_of(session, one.call, one.intake, who, at=at, language=language),
    )  # fmt: skip
