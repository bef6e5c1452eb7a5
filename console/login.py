"""Coming in and going out."""

from datetime import datetime, timedelta

from flask import Response, flash, make_response, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, Guard, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.wiring import settings
from console import passwords
from console.door import CHOSEN, Answer, door, is_local, language
from console.staff import as_me, me, seal_of
from console.words import LANGUAGES, say
from directory import secondsteps, sessions, tries
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.models import Language, Staff

HALF = "half"
"""Under this name the session keeps whose password was right, until they have shown a code too."""


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
    """A right pair opens a new session; a wrong one does not say which half was wrong, and in the end has to wait."""
    name = request.form.get("login", "").strip()[:80]
    password = request.form.get("password", "")
    wanted, at = request.form.get("next", ""), now()
    if not name or not password:
        return _page(wanted, login=name, fault="login.fill"), 422
    with reading() as work:
        wait = tries.left(work, throttle_key(), at=at)
        staff = work.scalar(select(Staff).where(func.lower(Staff.login) == name.lower(), Staff.is_active))
    if wait:
        return _wait(wanted, name, wait)
    stored = staff.password_hash if staff else ""
    if not passwords.is_right(password, stored) or staff is None:
        with transaction() as work:
            wait = _refuse(work, staff, at)
        return _wait(wanted, name, wait) if wait else (_page(wanted, login=name, fault="login.wrong"), 401)
    anew = passwords.hashed(password) if passwords.is_old(stored) else stored
    with transaction() as work:
        # looking took a while: whoever left, or has another password since, does not come in by the old one
        staff = work.get_one(Staff, staff.id, with_for_update={"key_share": True})
        if not staff.is_active or staff.password_hash != stored:
            return _page(wanted, login=name, fault="login.wrong"), 401
        tries.succeeded(work, throttle_key())
        staff.password_hash = anew
        if secondsteps.standing(work, staff.id) is not None:
            session[HALF] = [staff.id, seal_of(anew), at.timestamp(), wanted]
            return redirect(url_for("console.login_code"), 303)
        enter(work, staff, at)
    return redirect(wanted if is_local(wanted) else url_for("console.desk"), 303)


@door.post("/logout")
@guarded_by(*EVERYBODY_ON_STAFF)
def log_out() -> Answer:
    """The session ends; the page of the log-in still speaks the language, and whoever comes next has their own."""
    words, who, at = language(), me(), now()
    with transaction() as work:
        sessions.end(work, who.id, at=at, only=who.log_in_id)
        write_down(work, staff_id=who.id, what=AuditWhat.LOGGED_OUT, about=f"staff:{who.id}", at=at)
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


def wait_words(wait: timedelta) -> str:
    """How long somebody who tried in vain has to wait, in the reader's language."""
    seconds = max(round(wait.total_seconds()), 1)
    unit, n = ("minutes", -(-seconds // 60)) if seconds > 60 else ("seconds", seconds)
    return say(f"login.wait.{unit}" + (".one" if n == 1 else ""), language(), n=n)


def enter(work: Session, staff: Staff, at: datetime, *, is_proved: bool = False) -> None:
    """From now on this browser is theirs."""
    made, key = sessions.begin(work, staff, at=at, device=request.user_agent.string, is_proved=is_proved)
    write_down(work, staff_id=staff.id, what=AuditWhat.LOGGED_IN, about=f"staff:{staff.id}", at=at)
    who = as_me(staff).at(key, made.id, is_proved=is_proved)
    chosen = session.get(CHOSEN)
    if chosen in LANGUAGES:
        staff.reads = Language(chosen)
    session.clear()
    session.permanent = True
    session["lang"] = chosen if chosen in LANGUAGES else who.language
    login_user(who)


def _refuse(work: Session, staff: Staff | None, at: datetime) -> timedelta:
    """At whose door somebody failed is written down. What nobody is called may be a password: it is not kept."""
    write_down(
        work, staff_id=None, what=AuditWhat.LOG_IN_REFUSED, about=f"staff:{staff.id if staff else 0}", at=at,
        project_id=staff.project_id if staff else None,
    )  # fmt: skip
    return tries.failed(work, throttle_key(), at=at)


def _wait(wanted: str, name: str, wait: timedelta) -> Response:
    page = _page(wanted, login=name, fault="login.wait", wait=wait_words(wait))
    answer = make_response(page, 429)
    answer.headers["Retry-After"] = str(max(round(wait.total_seconds()), 1))
    return answer


def _page(wanted: str, *, login: str = "", fault: str = "", wait: str = "") -> str:
    return render_template(
        "login.html", next=wanted if is_local(wanted) else "", login=login, fault=fault, wait=wait,
        is_demo=settings().is_development,
    )  # fmt: skip
