"""Who is good at what: written down for each member of staff."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from base.errors import BadInput
from directory.models import Staff
from oncall.skills import unknown


def set_skills(session: Session, staff: Staff, skills: Collection[str]) -> None:
    """Have somebody be good at these and nothing else. Raises `BadInput` for a word that means nothing here."""
    if wrong := unknown(skills):
        named = ", ".join(wrong)
        raise BadInput(f"没有这些技能：{named}。There are no such skills: {named}.")
    staff.skills = sorted(set(skills))
    session.flush()
