"""What a hook may be told of: as much as somebody may read who has its project, or leads none of them."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import Role
from console.api.door import Bearer
from console.hooks.models import Hook
from console.hooks.names import wanted
from console.incident_facts import within
from console.scope import visible
from console.staff import Me
from console.walls import Trace, readable
from tickets.models import Incident, Ticket


def reader(project_id: int | None = None) -> Bearer:
    """Somebody of a project, or of the company, who sees no whole numbers.

    Not a manager: what was said to the general manager stays in the house.
    """
    return Bearer(Me(0, "", Role.SUPERVISOR, project_id, "zh", ""), 0, may_reveal=False)


def asking(hooks: Sequence[Hook], name: str) -> list[Hook]:
    """Those of `hooks` that want to be told of `name`."""
    return [hook for hook in hooks if wanted(hook.events, name)]


def tickets_seen(session: Session, hooks: Sequence[Hook], ids: Collection[int]) -> dict[int, set[int]]:
    """Of these tickets, those that each hook may be told of."""
    return {
        hook.id: set(session.scalars(select(Ticket.id).where(Ticket.id.in_(ids), visible(_who(hook)))))
        for hook in hooks
    }


def incidents_seen(session: Session, hooks: Sequence[Hook], ids: Collection[int]) -> dict[int, set[int]]:
    """Of these incidents, those that each hook may be told of."""
    return {
        hook.id: set(session.scalars(select(Incident.id).where(Incident.id.in_(ids), within(_who(hook)))))
        for hook in hooks
    }


def messages_seen(session: Session, hooks: Sequence[Hook], traces: Sequence[Trace]) -> dict[int, set[int]]:
    """Of these messages, those that each hook may be told of."""
    return {hook.id: {trace.id for trace in readable(session, _who(hook), traces)} for hook in hooks}


def _who(hook: Hook) -> Me:
    return reader(hook.project_id).me
