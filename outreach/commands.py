"""`flask greeting …`: what is wished on a day, for scripts; and the commands there are of outreach."""

from datetime import date

import click

from base.clock import now
from base.database import reading
from base.log import mask
from base.wiring import settings
from messages.actions import signed
from messages.lifecycle import MessageClass
from messages.wording import LANGUAGES, fill, segments
from outreach.actions import birthdays, wordings
from outreach.festivals import Greeting, NotGreeted, Whom, festival_on, greetings_on
from outreach.notice_command import notice
from outreach.templates import SALUTATION, Template, footer
from telephony.capabilities import two_way_text

ROUTES = {"内地 mainland": "+8613800138000", "境外 abroad": "+85251234567"}
"""What a greeting costs differs by where it goes: a number of each kind, to which nothing is sent."""

WHOM = {
    Whom.EVERYBODY: "所有愿意收问候的人 everybody who wants greetings",
    Whom.ELDERS: "其中的特别关怀对象 those of them on the care list",
    Whom.OTHERS: "其余愿意收问候的人 the others who want greetings",
}


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
    with reading() as session:
        for each in found:
            _tell(each, wordings.wording(session, each.key).template)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"{text} 不是日期，请写成 2026-09-25 / {text} is no date, like 2026-09-25") from None


@greeting.command("birthdays")
@click.argument("day", metavar="DATE")
def whose_birthday(day: str) -> None:
    """Say whose birthday DATE is, and who is not wished and why; sends nothing. / 预览某天的生日祝福"""
    on, at = _day(day), now()
    with reading() as session:
        wish, found = birthdays.standing(session), birthdays.celebrants(session, on, at=at)
        words = [birthdays.body_for(session, wish, one, at=at) if wish and not one.reason else "" for one in found]
    click.echo(f"{on}  {len(found)} 人 people, 发 wished {sum(not one.reason for one in found)}")
    if wish is None:
        click.echo("  没有启用生日祝福，谁也不发 / wishes are switched off: nobody gets one")
    for one, text in zip(found, words, strict=True):
        why = f"不发 not wished: {one.reason}" if one.reason else text
        click.echo(f"  {one.name}  {mask(one.number) if one.number else '-'}  {one.once}  {why}")


def _tell(found: Greeting, said: Template) -> None:
    hours = f"{found.begins:%H:%M}–{found.ends:%H:%M}"
    click.echo(f"  发给 to: {WHOM[found.whom]}，{hours}，每人一次 once each: {found.occasion}")
    for route, number in ROUTES.items():
        for language in LANGUAGES:
            text = _text(said, number, language)
            cost = segments(text)
            click.echo(f"  {route} {language}: {cost.count} 段 segments ({cost.units} {cost.encoding})  {text}")


def _text(said: Template, number: str, language: str) -> str:
    """A greeting as it leaves for somebody who has not said how they want to be addressed."""
    here = settings()
    company = here.company_name_en if language == "en" else here.company_name
    values = {"salutation": SALUTATION[language], "company": company, "hotline": here.hotline_said}
    is_two_way = two_way_text(number, here.two_way_countries)
    refusing = footer(MessageClass.CARE, language, is_two_way, here.hotline_said)
    return signed(number, fill(said.text(language), values) + refusing, language)


commands = [greeting, notice]
