"""What refusals and receipts teach about numbers: opt-outs, landlines, numbers nobody answers any more."""

from datetime import datetime

import structlog
from sqlalchemy import case, update
from sqlalchemy.orm import Session

from directory.actions import record_choice
from directory.consent import Choice
from directory.models import Number
from messages.lifecycle import MessageClass
from telephony.numbers import NumberKind
from telephony.refusals import Fact, fact

log = structlog.get_logger(__name__)

HARD_FAILURES = 2
"""So many in a row, and somebody should look whether the number is still theirs."""


def learn(session: Session, number: str, message_class: MessageClass, code: str, *, at: datetime) -> None:
    """Write down what an error code says about a number; a code that says nothing changes nothing."""
    known = fact(code)
    if known is Fact.OPTED_OUT:
        record_choice(session, number, Choice.OPT_OUT, at=at, channel="carrier", words=code)
    elif known is Fact.LANDLINE:
        _change(session, number, kind=NumberKind.LANDLINE)
    elif known is Fact.WRONG_NUMBER:
        _change(session, number, hard_failures=Number.hard_failures + 1, needs_check=True)
    elif known is Fact.UNREACHABLE:
        often = Number.hard_failures + 1 >= HARD_FAILURES
        checked = case((often, True), else_=Number.needs_check)
        _change(session, number, hard_failures=Number.hard_failures + 1, needs_check=checked)
    if known in (Fact.OUR_SETTINGS, Fact.FILTERED):
        log.error("carrier_will_not_carry", code=code, why=known.value, message_class=message_class.value)


def reached(session: Session, number: str) -> None:
    """A text arrived or a person answered: earlier failures no longer count."""
    session.execute(
        update(Number)
        .where(Number.number == number, Number.hard_failures > 0)
        .values(hard_failures=0, needs_check=False)
        .execution_options(synchronize_session=False)
    )


def _change(session: Session, number: str, **change: object) -> None:
    changed = update(Number).where(Number.number == number).values(**change)
    session.execute(changed.execution_options(synchronize_session=False))
