"""What a person's page says about greetings: their birthday and when it is next, and whether they mourn."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import local, now
from base.database import transaction
from base.wiring import settings
from console.door import Answer, door
from console.resident import about
from console.scope import DESK
from console.staff import me
from console.walls import person_for
from directory.audit import LONGEST, write_down
from directory.auditmodels import AuditWhat
from directory.models import Person
from outreach.actions import birthdays, blocks
from outreach.birthdays import Birthday, next_of

NOON = time(12)


@dataclass(frozen=True, slots=True)
class Care:
    """`birthday` is when it is kept next; `mourns_since` and `until`: for how long nobody greets them."""

    month: int | None
    day: int | None
    is_lunar: bool
    is_leap: bool
    next_at: datetime | None
    mourns_since: datetime | None
    until: datetime | None


def care_of(person: Person, *, at: datetime) -> Care:
    """What holds for this person at `at`."""
    since = person.bereaved_at if blocks.mourns(person, at) else None
    until = since + timedelta(days=settings().bereaved_days) if since else None
    return Care(
        person.birth_month, person.birth_day, person.birth_is_lunar, bool(person.birth_is_leap), _next(person, at),
        since, until,
    )  # fmt: skip


@door.post("/people/<id:id>/bereaved")
@guarded_by(*DESK)
def bereaved(id: int) -> Answer:
    """They have lost somebody: nobody greets them for a year."""
    with transaction() as session:
        _mark(session, id, AuditWhat.BEREAVED, now())
    return _done(id, "done.bereaved")


@door.post("/people/<id:id>/consoled")
@guarded_by(*DESK)
def consoled(id: int) -> Answer:
    """They may be greeted again."""
    with transaction() as session:
        _mark(session, id, AuditWhat.CONSOLED, None)
    return _done(id, "done.consoled")


def _mark(session: Session, id: int, what: AuditWhat, since: datetime | None) -> None:
    person, at = person_for(session, me(), id), now()
    if blocks.mourns(person, at) is (since is not None):
        return  # pressed twice, or somebody was quicker
    person.bereaved_at = since
    reason = request.form.get("text", "").strip()[:LONGEST]
    write_down(session, staff_id=me().id, what=what, about=about(person), reason=reason, at=at)


def _done(id: int, key: str) -> Answer:
    flash(key)
    return redirect(url_for("console.person", id=id), 303)


def _next(person: Person, at: datetime) -> datetime | None:
    if person.birth_month is None or person.birth_day is None:
        return None
    zone = settings().timezone
    birthday = Birthday(person.birth_month, person.birth_day, person.birth_is_lunar, bool(person.birth_is_leap))
    kept = next_of(birthday, local(at, zone).date(), birthdays.custom())
    return datetime.combine(kept.day, NOON, ZoneInfo(zone))
