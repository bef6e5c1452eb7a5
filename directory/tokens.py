"""Tokens of the JSON API: made once, shown once, known by their hash, taken back."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from base.errors import BadInput, Conflict, NotFound
from directory.accessmodels import ApiToken
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.models import Staff
from directory.scopes import EVERYTHING, REVEAL, checked

STARTS = "hy_"
"""What every token begins with, so that a scanner for leaked secrets can tell one."""
TO_THE_MINUTE = timedelta(minutes=1)
LONGEST_NAME = 80
_TAKEN = "已有同名令牌，请换名或先吊销它 / a token has that name; revoke it or take another: {name}"
MADE, REVOKED = "新建 / made", "吊销 / revoked"
"""What was done to a token, as it is written down."""


def make_token(
    session: Session, *, name: str, staff: Staff, at: datetime, may_reveal: bool = False,
    lives: timedelta | None = None, by_id: int | None = None, may: Collection[str] = EVERYTHING,
) -> str:  # fmt: skip
    """A new token that acts as `staff`; answers its secret, which nobody can read again.

    Without `lives` it holds until it is revoked; `may` are its scopes (`directory.scopes`). Raises `Conflict` for a
    name that a living token has, `BadInput` for none or too long a one, and for scopes that there are not.
    """
    if not name or len(name) > LONGEST_NAME:
        raise BadInput(f"名称要 1 到 {LONGEST_NAME} 个字 / the name needs 1 to {LONGEST_NAME} characters")
    if _named(session, name):
        raise Conflict(_TAKEN.format(name=name))
    secret = STARTS + secrets.token_urlsafe(32)
    made = ApiToken(
        staff_id=staff.id, name=name, hash=_hash(secret), may_reveal=may_reveal or REVEAL in may,
        scopes=" ".join(one for one in checked(may) if one != REVEAL), created_at=at,
        expires_at=at + lives if lives else None,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # somebody else took it a moment ago
        raise Conflict(_TAKEN.format(name=name)) from None
    write_down(
        session, staff_id=by_id, what=AuditWhat.TOKEN, about=f"staff:{staff.id}", reason=f"{MADE}: {name}", at=at,
        project_id=staff.project_id,
    )  # fmt: skip
    return secret


def revoke_token(session: Session, name: str, *, at: datetime, by_id: int | None = None) -> ApiToken:
    """From now on nobody gets in with it. Raises `NotFound`."""
    token = _named(session, name)
    if token is None:
        raise NotFound(f"没有这个有效的令牌 / there is no living token of that name: {name}")
    return _ended(session, token, at, by_id)


def revoke(session: Session, id: int, *, at: datetime, by_id: int, staff_id: int | None = None) -> ApiToken:
    """The same, by its id; with `staff_id` only one that acts as them. Raises `NotFound` also for one that is over."""
    token = session.get(ApiToken, id)
    if token is None or token.revoked_at is not None or staff_id not in {None, token.staff_id}:
        raise NotFound("没有这个有效的令牌。There is no such living token.")
    return _ended(session, token, at, by_id)


def all_tokens(session: Session, *, staff_id: int | None = None) -> list[ApiToken]:
    """Every token there ever was, or only those of one member of staff, newest first, with its staff."""
    query = select(ApiToken).options(joinedload(ApiToken.staff)).order_by(ApiToken.id.desc())
    return list(session.scalars(query if staff_id is None else query.where(ApiToken.staff_id == staff_id)))


def scopes_of(token: ApiToken) -> tuple[str, ...]:
    """What it may do, in the words of `directory.scopes`."""
    return (*token.scopes.split(), *([REVEAL] if token.may_reveal else []))


def token_of(session: Session, secret: str, *, at: datetime) -> ApiToken | None:
    """The living token of this secret, with its staff; None when it is unknown, over or revoked, or they left."""
    token = session.scalar(
        select(ApiToken).where(ApiToken.hash == _hash(secret)).options(joinedload(ApiToken.staff, innerjoin=True))
    )
    return token if token is not None and is_alive(token, at=at) else None


def is_alive(token: ApiToken, *, at: datetime) -> bool:
    """Whether it lets anybody in at `at`."""
    is_over = token.expires_at is not None and token.expires_at <= at
    return token.revoked_at is None and not is_over and token.staff.is_active


def is_to_be_marked(token: ApiToken, *, at: datetime) -> bool:
    """Whether its last use was written down too long ago to leave it at that."""
    return token.last_used_at is None or token.last_used_at <= at - TO_THE_MINUTE


def mark_used(session: Session, token_id: int, *, at: datetime) -> None:
    """Write down that it was used; once a minute is enough, whoever asks."""
    is_old = or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at <= at - TO_THE_MINUTE)
    session.execute(update(ApiToken).where(ApiToken.id == token_id, is_old).values(last_used_at=at))


def staff_called(session: Session, word: str) -> Staff:
    """The active member of staff with this log-in, else of this name. Raises `NotFound`, `Conflict` if two share it."""
    active = select(Staff).where(Staff.is_active).order_by(Staff.id)
    by_login = session.scalar(active.where(Staff.login == word))
    if by_login is not None:
        return by_login
    found = session.scalars(active.where(Staff.name == word)).all()
    if not found:
        raise NotFound(f"没有这位在职员工 / nobody of that log-in or name works here: {word}")
    if len(found) > 1:
        raise Conflict(f"有几位同名，请写登录名 / several share that name, write the log-in: {word}")
    return found[0]


def _ended(session: Session, token: ApiToken, at: datetime, by_id: int | None) -> ApiToken:
    token.revoked_at = at
    write_down(
        session, staff_id=by_id, what=AuditWhat.TOKEN, about=f"staff:{token.staff_id}",
        reason=f"{REVOKED}: {token.name}", at=at, project_id=token.staff.project_id,
    )  # fmt: skip
    return token


def _named(session: Session, name: str) -> ApiToken | None:
    return session.scalar(select(ApiToken).where(ApiToken.name == name, ApiToken.revoked_at.is_(None)))


def _hash(secret: str) -> str:
    # the secret is 256 random bits: nothing is gained by a slow hash, and every request would pay for it
    return hashlib.sha256(secret.encode()).hexdigest()
