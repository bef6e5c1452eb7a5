"""A questionnaire retires: no new wave asks it. Its versions, what was asked with it and what is under way stay."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from base.errors import Conflict, NotFound
from base.rows import alone
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from outreach.actions.campaigndraft import By
from outreach.actions.questionnairebook import LOCK, check_may_publish, choices
from outreach.surveymodels import RetiredQuestionnaire


def retired(session: Session) -> dict[str, RetiredQuestionnaire]:
    """Those that are retired, by key."""
    query = select(RetiredQuestionnaire).options(joinedload(RetiredQuestionnaire.staff))
    return {one.key: one for one in session.scalars(query)}


def retire(session: Session, key: str, by: By, *, at: datetime) -> RetiredQuestionnaire:
    """No new wave asks the questionnaire of that key from now on, until it is brought back.

    Raises `NotAllowed` for who may not publish, `NotFound` where waves cannot ask it, `Conflict` where it is retired
    already, or the last one they can.
    """
    alone(session, LOCK)
    known, before = choices(session), retired(session).get(key)
    if key not in known and before is None:
        raise NotFound(
            "没有这份已发布的问卷；草稿请直接删除。"
            "There is no such published questionnaire; a draft is deleted instead."
        )
    check_may_publish(by)
    if before is not None:
        raise Conflict(
            f"{before.staff.name}已停用这份问卷。{before.staff.name} has retired this questionnaire already."
        )
    if len(known) == 1:
        raise Conflict(
            "这是最后一份能用的问卷，请先发布或恢复另一份。"
            "It is the last one that surveys can ask: publish or bring back another one first."
        )
    made = RetiredQuestionnaire(key=key, staff_id=by.staff_id, retired_at=at)
    session.add(made)
    session.flush()
    _write_down(session, AuditWhat.QUESTIONS_RETIRED, key, by, at)
    return made


def bring_back(session: Session, key: str, by: By, *, at: datetime) -> None:
    """New waves may ask it again. Raises `NotAllowed` for who may not publish, `Conflict` where it is not retired."""
    alone(session, LOCK)
    found = retired(session).get(key)
    if found is None:
        raise Conflict("这份问卷没有停用，或者已经恢复。It is not retired, or was brought back already.")
    check_may_publish(by)
    session.delete(found)
    session.flush()
    _write_down(session, AuditWhat.QUESTIONS_BACK, key, by, at)


def _write_down(session: Session, what: AuditWhat, key: str, by: By, at: datetime) -> None:
    write_down(session, staff_id=by.staff_id, what=what, about=f"questionnaire:{key}", at=at)
