"""The pages of the outgoing webhooks: who is told of what, every delivery with its tries, and sending again."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from base.access import Role, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import BadInput, NotFound
from base.ids import as_id
from base.refusals import half
from base.rows import row_of
from base.wiring import settings
from console.door import Answer, door, language
from console.facts import project_name
from console.hooks import keeping
from console.hooks.models import DeliveryState, Hook, HookDelivery, HookEvent, HookTry
from console.hooks.names import FAMILIES, NAMES
from console.staff import me
from console.sure import must_be_sure
from directory.models import Project

PAGE = 40
TABS = ("all", *DeliveryState)


@dataclass(frozen=True, slots=True)
class Line:
    """A subscription, and how much waits for it or was given up."""

    hook: Hook
    waiting: int
    given_up: int


@door.get("/webhooks")
@guarded_by(Role.ADMIN)
def hooks() -> Answer:
    """All subscriptions, and the form for another."""
    return _page({}, "")


@door.post("/webhooks")
@guarded_by(Role.ADMIN)
def make_hook() -> Answer:
    """Another one; its secret is shown on this answer and never again."""
    form = request.form
    try:
        with transaction() as session:
            made = keeping.subscribe(
                session, name=form.get("name", ""), url=form.get("url", ""), events=form.getlist("event"),
                project_id=_project(form.get("project", "")), by_id=me().id, allowed=settings().webhooks_allowed,
                at=now(),
            )  # fmt: skip
            shown = made.name, made.secret
    except BadInput as error:
        return _page(form, half(error.message, language())), 422
    return _page({}, "", made=shown)


@door.get("/webhooks/<id:id>")
@guarded_by(Role.ADMIN)
def hook(id: int) -> Answer:
    """One subscription and its deliveries, newest first."""
    asked = request.args.get("tab", TABS[0])
    tab, after = asked if asked in TABS else TABS[0], request.args.get("after", type=as_id)
    with reading() as session:
        found = session.scalar(
            select(Hook).where(Hook.id == id).options(joinedload(Hook.project), joinedload(Hook.made_by))
        )
        if found is None:
            raise NotFound("没有这个订阅。There is no such subscription.")
        query = select(HookDelivery).where(HookDelivery.hook_id == id).options(joinedload(HookDelivery.event))
        if tab != TABS[0]:
            query = query.where(HookDelivery.state == DeliveryState(tab))
        if after is not None:
            query = query.where(HookDelivery.id < after)
        rows = session.scalars(query.order_by(HookDelivery.id.desc()).limit(PAGE + 1)).all()
        last, counts = _last_tries(session, rows), _counts(session).get(id, {})
    return render_template(
        "hook.html", project_name=_project_name(), one=found, rows=rows[:PAGE], last=last, counts=counts, tabs=TABS,
        tab=tab, at=now(),
        after=rows[PAGE - 1].id if len(rows) > PAGE else None, is_first=after is None,
    )  # fmt: skip


@door.post("/webhooks/<id:id>/switch")
@guarded_by(Role.ADMIN)
def switch_hook(id: int) -> Answer:
    """Switch it on or off."""
    is_on = request.form.get("state") == "on"
    with transaction() as session:
        keeping.hook_by_id(session, id)
        if not is_on:
            must_be_sure()
        keeping.switch(session, id, is_on=is_on, at=now(), by_id=me().id)
    flash("hooks.switched_on" if is_on else "hooks.switched_off")
    return redirect(url_for("console.hook", id=id), 303)


@door.post("/webhooks/<id:id>/again")
@guarded_by(Role.ADMIN)
def replay_hook(id: int) -> Answer:
    """Send again everything that was given up."""
    with transaction() as session:
        keeping.replay_given_up(session, id, at=now())
    flash("hooks.replayed")
    return redirect(url_for("console.hook", id=id), 303)


@door.get("/webhooks/deliveries/<id:id>")
@guarded_by(Role.ADMIN)
def hook_delivery(id: int) -> Answer:
    """One delivery: what is told, and each try."""
    with reading() as session:
        one = row_of(session, HookDelivery, id)
        if one is None:
            raise NotFound("没有这次推送。There is no such delivery.")
        event, target = session.get_one(HookEvent, one.event_id), session.get_one(Hook, one.hook_id)
        tries = session.scalars(select(HookTry).where(HookTry.delivery_id == id).order_by(HookTry.id)).all()
    body = json.dumps(json.loads(event.body), ensure_ascii=False, indent=2)
    return render_template("hook_delivery.html", one=one, event=event, hook=target, tries=tries, body=body, at=now())


@door.post("/webhooks/deliveries/<id:id>/again")
@guarded_by(Role.ADMIN)
def replay_delivery(id: int) -> Answer:
    """Send this one again."""
    with transaction() as session:
        keeping.replay(session, id, at=now())
    flash("hooks.replayed")
    return redirect(url_for("console.hook_delivery", id=id), 303)


def _page(form: Mapping[str, str], fault: str, made: tuple[str, str] | None = None) -> str:
    with reading() as session:
        query = select(Hook).options(joinedload(Hook.project)).order_by(Hook.is_active.desc(), Hook.id)
        counts = _counts(session)
        lines = [
            Line(one, theirs.get(DeliveryState.WAITING, 0), theirs.get(DeliveryState.GIVEN_UP, 0))
            for one in session.scalars(query)
            for theirs in [counts.get(one.id, {})]
        ]
        projects = session.scalars(select(Project).order_by(Project.name)).all()
    chosen = request.form.getlist("event") if form else list(FAMILIES)
    return render_template(
        "hooks.html", project_name=_project_name(), lines=lines, projects=projects, families=FAMILIES, names=NAMES,
        chosen=chosen, form=form,
        fault=fault, made=made, here=url_for("console.hooks") if request.method == "POST" else "",
    )  # fmt: skip


def _project_name() -> Callable[[Project], str]:
    return partial(project_name, language=language())


def _project(said: str) -> int | None:
    """The project that was chosen, 0 (which is nobody's) for what is no id; None: all of them."""
    return (as_id(said) if said.isdecimal() else 0) if said else None


def _counts(session: Session) -> dict[int, dict[DeliveryState, int]]:
    query = select(HookDelivery.hook_id, HookDelivery.state, func.count()).group_by(
        HookDelivery.hook_id, HookDelivery.state
    )
    found: dict[int, dict[DeliveryState, int]] = {}
    for id, state, n in session.execute(query):
        found.setdefault(id, {})[state] = n
    return found


def _last_tries(session: Session, rows: Sequence[HookDelivery]) -> dict[int, HookTry]:
    """The newest try of each, by the delivery's id."""
    ids = [row.id for row in rows]
    query = select(HookTry).where(HookTry.delivery_id.in_(ids)).order_by(HookTry.id)
    return {one.delivery_id: one for one in session.scalars(query)}
