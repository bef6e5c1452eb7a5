"""The pages of the API's tokens: what programs use us as whom, what they may do, when they last did; and their end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, url_for
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, Role, guarded_by
from base.clock import now
from base.database import reading, transaction
from console.door import Answer, door
from console.staff import me
from console.sure import must_be_sure
from directory import tokens as kept
from directory.accessmodels import ApiToken


@dataclass(frozen=True, slots=True)
class Line:
    """One token; `state` is alive, revoked, expired or left (whom it acts as has)."""

    id: int
    name: str
    staff: str
    role: Role
    scopes: tuple[str, ...]
    state: str
    made_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


@door.get("/tokens")
@guarded_by(Role.ADMIN)
def tokens() -> Answer:
    """All of them, whoever they act as."""
    with reading() as session:
        return _page(_lines(session, None), is_mine=False)


@door.get("/tokens/mine")
@guarded_by(*EVERYBODY_ON_STAFF)
def my_tokens() -> Answer:
    """Those that act as whoever looks."""
    with reading() as session:
        return _page(_lines(session, me().id), is_mine=True)


@door.post("/tokens/<id:id>/revoke")
@guarded_by(Role.ADMIN)
def revoke_token(id: int) -> Answer:
    """From now on nobody gets in with it."""
    return _revoke(id, None, "console.tokens")


@door.post("/tokens/mine/<id:id>/revoke")
@guarded_by(*EVERYBODY_ON_STAFF)
def revoke_my_token(id: int) -> Answer:
    """The same with one that acts as whoever asks."""
    return _revoke(id, me().id, "console.my_tokens")


def _revoke(id: int, staff_id: int | None, back: str) -> Answer:
    with transaction() as session:
        kept.revoke(session, id, at=now(), by_id=me().id, staff_id=staff_id)
        must_be_sure()  # whether there is such a one is said first; a refusal takes it back
    flash("tokens.revoked")
    return redirect(url_for(back), 303)


def _lines(session: Session, staff_id: int | None) -> list[Line]:
    at = now()
    return [
        Line(
            id=one.id, name=one.name, staff=one.staff.name, role=one.staff.role, scopes=kept.scopes_of(one),
            state=_state(one, at), made_at=one.created_at, expires_at=one.expires_at, last_used_at=one.last_used_at,
        )
        for one in kept.all_tokens(session, staff_id=staff_id)
    ]  # fmt: skip


def _state(token: ApiToken, at: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    if kept.is_alive(token, at=at):
        return "alive"
    return "expired" if token.staff.is_active else "left"


def _page(lines: Sequence[Line], *, is_mine: bool) -> Answer:
    return render_template("tokens.html", lines=lines, at=now(), is_mine=is_mine)
