"""The book of imports: who brought which list, how far it is, and that no two are read or written at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from base.errors import Conflict, NotFound
from directory.rostermodels import RosterImport, RosterState

LEASE = timedelta(seconds=90)
"""How long an import that shows no life is still thought to live: longer than the largest file takes to be opened."""
LONGEST_NAME = 120
MOST = 50
"""As many imports the history shows."""
UNDER_WAY = (RosterState.CHECKING, RosterState.IMPORTING)
OVER = (RosterState.DONE, RosterState.DROPPED)
"""Nobody needs the list itself any more."""

_OCCUPIED = (
    "已有一份名册正在核对或导入，请等它结束再试。 / "
    "Another roster is being checked or imported; try again when that is over."
)
_MOVED_ON = "这份名册的状态已经变了，请看过现在的情况再决定。 / This roster has moved on; look at it as it stands now."
_GONE = "文件已删除，请重新上传。 / The file is deleted; upload it again."


@dataclass(frozen=True, slots=True)
class Taken:
    """What somebody works at: which import, the how-manieth run, the list's name on the shelf, and what to do.

    `refused_path` is the file that the run before left.
    """

    id: int
    run: int
    path: str
    refused_path: str
    file_name: str
    is_dry_run: bool
    staff_id: int | None
    project_id: int | None
    project: str


def bring(
    session: Session, *, staff_id: int | None, project_id: int | None, file_name: str, size: int, path: str,
    at: datetime,
) -> RosterImport:  # fmt: skip
    """Write down a list that was brought; it waits to be checked. Raises `Conflict` while another is under way."""
    brought = RosterImport(
        staff_id=staff_id, project_id=project_id, file_name=file_name, size=size, path=path,
        state=RosterState.CHECKING, brought_at=at,
    )  # fmt: skip
    session.add(brought)
    _occupy(session, brought, at)
    return brought


def begin_by_command(session: Session, *, file_name: str, size: int, at: datetime) -> Taken:
    """Write down that a command imports a list, and take it. Raises `Conflict` while another is under way."""
    brought = bring(session, staff_id=None, project_id=None, file_name=file_name, size=size, path="", at=at)
    brought.state, brought.run, brought.lease_until_at = RosterState.IMPORTING, 1, at + LEASE
    session.flush()
    return _taken(brought)


def start(session: Session, brought: RosterImport, *, staff_id: int, at: datetime) -> None:
    """Have a checked list imported, by whoever says so. Raises `Conflict`: not checked, its file gone, or another is
    under way.
    """
    _is(brought, brought.state is RosterState.CHECKED)
    brought.state, brought.staff_id = RosterState.IMPORTING, staff_id
    _occupy(session, brought, at)


def once_more(session: Session, brought: RosterImport, *, at: datetime) -> None:
    """Have done again what failed or was broken off. Raises `Conflict` as `start` does."""
    is_failed = brought.state is RosterState.FAILED and brought.was in UNDER_WAY
    _is(brought, is_failed or is_broken_off(brought, at=at))
    if is_failed:
        brought.state = RosterState(brought.was)
    _occupy(session, brought, at)


def drop(session: Session, brought: RosterImport, *, at: datetime) -> None:
    """Nothing more is done with a list, and its files go. Raises `Conflict` while it is worked at, or when it is done.

    What an import that was broken off has written stays.
    """
    is_worked_at = brought.slot is not None and brought.lease_until_at is not None and brought.lease_until_at > at
    if is_worked_at or brought.state in OVER:
        raise Conflict(_MOVED_ON)
    brought.state, brought.slot, brought.ended_at = RosterState.DROPPED, None, at
    session.flush()


def is_broken_off(brought: RosterImport, *, at: datetime) -> bool:
    """Whether nobody has worked at it for so long that its process must be dead."""
    until_at = brought.lease_until_at
    return brought.state in UNDER_WAY and (brought.slot is None or (until_at is not None and until_at <= at))


def is_waiting(session: Session) -> bool:
    """Whether a list waits for somebody to take it."""
    waits = select(RosterImport.id).where(RosterImport.slot == 1, RosterImport.lease_until_at.is_(None))
    return session.scalar(waits) is not None


def under_way(session: Session, *, at: datetime) -> tuple[int, int] | None:
    """The import somebody works at, and the number of their run."""
    alive = select(RosterImport.id, RosterImport.run).where(RosterImport.slot == 1, RosterImport.lease_until_at > at)
    return (found.id, found.run) if (found := session.execute(alive).first()) else None


def take(session: Session, *, at: datetime) -> Taken | None:
    """Take the list that waits; None: there is none, or somebody was quicker."""
    taken = (
        update(RosterImport)
        .where(RosterImport.slot == 1, RosterImport.lease_until_at.is_(None))
        .values(lease_until_at=at + LEASE, run=RosterImport.run + 1, step="", done=0, total=0)
        .returning(RosterImport.id)
        .execution_options(synchronize_session=False)
    )
    id = session.scalar(taken)
    return None if id is None else _taken(session.get_one(RosterImport, id, populate_existing=True))


def show_life(session: Session, taken: Taken, step: str, done: int, total: int, *, at: datetime) -> bool:
    """Say how far it is, and that somebody is at it. False: somebody else is by now, and this run has to end."""
    values = {"step": step, "done": done, "total": total, "lease_until_at": at + LEASE}
    return _write(session, taken, values)


def finish(
    session: Session, taken: Taken, counts: dict[str, Any], refusals: Sequence[Sequence[Any]], refused_path: str,
    *, at: datetime,
) -> bool:  # fmt: skip
    """Write down what a run found, and free the place; False: another run has taken over."""
    state = RosterState.CHECKED if taken.is_dry_run else RosterState.DONE
    return _end(
        session, taken,
        {"state": state, "counts": counts, "refusals": [list(one) for one in refusals], "refused_path": refused_path},
        at,
    )  # fmt: skip


def fail(session: Session, taken: Taken, why: str, *, at: datetime) -> bool:
    """Write down that a run did not come to its end, and why, in both languages; False as in `finish`."""
    was = RosterState.CHECKING if taken.is_dry_run else RosterState.IMPORTING
    return _end(session, taken, {"state": RosterState.FAILED, "was": was.value, "why": why}, at)


def history(session: Session, project_id: int | None) -> Sequence[RosterImport]:
    """The newest imports; with a project those that were for it alone."""
    query = select(RosterImport).options(joinedload(RosterImport.staff), joinedload(RosterImport.project))
    if project_id is not None:
        query = query.where(RosterImport.project_id == project_id)
    return session.scalars(query.order_by(RosterImport.id.desc()).limit(MOST)).all()


def one_of(session: Session, id: int, project_id: int | None, *, locks: bool = False) -> RosterImport:
    """The import `id`, as far as whoever has this project may see it. Raises `NotFound`; `locks` it to be changed."""
    query = select(RosterImport).where(RosterImport.id == id)
    if project_id is not None:
        query = query.where(RosterImport.project_id == project_id)
    if locks:
        query = query.with_for_update()
    found = session.scalar(query)
    if found is None:
        raise NotFound("没有这次导入，或者它不归您看。There is no such import, or it is not yours to see.")
    return found


def files_to_go(session: Session, *, before_at: datetime, at: datetime) -> list[tuple[int, str]]:
    """Import and name on the shelf of what has to be deleted: lists of which nobody needs more, and what is too old."""
    found: list[tuple[int, str]] = []
    query = select(RosterImport).where((RosterImport.path != "") | (RosterImport.refused_path != ""))
    for one in session.scalars(query):
        is_old = one.brought_at < before_at and (one.slot is None or is_broken_off(one, at=at))
        if one.path and (is_old or one.state in OVER):
            found.append((one.id, one.path))
        if one.refused_path and (is_old or one.state is RosterState.DROPPED):
            found.append((one.id, one.refused_path))
    return found


def files_named(session: Session) -> set[str]:
    """The names on the shelf of every list and every file of refused rows that is not deleted."""
    query = select(RosterImport.path, RosterImport.refused_path)
    return {path for row in session.execute(query) for path in row if path}


def forget_file(session: Session, id: int, path: str) -> None:
    """A file is gone from the shelf; with that of the refused rows goes what the page shows of them."""
    one = session.get_one(RosterImport, id, with_for_update=True)
    if one.path == path:
        one.path = ""
    if one.refused_path == path:
        one.refused_path, one.refusals = "", []
    if not one.path and one.state is RosterState.CHECKED:
        one.state = RosterState.DROPPED


def _is(brought: RosterImport, is_right: bool) -> None:
    if not is_right:
        raise Conflict(_MOVED_ON)
    if not brought.path:
        raise Conflict(_GONE)


def _occupy(session: Session, brought: RosterImport, at: datetime) -> None:
    """The place of the one that is under way; whoever died there is put aside."""
    session.flush()
    dead = RosterImport.id != brought.id, RosterImport.slot == 1, RosterImport.lease_until_at <= at
    session.execute(update(RosterImport).where(*dead).values(slot=None))
    brought.slot, brought.lease_until_at, brought.step, brought.why, brought.ended_at = 1, None, "", "", None
    brought.done = brought.total = 0
    try:
        session.flush()
    except IntegrityError:
        raise Conflict(_OCCUPIED) from None


def _taken(one: RosterImport) -> Taken:
    return Taken(
        one.id, one.run, one.path, one.refused_path, one.file_name, one.state is RosterState.CHECKING,
        one.staff_id, one.project_id, one.project.name if one.project else "",
    )  # fmt: skip


def _end(session: Session, taken: Taken, values: dict[str, Any], at: datetime) -> bool:
    return _write(session, taken, {**values, "slot": None, "lease_until_at": None, "ended_at": at})


def _write(session: Session, taken: Taken, values: dict[str, Any]) -> bool:
    ours = update(RosterImport).where(
        RosterImport.id == taken.id, RosterImport.run == taken.run, RosterImport.slot == 1
    )  # fmt: skip
    written = session.execute(ours.values(**values).execution_options(synchronize_session=False))
    return bool(written.rowcount)  # type: ignore[attr-defined]  # an UPDATE has one
