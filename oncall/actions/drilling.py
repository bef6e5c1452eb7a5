"""Rehearsals: one begins, is looked after, and ends. Only our own people are paged, in the real way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

import tickets.actions
from base.queue import Lane, enqueue
from base.rows import alone, insert
from base.wiring import settings
from directory.models import Building, Project, Staff
from oncall.actions.duty import everybody, who_is_on_duty
from oncall.actions.standing_down import stand_down
from oncall.drills import ENDS_AFTER, TAKEN_FOR, last_due
from oncall.ladderbook import ladders_of
from oncall.models import Drill, DrillOutcome
from tickets.actions import TicketDraft
from tickets.lifecycle import MOVING, Channel, Kind, Status
from tickets.models import Ticket
from tickets.triage import level_of

CATEGORY = "lift_trapped"
ENDED = ("演练结束", "the rehearsal is over")


@dataclass(frozen=True, slots=True)
class NotNow:
    """No rehearsal now: something real is open there, or another rehearsal (`is_running`)."""

    is_running: bool


@dataclass(frozen=True, slots=True)
class Woken:
    """Whom a rehearsal wakes, `after_s` seconds after it began, unless somebody took it before."""

    after_s: int
    people: tuple[Staff, ...]


def whom_it_wakes(session: Session, project_id: int, *, at: datetime) -> list[Woken]:
    """The rungs that a rehearsal climbs while it lasts, with those whom each would wake now."""
    clock = at.astimezone(ZoneInfo(settings().timezone)).time()
    ladder = ladders_of(settings().ladders_file, settings().clocks_file).of(
        level_of(Kind.EMERGENCY, CATEGORY), is_refused=False, also=(CATEGORY, Kind.EMERGENCY.value), at_time=clock
    )
    duty, woken = who_is_on_duty(session, project_id, at=at), []
    for rung in ladder.rungs:
        if rung.after_s >= ENDS_AFTER.total_seconds():
            break
        meant = (
            everybody(session, project_id, at=at)
            if rung.everybody
            else [s for post in rung.posts for s in duty.of(post)]
        )
        woken.append(Woken(rung.after_s, tuple({staff.id: staff for staff in meant}.values())))
    return woken


def start_drill(
    session: Session, project: Project, *, once_key: str, at: datetime, by_id: int | None = None
) -> Drill | NotNow:
    """Rehearse that somebody is trapped in a lift of `project`; the same `once_key` again answers the same one.

    `by_id` is the member of staff who wants it, where one is known: the ticket's timeline says so.
    """
    alone(session, f"drill/{project.id}")
    known = session.scalar(select(Drill).where(Drill.once_key == once_key))
    if known is not None:
        return known
    if _real(session, project.id):
        return NotNow(is_running=False)
    if _running(session, project.id):
        return NotNow(is_running=True)
    building = session.scalar(select(Building.name).where(Building.project_id == project.id).order_by(Building.id))
    draft = TicketDraft(
        kind=Kind.EMERGENCY, category=CATEGORY, channel=Channel.DESK, project_id=project.id, place=building or "",
        is_drill=True, told={"drill": "yes"},
    )  # fmt: skip
    ticket = tickets.actions.open_ticket(session, draft, at=at, staff_id=by_id)
    drill = Drill(
        project_id=project.id, once_key=once_key, ticket_id=ticket.id, outcome=DrillOutcome.RUNNING, started_at=at
    )
    session.add(drill)
    session.flush()
    enqueue(session, Lane.URGENT, "oncall.jobs.climb", ticket.id)
    return drill


def drills_to_begin(session: Session, *, at: datetime) -> list[int]:
    """The projects whose rehearsal of the schedule is due and has neither begun nor been left out."""
    due_at = last_due(settings().drills_at, at=at, zone=settings().timezone)
    if due_at is None:
        return []
    begun = set(session.scalars(select(Drill.once_key).where(Drill.started_at >= due_at)))
    projects = session.scalars(select(Project.id).order_by(Project.id))
    return [project_id for project_id in projects if _key(project_id, due_at) not in begun]


def begin_by_schedule(session: Session, project_id: int, *, at: datetime) -> None:
    """The rehearsal of the schedule that is due in a project; left out, and said so, while something real is open."""
    due_at = last_due(settings().drills_at, at=at, zone=settings().timezone)
    if due_at is None:
        return
    once_key = _key(project_id, due_at)
    begun = start_drill(session, session.get_one(Project, project_id), once_key=once_key, at=at)
    if isinstance(begun, NotNow):
        left_out = {"project_id": project_id, "once_key": once_key, "started_at": at, "outcome": DrillOutcome.SKIPPED}
        session.execute(insert(Drill).values(**left_out).on_conflict_do_nothing(index_elements=["once_key"]))


def running_drills(session: Session) -> list[int]:
    """Rehearsals that are not over, and those whose ticket still stands on the desk."""
    moving = exists().where(Ticket.id == Drill.ticket_id, Ticket.status.in_(MOVING))
    is_open = or_(Drill.outcome == DrillOutcome.RUNNING, (Drill.outcome != DrillOutcome.SKIPPED) & moving)
    return list(session.scalars(select(Drill.id).where(is_open).order_by(Drill.id)))


def look_after_drill(session: Session, drill_id: int, *, at: datetime) -> None:
    """Bring one rehearsal up to date.

    1. It was taken: that is its result, and some minutes later it leaves the desk.
    2. Something real was opened in its project: it gives way at once.
    3. Nobody took it in time: that is its result too.
    """
    drill = session.get_one(Drill, drill_id)
    if drill.ticket_id is None:
        return
    ticket = tickets.actions.get(session, drill.ticket_id)
    if ticket.acknowledged_at is not None:
        _ends_as(session, drill, DrillOutcome.TAKEN, taken_at=ticket.acknowledged_at, taken_by_id=ticket.assignee_id)
        if at >= ticket.acknowledged_at + TAKEN_FOR or _real(session, drill.project_id):
            _put_away(session, ticket, at)
    elif ticket.status != Status.OPEN:
        _ends_as(session, drill, DrillOutcome.WITHDRAWN)
    elif _real(session, drill.project_id):
        _ends_as(session, drill, DrillOutcome.WITHDRAWN)
        _put_away(session, ticket, at)
    elif at >= drill.started_at + ENDS_AFTER:
        _ends_as(session, drill, DrillOutcome.NOBODY)
        _put_away(session, ticket, at)


def past_drills(session: Session, project_ids: Sequence[int], *, limit: int = 24) -> list[Drill]:
    """The newest rehearsals of these projects, newest first."""
    found = select(Drill).where(Drill.project_id.in_(project_ids)).order_by(Drill.started_at.desc(), Drill.id.desc())
    return list(session.scalars(found.limit(limit)))


def _real(session: Session, project_id: int) -> bool:
    """Whether a real emergency is open there, or nobody knows yet where one is."""
    here = or_(Ticket.project_id == project_id, Ticket.project_id.is_(None))
    real = select(Ticket.id).where(Ticket.kind == Kind.EMERGENCY, Ticket.status.in_(MOVING), ~Ticket.is_drill, here)
    return session.scalar(real.limit(1)) is not None


def _running(session: Session, project_id: int) -> bool:
    running = select(Drill.id).where(Drill.outcome == DrillOutcome.RUNNING, Drill.project_id == project_id)
    return session.scalar(running.limit(1)) is not None


def _ends_as(session: Session, drill: Drill, outcome: DrillOutcome, **known: object) -> None:
    """The first result counts."""
    session.execute(
        update(Drill)
        .where(Drill.id == drill.id, Drill.outcome == DrillOutcome.RUNNING)
        .values(outcome=outcome, **known)
        .execution_options(synchronize_session=False)
    )
    session.expire(drill)


def _put_away(session: Session, ticket: Ticket, at: datetime) -> None:
    if ticket.status in MOVING:
        is_open = ticket.status == Status.OPEN
        tickets.actions.cancel(session, ticket.id, None, at=at, text=" / ".join(ENDED))
        if is_open:
            stand_down(session, ticket, by=None, at=at)


def _key(project_id: int, due_at: datetime) -> str:
    return f"schedule/{project_id}/{due_at:%Y%m%d%H%M}"
