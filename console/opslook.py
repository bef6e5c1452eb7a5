"""What an operator looks at, in lines: what it is, how it is, and what to do where it is not well."""

import platform
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy.orm import Session

from base.lanes import LaneSeen, QueueSeen
from base.migrations import current_on, newest
from base.pulse import BACKUP, last_beat
from base.settings import ROOT
from base.wiring import settings
from console import opsrules
from console.opsrules import Tone
from console.parts import moment_of
from console.staff import Me
from console.watching import SILENT, Fold, alerts, folded
from console.words import say
from hotline import recordings
from hotline.shelf import Folder
from oncall.actions import audit
from oncall.audit import AUDITOR, HEARTBEAT

CLOCK_SILENT = timedelta(seconds=60)
"""The clock beats every second."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is looked at; `do` is said only where it is not well. `key` is its name on the page."""

    key: str
    tone: Tone
    what: str
    said: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under one heading, `ops.NAME`."""

    name: str
    lines: tuple[Line, ...]

    @property
    def tone(self) -> Tone:
        """That of its loudest line."""
        return opsrules.worst([line.tone for line in self.lines])


@dataclass(frozen=True, slots=True)
class Looked:
    """At which moment it is looked, and in whose language it is said."""

    at: datetime
    language: str

    def say(self, key: str, **values: object) -> str:
        """As the catalogue says it."""
        return say(key, self.language, **values)

    def moment(self, at: datetime | None) -> str:
        """A moment on the company's clock, or that there was none."""
        return moment_of(at, self.at) if at is not None else self.say("ops.never")

    def age(self, since: datetime | None) -> timedelta | None:
        """How long ago it was."""
        return self.at - since if since is not None else None

    def line(self, key: str, tone: Tone, said: str, *, what: str = "", words: str = "") -> Line:
        """A line whose words are `ops.WORDS` (its key, if not told otherwise) and `ops.WORDS.do`."""
        words = words or key
        do = self.say(f"ops.{words}.do") if tone in {Tone.WARN, Tone.BAD} else ""
        return Line(key, tone, what or self.say(f"ops.{words}"), said, do)


def footing(session: Session, seen: QueueSeen | None, look: Looked) -> Section:
    """The database and its migrations, Redis, the disk, the last backup, the versions."""
    return Section(
        "footing",
        (
            look.line("database", Tone.OK, look.say("ops.answers", what=_database(session))),
            _migrations(session, look),
            look.line("redis", Tone.OK, look.say("ops.answers", what=seen.server))
            if seen
            else look.line("redis", Tone.BAD, look.say("ops.redis.away")),
            _disk(look),
            _backup(session, look),
            look.line("version", Tone.TOLD, f"Huiyin {version()} · Python {platform.python_version()}"),
        ),
    )


def lanes(seen: QueueSeen | None, look: Looked) -> Section:
    """What waits in each lane, and who works it; one line where Redis is away."""
    if seen is None:
        return Section("lanes", (look.line("lanes.away", Tone.BAD, look.say("ops.redis.unknown")),))
    return Section("lanes", tuple(line for lane in seen.lanes for line in _lane(lane, look)))


def beats(session: Session, look: Looked) -> Section:
    """When the clock, the auditor and the outside were last heard of."""

    def line(name: str, most: timedelta) -> Line:
        beat_at = last_beat(session, name)
        return look.line(f"beat.{name}", opsrules.of_beat(look.age(beat_at), most), look.moment(beat_at))

    unset = look.line("beat.heartbeat", Tone.WARN, look.say("ops.beat.unset"), words="beat.unheard")
    heartbeat = line(HEARTBEAT, SILENT) if settings().heartbeat_url is not None else unset
    return Section("beats", (line("clock", CLOCK_SILENT), line(AUDITOR, SILENT), heartbeat))


