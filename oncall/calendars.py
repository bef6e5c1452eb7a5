"""The door of those who subscribe to their shifts: a calendar behind an address that nobody guesses.

The address is the key: it stands in no log of ours.
"""

import structlog
from flask import Blueprint, Response
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from base.access import Guard, guarded_by
from base.clock import now
from base.database import reading
from base.wiring import settings
from oncall import words
from oncall.actions.calendars import own_shifts, subscriber
from oncall.ics import calendar_file

log = structlog.get_logger(__name__)
door = Blueprint("calendars", __name__)


@door.get("/shifts/<secret>.ics")
@guarded_by(Guard.PUBLIC)
def calendar(secret: str) -> Response:
    """The shifts of whoever has this secret, past month and everything planned; 404 for one that is unknown or dead."""
    at = now()
    with reading() as session:
        staff = subscriber(session, secret)
        if staff is None:
            return _says("gone", 404)
        language = staff.language.value
        file = calendar_file(
            own_shifts(session, staff, at=at), who=staff.name, language=language, hotline=settings().hotline_said, at=at
        )
    return Response(file, mimetype="text/calendar")


@door.after_request
def seal(response: Response) -> Response:
    """Only whoever subscribed may keep it, and not for long."""
    response.headers["Cache-Control"] = "private, max-age=300" if response.status_code == 200 else "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@door.errorhandler(Exception)
def _broken(error: Exception) -> Response | HTTPException:
    if isinstance(error, HTTPException):
        return error
    log.error("calendar_failed", error=type(error).__name__)
    return _says("away", 503 if isinstance(error, SQLAlchemyError) else 500)


def _says(key: str, status: int) -> Response:
    both = "".join(words.calendar(key, language) + "\n" for language in ("zh", "en"))
    return Response(both, status, mimetype="text/plain")
