"""How every command ends; and `flask db …`, the operator's hand on the database's shape."""

from copy import copy
from typing import Any

import click
from alembic.util import CommandError
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from base import migrations
from base.database import database
from base.errors import HuiyinError
from base.health import database_fault, queue_fault
from base.log import keep_trace
from base.wiring import settings
from base.write_lock import is_busy

TRACES = "errors.log"


class Misused(click.ClickException):
    """Words that no command takes: one line, and where its usage is told."""

    exit_code = 2


def plain(command: click.Command, refusal: HuiyinError | None = None) -> click.Command:
    """`command` as operators get it: whatever goes wrong is one line on stderr and exit 1 (2 for wrong usage), never a
    trace.

    With a `refusal` it does nothing but say so.
    """

    def invoke(context: click.Context) -> Any:
        try:
            if refusal:
                raise refusal
            return command.invoke(context)
        except click.UsageError as error:
            raise _misused(error) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise  # these end as click ends them
        except Exception as error:
            raise click.ClickException(in_one_line(error)) from None

    for each in (command, *getattr(command, "commands", {}).values()):
        each.short_help = _first_line(each)
    told = copy(command)

    def make_context(*words: Any, **more: Any) -> click.Context:
        try:
            return type(command).make_context(told, *words, **more)
        except click.UsageError as error:
            raise _misused(error) from None

    told.invoke = invoke  # type: ignore[assignment,method-assign]  # every command of a group goes through here
    told.make_context = make_context  # type: ignore[method-assign]
    return told


def refuse_unknown(group: click.Group) -> None:
    """A name that `group` does not have is refused in one line too, and not in the four of click's."""
    find = group.get_command

    def get_command(context: click.Context, name: str) -> click.Command | None:
        found = find(context, name)
        if found or context.resilient_parsing:  # a shell that completes words asks for what is not there yet
            return found
        path = context.command_path
        raise Misused(f"没有这个命令 / no such command: {name}; 都有哪些 / what there is: {path} --help")

    group.get_command = get_command  # type: ignore[assignment,method-assign]


def _misused(error: click.UsageError) -> click.ClickException:
    """Wrong usage in one line; a group that was called alone lists what is in it, as ever."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error
    words = " ".join(error.format_message().split())
    path = error.ctx.command_path if error.ctx else "flask"
    return Misused(f"{words} 用法见 / its usage: {path} --help")


def _first_line(command: click.Command) -> str:
    # click lists only the first sentence, and no more than fits: the second language would be lost
    return (command.help or "").partition("\n")[0]


def in_one_line(error: Exception) -> str:
    """What an operator should know about `error`; what nobody expected leaves its trace in a file."""
    match error:
        case HuiyinError():
            line = "; ".join(line.removeprefix("  - ") for line in error.message.splitlines())
        case CommandError():
            line = f"迁移做不了 / this migration cannot be done: {error}"
        case SQLAlchemyError() if fault := database_fault():
            line = f"数据库 / database: {fault}"
        case OperationalError() if is_busy(error):
            line = "数据库正忙，请稍后再试 / the database is busy; try again in a moment"
        case RedisError() if fault := queue_fault():
            line = f"队列 / queue: {fault}"
        case OSError(filename=str() as name, strerror=str() as why):
            line = f"读写不了 / cannot read or write {name}: {why}"
        case _:
            line = _unexpected(error)
    return line


def _unexpected(error: Exception) -> str:
    path = settings().var_dir / TRACES
    words = f"程序出错 / something unexpected went wrong ({type(error).__name__})"
    try:
        keep_trace(path, error)
    except OSError as refused:
        return f"{words}; 记录写不进 / and its trace cannot be written to {path}: {refused.strerror}"
    return f"{words}; 详情见 / its trace is in {path}"


@click.group("db")
def db() -> None:
    """The shape of the database. / 数据库结构"""


@db.command()
@click.argument("to", default="head")
def upgrade(to: str) -> None:
    """Bring the database to TO (a number; the newest if left out). / 升级数据库"""
    migrations.upgrade(database().engine, to)
    _tell()


@db.command()
@click.argument("to")
def downgrade(to: str) -> None:
    """Take the database back to TO (a number, or base). / 回退数据库"""
    migrations.downgrade(database().engine, to)
    _tell()


@db.command()
@click.argument("message")
def revision(message: str) -> None:
    """Write the next numbered migration from what the models say. / 新建迁移"""
    migrations.new(message, database().engine)


def _tell() -> None:
    click.echo(f"数据库版本 / the database is at: {migrations.current(database().engine) or 'base'}")


commands = [db]
