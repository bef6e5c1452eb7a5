"""Each morning supervisors are told, once, of whom we owe a word."""

from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import Role
from base.clock import local
from base.wiring import settings
from console.staff import as_me
from console.unanswered import owed_words
from directory.models import Staff
from messages import actions as messages
from messages.lifecycle import MessageClass
from messages.wording import say
from oncall.actions.paging import AFTER_PAGES

FROM, UNTIL = time(8, 30), time(10)
"""Between which times of the company's day; what is owed later they see on the page."""
LIVES = timedelta(hours=3)
TEXT = "unanswered"


def to_be_told(session: Session, *, at: datetime) -> list[int]:
    """The supervisors, while it is morning."""
    if not FROM <= local(at, settings().timezone).time() < UNTIL:
        return []
    query = select(Staff.id).where(Staff.role == Role.SUPERVISOR, Staff.is_active).order_by(Staff.id)
    return list(session.scalars(query))


def tell(session: Session, staff_id: int, *, at: datetime) -> None:
    """One text a day to one of them, where an owner of theirs waits for a word; twice changes nothing."""
    staff = session.get_one(Staff, staff_id)
    owed = owed_words(session, as_me(staff), at=at, language=staff.language)
    if not owed:
        return
    day = local(at, settings().timezone).date()
    messages.plan_text(
        session, number=staff.number, message_class=MessageClass.STAFF,
        body=say(TEXT, staff.language, count=len(owed), ref=owed[0].row.ref),
        once_key=f"unanswered/{day}/{staff.id}", about=f"unanswered:{day}", at=at, valid_until_at=at + LIVES,
        language=staff.language, urgency=AFTER_PAGES, is_demo=staff.is_demo,
    )  # fmt: skip
