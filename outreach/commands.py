"""`flask greeting …` and `flask notice …`: what is wished on a day, and telling many, for scripts."""

from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from base.clock import now
from base.database import reading, transaction
from base.errors import BadInput, HuiyinError
from base.wiring import settings
from directory.models import Building, ContactRole, Occupancy, Project, Staff
from messages.actions import signed
from messages.lifecycle import MessageClass
from messages.wording import LANGUAGES, fill, segments
from outreach.actions import campaigns, checking
from outreach.actions.campaigns import By, CampaignDraft
from outreach.audience import Filter
from outreach.festivals import Greeting, NotGreeted, Whom, festival_on, greetings_on
from outreach.jobs import planning
from outreach.lifecycle import CampaignKind
from outreach.models import Campaign
from outreach.templates import SALUTATION, footer, template
from telephony.capabilities import two_way_text
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import IncidentKind

ROUTES = {"内地 mainland": "+8613800138000", "境外 abroad": "+85251234567"}
"""What a greeting costs differs by where it goes: a number of each kind, to which nothing is sent."""

WHOM = {
    Whom.EVERYBODY: "所有愿意收问候的人 everybody who wants greetings",
    Whom.ELDERS: "其中的特别关怀对象 those of them on the care list",
    Whom.OTHERS: "其余愿意收问候的人 the others who want greetings",
}


def _words(kinds: type[StrEnum]) -> click.Choice[str]:
    """The words of an enumeration as they are written everywhere else; click would want its members' names."""
    return click.Choice([each.value for each in kinds])


@click.group("greeting")
def greeting() -> None:
    """What we wish on festivals. / 节日问候"""


@greeting.command("preview")
@click.argument("day", metavar="DATE")
def preview(day: str) -> None:
    """Say what is wished on DATE (like 2026-09-25), or why nothing; exit 1 if nothing. / 预览某天的节日问候"""
    on = _day(day)
    names = "、".join(f"{each.zh} {each.en}" for each in festival_on(on))
    click.echo(f"{on}  {names or '不是节日 no festival'}")
    found = greetings_on(on)
    if isinstance(found, NotGreeted):
        raise click.ClickException(f"{found.zh} / {found.en}")
    for each in found:
        _tell(each)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"{text} 不是日期，请写成 2026-09-25 / {text} is no date, like 2026-09-25") from None


def _tell(found: Greeting) -> None:
    hours = f"{found.begins:%H:%M}–{found.ends:%H:%M}"
    click.echo(f"  发给 to: {WHOM[found.whom]}，{hours}，每人一次 once each: {found.occasion}")
    for route, number in ROUTES.items():
        for language in LANGUAGES:
            text = _text(found, number, language)
            cost = segments(text)
            click.echo(f"  {route} {language}: {cost.count} 段 segments ({cost.units} {cost.encoding})  {text}")


def _text(found: Greeting, number: str, language: str) -> str:
    """A greeting as it leaves for somebody who has not said how they want to be addressed."""
    here = settings()
    company = here.company_name_en if language == "en" else here.company_name
    values = {"salutation": SALUTATION[language], "company": company, "hotline": here.hotline}
    is_two_way = two_way_text(number, here.two_way_countries)
    refusing = footer(MessageClass.CARE, language, is_two_way, here.hotline)
    return signed(number, fill(template(found.key).text(language), values) + refusing, language)


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
    author: str, approver: str | None, reason: str, project: str, buildings: tuple[str, ...],
    occupancy: tuple[str, ...], roles: tuple[str, ...], of_class: str, trouble: str | None, cause: str,
    ends: str | None, title: str, zh: str, en: str, send_at: str | None, valid_until: str | None,
) -> None:  # fmt: skip
    """Plan a notice, say whom it reaches, and let it go if an approver is named. / 拟定并发送通知"""
    try:
        with transaction() as session:
            chosen = _audience(session, project, buildings, occupancy, roles)
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
            who = _by(session, approver)
            campaigns.approve(session, campaign_id, who, seen=seen, at=now(), emergency_reason=reason)
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


def _audience(
    session: Session, project: str, buildings: tuple[str, ...], occupancy: tuple[str, ...], roles: tuple[str, ...]
) -> Filter:
    here = session.scalar(select(Project).where((Project.name == project) | (Project.name_en == project)))
    if here is None:
        raise BadInput(f"没有项目“{project}”。There is no project called {project}.")
    known = dict(session.execute(select(Building.name, Building.id).where(Building.project_id == here.id)).all())
    if strange := [name for name in buildings if name not in known]:
        raise BadInput(f"{project} 没有楼栋“{strange[0]}”。There is no building {strange[0]} in {project}.")
    return Filter(here.id, tuple(known[name] for name in buildings), occupancy, roles)


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


commands = [greeting, notice]
