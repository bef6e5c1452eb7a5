"""A greeting to 100,000 owners (or as many as OWNERS says) is planned: seconds and memory, against the plainest reading
and writing of the same.
"""

import os
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select

from base.clock import local, now
from base.database import reading
from base.wiring import settings
from bench import desk, stage
from bench.stage import Addresses, Stage
from bench.table import Row
from messages.models import Message
from outreach.festivals import next_of
from outreach.models import Campaign

OWNERS = int(os.environ.get("OWNERS", "100_000"))
ROUNDS = 2
"""The first plans right after the owners came in, when a database knows little about them; the slower one counts."""
SHARE_OF_PLAIN = 0.1
LIMIT_S = 15.0 * OWNERS / 100_000
"""However many they are, each takes no longer."""
LIMIT_MB = 270.0 + 30.0 * OWNERS / 100_000
"""What is kept of everybody until the end is who they are and which numbers have been met."""


def run(here: Stage) -> Iterator[Row]:
    """On both databases; ours and the plain way in turns, each in a process of its own."""
    for kind in stage.KINDS:
        with here.database(kind) as url:
            yield from _measure(here, kind, url)


def _measure(here: Stage, kind: str, url: str) -> Iterator[Row]:
    environment = here.environment(url, Addresses(stage.free_port(), stage.free_port()))
    ours, plain = [], []
    with here.application(environment):
        here.say(f"an estate of {OWNERS} owners ({kind})")
        there = desk.open_desk(OWNERS)
        day = now()
        for turn in range(1, ROUNDS + 1):
            plain.append(_planned(here, environment, "plain", there.project_id))
            day = _new_year(day)
            campaign_id = desk.write_greeting(there, send_at=day)
            ours.append(_planned(here, environment, "ours", campaign_id))
            _check(campaign_id)
            here.say(f"planning, {kind}, round {turn}: {ours[-1][0]:.1f} s, plainly {plain[-1][0]:.1f} s")
    ours_s, ours_mb = (max(told) for told in zip(*ours, strict=True))
    plain_s, plain_mb = (min(told) for told in zip(*plain, strict=True))
    yield Row(
        f"a greeting to {OWNERS:,} planned", kind, f"{OWNERS / ours_s:,.0f}/s, {ours_s:.1f} s",
        f"{OWNERS / plain_s:,.0f}/s, bare executemany", min(p / o for (o, _), (p, _) in zip(ours, plain, strict=True)),
        limit=SHARE_OF_PLAIN,
    )  # fmt: skip
    yield Row(f"  under {LIMIT_S:.0f} s", kind, f"{ours_s:.1f} s", value=ours_s, unit="s", limit=LIMIT_S, bound="under")
    yield Row(
        f"  its peak memory ≤ {LIMIT_MB:.0f} MB", kind, f"{ours_mb:.0f} MB", f"{plain_mb:.0f} MB", LIMIT_MB / ours_mb,
        limit=1.0,
    )  # fmt: skip


def _new_year(after: datetime) -> datetime:
    """Ten in the morning of the next New Year's Day: every round greets for an occasion of its own."""
    here = local(after, settings().timezone)
    first = next_of("new_year", here.date() + timedelta(days=1))
    return here.replace(year=first.year, month=first.month, day=first.day, hour=10, minute=0, second=0, microsecond=0)


def _planned(here: Stage, environment: dict[str, str], how: str, id: int) -> tuple[float, float]:
    """Seconds of the planning alone, and the most memory its process had (MB)."""
    log = here.home / "planning.log"
    process = stage.start(f"python -m bench.planner {how} {id}", environment, core=stage.OURS, log=log, reads=True)
    assert process.stdout
    said = process.stdout.read()
    process.stdout.close()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"planning ({how}) ended with {process.returncode}")
    in_kib = 1 if sys.platform != "darwin" else 1024
    return float(said.split()[-1]), used.ru_maxrss / in_kib / 1024


def _check(campaign_id: int) -> None:
    """Everybody has one message, or nothing here is worth measuring."""
    with reading() as session:
        campaign = session.get_one(Campaign, campaign_id)
        found = select(func.count(), func.count(Message.number.distinct())).where(Message.batch_id == campaign.batch_id)
        written, numbers = session.execute(found).one()
        if {campaign.numbers, written, numbers} != {OWNERS}:
            raise RuntimeError(f"{written} messages to {numbers} numbers, and the campaign says {campaign.numbers}")
