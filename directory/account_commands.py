"""`flask staff password`: the operator's hand on how somebody comes in."""

import sys

import click

from base import clock
from base.database import transaction
from base.errors import HuiyinError
from directory import secondsteps, tokens
from directory.staffing import hash_password, new_password, set_password


@click.command("password")
@click.argument("who")
@click.option("--password-stdin", is_flag=True, help="Read it from standard input. / 从标准输入读取密码")
@click.option("--no-codes", is_flag=True, help="Ask for no code of a telephone any more. / 同时停用两步验证")
def staff_password(who: str, password_stdin: bool, no_codes: bool) -> None:
    """Another password for WHO (log-in or name); without one, one to be used once is made. / 重设密码"""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else new_password()
    try:
        stored = hash_password(password)
        with transaction() as session:
            one = tokens.staff_called(session, who)
            set_password(session, one, stored, by_id=None, at=clock.now(), is_once=not password_stdin)
            if no_codes:
                secondsteps.drop(session, one, by_id=None, at=clock.now())
            said = f"{one.name}  登录名 log-in: {one.login}"
    except HuiyinError as error:
        raise click.ClickException(error.message) from None
    click.echo(f"密码已改，本人的登录全部结束 / the password is changed, and they are logged out everywhere: {said}")
    if not password_stdin:
        click.echo("只能用一次，请转告本人，以后不再显示 / to be used once; tell them, it is never shown again:")
        click.echo(password)
