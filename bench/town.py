"""A town that has used the service for years: tickets, messages, calls and people by the million, written by the store.

What follows from the number of a row is worked out in the store itself: nothing but the people travels.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, insert, text

from base.clock import now
from base.database import Base, database, transaction
from directory.models import Building, Contact, Home, Number, Person, Project

PROJECTS = 10
HOMES = 200
"""In one building: four units of twenty-five floors, two homes on each."""
MOVING = 1500
"""The newest tickets, which are still being worked on."""
TICKETS_EACH, MESSAGES_EACH = 10, 5
"""Tickets of one person, messages about one ticket; the fourth part of these is about none."""
A_DAY = 1000
AT_ONCE, PIECE = 5000, 250_000
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国玉兰文婷雪琳宇浩然欣怡子轩梓涵思源晓东志远海燕春梅"
CATEGORIES = ("water_power", "blockage", "lift", "access", "noise", "enquiry", "burst_pipe")
SAID = (
    "厨房水龙头漏水，地上都是水", "楼道的灯不亮，晚上看不见路", "电梯里有异响，到三楼会抖一下",
    "门禁卡刷不开，换过电池也不行", "楼上半夜装修，吵得睡不着", "想问一下物业费怎么交", "卫生间地漏返水，味道很大",
)  # fmt: skip
STATES = ("open", "acknowledged", "in_progress")
SPEAKS = {
    "postgresql": {
        "rows": "generate_series(CAST(:first AS int), CAST(:last AS int)) AS g(n)",
        "at": "(CAST(:now AS timestamptz) - make_interval(mins => CAST(({all} - n / {part}) * 1.44 AS int)))",
        "ref": "to_char(CAST(:now AS timestamptz) - make_interval(days => ({all} - n) / {day}), 'YYMMDD')"
        " || '-' || lpad(CAST(n % {day} + 1 AS text), 4, '0')",
        "number": "'+8613' || lpad(CAST((CAST({of} AS bigint) * 7919) % 1000000000 AS text), 9, '0')",
        "sid": "'{kind}' || md5('{kind}' || n)",
    },
    "sqlite": {
        "rows": "(WITH RECURSIVE g(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM g WHERE n < :last)"
        " SELECT n FROM g)",
        "at": "strftime('%Y-%m-%d %H:%M:%f', :now, '-' || CAST(({all} - n / {part}) * 1.44 AS int) || ' minutes')"
        " || '000'",
        "ref": "substr(strftime('%Y%m%d', :now, '-' || (({all} - n) / {day}) || ' days'), 3)"
        " || '-' || printf('%04d', n % {day} + 1)",
        "number": "'+8613' || printf('%09d', (({of}) * 7919) % 1000000000)",
        "sid": "'{kind}' || lower(hex(randomblob(16)))",
    },
}
"""How each database says it: so many rows, moments of some years, numbers of tickets and of telephones, sids."""
TICKETS = """
    INSERT INTO ticket (
        ref, kind, category, level, status, channel, project_id, home_id, person_id, place, caller_number, language,
        summary, owner_desk, opened_at, acknowledged_at, resolved_at, closed_at, page_step, is_alarming, version
    )
    SELECT {ref}, 'repair', {category}, 'P2', CASE WHEN n <= {over} THEN 'closed' ELSE {state} END, 'call',
        (h - 1) / {homes} % {projects} + 1, h, h, (h - 1) / {homes} + 1 || '号楼', {number}, 'zh',
        {said} || '，第' || n || '次', '', at, at, CASE WHEN n <= {over} THEN at END,
        CASE WHEN n <= {over} THEN at END, 0, false, 1
    FROM (SELECT n, CAST(n AS bigint) * 31 % {people} + 1 AS h, {at} AS at FROM {rows}) AS t
"""
EVENTS = """
    INSERT INTO ticket_event (ticket_id, at, type, text, data)
    SELECT id, opened_at, '{type}', '', '{{}}' FROM ticket WHERE id BETWEEN :first AND :last AND {of}
"""
KINDS = {"opened": "1 = 1", "acknowledged": "status <> 'open'", "resolved": "status = 'closed'",
         "closed": "status = 'closed'"}  # fmt: skip
CALLS = """
    INSERT INTO call (
        sid, from_number, to_number, project_id, home_id, person_id, ticket_id, language, began_at, ended_at, status,
        steps, intake
    )
    SELECT {sid}, caller_number, '+864008001234', project_id, home_id, person_id, n, 'zh', opened_at, opened_at,
        'completed', 6, '{{}}'
    FROM (SELECT id AS n, ticket.* FROM ticket WHERE id BETWEEN :first AND :last) AS t
