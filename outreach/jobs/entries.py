"""Jobs about entering empty homes: ring the next who may let us in. May run twice."""

from base.clock import now
from base.database import reading
from base.inturn import in_turn
from outreach.actions import entering


def look_due() -> None:
    """Every question that has to be looked at now; one that fails does not keep the others waiting."""
    with reading() as session:
        ids = entering.due(session, at=now())
    in_turn(ids, entering.look)
