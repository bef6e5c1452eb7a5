"""Who is good at what: written down for each member of staff."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from base.errors import BadInput
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.models import Staff
from oncall.skills import unknown


def set_skills(session: Session, staff: Staff, skills: Collection[str], *, by_id: int | None, at: datetime) -> None:
    """Have somebody be good at these and nothing else; who said so is kept.

    Raises `BadInput` for a word that means nothing here.
    """
    if wrong := unknown(skills):
        named = ", ".join(wrong)
        raise BadInput(f"没有这些技能：{named}。There are no such skills: {named}.")
    known = sorted(set(skills))
    if known == staff.skills:
        return
    staff.skills = known
    write_down(
        session, staff_id=by_id, what=AuditWhat.SKILLS, about=f"staff:{staff.id}", reason=", ".join(known) or "-",
        at=at, project_id=staff.project_id,
    )  # fmt: skip