def watch(session: Session, who: Me, look: Looked) -> Section:
    """What the auditor finds wrong with the watch where `who` may see it, each kind once."""
    found = alerts(session, who, audit(session, at=look.at), shown=(), at=look.at, language=look.language)
    kinds = [fold for fold in folded(found) if fold.key != "silent"]  # its beat says that
    if not kinds:
        return Section("watch", (look.line("watch.kept", Tone.OK, look.say("ops.watch.none"), words="watch"),))
    return Section("watch", tuple(_found(kind, look) for kind in kinds))


def _found(kind: Fold, look: Looked) -> Line:
    first, n = kind.alerts[0], len(kind.alerts)
    what = (
        look.say(f"watch.{kind.key}", ref=first.ref, where=first.ref or first.project, who=first.who)
        if n == 1 else look.say(f"watch.{kind.key}.many", n=n)
    )  # fmt: skip
    since_at = min((one.since_at for one in kind.alerts if one.since_at), default=None)
    tone = Tone.BAD if first.is_loud else Tone.WARN
    return look.line(f"watch.{kind.key}", tone, look.moment(since_at), what=what, words="watch")


@cache
def version() -> str:
    """Which release this is, as `pyproject.toml` says; read once."""
    try:
        return str(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return "?"


def _lane(lane: LaneSeen, look: Looked) -> Iterator[Line]:
    name = look.say(f"ops.lane.{lane.lane.value}")
    waits = look.say("ops.waits.one" if lane.waiting == 1 else "ops.waits", n=lane.waiting)
    if lane.oldest_at is not None:
        waits = f"{waits}{look.say('ops.oldest', at=look.moment(lane.oldest_at))}"
    tone = opsrules.of_hints(lane.lane.value, look.age(lane.oldest_at))
    yield look.line(
        f"lane.{lane.lane.value}.queue", tone, waits if lane.waiting else look.say("ops.empty"),
        what=look.say("ops.lane.queue", lane=name), words="lane.queue",
    )  # fmt: skip
    hands = [look.say("ops.hand", who=f"{one.host}/{one.pid}", at=look.moment(one.seen_at)) for one in lane.hands]
    tone = opsrules.of_hands([look.age(one.seen_at) for one in lane.hands])
    yield Line(
        f"lane.{lane.lane.value}.hands", tone, look.say("ops.lane.hands", lane=name),
        look.say("ops.join").join(hands) or look.say("ops.hands.none"),
        look.say("ops.lane.hands.do", start=f"python worker.py {lane.lane.value}") if tone is not Tone.OK else "",
    )  # fmt: skip


def _database(session: Session) -> str:
    dialect = session.connection().dialect
    names = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
    numbers = ".".join(map(str, (dialect.server_version_info or ())[:3]))
    return f"{names.get(dialect.name, dialect.name)} {numbers}"


def _migrations(session: Session, look: Looked) -> Line:
    here, ours = current_on(session.connection()), newest()
    if here == ours:
        return look.line("migrations", Tone.OK, look.say("ops.migrations.at", n=here))
    return look.line("migrations", Tone.BAD, look.say("ops.migrations.behind", here=here or "0000", ours=ours))


def _disk(look: Looked) -> Line:
    shelf = recordings.shelf()
    if not isinstance(shelf, Folder):
        return look.line("disk", Tone.TOLD, look.say("ops.disk.bucket"))
    place = shelf.place.absolute()
    there = next((folder for folder in (place, *place.parents) if folder.is_dir()), Path("/"))
    try:
        usage = shutil.disk_usage(there)
    except OSError as error:
        return look.line("disk", Tone.BAD, error.strerror or type(error).__name__)
    # to a tenth of a gigabyte: the page is drawn anew only where something worth reading changed
    free = look.say("ops.disk.free", free=f"{usage.free / 1e9:.1f}", total=f"{usage.total / 1e9:.0f}")
    return look.line("disk", opsrules.of_disk(usage.free, usage.total), free)


def _backup(session: Session, look: Looked) -> Line:
    made_at = last_beat(session, BACKUP)
    said = look.moment(made_at) if made_at else look.say("ops.backup.unknown")
    return look.line("backup", opsrules.of_backup(look.age(made_at)), said)
