"""What we have of one person, given to them or forgotten, on their request: by managers, with a reason that is kept."""

from tempfile import TemporaryFile

from flask import flash, make_response, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import Conflict
from base.refusals import half
from console.door import Answer, door, language
from console.privacy import forgetting, person
from console.resident import about
from console.scope import MAY_FORGET
from console.staff import me
from console.walls import person_for
from console.words import say
from directory.audit import LONGEST, write_down
from directory.auditmodels import AuditWhat
from directory.models import Person

ZIP = "application/zip"


@door.get("/people/<id:id>/data")
@guarded_by(*MAY_FORGET)
def personal_data(id: int) -> Answer:
    """What is given, what forgetting does, and what stands in its way."""
    return _page(id)


@door.post("/people/<id:id>/data")
@guarded_by(*MAY_FORGET)
def give_data(id: int) -> Answer:
    """Everything we have of them, in one file."""
    reason = request.form.get("reason", "").strip()[:LONGEST]
    if not reason:
        return _page(id, {"give": say("fault.reason", language())}), 422
    try:
        with reading() as session:
            who = _theirs(session, id)
            gathered = person.gather(session, who)
    except Conflict as refusal:
        return _page(id, {"give": half(refusal.message, language())}), 409
    file = TemporaryFile()  # noqa: SIM115  whoever sends it closes it
    person.write_archive(gathered, file)
    with transaction() as session:
        write_down(session, staff_id=me().id, what=AuditWhat.GIVEN, about=about(who), reason=reason, at=now())
    file.seek(0)
    answer = make_response(send_file(file, ZIP, as_attachment=True, download_name=f"person-{id}.zip", max_age=0))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@door.post("/people/<id:id>/forget")
@guarded_by(*MAY_FORGET)
def forget_person(id: int) -> Answer:
    """Forget them, once their number with us was typed and a reason given: nothing brings it back."""
    reason, words = request.form.get("reason", "").strip()[:LONGEST], language()
    faults = {} if reason else {"reason": say("fault.reason", words)}
    if request.form.get("ref", "").strip() != str(id):
        faults["ref"] = say("forget.fault.ref", words, ref=id)
    if faults:
        return _page(id, faults), 422
    try:
        with transaction() as session:
            who = _theirs(session, id)
            forgetting.forget(session, who, at=now())
            write_down(
                session, staff_id=me().id, what=AuditWhat.FORGOTTEN, about=f"person:{id}", reason=reason, at=now()
            )
    except Conflict as refusal:
        return _page(id, {"forget": half(refusal.message, words)}), 409
    flash("done.forgotten")
    return redirect(url_for("console.people"), 303)


def _theirs(session: Session, id: int) -> Person:
    """The person, if all that we have of them is the reader's to see. Raises `Conflict`."""
    who = person_for(session, me(), id)
    if forgetting.is_elsewhere(session, who, me()):
        raise Conflict(
            "这个人有些资料不归您的项目，请由管理全部项目的同事来做。"
            "Some of what we have of them is not your project's; somebody who serves all projects has to do this."
        )
    return who


def _page(id: int, faults: dict[str, str] | None = None) -> str:
    with reading() as session:
        who = person_for(session, me(), id)
        is_elsewhere = forgetting.is_elsewhere(session, who, me())
        refs = [] if is_elsewhere else forgetting.standing(session, who)
    return render_template(
        "personal.html", one=who, refs=refs, is_elsewhere=is_elsewhere, faults=faults or {}, form=request.form,
        here=url_for("console.personal_data", id=id) if request.method == "POST" else "",
    )  # fmt: skip
