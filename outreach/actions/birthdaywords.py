"""The words for birthdays: written, approved once by a second person, switched off and on again."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from base.errors import Conflict, NotAllowed, NotFound
from base.queue import Lane, enqueue
from directory.models import Project
from messages import actions as messages
from messages.ledger import batches
from messages.lifecycle import BatchState, MessageClass
from messages.models import Batch
from outreach import lifecycle, templates
from outreach.actions import campaignchecks
from outreach.actions.campaigndraft import By
from outreach.lifecycle import CampaignKind
from outreach.models import BirthdayWish

TITLE = "生日祝福"
GREET_JOB = "outreach.jobs.birthdays.greet_due"


def write(session: Session, text_zh: str, text_en: str, by: By, *, at: datetime) -> BirthdayWish:
    """Write new words down, for somebody else to approve; the old ones go on until then. Raises `BadInput`."""
    templates.check_text(CampaignKind.GREETING, MessageClass.CARE, text_zh, text_en)
    _check_may(session, by)
    campaignchecks.check_care_sender()
    batch = Batch(title=TITLE, lane=messages.LANE_OF[MessageClass.CARE], message_class=MessageClass.CARE, planned_at=at)
    session.add(batch)
    session.flush()
    wish = BirthdayWish(
        text_zh=text_zh.strip(), text_en=text_en.strip(), batch_id=batch.id, author_id=by.staff_id, written_at=at
    )
    session.add(wish)
    session.flush()
    return wish


def approve(session: Session, wish_id: int, by: By, *, at: datetime) -> BirthdayWish:
    """From now on these words go to everybody on their birthday, in place of any others. Raises `Conflict`.

    What waits in others today goes in these, and what has left does not go again (see `birthdays.greet_due`).
    A second person does it, once: words that were approved are never changed, only followed by others.
    """
    wish = _held(session, wish_id)
    _check_may(session, by)
    lifecycle.check_approver(
        by.role, is_author=wish.author_id == by.staff_id, message_class=MessageClass.CARE, emergency_reason=""
    )
    if wish_id != session.scalar(select(func.max(BirthdayWish.id))):
        raise Conflict("已经有更新的文字，请看最新的。There are newer words; look at those.")
    batches.let_go(session, wish.batch_id)
    others = select(Batch.id).join(BirthdayWish, BirthdayWish.batch_id == Batch.id)
    for batch_id in session.scalars(others.where(Batch.state == BatchState.APPROVED, Batch.id != wish.batch_id)):
        batches.stop(session, batch_id)
    wish.approved_by_id, wish.approved_at = by.staff_id, at
    session.flush()
    enqueue(session, Lane.BULK, GREET_JOB)
    return wish


def switch_off(session: Session, wish_id: int, by: By) -> None:
    """Nobody is wished from the next claim on. Raises `Conflict`."""
    wish = _held(session, wish_id)
    _check_may(session, by)
    batches.stop(session, wish.batch_id)


def switch_on(session: Session, wish_id: int, by: By) -> None:
    """The approved words go again. Raises `Conflict`."""
    wish = _held(session, wish_id)
    _check_may(session, by)
    batches.resume(session, wish.batch_id)
    enqueue(session, Lane.BULK, GREET_JOB)


def _held(session: Session, wish_id: int) -> BirthdayWish:
    wish = session.get(BirthdayWish, wish_id, with_for_update=True, populate_existing=True)
    if wish is None:
        raise NotFound("没有这份生日祝福。There is no such wish for birthdays.")
    return wish


def _check_may(session: Session, by: By) -> None:
    """It goes to the people of all projects: whoever has one of several does not decide for the others."""
    if by.role not in lifecycle.MAY_APPROVE:
        raise NotAllowed("生日祝福由主管或以上来定。Wishes for birthdays take a supervisor or above.")
    projects = session.scalars(select(func.count(Project.id))).one()
    if by.project_id is not None and projects > 1:
        raise NotAllowed(
            "生日祝福发给所有项目，请服务全部项目的同事来定。It goes to all projects; somebody who serves all decides."
        )
