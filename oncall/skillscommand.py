"""`flask staff skills`: what somebody is best spoken with about."""

import click

from base import clock
from base.database import transaction
from base.errors import HuiyinError
from directory.tokens import staff_called
from oncall.actions.skills import set_skills


@click.command("skills")
@click.argument("who")
@click.argument("named", nargs=-1, metavar="[SKILL]...")
@click.option("--none", "has_none", is_flag=True, help="They have none. / 清空")
def skills(who: str, named: tuple[str, ...], has_none: bool) -> None:
    """Say or set for which callers WHO is rung first: departments, categories, english. / 查看或设置接听技能"""
    if has_none and named:
        raise click.UsageError("--none goes with no skills / 用了 --none 就不要再写技能")
    try:
        with transaction() as session:
            them = staff_called(session, who)
            if named or has_none:
                set_skills(session, them, named, by_id=None, at=clock.now())
            told = ", ".join(them.skills) or "没有 / none"
            name = them.name
    except HuiyinError as error:
        raise click.ClickException(error.message) from None
    click.echo(f"{name}: {told}")
