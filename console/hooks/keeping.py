"""Subscriptions: made, switched off and on, sent again, and what was told forgotten after a while."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from base.errors import BadInput, Conflict, NotFound
from base.rows import row_of
from console.hooks.addresses import checked_url
from console.hooks.gathering import open_sources
from console.hooks.models import DeliveryState, Hook, HookDelivery, HookEvent, HookTry
from console.hooks.names import checked
from console.hooks.signing import new_secret
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.models import Project

LONGEST_NAME = 80
PIECE = 500
MADE, ON, OFF = "订阅 / subscribed", "启用 / on", "停用 / off"
"""What was done to a subscription, as it is written down."""


def subscribe(
    session: Session, *, name: str, url: str, events: list[str], project_id: int | None, by_id: int | None,
    allowed: frozenset[str], at: datetime,
) -> Hook:  # fmt: skip
    """Another system to be told, from now on. Its `secret` is to be shown this once.

    Raises `BadInput` for no name, an address to which nothing is sent, or events that there are not.
    """
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise BadInput(f"名称要 1 到 {LONGEST_NAME} 个字。The name needs 1 to {LONGEST_NAME} characters.")
    if project_id is not None and row_of(session, Project, project_id) is None:
        raise BadInput("没有这个项目。There is no such project.")
    hook = Hook(
        name=name, url=checked_url(url, allowed), secret=new_secret(), events=checked(events), project_id=project_id,
        made_by_id=by_id, made_at=at,
    )  # fmt: skip
    open_sources(session, at=at)
    session.add(hook)
    session.flush()
    _write_down(session, hook, by_id, MADE, at)
    return hook


def switch(session: Session, id: int, *, is_on: bool, at: datetime, by_id: int | None = None) -> Hook:
    """Tell it, or stop telling it; what happens meanwhile it is not told. Raises `NotFound`."""
    hook = hook_by_id(session, id)
    if is_on and not hook.is_active:
        open_sources(session, at=at)
    hook.is_active, hook.failures, hook.rests_until_at = is_on, 0, None
    _write_down(session, hook, by_id, ON if is_on else OFF, at)
    return hook


def replay(session: Session, delivery_id: int, *, at: datetime) -> HookDelivery:
    """Send it again, under the same id. Raises `NotFound`, and `Conflict` for a system that is switched off."""
    one = row_of(session, HookDelivery, delivery_id)
    if one is None:
        raise NotFound("没有这次推送。There is no such delivery.")
    _replay(session, one.hook_id, HookDelivery.id == one.id, at=at)
    session.refresh(one)
    return one


def replay_given_up(session: Session, hook_id: int, *, at: datetime) -> int:
    """Send again everything that was given up; answers how much. Raises as `replay` does."""
    return _replay(session, hook_id, HookDelivery.state == DeliveryState.GIVEN_UP, at=at)


def hook_by_id(session: Session, id: int) -> Hook:
    """One subscription. Raises `NotFound`."""
    hook = row_of(session, Hook, id)
    if hook is None:
        raise NotFound("没有这个订阅。There is no such subscription.")
    return hook


def forget(session: Session, *, before_at: datetime) -> int:
    """Forget some of what was told before then; answers how much, 0 at the end. What is kept can be sent again."""
    old = select(HookEvent.id).where(HookEvent.found_at < before_at).order_by(HookEvent.found_at).limit(PIECE)
    ids = session.scalars(old).all()
    theirs = select(HookDelivery.id).where(HookDelivery.event_id.in_(ids))
    for statement in (
        delete(HookTry).where(HookTry.delivery_id.in_(theirs)),
        delete(HookDelivery).where(HookDelivery.event_id.in_(ids)),
        delete(HookEvent).where(HookEvent.id.in_(ids)),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
    return len(ids)


def _write_down(session: Session, hook: Hook, by_id: int | None, what: str, at: datetime) -> None:
    write_down(
        session, staff_id=by_id, what=AuditWhat.WEBHOOK, about=f"webhook:{hook.id}", reason=f"{what}: {hook.name}",
        at=at, project_id=hook.project_id,
    )  # fmt: skip


def _replay(session: Session, hook_id: int, which: ColumnElement[bool], *, at: datetime) -> int:
    hook = hook_by_id(session, hook_id)
    if not hook.is_active:
        raise Conflict("这个订阅已停用，请先启用。This subscription is switched off; switch it on first.")
    hook.failures, hook.rests_until_at = 0, None
    again = (
        update(HookDelivery)
        .where(HookDelivery.hook_id == hook_id, which)
        .values(state=DeliveryState.WAITING, due_at=at, attempts=0, replays=HookDelivery.replays + 1)
        .returning(HookDelivery.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.scalars(again).all())
