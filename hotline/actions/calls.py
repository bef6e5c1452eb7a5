"""A call's row: found and locked for this transaction, by ready-made questions."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from base.rows import columns_of, kept_as, kept_together, table_of
from directory.models import Project
from hotline.models import Call

_BY_SID = select(Call).where(Call.sid == bindparam("sid")).with_for_update()
_CALLS, _PROJECTS = table_of(Call), table_of(Project)
_BY_ID = (
    select(*columns_of(Call, Project))
    .select_from(_CALLS.outerjoin(_PROJECTS, _PROJECTS.c.id == _CALLS.c.project_id))
    .where(_CALLS.c.id == bindparam("call_id"))
    .with_for_update(of=_CALLS)
)


def call_by_sid(session: Session, sid: str) -> Call:
    """By the carrier's id; it must be there."""
    return session.scalars(_BY_SID, {"sid": sid}).one()


def call_by_id(session: Session, call_id: int) -> Call | None:
    """By our own, with the project that every step needs."""
    found = session.connection().execute(_BY_ID, {"call_id": call_id}).one_or_none()
    if found is None:
        return None
    of_call = found[: len(_CALLS.c)]
    (project,) = kept_together(session, found[len(_CALLS.c) :], Project)
    call = kept_as(session, Call, of_call)  # read anew, whatever the session remembers
    # held by the call: what nobody holds the session forgets at once, and would ask for again. Whoever had to wait for
    # the call reads it as it is now, and the project beside it as it was: one that it got meanwhile is asked for
    if project is not None or call.project_id is None:
        set_committed_value(call, "project", project)
    return call
