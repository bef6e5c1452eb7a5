"""`flask doctor`: is this installation well? One line for each thing it stands on."""

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click
from flask import current_app
from sqlalchemy import exists, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from base.access import Role
from base.accounts import FIRST, SECOND
from base.clock import now
from base.database import reading
from base.errors import HuiyinError, SettingsError
from base.health import database_fault, queue_fault
from base.pulse import last_beat
from base.queue import Lane, hints
from base.rulefile import Problem
from base.wiring import REFUSAL, settings
from console.reports.models import MailState, failed
from console.watching import faults, heartbeat_advice
from directory.models import Staff
from hotline import prompts, recordings
from hotline.actions import editions
from hotline.actions.endings import our_numbers
from hotline.connect import addresses
from hotline.transcribing import transcriber
from messages.ledger import paces, roads, spending
from oncall.actions import mirroring
from oncall.channels import is_understood
from oncall.ladderfile import read_file
from telephony.carrier import carrier, carriers

PROBE = "doctor.probe"
STALE = timedelta(seconds=60)
"""A clock that has not beaten for so long is not alive."""
UNASKED = "设置改好后再查 / not looked at before the settings are right"
WELL, BAD, UNSURE = "ok", "!!", "--"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, and what is wrong with it (nothing if empty); `is_advice` does not make it unwell."""

    what: str
    fault: str = ""
    is_advice: bool = False

    def __str__(self) -> str:
        mark = WELL if not self.fault else UNSURE if self.is_advice else BAD
        return f"{mark}  {self.what}{': ' + self.fault if self.fault else ''}"


def findings() -> Iterator[Finding]:
    """Look at everything, one thing after the other; with bad settings, at what can be looked at all the same."""
    refusal: SettingsError | None = current_app.extensions.get(REFUSAL)
    for fault in refusal.faults if refusal else ("",):
        yield Finding("settings 设置", fault)
    if "database" not in current_app.extensions:
        yield Finding("all the rest 其余", UNASKED, is_advice=True)
        return
    yield Finding("duty phone 最后的值班电话", _duty_phone_advice(), is_advice=True)
    yield Finding("database and migrations 数据库与迁移", database_fault())
    yield Finding("queue 队列", queue_fault())
    yield Finding("ladders 升级阶梯", _ladders_fault())
    menus = _asked(_menus_fault)
    yield Finding("menus 语音菜单", menus or _asked(_menus_advice), is_advice=not menus)
    for lane in Lane:
        yield Finding(f"worker {lane.value} 工作进程", _worker_fault(lane))
    if settings().daily_cost_cap:
        yield Finding("daily costs 当日费用", _asked(_spent_advice), is_advice=True)
    yield Finding("clock 时钟", _asked(_clock_fault))
    yield Finding("watch 值守", _asked(lambda: "; ".join(faults())))
    yield Finding("heartbeat 心跳", _asked(heartbeat_advice), is_advice=True)
    if settings().mirrors:
        yield Finding("mirrors 群抄送", _asked(_mirrors_advice), is_advice=True)
    if settings().morning_mail_to:
        yield Finding("morning mail 夜间报告邮件", _asked(_mail_advice), is_advice=True)
    yield Finding("headquarters 总部", _asked(_headquarters_fault))
    yield Finding("recordings 录音存放", _asked(_recordings_fault))
    if settings().transcriber:
        yield Finding("transcriber 留言转文字", _asked(_transcriber_fault))
    carriers = [("carrier 运营商", _carrier_fault), ("webhook addresses 回调地址", _addresses_fault)]
    if settings().second_account:
        carriers.append(("second carrier 备用运营商", _second_carrier_fault))
    for what, look in carriers:
        # no account and token go to an address that may be the wrong one
        yield Finding(what, UNASKED, is_advice=True) if refusal else Finding(what, _asked(look))


def _ladders_fault() -> str:
    own = settings().ladders_file
    problems = read_file(Path(own)).problems if own else ()
    return "; ".join(str(problem) for problem in problems)


def _menus_fault() -> str:
    with reading() as session:
        if not editions.is_unheard(session):
            return ""
        problems = editions.problems_now(session)
    return (
        "已发布的菜单这一版程序读不了，来电人听到的是随系统的菜单，请改好再发布 / this release cannot follow the menus "
        f"that were published, and callers hear the release's own; mend them and publish anew. {_first(problems)}"
    )


def _menus_advice() -> str:
    """What calls go through all the same: a spoken prompt that is gone, a rule of the check that is new."""
    with reading() as session:
        return _first(editions.problems_now(session))


def _first(problems: Sequence[Problem]) -> str:
    more = f"（共 {len(problems)} 个问题 / {len(problems)} problems）" if len(problems) > 1 else ""
    return f"{problems[0]}{more}" if problems else ""


def _asked(look: Callable[[], str]) -> str:
    try:
        return look()
    except HuiyinError as error:
        return error.message
    except SQLAlchemyError as error:
        return f"数据库 / database: {database_fault() or type(error).__name__}"


def _duty_phone_advice() -> str:
    if settings().duty_phone:
        return ""
    return (
        "系统瘫痪又查不到值班人员时，来电人只能留言，请设置 DUTY_PHONE / when the house is dark and nobody on duty is "
        "known, a caller can only leave a message; set DUTY_PHONE"
    )


def _worker_fault(lane: Lane) -> str:
    count = hints().workers(lane)
    start = f"`python worker.py {lane.value}`"
    return "" if count else f"没有进程在处理，请启动 / nobody works this lane; start {start}"


def _spent_advice() -> str:
    terms = paces.terms(settings())
    prices = terms.prices
    if not prices.are_known:
        return (
            "设了 DAILY_COST_CAP，却没有单价，上限不起作用 / DAILY_COST_CAP is set and no price is, so that it never "
            "acts; set SMS_COST and CALL_COST"
        )
    with reading() as session:
        spent = spending.spent(session, terms, at=now())
    if spent.held_at is None:
        return ""
    return (
        f"今日已用 {spent.cost:.2f}，上限 {prices.cap:.2f}，其余等明天 / today has cost {spent.cost:.2f} of "
        f"{prices.cap:.2f}; greetings, surveys and service notices wait for tomorrow"
    )


def _clock_fault() -> str:
    with reading() as session:
        beat_at = last_beat(session, "clock")
    if beat_at is None:
        return "从未运行，请启动 / it has never run; start `python worker.py clock`"
    return "" if now() - beat_at < STALE else f"已停，最后一次在 / silent since {beat_at.isoformat(timespec='seconds')}"


def _mirrors_advice() -> str:
    """Of each channel by its name, never by its address."""
    with reading() as session:
        said = [
            f"{one.mirror.name}（{one.mirror.scheme}）{fault}"
            for one in mirroring.seen(session, at=now())
            if (fault := _mirror_fault(session, one))
        ]
    return "; ".join(said)


def _mail_advice() -> str:
    """What became of the newest report of a night; no address is said."""
    if settings().mail_server is None:
        return "没有 SMTP_URL，发不出去 / there is no SMTP_URL to send it by"
    with reading() as session:
        found = failed(session)
    if found is None:
        return ""
    if found.state is MailState.UNSURE:
        return f"{found.day} 的不知道到没到，不再发 / that of {found.day} may have gone and is not sent again"
    return f"{found.day} 的没有都收下 / that of {found.day} was not taken for everybody ({found.fault})"


def _mirror_fault(session: Session, one: mirroring.Seen) -> str:
    if not is_understood(one.mirror.url):
        return "地址读不懂 / its address is not understood"
    if one.mirror.project and mirroring.project_named(session, one.mirror) is None:
        return "没有这个项目 / there is no such project"
    if one.failed_at is None or not one.is_failing:
        return ""
    since = one.failed_at.isoformat(timespec="seconds")
    return f"最近一次没有送到，不影响呼叫，自 / the last line did not get there, pages go on all the same, {since}"


def _headquarters_fault() -> str:
    """Complaints about a project are hidden from it: somebody above the projects has to see them."""
    with reading() as session:
        above = exists().where(Staff.is_active, Staff.project_id.is_(None), Staff.role != Role.TECHNICIAN)
        is_seen = session.scalar(select(above))
    if is_seen:
        return ""
    return (
        "没有人看得到直达总部的投诉，请添加不属于任何项目的员工 / "
        "nobody would see a complaint to headquarters; add staff without a project"
    )


def _recordings_fault() -> str:
    """Something is put there, found and thrown away again; spoken prompts are listed."""
    shelf = recordings.shelf()
    shelf.put(PROBE, b"ok")
    is_held = shelf.holds(PROBE)
    shelf.remove(PROBE)
    prompts.every()
    return "" if is_held else "放进去的找不到 / what is put there is not found again"


def _transcriber_fault() -> str:
    transcriber()
    return ""


def _carrier_fault() -> str:
    return _account_fault(FIRST)


def _second_carrier_fault() -> str:
    return _account_fault(SECOND)


def _account_fault(name: str) -> str:
    status = asyncio.run(_account(name))
    if status != "active":
        return f"账户状态 / the account is {status}"
    with reading() as session:
        since_at = dict(roads.left_alone(session)).get(name)
    if since_at is None:
        return ""
    since = since_at.isoformat(timespec="seconds")
    return f"接连失败，只偶尔试发，自 / it failed again and again, and is only tried now and then, since {since}"


def _addresses_fault() -> str:
    with reading() as session:
        ours = our_numbers(session)
    wrong = asyncio.run(_elsewhere(ours))
    if not wrong:
        return ""
    return f"没有接到这里 / not connected here: {', '.join(wrong)}; run `flask --app app carrier connect`"


async def _account(name: str) -> str:
    async with carriers()[name].line() as line:
        return await line.check_account()


async def _elsewhere(numbers: list[str]) -> list[str]:
    async with carrier().line() as line:
        return [number for number in numbers if not await line.is_connected(number, addresses())]


@click.command("doctor")
def doctor() -> None:
    """Say of each thing the service stands on whether it is well; exit 1 if any is not. / 逐项体检"""
    is_well = True
    for finding in findings():
        is_well = is_well and (finding.is_advice or not finding.fault)
        click.echo(str(finding))
    if not is_well:
        click.echo("有问题，见标有 !! 的各行 / something is wrong: see the lines marked !!", err=True)
        sys.exit(1)


commands = [doctor]
