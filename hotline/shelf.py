"""Where recordings and spoken prompts stand: in a folder, or in a bucket of anything that speaks S3."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from base.errors import Unavailable

BUCKET = "s3://"
PIECE = 64 * 1024
SOUNDS = {"mp3": "audio/mpeg", "wav": "audio/wav"}
PICTURES = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
NOT_THERE = frozenset({"404", "NoSuchKey"})
NO_SUCH_PART = NOT_THERE | {"416", "InvalidRange"}
ANSWER_S = 10
"""How long a bucket may take; whoever listens is told that it does not answer."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A file, or the part of it that was asked for, ready to be sent on. `part` is its Content-Range, or empty."""

    pieces: Iterator[bytes]
    length: int
    part: str = ""


class Shelf(Protocol):
    """What is asked of either. `path` is a name inside it, as `2026-11/ab12.wav`.

    Each raises `Unavailable` where the disk or the store does not answer, or refuses us.
    """

    def put(self, path: str, audio: bytes) -> None:
        """Keep it; when this returns it survives a power cut, and a reader never sees half of it."""

    def holds(self, path: str) -> bool:
        """Whether it is there, and not empty."""

    def get(self, path: str, part: str = "") -> Sound | None:
        """The sound, or the part that the HTTP header `part` (`bytes=0-99`) asks for; None: it is not there."""

    def read(self, path: str) -> bytes | None:
        """All of it; None: it is not there."""

    def sizes(self, folder: str) -> dict[str, int]:
        """What stands in a folder of it, by name, with the size in bytes."""

    def remove(self, path: str) -> None:
        """Throw it away; nothing if it is not there."""


@dataclass(frozen=True)
class Folder:
    """Files of this machine, or of a disk that all machines share."""

    place: Path

    def put(self, path: str, audio: bytes) -> None:
        """Write a draft beside it, have the disk keep it, then give it its name."""
        place = self.place / path
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            # of its own: the same prompt may be kept twice at once
            draft = place.with_name(f"{place.name}.{secrets.token_hex(4)}.part")
            draft.touch(mode=0o600)
            with draft.open("wb") as file:
                file.write(audio)
                file.flush()
                os.fsync(file.fileno())  # the carrier is told to forget it: from then on this is the only one
            draft.replace(place)
        except OSError as error:
            raise _away(error.strerror or type(error).__name__) from error

    def holds(self, path: str) -> bool:
        """As `Shelf` says."""
        place = self.place / path
        return place.is_file() and place.stat().st_size > 0

    def get(self, path: str, part: str = "") -> Sound | None:
        """The whole file; whoever serves files from a folder has better ways to serve parts."""
        del part
        audio = self.read(path)
        return None if audio is None else Sound(iter((audio,)), len(audio))

    def read(self, path: str) -> bytes | None:
        """As `Shelf` says."""
        place = self.place / path
        return place.read_bytes() if place.is_file() else None

    def sizes(self, folder: str) -> dict[str, int]:
        """As `Shelf` says."""
        place = self.place / folder
        return {one.name: one.stat().st_size for one in place.iterdir() if one.is_file()} if place.is_dir() else {}

    def remove(self, path: str) -> None:
        """As `Shelf` says."""
        (self.place / path).unlink(missing_ok=True)


@dataclass(frozen=True)
class Bucket:
    """A bucket at any store that speaks S3; who may use it stands in the environment, as its makers define it
    (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`).
    """

    name: str
    prefix: str = ""
    endpoint: str | None = None

    def put(self, path: str, audio: bytes) -> None:
        """A store of this kind shows an object whole or not at all."""
        with self._asked():
            kind = (SOUNDS | PICTURES).get(path.rpartition(".")[2], "application/octet-stream")
            self._client.put_object(Bucket=self.name, Key=self._key(path), Body=audio, ContentType=kind)

    def holds(self, path: str) -> bool:
        """As `Shelf` says."""
        with self._asked(NOT_THERE):
            return bool(self._client.head_object(Bucket=self.name, Key=self._key(path))["ContentLength"])
        return False

    def get(self, path: str, part: str = "") -> Sound | None:
        """As `Shelf` says; a part that makes no sense is answered by the whole."""
        with self._asked(NO_SUCH_PART if part else NOT_THERE):
            asked = {"Range": part} if part else {}
            found = self._client.get_object(Bucket=self.name, Key=self._key(path), **asked)
            return Sound(found["Body"].iter_chunks(PIECE), found["ContentLength"], found.get("ContentRange", ""))
        return self.get(path) if part else None

    def read(self, path: str) -> bytes | None:
        """As `Shelf` says."""
        with self._asked(NOT_THERE):
            return bytes(self._client.get_object(Bucket=self.name, Key=self._key(path))["Body"].read())
        return None

    def sizes(self, folder: str) -> dict[str, int]:
        """As `Shelf` says."""
        inside = self._key(f"{folder}/")
        with self._asked():
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=inside)
            found = [one for page in pages for one in page.get("Contents", ())]
            return {one["Key"].removeprefix(inside): one["Size"] for one in found}
        return {}

    def remove(self, path: str) -> None:
        """As `Shelf` says."""
        with self._asked():
            self._client.delete_object(Bucket=self.name, Key=self._key(path))

    @contextmanager
    def _asked(self, passed_over: frozenset[str] = frozenset()) -> Iterator[None]:
        """What the store answers with; the block ends quietly at an error code that is `passed_over`."""
        from_core = import_module("botocore.exceptions")
        try:
            yield
        except from_core.ClientError as error:
            code = str(error.response["Error"]["Code"])
            if code not in passed_over:
                raise _away(code) from error
        except from_core.BotoCoreError as error:
            raise _away(type(error).__name__) from error

    def _key(self, path: str) -> str:
        return f"{self.prefix}{path}"

    @cached_property
    def _client(self) -> Any:
        # here and not above: it takes a third of a second and much memory, and most houses have a folder
        boto3, config = import_module("boto3"), import_module("botocore.config")
        patience = config.Config(connect_timeout=ANSWER_S / 2, read_timeout=ANSWER_S, retries={"total_max_attempts": 2})
        return boto3.client("s3", endpoint_url=self.endpoint, config=patience)


def _away(why: str) -> Unavailable:
    return Unavailable(f"录音存放处没有应答，请稍后再试 / where recordings are kept does not answer ({why}); try later")


@lru_cache(maxsize=4)
def shelf_at(url: str) -> Shelf:
    """The shelf that RECORDINGS_URL names: a folder, `file://folder`, or `s3://bucket/prefix?endpoint=https://…`."""
    if not url.startswith(BUCKET):
        return Folder(Path(url.removeprefix("file://")))
    parts = urlsplit(url)
    prefix = parts.path.strip("/")
    endpoint = parse_qs(parts.query).get("endpoint", [None])[0]
    return Bucket(parts.netloc, f"{prefix}/" if prefix else "", endpoint)
