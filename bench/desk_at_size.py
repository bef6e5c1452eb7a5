"""The desk of a company that has used it for years: each page and each search, and many desks that live.

Five messages to each ticket, a person to ten. Writing them down takes some minutes before anything is measured;
`DESK_TICKETS` asks for another number of tickets, on both databases.
"""

import asyncio
import os
import re
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from sqlalchemy import select
from yarl import URL

from base.access import Role
from base.clock import now
from base.database import reading, transaction
from bench import sending, stage, town
from bench.stage import Addresses, Stage
from bench.table import Row
from bench.town import Town, number_of
from console import passwords
from directory.models import Person, Staff
from tickets.actions.timeline import add_event
from tickets.models import EventType, Ticket

ASKED_FOR = os.environ.get("DESK_TICKETS", "")
SIZES = {"SQLite": 100_000, "PostgreSQL": 1_000_000}
"""Tickets: what a large company has on PostgreSQL, and what one file still bears."""
SECRET = "a long enough secret of the bench"
ROUNDS = 60
LIMIT_S = 0.1
DESKS, POLL_S, POLLED_S = 200, 2.0, 20.0
CHANGE_S, SEEN_S = 5.0, 5.0
"""How often something changes on the living desks, and within what time each of them has to show it."""
AGENT, HEAD = "desk", "head"
PATIENCE = aiohttp.ClientTimeout(total=30)
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Sight:
    """One thing somebody looks at: a page, or what is found by words."""

    name: str
    path: str = ""
    asked: str = ""
    viewer: str = AGENT


