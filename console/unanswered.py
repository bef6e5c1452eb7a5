"""Whom we owe a word (无回音): a promise has passed, and since then its owner has heard nothing from us."""

from datetime import datetime

from flask import render_template
from sqlalchemy import true
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import now
from base.database import reading
from console.door import Answer, door, language
from console.late import Owed, as_lines, broken_promises
from console.only import of_project, only_project
from console.scope import TOLD_OF_TROUBLE, visible
from console.staff import Me, me

MOST_SHOWN = 100


@door.get("/unanswered")
@guarded_by(*TOLD_OF_TROUBLE)
def unanswered() -> Answer:
    """Whoever waits longest for a word first; `project` in the address: of that one alone."""
    who, words, at = me(), language(), now()
    with reading() as session:
        only = only_project(session, who, words)
        owed, count = owed_words(session, who, at=at, language=words, project_id=only.id if only else None)
    return render_template("unanswered.html", owed=owed, count=count, at=at, only=only)


def owed_words(
    session: Session, who: Me, *, at: datetime, language: str, at_most: int = MOST_SHOWN, project_id: int | None = None
) -> tuple[list[Owed], int]:  # fmt: skip
    """The `at_most` longest silences that `who` may see at `at`, the longest first, and how many there are in all."""
    here = visible(who) & (of_project(project_id) if project_id is not None else true())
    waits = [one for one in broken_promises(session, here, at=at) if one.is_silent]
    return as_lines(session, waits[:at_most], who, at=at, language=language), len(waits)
