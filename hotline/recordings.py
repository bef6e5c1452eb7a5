"""What callers said, kept under names that say nothing, on the shelf of RECORDINGS_URL."""

import secrets
from datetime import datetime

from base.wiring import settings
from hotline.shelf import Shelf, shelf_at


def shelf() -> Shelf:
    """Where they stand."""
    return shelf_at(settings().recordings_url)


def keep(audio: bytes, *, at: datetime) -> str:
    """Write WAV bytes down; answers the name on the shelf."""
    path = f"{at:%Y-%m}/{secrets.token_hex(16)}.wav"
    shelf().put(path, audio)
    return path


def holds(path: str) -> bool:
    """Whether the file is there, and not empty."""
    return bool(path) and shelf().holds(path)


def throw_away(path: str) -> None:
    """Remove a file: somebody else kept it first, or its time is over."""
    if path:
        shelf().remove(path)
