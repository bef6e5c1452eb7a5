"""The desk of a company that has used it for years: each page and each search, and many desks that ask what is new.

`DESK_TICKETS` says how many tickets there are: five messages to each, a person to ten. With a million it takes some
minutes to write them down before anything is measured.
"""

import asyncio
import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

import aiohttp
from sqlalchemy import select
from yarl import URL

from base.access import Role
from base.database import reading, transaction
from bench import sending, stage, town
from bench.stage import Addresses, Stage
from bench.table import Row
from bench.town import Town, number_of
from console import passwords
from directory.models import Person, Staff
from tickets.models import Ticket

TICKETS = int(os.environ.get("DESK_TICKETS", "20_000"))
SECRET = "a long enough secret of the bench"
ROUNDS = 60
LIMIT_S = 0.1
DESKS, POLL_S, POLLED_S = 200, 2.0, 20.0
PATIENCE = aiohttp.ClientTimeout(total=30)
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Sight:
    """One thing somebody looks at: a page, or what is found by words."""

    name: str
    path: str = ""
    asked: str = ""


def run(here: Stage) -> Iterator[Row]:
    """On both databases, as they are on disk."""
    for kind in stage.KINDS:
        with here.database(kind) as url:
            yield from _measure(here, kind, url)


def _measure(here: Stage, kind: str, url: str) -> Iterator[Row]:
    log = here.home / "desk_at_size.log"
    environment = here.environment(url, Addresses(stage.free_port(), 1))
    with here.application(environment) as app:
        sending.flush(app)
        there, began_s = Town(TICKETS), time.monotonic()
        town.build(there)
        sizes = f"{there.tickets:,} tickets, {there.messages:,} messages, {there.people:,} people"
        here.say(f"{sizes} in {kind}: written in {time.monotonic() - began_s:.0f} s")
        sights = _sights()
    with stage.web(environment, log=log, core=None) as pid:
        yield from asyncio.run(_look(here, kind, int(environment["PORT"]), pid, sights))


def _sights() -> list[Sight]:
    with transaction() as session:
        session.add(
            Staff(name="接线", login="desk", number="+8613900000900", role=Role.AGENT, project_id=1,
                  password_hash=passwords.hashed(SECRET))
        )  # fmt: skip
    with reading() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.project_id == 1).order_by(Ticket.id.desc())).first()
        assert ticket is not None
        person = session.get_one(Person, ticket.person_id)
        ref, id, name, number = ticket.ref, person.id, person.name, number_of(person.id)
    return [
        Sight("the board", "/"), Sight("the board of what ended", "/?show=ended"), Sight("a ticket", f"/tickets/{ref}"),
        Sight("an owner", f"/people/{id}"), Sight("found: a ticket's number", asked=ref),
        Sight("found: its last four", asked=ref[-4:]), Sight("found: a number", asked=number),
        Sight("found: a number's last four", asked=number[-4:]), Sight("found: a room", asked="1-2-1502"),
        Sight("found: a room alone", asked="1502"), Sight("found: a name", asked=name),
        Sight("found: a surname", asked="王"), Sight("found: pinyin", asked="wangwei"),
        Sight("found: initials", asked="wxl"), Sight("found: a category", asked="爆管"),
        Sight("found: words", asked="抖一下"), Sight("found: words nobody said", asked="没有这句话"),
    ]  # fmt: skip


async def _look(here: Stage, kind: str, port: int, pid: int, sights: list[Sight]) -> list[Row]:
    base, jar = f"http://127.0.0.1:{port}", aiohttp.CookieJar(unsafe=True)
    connector = aiohttp.TCPConnector(limit=DESKS)
    async with aiohttp.ClientSession(base, cookie_jar=jar, connector=connector, timeout=PATIENCE) as client:
        token = _token(await _text(client, "/login"))
        form = {"csrf_token": token, "login": "desk", "password": SECRET}
        async with client.post("/login", data=form) as answer:
            if jar.filter_cookies(URL(base)) == {} or answer.status != 200:
                raise RuntimeError(f"nobody got in: {answer.status}")
        token = _token(await _text(client, "/"))
        rows = [await _sight(kind, client, token, sight) for sight in sights]
        return [*rows, await _desks(here, kind, client, pid)]


async def _sight(kind: str, client: aiohttp.ClientSession, token: str, sight: Sight) -> Row:
    took_s: list[float] = []
    size = 0
    for _ in range(ROUNDS + 3):
        began_s = time.perf_counter()
        if sight.path:
            answer = client.get(sight.path)
        else:
            answer = client.post("/search", data={"csrf_token": token, "q": sight.asked})
        async with answer as page:
            size = len(await page.read())
            if page.status != 200:
                raise RuntimeError(f"{sight}: {page.status}")
        took_s.append(time.perf_counter() - began_s)
    ordered = sorted(took_s[3:])
    half, p95 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    return Row(
        f"{TICKETS:,} tickets, {sight.name}: p95", kind, f"p50 {half * 1000:.0f} p95 {p95 * 1000:.0f} ms",
        f"{size / 1000:.0f} kB", value=p95, unit="s", limit=LIMIT_S, bound="under",
    )  # fmt: skip


async def _desks(here: Stage, kind: str, client: aiohttp.ClientSession, pid: int) -> Row:
    """So many desks that each ask every two seconds whether anything is new, where nothing is."""
    async with client.get("/board") as answer:
        tag = answer.headers["HX-PTag"]
    took_s: list[float] = []
    stale = 0
    ends_s = time.monotonic() + POLLED_S

    async def desk(nth: int) -> None:
        nonlocal stale
        await asyncio.sleep(nth / DESKS * POLL_S)
        while time.monotonic() < ends_s:
            began_s = time.perf_counter()
            async with client.get("/board", headers={"HX-PTag": tag}) as answer:
                await answer.read()
                stale += answer.status != 304
            took_s.append(time.perf_counter() - began_s)
            await asyncio.sleep(max(0.0, POLL_S - (time.perf_counter() - began_s)))

    used_s = _used_s(pid)
    await asyncio.gather(*(desk(nth) for nth in range(DESKS)))
    cores = (_used_s(pid) - used_s) / POLLED_S
    if stale > len(took_s) // 100:
        raise RuntimeError(f"{stale} of {len(took_s)} answers were whole boards")
    ordered = sorted(took_s)
    half, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
    here.say(f"{DESKS} desks on {kind}: {len(took_s)} questions, {stale} of them answered with the board")
    return Row(
        f"{TICKETS:,} tickets, {DESKS} open desks: p99", kind, f"p50 {half * 1000:.0f} p99 {p99 * 1000:.0f} ms",
        f"{cores:.2f} cores", value=p99, unit="s",
    )  # fmt: skip


def _used_s(pid: int) -> float:
    """Seconds of a processor that a process and its children have used so far."""
    listing = subprocess.run(
        ["ps", "-o", "cputimes=", "--pid", str(pid), "--ppid", str(pid)], capture_output=True, text=True, check=True
    ).stdout
    return float(sum(map(int, listing.split())))


def _token(page: str) -> str:
    found = _TOKEN.search(page)
    if found is None:
        raise RuntimeError("a page without a form")
    return found[1]


async def _text(client: aiohttp.ClientSession, path: str) -> str:
    async with client.get(path) as answer:
        return await answer.text()
