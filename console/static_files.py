"""Our own style sheets, scripts and pictures, served by a name that changes when they do."""

import gzip
import hashlib
from functools import cache
from io import BytesIO
from mimetypes import guess_type
from pathlib import Path

from flask import Response, request, send_file, send_from_directory, url_for
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

from base.access import Guard, guarded_by
from console.door import door

FOLDER = Path(__file__).with_name("static")
A_YEAR_S = 365 * 24 * 3600
PACKED = frozenset({".css", ".js", ".svg"})
"""What shrinks when it is packed. Nothing here is secret, so packing it tells nobody anything; a page, which holds a
form's token, is never packed."""


@cache
def edition() -> str:
    """A short name of everything in the folder; it is part of every address, so `@import` follows it too."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(FOLDER).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a file in the folder."""
    return url_for("console.static_file", tag=edition(), name=name)


@door.get("/static/<tag>/<path:name>")
@guarded_by(Guard.PUBLIC)
def static_file(tag: str, name: str) -> Response:
    """One file. Of the present edition a browser may keep it for ever; of another it must ask again."""
    keep_s = A_YEAR_S if tag == edition() else 0
    is_packable = Path(name).suffix in PACKED
    if is_packable and request.accept_encodings.quality("gzip"):
        packed, known_as = BytesIO(_packed(_path_of(name))), f"{edition()}-gzip"
        response = send_file(packed, guess_type(name)[0], etag=known_as, max_age=keep_s)
        response.content_encoding = "gzip"
    else:
        response = send_from_directory(FOLDER, name, max_age=keep_s)
    if is_packable:
        response.vary.add("Accept-Encoding")
    if tag == edition():
        response.cache_control.immutable = True
    return response


def _path_of(name: str) -> Path:
    """Where a file lies, written in one way only. Raises `NotFound` where there is none."""
    path = safe_join(str(FOLDER), name)
    if path is None or not Path(path).is_file():
        raise NotFound
    return Path(path)


@cache
def _packed(path: Path) -> bytes:
    """A file as it travels, packed once a process."""
    return gzip.compress(path.read_bytes())
