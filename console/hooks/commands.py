"""`flask webhook …`: the operator's hand on what other systems are told."""

import click
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from base import clock
from base.database import reading, transaction
from base.errors import HuiyinError
from base.wiring import settings
from console.hooks import keeping
from console.hooks.models import Hook
from console.hooks.names import FAMILIES
from directory.models import Project


@click.group("webhook")
def webhook() -> None:
    """Other systems that are told what happens. / 事件推送"""


@webhook.command("add")
@click.argument("name")
@click.argument("url")
@click.option("--events", default=",".join(FAMILIES), show_default=True, help="Which, by comma. / 哪些事件，逗号分隔")
@click.option("--project", default="", help="Only of this project. / 只推这个项目的")
def add(name: str, url: str, events: str, project: str) -> None:
    """Tell NAME at URL; the secret is shown this once, last on stdout. / 新建订阅，密钥只显示这一次"""
    try:
        with transaction() as session:
            project_id = session.scalar(select(Project.id).where(Project.name == project)) if project else None
            if project and project_id is None:
                raise click.ClickException(f"没有这个项目 / there is no such project: {project}")
            hook = keeping.subscribe(
                session, name=name, url=url, events=events.split(","), project_id=project_id, by_id=None,
                allowed=settings().webhooks_allowed, at=clock.now(),
            )  # fmt: skip
            id, secret = hook.id, hook.secret
    except HuiyinError as error:
        raise click.ClickException(error.message) from None
    click.echo(
        f"订阅 / subscription {id}; 请现在抄下密钥，以后不再显示 / copy the secret now, it is never shown again:"
    )
    click.echo(secret)


@webhook.command("list")
def list_hooks() -> None:
    """All subscriptions. / 列出订阅"""
    with reading() as session:
        for hook in session.scalars(select(Hook).options(joinedload(Hook.project)).order_by(Hook.id)):
            state = "启用 on" if hook.is_active else "停用 off"
            where = hook.project.name if hook.project else "全部项目 all projects"
            click.echo(f"{hook.id} {hook.name}: {state}, {where}, {','.join(hook.events)}, {hook.url}")


@webhook.command("switch")
@click.argument("id", type=int)
@click.argument("state", type=click.Choice(["on", "off"]))
def switch(id: int, state: str) -> None:
    """Switch a subscription on or off; it is not told what happens meanwhile. / 启用或停用"""
    try:
        with transaction() as session:
            name = keeping.switch(session, id, is_on=state == "on", at=clock.now()).name
    except HuiyinError as error:
        raise click.ClickException(error.message) from None
    click.echo(f"{name}: {state}")


commands = [webhook]
