"""`flask greeting …`: what is wished on a day, for scripts; and the commands there are of outreach."""

from datetime import date

import click

from base.wiring import settings
from messages.actions import signed
from messages.lifecycle import MessageClass
from messages.wording import LANGUAGES, fill, segments
from outreach.festivals import Greeting, NotGreeted, Whom, festival_on, greetings_on
from outreach.notice_command import notice
from outreach.templates import SALUTATION, footer, template
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


commands = [greeting, notice]
