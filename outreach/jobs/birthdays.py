"""Wish everybody whose birthday it is a happy one."""

from base.clock import now
from base.database import reading, transaction
from outreach.actions import birthdays


def greet_due() -> None:
    """Everybody whose birthday it is where they are, once; nobody while it is switched off."""
    with reading() as session:
        if birthdays.standing(session) is None:
            return
    is_more = True
    while is_more:
        with transaction() as session:
            is_more = birthdays.greet_due(session, at=now())
