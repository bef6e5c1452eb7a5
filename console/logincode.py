"""The second page of the log-in: a code of somebody's telephone, after their password was right."""

from datetime import datetime, timedelta
from typing import Any

from flask import current_app, make_response, redirect, render_template, request, session, url_for

from base.access import Guard, guarded_by
from base.clock import now
from base.database import reading, transaction
from console.door import Answer, door, is_local, language
from console.login import HALF, enter, wait_words
from console.staff import seal_of
from console.words import say
from directory import secondsteps, tries
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.models import Staff

LASTS = timedelta(minutes=5)
"""So long after the password the code may come."""


@door.get("/login/code")
@guarded_by(Guard.PUBLIC)
def login_code() -> Answer:
    """One field; whoever has not given a password first is sent back to it."""
    return _page() if _half(now()) else redirect(url_for("console.login"), 303)


@door.post("/login/code")
@guarded_by(Guard.PUBLIC)
def log_in_code() -> Answer:
    """A code that is right opens the session. Those of one person are counted wherever they come from."""
    at = now()
    half = _half(at)
    if half is None:
        return redirect(url_for("console.login"), 303)
    staff_id, seal, _, wanted = half
    counted, typed = f"code/{staff_id}", request.form.get("code", "")[:60]
    with reading() as work:
        wait = tries.left(work, counted, at=at)
    if wait:
        return _wait(wait)
    with transaction() as work:
        staff = work.get(Staff, staff_id)
        if staff is None or not staff.is_active or seal_of(staff.password_hash) != seal:
            session.clear()
            return redirect(url_for("console.login"), 303)
        if secondsteps.prove(work, staff, typed, str(current_app.secret_key), at=at):
            tries.succeeded(work, counted)
            enter(work, staff, at, is_proved=True)
            return redirect(wanted if is_local(wanted) else url_for("console.desk"), 303)
        write_down(
            work, staff_id=None, what=AuditWhat.LOG_IN_REFUSED, about=f"staff:{staff.id}", reason="验证码 / code",
            at=at, project_id=staff.project_id,
        )  # fmt: skip
        wait = tries.failed(work, counted, at=at)
    return _wait(wait) if wait else (_page(say("second.fault.code", language())), 401)


def _half(at: datetime) -> tuple[int, str, float, str] | None:
    """Whose password was right a moment ago in this browser, and where they wanted to go."""
    kept: Any = session.get(HALF)
    return tuple(kept) if kept and at.timestamp() < kept[2] + LASTS.total_seconds() else None


def _wait(wait: timedelta) -> Answer:
    answer = make_response(_page(say("login.wait", language(), wait=wait_words(wait))), 429)
    answer.headers["Retry-After"] = str(max(round(wait.total_seconds()), 1))
    return answer


def _page(fault: str = "") -> str:
    return render_template("login_code.html", fault=fault)
