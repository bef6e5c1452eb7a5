"""My second step: begun with a picture for a telephone, confirmed by a code; spare codes; taken away by a code."""

from collections.abc import Callable
from datetime import datetime, timedelta

import segno
from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.wiring import settings
from console.door import Answer, door, language
from console.login import wait_words
from console.proofs import is_asked
from console.staff import me
from console.words import say
from directory import codes, secondsteps, sessions, tries
from directory.models import Staff

Spares = list[str]


@door.get("/me/second")
@guarded_by(*EVERYBODY_ON_STAFF)
def second_step() -> Answer:
    """Whether it is on, and what can be done."""
    return _page()


@door.post("/me/second")
@guarded_by(*EVERYBODY_ON_STAFF)
def begin_second_step() -> Answer:
    """A picture for the telephone; nothing is asked for until it has shown a code."""
    return _begun()


@door.post("/me/second/confirm")
@guarded_by(*EVERYBODY_ON_STAFF)
def confirm_second_step() -> Answer:
    """From now on a code is asked at each log-in; this browser has shown one, all others have to log in again."""
    who = me()

    def confirm(session: Session, staff: Staff, typed: str, at: datetime) -> Spares | None:
        spares = secondsteps.confirm(session, staff, typed, _key(), at=at)
        if spares is not None:
            sessions.end(session, staff.id, at=at, but=who.log_in_id)
            sessions.set_proved(session, staff.id, is_proved=True)
        return spares

    return _with_code(confirm, _begun, lambda spares: _page(spares=spares))


@door.post("/me/second/spares")
@guarded_by(*EVERYBODY_ON_STAFF)
def renew_spares() -> Answer:
    """Other spare codes, shown on this answer alone; those on the old paper count no more."""

    def renew(session: Session, staff: Staff, typed: str, at: datetime) -> Spares | None:
        is_right = secondsteps.prove(session, staff, typed, _key(), at=at)
        return secondsteps.renew_spares(session, staff, at=at) if is_right else None

    return _with_code(renew, _page, lambda spares: _page(spares=spares))


@door.post("/me/second/off")
@guarded_by(*EVERYBODY_ON_STAFF)
def end_second_step() -> Answer:
    """A password alone is enough again, as far as the house's setting allows."""

    def end(session: Session, staff: Staff, typed: str, at: datetime) -> Spares | None:
        if not secondsteps.prove(session, staff, typed, _key(), at=at):
            return None
        secondsteps.drop(session, staff, by_id=staff.id, at=at)
        sessions.set_proved(session, staff.id, is_proved=False)
        return []

    def ended(_spares: Spares) -> Answer:
        flash("second.ended")
        return redirect(url_for("console.second_step"), 303)

    return _with_code(end, _page, ended)


def _with_code(
    act: Callable[[Session, Staff, str, datetime], Spares | None], again: Callable[[str], Answer],
    done: Callable[[Spares], Answer],
) -> Answer:  # fmt: skip
    """Do it with the code that was typed, or say `again` what is wrong. Who mistypes waits longer each time."""
    counted, typed, at = f"code/{me().id}", request.form.get("code", "")[:60], now()
    with reading() as session:
        wait = tries.left(session, counted, at=at)
    if wait:
        return _wait(again, wait)
    with transaction() as session:
        spares = act(session, session.get_one(Staff, me().id), typed, at)
        if spares is None:
            wait = tries.failed(session, counted, at=at)
        else:
            tries.succeeded(session, counted)
    if spares is not None:
        return done(spares)
    return _wait(again, wait) if wait else make_response(again(say("second.fault.code", language())), 422)


def _wait(again: Callable[[str], Answer], wait: timedelta) -> Answer:
    answer = make_response(again(say("login.wait", language(), wait=wait_words(wait))), 429)
    answer.headers["Retry-After"] = str(max(round(wait.total_seconds()), 1))
    return answer


def _begun(fault: str = "") -> Answer:
    with transaction() as session:
        secret = secondsteps.draft(session, me().id, _key(), at=now())
        login = session.get_one(Staff, me().id).login
    here = settings()
    company = here.company_name_en if language() == "en" else here.company_name
    picture = segno.make(codes.address(secret, login, company), error="m")
    spelt = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return _page(fault, picture=picture.svg_data_uri(scale=5, border=4, dark="#000", light="#fff"), secret=spelt)


def _page(fault: str = "", *, spares: Spares | None = None, picture: str = "", secret: str = "") -> str:
    with reading() as session:
        found = secondsteps.standing(session, me().id)
    return render_template(
        "second.html", standing=found, spares=spares, picture=picture, secret=secret, fault=fault, at=now(),
        is_asked=is_asked(), here=url_for("console.second_step") if request.method == "POST" else "",
    )  # fmt: skip


def _key() -> str:
    return str(current_app.secret_key)
