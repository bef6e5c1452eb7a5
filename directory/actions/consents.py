"""What people said about being sent something: written down, taken back, looked up."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from directory.consent import REFUSABLE, Choice, Skipped, choosable, is_asked_first, may_send
from directory.forgotten import refused_before
from directory.models import Consent


def record_consent(
    session: Session,
    number: str,
    message_class: str,
    *,
    granted: bool,
    at: datetime,
    channel: str,
    words: str = "",
    staff_id: int | None = None,
    sid: str = "",
) -> None:
    """Write down what was said about a class of message for a number. Nothing is ever overwritten.

    `staff_id` wrote it down for them, or they said it themselves by the text `sid`.
    """
    said = Consent(
        number=number,
        message_class=message_class,
        granted=granted,
        said_at=at,
        channel=channel,
        words=words[:200],
        staff_id=staff_id,
        sid=sid,
    )
    session.add(said)


def record_choice(
    session: Session,
    number: str,
    choice: Choice,
    *,
    at: datetime,
    channel: str,
    words: str,
    classes: Iterable[str] | None = None,
    staff_id: int | None = None,
    sid: str = "",
) -> None:
    """Write down an opt-out or opt-in for these classes, or all; it counts for every home that shares the number."""
    for message_class in choosable(number) if classes is None else classes:
        granted = choice is Choice.OPT_IN
        record_consent(
            session, number, message_class, granted=granted, at=at, channel=channel, words=words, staff_id=staff_id,
            sid=sid,
        )  # fmt: skip


def undo_opt_out(session: Session, number: str, *, at: datetime, channel: str, words: str, sid: str = "") -> bool:
    """Take back what this number has refused, class by class; False where there was nothing to take back.

    It is as before the refusal: a class that needs a yes first is allowed again only to whoever had said that yes.
    """
    undone = False
    for message_class in choosable(number):
        if last_word(session, number, message_class) is not False:
            continue
        if is_asked_first(message_class, number, to_many=True) and not _ever_granted(session, number, message_class):
            continue
        record_consent(session, number, message_class, granted=True, at=at, channel=channel, words=words, sid=sid)
        undone = True
    return undone


def last_word(session: Session, number: str, message_class: str) -> bool | None:
    """The newest word about this class for this number; None if nothing was ever said."""
    query = (
        select(Consent.granted)
        .where(Consent.number == number, Consent.message_class == message_class)
        .order_by(Consent.said_at.desc(), Consent.id.desc())
        .limit(1)
    )
    said = session.scalars(query).first()
    if said is None and message_class in REFUSABLE and (number, message_class) in refused_before(session, [number]):
        return False
    return said


def refused(session: Session, number: str, message_class: str) -> bool:
    """Whether a message of this class must not be sent to this number."""
    return bool(why_not(session, number, message_class))


def why_not(session: Session, number: str, message_class: str) -> str:
    """Why a message of this class must not be sent to this number (opted_out, no_consent); empty: it may."""
    allowed = may_send(message_class, last_word(session, number, message_class), number)
    return allowed.reason if isinstance(allowed, Skipped) else ""


def _ever_granted(session: Session, number: str, message_class: str) -> bool:
    said = (Consent.number == number, Consent.message_class == message_class, Consent.granted)
    return bool(session.scalar(select(exists().where(*said))))
