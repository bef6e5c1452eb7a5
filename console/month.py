"""The page of the rota's month: looked at by all staff, changed by leaders, with a short while to take it back."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import local, now
from base.database import reading, transaction
from base.errors import BadInput, Conflict, NotFound
from base.ids import as_id
from base.refusals import half
from base.wiring import settings
from console.door import Answer, door, language
from console.facts import project_name
from console.months import month_asked, month_title
from console.rota_month import month_of
from console.scope import LEADERS, projects_of
from console.staff import me
from console.words import say
from directory.models import Project
from oncall.actions import moving, overriding, swapping
from oncall.ladder import Post

YEARS = range(2020, 2100)


@door.get("/oncall/month")
@guarded_by(*EVERYBODY_ON_STAFF)
def rota_month() -> Answer:
    """A month of one project and post: who is on duty each day, where nobody is, and who carries how much."""
    return _page(request.args.to_dict())


@door.post("/oncall/month")
@guarded_by(*LEADERS)
def give_turn() -> Answer:
    """Somebody takes over one turn of the month. What clashes is refused with its reason, and the dialog stays open."""
    form, who = request.form, me()
    try:
        project_id, post, staff_id, holder_id, (starts_at, ends_at) = _typed(form)
        with transaction() as session:
            _theirs(session, project_id)
            moving.give(
                session, project_id=project_id, post=post, holder_id=holder_id, starts_at=starts_at,
                ends_at=ends_at, staff_id=staff_id, reason=form.get("reason", ""), by_id=who.id, at=now(),
            )  # fmt: skip
    except (BadInput, Conflict) as error:
        return _page(form.to_dict(), half(error.message, language())), error.status
    flash("month.done")
    return redirect(_back(project_id, post, form.get("month", "")), 303)


@door.post("/oncall/take-over/<id:id>/withdraw")
@guarded_by(*LEADERS)
def take_back(id: int) -> Answer:
    """What was just written does not hold: whoever was on duty before is on duty again."""
    with transaction() as session:
        written = moving.override_of(session, id)
        _theirs(session, written.project_id)
        moving.take_back(session, id, by_id=me().id, at=now())
        back = _back(written.project_id, written.post, request.form.get("month", ""))
    flash("month.taken_back")
    return redirect(back, 303)


def _typed(form: Mapping[str, str]) -> tuple[int, Post, int, int | None, tuple[datetime, datetime]]:
    """Project, post, who takes the turn, who has it, from when until when. Raises `BadInput`."""
    try:
        starts_at, ends_at = (datetime.fromisoformat(form.get(name, "")) for name in ("from", "until"))
        if starts_at.tzinfo is None or ends_at.tzinfo is None:
            raise ValueError("naive")
        holder_id = as_id(form["holder"]) if form.get("holder") else None
        ids = as_id(form.get("project", "")), as_id(form.get("staff", ""))
        return ids[0], Post(form.get("post", "")), ids[1], holder_id, (starts_at, ends_at)
    except ValueError:
        raise BadInput(say("month.fault", language())) from None


def _theirs(session: Session, project_id: int) -> None:
    if project_id not in {project.id for project in projects_of(session, me())}:
        raise NotFound("没有这个项目，或者它不归您管。There is no such project, or it is not yours.")


def _back(project_id: int, post: Post, month: str) -> str:
    return url_for("console.rota_month", project=project_id, post=post.value, month=month or None)


def _page(asked: dict[str, str], fault: str = "") -> str:
    """The page of what was asked for; with a `fault` the dialog is open again on what was typed."""
    at, who, zone = now(), me(), settings().timezone
    first = month_asked(asked.get("month", ""), local(at, zone).date(), YEARS, is_kept=bool(fault))
    with reading() as session:
        projects = projects_of(session, who)
        chosen, post = _chosen(projects, asked.get("project", "")), _post(asked.get("post", ""), is_kept=bool(fault))
        may_change = who.role in LEADERS
        seen = chosen and month_of(
            session, chosen, post, first, at=at, zone=zone, language=language(), may_change=may_change
        )
        return render_template(
            "oncall_month.html", seen=seen, chosen=chosen, projects=projects, post=post, posts=tuple(Post), at=at,
            project_name=partial(project_name, language=language()), may_change=may_change, fault=fault, kept=asked,
            title=month_title(first),
            staff=overriding.fit(session, chosen.id) if chosen and may_change else [],
            written=moving.may_be_taken_back(session, [chosen.id], at=at) if chosen and may_change else [],
            mine=[] if may_change else [
                (project_name(session.get_one(Project, id), language()), turn)
                for id, turn in swapping.turns_of(session, who.id, at=at)
            ],
        )  # fmt: skip


def _post(typed: str, *, is_kept: bool) -> Post:
    try:
        return Post(typed or Post.FIRST.value)
    except ValueError:
        if is_kept:
            return Post.FIRST
        raise BadInput(say("month.fault", language())) from None


def _chosen(projects: list[Project], typed: str) -> Project | None:
    """The project asked for if it is theirs, else their first. Raises `NotFound` for one that is not."""
    if not typed:
        return projects[0] if projects else None
    found = next((one for one in projects if str(one.id) == typed), None)
    if found is None:
        raise NotFound("没有这个项目，或者它不归您管。There is no such project, or it is not yours.")
    return found
