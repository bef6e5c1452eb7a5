"""What an operator sees: what is well, what is not and what to do then; also without Redis. And what failed, again."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from redis import Redis
from rq import Queue, SimpleWorker, Worker
from rq.serializers import JSONSerializer
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from base import clock
from base.database import transaction
from base.lanes import fault_of, handle_of
from base.pulse import BACKUP, beat
from base.queue import ANSWER_S, Hints, Lane, connect, hints
from base.settings import ROOT
from console import opslook, opsrules
from console.opsrules import Tone
from console.words import say
from dev import valkey
from directory.auditmodels import AuditWhat
from messages import pacing
from messages.costs import day_of
from messages.ledger.paces import move_pace
from messages.lifecycle import MessageState
from messages.models import CarrierHealth, Spending
from oncall.audit import AUDITOR
from oncall.models import Shift
from tests.console.conftest import EVENING, LogIn
from tests.console.evening import Evening, a_message
from tests.console.test_audit import log
from tickets import actions as tickets
from tickets.models import Ticket

NAMED = "张三丰"
NUMBER = "+8613812345678"
TOLD: list[str] = []
"""What the job of these tests did, where it did something."""


def stumbles(id: str) -> None:
    """A job that fails for whoever has no id, and says whom it was about."""
    if not TOLD:
        raise ValueError(f"{NAMED} {NUMBER} {id}: nobody there")
    TOLD.append(id)


STUMBLES = f"{__name__}.stumbles"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    TOLD.clear()
    yield
    TOLD.clear()


def as_a_worker(lane: Lane) -> Queue:
    """The lane as its process has it, on a connection of its own: a worker makes that patient."""
    pool = hints().connection.connection_pool
    return Hints(
        Redis(
            connection_pool=type(pool)(
                connection_class=pool.connection_class, **{**pool.connection_kwargs, "socket_timeout": 8}
            )
        )
    ).queue(lane)


def works(lane: Lane) -> None:
    """As its process does, until the lane is empty."""
    queue = as_a_worker(lane)
    SimpleWorker([queue], connection=queue.connection, serializer=JSONSerializer).work(burst=True)


def has_failed(lane: Lane, *ids: str) -> str:
    """A job fails in a lane; what stands for it on the page."""
    hints().push(lane, STUMBLES, *ids)
    works(lane)
    (id,) = hints().queue(lane).failed_job_registry.get_job_ids(0, 0, desc=True)
    return handle_of(id)


def lines(page: str) -> dict[str, str]:
    """How each line of the page is, by its name."""
    return dict(re.findall(r'id="op-([\w.]+)" data-tone="(\w+)"', page))


def line(page: str, key: str) -> str:
    return page.split(f'id="op-{key}"')[1].split("</li>", maxsplit=1)[0]


TABLE = [
    (opsrules.of_hints("urgent", None), Tone.OK),
    (opsrules.of_hints("urgent", timedelta(seconds=30)), Tone.OK),
    (opsrules.of_hints("urgent", timedelta(seconds=31)), Tone.BAD),
    (opsrules.of_hints("bulk", timedelta(seconds=31)), Tone.OK),
    (opsrules.of_hands([]), Tone.BAD),
    (opsrules.of_hands([None]), Tone.BAD),
    (opsrules.of_hands([timedelta(seconds=5)]), Tone.OK),
    (opsrules.of_hands([timedelta(seconds=5), timedelta(minutes=3)]), Tone.WARN),
    (opsrules.of_hands([timedelta(minutes=3)]), Tone.BAD),
    (opsrules.of_messages("urgent", timedelta(seconds=50), is_settled=True), Tone.OK),
    (opsrules.of_messages("urgent", timedelta(seconds=70), is_settled=True), Tone.BAD),
    (opsrules.of_messages("bulk", timedelta(hours=1), is_settled=True), Tone.OK),
    (opsrules.of_messages("bulk", timedelta(hours=3), is_settled=True), Tone.WARN),
    (opsrules.of_messages("bulk", timedelta(minutes=1), is_settled=False), Tone.WARN),
    (opsrules.of_messages("bulk", timedelta(minutes=6), is_settled=False), Tone.BAD),
    (opsrules.of_beat(None, timedelta(minutes=1)), Tone.BAD),
    (opsrules.of_beat(timedelta(seconds=59), timedelta(minutes=1)), Tone.OK),
    (opsrules.of_beat(timedelta(seconds=60), timedelta(minutes=1)), Tone.BAD),
    (opsrules.of_failures(0), Tone.OK),
    (opsrules.of_failures(1), Tone.WARN),
    (opsrules.of_carrier(0, is_left_alone=False), Tone.OK),
    (opsrules.of_carrier(2, is_left_alone=False), Tone.WARN),
    (opsrules.of_carrier(5, is_left_alone=True), Tone.BAD),
    (opsrules.of_backup(None), Tone.WARN),
    (opsrules.of_backup(timedelta(hours=25)), Tone.OK),
    (opsrules.of_backup(timedelta(hours=27)), Tone.WARN),
    (opsrules.of_disk(50 * 10**9, 100 * 10**9), Tone.OK),
    (opsrules.of_disk(9 * 10**9, 100 * 10**9), Tone.WARN),
    (opsrules.of_disk(2 * 10**9, 100 * 10**9), Tone.BAD),
    (opsrules.of_disk(9 * 10**8, 10**9), Tone.BAD),
    (opsrules.worst([Tone.TOLD, Tone.OK]), Tone.OK),
    (opsrules.worst([Tone.WARN, Tone.BAD, Tone.OK]), Tone.BAD),
]


@pytest.mark.parametrize(("tone", "is_so"), TABLE, ids=map(str, range(len(TABLE))))
def test_from_when_on_something_is_told(tone: Tone, is_so: Tone) -> None:
    assert tone is is_so


@pytest.mark.parametrize(
    ("trace", "found"),
    [
        ("", ("", "")),
        ("Work-horse terminated unexpectedly; waitpid returned 9", ("", "")),
        (
            f'Traceback (most recent call last):\n  File "{ROOT}/.venv/lib/site-packages/rq/job.py", line 5, in x\n'
            f'    x()\n  File "{ROOT}/oncall/jobs.py", line 12, in climb\n    y()\n'
            '  File "/usr/lib/python3/sqlite.py", line 3, in run\n    z()\n'
            "sqlalchemy.exc.IntegrityError: (sqlite3.IntegrityError) 张三丰\n[parameters: ('+8613812345678',)]\n",
            ("sqlalchemy.exc.IntegrityError", "oncall/jobs.py:12"),
        ),
        ('  File "/elsewhere/x.py", line 1, in f\n张三丰没有家\n', ("", "")),
    ],
)
def test_of_a_trace_only_the_kind_of_error_and_our_own_line_are_told(trace: str, found: tuple[str, str]) -> None:
    assert fault_of(trace) == found


def test_where_nothing_runs_each_line_that_is_not_well_says_what_to_do(logged_in: LogIn) -> None:
    page = logged_in("admin").get("/operations").text
    found = lines(page)
    assert {found[f"lane.{lane.value}.queue"] for lane in Lane} == {"ok"}
    assert {found[f"lane.{lane.value}.hands"] for lane in Lane} == {"bad"}
    assert {found["beat.clock"], found["beat.auditor"]} == {"bad"}
    assert (found["database"], found["migrations"], found["redis"]) == ("ok", "ok", "ok")
    assert (found["backup"], found["beat.heartbeat"], found["version"]) == ("warn", "warn", "told")
    assert "python worker.py urgent" in line(page, "lane.urgent.hands")
    for key, tone in found.items():
        assert ("ops__do" in line(page, key)) == (tone in {"warn", "bad"}), key
    count = sum(tone == "bad" for tone in found.values())
    assert say("ops.sum.bad", "zh", n=count) in page


def test_what_runs_and_waits_is_shown_lane_by_lane(app: Flask, logged_in: LogIn) -> None:
    clock.stop_at(datetime.now(UTC) + timedelta(minutes=10))
    client = logged_in("admin")
    queue = as_a_worker(Lane.NORMAL)
    process = Worker([queue], connection=queue.connection, serializer=JSONSerializer)
    process.register_birth()
    for lane in (Lane.NORMAL, Lane.NORMAL, Lane.BULK):
        hints().push(lane, "hotline.jobs.recordings_due")
    with transaction() as session:
        for name in ("clock", AUDITOR, BACKUP):
            beat(session, name, at=clock.now())
    page = client.get("/operations").text
    found = lines(page)
    assert (found["lane.normal.queue"], found["lane.bulk.queue"]) == ("bad", "ok"), "five minutes, and half an hour"
    assert say("ops.waits", "zh", n=hints().waiting(Lane.NORMAL)) in line(page, "lane.normal.queue")
    assert say("ops.waits.one", "zh") in line(page, "lane.bulk.queue")
    assert f"{process.hostname}/{process.pid}" in line(page, "lane.normal.hands")
    assert (found["lane.normal.hands"], found["lane.urgent.hands"]) == ("bad", "bad"), "it has been silent for long"
    assert (found["beat.clock"], found["beat.auditor"], found["backup"]) == ("ok", "ok", "ok")
    clock.stop_at(datetime.now(UTC))
    found = lines(logged_in("admin").get("/operations").text)
    assert (found["lane.normal.queue"], found["lane.normal.hands"]) == ("ok", "ok")
    assert hints().connection.connection_pool.connection_kwargs["socket_timeout"] == ANSWER_S, "looking is no work"


def test_what_the_ledger_knows_is_shown(app: Flask, logged_in: LogIn, evening: Evening) -> None:
    given = {"daily_cost_cap": 50.0, "sms_cost": 0.05, "sms_from_emergency": NUMBER}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=given)
    client = logged_in("admin")
    assert lines(client.get("/operations").text)["carrier.first"] == "ok"
    with transaction() as session:
        a_message(session, NUMBER, EVENING - timedelta(hours=3), lane=Lane.URGENT)
        a_message(session, NUMBER, EVENING - timedelta(minutes=9), lane=Lane.BULK, state=MessageState.UNKNOWN)
        session.add(CarrierHealth(carrier="first", failures=7, opened_at=EVENING, probe_at=EVENING))
        zone = app.extensions["settings"].timezone
        session.add(Spending(day=day_of(EVENING, zone), cost=49.5, held_at=EVENING - timedelta(minutes=1)))
        move_pace(session, pacing.CALLS + pacing.HELD, EVENING + timedelta(minutes=2))
    page = client.get("/operations").text
    found = lines(page)
    assert found["messages.urgent.service.planned"] == "bad"
    assert "16:30" in line(page, "messages.urgent.service.planned")
    assert found["messages.bulk.service.unknown"] == "bad"
    assert found["carrier.first"] == "bad"
    assert "19:30" in line(page, "carrier.first")
    assert (found["cost"], "49.50" in line(page, "cost"), "19:29" in line(page, "cost")) == ("warn", True, True)
    assert [tone for key, tone in found.items() if key.startswith("pace.")].count("warn") == 1
    assert NUMBER.removeprefix("+86") not in page
    assert "****5678" in page


def test_what_the_house_sends_and_spends_is_not_for_whoever_serves_one_project(
    logged_in: LogIn, evening: Evening
) -> None:
    sections = ('id="ops-messages"', 'id="ops-senders"', 'id="ops-cost"')
    admin, manager, director = (logged_in(who).get("/operations").text for who in ("admin", "manager", "director"))
    for section in sections:
        assert section in admin
        assert section in director
        assert section not in manager
    assert 'id="ops-lanes"' in manager


def test_what_the_auditor_finds_is_shown_to_whom_it_concerns(logged_in: LogIn, evening: Evening) -> None:
    page = logged_in("admin").get("/operations").text
    assert lines(page)["watch.nobody"] == "bad"
    for part in (say("watch.nobody.many", "zh", n=3), "18:45", say("ops.watch.do", "zh")):
        assert part in line(page, "watch.nobody"), "how many, since when, and what to do"
    with transaction() as session:
        session.execute(delete(Shift))
        elsewhere = session.scalars(select(Ticket).where(Ticket.ref == evening.refs["alarm"])).one()
        elsewhere.project_id = evening.other_project
        taken(session, evening, "late")
    manager = logged_in("manager")
    page = manager.get("/operations?lang=en").text
    assert say("watch.nobody", "en", ref=evening.refs["lift"]) in line(page, "watch.nobody")
    assert lines(page)["watch.gap"] == "warn"
    with transaction() as session:
        taken(session, evening, "lift")
    assert "watch.nobody" not in lines(manager.get("/operations").text)


def taken(session: Session, evening: Evening, name: str) -> None:
    id = session.scalars(select(Ticket.id).where(Ticket.ref == evening.refs[name])).one()
    tickets.acknowledge(session, id, evening.staff["technician"], at=clock.now(), how="key")


def test_where_the_watch_is_kept_that_is_said(logged_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opslook, "audit", lambda *_, **__: [])
    page = logged_in("admin").get("/operations").text
    assert lines(page)["watch.kept"] == "ok"
    assert say("ops.watch.none", "zh") in line(page, "watch.kept")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_redis_the_page_stands_and_says_so(app: Flask, logged_in: LogIn, tmp_path: Path, lang: str) -> None:
    client = logged_in("admin")
    with valkey.running(tmp_path / "own") as url:
        app.extensions["hints"] = Hints(connect(url))
        id = has_failed(Lane.NORMAL, "7")
        assert lines(client.get("/operations").text)["redis"] == "ok"
    answer = client.get(f"/operations?lang={lang}")
    assert answer.status_code == 200
    found = lines(answer.text)
    assert (found["redis"], found["lanes.away"], found["database"]) == ("bad", "bad", "ok")
    assert say("ops.redis.do", lang) in line(answer.text, "redis")
    assert say("ops.redis.unknown", lang) in answer.text.split('id="ops-failed"')[1]
    for what in ("again", "forget"):
        assert client.sends(f"/operations/jobs/{what}", job=id).location == "/operations"
        assert say("ops.job.away", lang) in client.get("/operations").text
    assert log(AuditWhat.LOGGED_IN) == []


def test_a_failed_job_is_shown_without_what_its_error_said(app: Flask, logged_in: LogIn) -> None:
    has_failed(Lane.NORMAL, "13912345678")
    for who in ("admin", "manager"):
        failed = logged_in(who).get("/operations").text.split('id="ops-failed"')[1].split("</section>")[0]
        assert STUMBLES in failed
        assert "139****5678" in failed
        assert "ValueError" in failed
        assert re.search(r"tests/console/test_operations\.py:\d+", failed)
        for told in (NAMED, NUMBER, "nobody there", "13912345678"):
            assert told not in failed
        assert ("<form" in failed) == (who == "admin")


def test_a_failed_job_is_tried_again_or_forgotten_once_and_that_is_written_down(
    app: Flask, logged_in: LogIn, evening: Evening
) -> None:
    client = logged_in("admin")
    again = has_failed(Lane.NORMAL, "7")
    forgotten = has_failed(Lane.BULK, "8")
    TOLD.append("ready")
    assert client.sends("/operations/jobs/again", job=again).location == "/operations"
    assert say("ops.job.done.again", "zh") in client.get("/operations").text
    assert hints().waiting(Lane.NORMAL) == 1
    assert client.sends("/operations/jobs/forget", job=forgotten).status_code == 303
    assert say("ops.failed.none", "zh") in client.get("/operations").text
    for what, id in (("again", again), ("again", forgotten), ("forget", forgotten), ("again", ""), ("forget", "none")):
        client.sends(f"/operations/jobs/{what}", job=id)
        assert say("ops.job.gone", "zh") in client.get("/operations").text, (what, id)
    for lane in Lane:
        works(lane)
    assert TOLD == ["ready", "7"]
    assert hints().connection.keys(f"rq:job:{STUMBLES.replace('.', '_')}-8-*") == []
    admin, about = evening.staff["admin"], f"job:{STUMBLES}"
    found = [entry[:3] for entry in log(AuditWhat.LOGGED_IN)]
    assert found == [(admin, AuditWhat.JOB_AGAIN, about), (admin, AuditWhat.JOB_FORGOTTEN, about)]
    assert STUMBLES in client.get("/audit").text


def test_the_page_is_sent_anew_only_where_it_reads_otherwise(
    app: Flask, logged_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    # others write on this disk meanwhile
    monkeypatch.setattr("console.opslook.shutil.disk_usage", lambda _: SimpleNamespace(free=10**11, total=10**12))
    client = logged_in("director")
    tag = re.search(r'hx-ptag="(\w+)"', client.get("/operations").text)
    assert tag
    same = client.get("/operations/now", headers={"HX-PTag": tag[1]})
    assert (same.status_code, same.text) == (304, "")
    hints().push(Lane.URGENT, "oncall.jobs.climb_due")
    changed = client.get("/operations/now", headers={"HX-PTag": tag[1]})
    assert changed.status_code == 200
    assert changed.headers["HX-PTag"] != tag[1]
    assert say("ops.waits.one", "zh") in line(changed.text, "lane.urgent.queue")


def test_a_database_of_another_release_is_told(logged_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    client = logged_in("admin")
    monkeypatch.setattr("console.opslook.newest", lambda: "9999")
    page = client.get("/operations").text
    assert lines(page)["migrations"] == "bad"
    assert "db upgrade" in line(page, "migrations")
