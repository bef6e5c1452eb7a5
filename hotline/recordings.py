"""Where recordings are kept: files with names that say nothing, inside one folder."""

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
    draft.write_bytes(audio)
    draft.replace(place)
    return path


def throw_away(path: str) -> None:
    """Remove a file: somebody else kept it first, or its time is over."""
    (folder() / path).unlink(missing_ok=True)
