"""`flask demo load`: an estate of invented people to try everything on."""

import json
import os
from pathlib import Path
from typing import Any

import click

from base import clock
from base.database import database, reading, transaction
from base.errors import HuiyinError
from base.settings import Settings
from base.wiring import settings
from demo import estate
from demo.phones import phones
from demo.rota import extend_rota
from directory.rosterruns import rules_of

LOGINS, PHONES = "demo-logins.json", "phones.json"


@click.group("demo")
def demo_cli() -> None:
    """The demo estate. / 演示小区"""


@demo_cli.command("load")
@click.option("--if-empty", is_flag=True, help="Leave a database alone that holds anything else. / 仅当数据库为空时")
def load(if_empty: bool) -> None:
    """Load the demo estate, or bring its rota up to date. / 载入演示小区，或续排值班表"""
    chosen = settings()
    if not chosen.is_development:
        raise click.ClickException("生产环境不载入演示数据 / demo people are refused in production")
    with reading() as session:
        is_new, holds_others = estate.is_empty(session), estate.holds_others(session)
    if holds_others and if_empty:
        click.echo("数据库里已有数据，未载入演示小区 / the database is in use, the demo estate was not loaded")
        return
    if holds_others:
        raise click.ClickException("数据库里有真实数据，拒绝载入 / this database holds real people: refused")
    try:
        _load(chosen, is_new=is_new, is_quick=if_empty)
    except HuiyinError as error:
        raise click.ClickException(error.message) from None


def _load(chosen: Settings, *, is_new: bool, is_quick: bool) -> None:
    at = clock.now()
    logins = chosen.var_dir / LOGINS
    with transaction() as session:
        projects = estate.ensure_projects(session)
        estate.ensure_staff(session)
        shifts = extend_rota(session, projects, at=at, zone=chosen.timezone)
        passwords = {} if logins.exists() and not is_new else estate.renew_passwords(session)
    if passwords:
        write_private(logins, _logins(passwords))
    reports = estate.import_residents(database(), rules_of(chosen), at=at) if is_new or not is_quick else []
    with reading() as session:
        shown = phones(session)
    write_private(chosen.var_dir / PHONES, shown)
    rows, new = sum(report.rows for report in reports), sum(report.new for report in reports)
    click.echo(
        f"演示小区：{len(projects)} 个项目，名册 {rows} 行（新增 {new}），员工 {len(estate.STAFF)} 人，"
        f"新排班次 {shifts}，模拟电话 {len(shown)} 部"
    )
    click.echo(
        f"Demo estate: {len(projects)} projects, {rows} roster rows ({new} new), {len(estate.STAFF)} staff, "
        f"{shifts} new shifts, {len(shown)} telephones"
    )


def _logins(passwords: dict[str, str]) -> list[dict[str, str]]:
    return [
        {"name": c.name, "role": c.role.value, "login": c.login, "password": passwords[c.login]} for c in estate.STAFF
    ]


def write_private(path: Path, content: Any) -> None:
    """Write JSON that only this user may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
    part.replace(path)


commands = [demo_cli]
