"""A known trouble: opened with a scope and a promised end, put off, and over."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Integer, bindparam, or_, select
from sqlalchemy.orm import Session

from base.errors import BadInput, Conflict, NotFound
from directory.models import Building, Project
from tickets import children
from tickets.actions.house import known_words
from tickets.actions.moving import resolve
from tickets.actions.timeline import add_event, get
from tickets.lifecycle import ENDANGERS_LIFE, MOVING, IncidentKind, IncidentState, IncidentStep
from tickets.models import EventType, Incident, IncidentEvent, Ticket

LONGEST_CAUSE = 200
WITH_INCIDENT = "incident"
"""How a ticket was resolved that was only about a trouble which is over."""
ALARM_AHEAD = timedelta(minutes=15)
"""So long before its end passes somebody is told that a promise needs another word, or its all-clear."""
ALARM_AGAIN = timedelta(minutes=30)
ALARMS_AFTER = timedelta(hours=2)
"""How long after its end a promise that nobody kept is still alarmed about; then the desk alone stays red."""

# ready-made: a caller waits for the answer
_PROJECT = bindparam("project_id", type_=Integer)
LASTING = (
    select(Incident)
    .where(
        Incident.state == IncidentState.OPEN, Incident.kind != IncidentKind.DRILL,
        or_(_PROJECT.is_(None), Incident.project_id == _PROJECT),
    )
    .order_by(Incident.id)
)  # fmt: skip
"""The troubles of `lasting`, by `project_id`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentDraft:
    """A trouble before it is opened; without `building_ids` it touches the whole project."""

    kind: IncidentKind
    project_id: int
    building_ids: tuple[int, ...] = ()
    cause: str = ""
    promised_end_at: datetime | None = None


def open_incident(session: Session, draft: IncidentDraft, *, by_id: int | None, at: datetime) -> Incident:
    """Open it. Raises `BadInput` for a scope that does not exist and for a promise in the past."""
    if session.get(Project, draft.project_id) is None:
        raise BadInput(f"没有这个项目：{draft.project_id}。There is no project {draft.project_id}.")
    _check_buildings(draft.building_ids, buildings_of(session, draft.project_id))
    _must_come(draft.promised_end_at, at)
    incident = Incident(
        kind=draft.kind, project_id=draft.project_id, building_ids=sorted(set(draft.building_ids)),
        cause=draft.cause.strip()[:LONGEST_CAUSE], promised_end_at=draft.promised_end_at, opened_at=at,
        opened_by_id=by_id, alarm_due_at=_alarm_at(draft.promised_end_at, at),
    )  # fmt: skip
    session.add(incident)
    session.flush()
    _note(session, incident, IncidentStep.OPENED, at)
    return incident


def delay(
    session: Session, incident_id: int, *, promised_end_at: datetime, at: datetime, told_end_at: datetime | None = None
) -> Incident:  # fmt: skip
    """Promise another end. Raises `BadInput` for one in the past, `Conflict` for a trouble that is over.

    The end that owners hold (`told_end_at`) is alarmed about until they know the other (`end_is_told`).
    """
    incident = incident_by_id(session, incident_id)
    _must_last(incident)
    _must_come(promised_end_at, at)
    incident.told_end_at, incident.promised_end_at = told_end_at, promised_end_at
    if told_end_at is None:
        incident.alarm_due_at = _alarm_at(promised_end_at, at)
    session.flush()
    _note(session, incident, IncidentStep.DELAYED, at)
    for ticket in moving_tickets(session, incident.id):
        add_event(
            session, ticket.id, EventType.AMENDED, at=at,
            data={"incident": incident.id, "trouble": incident.kind.value, "put_off": True} | _until(incident),
        )  # fmt: skip
    return incident