@dataclass(frozen=True, slots=True)
class Web:
    """The process that is looked at."""

    kind: str
    tickets: int
    port: int
    pid: int

    @property
    def base(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"


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
        there, began_s = Town(int(ASKED_FOR or SIZES[kind])), time.monotonic()
        town.build(there)
        sizes = f"{there.tickets:,} tickets, {there.messages:,} messages, {there.people:,} people"
        here.say(f"{sizes} in {kind}: written in {time.monotonic() - began_s:.0f} s")
        sights = _sights()
        with stage.web(environment, log=log, core=None) as pid:
            web = Web(kind, there.tickets, int(environment["PORT"]), pid)
            yield from asyncio.run(_look(here, web, sights))


def _sights() -> list[Sight]:
    with transaction() as session:
        for login, role, project_id in ((AGENT, Role.AGENT, 1), (HEAD, Role.MANAGER, None)):
            session.add(
                Staff(name="接线", login=login, number="+8613900000900", role=role, project_id=project_id,
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
        Sight("the company's board", "/", viewer=HEAD), Sight("the company's ended", "/?show=ended", viewer=HEAD),
        Sight("found in the company: a name", asked=name, viewer=HEAD),
        Sight("found in the company: words", asked="抖一下", viewer=HEAD),
    ]  # fmt: skip


async def _look(here: Stage, web: Web, sights: list[Sight]) -> list[Row]:
    async with _logged_in(web, AGENT) as agent, _logged_in(web, HEAD) as head:
        clients = {AGENT: agent, HEAD: head}
        tokens = {name: _token(await _text(client, "/")) for name, client in clients.items()}
        rows = [await _sight(web, clients[sight.viewer], tokens[sight.viewer], sight) for sight in sights]
        return [*rows, await _quiet_desks(here, web, agent), await _living_desks(here, web, agent)]


@asynccontextmanager
async def _logged_in(web: Web, login: str) -> AsyncIterator[aiohttp.ClientSession]:
    jar = aiohttp.CookieJar(unsafe=True)
    connector = aiohttp.TCPConnector(limit=DESKS)
    async with aiohttp.ClientSession(web.base, cookie_jar=jar, connector=connector, timeout=PATIENCE) as client:
        form = {"csrf_token": _token(await _text(client, "/login")), "login": login, "password": SECRET}
        async with client.post("/login", data=form) as answer:
            if jar.filter_cookies(URL(web.base)) == {} or answer.status != 200:
                raise RuntimeError(f"{login} did not get in: {answer.status}")
        yield client


async def _sight(web: Web, client: aiohttp.ClientSession, token: str, sight: Sight) -> Row:
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
        f"{web.tickets:,} tickets, {sight.name}: p95", web.kind, f"p50 {half * 1000:.0f} p95 {p95 * 1000:.0f} ms",
        f"{size / 1000:.0f} kB", value=p95, unit="s", limit=LIMIT_S, bound="under",
    )  # fmt: skip


async def _quiet_desks(here: Stage, web: Web, client: aiohttp.ClientSession) -> Row:
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

    used_s = _used_s(web.pid)
    await asyncio.gather(*(desk(nth) for nth in range(DESKS)))
    cores = (_used_s(web.pid) - used_s) / POLLED_S
    if stale > len(took_s) // 100:
        raise RuntimeError(f"{stale} of {len(took_s)} answers were whole boards")
    here.say(f"{DESKS} desks on {web.kind}: {len(took_s)} questions, {stale} of them answered with the board")
    return _desks_row(web, f"{DESKS} open desks, nothing new: p99", took_s, cores, POLL_S)


async def _living_desks(here: Stage, web: Web, client: aiohttp.ClientSession) -> Row:
    """So many desks while somebody adds to a ticket every five seconds: from then until each desk shows it."""
    written_s: list[float] = []
    took_s: list[float] = []
    boards, is_over = 0, False
    ends_s = time.monotonic() + POLLED_S

    async def desk(nth: int) -> str:
        nonlocal boards
        tag, shown = "", 0
        await asyncio.sleep(nth / DESKS * POLL_S)
        while not is_over or shown < len(written_s):
            began_s = time.perf_counter()
            known = len(written_s)
            async with client.get("/board", headers={"HX-PTag": tag} if tag else {}) as answer:
                await answer.read()
                if answer.status == 200:
                    boards += 1
                    tag = answer.headers["HX-PTag"]
            done_s = time.perf_counter()
            took_s.extend(done_s - at_s for at_s in written_s[shown:known])
            shown = known
            await asyncio.sleep(max(0.0, POLL_S - (done_s - began_s)))
        return _state(tag)

    async def writer() -> None:
        nonlocal is_over
        while time.monotonic() < ends_s:
            await asyncio.sleep(CHANGE_S)
            await asyncio.to_thread(_add_to_a_ticket)
            written_s.append(time.perf_counter())
        is_over = True

    used_s, began_s = _used_s(web.pid), time.monotonic()
    _, *shown = await asyncio.gather(writer(), *(desk(nth) for nth in range(DESKS)))
    cores = (_used_s(web.pid) - used_s) / (time.monotonic() - began_s)
    async with client.get("/board") as answer:
        if set(shown) != {_state(answer.headers["HX-PTag"])}:
            raise RuntimeError("a desk was told that nothing changed, and something had")
    here.say(f"{DESKS} living desks on {web.kind}: {len(written_s)} changes, {boards} boards drawn")
    return _desks_row(web, f"{DESKS} open desks, until each shows what is new: p99", took_s, cores, SEEN_S)


def _state(tag: str) -> str:
    """What a board shows, without the moment until when it stays right by itself."""
    return tag.partition("@")[0]


def _add_to_a_ticket() -> None:
    with transaction() as session:
        newest = session.scalars(select(Ticket.id).where(Ticket.project_id == 1).order_by(Ticket.id.desc())).first()
        assert newest is not None
        add_event(session, newest, EventType.NOTED, at=now(), text="已联系业主")


def _desks_row(web: Web, name: str, took_s: list[float], cores: float, limit_s: float) -> Row:
    ordered = sorted(took_s)
    half, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
    return Row(
        f"{web.tickets:,} tickets, {name}", web.kind, f"p50 {half * 1000:.0f} p99 {p99 * 1000:.0f} ms",
        f"{cores:.2f} cores", value=p99, unit="s", limit=limit_s, bound="under",
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
