"""Jobs of the console: what was kept for a while is forgotten."""

from base.clock import now
from base.database import transaction
from console.api import once


def forget_answers() -> None:
    """Answers kept for repeated requests, once their time is up."""
    with transaction() as session:
        once.forget(session, at=now())
