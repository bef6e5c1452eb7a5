"""What real processes write down of a call and of jobs: each line says what it is about, and none says who it was."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from base.access import Role
from base.clock import now
from base.queue import Lane
from dev import valkey
from oncall.ladder import Post
from tests import make
from tests.chaos.ground import own_database
from tests.chaos.house import House, until
from tests.chaos.house import house as a_house

pytestmark = pytest.mark.chaos

OWNER, STAFF = "+8613812346021", "+8613987650987"
SID = f"CA{OWNER[1:]:0>32}"
"""How this house's callers are named by the carrier: a real one does not put numbers there."""
SAID_NOWHERE = (OWNER, OWNER[3:], STAFF, STAFF[3:], "欧阳娜娜", "欧阳女士", "慕容建国", "翠湖天地", "3号楼")
ARBITER = ("Starting gunicorn", "Listening at", "Using worker", "Booting worker", "Control socket")


@pytest.fixture(scope="module")
def house(
    database_kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """A house whose log is JSON, and in it an owner and a technician on duty."""
    home = tmp_path_factory.mktemp("log")
    with own_database(database_kind, request, home) as url, ExitStack() as stack:
        redis_url = stack.enter_context(valkey.running(home / "valkey"))
        here = stack.enter_context(a_house(url, redis_url, home, stack, LOG_FORMAT="json"))
        with here.app.app_context(), here.database.transaction() as session:
            project = make.a_project(session, "翠湖天地")
            make.an_owner(session, make.a_home(session, project, "3-2-1502"), OWNER, "欧阳娜娜", "欧阳女士")
            staff = make.a_member_of_staff(session, "慕容建国", STAFF, Role.TECHNICIAN, project)
            make.a_shift(session, project, staff, Post.FIRST, now())
        yield here


def lines(house: House) -> list[dict[str, Any]]:
    """The log so far. Until the application is there gunicorn's master speaks as it always does."""
    written = (house.home / "house.log").read_text(encoding="utf-8").splitlines()
    plain = [line for line in written if not line.startswith("{") and not any(word in line for word in ARBITER)]
    assert not plain
    return [json.loads(line) for line in written if line.startswith("{")]


def answered(house: House) -> str:
    """What the caller hears; nothing while the first call of a process takes longer than the carrier waits."""
    try:
        return house.calls(OWNER, "0")
    except TimeoutError:
        return ""


def test_a_call_and_its_jobs_can_be_followed_through_the_log_and_nobody_is_named_in_it(house: House) -> None:
    until(lambda: answered(house), "the call is answered")
    normal = house.app.extensions["hints"].queue(Lane.NORMAL)
    normal.enqueue("messages.jobs.work_lane", "欧阳娜娜13812346021", job_id="messages_jobs_work_lane-odd")
    until(lambda: house.taken(STAFF), "the technician is rung, or texted")
    until(lambda: any(one["event"] == "job_failed" for one in lines(house)), "the job that cannot be done has failed")
    told = lines(house)
    of_call = [one for one in told if str(one.get("route", "")).startswith("/voice/")]
    assert {one["call_sid"] for one in of_call} == {SID}
    assert all(one["request"] for one in of_call)
    assert any("ticket" in one and "call" in one for one in of_call), "once it is open, its number is there"
    jobs = [one for one in told if one["event"] == "job_done"]
    assert {one["lane"] for one in jobs} >= {"urgent"}
    assert all(one["job"] for one in jobs)
    failed = [one for one in told if one.get("logger") == "rq.worker" and one["level"] == "error"]
    assert failed, "RQ's own line"
    assert all(one["job"] and "messages_jobs_work_lane" in one["job"] for one in failed)
    written = (house.home / "house.log").read_text(encoding="utf-8").replace(SID, "")
    assert [word for word in SAID_NOWHERE if word in written] == []
