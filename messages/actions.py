"""What the rooms above can do with messages: plan them, take them back, look at them."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from base.queue import Lane, enqueue
from base.rows import alone
from base.wiring import settings
from messages import pacing
from messages.ledger import plan as ledger
from messages.ledger.plan import Draft
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Message
from messages.wording import segments
from telephony.numbers import ReadNumber, read_number, sms_capable

LANE_OF = {
    MessageClass.EMERGENCY: Lane.URGENT,
    MessageClass.STAFF: Lane.URGENT,
    MessageClass.SERVICE: Lane.NORMAL,
    MessageClass.SURVEY: Lane.BULK,
    MessageClass.CARE: Lane.BULK,
}
SENDER_OF = {
    MessageClass.EMERGENCY: "emergency",
    MessageClass.STAFF: "emergency",
    MessageClass.SERVICE: "service",
    MessageClass.SURVEY: "service",
    MessageClass.CARE: "care",
}
STRANGER_TEXTS = 3
STRANGER_WINDOW = timedelta(hours=24)


def plan_text(
    session: Session, *, number: str, message_class: MessageClass, body: str, once_key: str, about: str,
    at: datetime, language: str = "zh", urgency: int | None = None, lane: Lane | None = None,
    valid_until_at: datetime | None = None, due_at: datetime | None = None, is_demo: bool = False,
) -> int | None:  # fmt: skip
    """Plan one text to `number` (E.164): the message's id, or None when `once_key` was planned before.

    The class decides lane, sender and urgency unless told otherwise; `due_at` is when it should go (now),
    `valid_until_at` when it stops making sense. `language` is that of `body`, for the signature put before it.
    The lane is hinted after the commit.
    """
    whole = signed(number, body, language)
    draft = Draft(
        once_key=once_key, about=about, way=Way.TEXT, number=number, body=whole,
        segments=segments(whole).count, sender=settings().sender(SENDER_OF[message_class]),
        message_class=message_class, lane=lane or LANE_OF[message_class],
        urgency=_urgency(message_class, Way.TEXT, urgency), due_at=due_at or at,
        valid_until_at=valid_until_at or pacing.valid_until(message_class, due_at or at),
        is_demo=is_demo,
    )  # fmt: skip
    return _plan(session, draft, at)


def plan_call(
    session: Session, *, number: str, message_class: MessageClass, answer_path: str, once_key: str, about: str,
    at: datetime, ring_s: int = 30, urgency: int | None = None, lane: Lane | None = None,
    valid_until_at: datetime | None = None, due_at: datetime | None = None, is_demo: bool = False,
) -> int | None:  # fmt: skip
    """Plan one call to `number`; `answer_path` (local) speaks when it is picked up, after at most `ring_s`.

    None when `once_key` was planned before; everything else as for a text.
    """
    draft = Draft(
        once_key=once_key, about=about, way=Way.CALL, number=number, answer_path=answer_path, ring_s=ring_s,
        sender=settings().hotline, message_class=message_class, lane=lane or LANE_OF[message_class],
        urgency=_urgency(message_class, Way.CALL, urgency), due_at=due_at or at,
        valid_until_at=valid_until_at or pacing.valid_until(message_class, due_at or at),
        is_demo=is_demo,
    )  # fmt: skip
    return _plan(session, draft, at)


def cancel(session: Session, *, about: str, at: datetime) -> int:
    """Take back what has not left about something, and stop its telephones ringing; says how many were planned.

    A call somebody has picked up is not cut off.
    """
    for message_id in ledger.still_ringing(session, about):
        enqueue(session, Lane.URGENT, "messages.jobs.stop_ringing", message_id)
    return ledger.take_back(session, about, at=at)


def heard(session: Session, message_id: int, *, at: datetime) -> None:
    """Somebody pressed a key on this placed call: a person heard it. The first time counts."""
    first = update(Message).where(Message.id == message_id, Message.heard_at.is_(None)).values(heard_at=at)
    session.execute(first)


def messages_about(session: Session, about: str) -> list[Message]:
    """Every message about something (`ticket:12`), oldest first."""
    found = select(Message).where(Message.about == about).order_by(Message.planned_at, Message.id)
    return list(session.execute(found).scalars())


def number_called(session: Session, sid: str) -> str:
    """The number (E.164) at which the call with this sid of the carrier's was placed by us; empty for any other."""
    return session.scalar(select(Message.number).where(Message.sid == sid)) or "" if sid else ""


def may_text_stranger(session: Session, number: str, *, at: datetime, looks_only: bool = False) -> bool:
    """Whether a number nobody knows may be sent a text: a mobile of an allowed country, three a day at most.

    Whoever dials from a forged caller id must not make us pay for texts abroad (SMS pumping). Whoever asks plans
    in the same transaction: until it ends, others who ask about this number wait (so it must be one that writes).
    Whoever `looks_only` plans nothing and keeps nobody waiting.
    """
    read = read_number(number)
    allowed = {country.strip() for country in settings().sms_countries.split(",")}
    if not isinstance(read, ReadNumber) or read.region not in allowed or not sms_capable(read.kind):
        return False
    if not looks_only:
        alone(session, number)  # calls at the same moment would all count before any of them plans
    sent = select(func.count()).where(
        Message.number == number, Message.way == Way.TEXT, Message.planned_at > at - STRANGER_WINDOW,
        Message.state != MessageState.CANCELLED,  # it never left, and another tells them instead
    )  # fmt: skip
    return session.execute(sent).scalar_one() < STRANGER_TEXTS


def signed(number: str, body: str, language: str) -> str:
    """`body` as it leaves for `number`: mainland routes want the filed signature first, elsewhere an English text says
    in English who speaks.
    """
    here = settings()
    if language == "en" and not number.startswith("+86"):
        return f"{here.company_name_en}: {body}"
    return here.sms_signature + body


def _plan(session: Session, draft: Draft, at: datetime) -> int | None:
    ids = ledger.plan(session, [draft], at=at)
    if not ids:
        return None
    hint(session, draft.lane)
    return ids[0]


def hint(session: Session, lane: Lane) -> None:
    """After the commit, say that this lane has work; once a transaction is enough."""
    hinted = session.info.setdefault("hinted_lanes", set())
    if lane not in hinted:
        hinted.add(lane)
        enqueue(session, lane, "messages.jobs.work_lane", lane.value, once=True)


def _urgency(message_class: MessageClass, way: Way, said: int | None) -> int:
    return pacing.URGENCY[message_class, way] if said is None else said
