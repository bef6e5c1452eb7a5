"""`flask notice send …`: telling many at once, for scripts."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from base.clock import now
from base.database import reading, transaction
from base.errors import BadInput, HuiyinError
from base.wiring import settings
from directory.models import Building, ContactRole, Language, Occupancy, Project, Staff
from directory.sheet import sheets_of
from messages.lifecycle import MessageClass
from outreach.actions import campaigns, checking
from outreach.actions.campaigndraft import By, CampaignDraft
from outreach.actions.listed import people_listed
from outreach.audience import EVERYBODY, Filter
from outreach.jobs import planning
from outreach.lifecycle import CampaignKind
from outreach.listing import words_of
from outreach.models import Campaign
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import IncidentKind

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _words(kinds: type[StrEnum]) -> click.Choice[str]:
    """The words of an enumeration as they are written everywhere else; click would want its members' names."""
    return click.Choice([each.value for each in kinds])


@click.group("notice")
def notice() -> None:
    """Telling many at once. / 群发通知"""


@notice.command("send")
@click.option("--author", required=True, metavar="LOGIN", help="Who writes it. / 拟稿人")
@click.option("--approver", metavar="LOGIN", help="Who lets it go; without it the plan waits for them. / 批准人")
@click.option("--reason", default="", help="Why an author approves their own emergency. / 本人批准紧急通知的理由")
@click.option("--project", required=True, help="The project's name. / 项目")
@click.option("--building", "buildings", multiple=True, help="A building's name; all if none. / 楼栋，可多次")
@click.option("--occupancy", multiple=True, type=_words(Occupancy), help="All if none. / 入住状态")
@click.option("--role", "roles", multiple=True, type=_words(ContactRole), help="All if none. / 角色")
@click.option("--unit", "units", multiple=True, help="A unit's name; all if none. / 单元，可多次")
@click.option("--floor-from", "lowest_floor", type=click.IntRange(1, 99), help="The lowest floor. / 从几层")
@click.option("--floor-to", "highest_floor", type=click.IntRange(1, 99), help="The highest floor. / 到几层")
@click.option("--riser", "risers", multiple=True, help="The end of the rooms' names, 02 of 1502. / 立管，可多次")
@click.option("--language", "languages", multiple=True, type=_words(Language), help="All if none. / 语言")
@click.option("--special-care", "is_on_care_list", is_flag=True, help="Only who needs it. / 只发特别关怀")
@click.option("--abroad", "is_abroad", is_flag=True, help="Only numbers abroad. / 只发境外号码")
@click.option("--owes-answer", "owes_answer", is_flag=True, help="Only who was asked and is silent. / 只发未答复回访的")
@click.option("--list", "file", type=_FILE, help="A sheet of rooms or numbers. / 房号或号码名单")
@click.option("--without-list", "without_file", type=_FILE, help="Nor to these. / 名单上的不发")
@click.option("--without-occupancy", multiple=True, type=_words(Occupancy), help="Nor to these. / 这些状态不发")
@click.option("--without-role", multiple=True, type=_words(ContactRole), help="Nor to these. / 这些角色不发")
@click.option(
    "--class", "of_class", type=click.Choice(["service", "emergency"]), default="service", help="Its class. / 类别"
)
@click.option("--trouble", type=_words(IncidentKind), help="Sort of an emergency's incident. / 事件类型")
@click.option("--cause", default="", help="Why, in words. / 原因")
@click.option("--ends", metavar="MOMENT", help="Promised end, like 2026-11-26T18:00. / 预计恢复时间")
@click.option("--title", required=True, help="What colleagues know it by. / 标题")
@click.option("--zh", required=True, help="The Chinese text. / 中文内容")
@click.option("--en", required=True, help="The English text. / 英文内容")
@click.option("--send-at", metavar="MOMENT", help="Now if not given. / 发送时间")
@click.option("--valid-until", metavar="MOMENT", help="Until when it makes sense. / 有效时间")
def send(
    author: str, approver: str | None, reason: str, project: str, buildings: tuple[str, ...], of_class: str,
    trouble: str | None, cause: str, ends: str | None, title: str, zh: str, en: str, send_at: str | None,
    valid_until: str | None, **who: Any,
) -> None:  # fmt: skip
    """Plan a notice, say whom it reaches, and let it go if an approver is named. / 拟定并发送通知"""
    try:
        with transaction() as session:
            chosen = _audience(session, project, buildings, who)
            draft = CampaignDraft(
                kind=CampaignKind.NOTICE, message_class=MessageClass(of_class), title=title, text_zh=zh, text_en=en,
                audience=chosen, send_at=_moment(send_at), valid_until_at=_moment(valid_until),
                trouble=_trouble(chosen, trouble, cause, ends),
            )  # fmt: skip
            campaign_id = campaigns.write(session, draft, _by(session, author), at=now()).id
        planning.plan_to_the_end(campaign_id)
        _tell_plan(campaign_id)
        if approver is None:
            return
        with transaction() as session:
            seen = session.get_one(Campaign, campaign_id).batch.hash
            by = _by(session, approver)
            campaigns.approve(session, campaign_id, by, seen=seen, at=now(), emergency_reason=reason)
        click.echo("已批准，正在发送 / approved and on its way")
    except HuiyinError as error:
        raise click.ClickException(error.message) from None


