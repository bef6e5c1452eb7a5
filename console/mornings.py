"""Each morning supervisors are told, once, of whom we owe a word."""

from datetime import date, datetime, time, timedelta

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
from messages.models import Message
from messages.wording import say
from oncall.actions.paging import AFTER_PAGES

FROM, UNTIL = time(8, 30), time(10)
"""Between which times of the company's day; what is owed later they see on the page."""
LIVES = timedelta(hours=3)
TEXT = "unanswered"


def to_be_told(session: Session, *, at: datetime) -> list[int]:
    """The supervisors who were not told today, while it is morning."""
    if not FROM <= local(at, settings().timezone).time() < UNTIL:
        return []
    query = select(Staff.id).where(Staff.role == Role.SUPERVISOR, Staff.is_active).order_by(Staff.id)
    keys = {_once_key(staff_id, at): staff_id for staff_id in session.scalars(query)}
    told = set(session.scalars(select(Message.once_key).where(Message.once_key.in_(keys))))
    return [staff_id for key, staff_id in keys.items() if key not in told]


def text_for(session: Session, staff_id: int, *, at: datetime) -> str:
    """What one of them is told; empty where no owner of theirs waits for a word. Writes nothing."""
    staff = session.get_one(Staff, staff_id)
    owed, count = owed_words(session, as_me(staff), at=at, language=staff.language, at_most=1)
    return say(TEXT, staff.language, count=count, ref=owed[0].row.ref) if owed else ""


def tell(session: Session, staff_id: int, body: str, *, at: datetime) -> None:
    """One text a day to one of them; twice changes nothing."""
    staff = session.get_one(Staff, staff_id)
    messages.plan_text(
        session, number=staff.number, message_class=MessageClass.STAFF, body=body, once_key=_once_key(staff_id, at),
        about=f"unanswered:{_day(at)}", at=at, valid_until_at=at + LIVES,
        language=staff.language, urgency=AFTER_PAGES, is_demo=staff.is_demo,
    )  # fmt: skip


def _day(at: datetime) -> date:
    return local(at, settings().timezone).date()


def _once_key(staff_id: int, at: datetime) -> str:
    return f"unanswered/{_day(at)}/{staff_id}"
