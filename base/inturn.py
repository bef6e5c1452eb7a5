"""One after the other, each in a transaction of its own: whatever is wrong with one keeps no other waiting."""

from collections.abc import Callable, Iterable
from typing import Any

import structlog

from base.clock import now
from base.database import transaction
from base.trail import about

log = structlog.get_logger(__name__)


def in_turn(ids: Iterable[Any], act: Callable[..., object]) -> None:
    """`act(session, id, at=now)` on each; one that fails, however it does, is logged and left for the next look."""
    for each in ids:
        with about(action=act.__name__, id=str(each)):
            try:
                with transaction() as session:
                    act(session, each, at=now())
            except Exception:
                log.exception("left_for_the_next_look")
