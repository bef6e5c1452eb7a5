"""Is the process alive, is it ready, and what are the numbers: /healthz, /readyz, /metrics."""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

from flask import Blueprint, Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from redis.exceptions import RedisError
from sqlalchemy import bindparam, column, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from base.access import Guard, guarded_by
from base.clock import now
from base.database import Moment, database, reading
from base.errors import Conflict
from base.migrations import pending
from base.origin import is_from_here
from base.queue import Lane, hints
from base.wiring import settings

door = Blueprint("health", __name__)


@door.get("/healthz")
@guarded_by(Guard.PUBLIC)
def alive() -> Response:
    """The process answers; no dependency is touched."""
    return Response("ok\n", mimetype="text/plain")


@door.get("/readyz")
@guarded_by(Guard.PUBLIC)
def ready() -> Response:
    """200 or 503, with one line for each thing we stand on."""
    faults = {"database": database_fault(), "queue": queue_fault()}
    lines = [f"{name}: {fault or 'ok'}" for name, fault in faults.items()]
    return Response("\n".join(lines) + "\n", 503 if any(faults.values()) else 200, mimetype="text/plain")


@door.get("/metrics")
@guarded_by(Guard.PUBLIC)
def metrics() -> Response:
    """Prometheus text, to this machine or to whoever knows the token."""
    token = settings().metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    known = token is not None and hmac.compare_digest(given.encode(), token.get_secret_value().encode())
    if not (known or is_from_here(request)):
        return Response(status=403)
    try:
        return Response(generate_latest(_numbers()), content_type=CONTENT_TYPE_LATEST)
    except SQLAlchemyError as error:
        return Response(f"database: {unanswered(error)}\n", 503, mimetype="text/plain")


def unanswered(error: Exception) -> str:
    """That something does not answer, in words."""
    return f"没有应答 / does not answer ({type(error).__name__})"


def database_fault() -> str:
    """Empty, or why the database cannot be used, in words."""
    try:
        with reading() as session:
            session.execute(text("SELECT 1"))
        behind = pending(database().engine)
    except SQLAlchemyError as error:
        return unanswered(error)
    except Conflict as error:
        return error.message
    if behind:
        return f"请先升级，缺少迁移 / migrations missing: {', '.join(behind)}; run `flask --app app db upgrade`"
    return ""


def queue_fault() -> str:
    """Empty, or why the queue cannot be used, in words."""
    try:
        hints().connection.ping()
    except RedisError as error:
        return (
            f"没有应答，紧急工作直接从数据库继续 / does not answer ({type(error).__name__}); "
            "urgent work goes on from the database"
        )
    return ""


RECENT = timedelta(hours=24)
MEASURES = "measures"
"""Where the application hangs what rooms above add to the numbers, each a `Measure`."""
Measure = Callable[[Session, CollectorRegistry, datetime], None]


def _numbers() -> CollectorRegistry:
    registry = CollectorRegistry()
    _lanes(registry)
    counts = (
        ("huiyin_messages", "Messages by lane and state", ("lane", "state"), "message"),
        ("huiyin_tickets", "Tickets by level and status", ("level", "status"), "ticket WHERE NOT is_drill"),
    )
    with reading() as session:
        for name, words, labels, table in counts:
            gauge = Gauge(name, words, labels, registry=registry)
            columns = ", ".join(labels)
            rows = session.execute(text(f"SELECT {columns}, count(*) FROM {table} GROUP BY {columns}"))  # noqa: S608
            for *values, count in rows:
                gauge.labels(*values).set(count)
        _troubles(session, registry)
        at = now()
        _ages(session, registry, at)
        for measure in cast("tuple[Measure, ...]", current_app.extensions.get(MEASURES, ())):
            measure(session, registry, at)
    return registry


