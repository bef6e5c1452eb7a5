"""`flask rota away`, `leave`, `back`: who is away when, written down and withdrawn by an operator."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import click

from base import clock
from base.database import reading, transaction
from base.errors import HuiyinError
from base.wiring import settings
from oncall.actions import leave as leaves
from oncall.actions import shifts
from oncall.models import LeaveKind

_FORMATS = ("%Y-%m-%d", "%Y-%m-%d %H:%M")


@click.command("away")
@click.argument("who")
@click.argument("first")
@click.argument("until")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in LeaveKind]),
    default="annual",
    show_default=True,
    help="The reason. / 事由",
)
@click.option("--note", default="", help="A word about it. / 备注")
def away(who: str, first: str, until: str, kind: str, note: str) -> None:
    """WHO is away from FIRST to UNTIL: days (the last included), or '2026-12-01 18:00'. / 登记休假"""
    zone = settings().timezone
    starts_at, ends_at = _moment(first, zone), _moment(until, zone, is_end=True)
    try:
        with transaction() as session:
            staff_id = shifts.staff_meant(session, who, zone=zone).id
            written = leaves.write_leave(
                session, staff_id=staff_id, kind=LeaveKind(kind), starts_at=starts_at, ends_at=ends_at, note=note,
                by_id=None, at=clock.now(),
            )  # fmt: skip
            click.echo(f"{written.id}  {who}  {_span(written.starts_at, written.ends_at, zone)}")
    except HuiyinError as error:
        raise click.ClickException(error.message) from None


@click.command("leave")
def leave() -> None:
    """Everybody who is away now or will be. / 列出休假"""
    zone = settings().timezone
    with reading() as session:
        standing = leaves.standing_leave(session, at=clock.now())
        for one in standing:
            span = _span(one.starts_at, one.ends_at, zone)
            click.echo(f"{one.id}  {one.staff.name}  {span}  {one.kind}  {one.note}".rstrip())
    if not standing:
        click.echo("没有人休假 / nobody is on leave")


@click.command("back")
@click.argument("number", type=int)
def back(number: int) -> None:
    """The leave NUMBER (as `flask rota leave` shows it) does not hold. / 撤销休假"""
    try:
        with transaction() as session:
            leaves.leave_of(session, number)
            leaves.withdraw_leave(session, number, by_id=None, at=clock.now())
    except HuiyinError as error:
        raise click.ClickException(error.message) from None
    click.echo(f"已撤销 / withdrawn: {number}")


def _moment(word: str, zone: str, *, is_end: bool = False) -> datetime:
    """A bare day is its beginning or, of an end, the beginning of the day after it."""
    for pattern in _FORMATS:
        try:
            moment = datetime.strptime(word, pattern).replace(tzinfo=ZoneInfo(zone))
        except ValueError:
            continue
        return moment + timedelta(days=1) if is_end and pattern == _FORMATS[0] else moment
    raise click.ClickException(
        f"看不懂时间“{word}”，请写 2026-12-01 或“2026-12-01 18:00” / "
        f"cannot read the moment {word!r}: write 2026-12-01 or '2026-12-01 18:00'"
    )


def _span(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    starts, ends = (clock.local(moment, zone) for moment in (starts_at, ends_at))
    return f"{starts:%Y-%m-%d %H:%M} – {ends:%Y-%m-%d %H:%M}"
