"""What somebody says after the tone of a question: every message is kept once, until it is fetched as any other is."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.rows import insert
from outreach.surveymodels import SpokenComment


def keep(
    session: Session, sid: str, duration_s: int, *, at: datetime, survey_id: int | None = None,
    interview_id: int | None = None,
) -> SpokenComment | None:  # fmt: skip
    """Write it down by the name the carrier gave it; None where it has none, or was written down before."""
    if not sid:
        return None
    new_id = session.scalar(
        insert(SpokenComment)
        .values(
            sid=sid, duration_s=duration_s, survey_id=survey_id, interview_id=interview_id, adopt_due_at=at,
        )
        .on_conflict_do_nothing(index_elements=["sid"])
        .returning(SpokenComment.id)
    )  # fmt: skip
    return session.get_one(SpokenComment, new_id) if new_id is not None else None


def any_to_adopt(session: Session) -> bool:
    """Whether something was said that nobody has fetched yet. One look at a small index."""
    return session.scalar(select(SpokenComment.id).where(SpokenComment.adopt_due_at.is_not(None)).limit(1)) is not None


def to_adopt(session: Session) -> Sequence[SpokenComment]:
    """Those, in the order in which they were said; locked, as somebody may be forgotten at this moment."""
    due = select(SpokenComment).where(SpokenComment.adopt_due_at.is_not(None)).order_by(SpokenComment.id)
    return session.scalars(due.with_for_update()).all()