def _tell_plan(campaign_id: int) -> None:
    with reading() as session:
        campaign = session.get_one(Campaign, campaign_id)
        click.echo(
            f"群发 campaign {campaign.id}: {campaign.people} 人 people, {campaign.homes} 户 homes, "
            f"{campaign.texts} 条短信 texts ({campaign.segments} 段 segments), {campaign.calls} 通电话 calls"
        )
        for reason, count in sorted(campaign.left_out.items()):
            click.echo(f"  不发 left out, {reason}: {count}")
        for one in checking.of_campaign(session, campaign, at=now()):
            click.echo(f"  留意 mind, {one.language}: {one.zh} / {one.en}")
        click.echo(f"  {campaign.batch.hash}")


def _audience(session: Session, project: str, buildings: tuple[str, ...], who: dict[str, Any]) -> Filter:
    """`who` are the other options, by the names of the parts of a filter; what is taken out begins with `without_`."""
    here = session.scalar(select(Project).where((Project.name == project) | (Project.name_en == project)))
    if here is None:
        raise BadInput(f"没有项目“{project}”。There is no project called {project}.")
    known = dict(session.execute(select(Building.name, Building.id).where(Building.project_id == here.id)).all())
    if strange := [name for name in buildings if name not in known]:
        raise BadInput(f"{project} 没有楼栋“{strange[0]}”。There is no building {strange[0]} in {project}.")
    without = (
        Filter(occupancy=who.pop("without_occupancy")), Filter(roles=who.pop("without_role")),
        Filter(person_ids=_listed(session, who.pop("without_file"), here.id)),
    )  # fmt: skip
    return Filter(
        here.id, tuple(known[name] for name in buildings), person_ids=_listed(session, who.pop("file"), here.id),
        without=tuple(one for one in without if one != EVERYBODY), **who,
    )  # fmt: skip


def _listed(session: Session, file: Path | None, project_id: int) -> tuple[int, ...] | None:
    """Whom a sheet means. Raises `BadInput` for its first line that means nobody: a list with a slip is no list."""
    if file is None:
        return None
    with sheets_of(file) as sheets:
        rows = [(row, words_of(cells)) for row, cells in next(sheets).rows]
    found = people_listed(session, rows, {project_id})
    if found.strange:
        line = found.strange[0]
        raise BadInput(
            f"{file.name} 第 {line.row} 行“{line.text}”没有对应的人，共 {len(found.strange)} 行这样，请改正或删去。"
            f"Line {line.row} of {file.name}, {line.text!r}, means nobody here, nor do {len(found.strange) - 1} more; "
            "correct them or take them out."
        )
    return found.person_ids


def _trouble(chosen: Filter, kind: str | None, cause: str, ends: str | None) -> IncidentDraft | None:
    if kind is None:
        return None
    assert chosen.project_id is not None
    return IncidentDraft(
        kind=IncidentKind(kind), project_id=chosen.project_id, building_ids=chosen.building_ids, cause=cause,
        promised_end_at=_moment(ends),
    )  # fmt: skip


def _by(session: Session, login: str) -> By:
    staff = session.scalar(select(Staff).where(func.lower(Staff.login) == login.lower(), Staff.is_active))
    if staff is None:
        raise BadInput(f"没有员工“{login}”。Nobody on the staff logs in as {login}.")
    return By(staff.id, staff.role, staff.project_id)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(
            f"{text} 不是时间，请写成 2026-11-26T18:00。{text} is no moment; write 2026-11-26T18:00."
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(settings().timezone))
