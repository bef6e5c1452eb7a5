"""Who is at the desk: the member of staff behind this request, as plain values."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

import structlog
from flask import request
from flask_login import current_user
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from base.access import Role
from base.clock import now
from base.database import reading, transaction
from directory import sessions
from directory.models import Language, Staff

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Me:
    """The member of staff who is logged in; `project_id` None serves all projects.

    `key` and `log_in_id` are of the browser they are logged in with, `is_proved` says whether they showed a second
    proof there, and `must_change` that their password was given to them to be used once. With `letter_keys`
    single letters do something.
    """

    id: int
    name: str
    role: Role
    project_id: int | None
    language: str
    seal: str
    key: str = ""
    log_in_id: int = 0
    is_proved: bool = False
    must_change: bool = False
    letter_keys: bool = True
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """What the session keeps. A new password changes it, so that every older session ends."""
        return f"{self.id}.{self.seal}.{self.key}"

    def at(self, key: str, log_in_id: int, *, is_proved: bool) -> "Me":
        """The same in the browser they are logged in with."""
        return replace(self, key=key, log_in_id=log_in_id, is_proved=is_proved)


def me() -> Me:
    """Whoever is logged in; only behind a guard that asks for a role."""
    return cast(Me, current_user._get_current_object())


def as_me(staff: Staff) -> Me:
    """The plain values of a staff row."""
    return Me(
        staff.id, staff.name, staff.role, staff.project_id, (staff.reads or staff.language).value,
        seal_of(staff.password_hash), must_change=staff.password_is_once, letter_keys=staff.letter_keys,
    )  # fmt: skip


def load(kept: str) -> Me | None:
    """Whom a session speaks of; None when it is over or was ended, they left, or changed their password since."""
    id, _, rest = kept.partition(".")
    seal, _, key = rest.partition(".")
    at = now()
    with reading() as session:
        found = sessions.of_key(session, key, at=at) if key else None
        if found is None or (str(found.staff_id), seal_of(found.staff.password_hash)) != (id, seal):
            return None
        who = as_me(found.staff).at(key, found.id, is_proved=found.is_proved)
        is_to_be_marked = _is_a_press() and sessions.is_to_be_marked(found, at=at)
    if is_to_be_marked:
        _mark(who, at)
    return who


def keep_language(who: Me, chosen: str) -> None:
    """Their pages are in this language from now on, wherever they log in."""
    if chosen != who.language:
        _unless_away(lambda session: setattr(session.get_one(Staff, who.id), "reads", Language(chosen)))


def seal_of(password_hash: str) -> str:
    """What of a password the session keeps."""
    return hashlib.sha256(password_hash.encode()).hexdigest()[:16]


def _is_a_press() -> bool:
    """Whether somebody asks, and not a page that was left open and looks by itself for what is new."""
    return request.method not in {"GET", "HEAD"} or "HX-Request" not in request.headers


def _mark(who: Me, at: datetime) -> None:
    _unless_away(lambda session: sessions.mark_seen(session, who.log_in_id, at=at))


def _unless_away(write: Callable[[Session], object]) -> None:
    """Write down what is no reason to refuse somebody their page."""
    try:
        with transaction(waits_for_disk=False) as session:
            write(session)
    except OperationalError as error:
        log.warning("not_written_beside_a_page", error=type(error).__name__)