def end_is_told(session: Session, incident_id: int, *, at: datetime) -> datetime | None:
    """Owners are told the end that is promised, or that it is over: the end they knew before, if that was another.

    From now on the alarm is about this one.
    """
    incident = incident_by_id(session, incident_id)
    before_at, incident.told_end_at = incident.told_end_at, None
    lasts = incident.state is IncidentState.OPEN
    incident.alarm_due_at = _alarm_at(incident.promised_end_at, at) if lasts else None
    session.flush()
    return before_at


def end_is_untold(session: Session, incident_id: int, before_at: datetime | None, *, at: datetime) -> None:
    """What told owners so was stopped on its way: some of them still hold the end `before_at`, or wait for the end."""
    incident = incident_by_id(session, incident_id)
    incident.told_end_at = before_at or incident.told_end_at
    known_at = incident.known_end_at
    incident.alarm_due_at = max(known_at - ALARM_AHEAD, at) if known_at is not None else None
    session.flush()


def rescope(session: Session, incident_id: int, building_ids: Collection[int], *, at: datetime) -> set[int]:
    """It touches these buildings, none: the whole project. Answers the buildings it touched before.

    Raises `BadInput` for buildings of another project, `Conflict` for a trouble that is over, or where nothing changes.
    """
    incident = incident_by_id(session, incident_id)
    _must_last(incident)
    all_of_them = buildings_of(session, incident.project_id)
    _check_buildings(building_ids, all_of_them)
    before, after = set(incident.building_ids) or all_of_them, set(building_ids) or all_of_them
    if before == after:
        raise Conflict("范围没有变化。The scope is the same as before.")
    incident.building_ids = sorted(set(building_ids))
    session.flush()
    _note(session, incident, IncidentStep.RESCOPED, at)
    for ticket in moving_tickets(session, incident.id):
        add_event(
            session, ticket.id, EventType.AMENDED, at=at,
            data={"incident": incident.id, "trouble": incident.kind.value, "buildings": incident.building_ids}
            | _until(incident),
        )  # fmt: skip
    return before


def buildings_touched(session: Session, incident: Incident) -> set[int]:
    """The buildings an incident touches, also where it names none and touches the whole project."""
    return set(incident.building_ids) or buildings_of(session, incident.project_id)


def restore(
    session: Session, incident_id: int, *, at: datetime, by_id: int | None = None, is_awaited: bool = False
) -> Incident:  # fmt: skip
    """It is over, and so is what was only about it; the rest goes on. Raises `Conflict` if it was already.

    Where owners wait for the end they were told (`is_awaited`), that is alarmed about until they hear so.
    """
    incident = incident_by_id(session, incident_id)
    _must_last(incident)
    incident.state, incident.restored_at = IncidentState.RESTORED, at
    if not is_awaited:
        incident.alarm_due_at = None
    session.flush()
    _note(session, incident, IncidentStep.RESTORED, at)
    for ticket in moving_tickets(session, incident_id):
        said = (ticket.kind, ticket.category, ticket.level, ticket.summary)
        if children.is_answered(incident.kind, *said, known_words()):
            text = children.result(incident.kind, ticket.language)
            resolve(session, ticket.id, by_id, at=at, text=text, how=WITH_INCIDENT)
        else:
            add_event(session, ticket.id, EventType.AMENDED, at=at, staff_id=by_id, data={"incident_over": incident.id})
    return incident


def attach(session: Session, incident_id: int, ticket_id: int, *, by_id: int | None, at: datetime) -> Ticket:
    """Say that a ticket is about this trouble. Raises `Conflict` where they are not of one project."""
    incident, ticket = incident_by_id(session, incident_id), get(session, ticket_id)
    if ticket.project_id not in {None, incident.project_id}:
        raise Conflict("工单和事件不在同一个项目。The ticket and the incident belong to different projects.")
    if ticket.incident_id == incident.id:
        return ticket
    ticket.incident_id = incident.id
    session.flush()
    add_event(
        session, ticket.id, EventType.AMENDED, at=at, staff_id=by_id,
        data={"incident": incident.id, "trouble": incident.kind.value} | _until(incident),
    )  # fmt: skip
    return ticket


