"""Plans one greeting in a process of its own, so that its memory can be told, and prints the seconds it took.

`python -m bench.planner ours CAMPAIGN` is what the service's job does; `python -m bench.planner plain PROJECT` the
plainest thing that could work: read the same rows, write the same messages, one bare executemany, one commit. It
checks no consent against another number, freezes nothing, cannot go on where it stopped, and keeps everybody waiting.
"""

import sqlite3
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import make_url

from app import create_app
from base.settings import read_settings
from bench.desk import GREETING
from outreach.jobs import planning
from outreach.templates import template

READ = """
    SELECT person.id, person.salutation, number.number, consent.granted
    FROM contact
    JOIN person ON person.id = contact.person_id
    JOIN home ON home.id = contact.home_id
    JOIN building ON building.id = home.building_id
    JOIN number ON number.person_id = person.id AND number.place = 1
    LEFT JOIN consent ON consent.number = number.number AND consent.message_class = 'care'
    WHERE building.project_id = {project} AND contact.ended_at IS NULL
"""
COLUMNS = (
    "once_key", "about", "batch_id", "lane", "message_class", "urgency", "way", "number", "sender", "body", "segments",
    "answer_path", "ring_s", "is_demo", "state", "reason", "planned_at", "due_at", "valid_until_at", "attempts",
    "looks", "receipt_rank", "error_code", "is_doubtful",
)  # fmt: skip
BATCH = """
    INSERT INTO batch (title, lane, message_class, planned_at, state, hash)
    VALUES ('plain', 'bulk', 'care', '2026-01-01 00:00:00', 'draft', '') RETURNING id
"""


def main(kind: str, id: int) -> None:
    """Do it, and say how long it took."""
    if kind == "ours":
        with create_app().app_context():
            began_s = time.perf_counter()
            planning.plan(id)
    else:
        began_s = time.perf_counter()
        _plainly(id)
    print(time.perf_counter() - began_s)


def _plainly(project_id: int) -> None:
    here = read_settings()
    address = make_url(here.database_url)
    is_sqlite = address.drivername == "sqlite"
    mark = "?" if is_sqlite else "%s"
    write = f"INSERT INTO message ({', '.join(COLUMNS)}) VALUES ({', '.join([mark] * len(COLUMNS))})"
    connection: Any = (
        sqlite3.connect(str(address.database))
        if is_sqlite
        else psycopg.connect(here.database_url.replace("+psycopg", ""))
    )
    cursor = connection.cursor()
    batch_id = cursor.execute(BATCH).fetchone()[0]
    cursor.execute(READ.format(project=project_id))
    cursor.executemany(write, _rows(cursor.fetchall(), batch_id, here.company_name, here.hotline))
    connection.commit()
    connection.close()


def _rows(found: Iterable[tuple[Any, ...]], batch_id: int, company: str, sender: str) -> Iterable[tuple[object, ...]]:
    at = datetime.now(UTC)
    times = [
        moment.strftime("%Y-%m-%d %H:%M:%S.%f") for moment in (at, at + timedelta(days=30), at + timedelta(days=31))
    ]
    words = template(GREETING).zh
    for _person, salutation, number, granted in found:
        if granted:
            body = f"【回音物业】{words.format(salutation=salutation, company=company)}拒收请回复R"
            yield (
                f"plain/{batch_id}/{number}", f"plain:{batch_id}", batch_id, "bulk", "care", 8, "text", number, sender,
                body, 1, "", 30, False, "planned", "", *times, 0, 0, 0, "", False,
            )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
