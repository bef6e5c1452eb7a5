"""`flask staff …`, `flask project …`, `flask token …`: the operator's hand on those who work here."""

import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import click

from base import clock
from base.access import Role
from base.database import reading, transaction
from base.errors import HuiyinError
from base.log import mask
from base.wiring import settings
from directory import staffing, tokens
from directory.account_commands import staff_password
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.models import Department, Language, PageOrder
from directory.scopes import EVERYTHING, SCOPES
from telephony.numbers import ReadNumber, read_number
from telephony.unreadable import Unreadable


@click.group("staff")
def staff() -> None:
    """The people who work here. / 员工"""


@staff.command("add")
@click.argument("name")
@click.option("--number", required=True, help="Their telephone. / 电话")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="Their work. / 角色")
@click.option("--project", default=None, help="The project they serve; without it all of them. / 项目")
@click.option(
    "--department", default="", type=click.Choice(["", *(one.value for one in Department)]), help="Their part. / 部门"
)
@click.option("--login", default=None, help="Log-in name; without it the number's digits. / 登录名")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", help="What we speak to them. / 语言")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input. / 从标准输入读取密码")
def add_staff(
    name: str,
    number: str,
    role: str,
    project: str | None,
    department: str,
    login: str | None,
    language: str,
    password_stdin: bool,
) -> None:
    """Add a member of staff. / 添加员工"""
    read = _number(number)
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else ""
    try:
        password_hash = staffing.hash_password(password) if password_stdin else ""
        with transaction() as session:
            added = staffing.add_staff(
                session,
                name=name.strip(),
                number=read.number,
                role=Role(role),
                project_name=project,
                login=login or read.number.removeprefix("+"),
                language=language,
                password_hash=password_hash,
            )
            added.department = department
            write_down(
                session, staff_id=None, what=AuditWhat.STAFF, about=f"staff:{added.id}", reason=role, at=clock.now(),
                project_id=added.project_id,
            )  # fmt: skip
    except HuiyinError as error:
        raise click.ClickException(error.message) from None
    click.echo(f"已添加员工 / staff added: {added.name} ({role}), 登录名 log-in: {added.login}")


@staff.command("pages")
@click.argument("who")
@click.option("--first", type=click.Choice([one.value for one in PageOrder]), default=None, help="What first. / 先后")
@click.option("--second-number", default=None, help="Tried when the first leads to nothing; - for none. / 备用号码")
@click.option("--language", type=click.Choice(["zh", "en"]), default=None, help="What we speak to them. / 语言")
def staff_pages(who: str, first: str | None, second_number: str | None, language: str | None) -> None:
    """How WHO (log-in or name) is paged; danger to life always texts and calls at once. / 呼叫方式"""
    second = None if second_number is None else "" if second_number == "-" else _number(second_number).number
    try:
        with transaction() as session:
            one = tokens.staff_called(session, who)
            staffing.change_pages(
                session, one, by_id=None, at=clock.now(), order=PageOrder(first) if first else None, second=second,
                language=Language(language) if language else None,
            )  # fmt: skip
            said = f"{one.name}  {one.page_order.value}  {mask(one.second_number) or '-'}  {one.language.value}"
    except HuiyinError as error:
        raise click.ClickException(error.message) from None
    click.echo(said)


staff.add_command(staff_password)


@click.group("project")
def project() -> None:
    """The estates under management. / 项目"""


@project.command("add")
@click.argument("name")
@click.option("--name-en", default="", help="English name. / 英文名")
@click.option("--area-code", default="", help="Like 021. / 区号")
@click.option("--number", default=None, help="A hotline number of its own. / 项目自己的热线号码")
def add_project(name: str, name_en: str, area_code: str, number: str | None) -> None:
    """Add a project. / 添加项目"""
    own = _number(number).number if number else None
    try:
        with transaction() as session:
            added = staffing.add_project(
                session, name=name.strip(), name_en=name_en, area_code=area_code, number=own
            )  # fmt: skip
            write_down(
                session, staff_id=None, what=AuditWhat.PROJECT, about=f"project:{added.id}", reason=added.name,
                at=clock.now(), project_id=added.id,
            )  # fmt: skip
    except HuiyinError as error:
        raise click.ClickException(error.message) from None
    click.echo(f"已添加项目 / project added: {name}")


