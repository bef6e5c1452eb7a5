"""The stage: a town at 02:13 on a November night, an estate, its people on duty, and an absent owner."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis import Redis

from base import clock
from base.access import Role
from base.settings import Settings
from oncall.ladder import Post
from sandbox import Sandbox
from tests import make
from tests.conftest import KINDS, furnished
from tests.judges.wire import Listener
from tests.phone import Phone
from tests.town import Town, serving

NIGHT = datetime(2026, 11, 22, 18, 13, tzinfo=UTC)
DAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HOTLINE = "+864008001234"
GARDEN_NUMBER = "+862155550100"
MODES = ("two_way", "one_way")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every scenario is played where texts can be answered, and where they cannot, unless it says in which."""
    if "mode" in metafunc.fixturenames and not _says_its_mode(metafunc.definition):
        metafunc.parametrize("mode", MODES)


def _says_its_mode(test: pytest.Item) -> bool:
    return "mode" in [marker.args[0] for marker in test.iter_markers("parametrize")]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each story is told once in each mode and once on each database: every second pair of the two in turns.

    With `--every-pair` it is told in each mode on each database.
    """
    if config.getoption("--every-pair"):
        return
    here = [item for item in items if isinstance(item, pytest.Function) and _is_paired(item)]
    stories = {name: place for place, name in enumerate(dict.fromkeys(map(_story, here)))}
    left = [item for item in here if _place_of_pair(item) % 2 != stories[_story(item)] % 2]
    config.hook.pytest_deselected(items=left)
    gone = set(left)
    items[:] = [item for item in items if item not in gone]


def _is_paired(item: pytest.Function) -> bool:
    if Path(__file__).parent not in item.path.parents or not hasattr(item, "callspec"):
        return False
    has_both = {"mode", "database_kind"} <= item.callspec.params.keys() and not _says_its_mode(item)
    return has_both and item.config.getoption("--db") == "both"


def _story(item: pytest.Function) -> str:
    return f"{item.path}::{item.originalname}"


def _place_of_pair(item: pytest.Function) -> int:
    params = item.callspec.params
    return MODES.index(params["mode"]) + KINDS.index(params["database_kind"])


@pytest.fixture
def starts_at() -> datetime:
    """When the story begins; a module may say otherwise."""
    return NIGHT


@pytest.fixture
def town(mode: str, starts_at: datetime, database_url: str, valkey_url: str, tmp_path: Path) -> Iterator[Town]:
    Redis.from_url(valkey_url).flushall()
    sandbox = Sandbox(account="AC" + "5a" * 16, token="sandbox-auth-token", clock="manual", start_at=starts_at)
    clock.stop_at(starts_at)
    with sandbox, serving() as (port, open_doors):
        app = furnished(
            Settings(
                _env_file=None,
                port=port,
                database_url=database_url,
                redis_url=valkey_url,
                twilio_api_base=sandbox.url,
                hotline_number=HOTLINE,
                sms_two_way_countries="*" if mode == "two_way" else "HK,US",
                sms_rate_emergency=0,
                sms_rate_service=0,
                sms_rate_care=0,
                call_rate=0,
                var_dir=tmp_path / "var",
                recordings_url=str(tmp_path / "recordings"),
                duty_phone="+8613900000000",
            )
        )
        open_doors(app)
        sandbox.ask("PUT", "/settings", {"mode": mode})
        town = Town(app, sandbox)
        yield town
        try:
            town.expect_nothing_more()
            Listener(sandbox).judge()
        finally:
            app.extensions["database"].close()
            app.extensions["hints"].connection.close()
            clock.stop_at(None)


@dataclass
class Estate:
    """幸福花园: Wang and Li on duty tonight, supervisor Zhao, manager Qian, director Sun; Ms Li Mei owns 3-2-1502."""

    town: Town
    owner: Phone
    wang: Phone
    li: Phone
    zhao: Phone
    qian: Phone
    sun: Phone
    project_id: int

    def duty(self) -> list[Phone]:
        """Everybody who may be woken, in order."""
        return [self.wang, self.li, self.zhao, self.qian, self.sun]

    def text_page(self, *phones: Phone, times: int = 1) -> None:
        """Each of these got a page about the emergency as a text, so many times."""
        for phone in phones * times:
            phone.receives("P0工单")

    def say_it_is_taken(self, by: str, *phones: Phone) -> None:
        """Each of these is told who has it now."""
        for phone in phones:
            phone.receives(f"已由{by}接单")


@pytest.fixture
def estate(town: Town) -> Estate:
    with town.at_desk() as session:
        garden = make.a_project(session, number=GARDEN_NUMBER)
        homes = [make.a_home(session, garden, place) for place in ("3-2-1502", "3-2-1601", "5-1-201")]
        make.an_owner(session, homes[0])
        on_duty = (
            ("王强", "+8613900000001", Role.TECHNICIAN, Post.FIRST),
            ("李明", "+8613900000002", Role.TECHNICIAN, Post.SECOND),
            ("赵刚", "+8613900000003", Role.SUPERVISOR, Post.SUPERVISOR),
            ("钱进", "+8613900000004", Role.MANAGER, Post.MANAGER),
        )
        for name, number, role, post in on_duty:
            staff = make.a_member_of_staff(session, name, number, role, garden)
            make.a_shift(session, garden, staff, post, town.now)
        make.a_member_of_staff(session, "孙总", "+8613900000005", Role.DIRECTOR)
        make.a_vendor(session, trade="water")
        project_id = garden.id
    town.garden = GARDEN_NUMBER
    town.connect(HOTLINE)
    town.connect(GARDEN_NUMBER)
    numbers = [f"+861390000000{n}" for n in range(1, 6)]
    return Estate(town, town.phone("+8613800138000"), *map(town.phone, numbers), project_id=project_id)


def ref_in(text: str) -> str:
    """The ticket's number in a text."""
    found = re.search(r"\d{6}-\d{4}", text)
    assert found, f"no ticket number in {text!r}"
    return found.group()