def _lanes(registry: CollectorRegistry) -> None:
    """What the queue says of itself; nothing of it where it does not answer, but that."""
    answers = Gauge("huiyin_queue_answers", "Whether the queue answers: 1 or 0", registry=registry)
    waiting = Gauge("huiyin_hints_waiting", "Hints waiting in a lane", ["lane"], registry=registry)
    workers = Gauge("huiyin_workers", "Processes that work a lane", ["lane"], registry=registry)
    failed = Gauge("huiyin_jobs_failed", "Jobs of the last day that failed, by lane", ["lane"], registry=registry)
    answers.set(int(not queue_fault()))
    for lane in Lane:
        count = hints().waiting(lane)
        if count is not None:
            waiting.labels(lane.value).set(count)
            workers.labels(lane.value).set(hints().workers(lane))
            failed.labels(lane.value).set(hints().failed(lane))


def _ages(session: Session, registry: CollectorRegistry, at: datetime) -> None:
    """How old the oldest is of what should never grow old, in seconds."""
    asked = (
        (
            "huiyin_message_oldest_due_seconds", "Since when the oldest message of a lane that may go is due", "lane",
            "SELECT message.lane, min(message.due_at) FROM message LEFT JOIN batch ON batch.id = message.batch_id "
            "WHERE message.state IN ('planned', 'claimed', 'accepted', 'unknown') "  # the words of its index
            "AND message.state = 'planned' AND message.due_at <= :at "
            "AND (message.batch_id IS NULL OR batch.state = 'approved') GROUP BY message.lane",
        ),
        (
            "huiyin_ticket_oldest_open_seconds", "Since when the oldest ticket of a level that nobody took is open",
            "level",
            "SELECT level, min(opened_at) FROM ticket WHERE status = 'open' AND NOT is_drill AND opened_at <= :at "
            "GROUP BY level",
        ),
        (
            "huiyin_pulse_age_seconds", "Since the clock, the auditor and others last showed life", "name",
            "SELECT name, beat_at FROM pulse WHERE beat_at <= :at",
        ),
    )  # fmt: skip
    for name, words, label, query in asked:
        gauge = Gauge(name, words, [label], registry=registry)
        found = (
            text(query).bindparams(bindparam("at", at, type_=Moment)).columns(column("of"), column("since_at", Moment))
        )
        for of, since_at in session.execute(found):
            gauge.labels(of).set((at - since_at).total_seconds())


def _troubles(session: Session, registry: CollectorRegistry) -> None:
    """What somebody should look at; the words of each condition are those of the small index it is read from."""
    since = bindparam("since", now() - RECENT, type_=Moment)
    words = "Messages that met an error of the carrier in the last 24 hours and have not got over it, by its code"
    refused = Gauge("huiyin_messages_refused", words, ["code"], registry=registry)
    not_carried = "state IN ('planned', 'failed', 'undelivered', 'expired')"
    query = f"SELECT error_code, count(*) FROM message WHERE error_code <> '' AND due_at > :since AND {not_carried}"  # noqa: S608
    for code, count in session.execute(text(f"{query} GROUP BY error_code").bindparams(since)):
        refused.labels(code).set(count)
    words = "Messages of the last 24 hours that may have gone twice"
    twice = Gauge("huiyin_messages_doubtful", words, registry=registry)
    query = "SELECT count(*) FROM message WHERE is_doubtful AND due_at > :since"
    twice.set(session.scalars(text(query).bindparams(since)).one())
    words = "Carriers that failed again and again, to which little goes but pages and a probe now and then"
    left_alone = Gauge("huiyin_carrier_left_alone", words, ["carrier"], registry=registry)
    for carrier, is_alone in session.execute(text("SELECT carrier, opened_at IS NOT NULL FROM carrier_health")):
        left_alone.labels(carrier).set(int(is_alone))
    to_check = Gauge("huiyin_numbers_to_check", "Numbers of people that need checking", registry=registry)
    to_check.set(session.scalars(text("SELECT count(*) FROM number WHERE needs_check")).one())
