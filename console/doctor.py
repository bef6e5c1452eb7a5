"""`flask doctor`: is this installation well? One line for each thing it stands on."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta

import click
from sqlalchemy import exists, select
from sqlalchemy.exc import SQLAlchemyError

from base.access import Role
from base.clock import now
from base.database import reading
from base.errors import HuiyinError
from base.health import database_fault, queue_fault
from base.pulse import last_beat
from base.queue import Lane, hints
from base.wiring import settings
from directory.models import Staff
from hotline.actions.endings import our_numbers
from hotline.connect import addresses
from telephony.carrier import carrier

STALE = timedelta(seconds=60)
"""A clock that has not beaten for so long is not alive."""

Finding = tuple[str, str]
"""What was looked at, and what is wrong with it; empty when nothing is."""


def findings() -> Iterator[Finding]:
    """Look at everything, one thing after the other."""
    yield "settings 设置", ""  # a process with bad settings has not come this far
    yield "database and migrations 数据库与迁移", database_fault()
    yield "queue 队列", queue_fault()
    for lane in Lane:
        yield f"worker {lane.value} 工作进程", _worker_fault(lane)
    yield "clock 时钟", _asked(_clock_fault)
    yield "headquarters 总部", _asked(_headquarters_fault)
    yield "carrier 运营商", _asked(_carrier_fault)
    yield "webhook addresses 回调地址", _asked(_addresses_fault)


def _asked(look: Callable[[], str]) -> str:
    try:
        return look()
    except HuiyinError as error:
        return error.message
    except SQLAlchemyError as error:
        return f"the database does not answer ({type(error).__name__})"


def _worker_fault(lane: Lane) -> str:
    count = hints().workers(lane)
    return "" if count else f"nobody works this lane; start `python worker.py {lane.value}`"


def _clock_fault() -> str:
    with reading() as session:
        beat_at = last_beat(session, "clock")
    if beat_at is None:
        return "it has never run; start `python worker.py clock`"
    return "" if now() - beat_at < STALE else f"silent since {beat_at.isoformat(timespec='seconds')}"


def _headquarters_fault() -> str:
    """Complaints about a project are hidden from it: somebody above the projects has to see them."""
    with reading() as session:
        above = exists().where(Staff.is_active, Staff.project_id.is_(None), Staff.role != Role.TECHNICIAN)
        is_seen = session.scalar(select(above))
    return "" if is_seen else "nobody would see a complaint to headquarters; add staff without a project"


def _carrier_fault() -> str:
    status = asyncio.run(_account())
    return "" if status == "active" else f"the account is {status}"


def _addresses_fault() -> str:
    with reading() as session:
        ours = our_numbers(session)
    wrong = asyncio.run(_elsewhere(ours))
    return f"not connected here: {', '.join(wrong)}; run `flask --app app carrier connect`" if wrong else ""


async def _account() -> str:
    async with carrier().line() as line:
        return await line.check_account()


async def _elsewhere(numbers: list[str]) -> list[str]:
    async with carrier().line() as line:
        return [number for number in numbers if not await line.is_connected(number, addresses())]


@click.command("doctor")
def doctor() -> None:
    """Say of each thing the service stands on whether it is well; exit 1 if any is not."""
    is_well = True
    for what, fault in findings():
        is_well = is_well and not fault
        click.echo(f"{'!!' if fault else 'ok'}  {what}{': ' + fault if fault else ''}")
    if not is_well:
        click.echo(f"something is wrong at {settings().address}", err=True)
        sys.exit(1)


commands = [doctor]
