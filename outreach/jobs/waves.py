"""Jobs about survey waves: see whether questions left, remind, give up. May run twice."""

from base.clock import now
from base.database import reading
from base.inturn import in_turn
from outreach.actions import askingon


def look_due() -> None:
    """Every interview that has to be looked at now. One that fails does not keep the others waiting."""
    with reading() as session:
        waiting = askingon.due(session, at=now())
    in_turn(waiting, askingon.look)
