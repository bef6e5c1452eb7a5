"""The page of who may log in: for each colleague a password to be used once, and an end to their log-ins."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from base.access import Role, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import Conflict, NotFound
from console.door import Answer, door, language
from console.facts import project_name
from console.staff import me
from console.sure import must_be_sure
from directory import secondsteps, sessions
from directory.accessmodels import SecondStep
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.models import Staff
from directory.staffing import hash_password, new_password, set_password


@dataclass(frozen=True, slots=True)
class Account:
    """One who works here, or did; `browsers` in which they are logged in."""

    id: int
    name: str
    login: str
    role: Role
    project: str
    browsers: int
    has_password: bool
    must_change: bool
    has_second: bool
    is_me: bool


@door.get("/staff")
@guarded_by(Role.ADMIN)
def staff_accounts() -> Answer:
    """Everybody who works here."""
    return _page()


@door.post("/staff/<id:id>/password")
@guarded_by(Role.ADMIN)
def reset_password(id: int) -> Answer:
    """A password that is shown on this answer alone, and has to be changed at the first log-in."""
    password = new_password()
    stored = hash_password(password)
    with transaction() as session:
        one = colleague(session, id)
        must_be_sure()
        set_password(session, one, stored, by_id=me().id, at=now(), is_once=True)
        made = (one.name, one.login, password)
    return _page(made)


@door.post("/staff/<id:id>/sessions/end")
@guarded_by(Role.ADMIN)
def end_sessions_of(id: int) -> Answer:
    """A colleague has to log in again, wherever they are."""
    at = now()
    with transaction() as session:
        one = colleague(session, id)
        must_be_sure()
        sessions.end(session, one.id, at=at)
        write_down(
            session, staff_id=me().id, what=AuditWhat.SESSION_ENDED, about=f"staff:{one.id}", at=at,
            project_id=one.project_id,
        )  # fmt: skip
    flash("accounts.ended")
    return redirect(url_for("console.staff_accounts") + f"#a-{id}", 303)


@door.post("/staff/<id:id>/second/off")
@guarded_by(Role.ADMIN)
def drop_second_step(id: int) -> Answer:
    """A colleague lost their telephone: their password alone is enough, until they begin anew."""
    at = now()
    with transaction() as session:
        one = colleague(session, id)
        must_be_sure()
        secondsteps.drop(session, one, by_id=me().id, at=at)
        sessions.end(session, one.id, at=at)
    flash("accounts.second_off")
    return redirect(url_for("console.staff_accounts") + f"#a-{id}", 303)


def colleague(session: Session, id: int) -> Staff:
    """Somebody else who works here. Raises `NotFound`, and `Conflict` for oneself."""
    one = session.get(Staff, id)
    if one is None or not one.is_active:
        raise NotFound("没有这位在职员工。Nobody of that number works here.")
    if one.id == me().id:
        raise Conflict("自己的密码和登录请在“我的账号”里改。Change your own on the page of your account.")
    return one


def _page(made: tuple[str, str, str] | None = None) -> str:
    with reading() as session:
        alive = sessions.counts(session, at=now())
        proved = set(session.scalars(select(SecondStep.staff_id).where(SecondStep.since_at.is_not(None))))
        query = select(Staff).where(Staff.is_active).options(joinedload(Staff.project)).order_by(Staff.id)
        found = [
            Account(
                one.id, one.name, one.login, one.role, project_name(one.project, language()) if one.project else "",
                alive.get(one.id, 0), bool(one.password_hash), one.password_is_once, one.id in proved,
                one.id == me().id,
            )
            for one in session.scalars(query)
        ]  # fmt: skip
    return render_template(
        "accounts.html", staff=found, made=made,
        here=url_for("console.staff_accounts") if request.method == "POST" else "",
    )  # fmt: skip
