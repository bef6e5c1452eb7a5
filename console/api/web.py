"""Opens the API on an application: every view, and an answer where there is none."""

from flask import Flask, request
from flask_limiter import Limiter
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from base.settings import Settings
from console import policy
from console.api import (
    campaigns,
    document,
    entries,
    homes,
    incidents,
    messages,
    oncall,
    page,
    people,
    proposals,
    search,
    tickets,
    turns,
)
from console.api.door import door, http_problem
from console.api.pace import keep_pace

VIEWS = (
    campaigns,
    document,
    entries,
    homes,
    incidents,
    messages,
    oncall,
    page,
    people,
    proposals,
    search,
    tickets,
    turns,
)
"""Importing a module puts its views on the door."""


def register(app: Flask, limiter: Limiter, settings: Settings) -> None:
    """Put the API on `app`, with what counts its requests."""
    app.register_blueprint(door)
    keep_pace(app, limiter, settings.api_rate)
    app.register_error_handler(HTTPException, _where_no_view_is)


def _where_no_view_is(error: HTTPException) -> AnyResponse | HTTPException:
    """An address of ours that no view has, or not for this method, is refused as every other; elsewhere as ever."""
    if request.path.startswith(f"{door.url_prefix}/"):
        return policy.seal(http_problem(error))
    return error
