"""Coming in and going out."""

from flask import flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, Guard, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.wiring import settings
from console import passwords
from console.door import Answer, door, is_local, language
from console.staff import Me, as_me, me
from console.words import LANGUAGES
from directory.audit import write_down
from directory.models import AuditWhat, Staff


@door.get("/login")
@guarded_by(Guard.PUBLIC)
def login() -> Answer:
    """Two fields and a button."""
    if current_user.is_authenticated:
        return redirect(url_for("console.desk"))
    return _page(request.args.get("next", ""))


@door.post("/login")
@guarded_by(Guard.PUBLIC)
def log_in() -> Answer:
    """A right pair opens a new session; a wrong one does not say which half was wrong."""
    name = request.form.get("login", "").strip()[:80]
    password = request.form.get("password", "")
    wanted = request.form.get("next", "")
    if not name or not password:
        return _page(wanted, login=name, fault="login.fill"), 422
    with reading() as work:
        staff = work.scalar(select(Staff).where(func.lower(Staff.login) == name.lower(), Staff.is_active))
        known, stored = (as_me(staff), staff.password_hash) if staff else (None, "")
    is_right = passwords.is_right(password, stored)
    with transaction() as work:
        _write_down(work, known, is_right=is_right)
    if not is_right or known is None:
        return _page(wanted, login=name, fault="login.wrong"), 401
    if passwords.is_old(stored):
        known = _store_anew(known.id, password)
    chosen = session.get("lang")
    session.clear()
    session.permanent = True
    session["since"] = now().timestamp()
    session["lang"] = chosen if chosen in LANGUAGES else known.language
    login_user(known)
    return redirect(wanted if is_local(wanted) else url_for("console.desk"), 303)


@door.post("/logout")
@guarded_by(*EVERYBODY_ON_STAFF)
def log_out() -> Answer:
    """The session ends; the language stays."""
    words = language()
    with transaction() as work:
        write_down(work, staff_id=me().id, what=AuditWhat.LOGGED_OUT, about=f"staff:{me().id}", at=now())
    logout_user()
    session.clear()
    session["lang"] = words
    flash("login.out")
    return redirect(url_for("console.login"), 303)


def throttle_key() -> str:
    """Tries are counted by address and log-in together: nobody can lock out a colleague from elsewhere.

    Those of an address alone have a wider limit of their own.
    """
    return f"{request.remote_addr}/{request.form.get('login', '').strip().lower()[:80]}"


def _write_down(work: Session, known: Me | None, *, is_right: bool) -> None:
    """Who came in, or at whose door somebody failed. What nobody is called may be a password: it is not kept."""
    about = f"staff:{known.id}" if known else "staff:0"
    if known is not None and is_right:
        write_down(work, staff_id=known.id, what=AuditWhat.LOGGED_IN, about=about, at=now())
        return
    write_down(
        work, staff_id=None, what=AuditWhat.LOG_IN_REFUSED, about=about, at=now(),
        project_id=known.project_id if known else None,
    )  # fmt: skip


def _store_anew(staff_id: int, password: str) -> Me:
    with transaction() as work:
        staff = work.get(Staff, staff_id)
        staff.password_hash = passwords.hashed(password)
        return as_me(staff)


def _page(wanted: str, *, login: str = "", fault: str = "") -> str:
    return render_template(
        "login.html", next=wanted if is_local(wanted) else "", login=login, fault=fault,
        is_demo=settings().is_development,
    )  # fmt: skip
