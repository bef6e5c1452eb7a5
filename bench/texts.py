"""Thousands of texts with no rate limit: through the ledger, by the raw client (the limit), and by a job for each."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from bench import bare, sending, stage
from bench import carrier as carriers
from bench.carrier import Carrier
from bench.sending import NAIVE
from bench.stage import Addresses, Stage
from bench.table import Row
from messages.lifecycle import MessageState

COUNTS = {0.0: 20_000, 0.08: 10_000}
"""By how late the carrier answers. Enough that it is the rate that counts, and not how long either takes to begin."""
WITH_RECEIPTS = 2000
AT_ONCE = 100
RECEIPTS = 3
ROUNDS = 3
WARM = 100
SHARE_OF_LIMIT = 0.7
TIMES_THE_PLAIN = 100
STUB_TIMES = 3
MANY = 400
"""Connections at once when the stub has to show what it can do although each answer is late."""
_CALLBACK = re.compile(rb"(StatusCallback=http%3A%2F%2F127\.0\.0\.1%3A)\d+")
NO_RATE = {f"SMS_RATE_{kind}": "0" for kind in ("EMERGENCY", "SERVICE", "CARE")}


@dataclass(frozen=True, slots=True)
class House:
    """One database with a web process, a worker and a stub, and the bare view beside it."""

    here: Stage
    kind: str
    stub: Carrier
    environment: dict[str, str]
    bare_port: int


def run(here: Stage) -> Iterator[Row]:
    """Both databases; the plain way only once for each latency: it has no ledger, and so no database."""
    plain_s: dict[float, float] = {}
    for kind in stage.KINDS:
        with _house(here, kind) as house:
            for latency_s in COUNTS:
                yield from _without_receipts(house, latency_s, plain_s)
            for latency_s in COUNTS:
                yield from _with_receipts(house, latency_s)


@contextmanager
def _house(here: Stage, kind: str) -> Iterator[House]:
    log = here.home / "texts.log"
    with here.database(kind) as url:
        environment = here.environment(url, Addresses(stage.free_port(), 1), **NO_RATE)
        with carriers.running(environment, log=log) as stub:
            environment["TWILIO_API_BASE"] = stub.address
            bare_port = stage.free_port()
            bare_one = environment | {"PORT": str(bare_port), "PUBLIC_URL": f"http://127.0.0.1:{bare_port}"}
            bare.make_tables(url)
            with (
                here.application(environment) as app,
                stage.web(environment, log=log, core=None),
                stage.web(bare_one, log=log, core=None, factory="bench.bare:create_app()"),
                stage.lanes(environment, (sending.LANE.value,), log=log, core=stage.OURS),
            ):
                sending.flush(app)
                stub.begin()
                sending.through_the_ledger(stub, WARM)
                yield House(here, kind, stub, environment, bare_port)


def _without_receipts(house: House, latency_s: float, plain_s: dict[float, float]) -> Iterator[Row]:
    """Ours and the raw client in turns; the stub alone; a job for each."""
    count, ours, raw, bodies = COUNTS[latency_s], [], [], b""
    for turn in range(1, ROUNDS + 1):
        house.stub.begin(latency_s=latency_s)
        ours.append(sending.through_the_ledger(house.stub, count)[0])
        bodies = _bodies(house.stub, count)
        raw.append(sending.by_the_raw_client(house.stub, AT_ONCE, bodies))
        house.here.say(f"texts, {_of(house, latency_s)}, round {turn}: {ours[-1]:.2f} s, raw client {raw[-1]:.2f} s")
    many = MANY if latency_s else AT_ONCE
    stub_s = min(sending.by_next_to_nothing(house.stub, many, bodies) for _ in range(2))
    if latency_s not in plain_s:
        plain_s[latency_s] = sending.by_jobs(house.here, house.environment) * count / NAIVE
        house.here.say(f"a job for each, {_ms(latency_s)}: {plain_s[latency_s]:.0f} s, by the first {NAIVE}")
    yield Row(
        f"{count:,} texts, {_ms(latency_s)}", house.kind, _rate(median(ours), count),
        f"{_rate(median(raw), count)} raw client", _middle(ours, raw), limit=SHARE_OF_LIMIT,
    )  # fmt: skip
    yield Row(
        f"  against a job for each, {_ms(latency_s)}", house.kind, f"{median(ours):.2f} s",
        f"{plain_s[latency_s]:.0f} s, from {NAIVE}", plain_s[latency_s] / median(ours), limit=TIMES_THE_PLAIN,
    )  # fmt: skip
    yield Row(
        f"  (the stub can take, {_ms(latency_s)})", house.kind, _rate(stub_s, count),
        f"{_rate(median(raw), count)} raw client", median(raw) / stub_s, limit=STUB_TIMES,
    )  # fmt: skip


def _with_receipts(house: House, latency_s: float) -> Iterator[Row]:
    """With three receipts for each: from the first text until the last receipt is applied, against the raw client
    whose receipts the bare view takes. And how fast texts leave meanwhile, against the raw client that has none.
    """
    ours, raw, sent, alone = [], [], [], []
    for turn in range(1, ROUNDS + 1):
        house.stub.begin(latency_s=latency_s, receipts=RECEIPTS)
        began_s = time.perf_counter()
        sent_s, batch_id = sending.through_the_ledger(house.stub, WITH_RECEIPTS)
        sending.wait_until(batch_id, (MessageState.DELIVERED,), WITH_RECEIPTS)
        sent.append(sent_s)
        ours.append(time.perf_counter() - began_s)
        _wait_for_receipts(house)
        bodies = _bodies(house.stub, WITH_RECEIPTS)
        house.stub.begin(latency_s=latency_s, receipts=RECEIPTS)
        began_s = time.perf_counter()
        sending.by_the_raw_client(house.stub, AT_ONCE, _told_to(bodies, house.bare_port))
        _wait_for_receipts(house)
        raw.append(time.perf_counter() - began_s)
        house.stub.begin(latency_s=latency_s)
        alone.append(sending.by_the_raw_client(house.stub, AT_ONCE, bodies))
        house.here.say(
            f"texts, {_of(house, latency_s)}, receipts, round {turn}: {ours[-1]:.1f} s, raw {raw[-1]:.1f} s; "
            f"sent in {sent[-1]:.2f} s, raw without receipts {alone[-1]:.2f} s"
        )
    what = f"{WITH_RECEIPTS:,} texts, {_ms(latency_s)}, {RECEIPTS} receipts each"
    yield Row(
        what, house.kind, _rate(median(ours), WITH_RECEIPTS),
        f"{_rate(median(raw), WITH_RECEIPTS)} raw client, bare view", _middle(ours, raw), limit=SHARE_OF_LIMIT,
    )  # fmt: skip
    yield Row(
        f"  (they leave, {_ms(latency_s)})", house.kind, _rate(median(sent), WITH_RECEIPTS),
        f"{_rate(median(alone), WITH_RECEIPTS)} raw client, no receipts", _middle(sent, alone),
    )  # fmt: skip


def _middle(ours: list[float], theirs: list[float]) -> float:
    """The middle of how often ours goes into theirs, neighbours in time compared with each other."""
    return median(r / o for o, r in zip(ours, theirs, strict=True))


def _told_to(bodies: bytes, port: int) -> bytes:
    """The same texts, whose receipts go to this port."""
    return _CALLBACK.sub(rb"\g<1>%d" % port, bodies)


def _wait_for_receipts(house: House) -> None:
    """Until every receipt was taken. Raises `TimeoutError`, and `RuntimeError` if one was refused."""
    deadline = time.monotonic() + sending.LIMIT_S
    while (state := house.stub.state())["told"] + state["refused"] < RECEIPTS * WITH_RECEIPTS:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{state['told']} of {RECEIPTS * WITH_RECEIPTS} receipts were taken")
        time.sleep(0.05)
    if state["refused"]:
        raise RuntimeError(f"{state['refused']} receipts were not taken")


def _bodies(stub: Carrier, count: int) -> bytes:
    """What our worker posted, to be posted again. Everybody exactly once, or nothing here is worth measuring."""
    taken = stub.log()
    people = {one.number for one in taken}
    if len(taken) != count or len(people) != count:
        raise RuntimeError(f"{len(taken)} texts to {len(people)} people instead of one to each of {count}")
    return "\n".join(one.form for one in taken).encode()


def _of(house: House, latency_s: float) -> str:
    return f"{house.kind}, {_ms(latency_s)}"


def _ms(latency_s: float) -> str:
    return f"{latency_s * 1000:.0f} ms"


def _rate(seconds: float, count: int) -> str:
    return f"{count / seconds:.0f}/s"
