"""The promised end of a trouble is about to pass, or has, without a word: those who can write one are told."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.clock import local
from base.wiring import settings
from directory.models import Building, Staff
from messages import actions as messages
from messages.lifecycle import MessageClass
from oncall import words
from oncall.actions.duty import who_is_on_duty
from oncall.actions.paging import AFTER_PAGES, TEXT_VALID
from tickets.actions import incidents
from tickets.models import Incident


def alarm(session: Session, incident_id: int, *, at: datetime) -> None:
    """Text whoever opened it and the supervisor on duty, once it has passed the manager too; each alarm once."""
    due_at = session.scalar(select(Incident.alarm_due_at).where(Incident.id == incident_id))
    incident = incidents.claim_alarm(session, incident_id, at=at)
    if incident is None or incident.known_end_at is None or due_at is None:
        return
    is_late = at >= incident.known_end_at
    duty = who_is_on_duty(session, incident.project_id, at=at)
    opener = [incident.opened_by] if incident.opened_by is not None and incident.opened_by.is_active else []
    told = {staff.id: staff for staff in (*opener, *duty.supervisor, *(duty.manager if is_late else ()))}
    for staff in told.values():
        messages.plan_text(
            session, number=staff.number, message_class=MessageClass.STAFF,
            body=_body(session, incident, staff, is_late=is_late, at=at),
            once_key=f"promise/{incident.id}/{due_at:%Y%m%d%H%M%S}/{staff.id}", about=f"incident:{incident.id}", at=at,
            valid_until_at=at + TEXT_VALID, language=staff.language, urgency=AFTER_PAGES, is_demo=staff.is_demo,
        )  # fmt: skip


def _body(session: Session, incident: Incident, staff: Staff, *, is_late: bool, at: datetime) -> str:
    language, zone = staff.language, settings().timezone
    those = select(Building.name).where(Building.id.in_(incident.building_ids)).order_by(Building.id)
    project = incident.project
    place = (project.name_en or project.name) if language == "en" else project.name
    buildings = ("、" if language != "en" else ", ").join(session.scalars(those))
    end_at = local(incident.known_end_at or at, zone)
    day = "" if end_at.date() == local(at, zone).date() else f"{end_at:%m-%d} "
    return words.text(
        "promise_late" if is_late else "promise_soon", language, place=f"{place} {buildings}".strip(),
        what=words.trouble(incident.kind.value, language), end=f"{day}{end_at:%H:%M}",
    )  # fmt: skip
