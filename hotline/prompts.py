"""Prompts that somebody has spoken: files beside the recordings, named by what they hold, never changed."""

import hashlib
import os
import re
from pathlib import Path

from base.errors import BadInput
from base.wiring import settings
from hotline import recordings
from hotline.shelf import Folder

MOST_BYTES = 1_500_000
"""About three minutes of a WAV of a telephone's quality, or fifteen of an MP3."""
NAME = re.compile(r"[a-z0-9_]+-[0-9a-f]{12}\.(mp3|wav)")
_PURPOSE = re.compile(r"[a-z0-9_]{1,40}")
TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav"}


def folder() -> Path:
    """Beside the recordings, or with this machine's own files where those stand in a bucket: a call cannot wait."""
    shelf = recordings.shelf()
    return (shelf.place if isinstance(shelf, Folder) else settings().var_dir) / "prompts"


def holds(file: str) -> bool:
    """Whether there is such a file, and it is not empty. False for what no file of ours is called."""
    if not NAME.fullmatch(file):
        return False
    place = folder() / file
    return place.is_file() and place.stat().st_size > 0


def address(file: str) -> str:
    """Where the carrier fetches a file; empty where there is none, so that the words are read instead."""
    return f"{settings().address}/prompts/{file}" if file and holds(file) else ""


def every() -> list[tuple[str, int]]:
    """The files there are, with their size in bytes, by name."""
    if not folder().is_dir():
        return []
    found = [(path.name, path.stat().st_size) for path in folder().iterdir() if NAME.fullmatch(path.name)]
    return sorted(found)


def keep(purpose: str, audio: bytes) -> str:
    """Keep a spoken prompt under `purpose` and a fingerprint; answers the file's name. The same again is the same.

    Raises `BadInput` for what is no WAV or MP3, is too long, or has no usable name.
    """
    if not _PURPOSE.fullmatch(purpose):
        raise BadInput(
            "名称要像 hello_zh：小写字母、数字、下划线。"
            "The name is like hello_zh: small letters, digits and underscores."
        )
    if len(audio) > MOST_BYTES:
        raise BadInput(
            f"文件太大，最多 {MOST_BYTES // 1000} kB。The file is too large: {MOST_BYTES // 1000} kB at most."
        )
    if (kind := _kind(audio)) is None:
        raise BadInput("只收 WAV 或 MP3 录音。Only WAV and MP3 files are taken.")
    file = f"{purpose}-{hashlib.sha256(audio).hexdigest()[:12]}.{kind}"
    place = folder() / file
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f"{file}.{os.getpid()}.part")
    with draft.open("wb") as out:
        out.write(audio)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(place)  # a caller never hears half a file
    return file


def _kind(audio: bytes) -> str | None:
    """What a file is, by its first bytes: its name may say anything."""
    if audio[:4] == b"RIFF" and audio[8:12] == b"WAVE" and len(audio) > 44:
        return "wav"
    is_frame = len(audio) > 4 and audio[0] == 0xFF and audio[1] & 0xE6 == 0xE2
    return "mp3" if len(audio) > 128 and (audio[:3] == b"ID3" or is_frame) else None
