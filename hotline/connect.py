"""`flask carrier connect`: tell the carrier where calls and texts to our numbers go."""

import asyncio
import sys

import click

from base.database import reading
from base.errors import HuiyinError
from base.wiring import settings
from hotline.actions.endings import our_numbers
from telephony import overrides
from telephony.carrier import carrier
from telephony.dark import FALLBACK

WORDS = {
    "unchanged": "已经接好 already connected",
    "connected": "已接好 connected",
    "bought": "已开通并接好 bought and connected",
    "missing": "不在这个账户里 not in this account",
}


def addresses() -> dict[str, str]:
    """Where each kind of webhook of one of our numbers goes, in the carrier's field names."""
    base = settings().address
    return {
        "voice_url": f"{base}/voice/incoming{overrides.VOICE}",
        "voice_fallback_url": f"{base}{FALLBACK}",
        "status_callback": f"{base}/voice/status{overrides.RECEIPTS}",
        "sms_url": f"{base}/sms/incoming{overrides.VOICE}",
    }


async def connect(numbers: list[str], *, may_buy: bool) -> dict[str, str]:
    """Connect each number; answers one word each. Raises `Unavailable` when the carrier does not answer."""
    async with carrier().line() as line:
        return {number: await line.connect_number(number, addresses(), may_buy=may_buy) for number in numbers}


@click.group("carrier")
def carrier_commands() -> None:
    """Our numbers at the carrier. / 运营商处的号码"""


@carrier_commands.command("connect")
@click.argument("numbers", nargs=-1)
@click.option("--buy", is_flag=True, help="Add a missing number, on the sandbox only. / 开通缺少的号码，仅限沙盒")
def connect_command(numbers: tuple[str, ...], buy: bool) -> None:
    """Send calls and texts to NUMBERS (all of ours if none is named) to this service. / 把号码接到这里"""
    try:
        with reading() as session:
            ours = our_numbers(session)
        done = asyncio.run(connect(list(numbers) or ours, may_buy=buy))
    except HuiyinError as error:
        click.echo(error.message, err=True)
        sys.exit(1)
    for number, word in done.items():
        click.echo(f"{number}  {WORDS[word]}")
    if "missing" in done.values():
        click.echo("有号码不在账户里，请先开通。Some numbers are not in the account: get them there first.", err=True)
        sys.exit(1)


commands = [carrier_commands]
