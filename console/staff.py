"""Who is at the desk: the member of staff behind this request, as plain values."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from flask import session
from flask_login import current_user

from base.access import Role
from base.clock import now
from base.database import reading
from directory.models import Staff

SHIFT = timedelta(hours=12)
"""So long a log-in lasts, whatever is done meanwhile."""


@dataclass(frozen=True, slots=True)
class Me:
    """The member of staff who is logged in; `project_id` None serves all projects."""

    id: int
    name: str
    role: Role
    project_id: int | None
    language: str
    seal: str
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """What the session keeps. A new password changes it, so that every older session ends."""
        return f"{self.id}.{self.seal}"


def me() -> Me:
    """Whoever is logged in; only behind a guard that asks for a role."""
    return cast(Me, current_user._get_current_object())


def as_me(staff: Staff) -> Me:
    """The plain values of a staff row."""
    return Me(staff.id, staff.name, staff.role, staff.project_id, str(staff.language.value), _seal(staff))


def load(kept: str) -> Me | None:
    """Whom a session speaks of; None when their shift is over, they left, or changed their password since."""
    id, _, seal = kept.partition(".")
    if not id.isdecimal() or now().timestamp() >= session.get("since", 0.0) + SHIFT.total_seconds():
        return None
    with reading() as work:
        staff = work.get(Staff, int(id))
        if staff is None or not staff.is_active or _seal(staff) != seal:
            return None
        return as_me(staff)


def _seal(staff: Staff) -> str:
    return hashlib.sha256(staff.password_hash.encode()).hexdigest()[:16]
