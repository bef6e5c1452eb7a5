"""Prompts that somebody has spoken: on the shelf of the recordings, named by what they hold, never changed."""

import hashlib
import re
from pathlib import Path
from threading import Thread

import structlog

from base.clock import ticks_s
from base.errors import BadInput, Unavailable
from base.wiring import settings
from hotline import recordings
from hotline.shelf import SOUNDS, Folder, Shelf

log = structlog.get_logger(__name__)

FOLDER = "prompts"
MOST_BYTES = 1_500_000
"""About three minutes of a WAV of a telephone's quality, or fifteen of an MP3."""
NAME = re.compile(rf"[a-z0-9_]+-[0-9a-f]{{12}}\.({'|'.join(SOUNDS)})")
AGAIN_S = 60
"""What a bucket did not give is not asked for again so soon by a call."""
_PURPOSE = re.compile(r"[a-z0-9_]{1,40}")
_asked_for: dict[str, float] = {}
"""When calls of this process last had a file brought here."""


def holds(file: str) -> bool:
    """Whether there is such a file, and it is not empty. False for what no file of ours is called.

    Raises `Unavailable` where a bucket does not answer and this machine has no copy.
    """
    return bool(NAME.fullmatch(file)) and (_near().holds(_path(file)) or recordings.shelf().holds(_path(file)))


def address(file: str) -> str:
    """Where the carrier fetches a file; empty where this machine has none, so that the words are read instead.

    No caller waits for a bucket: what only that has is brought here meanwhile, for whoever calls next.
    """
    if not NAME.fullmatch(file):
        return ""
    near, shelf = _near(), recordings.shelf()
    if near.holds(_path(file)):
        return f"{settings().address}/{FOLDER}/{file}"
    if near is not shelf and ticks_s() - _asked_for.get(file, -AGAIN_S) >= AGAIN_S:
        _asked_for[file] = ticks_s()
        Thread(target=_bring_for_the_next, args=(file, shelf, near), daemon=True).start()
    return ""


def here(file: str) -> Path | None:
    """Where this machine has a file, once it was brought if need be; None: there is none. Raises `Unavailable`."""
    if not NAME.fullmatch(file):
        return None
    near, shelf = _near(), recordings.shelf()
    if not near.holds(_path(file)) and (near is shelf or not _bring(file, shelf, near)):
        return None
    return near.place / _path(file)


def every() -> list[tuple[str, int]]:
    """The files there are, with their size in bytes, by name. Raises `Unavailable`."""
    return sorted((name, size) for name, size in recordings.shelf().sizes(FOLDER).items() if NAME.fullmatch(name))


def keep(purpose: str, audio: bytes) -> str:
    """Keep a spoken prompt under `purpose` and a fingerprint; answers the file's name. The same again is the same.

    Raises `BadInput` for what is no WAV or MP3, is too long, or has no usable name; `Unavailable` where it cannot be
    kept.
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
    shelf, near = recordings.shelf(), _near()
    shelf.put(_path(file), audio)
    if near is not shelf:
        near.put(_path(file), audio)
    return file


def _near() -> Folder:
    """The shelf itself, or this machine's copies of what stands in a bucket: a call cannot wait for one."""
    shelf = recordings.shelf()
    return shelf if isinstance(shelf, Folder) else Folder(settings().var_dir)


def _path(file: str) -> str:
    return f"{FOLDER}/{file}"


def _bring(file: str, shelf: Shelf, near: Folder) -> bool:
    """Copy a file of the shelf to this machine; False: it is not there."""
    audio = shelf.read(_path(file))
    if audio:
        near.put(_path(file), audio)
    return bool(audio)


def _bring_for_the_next(file: str, shelf: Shelf, near: Folder) -> None:
    try:
        _bring(file, shelf, near)
    except Unavailable as silence:
        log.warning("prompt_not_brought", file=file, why=silence.message)


def _kind(audio: bytes) -> str | None:
    """What a file is, by its first bytes: its name may say anything."""
    if audio[:4] == b"RIFF" and audio[8:12] == b"WAVE" and len(audio) > 44:
        return "wav"
    is_frame = len(audio) > 4 and audio[0] == 0xFF and audio[1] & 0xE6 == 0xE2
    return "mp3" if len(audio) > 128 and (audio[:3] == b"ID3" or is_frame) else None
