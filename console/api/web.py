"""Opens the API on an application: every view, and an answer where there is none."""

from flask import Flask, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from console.api import campaigns, document, homes, incidents, messages, oncall, page, people, search, tickets
from console.api.door import door, http_problem, seal

VIEWS = (campaigns, document, homes, incidents, messages, oncall, page, people, search, tickets)
"""Importing a module puts its views on the door."""


def register(app: Flask) -> None:
    """Put the API on `app`."""
    app.register_blueprint(door)
    app.register_error_handler(HTTPException, _where_no_view_is)


def _where_no_view_is(error: HTTPException) -> AnyResponse | HTTPException:
    """An address of ours that no view has, or not for this method, is refused as every other; elsewhere as ever."""
    if request.path.startswith(f"{door.url_prefix}/"):
        return seal(http_problem(error))
    return error
