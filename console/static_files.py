"""Our own style sheets, scripts and pictures, served by a name that changes when they do."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Response, send_from_directory, url_for

from base.access import Guard, guarded_by
from console.door import door

FOLDER = Path(__file__).with_name("static")
A_YEAR_S = 365 * 24 * 3600


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
    response = send_from_directory(FOLDER, name, max_age=A_YEAR_S if tag == edition() else 0)
    if tag == edition():
        response.cache_control.immutable = True
    return response
