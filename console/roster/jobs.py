"""Jobs of imports: the list that waits is tried out or imported, and files whose time is over are deleted."""

import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from base.clock import now
from base.database import database, reading, transaction
from base.errors import HuiyinError, Unavailable
from base.wiring import settings
from console.roster import files
from directory import rosterbook
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.importing import Report, Wish
from directory.rosterbook import Taken
from directory.rosterruns import counts_of, ends_in_the_book, in_short, refusals_of, rules_of, run

log = structlog.get_logger(__name__)

_OWN = re.compile(r"(?P<id>\d+)\.(?P<run>\d+)-")


def work() -> None:
    """Take the list that waits, and do what is wanted of it. Told twice, or with nothing there, it does nothing.

    A list that cannot be used has its reason in the book; what is no fault of the list fails the job as well.
    """
    sweep_desk()
    with transaction() as session:
        taken = rosterbook.take(session, at=now())
    if taken is None:
        return
    try:
        with ends_in_the_book(database(), taken):
            report, refused = _work_at(taken)
            _settle(taken, report, refused)
    except HuiyinError as error:
        log.info("roster_refused", roster=taken.id, error=type(error).__name__)


def _work_at(taken: Taken) -> tuple[Report, str]:
    """What came of it, and the name on the shelf of the file of refused rows."""
    at, desk = now(), _desk()
    desk.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=desk, prefix=f"{taken.id}.{taken.run}-") as folder:
        path = Path(folder) / "roster"
        files.fetch(taken.path, path)
        known = rules_of(settings(), only=taken.project)
        wish = Wish(taken.is_dry_run, only_project=taken.project_id)
        report = run(database(), taken, path, known, wish, at=at)
        errors = report.errors_path
        return report, files.put_away(errors.read_bytes(), at=at, kind="csv") if errors else ""


def _settle(taken: Taken, report: Report, refused: str) -> None:
    files.throw_away(taken.refused_path)  # first: nobody would know of it afterwards
    with transaction() as session:
        is_ours = rosterbook.finish(session, taken, counts_of(report), refusals_of(report), refused, at=now())
        if is_ours and not taken.is_dry_run:
            write_down(
                session, staff_id=taken.staff_id, what=AuditWhat.ROSTER, about=f"roster:{taken.id}",
                reason=in_short(report), at=now(), project_id=taken.project_id,
            )  # fmt: skip
    if not is_ours:
        files.throw_away(refused)
    elif not taken.is_dry_run:
        _delete(taken.id, taken.path)


def forget_files() -> None:
    """Lists that are imported or not wanted, and what nobody came back to: first the file, then its name."""
    sweep_desk()
    before_at = now() - timedelta(days=settings().roster_files_kept_days)
    with reading() as session:
        found = rosterbook.files_to_go(session, before_at=before_at, at=now())
    for id, path in found:
        if not _delete(id, path):
            return
    try:
        _throw_away_strays(before_at)
    except Unavailable as silence:
        log.warning("roster_strays_kept_longer", why=silence.message)


def _throw_away_strays(before_at: datetime) -> None:
    """Files that the book does not name: whoever put them away died before it was written down.

    Looked for in the two whole months before `before_at`, so that none is of somebody who is still at it.
    """
    last = before_at.replace(day=1) - timedelta(days=1)
    there = [path for month in (last.replace(day=1) - timedelta(days=1), last) for path in files.put_away_in(month)]
    if not there:
        return
    with reading() as session:
        named = rosterbook.files_named(session)
    files.throw_away(*(path for path in there if path not in named))


def sweep_desk() -> None:
    """Copies that a run which died has left on this machine."""
    if not (desk := _desk()).is_dir():
        return
    with reading() as session:
        alive = rosterbook.under_way(session, at=now())
    for folder in desk.iterdir():
        own = _OWN.match(folder.name)
        if own is None or (int(own["id"]), int(own["run"])) != alive:
            shutil.rmtree(folder, ignore_errors=True)


def _delete(id: int, path: str) -> bool:
    try:
        files.throw_away(path)
    except Unavailable as silence:
        log.warning("roster_kept_longer", roster=id, why=silence.message)
        return False
    with transaction() as session:
        rosterbook.forget_file(session, id, path)
    return True


def _desk() -> Path:
    return settings().var_dir / "rosters"
