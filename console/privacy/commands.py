"""`flask retention`: what is too old by our own settings, and putting it out of sight."""

import click

from base import clock
from base.wiring import settings
from console.hooks.jobs import forget as forget_told
from console.jobs import forget_answers
from console.privacy import keeping
from console.roster.jobs import forget_files
from hotline.jobs import delete_old_photos, delete_old_recordings


@click.command("retention")
@click.option("--apply", "applies", is_flag=True, help="Do it; else it is only said. / 真的执行，不加只试算")
def retention(applies: bool) -> None:
    """Personal data older than the settings say: how much, and out of sight with --apply. / 个人信息到期清理"""
    at = clock.now()
    for one in keeping.ages(at):
        oldest = f"; 最早 / oldest {clock.local(one.oldest_at, settings().timezone):%Y-%m-%d}" if one.oldest_at else ""
        click.echo(f"{one.name}: {one.days} 天 / days; 到期 / too old: {one.count}{oldest}")
    if not applies:
        click.echo("试算，未改动；加 --apply 执行 / dry run, nothing was changed; --apply does it")
        return
    done = keeping.put_away(at)
    delete_old_recordings()
    delete_old_photos()
    forget_told()
    forget_answers()
    forget_files()
    said = ", ".join(f"{name} {count}" for name, count in done.items() if count)
    click.echo(f"已隐去 / put out of sight: {said or '0'}")


commands = [retention]
