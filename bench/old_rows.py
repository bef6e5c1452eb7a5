"""Texts planned and sent by a ledger that keeps a million old ones (or as many as OLD_ROWS says), and by a new one."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from sqlalchemy import Connection, text

from base.clock import now
from base.database import database, reading, transaction
from base.queue import Lane
from bench import carrier as carriers
from bench import sending, stage
from bench.carrier import Carrier
from bench.stage import Addresses, Stage
from bench.table import Row
from bench.texts import NO_RATE
from messages.ledger import archive, due, settle, silence
from messages.lifecycle import BatchState, MessageClass
from messages.models import Batch

OLD_ROWS = int(os.environ.get("OLD_ROWS", "1_000_000"))
COUNT = 4000
ROUNDS = 5
WARM = 500
SHARE = 0.8
PIECE = 250_000

# as they are in a real ledger: of one batch, to a hundred thousand numbers, with sids in no order
NEW = {
    "postgresql": (
        "generate_series({first}, {last}) AS g(n)", "'SM' || md5(n::text)", "lpad((n % 100000)::text, 9, '0')",
    ),
    "sqlite": (
        "(WITH RECURSIVE g(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM g WHERE n < {last}) SELECT n FROM g)",
        "'SM' || lower(hex(randomblob(16)))", "printf('%09d', n % 100000)",
    ),
}  # fmt: skip
MESSAGES = """
    INSERT INTO message (
        once_key, about, batch_id, lane, message_class, urgency, way, number, sender, body, segments, answer_path,
        ring_s, is_demo, state, reason, planned_at, due_at, accepted_at, final_at, attempt_id, attempts, looks, sid,
        receipt_rank, error_code, is_doubtful
    )
    SELECT
        'old/' || n, 'batch:{batch}', {batch}, 'bulk', 'care', 8, 'text', '+8613' || {number}, '+864008001234',
        '【回音物业】尊敬的业主，祝您中秋安康。拒收请回复R', 1, '', 30, false, 'delivered', '', :at, :at, :at, :at,
        'old-' || n, 1, 0, {sid}, 3, '', false
    FROM {rows}
"""
ATTEMPTS = """
    INSERT INTO attempt (id, message_id, began_at, ended_at, outcome, sid, error_code)
    SELECT attempt_id, id, planned_at, accepted_at, 'accepted', sid, '' FROM message
    WHERE attempt_id LIKE 'old-%' AND id > :after
"""


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of planning and of sending so many texts, and of one look of the clock at what is due."""

    plan_s: float
    send_s: float
    look_s: float


def run(here: Stage) -> Iterator[Row]:
    """Both databases; the same rounds before and after."""
    for kind in stage.KINDS:
        log = here.home / "old_rows.log"
        with here.database(kind) as url:
            environment = here.environment(url, Addresses(stage.free_port(), 1), **NO_RATE)
            with carriers.running(environment, log=log) as stub:
                environment["TWILIO_API_BASE"] = stub.address
                with (
                    here.application(environment) as app,
                    stage.lanes(environment, (sending.LANE.value,), log=log, core=stage.OURS),
                ):
                    sending.flush(app)
                    yield from _measure(here, kind, stub)


def _measure(here: Stage, kind: str, stub: Carrier) -> Iterator[Row]:
    young = _rounds(stub)
    began_s = time.monotonic()
    _grow_old()
    here.say(f"old rows, {kind}: {OLD_ROWS:,} written in {time.monotonic() - began_s:.0f} s")
    old = _rounds(stub)
    for name, of in (("planned", lambda t: t.plan_s), ("sent", lambda t: t.send_s)):
        was_s, is_s = median(map(of, young)), median(map(of, old))
        yield Row(
            f"{COUNT:,} texts {name} past {OLD_ROWS:,} old ones", kind, f"{COUNT / is_s:,.0f}/s",
            f"{COUNT / was_s:,.0f}/s, none", was_s / is_s, limit=SHARE,
        )  # fmt: skip
    was_s, is_s = median(t.look_s for t in young), median(t.look_s for t in old)
    yield Row("  one look of the clock at them", kind, f"{is_s * 1000:.1f} ms", f"{was_s * 1000:.1f} ms, none")


def _rounds(stub: Carrier) -> list[Times]:
    stub.begin()
    sending.through_the_ledger(stub, WARM)
    return [_round(stub) for _ in range(ROUNDS)]


def _round(stub: Carrier) -> Times:
    stub.begin()
    began_s = time.perf_counter()
    batch_id = sending.plan_notice(COUNT)
    planned_s = time.perf_counter()
    sending.send(stub, batch_id, COUNT)
    sent_s = time.perf_counter()
    people = {one.number for one in stub.log()}
    if len(people) != COUNT:
        raise RuntimeError(f"{len(people)} of {COUNT} people have it")
    looked_s = time.perf_counter()
    _look()
    return Times(planned_s - began_s, sent_s - planned_s, time.perf_counter() - looked_s)


def _look() -> None:
    at = now()
    with reading() as session:
        due.due_lanes(session, at)
        settle.is_due(session, at=at)
        silence.is_due(session, at=at)
        archive.overdue(session, at=at)


def _grow_old() -> None:
    """Write so many messages, each with its attempt, as they are long after they were delivered."""
    with transaction() as session:
        batch = Batch(
            title="old", lane=Lane.BULK, message_class=MessageClass.CARE, planned_at=now(), state=BatchState.APPROVED
        )
        session.add(batch)
        session.flush()
        batch_id = batch.id
    for first in range(1, OLD_ROWS + 1, PIECE):
        with transaction() as session:
            _write(session.connection(), batch_id, first, min(first + PIECE - 1, OLD_ROWS))
    with database().engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))  # as it happens by itself in the course of a year


def _write(connection: Connection, batch_id: int, first: int, last: int) -> None:
    if connection.dialect.name == "postgresql":  # what is written here needs no check, and may take its time
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
    rows, sid, number = NEW[connection.dialect.name]
    before = connection.execute(text("SELECT coalesce(max(id), 0) FROM message")).scalar_one()
    values = {"rows": rows.format(first=first, last=last), "sid": sid, "number": number, "batch": batch_id}
    at = now() if connection.dialect.name == "postgresql" else now().strftime("%Y-%m-%d %H:%M:%S.%f")
    connection.execute(text(MESSAGES.format(**values)), {"at": at})
    connection.execute(text(ATTEMPTS), {"after": before})
