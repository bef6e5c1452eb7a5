"""Where recordings are kept: files with names that say nothing, inside one folder."""

import os
import secrets
from datetime import datetime
from pathlib import Path

from base.wiring import settings


def folder() -> Path:
    """The folder of RECORDINGS_URL."""
    return Path(settings().recordings_url.removeprefix("file://"))


def keep(audio: bytes, *, at: datetime) -> str:
    """Write WAV bytes down; answers the path inside the folder. A reader never sees half a file."""
    path = f"{at:%Y-%m}/{secrets.token_hex(16)}.wav"
    place = folder() / path
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_suffix(".part")
    draft.touch(mode=0o600)
    with draft.open("wb") as file:
        file.write(audio)
        file.flush()
        os.fsync(file.fileno())  # the carrier is told to forget it: from then on this is the only one
    draft.replace(place)
    return path


def holds(path: str) -> bool:
    """Whether the file is there, and not empty."""
    place = folder() / path
    return bool(path) and place.is_file() and place.stat().st_size > 0


def throw_away(path: str) -> None:
    """Remove a file: somebody else kept it first, or its time is over."""
    (folder() / path).unlink(missing_ok=True)