@click.group("token")
def token() -> None:
    """What programs show to use the JSON API. / 接口令牌"""


@token.command("create")
@click.argument("name")
@click.option("--staff", "who", required=True, help="Log-in or name of whom it acts as. / 代表哪位员工（登录名或姓名）")
@click.option("--may-reveal", is_flag=True, help="It sees whole telephone numbers. / 可以看到完整号码")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    metavar="SCOPE",
    help=f"What it may do, as often as needed: {', '.join(SCOPES)}. Without it read and write. / 权限范围，可写多次",
)
@click.option("--days", type=click.IntRange(1, 3660), default=None, help="Days until it expires. / 几天后失效")
@click.option(
    "--expires", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Its last day, as 2027-06-30. / 有效期到哪一天"
)
def create_token(
    name: str, who: str, may_reveal: bool, scopes: tuple[str, ...], days: int | None, expires: datetime | None
) -> None:  # fmt: skip
    """Make a token; it is shown this once. / 新建令牌，只显示这一次"""
    at = clock.now()
    lives = _lives(at, days, expires)
    with transaction() as session:
        staff = tokens.staff_called(session, who)
        secret = tokens.make_token(
            session, name=name.strip(), staff=staff, at=at, may_reveal=may_reveal, lives=lives,
            may=scopes or EVERYTHING,
        )  # fmt: skip
        acts_as = f"{staff.name} ({staff.role.value})"
    click.echo(f"代表 / acts as: {acts_as}; 请现在抄下，以后不再显示 / copy it now, it is never shown again:")
    click.echo(secret)


@token.command("list")
def list_tokens() -> None:
    """All tokens, whom they act as and when they were used. / 列出令牌"""
    at = clock.now()
    with reading() as session:
        for each in tokens.all_tokens(session):
            state = "有效 alive" if tokens.is_alive(each, at=at) else "失效 over"
            used = f"{clock.local(each.last_used_at, settings().timezone):%Y-%m-%d %H:%M}" if each.last_used_at else "-"
            numbers = "; 完整号码 whole numbers" if each.may_reveal else ""
            ends = f"{clock.local(each.expires_at, settings().timezone):%Y-%m-%d %H:%M}" if each.expires_at else "-"
            click.echo(
                f"{each.name}: {each.staff.name}, {state}, 上次使用 last used: {used}{numbers}; "
                f"范围 may: {each.scopes}; 到期 expires: {ends}"
            )


@token.command("revoke")
@click.argument("name")
def revoke_token(name: str) -> None:
    """Take a token back: nobody gets in with it any more. / 吊销令牌"""
    with transaction() as session:
        tokens.revoke_token(session, name.strip(), at=clock.now())
    click.echo(f"已吊销 / revoked: {name}")


def _lives(at: datetime, days: int | None, last_day: datetime | None) -> timedelta | None:
    """How long a token lives: so many days, or through its last day on our clocks; None for as long as it likes."""
    if last_day is None:
        return timedelta(days=days) if days else None
    if days:
        raise click.UsageError("write --days or --expires / --days 和 --expires 只写一个")
    ends_at = (last_day + timedelta(days=1)).replace(tzinfo=ZoneInfo(settings().timezone))
    if ends_at <= at:
        raise click.UsageError(f"that day is over / 这一天已过: {last_day:%Y-%m-%d}")
    return ends_at - at


def _number(raw: str) -> ReadNumber:
    read = read_number(raw, region=settings().default_region)
    if isinstance(read, Unreadable):
        raise click.ClickException(f"{raw}: {read.why_zh} / {read.why_en}")
    return read


commands = [staff, project, token]
