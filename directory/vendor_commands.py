"""`flask vendor …`: the firms outside whom an emergency may need."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.orm import Session

from base import clock
from base.database import reading, transaction
from base.errors import HuiyinError
from base.log import mask
from base.wiring import settings
from directory.actions import projects
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.models import Vendor
from directory.trades import Trade
from directory.vendors import drop_vendor, vendors, write_vendor
from telephony.numbers import read_number
from telephony.unreadable import Unreadable


@click.group("vendor")
def vendor() -> None:
    """Firms outside: lifts, water, gas, power. / 外部维保单位"""


@vendor.command("add")
@click.argument("name")
@click.option("--number", required=True, help="Their telephone, answered at any hour. / 24小时电话")
@click.option("--trade", required=True, type=click.Choice([trade.value for trade in Trade]), help="What. / 专业")
@click.option("--project", "where", default=None, help="For this project; without it for all. / 项目")
def add(name: str, number: str, trade: str, where: str | None) -> None:
    """Write a firm down, or its new number. / 添加维保单位"""
    read = read_number(number, region=settings().default_region)
    if isinstance(read, Unreadable):
        raise click.ClickException(f"号码有误 / not a telephone number: {number}")
    with _plain_refusals(), transaction() as session:
        found = [project for project in projects(session) if where in (project.name, project.name_en)]
        if where and not found:
            raise click.ClickException(f"没有这个项目 / there is no project {where}")
        project = found[0] if where else None
        made = write_vendor(session, name=name, number=read.number, trade=Trade(trade), project=project)
        _keep(session, made, "写下 / written")
        click.echo(f"{made.id}  {made.name}  {mask(made.number)}")


@vendor.command("list")
def listed() -> None:
    """All firms, with the number of each. / 列出维保单位"""
    with reading() as session:
        names = {project.id: project.name for project in projects(session)}
        lines = [
            f"{one.id}  {one.trade}  {names.get(one.project_id or 0, '所有项目 / all projects')}  {one.name}  "
            f"{mask(one.number)}"
            for one in vendors(session)
            if one.number
        ]
    click.echo("\n".join(lines) or "还没有维保单位 / there is no firm yet")


@vendor.command("remove")
@click.argument("number", type=int)
def remove(number: int) -> None:
    """Ring the firm NUMBER of the list no more. / 不再呼叫"""
    with _plain_refusals(), transaction() as session:
        dropped = drop_vendor(session, number)
        name = dropped.name
        _keep(session, dropped, "不再呼叫 / dropped")
    click.echo(f"不再呼叫 / rung no more: {name}")


def _keep(session: Session, vendor: Vendor, what: str) -> None:
    write_down(
        session, staff_id=None, what=AuditWhat.VENDOR, about=f"vendor:{vendor.id}", reason=f"{what}: {vendor.name}",
        at=clock.now(), project_id=vendor.project_id,
    )  # fmt: skip


@contextmanager
def _plain_refusals() -> Iterator[None]:
    try:
        yield
    except HuiyinError as error:
        raise click.ClickException(error.message) from None


commands = [vendor]
