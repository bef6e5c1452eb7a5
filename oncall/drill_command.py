"""`flask drill …`: rehearse an emergency, and say how long it took until somebody had it."""

import time
from uuid import uuid4

import click
from sqlalchemy import select

from base import clock
from base.database import reading, transaction
from base.wiring import settings
from directory.actions import projects
from directory.models import Project
from oncall.actions.drilling import NotNow, look_after_drill, past_drills, start_drill
from oncall.models import Drill, DrillOutcome

LOOK_S = 1.0
WORDS = {
    DrillOutcome.RUNNING: "进行中，还没有人接 / under way, nobody has taken it yet",
    DrillOutcome.NOBODY: "没有人接 / nobody took it",
    DrillOutcome.WITHDRAWN: "有真实急事，已中止 / withdrawn: something real came, or somebody called it off",
    DrillOutcome.SKIPPED: "有真实急事，没有演练 / left out: something real was open",
}


@click.group("drill")
def drill() -> None:
    """Rehearsals of an emergency. / 应急演练"""


@drill.command("start")
@click.option("--project", default=None, help="Where; without it the first project. / 项目")
@click.option("--no-wait", is_flag=True, help="Do not wait for the result. / 不等结果")
def start(project: str | None, no_wait: bool) -> None:
    """Rehearse a lift entrapment: page the real ladder, and say after how long somebody took it. / 开始演练"""
    with transaction() as session:
        where = _project(list(projects(session)), project)
        begun = start_drill(session, where, once_key=f"command/{uuid4().hex}", at=clock.now())
        if isinstance(begun, NotNow):
            raise click.ClickException(
                "这里已经在演练 / a rehearsal is under way here"
                if begun.is_running
                else "有真实的急事没有结束，现在不演练 / a real emergency is open: no rehearsal now"
            )
        drill_id = begun.id
        ref = begun.ticket.ref if begun.ticket else ""
    click.echo(f"演练开始 / rehearsal under way: {where.name}, {ref}")
    if not no_wait and not _waits(drill_id):
        raise click.exceptions.Exit(1)


@drill.command("report")
@click.option("--project", default=None, help="Where; without it everywhere. / 项目")
def report(project: str | None) -> None:
    """Say of the last rehearsals after how many minutes somebody had taken them. / 历次演练"""
    with reading() as session:
        every = list(projects(session))
        of = [_project(every, project)] if project else every
        lines = [
            f"{clock.local(one.started_at, settings().timezone):%Y-%m-%d %H:%M}  {one.project.name}  {_told(one)}"
            for one in past_drills(session, [each.id for each in of])
        ]
    click.echo("\n".join(lines) or "还没有演练过 / there has been no rehearsal yet")


def _project(every: list[Project], name: str | None) -> Project:
    found = next((one for one in every if name in {None, one.name, one.name_en}), None)
    if found is None:
        raise click.ClickException(
            f"没有这个项目 / there is no project {name}" if name else "还没有项目 / there is no project yet"
        )
    return found


def _waits(drill_id: int) -> bool:
    """Look until it is over, whoever else looks after it; whether somebody took it."""
    while True:
        with transaction() as session:
            look_after_drill(session, drill_id, at=clock.now())
        with reading() as session:
            one = session.scalars(select(Drill).where(Drill.id == drill_id)).one()
            if one.outcome is not DrillOutcome.RUNNING:
                click.echo(_told(one))
                return one.outcome is DrillOutcome.TAKEN
        time.sleep(LOOK_S)


def _told(one: Drill) -> str:
    if one.taken_at is None:
        return WORDS[one.outcome]
    minutes = (one.taken_at - one.started_at).total_seconds() / 60
    by = one.taken_by.name if one.taken_by else ""
    return f"{minutes:.1f} 分钟后接单 / minutes until it was taken ({by})"


commands = [drill]
