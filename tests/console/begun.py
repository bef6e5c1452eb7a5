"""The evening as a database to be copied: built once a test process, where building it took longer than most tests.

What stands in it is what `an_evening` writes; only the hints that were given meanwhile are forgotten.
"""

import itertools
import shutil
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from base import clock
from base.settings import Settings
from tests import stores
from tests.conftest import Beginning, at_work, furnished, migrate, settings_of
from tests.console.evening import Evening, an_evening

_numbers = itertools.count(1)
_built: dict[tuple[str, datetime], "Begun"] = {}


@dataclass(frozen=True)
class Begun(Beginning):
    """An evening, where its recordings lie, and how a test may speak of it."""

    evening: Evening
    recordings: Path

    def told(self, settings: Settings) -> Evening:
        """What a test is told of its copy; its recordings lie where `settings` say."""
        shutil.copytree(self.recordings, settings.recordings_url, dirs_exist_ok=True)
        return deepcopy(self.evening)


def begun(kind: str, at: datetime, request: pytest.FixtureRequest) -> Begun:
    """The evening at `at` on one kind of database."""
    if (kind, at) not in _built:
        home = request.getfixturevalue("tmp_path_factory").mktemp("evening")
        template, url = _copy(kind, home, request)
        _built[kind, at] = _build(template, settings_of(url, request.getfixturevalue("valkey_url"), home), at)
    return _built[kind, at]


def _copy(kind: str, home: Path, request: pytest.FixtureRequest) -> tuple[str, str]:
    if kind == "sqlite":
        path = home / "evening.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        return str(path), f"sqlite:///{path}"
    server, name = request.getfixturevalue("postgres_server"), f"evening_{next(_numbers)}"
    return name, server.clone(stores.migrated_postgres(server, migrate), name)


def _build(template: str, settings: Settings, at: datetime) -> Begun:
    recordings = Path(settings.recordings_url)
    with contextmanager(at_work)(furnished(settings)) as app:
        clock.stop_at(at)
        with app.extensions["database"].transaction() as session:
            evening = an_evening(session, at, recordings)
    return Begun(template, evening, recordings)
