"""`flask person …`: everything we have of one person, given or forgotten by an operator in somebody's name."""

from pathlib import Path

import click
from sqlalchemy.orm import Session

from base import clock
from base.database import reading, transaction
from base.errors import NotFound
from base.rows import row_of
from console.privacy import forgetting
from console.privacy.person import gather, write_archive
from console.resident import about
from directory import tokens
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.models import Person

BY = click.option("--by", required=True, help="Log-in or name of who asks for it. / 经手员工（登录名或姓名）")
WHY = click.option("--reason", required=True, help="Why; it is kept. / 理由，会留下记录")


@click.group("person")
def person() -> None:
    """One person's data, on their request. / 某个人的个人资料"""


@person.command("export")
@click.argument("id", type=int)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@BY
@WHY
def export(id: int, file: Path, by: str, reason: str) -> None:
    """Write everything we have of person ID to FILE, a ZIP. / 导出全部资料"""
    with transaction() as session:
        staff, who = tokens.staff_called(session, by), _person(session, id)
        write_down(session, staff_id=staff.id, what=AuditWhat.GIVEN, about=about(who), reason=reason, at=clock.now())
    with reading() as session:
        gathered = gather(session, _person(session, id))
    with file.open("wb") as out:
        file.chmod(0o600)
        write_archive(gathered, out)
    click.echo(f"已写入 / written to {file}")


@person.command("forget")
@click.argument("id", type=int)
@BY
@WHY
def forget(id: int, by: str, reason: str) -> None:
    """Forget person ID for good. / 永久删除，不能恢复"""
    with transaction() as session:
        forgetting.forget(session, _person(session, id), at=clock.now())
        staff = tokens.staff_called(session, by)
        write_down(
            session, staff_id=staff.id, what=AuditWhat.FORGOTTEN, about=f"person:{id}", reason=reason, at=clock.now()
        )
    click.echo(f"已删除 / forgotten: {id}; 录音在一小时内清除 / recordings go within the hour")


def _person(session: Session, id: int) -> Person:
    found = row_of(session, Person, id)
    if found is None:
        raise NotFound(f"没有编号为 {id} 的人 / there is no person {id}")
    return found


commands = [person]