"""
MESSAGES = """
    INSERT INTO message (
        once_key, about, lane, message_class, urgency, way, number, sender, body, segments, answer_path, ring_s,
        is_demo, state, reason, planned_at, due_at, accepted_at, final_at, attempts, looks, sid, receipt_rank,
        error_code, is_doubtful
    )
    SELECT 'old/' || n, CASE WHEN n % 4 = 0 THEN '' ELSE 'ticket:' || (n - 1) / {each} + 1 END, 'normal', 'service', 8,
        'text', {number}, '+864008001234', '【回音物业】您的报修已受理，我们会在两小时内联系您。', 1, '', 30, false,
        'delivered', '', at, at, at, at, 1, 0, {sid}, 3, '', false
    FROM (SELECT n, CAST((n - 1) / {each} + 1 AS bigint) * 31 % {people} + 1 AS h, {at} AS at FROM {rows}) AS m
"""
FILLED = ("ticket", "ticket_event", "call", "message")


@dataclass(frozen=True, slots=True)
class Town:
    """How much there is of everything."""

    tickets: int

    @property
    def people(self) -> int:
        """Each with a home and a number."""
        return max(HOMES, self.tickets // TICKETS_EACH)

    @property
    def messages(self) -> int:
        """About their tickets, and about nothing."""
        return self.tickets * MESSAGES_EACH


def number_of(person: int) -> str:
    """The telephone of a person, counted from 1, as the store works it out."""
    return f"+8613{person * 7919 % 1_000_000_000:09d}"


def build(town: Town) -> None:
    """Write all of it into the application's database, which holds no people yet."""
    _people(town.people)
    say, values = SPEAKS[database().engine.dialect.name], {"people": town.people, "homes": HOMES, "projects": PROJECTS}
    number, over = say["number"].format(of="h"), max(0, town.tickets - MOVING)
    of_tickets = TICKETS.format(
        ref=say["ref"].format(all=town.tickets, day=A_DAY), category=_one_of(CATEGORIES), state=_one_of(STATES),
        number=number, said=_one_of(SAID), over=over, at=say["at"].format(all=town.tickets, part=1), rows=say["rows"],
        **values,
    )  # fmt: skip
    of_messages = MESSAGES.format(
        number=number, sid=say["sid"].format(kind="SM"), each=MESSAGES_EACH, rows=say["rows"],
        at=say["at"].format(all=town.tickets, part=MESSAGES_EACH), **values,
    )  # fmt: skip
    with _bare(FILLED):
        _write(of_tickets, town.tickets)
        for kind, of in KINDS.items():
            _write(EVENTS.format(type=kind, of=of), town.tickets)
        _write(CALLS.format(sid=say["sid"].format(kind="CA")), town.tickets)
        _write(of_messages, town.messages)
    with database().engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not database().is_sqlite:  # as it happens by itself in the course of a year
            connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("ANALYZE" if database().is_sqlite else "VACUUM ANALYZE"))


def _people(count: int) -> None:
    """So many, each with a home of their own; names are as common as they are."""
    chance = random.Random(7)
    with transaction() as session:
        buildings = (count - 1) // HOMES + 1
        session.execute(insert(Project), [{"name": f"花园{n}期", "area_code": "021"} for n in range(1, PROJECTS + 1)])
        session.execute(
            insert(Building),
            [{"project_id": n % PROJECTS + 1, "name": f"{n + 1}号楼", "keys": str(n + 1)} for n in range(buildings)],
        )
    for start in range(0, count, AT_ONCE):
        ids = range(start + 1, min(start + AT_ONCE, count) + 1)
        with transaction() as session:
            session.execute(insert(Home), [_home(id) for id in ids])
            names = [chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2)))) for _ in ids]
            session.execute(insert(Person), [{"name": name} for name in names])
            session.execute(insert(Contact), [{"person_id": id, "home_id": id} for id in ids])
            session.execute(insert(Number), [{"person_id": id, "number": number_of(id), "region": "CN"} for id in ids])


def _home(id: int) -> dict[str, object]:
    building, place = divmod(id - 1, HOMES)
    unit, room = divmod(place, 50)
    return {"building_id": building + 1, "unit": f"{unit + 1}单元", "name": f"{room // 2 + 1}{room % 2 + 1:02}"}


def _one_of(words: tuple[str, ...]) -> str:
    """One of these for each number n, in SQL."""
    return f"CASE n % {len(words)} " + " ".join(f"WHEN {n} THEN '{word}'" for n, word in enumerate(words)) + " END"


def _write(sql: str, count: int) -> None:
    at = now().isoformat() if not database().is_sqlite else now().strftime("%Y-%m-%d %H:%M:%S")
    for first in range(1, count + 1, PIECE):
        with transaction() as session:
            _at_leisure(session.connection())
            values = {"first": first, "last": min(first + PIECE - 1, count), "now": at}
            session.execute(text(sql), {name: value for name, value in values.items() if f":{name}" in sql})


@contextmanager
def _bare(tables: tuple[str, ...]) -> Iterator[None]:
    """Without the indexes of these tables, which are made once the rows are there, as a restore does."""
    indexes = [index for name in tables for index in Base.metadata.tables[name].indexes]
    with transaction() as session:
        for index in indexes:
            index.drop(session.connection())
    yield
    for index in indexes:
        with transaction() as session:
            _at_leisure(session.connection())
            index.create(session.connection())


def _at_leisure(connection: Connection) -> None:
    """What is written here needs no check, and may take its time."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
