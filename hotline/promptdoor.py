"""The door at which the carrier fetches spoken prompts: what every caller may hear, and nothing else."""

from flask import Blueprint, Response, abort, send_file

from base.access import Guard, guarded_by
from base.errors import Unavailable
from hotline import prompts
from hotline.shelf import SOUNDS

A_YEAR_S = 365 * 24 * 3600
door = Blueprint("prompts", __name__)


@door.get("/prompts/<file>")
@guarded_by(Guard.PUBLIC)
def prompt(file: str) -> Response:
    """One file. It never changes under its name, so that the carrier may keep it; 404 for any other."""
    try:
        found = prompts.here(file)
    except Unavailable:
        abort(503)
    if found is None:
        abort(404)
    kind = SOUNDS[found.suffix.removeprefix(".")]
    answer = send_file(found.absolute(), mimetype=kind, conditional=True, max_age=A_YEAR_S)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
