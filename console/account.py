"""My account: another password, and the browsers in which I am logged in."""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask_login import login_user

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import BadInput, NotFound
from base.refusals import half
from console import passwords
from console.devices import device_words
from console.door import Answer, door, language
from console.login import wait_words
from console.staff import me, seal_of
from console.sure import must_be_sure
from console.words import say
from directory import secondsteps, sessions, tries
from directory.accessmodels import LogIn
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.models import Staff
from directory.staffing import LONGEST_PASSWORD, SHORTEST_PASSWORD, hash_password, set_password


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser in which somebody is logged in, in words; `is_this`: the one that asks."""

    id: int
    device: str
    address: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


@door.get("/me")
@guarded_by(*EVERYBODY_ON_STAFF)
def account() -> Answer:
    """What I may change of my own."""
    return _page()


@door.post("/me/password")
@guarded_by(*EVERYBODY_ON_STAFF)
def change_password() -> Answer:
    """Another password for the old one; whoever is logged in elsewhere in my name is logged out."""
    who, at, words = me(), now(), language()
    old, new = request.form.get("old", ""), request.form.get("new", "")
    counted = f"password/{who.id}"
    with reading() as session:
        wait = tries.left(session, counted, at=at)
        stored = session.get_one(Staff, who.id).password_hash
    if wait:
        return _page({"old": say("login.wait", words, wait=wait_words(wait))}), 429
    if not passwords.is_right(old, stored):
        with transaction() as session:
            tries.failed(session, counted, at=at)
        return _page({"old": say("account.fault.old", words)}), 422
    if new != request.form.get("again", ""):
        return _page({"again": say("account.fault.again", words)}), 422
    if new == old:
        return _page({"new": say("account.fault.same", words)}), 422
    try:
        made = hash_password(new)
    except BadInput as error:
        return _page({"new": half(error.message, words)}), 422
    with transaction() as session:
        tries.succeeded(session, counted)
        set_password(session, session.get_one(Staff, who.id), made, by_id=who.id, at=at, but=who.log_in_id)
    login_user(replace(who, seal=seal_of(made)))
    flash("account.password.done")
    return redirect(url_for("console.account"), 303)


@door.post("/me/keys")
@guarded_by(*EVERYBODY_ON_STAFF)
def choose_my_keys() -> Answer:
    """Whether single letters do something at my desk (WCAG 2.1.4): who speaks to it switches them off."""
    chosen = request.form.get("letters", "")
    if chosen not in {"yes", "no"}:
        raise BadInput("请选择打开或关闭单字母快捷键。Choose whether single letters are on or off.")
    with transaction() as session:
        session.get_one(Staff, me().id).letter_keys = chosen == "yes"
    flash("account.keys.on" if chosen == "yes" else "account.keys.off")
    return redirect(url_for("console.account"), 303)


@door.post("/me/sessions/<id:id>/end")
@guarded_by(*EVERYBODY_ON_STAFF)
def end_my_session(id: int) -> Answer:
    """One of my browsers has to log in again. Raises `NotFound` for one that is not mine, or over."""
    must_be_sure()
    who, at = me(), now()
    with transaction() as session:
        if not sessions.end(session, who.id, at=at, only=id):
            raise NotFound("没有这个登录，或者它已经结束。There is no such log-in, or it is over.")
        write_down(session, staff_id=who.id, what=AuditWhat.SESSION_ENDED, about=f"staff:{who.id}", at=at)
    flash("account.ended")
    return redirect(url_for("console.account"), 303)


@door.post("/me/sessions/end")
@guarded_by(*EVERYBODY_ON_STAFF)
def end_my_other_sessions() -> Answer:
    """All of my browsers but this one have to log in again."""
    must_be_sure()
    who, at = me(), now()
    with transaction() as session:
        if sessions.end(session, who.id, at=at, but=who.log_in_id):
            write_down(session, staff_id=who.id, what=AuditWhat.SESSION_ENDED, about=f"staff:{who.id}", at=at)
    flash("account.ended")
    return redirect(url_for("console.account"), 303)


def browsers(found: list[LogIn], this: int = 0) -> list[Browser]:
    """The browsers of these log-ins."""
    return [
        Browser(one.id, device_words(one.device), one.address, one.began_at, one.seen_at, one.id == this)
        for one in found
    ]  # fmt: skip


def _page(faults: dict[str, str] | None = None) -> str:
    who, at = me(), now()
    with reading() as session:
        found = browsers(sessions.standing(session, who.id, at=at), who.log_in_id)
        login = session.get_one(Staff, who.id).login
        has_second = secondsteps.standing(session, who.id) is not None
    return render_template(
        "account.html", who=who, login=login, browsers=found, at=at, faults=faults or {}, shortest=SHORTEST_PASSWORD,
        longest=LONGEST_PASSWORD, has_second=has_second,
        here=url_for("console.account") if request.method == "POST" else "",
    )  # fmt: skip
