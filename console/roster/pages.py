"""The pages on which a list of residents is brought, tried out, imported and watched."""

import io
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import flash, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import BadInput, Conflict, NotFound
from base.refusals import half
from base.wiring import settings
from console.door import LARGER, Answer, door, language
from console.exporting import mark_of
from console.exports import CSV, FORMATS, XLSX, marked
from console.facts import project_name
from console.living import living, shown, unchanged
from console.roster import facts, files
from console.roster.files import MOST_BYTES
from console.roster.hinting import soon
from console.scope import MAY_ENROL, project_of
from console.staff import me
from console.words import say
from directory import rosterbook
from directory.audit import LONGEST, write_down
from directory.auditmodels import AuditWhat
from directory.columns import CHINESE, NEEDED
from directory.models import Project
from directory.rostermodels import RosterImport
from directory.sheet import MOST_ROWS
from directory.template import write_template
from hotline.recordings import shelf

LARGER["console.upload_roster"] = MOST_BYTES + 64 * 1024
Act = Callable[[Session, RosterImport], None]


@door.get("/roster")
@guarded_by(*MAY_ENROL)
def roster() -> Answer:
    """Where a list is brought, and all that were."""
    return _page()


@door.post("/roster")
@guarded_by(*MAY_ENROL)
def upload_roster() -> Answer:
    """Take a list in, and have it tried out."""
    try:
        name, data = files.sent(request.files.get("file"))
    except BadInput as fault:
        return _page(half(fault.message, language())), fault.status
    at = now()
    path = files.put_away(data, at=at)
    try:
        with transaction() as session:
            brought = rosterbook.bring(
                session, staff_id=me().id, project_id=project_of(me()), file_name=name, size=len(data), path=path, at=at
            )
            soon(session)
    except Conflict as busy:
        files.throw_away(path)
        return _page(half(busy.message, language())), busy.status
    except BaseException:
        files.throw_away(path)
        raise
    return redirect(url_for("console.roster_import", id=brought.id), 303)


@door.get("/roster/template")
@guarded_by(*MAY_ENROL)
def roster_template() -> Answer:
    """An empty sheet with the columns."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        write_template(path)
        sheet = io.BytesIO(path.read_bytes())
    return send_file(sheet, FORMATS[XLSX], as_attachment=True, download_name="roster.xlsx", max_age=0)


@door.get("/roster/imports/<id:id>")
@guarded_by(*MAY_ENROL)
def roster_import(id: int) -> Answer:
    """The page of one."""
    return _show(id)


@door.get("/roster/imports/<id:id>/state")
@guarded_by(*MAY_ENROL)
def roster_state(id: int) -> Answer:
    """The part that lives: 304 while nothing changed."""
    one = _seen(id)
    if shown() == one.tag:
        return unchanged(one.tag)
    return living(render_template("_roster_import.html", seen=one, at=now()), one.tag)


@door.post("/roster/imports/<id:id>/start")
@guarded_by(*MAY_ENROL)
def start_roster(id: int) -> Answer:
    """Write a checked list into the directory."""

    def act(session: Session, one: RosterImport) -> None:
        rosterbook.start(session, one, staff_id=me().id, at=now())
        write_down(
            session, staff_id=me().id, what=AuditWhat.ROSTER, about=f"roster:{id}", reason=one.file_name, at=now(),
            project_id=one.project_id,
        )  # fmt: skip
        soon(session)

    return _do(id, act, "roster.done.start")


@door.post("/roster/imports/<id:id>/retry")
@guarded_by(*MAY_ENROL)
def retry_roster(id: int) -> Answer:
    """Do again what failed, or broke off in the middle."""

    def act(session: Session, one: RosterImport) -> None:
        rosterbook.once_more(session, one, at=now())
        soon(session)

    return _do(id, act, "roster.done.retry")


@door.post("/roster/imports/<id:id>/drop")
@guarded_by(*MAY_ENROL)
def drop_roster(id: int) -> Answer:
    """Do nothing with a list, and delete its files."""
    unwanted: list[str] = []

    def act(session: Session, one: RosterImport) -> None:
        rosterbook.drop(session, one, at=now())
        write_down(
            session, staff_id=me().id, what=AuditWhat.ROSTER_DROPPED, about=f"roster:{id}", reason=one.file_name,
            at=now(), project_id=one.project_id,
        )  # fmt: skip
        unwanted.extend(filter(None, (one.path, one.refused_path)))

    answer = _do(id, act, "roster.done.drop")
    for path in unwanted:
        files.throw_away(path)
        with transaction() as session:
            rosterbook.forget_file(session, id, path)
    return answer


@door.post("/roster/imports/<id:id>/refused")
@guarded_by(*MAY_ENROL)
def roster_refused(id: int) -> Answer:
    """The refused rows as a file; what was read there may name people: a reason is asked, and who took it stays."""
    reason = request.form.get("reason", "").strip()[:LONGEST]
    if not reason:
        return _show(id, say("audit.sheet.fault", language()), 422)
    with reading() as session:
        one = rosterbook.one_of(session, id, project_of(me()))
    data = shelf().read(one.refused_path) if one.refused_path else None
    if data is None:
        raise NotFound("退回的行已删除。The refused rows are deleted.")
    with transaction() as session:
        write_down(
            session, staff_id=me().id, what=AuditWhat.EXPORTED, about=f"roster:{id}", reason=reason, at=now(),
            project_id=one.project_id,
        )  # fmt: skip
    data = marked(data, mark_of(reason, language(), is_whole=True))
    name = f"roster-{id}-refused.csv"
    return send_file(io.BytesIO(data), FORMATS[CSV], as_attachment=True, download_name=name, max_age=0)


def _page(fault: str = "") -> str:
    words = language()
    with reading() as session:
        found = facts.history(session, me(), at=now(), language=words)
        project_id = project_of(me())
        project = project_name(session.get_one(Project, project_id), words) if project_id is not None else ""
    return render_template(
        "roster.html", imports=found, fault=fault, project=project, at=now(), most=MOST_BYTES, most_rows=MOST_ROWS,
        needed=[CHINESE[field] if words == "zh" else field.value for field in NEEDED],
        kept_days=settings().roster_files_kept_days,
        here=url_for("console.roster") if request.method == "POST" else "",
    )  # fmt: skip


def _show(id: int, notice: str = "", status: int = 200) -> Answer:
    here = url_for("console.roster_import", id=id)
    return render_template("roster_import.html", seen=_seen(id), at=now(), notice=notice, here=here), status


def _seen(id: int) -> facts.Seen:
    with reading() as session:
        return facts.seen(rosterbook.one_of(session, id, project_of(me())), at=now(), language=language())


def _do(id: int, act: Act, done: str) -> Answer:
    try:
        with transaction() as session:
            act(session, rosterbook.one_of(session, id, project_of(me()), locks=True))
    except Conflict as error:
        return _show(id, half(error.message, language()), error.status)
    flash(done)
    return redirect(url_for("console.roster_import", id=id), 303)
