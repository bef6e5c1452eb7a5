"""What is too old is put out of sight, a slice at a time, so that no caller waits for it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select

from base.clock import now, ticks_s
from base.database import reading, transaction
from base.wiring import settings
from console.api.models import ApiAnswer
from console.hooks.models import HookEvent
from console.privacy.movedout import PEOPLE
from console.privacy.shelves import SHELVES, age, some_of
from directory.rostermodels import RosterImport
from hotline.actions.photos import SHOWN
from hotline.models import Photo, Recording, RecordingState

ALL_SHELVES = (*SHELVES, PEOPLE)
PAUSE_S = 0.05
"""On SQLite others find the write lock only while nobody has it."""
BY_THEMSELVES = ("recordings", "photos", "webhooks", "api_answers", "roster_files")
"""What jobs of its own put away by the hour."""


@dataclass(frozen=True, slots=True)
class Age:
    """One sort of thing: how many days it is kept, how many are older, and from when the oldest is."""

    name: str
    days: int
    count: int
    oldest_at: datetime | None


def ages(at: datetime) -> Iterator[Age]:
    """How it stands, sort by sort; changes nothing."""
    for shelf in ALL_SHELVES:
        with reading() as session:
            yield Age(shelf.name, _days(shelf.days), *age(session, shelf, _before(shelf.days, at)))
    with reading() as session:
        for name in BY_THEMSELVES:
            days = f"{name}_kept_days"
            count, oldest_at = session.execute(_by_themselves(name, _before(days, at))).one()
            yield Age(name, _days(days), count, oldest_at)


def put_away(at: datetime, *, for_s: float | None = None) -> dict[str, int]:
    """Put away what is too old, for at most `for_s` seconds; answers how much of each sort. May run twice, or at the
    same time: what another has put away is not too old any more.
    """
    ends_s = ticks_s() + for_s if for_s is not None else None
    done: dict[str, int] = {}
    for shelf in ALL_SHELVES:
        while ends_s is None or ticks_s() < ends_s:
            # looked for without the write lock: in a long history that may take a while, and callers wait for it
            with reading() as session:
                ids = some_of(session, shelf, _before(shelf.days, at), shelf.piece)
            if ids:
                with transaction() as session:
                    shelf.put_away(session, ids)
            done[shelf.name] = done.get(shelf.name, 0) + len(ids)
            if len(ids) < shelf.piece:
                break
            time.sleep(PAUSE_S)
    return done


def put_away_tonight() -> None:
    """A job: half a minute of it; the rest another time."""
    put_away(now(), for_s=30.0)


def _by_themselves(name: str, before_at: datetime) -> Select[int, datetime]:
    if name == "recordings":
        kept = select(func.count(), func.min(Recording.made_at)).where(Recording.state == RecordingState.KEPT)
        return kept.where(Recording.made_at < before_at)
    if name == "photos":
        return select(func.count(), func.min(Photo.taken_in_at)).where(SHOWN, Photo.taken_in_at < before_at)
    if name == "roster_files":
        kept = select(func.count(), func.min(RosterImport.brought_at)).where(RosterImport.brought_at < before_at)
        return kept.where((RosterImport.path != "") | (RosterImport.refused_path != ""))
    kind = HookEvent.found_at if name == "webhooks" else ApiAnswer.created_at
    return select(func.count(), func.min(kind)).where(kind < before_at)


def _before(days: str, at: datetime) -> datetime:
    return at - timedelta(days=_days(days))


def _days(name: str) -> int:
    return int(getattr(settings(), name))
