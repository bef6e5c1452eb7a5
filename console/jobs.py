"""Jobs of the console: what was kept for a while is forgotten, and what colleagues are told of themselves."""

from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from base.clock import now
from base.database import reading, transaction
from base.wiring import settings
from console import handingover, mornings
from console.api import once
from console.reports import morning

log = structlog.get_logger(__name__)


def forget_answers() -> None:
    """Answers kept for repeated requests, once their time is up."""
    with transaction() as session:
        once.forget(session, before_at=now() - timedelta(days=settings().api_answers_kept_days))


def tell_unanswered() -> None:
    """Supervisors hear in the morning of whom we owe a word; one that fails does not keep the others waiting."""
    with reading() as session:
        staff_ids = mornings.to_be_told(session, at=now())
    for staff_id in staff_ids:
        try:
            with reading() as session:  # the long look keeps nobody from writing
                body = mornings.text_for(session, staff_id, at=now())
            if body:
                with transaction() as session:
                    mornings.tell(session, staff_id, body, at=now())
        except SQLAlchemyError:
            log.exception("left_for_the_next_look", staff=staff_id)


def hand_over() -> None:
    """Whoever has just come on duty hears what is handed over; one that fails does not keep the others waiting."""
    with reading() as session:
        changes = handingover.changes(session, at=now())
    for change in changes:
        try:
            with reading() as session:
                body = handingover.text_for(session, change, at=now())
            if body:
                with transaction() as session:
                    handingover.tell(session, change, body, at=now())
        except SQLAlchemyError:
            log.exception("left_for_the_next_look", change=change.once_key)


def mail_the_night() -> None:
    """The report of the night, to those who get it by mail: once a morning."""
    morning.send_due()
