"""The door at which the carrier fetches spoken prompts: what every caller may hear, and nothing else."""

from flask import Blueprint, Response, abort, send_from_directory

from base.access import Guard, guarded_by
from hotline import prompts

A_YEAR_S = 365 * 24 * 3600
door = Blueprint("prompts", __name__)


@door.get("/prompts/<file>")
@guarded_by(Guard.PUBLIC)
def prompt(file: str) -> Response:
    """One file. It never changes under its name, so that the carrier may keep it; 404 for any other."""
    if not prompts.holds(file):
        abort(404)
    kind = prompts.TYPES[file.rpartition(".")[2]]
    answer = send_from_directory(prompts.folder().absolute(), file, mimetype=kind, conditional=True, max_age=A_YEAR_S)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
