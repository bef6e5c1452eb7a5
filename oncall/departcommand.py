"""`flask staff leave`, `flask staff return`: who does not work here any more, and who does again."""

import click

from base import clock
from base.database import transaction
from base.errors import HuiyinError
from base.wiring import settings
from oncall.actions import departing
from oncall.actions.shifts import staff_meant


@click.command("leave")
@click.argument("who")
def leave(who: str) -> None:
    """WHO (log-in, number or name) has left: no log-in, no page, their tickets are open again. / 离职"""
    at = clock.now()
    try:
        with transaction() as session:
            staff = staff_meant(session, who, zone=settings().timezone)
            had = departing.leaves(session, staff, by_id=None, at=at)
            said = f"{staff.name}  登录名 log-in: {staff.login}"
    except HuiyinError as error:
        raise click.ClickException(error.message) from None
    click.echo(f"已登记离职 / marked as having left: {said}")
    click.echo(f"工单退回 tickets given back {len(had.tickets)}, 登录结束 log-ins ended {had.browsers}, "
               f"令牌吊销 tokens revoked {len(had.tokens)}, 空出的班 turns without anybody {had.turns}")  # fmt: skip
    if had.turns:
        click.echo("请重新排班 / arrange who holds them: flask --app app rota gaps")


@click.command("return")
@click.argument("who")
def comes_back(who: str) -> None:
    """WHO (log-in or number) had left and works here again, with the password they had. / 复职"""
    try:
        with transaction() as session:
            staff = departing.comes_back(session, who, at=clock.now())
            said = f"{staff.name}  登录名 log-in: {staff.login}"
    except HuiyinError as error:
        raise click.ClickException(error.message) from None
    click.echo(f"已复职 / works here again: {said}")
