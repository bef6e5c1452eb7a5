"""Lists of residents as they are brought in a browser, and what became of them."""

import csv
import io
import re
from pathlib import Path
from typing import Any

from sqlalchemy import select

from base.clock import now
from base.database import reading, transaction
from base.settings import Settings
from console.roster import files, jobs
from console.words import say
from directory import rosterbook
from directory.auditmodels import Audit, AuditWhat
from directory.models import Person
from directory.rostermodels import RosterImport
from tests.console.conftest import Browser
from tests.console.evening import Evening
from tests.directory.sheets import HEADS

HERE = "幸福里小区"
HOME = [HERE, "9号楼", "1单元"]
LI = [*HOME, "0101", "李芳", "13800138001"]
CHEN = [*HOME, "0102", "陈明", "13900139002"]
WANG = [*HOME, "0103", "王磊", "13700137003"]
WRONG = [*HOME, "0104", "赵云", "1380013800"]


def sheet(*rows: list[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows((HEADS, *rows))
    return text.getvalue().encode()


def sends(client: Browser, data: bytes, name: str = "业主名册.csv") -> Any:
    form = {"csrf_token": client.token("/roster"), "file": (io.BytesIO(data), name)}
    return client.post("/roster", data=form, content_type="multipart/form-data")


def brings(client: Browser, *rows: list[Any], name: str = "业主名册.csv") -> str:
    """Upload a list; the address of its import."""
    answer = sends(client, sheet(*rows), name)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def a_checked_roster(evening: Evening) -> None:
    """A list that an administrator brought, tried out: some rows good, some refused."""
    data = sheet(LI, CHEN, WRONG, ["滨江新苑", *WANG[1:3], "", *WANG[4:]])
    with transaction() as session:
        rosterbook.bring(
            session, staff_id=evening.staff["admin"], project_id=None, file_name="业主名册 2026-11 最终版.csv",
            size=len(data), path=files.put_away(data, at=now()), at=now(),
        )  # fmt: skip
    jobs.work()


def imports(client: Browser, *rows: list[Any]) -> str:
    """Upload it, have it tried out, and have it imported."""
    where = brings(client, *rows)
    jobs.work()
    assert client.sends(f"{where}/start").status_code == 303
    jobs.work()
    return where


def count_of(page: str, name: str) -> int:
    found = re.search(rf"<dt>{say(f'roster.count.{name}', 'zh')}</dt><dd class=\"num\">([\d,]+)</dd>", page)
    assert found, name
    return int(found[1].replace(",", ""))


def state_of(page: str) -> str:
    found = re.search(r'id="ri-tags"><span class="chip[^"]*">([^<]+)<', page)
    assert found
    return found[1]


def names_of(*rows: list[Any]) -> set[str]:
    """Whom of these the directory knows."""
    with reading() as session:
        return set(session.scalars(select(Person.name).where(Person.name.in_([row[4] for row in rows]))))


def only_import() -> RosterImport:
    with reading() as session:
        return session.scalars(select(RosterImport).order_by(RosterImport.id.desc())).first()  # type: ignore[return-value]


def kept(settings: Settings) -> list[Path]:
    """What stands on the shelf and beside it."""
    places = (Path(settings.recordings_url) / "rosters", settings.var_dir / "rosters")
    return [path for place in places for path in place.rglob("*") if path.is_file()]


def audited(id: int) -> list[tuple[AuditWhat, str, int | None]]:
    with reading() as session:
        query = select(Audit).where(Audit.about == f"roster:{id}").order_by(Audit.id)
        return [(one.what, one.reason, one.staff_id) for one in session.scalars(query)]
