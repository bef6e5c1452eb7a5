"""How many messages of a class one number gets: on one day and in one year of its own calendar."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from base.clock import local
from base.rows import alone
from directory.classes import RULES
from messages.ledger.paces import Terms
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from telephony.regions import zones

ONE_A_DAY = "one_a_day"
"""Why a greeting stays at home: the number has had one today."""
ENOUGH_THIS_YEAR = "enough_this_year"
"""… or as many as it gets in a year."""
ENOUGH_TODAY = "enough_today"
"""Why an announcement waits for tomorrow: the number has had as many texts as it gets in a day."""

HAD = (
    MessageState.CLAIMED, MessageState.UNKNOWN, MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.NO_RECEIPT,
    MessageState.ANSWERED,
)  # fmt: skip
"""States of a message that somebody has, or may have."""
OF_A_DAY = timedelta(days=2)
OF_A_YEAR = timedelta(days=368)
KEPT = timedelta(days=400)
"""A message may be planned long before it goes; what was planned earlier still may be in the archive by now."""
_SUPPRESSED = (MessageClass.CARE, MessageClass.SURVEY)


def too_many(session: Session, rows: Sequence[Row[Any]], at: datetime, under: Terms) -> dict[int, str]:
    """Why some greetings and questions to many stay at home: their number has had its share, of a day or a year.

    What another of these rows brings it counts too. A question about somebody's own ticket is not one to many.
    """
    looked_at = [row for row in rows if row.message_class in _SUPPRESSED and _is_counted(row)]
    if not looked_at:
        return {}
    alone(session, "greeted today")  # two claims at once would not see each other's rows
    had = _had(session, looked_at, at, under)
    found = {}
    for row in looked_at:
        rules, today = RULES[row.message_class], _day(row.number, at, under)
        of_day, of_year = (row.message_class, row.number, today), (row.message_class, row.number, today.year)
        if rules.most_a_day is not None and had[of_day] >= rules.most_a_day:
            found[row.id] = ONE_A_DAY
        elif rules.most_a_year is not None and had[of_year] >= rules.most_a_year:
            found[row.id] = ENOUGH_THIS_YEAR
        else:
            had.update((of_day, of_year))
    return found


def until_tomorrow(session: Session, rows: Sequence[Row[Any]], at: datetime, under: Terms) -> dict[int, datetime]:
    """Which announcements wait, and until when: their number has had its texts of today.

    Everything of the class counts, and only what goes to many waits; it is no danger, and nobody's own matter.
    """
    service = MessageClass.SERVICE
    looked_at = [row for row in rows if row.message_class is service and row.batch_id is not None]
    most = RULES[service].most_a_day
    if not looked_at or most is None:
        return {}
    numbers = {row.number for row in looked_at}
    query = select(Message.number, Message.accepted_at).where(
        Message.number.in_(numbers), Message.message_class == service, Message.state.in_(HAD),
        Message.planned_at > at - KEPT,
        or_(Message.accepted_at.is_(None), Message.accepted_at > at - OF_A_DAY),
    )  # fmt: skip
    had: Counter[tuple[str, date]] = Counter(
        (number, _day(number, accepted_at or at, under)) for number, accepted_at in session.execute(query)
    )
    found = {}
    for row in looked_at:
        today = (row.number, _day(row.number, at, under))
        if had[today] >= most:
            found[row.id] = _midnight_after(row.number, at, under)
        else:
            had.update((today,))
    return found


def _is_counted(row: Row[Any]) -> bool:
    return row.message_class is not MessageClass.SURVEY or row.batch_id is not None


def _had(
    session: Session, rows: Sequence[Row[Any]], at: datetime, under: Terms
) -> Counter[tuple[MessageClass, str, date | int]]:
    """How many each number has had, by day and by year of its own; what is under way counts as today."""
    query = select(Message.message_class, Message.number, Message.accepted_at).where(
        Message.number.in_({row.number for row in rows}), Message.state.in_(HAD),
        or_(
            Message.message_class == MessageClass.CARE,
            (Message.message_class == MessageClass.SURVEY) & Message.batch_id.is_not(None),
        ),
        Message.planned_at > at - KEPT,
        or_(Message.accepted_at.is_(None), Message.accepted_at > at - OF_A_YEAR),
    )  # fmt: skip
    had: Counter[tuple[MessageClass, str, date | int]] = Counter()
    for message_class, number, accepted_at in session.execute(query):
        day = _day(number, accepted_at or at, under)
        had.update(((message_class, number, day), (message_class, number, day.year)))
    return had


def _day(number: str, at: datetime, under: Terms) -> date:
    return local(at, _zone(number, under)).date()


def _midnight_after(number: str, at: datetime, under: Terms) -> datetime:
    tomorrow = _day(number, at, under) + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, ZoneInfo(_zone(number, under))).astimezone(at.tzinfo)


def _zone(number: str, under: Terms) -> str:
    return (zones(number) or (under.zone,))[0]