def lasting(session: Session, project_id: int | None) -> Sequence[Incident]:
    """The troubles that last in a project, without one in all of them; a rehearsal is none."""
    return session.scalars(LASTING, {"project_id": project_id}).all()


def touching(
    those: Iterable[Incident], *, projects: Collection[int], buildings: Collection[int]
) -> list[Incident]:  # fmt: skip
    """Of these troubles those that touch one of these buildings, or the whole of one of these projects: what endangers

    life first, then the newest.
    """
    found = [
        one for one in those
        if one.project_id in projects and (not one.building_ids or not set(buildings).isdisjoint(one.building_ids))
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.kind not in ENDANGERS_LIFE, -one.id))


def incident_by_id(session: Session, incident_id: int) -> Incident:
    """One incident, locked until the end of the transaction. Raises `NotFound`."""
    incident = session.get(Incident, incident_id, with_for_update=True, populate_existing=True)
    if incident is None:
        raise NotFound(f"没有这个事件：{incident_id}。There is no incident {incident_id}.")
    return incident


def overdue(session: Session, *, at: datetime) -> Sequence[Incident]:
    """Troubles of which the end that owners know has passed: they are owed a word, be it written or not."""
    lasting = select(Incident).where(Incident.state == IncidentState.OPEN, Incident.known_end_at <= at)
    return session.scalars(lasting.order_by(Incident.known_end_at, Incident.id)).all()


def alarms_due(session: Session, *, at: datetime) -> Sequence[int]:
    """Troubles about whose promise somebody has to be told now."""
    return session.scalars(select(Incident.id).where(Incident.alarm_due_at <= at).order_by(Incident.alarm_due_at)).all()


def claim_alarm(session: Session, incident_id: int, *, at: datetime) -> Incident | None:
    """The trouble, if an alarm about its promise is due, and the next one set: of two that look at once one gets it."""
    incident = incident_by_id(session, incident_id)
    end_at = incident.known_end_at
    if incident.alarm_due_at is None or incident.alarm_due_at > at or end_at is None:
        return None
    next_at = end_at if at < end_at else at + ALARM_AGAIN
    incident.alarm_due_at = next_at if next_at <= end_at + ALARMS_AFTER else None
    session.flush()
    return incident


def moving_tickets(session: Session, incident_id: int) -> Sequence[Ticket]:
    """Its tickets that still move."""
    return session.scalars(
        select(Ticket).where(Ticket.incident_id == incident_id, Ticket.status.in_(MOVING)).order_by(Ticket.id)
    ).all()


def buildings_of(session: Session, project_id: int) -> set[int]:
    """All buildings of a project."""
    return set(session.scalars(select(Building.id).where(Building.project_id == project_id)))


def _note(session: Session, incident: Incident, step: IncidentStep, at: datetime) -> None:
    session.add(IncidentEvent(incident_id=incident.id, at=at, step=step))


def _check_buildings(chosen: Collection[int], known: set[int]) -> None:
    if strange := sorted(set(chosen) - known):
        raise BadInput(f"这个项目没有楼栋 {strange[0]}。This project has no building {strange[0]}.")


def _until(incident: Incident) -> dict[str, str]:
    """Until when the clocks of its tickets stand."""
    return {"until": incident.promised_end_at.isoformat()} if incident.promised_end_at else {}


def _must_last(incident: Incident) -> None:
    if incident.state is not IncidentState.OPEN:
        raise Conflict("这个事件已经结束。This incident is already over.")


def _alarm_at(end_at: datetime | None, at: datetime) -> datetime | None:
    """Ahead of its end; of a promise that is shorter than that, when half of it is over."""
    if end_at is None:
        return None
    return max(end_at - ALARM_AHEAD, at + (end_at - at) / 2)


def _must_come(moment: datetime | None, at: datetime) -> None:
    if moment is not None and moment <= at:
        raise BadInput("预计恢复时间已经过去，请重新填写。The promised end is in the past; give a later one.")
