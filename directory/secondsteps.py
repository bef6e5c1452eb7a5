"""Somebody's second proof: a secret for their telephone, sealed; begun, confirmed by a code, shown, taken away."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.errors import Conflict
from directory.accessmodels import SecondStep
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.codes import hash_of, new_secret, new_spares, step_of
from directory.models import Staff
from directory.sealing import seal, unseal

BEGUN, SPARES, GONE, SPARE_USED = "启用 / on", "换了备用码 / new spare codes", "停用 / off", "用了备用码 / a spare code"
"""What was done, as it is written down."""


def standing(session: Session, staff_id: int) -> SecondStep | None:
    """What somebody shows beside their password; None where nothing counts yet."""
    here = (SecondStep.staff_id == staff_id, SecondStep.since_at.is_not(None))
    return session.scalar(select(SecondStep).where(*here))


def draft(session: Session, staff_id: int, key: str, *, at: datetime) -> str:
    """The secret for a telephone that has not shown a code yet: the same until it has, or its seal is broken.

    Raises `Conflict` where one counts already.
    """
    found = _of(session, staff_id)
    if found is not None and found.since_at is not None:
        raise Conflict("两步验证已经启用。The second step is on already.")
    kept = unseal(found.sealed, key, _about(staff_id)) if found else None
    if kept is not None:
        return kept
    secret = new_secret()
    sealed = seal(secret, key, _about(staff_id))
    if found is None:
        session.add(SecondStep(staff_id=staff_id, sealed=sealed, made_at=at))
    else:
        found.sealed, found.made_at = sealed, at
    session.flush()
    return secret


def confirm(session: Session, staff: Staff, typed: str, key: str, *, at: datetime) -> list[str] | None:
    """The telephone shows a code of the secret: from now on it is asked for. Answers the spare codes, shown once.

    None for a wrong code. Raises `Conflict` where nothing was begun.
    """
    found = _of(session, staff.id)
    if found is None or found.since_at is not None:
        raise Conflict("请从头开始启用两步验证。Begin anew to switch the second step on.")
    secret = unseal(found.sealed, key, _about(staff.id))
    step = step_of(secret, typed, at_s=at.timestamp(), after=found.last_step) if secret else None
    if step is None:
        return None
    found.last_step, found.since_at = step, at
    _note(session, staff, staff.id, BEGUN, at)
    return _renew(found)


def prove(session: Session, staff: Staff, typed: str, key: str, *, at: datetime) -> bool:
    """Whether what was typed is a code of theirs: of the telephone, or a spare one. Each counts once."""
    found = _of(session, staff.id)
    if found is None or found.since_at is None:
        return False
    secret = unseal(found.sealed, key, _about(staff.id))
    step = step_of(secret, typed, at_s=at.timestamp(), after=found.last_step) if secret else None
    if step is not None:
        found.last_step = step
        return True
    if (hashed := hash_of(typed)) not in found.spares:
        return False
    found.spares = [each for each in found.spares if each != hashed]
    _note(session, staff, staff.id, SPARE_USED, at)
    return True


def renew_spares(session: Session, staff: Staff, *, at: datetime) -> list[str]:
    """Other spare codes in place of those there are. Raises `Conflict` where no second step counts."""
    found = _of(session, staff.id)
    if found is None or found.since_at is None:
        raise Conflict("还没有启用两步验证。The second step is not on.")
    _note(session, staff, staff.id, SPARES, at)
    return _renew(found)


def drop(session: Session, staff: Staff, *, by_id: int | None, at: datetime) -> bool:
    """A password alone is enough again; whether there was a second step."""
    found = _of(session, staff.id)
    if found is None:
        return False
    was_on = found.since_at is not None
    session.delete(found)
    if was_on:
        _note(session, staff, by_id, GONE, at)
    return was_on


def _of(session: Session, staff_id: int) -> SecondStep | None:
    # locked: of two who type the same code at once, one comes in
    return session.scalar(select(SecondStep).where(SecondStep.staff_id == staff_id).with_for_update())


def _renew(found: SecondStep) -> list[str]:
    spares = new_spares()
    found.spares = [hash_of(each) for each in spares]
    return spares


def _note(session: Session, staff: Staff, by_id: int | None, what: str, at: datetime) -> None:
    write_down(
        session, staff_id=by_id, what=AuditWhat.SECOND_STEP, about=f"staff:{staff.id}", reason=what, at=at,
        project_id=staff.project_id,
    )  # fmt: skip


def _about(staff_id: int) -> str:
    return f"second step {staff_id}"
