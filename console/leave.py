"""Who is on leave: the list and the form; what it takes from the rota is named beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import BadInput, NotFound
from base.ids import as_id
from base.wiring import settings
from console.campaign_form import moment
from console.door import Answer, door, language
from console.scope import LEADERS, project_of
from console.staff import Me, me
from console.sure import must_be_sure
from console.words import say
from directory.models import Staff
from oncall.actions import leave as leaves
from oncall.actions.duty import taken_by
from oncall.models import Leave, LeaveKind
from oncall.rota import Away, Turn

MOST_TAKEN = 6
"""So many turns are named beside one leave; the page of the ninety days has them all."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One leave: why only for whom it concerns, and the turns it takes (`more`: of how many others)."""

    id: int
    name: str
    kind: LeaveKind | None
    starts_at: datetime
    ends_at: datetime
    note: str
    by: str
    taken: tuple[Turn, ...]
    more: int


@door.get("/oncall/leave")
@guarded_by(*EVERYBODY_ON_STAFF)
def leave() -> Answer:
    """Who is away, from when until when, and which turns that takes; leaders write down a new one."""
    at, who = now(), me()
    with reading() as session:
        standing = [
            _standing(session, who, one, at)
            for one in leaves.standing_leave(session, at=at, project_id=project_of(who))
        ]
        staff = [(one.id, one.name) for one in _staff(session, who)]
    return render_template(
        "oncall_leave.html", standing=standing, staff=staff, kinds=tuple(LeaveKind), at=at,
        may_change=who.role in LEADERS,
    )  # fmt: skip


@door.post("/oncall/leave")
@guarded_by(*LEADERS)
def write_leave() -> Answer:
    """Somebody is away. It counts at once: on the rota, on every ladder and for live calls."""
    form, who = request.form, me()
    try:
        with transaction() as session:
            staff_id = as_id(form.get("staff", ""))
            if staff_id not in {one.id for one in _staff(session, who)}:
                raise ValueError("not theirs")
            starts_at, ends_at = (moment(form.get(name, ""), settings().timezone) for name in ("from", "until"))
            if starts_at is None or ends_at is None:
                raise ValueError("no moment")
            leaves.write_leave(
                session, staff_id=staff_id, kind=LeaveKind(form.get("kind", "")), starts_at=starts_at,
                ends_at=ends_at, note=form.get("note", ""), by_id=who.id, at=now(),
            )  # fmt: skip
    except ValueError:
        raise BadInput(say("leave.fault", language())) from None
    flash("leave.done")
    return redirect(url_for("console.leave"), 303)


@door.post("/oncall/leave/<id:id>/withdraw")
@guarded_by(*LEADERS)
def withdraw_leave(id: int) -> Answer:
    """It does not hold: the turns are theirs again."""
    who = me()
    with transaction() as session:
        written = leaves.leave_of(session, id)
        if written.staff_id not in {one.id for one in _staff(session, who)}:
            raise NotFound("没有这条休假，或者它不归您管。There is no such leave, or it is not yours.")
        must_be_sure()
        leaves.withdraw_leave(session, id, by_id=who.id, at=now())
    flash("leave.withdrawn")
    return redirect(url_for("console.leave"), 303)


def _staff(session: Session, who: Me) -> Sequence[Staff]:
    """Whose leave `who` writes down: that of their own project, or of everybody."""
    query = select(Staff).where(Staff.is_active)
    if (project_id := project_of(who)) is not None:
        query = query.where(Staff.project_id == project_id)
    return session.scalars(query.order_by(Staff.name, Staff.id)).all()


def _standing(session: Session, who: Me, one: Leave, at: datetime) -> Standing:
    is_told_why = who.role in LEADERS or who.id == one.staff_id
    taken = [turn for _, turn in taken_by(session, Away(one.staff_id, max(at, one.starts_at), one.ends_at))]
    return Standing(
        one.id, one.staff.name, one.kind if is_told_why else None, one.starts_at, one.ends_at,
        one.note if is_told_why else "", one.written_by.name if one.written_by else "", tuple(taken[:MOST_TAKEN]),
        max(0, len(taken) - MOST_TAKEN),
    )  # fmt: skip
